"""Whose is what lies in the folder of a class: the submissions of each student, or what lies there instead."""

import itertools
from dataclasses import dataclass, field, replace

from common.lab import HELPERS
from grading.confined.unpacking import is_notebook_name
from grading.finding import UNREAD, read
from grading.names import alphabetical, participant, student_of, tell_apart

MOST_NAMES = 5
HANDED_IN = ("notebook", "candidate", "archive", "refused", *UNREAD)
# a teacher's own files beside the students': tables, what Gradescope says of its export
TEACHERS = (".csv", ".xlsx", ".xls", ".ods", ".yml", ".yaml")


@dataclass
class Submission:
    """What is graded. `failure`: the status of one that can't be read at all, then without a source; `reason`: why."""

    name: str
    student: str
    source: object = None
    failure: str = ""
    reason: str = ""
    ungraded: bool = False

    def read(self):
        """The bytes of the notebook; OSError or ValueError if they can't be had."""
        return read(self.source)


@dataclass
class Found:
    """The submissions, in the order of their names; what else lies there, and what was assumed."""

    submissions: list[Submission] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    assumptions: list[str] = field(default_factory=list)


class Layout:
    """Where in the folder of a class the students' folders lie.

    `level`: how deep, None if that is to be found out; `own_name`: of the class's folder or archive; `known`: names of
    submissions in the table; `whole`: all of the class was asked for.
    """

    def __init__(self, entries, level=None, own_name="", known=(), whole=True):
        self.found = Found()
        self.entries = without_pages(entries)
        if whole:
            self.look_through(own_name, known, may_guess=level is None)
        self.level = level or participants_level(self.entries)
        self.doubtful = whole and level is None
        # then a plain file beside them is nobody's; where some hand in files, it may be all that somebody has handed in
        files = any(len(entry.parts) == self.level and entry.kind in HANDED_IN for entry in self.entries)
        self.in_folders = not files and any(len(entry.parts) > self.level for entry in self.entries)

    def look_through(self, own_name, known, may_guess):
        """Leave out the folders around the class."""
        guessed = []
        while folder := folder_around(self.entries, own_name, known, may_guess):
            beside = [entry for entry in self.entries if entry.parts[0] != folder and entry.kind != "hidden"]
            self.found.others += [entry.parts[0] for entry in beside]
            inner = [entry for entry in self.entries if entry.parts[0] == folder and len(entry.parts) > 1]
            self.entries = [replace(entry, parts=entry.parts[1:]) for entry in inner]
            guessed += [folder] if folder != own_name else []
        if guessed and not any(participant(entry.parts[0]) for entry in self.entries):
            words = f"«{'/'.join(guessed)}» — папка вокруг группы, студенты — в ней"
            self.found.assumptions.append(f"{words}. Если это один студент, укажите --level 1.")

    def find(self, entries):
        """The submissions among the entries, in which archives are opened by now."""
        entries = without_pages(list(entries))
        if self.doubtful:
            self.found.assumptions += doubts(entries, self.level)
        of_student = {}
        for entry in entries:
            if not (is_teachers(entry, self.level) or self.is_stray(entry)):
                _, number = participant("/".join(entry.parts[: self.level])) or ("", "")
                of_student.setdefault((student_of(entry.name, self.level), number), []).append(entry)
            elif entry.kind != "hidden":
                self.found.others.append(entry.parts[0])
        shown = tell_apart(of_student)
        submissions = [s for who, own in of_student.items() for s in submissions_of(shown[who], own, self.level)]
        self.found.submissions = with_unique_names(submissions)
        self.found.others = sorted(set(self.found.others), key=alphabetical)
        return self.found

    def is_stray(self, entry):
        is_file = entry.kind == "file" and len(entry.parts) == self.level
        return is_file and self.in_folders and not participant(entry.name)


def without_pages(entries):
    """Pages of an earlier run are nobody's, nor are folders that hold nothing else."""
    tops = {entry.parts[0] for entry in entries if entry.kind == "page"}
    others = {entry.parts[0] for entry in entries if entry.kind not in ("page", "empty", "hidden")}
    return [entry for entry in entries if entry.parts[0] not in tops - others]


def is_teachers(entry, level):
    """Whether this lies beside the students' folders and is no student's."""
    top = entry.parts[0].lower()
    if entry.kind == "hidden":
        return len(entry.parts) <= level
    if participant(entry.parts[0]) or entry.kind == "notebook":
        return False
    is_file = len(entry.parts) == 1 and entry.kind in ("file", "candidate")
    if is_file and (top.endswith(TEACHERS) or top == HELPERS.name):
        return True
    return len(entry.parts) < level and entry.kind in ("file", "empty", "candidate")


def folder_around(entries, own_name, known, may_guess):
    """The folder, or archive, in which the whole class lies, None if there is none."""
    entries = [entry for entry in entries if not is_teachers(entry, 1)]
    folder, *others = {entry.parts[0] for entry in entries if is_folder(entry, 1)} or [None]
    inner = [entry for entry in entries if entry.parts[0] == folder and len(entry.parts) > 1]
    handed_in = {entry.parts[0] for entry in entries if entry.kind not in ("file", "empty")}
    if (
        not inner
        or others
        or handed_in - {folder}
        or participant(folder)
        or any(name.startswith(f"{folder}/") for name in known)
    ):
        return None
    if folder == own_name or any(participant(entry.parts[1]) for entry in inner):
        return folder
    return folder if may_guess and holds_students(inner, 1) else None


def holds_students(entries, depth):
    """Whether a folder at this depth, through folders that stand alone, holds several folders and no notebook."""
    if any(len(entry.parts) == depth + 1 and entry.kind in ("notebook", "candidate") for entry in entries):
        return False
    folders = {entry.parts[depth] for entry in entries if is_folder(entry, depth + 1)}
    inner = [entry for entry in entries if len(entry.parts) > depth + 1]
    return len(folders) > 1 or (len(folders) == 1 and bool(inner) and holds_students(inner, depth + 1))


def is_folder(entry, depth):
    """Whether the first so many parts of a place name a folder, or an archive, which is one in a file."""
    return len(entry.parts) > depth or (entry.kind in ("empty", "archive", "refused"))


def participants_level(entries):
    """Where a learning system's names stand in most folders, below the folders of groups; else at the top."""
    tops = {entry.parts[0] for entry in entries if not is_teachers(entry, 1)}
    for level in (2, 3):
        named = {e.parts[0] for e in entries if len(e.parts) >= level and participant(e.parts[level - 1])}
        if not any(map(participant, tops)) and len(named) > len(tops) / 2:
            return level
    return 1


def doubts(entries, level):
    """Words, if the folders that are taken for students may as well be groups."""
    students = {entry.parts[:level] for entry in entries if not is_teachers(entry, level)}
    inner = {}
    for entry in entries:
        if entry.kind == "notebook" and not participant("/".join(entry.parts[:level])):
            inner.setdefault(entry.parts[:level], set()).add(entry.parts[level:])
    names = {folder: {place[:1] for place in places} for folder, places in inner.items()}
    several = [folder for folder in names if len(names[folder]) > 1]
    named = [folder for folder in names if any(participant(name) for place in names[folder] for name in place)]
    alone = [folder for folder in inner if len(students) == 1 and max(map(len, inner[folder])) > 1]
    if doubtful := named or alone or (several if len(several) > len(inner) / 2 else []):
        said = some_names(map("/".join, doubtful))
        yield f"Студентами приняты: {said}. Если студенты — папки и файлы внутри, укажите --level {level + 1}."


def submissions_of(student, entries, level):
    """What one student handed in: the notebooks, and what should be one; or one `missing` with what lies there."""
    found = []
    for entry in entries:
        if entry.kind == "notebook":
            found.append(Submission(entry.name, student, entry.source))
        elif entry.kind == "refused" or (entry.kind in UNREAD and is_notebook_name(entry.name)):
            reason = entry.reason or UNREAD.get(entry.kind, "")
            found.append(Submission(entry.name, student, None, "unreadable", reason, entry.ungraded))
    place = "/".join(entries[0].parts[:level])
    return found or [Submission(place, student, failure="missing", reason=what_lies_there(entries))]


def what_lies_there(entries):
    """The words for a student without a notebook."""
    links = f"; {UNREAD['link']}" if any(entry.kind == "link" for entry in entries) else ""
    if files := some_names(entry.parts[-1] for entry in entries if entry.kind in ("file", *UNREAD)):
        return f"блокнота нет: есть только {files}{links}"
    if hidden := some_names(entry.parts[-1] for entry in entries if entry.kind == "hidden"):
        return f"блокнота нет: только скрытое ({hidden})"
    return "блокнота нет: папка пуста"


def some_names(names):
    names = list(dict.fromkeys(names))
    rest = f" и ещё {len(names) - MOST_NAMES}" if len(names) > MOST_NAMES else ""
    return ", ".join(names[:MOST_NAMES]) + rest


def with_unique_names(submissions):
    """In the order of their names; one that comes again gets a number."""
    submissions = sorted(submissions, key=lambda submission: alphabetical(submission.name))
    taken, seen = {submission.name for submission in submissions}, set()
    for submission in submissions:
        if submission.name in seen:
            numbered = (f"{submission.name} ({number})" for number in itertools.count(2))
            submission.name = next(name for name in numbered if name not in taken)
            taken.add(submission.name)
        seen.add(submission.name)
    return submissions
