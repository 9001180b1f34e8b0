"""The grade book: a table on disk whose rows are updated where they stand; new ones are appended."""

import importlib.util
from collections import Counter
from pathlib import Path

from common.command import Refusal
from common.files import locked
from grading.names import student_of
from grading.rows import COLUMNS, annotate, by_name, is_set_by_hand, is_ungraded, person
from grading.tables import CsvGrid, Row, Table
from init_utils import EXERCISES

REQUIRED = ("submission", "status", "score", "max_score")  # the others may be deleted
MARKS = ("status", *EXERCISES, "score")
KEPT_BY_HAND = ("score", "feedback")


class Gradebook:
    """The table in a file, or in memory only if `path` is None or no ordinary file.

    Each write reads the file again under a lock: two runs at the same time lose nothing of each other's.
    """

    def __init__(self, path=None, fresh=False):
        self.path = Path(path) if path else None
        self.on_disk = self.path and (not self.path.exists() or self.path.is_file())  # another run may be making it
        self.table = self.read()
        self.before = {row["submission"]: dict(row) for row in self.table.rows if row["submission"]}
        self.fresh = fresh  # until the first write
        self.new = {}
        self.kept = set()  # names of this run whose old rows stay as they were
        self.by_hand = {}  # {name: the score of the functions, which is not that of the row}
        self.replaced = {}  # {name of a row that is no more: its new name, or ""}

    def read(self):
        if not self.on_disk or not self.path.exists():
            return self.empty()
        try:
            table = Table(read_grid(self.path), COLUMNS)
        except (ValueError, OSError) as error:
            raise Refusal(f"таблица не прочитана и не изменена: {self.path}: {error}") from None
        if not (table.rows or table.places or table.notes):
            return self.empty()
        if not table.places.keys() >= set(REQUIRED):
            raise Refusal(f"это не таблица оценок (нет столбцов {', '.join(REQUIRED)}), она не изменена: {self.path}")
        for row in table.rows:
            if row["submission"] and not row.get("student"):
                row["student"] = student_of(row["submission"])
        return table

    def empty(self):
        table = Table(new_grid(self.path), COLUMNS)
        table.add_columns(COLUMNS)
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
            self.table.save(self.path)
        self.fresh = False

    def join(self, table):
        if self.fresh:
            self.begin_anew(table)
        table.add_columns(method for method in EXERCISES if method not in table.places)
        joining = Joining(table.rows)
        # what could not be opened comes last: it has a row only if the student has no other
        for row in sorted(self.new.values(), key=lambda row: (is_unopened(row), by_name(row))):
            joining.add(row)
        self.kept, self.by_hand = joining.kept, joining.by_hand
        self.replaced |= joining.replaced
        annotate(table.rows)
        self.table = table

    def begin_anew(self, table):
        """Only what is not graded this time keeps its old row."""
        kept = [
            Row(row)
            for row in table.rows
            if row["submission"] in self.new and is_ungraded(self.new[row["submission"]]) and not is_ungraded(row)
        ]
        self.replaced |= dict.fromkeys({row["submission"] for row in table.rows} - set(self.new) - {""}, "")
        table.clear()
        table.add_columns(COLUMNS)
        table.rows = kept

    def text(self, header=True):
        """The rows of this run as .csv."""
        table = Table(CsvGrid(), COLUMNS)
        table.add_columns(COLUMNS)
        table.rows = [Row(row) for row in sorted(self.table.rows, key=by_name) if row["submission"] in self.new]
        table.data()
        return table.grid.text(first=0 if header else 1)

    def changes(self):
        """A line for each row of this run whose mark is not what it was: «Иванов: 4 → 6»."""
        names = {new: old for old, new in self.replaced.items()}
        for who, row in self.rows_of_this_run():
            if old := self.before.get(names.get(row["submission"], row["submission"])):
                words = [f"{old[key]} → {row[key]}" for key in ("score", "status") if old[key] != row[key]]
                if words:
                    yield f"{who}: {', '.join(words)}"

    def scores_by_hand(self):
        """A line for each row of this run whose score is a teacher's: «Иванов: 6 (по функциям 5)»."""
        for who, row in self.rows_of_this_run():
            if row["submission"] in self.by_hand and is_set_by_hand(row):
                yield f"{who}: {row['score']} (по функциям {self.by_hand[row['submission']]})"

    def rows_of_this_run(self):
        """(the student, or his submission if he has several, row) of each."""
        times = Counter(row["student"] for row in self.table.rows)
        for row in self.table.rows:
            if row["submission"] in self.new:
                yield row["student"] if times[row["student"]] == 1 else row["submission"], row


class Joining:
    """Brings rows into the rows of a table, each to the place where it, or what it replaces, stands."""

    def __init__(self, rows):
        self.rows = rows
        self.by_submission, self.of_person = {}, {}
        self.kept, self.replaced, self.by_hand = set(), {}, {}
        for row in rows:
            if row["submission"]:
                self.by_submission.setdefault(row["submission"], []).append(row)
                self.of_person.setdefault(person(row), []).append(row)

    def add(self, new):
        name, others = new["submission"], self.of_person.setdefault(person(new), [])
        places = self.by_submission.get(name)
        placeholder = next((row for row in others if row["status"] == "missing" or is_unopened(row)), None)
        if places and is_ungraded(new) and not is_ungraded(places[0]):
            self.kept.add(name)
        elif places:
            self.update(places, new)
        elif others and (is_unopened(new) or (new["status"] == "missing" and others != [placeholder])):
            self.kept.add(name)
        elif placeholder:  # what was missing has come
            self.replaced[placeholder["submission"]] = name
            self.update([placeholder], new)
        else:
            row = Row()
            self.rows.append(row)
            others.append(row)
            self.update([row], new)

    def update(self, places, new):
        self.by_submission[new["submission"]] = places
        for row in places:
            same = all(row.get(key, "") == new.get(key, "") for key in MARKS)
            values = dict(new) | {"nbval": new.get("nbval") or (row.get("nbval", "") if same else "")}
            if row and is_set_by_hand(row) and not is_set_by_hand(new):
                self.by_hand[new["submission"]] = new["score"] or "—"
                values |= {key: row[key] for key in KEPT_BY_HAND if key in row}
            row.update(values)
            row.notes = getattr(new, "notes", {})


def is_unopened(row):
    """A file or a folder that we had no right to read."""
    return row["status"] == "unreadable" and is_ungraded(row)


def is_workbook(path):
    """Whether the name says so; refuses what can't be written, now rather than after the grading."""
    suffix = path.suffix.lower() if path else ""
    if suffix in (".xls", ".ods"):
        raise Refusal(f"таблицы {suffix} не пишутся, только .xlsx и .csv: {path}")
    if suffix == ".xlsx" and not importlib.util.find_spec("openpyxl"):
        raise Refusal("для .xlsx нужен openpyxl; установите его: python -m pip install -r grading/requirements.txt")
    return suffix == ".xlsx"


def new_grid(path):
    if not is_workbook(path):
        return CsvGrid()
    from grading.workbook import WorkbookGrid

    return WorkbookGrid()


def read_grid(path):
    if not is_workbook(path):
        return CsvGrid.parse(path.read_bytes())
    from grading.workbook import WorkbookGrid

    return WorkbookGrid(path) if path.stat().st_size else WorkbookGrid()
