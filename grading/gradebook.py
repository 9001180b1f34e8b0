"""The grade book: a table on disk that is updated row by row and never has fewer rows than before."""

import os
import re
from collections import Counter
from pathlib import Path

from common.command import Refusal, in_russian
from common.files import check_writable, locked
from grading.names import participant_number, student_of
from grading.tables import Table, csv_text, is_workbook, read_table, write_table
from init_utils import EXERCISES

COLUMNS = ("student", "submission", "status", *EXERCISES, "score", "max_score", "nbval", "feedback")
REQUIRED = {"submission", "status", "score", "max_score"}  # the others may be deleted, or are new
MARKS = ("status", *EXERCISES, "score")
NOT_COUNTED = "не засчитывается (засчитана {}) | "
NOT_COUNTED_BEFORE = re.compile(re.escape(NOT_COUNTED).replace(r"\{\}", ".*?"))


class Gradebook:
    """The table in a file, or in memory only if `path` is None or no ordinary file.

    Each write reads the file again under a lock: two runs at the same time lose nothing of each other's.
    """

    def __init__(self, path=None, fresh=False):
        self.path = Path(path) if path else None
        self.on_disk = self.path and (not self.path.exists() or self.path.is_file())  # another run may be making it
        self.table = self.read()
        self.before = {row["submission"]: dict(row) for row in self.table.rows}
        self.fresh = fresh  # until the first write
        self.in_place = set() if fresh else set(self.before)  # whose rows stay where they are
        self.new = {}
        self.kept = set()
        self.replaced = {}  # {name of a row that is no more: its new name, or ""}

    def read(self):
        if not self.on_disk or not self.path.exists():
            return Table(list(COLUMNS))
        try:
            table = read_table(self.path)
        except (ValueError, OSError) as error:
            raise Refusal(f"таблица не прочитана: {self.path}: {error}") from None
        if not table.rows and not any(table.columns):
            return Table(list(COLUMNS))
        if not set(table.columns) >= REQUIRED:
            wanted = ", ".join(name for name in COLUMNS if name in REQUIRED)
            raise Refusal(f"это не таблица оценок (нет столбцов {wanted}), она не изменена: {self.path}")
        for row in table.rows:
            row["submission"] = str(row["submission"])
            if row["submission"] and not row.get("student"):
                row["student"] = student_of(row["submission"])
        return table

    @property
    def must_be_whole(self):
        """A table that begins anew takes the place of the old one when all are marked, not before."""
        return self.fresh and bool(self.before)

    def put(self, row):
        self.new[row["submission"]] = row

    def write(self):
        """Bring the rows of this run into the table; OSError if it can't be written."""
        if not self.on_disk:
            self.join(self.table)
            return
        with locked(self.path):
            self.join(self.read())
            write_table(self.path, self.table)
        self.fresh = False

    def join(self, table):
        if self.fresh:
            kept = [row for row in table.rows if is_ungraded(self.new.get(row["submission"])) and not is_ungraded(row)]
            self.replaced |= dict.fromkeys({row["submission"] for row in table.rows} - set(self.new) - {""}, "")
            table = Table(list(COLUMNS), kept, table.delimiter, table.encoding)
        self.kept, replaced = join(table, self.new.values())
        self.replaced |= replaced
        added = set(self.new) - self.in_place
        old = [row for row in table.rows if row["submission"] not in added]
        table.rows = old + sorted((row for row in table.rows if row["submission"] in added), key=by_name)
        mark_what_counts(table.rows)
        self.table = table

    def text(self, header=True):
        """The rows of this run as .csv."""
        rows = sorted((row for row in self.table.rows if row["submission"] in self.new), key=by_name)
        return csv_text(Table(list(COLUMNS), rows), header)

    def changes(self):
        """A line for each row of this run whose mark is not what it was: «Иванов: 4 → 6»."""
        students = Counter(row["student"] for row in self.table.rows)
        names = {new: old for old, new in self.replaced.items()}
        for row in self.table.rows:
            old = self.before.get(names.get(row["submission"], row["submission"]))
            if (
                old
                and row["submission"] in self.new
                and any(str(old.get(key, "")) != str(row[key]) for key in ("score", "status"))
            ):
                who = row["student"] if students[row["student"]] == 1 else row["submission"]
                words = [f"{old['score']} → {row['score']}"] if str(old["score"]) != str(row["score"]) else []
                words += [f"{old['status']} → {row['status']}"] if old["status"] != row["status"] else []
                yield f"{who}: {', '.join(words)}"


def join(table, rows):
    """Bring rows into a table. Returns the names whose old rows stayed, and {old: new} names of rows."""
    table.columns[:0] = [name for name in COLUMNS[:1] if name not in table.columns]
    table.columns += [name for name in COLUMNS if name not in table.columns]
    table.columns += [name for name in extra_columns(rows) if name not in table.columns]
    by_submission, of_person, kept, replaced = {}, {}, set(), {}
    for row in table.rows:
        by_submission.setdefault(row["submission"], []).append(row)
        of_person.setdefault(person(row), []).append(row)
    for new in rows:
        name, others = new["submission"], of_person.setdefault(person(new), [])
        missing = [row for row in others if row["status"] == "missing"]
        if old := by_submission.get(name):
            if is_ungraded(new) and not is_ungraded(old[0]):
                kept.add(name)
                continue
        elif new["status"] == "missing" and len(missing) < len(others):
            kept.add(name)
            continue
        elif missing:  # what was missing has come
            old = missing[:1]
            replaced[old[0]["submission"]] = name
        else:
            old = [{}]
            table.rows += old
            others += old
        by_submission[name] = old
        for row in old:
            nbval = row.get("nbval", "")
            same = all(str(row.get(key, "")) == str(new.get(key, "")) for key in MARKS)
            row.update(new)
            row["nbval"] = new.get("nbval") or (nbval if same else "")
    return kept, replaced


def extra_columns(rows):
    return dict.fromkeys(name for row in rows for name in row)


def mark_what_counts(rows):
    """Of several hand-ins of a student the best counts, of equal ones the first by name; the others say so."""
    of_person = {}
    for row in rows:
        row["feedback"] = NOT_COUNTED_BEFORE.sub("", str(row.get("feedback", "")), count=1)
        if row["submission"]:
            of_person.setdefault(person(row), []).append(row)
    for own in of_person.values():
        best = min(own, key=lambda row: (-score(row), by_name(row)))
        for row in own:
            if row["submission"] != best["submission"]:
                row["feedback"] = NOT_COUNTED.format(best["submission"]) + row["feedback"]


def counts(row):
    return bool(row["submission"]) and not NOT_COUNTED_BEFORE.match(str(row.get("feedback", "")))


def person(row):
    """Who handed in: two students of the same name have different numbers in Moodle."""
    return row["student"], participant_number(row["submission"])


def by_name(row):
    return row["submission"]


def is_ungraded(row):
    return row is not None and str(row.get("score", "")) == ""


def score(row):
    """The points of a row as a number, less than any if there are none."""
    try:
        return float(str(row["score"]).replace(",", "."))
    except ValueError:
        return -1.0


def check_targets(options):
    """Refuse now what would fail after an hour of grading."""
    try:
        if options.csv and any(os.path.isfile(path) and same_file(options.csv, path) for path in options.paths):
            raise Refusal(f"таблица оценок стёрла бы проверяемую работу: {options.csv}")
        if options.csv and options.csv != "-":
            is_workbook(Path(options.csv))
            check_writable(Path(options.csv))
    except OSError as error:
        raise Refusal(f"нельзя записать таблицу оценок {options.csv}: {in_russian(error)}") from None
    try:
        if options.feedback:
            Path(options.feedback).mkdir(parents=True, exist_ok=True)
            check_writable(Path(options.feedback) / "x.html")
    except OSError as error:
        raise Refusal(f"нельзя писать в папку для страниц {options.feedback}: {in_russian(error)}") from None


def same_file(*paths):
    return all(map(os.path.exists, paths)) and os.path.samefile(*paths)
