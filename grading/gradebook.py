"""The grade book: a table on disk whose rows are updated where they stand; new ones are appended."""

import contextlib
import csv
import importlib.util
import io
import os
from collections import Counter
from operator import itemgetter
from pathlib import Path

from common.command import Refusal
from grading.names import one_line, student_of
from grading.rows import COLUMNS, annotate, by_name, grouped, is_set_by_hand, is_ungraded, person
from grading.tables import CsvGrid, Table, harmless
from init_utils import EXERCISES

try:
    import fcntl
except ImportError:  # Windows, where `merge` works: one run at a time
    fcntl = None

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
        self.before = {row["submission"]: dict(row) for row in self.submissions}
        self.fresh = fresh  # until the first write
        self.new = {}
        self.kept = set()  # names of this run whose old rows stay as they were
        self.by_hand = {}  # {name: the score of the functions, which is not that of the row}
        self.replaced = {}  # {name of a row that is no more: its new name, or ""}

    @property
    def submissions(self):
        """The rows of submissions; between them there may be blank ones, and others of the teacher's."""
        return [row for row in self.table.rows if row["submission"]]

    def read(self):
        exists = self.on_disk and self.path.exists()
        try:
            table = Table(open_grid(self.path, exists), COLUMNS)
        except (ValueError, OSError) as error:
            raise Refusal(f"таблица не прочитана и не изменена: {self.path}: {error}") from None
        if not table.grid.height:
            table.add_columns(COLUMNS)
        if not table.places.keys() >= set(REQUIRED):
            raise Refusal(f"это не таблица оценок (нет столбцов {', '.join(REQUIRED)}), она не изменена: {self.path}")
        for row in table.rows:
            if not row.get("student"):
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
        with locked(self.path) if self.on_disk and fcntl else contextlib.nullcontext():
            if self.on_disk:
                self.table = self.read()
            self.join()
            if self.on_disk:
                self.table.save(self.path)
                self.fresh = False

    def join(self):
        """Each row comes to where it, or what it replaces, stands."""
        if self.fresh:
            self.begin_anew()
        self.table.add_columns(method for method in EXERCISES if method not in self.table.places)
        self.kept, self.by_hand = set(), {}
        named, of_person = grouped(self.submissions, itemgetter("submission")), grouped(self.submissions, person)
        # what could not be opened comes last: it has a row only if the student has no other
        for new in sorted(self.new.values(), key=lambda row: (is_unopened(row), by_name(row))):
            name, own = new["submission"], of_person.setdefault(person(new), [])
            placeholders = [row for row in own if row["status"] == "missing" or is_unopened(row)]
            if places := named.get(name):
                stays = is_ungraded(new) and not is_ungraded(places[0])
            else:
                places = placeholders[:1]  # what was missing has come
                stays = bool(own) and (is_unopened(new) or (new["status"] == "missing" and own != places))
            if stays:
                self.kept.add(name)
                continue
            if not places:
                places = [dict.fromkeys(COLUMNS, "")]
                self.table.rows += places
                own += places
            elif places[0]["submission"] != name:
                self.replaced[places[0]["submission"]] = name
            named[name] = places
            for row in places:
                self.update(row, new)
        annotate(self.submissions)

    def update(self, row, new):
        same = all(row.get(key) == new.get(key) for key in MARKS)
        values = new | {"nbval": new.get("nbval") or (row.get("nbval", "") if same else "")}
        if is_set_by_hand(row) and not is_set_by_hand(new):
            self.by_hand[new["submission"]] = new["score"] or "—"
            values |= {key: row[key] for key in KEPT_BY_HAND if key in row}
        row.update((title, text) for title, text in values.items() if title in COLUMNS or not row.get(title))

    def begin_anew(self):
        """Only what is not graded this time keeps its old row."""
        old = self.submissions
        self.replaced |= dict.fromkeys({row["submission"] for row in old} - set(self.new), "")
        self.table.clear()
        self.table.add_columns(COLUMNS)
        ungraded = [name for name, row in self.new.items() if is_ungraded(row)]
        self.table.rows = [row for row in old if row["submission"] in ungraded and not is_ungraded(row)]

    def text(self, header=True):
        """The rows of this run as .csv."""
        rows = sorted((row for _, row in self.rows_of_this_run()), key=by_name)
        cells = [[harmless(one_line(row.get(column, ""))) for column in COLUMNS] for row in rows]
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\n").writerows([COLUMNS, *cells] if header else cells)
        return text.getvalue()

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
        times = Counter(row["student"] for row in self.submissions)
        for row in self.submissions:
            if row["submission"] in self.new:
                yield row["student"] if times[row["student"]] == 1 else row["submission"], row


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


def open_grid(path, exists):
    if not is_workbook(path):
        return CsvGrid.parse(path.read_bytes() if exists else b"")
    from grading.workbook import WorkbookGrid

    return WorkbookGrid(path if exists and path.stat().st_size else None)


@contextlib.contextmanager
def locked(path):
    """Nobody else who asks for it reads and replaces the file meanwhile; the lock ends with the process, too."""
    path = path.resolve()
    lock = path.with_name(f".{path.name}.lock")
    while True:
        with open(lock, "a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            if os.fstat(file.fileno()).st_nlink:  # else its owner has just removed it: once more
                try:
                    yield
                finally:
                    lock.unlink()
                return
