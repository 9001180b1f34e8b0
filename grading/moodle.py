"""Moodle's worksheet for offline grading: the grade and the feedback, found by the participant's number."""

import re
from pathlib import Path

from common.command import Refusal, in_russian
from common.files import check_writable, replace_file
from grading.rows import counts, is_ungraded, number, person, points
from grading.tables import CsvGrid, harmless
from init_utils import EXERCISES, function_name

# the beginnings of Moodle's titles in English and in Russian, in small letters; who comes first takes a column
TITLES = {
    "identifier": ("identifier", "идентификатор"),
    "name": ("full name", "полное имя", "фамилия", "имя", "name"),
    "changeable": ("grade can be changed", "оценка может быть изменена", "оценку можно изменить"),
    "maximum": ("maximum grade", "максимальн"),
    "grade": ("grade", "оценка", "балл"),
    "feedback": ("feedback comments", "отзыв", "комментари"),
}
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
        self.places = places_of_columns([self.grid.get(0, i).strip().lower() for i in range(self.grid.width)])
        if not self.places.keys() >= {"identifier", "grade"}:
            raise Refusal(f"это не ведомость Moodle (нет столбцов «Идентификатор» и «Оценка»), она не изменена: {path}")
        cells = [self.get(line, what) for line in range(1, self.grid.height) for what in ("grade", "maximum")]
        self.commas = any(re.fullmatch(r"\d+,\d+", cell) for cell in cells)

    def get(self, line, what):
        return self.grid.get(line, self.places[what]).strip() if what in self.places else ""

    def fill(self, rows):
        """Write the grades of the rows of a grade book; whom there is no grade for is named in `unmatched`."""
        counted = [row for row in rows if counts(row) and not is_ungraded(row)]
        by_number = {person(row)[1]: row for row in counted}
        by_number.pop("", None)
        for line in range(1, self.grid.height):
            who, name = self.get(line, "identifier"), self.get(line, "name")
            if not (who or name):
                continue
            found, name = NUMBER.search(who), f"{name} ({who})" if name else who
            row = by_number.pop(found[0], None) if found else None
            if row is None:
                self.unmatched.append(name)
            elif points(row) is None:
                self.unmatched.append(f"{name}: в таблице вместо баллов «{row['score']}»")
            elif self.get(line, "changeable").lower() in NO:
                self.closed.append(name)
            else:
                self.fill_line(line, row, name)
        self.unmatched += [f"{row['student']} ({row['submission']}: в ведомости нет)" for row in by_number.values()]
        replace_file(self.path, self.grid.data(), durable=True)

    def fill_line(self, line, row, name):
        """The points on the scale of the worksheet, with its decimal sign."""
        most, old = number(row["max_score"]), self.get(line, "grade")
        grade = f"{points(row) * (number(self.get(line, 'maximum')) or most) / most:.2f}"
        grade = grade.replace(".", ",") if self.commas else grade
        if old and number(old) != number(grade):
            self.changes.append(f"{name}: {old} → {grade}")
        self.grid.put(line, self.places["grade"], grade)
        if "feedback" in self.places:
            self.grid.put(line, self.places["feedback"], harmless(short_feedback(row)))
        self.filled += 1


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


def places_of_columns(titles):
    """{key of TITLES: the number of its column}; a title that is exactly so before one that begins so."""
    places = {}
    for what, words in TITLES.items():
        found = [i for i, title in enumerate(titles) if title.startswith(words) and i not in places.values()]
        if found:
            places[what] = min(found, key=lambda i: (titles[i] not in words, i))
    return places
