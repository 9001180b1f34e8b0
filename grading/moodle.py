"""Moodle's worksheet for offline grading: the grade and the feedback, found by the participant's number."""

import csv
import io
import re
from pathlib import Path

from common.command import Refusal, in_russian
from common.files import check_writable, replace_file
from grading.gradebook import counts, is_ungraded, score
from grading.names import participant_number
from grading.tables import decode

# the beginnings of Moodle's titles in English and in Russian, in small letters
IDENTIFIER = ("identifier", "идентификатор")
GRADE = ("grade", "оценка", "балл")
MAXIMUM = ("maximum grade", "максимальн")
FEEDBACK = ("feedback comments", "отзыв", "комментари")
CHANGEABLE = ("grade can be changed", "оценка может быть изменена", "оценку можно изменить")
NO = ("no", "нет")
NUMBER = re.compile(r"\d+")


class Worksheet:
    """A worksheet that Moodle gave; all but two columns stay as they are."""

    def __init__(self, path):
        self.path = Path(path)
        self.changes, self.unmatched, self.closed = [], [], []
        self.filled = 0
        try:
            check_writable(self.path)
            data = self.path.read_bytes()
        except OSError as error:
            raise Refusal(f"ведомость Moodle не открывается: {path}: {in_russian(error)}") from None
        try:
            text, self.encoding = decode(data)
        except UnicodeDecodeError:
            text, self.encoding = "", ""
        self.newline = "\r\n" if "\r\n" in text else "\n"
        first = text.split("\n", 1)[0]
        self.delimiter = max(",;\t", key=first.count)
        self.lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=self.delimiter))
        titles = [title.strip().lower() for title in self.lines[0]] if self.lines else []
        self.changeable = column(titles, CHANGEABLE)
        self.identifier, self.maximum, self.feedback = (column(titles, t) for t in (IDENTIFIER, MAXIMUM, FEEDBACK))
        self.grade = column(titles, GRADE, self.changeable)
        if self.identifier is None or self.grade is None:
            raise Refusal(f"это не ведомость Moodle (нет столбцов «Идентификатор» и «Оценка»), она не изменена: {path}")

        self.commas = has_decimal_commas(self.lines[1:], self.grade, self.maximum)

    def fill(self, rows):
        """Write the grades of the rows of a grade book; whom there is no grade for is named in `unmatched`."""
        marks = {}
        for row in rows:
            if counts(row) and not is_ungraded(row) and (number := participant_number(str(row["submission"]))):
                marks[number] = row
        for line in self.lines[1:]:
            if not any(line):
                continue
            line += [""] * (len(self.lines[0]) - len(line))
            who, number = line[self.identifier], NUMBER.search(line[self.identifier])
            row = marks.pop(number[0], None) if number else None
            name = next((value for i, value in enumerate(line) if i != self.identifier and value), "")
            if row is None:
                self.unmatched.append(f"{name or who} ({who})")
            elif self.changeable is not None and line[self.changeable].strip().lower() in NO:
                self.closed.append(f"{name} ({who})")
            else:
                self.fill_line(line, row, name or who)
        self.unmatched += [f"{row['student']} ({row['submission']}: в ведомости нет)" for row in marks.values()]
        text = io.StringIO()
        csv.writer(text, delimiter=self.delimiter, lineterminator=self.newline).writerows(self.lines)
        try:
            data = text.getvalue().encode(self.encoding)
        except UnicodeEncodeError:
            data = text.getvalue().encode("utf-8-sig")
        replace_file(self.path, data, durable=True)

    def fill_line(self, line, row, name):
        grade = self.scaled(line, row)
        if line[self.grade].strip() and number(line[self.grade]) != number(grade):
            self.changes.append(f"{name}: {line[self.grade]} → {grade}")
        line[self.grade] = grade
        if self.feedback is not None:
            line[self.feedback] = str(row["feedback"])
        self.filled += 1

    def scaled(self, line, row):
        """The points on the scale of the worksheet, with its decimal sign."""
        most = float(row["max_score"])
        maximum = number(line[self.maximum]) if self.maximum is not None else None
        text = f"{score(row) * (maximum or most) / most:.2f}"
        return text.replace(".", ",") if self.commas else text


def has_decimal_commas(lines, *places):
    """Whether the numbers in these columns are written with commas."""
    cells = [line[place].strip() for line in lines for place in places if place is not None and place < len(line)]
    return any(re.fullmatch(r"\d+,\d+", cell) for cell in cells)


def column(titles, beginnings, but=None):
    """The number of the column with one of these titles; a title that is exactly so before one that begins so."""
    found = [i for i, title in enumerate(titles) if title.startswith(beginnings) and i != but]
    return min(found, key=lambda i: (titles[i] not in beginnings, i), default=None)


def number(text):
    """A number as people of any country write it, None if it is none."""
    try:
        return float(text.strip().replace(" ", "").replace("\xa0", "").replace(",", "."))
    except ValueError:
        return None
