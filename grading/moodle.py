"""Moodle's worksheet for offline grading: the grade and the feedback, found by the participant's number."""

import re
from pathlib import Path

from common.command import Refusal, in_russian
from common.files import check_writable, replace_file
from grading.rows import counts, is_ungraded, number, person, points
from grading.tables import CsvGrid, harmless
from init_utils import EXERCISES, function_name

# the beginnings of Moodle's titles in English and in Russian, in small letters
IDENTIFIER = ("identifier", "идентификатор")
NAME = ("full name", "полное имя", "фамилия", "имя", "name")
GRADE = ("grade", "оценка", "балл")
MAXIMUM = ("maximum grade", "максимальн")
FEEDBACK = ("feedback comments", "отзыв", "комментари")
CHANGEABLE = ("grade can be changed", "оценка может быть изменена", "оценку можно изменить")
NO = ("no", "нет")
NUMBER = re.compile(r"\d+")
LONGEST_FACT = 120


class Worksheet:
    """A worksheet that Moodle gave; all but two columns stay as they are."""

    def __init__(self, path):
        self.path = Path(path)
        self.changes, self.unmatched, self.closed = [], [], []
        self.filled = 0
        try:
            check_writable(self.path)
            self.grid = CsvGrid.parse(self.path.read_bytes())
        except OSError as error:
            raise Refusal(f"ведомость Moodle не открывается: {path}: {in_russian(error)}") from None
        except ValueError as error:
            raise Refusal(f"это не ведомость Moodle, она не изменена: {path}: {error}") from None
        titles = [self.grid.get(0, place).strip().lower() for place in range(self.grid.width)]
        self.changeable = column(titles, CHANGEABLE)
        self.identifier, self.name, self.maximum, self.feedback = (
            column(titles, names) for names in (IDENTIFIER, NAME, MAXIMUM, FEEDBACK)
        )
        self.grade = column(titles, GRADE, self.changeable)
        if self.identifier is None or self.grade is None:
            raise Refusal(f"это не ведомость Moodle (нет столбцов «Идентификатор» и «Оценка»), она не изменена: {path}")
        self.commas = any(
            re.fullmatch(r"\d+,\d+", self.cell(line, place).strip())
            for line in range(1, self.grid.height)
            for place in (self.grade, self.maximum)
        )

    def cell(self, line, place):
        return "" if place is None else self.grid.get(line, place)

    def fill(self, rows):
        """Write the grades of the rows of a grade book; whom there is no grade for is named in `unmatched`."""
        counted = [row for row in rows if counts(row) and not is_ungraded(row)]
        by_number = {person(row)[1]: row for row in counted}
        by_number.pop("", None)
        for line in range(1, self.grid.height):
            who, found = self.cell(line, self.identifier), NUMBER.search(self.cell(line, self.identifier))
            name = f"{self.cell(line, self.name)} ({who})" if self.cell(line, self.name) else who
            if not name:
                continue
            row = by_number.pop(found[0], None) if found else None
            if row is None:
                self.unmatched.append(name)
            elif points(row) is None:
                self.unmatched.append(f"{name}: в таблице вместо баллов «{row['score']}»")
            elif self.cell(line, self.changeable).strip().lower() in NO:
                self.closed.append(name)
            else:
                self.fill_line(line, row, name)
        self.unmatched += [f"{row['student']} ({row['submission']}: в ведомости нет)" for row in by_number.values()]
        replace_file(self.path, self.grid.data(), durable=True)

    def fill_line(self, line, row, name):
        old, grade = self.cell(line, self.grade), self.scaled(line, row)
        if old.strip() and number(old) != number(grade):
            self.changes.append(f"{name}: {old} → {grade}")
        self.grid.put(line, self.grade, grade)
        if self.feedback is not None:
            self.grid.put(line, self.feedback, harmless(short_feedback(row)))
        self.filled += 1

    def scaled(self, line, row):
        """The points on the scale of the worksheet, with its decimal sign."""
        most = number(row["max_score"])
        maximum = number(self.cell(line, self.maximum))
        text = f"{points(row) * (maximum or most) / most:.2f}"
        return text.replace(".", ",") if self.commas else text


def short_feedback(row):
    """A few lines: the points, and of each function that has lost some the first thing that was found."""
    said = row.get("feedback", "")
    lost = [method for method in EXERCISES if method in row and number(row[method]) != EXERCISES[method].points]
    lines = [f"Баллы: {row['score']} из {row['max_score']}."]
    if not any(function_name(method) in said for method in EXERCISES):  # nothing of the functions: a reason, a note
        return "\n".join([*lines, shortened(said[:1].upper() + said[1:])])
    for method in lost:
        facts = [fact for fact in said.split(" | ") if function_name(method) in fact]
        title, most = EXERCISES[method].title, EXERCISES[method].points
        lines.append(f"{title}: {row[method]} из {most}. {shortened(facts[0]) if facts else ''}".rstrip())
    return "\n".join(lines)


def shortened(text):
    """The first sentence."""
    sentence = re.split(r"(?<=[.!?]) (?=[А-ЯЁ])", text, maxsplit=1)[0]
    return sentence if len(sentence) <= LONGEST_FACT else sentence[: LONGEST_FACT - 1].rstrip() + "…"


def column(titles, beginnings, but=None):
    """The number of the column with one of these titles; a title that is exactly so before one that begins so."""
    found = [i for i, title in enumerate(titles) if title.startswith(beginnings) and i != but]
    return min(found, key=lambda i: (titles[i] not in beginnings, i), default=None)
