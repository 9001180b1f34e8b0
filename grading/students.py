"""Whose is what lies in the folder of a class: the submissions of each student, or what lies there instead."""

from collections import Counter
from dataclasses import dataclass, field, replace

from common.lab import HELPERS
from grading.names import alphabetical, participant, student_of, tell_apart

MOST_NAMES = 5
WORDS = {"link": "это ссылка, она не открывается", "special": "это не обычный файл"}
# a teacher's own files beside the students': tables, what Gradescope says of its export
TEACHERS = (".csv", ".xlsx", ".xls", ".ods", ".yml", ".yaml")


@dataclass
class Submission:
    """What is graded. `failure`: the status of one that can't be read at all, `reason`: why; then there is no source."""

    name: str
    student: str
    source: object = None
    failure: str = ""
    reason: str = ""
    ungraded: bool = False

    def read(self):
        """The bytes of the notebook; OSError or ValueError if they can't be had."""
        return self.source.read()


@dataclass
class Found:
    """The submissions, in the order of their names; what else lies there, and what was assumed."""

    submissions: list[Submission] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    assumptions: list[str] = field(default_factory=list)


def find_students(entries, level=None, own_name="", known=(), whole=True):
    """The submissions among the entries of a class.

    `level`: how deep the students' folders lie, None if that is to be found out; `own_name`: of the class's folder or
    archive; `known`: names of submissions in the table; `whole`: all of the class was asked for.
    """
    found = Found()
    entries = without_pages(entries)
    if whole:
        entries = look_through(entries, own_name, known, level, found)
    if level is None:
        level = participants_level(entries)
        if whole:
            assume_level(entries, level, found)
    of_student = {}
    for entry in entries:
        if is_teachers(entry, level):
            found.others += [entry.parts[0]] if entry.kind != "hidden" else []
        else:
            name = student_of(entry.name, level)
            _, number = participant("/".join(entry.parts[:level])) or ("", "")
            of_student.setdefault((name, number), []).append(entry)
    shown = tell_apart(of_student)
    submissions = [s for who, own in of_student.items() for s in submissions_of(shown[who], own, level)]
    found.submissions = with_unique_names(submissions)
    found.others = sorted(set(found.others), key=alphabetical)
    return found


def without_pages(entries):
    """Pages of an earlier run are nobody's, nor are the folders that hold nothing else."""
    tops = {entry.parts[0] for entry in entries if entry.kind == "page"}
    others = {entry.parts[0] for entry in entries if entry.kind not in ("page", "empty", "hidden")}
    return [entry for entry in entries if entry.kind != "page" and entry.parts[0] not in tops - others]


def is_teachers(entry, level):
    """Whether this lies beside the students' folders and is no student's."""
    top = entry.parts[0].lower()
    if len(entry.parts) <= level and entry.kind == "hidden":
        return True
    if participant(entry.parts[0]):
        return False
    if top.endswith(TEACHERS) or (top == HELPERS.name and len(entry.parts) == 1):
        return entry.kind != "notebook"
    return len(entry.parts) < level and entry.kind in ("file", "empty")


def look_through(entries, own_name, known, level, found):
    """The same without the folders around the class."""
    while folder := folder_around(entries, own_name, known, level is None):
        found.others += [e.parts[0] for e in entries if e.parts[0] != folder and e.kind != "hidden"]
        entries = [replace(e, parts=e.parts[1:]) for e in entries if e.parts[0] == folder and len(e.parts) > 1]
        if folder != own_name and not any(participant(entry.parts[0]) for entry in entries):
            found.assumptions.append(
                f"«{folder}» — папка вокруг группы, студенты — папки в ней. Если это один студент, укажите --level 1."
            )
    return entries


def folder_around(entries, own_name, known, may_guess):
    """The folder, or archive, in which the whole class lies, None if there is none."""
    tops = {entry.parts[0] for entry in entries if not is_teachers(entry, 1)}
    folders = {e.parts[0] for e in entries if len(e.parts) > 1 or e.kind in ("closed", "empty")} & tops
    handed_in = {e.parts[0] for e in entries if e.kind in ("notebook", "refused", "closed", *WORDS)}
    if len(folders) != 1 or (handed_in & tops) - folders:
        return None
    (folder,) = folders
    inner = [entry for entry in entries if entry.parts[0] == folder and len(entry.parts) > 1]
    if not inner or participant(folder) or any(name.startswith(f"{folder}/") for name in known):
        return None
    if folder == own_name or any(participant(entry.parts[1]) for entry in inner):
        return folder
    files = [e for e in inner if len(e.parts) == 2 and e.kind in ("notebook", "refused", *WORDS)]
    inner_folders = {e.parts[1] for e in inner if len(e.parts) > 2 or e.kind in ("empty", "closed")}
    return folder if may_guess and not files and len(inner_folders) > 1 else None


def participants_level(entries):
    """Where a learning system's names stand in most folders, below the folders of groups; else at the top."""
    tops = {entry.parts[0] for entry in entries if not is_teachers(entry, 1)}
    for level in (2, 3):
        named = {e.parts[0] for e in entries if len(e.parts) >= level and participant(e.parts[level - 1])}
        if not any(map(participant, tops)) and len(named) > len(tops) / 2:
            return level
    return 1


def assume_level(entries, level, found):
    """Say so if the folders that are taken for students may as well be groups."""
    notebooks = {}
    for entry in entries:
        if entry.kind == "notebook" and len(entry.parts) > level and not participant("/".join(entry.parts[:level])):
            notebooks.setdefault("/".join(entry.parts[:level]), []).append(entry.parts[level])
    doubtful = [folder for folder, inner in notebooks.items() if len(set(inner)) > 1]
    if doubtful and len(doubtful) > len({entry.parts[0] for entry in entries if not is_teachers(entry, level)}) / 2:
        found.assumptions.append(
            f"Студенты — папки {some_names(doubtful)}, хотя в каждой несколько блокнотов. "
            f"Если студенты — то, что лежит в них, укажите --level {level + 1}."
        )


def submissions_of(student, entries, level):
    """What one student handed in: the notebooks, and what should be one; or one `missing` with what lies there."""
    found = []
    for entry in entries:
        unread = entry.kind in WORDS and entry.name.lower().endswith(".ipynb")
        if entry.kind == "notebook":
            found.append(Submission(entry.name, student, entry.source))
        elif unread:
            found.append(Submission(entry.name, student, failure="unreadable", reason=WORDS[entry.kind]))
        elif entry.kind in ("closed", "refused"):
            found.append(Submission(entry.name, student, None, "unreadable", entry.reason, entry.kind == "closed"))
    place = "/".join(entries[0].parts[:level])
    return found or [Submission(place, student, failure="missing", reason=what_lies_there(entries))]


def what_lies_there(entries):
    """The words for a student without a notebook."""
    files = [entry for entry in entries if entry.kind in ("file", *WORDS)]
    hidden = [entry for entry in entries if entry.kind == "hidden"]
    if files:
        links = f"; {WORDS['link']}" if any(entry.kind == "link" for entry in files) else ""
        return f"блокнота нет: есть только {some_names(entry.parts[-1] for entry in files)}{links}"
    if hidden:
        return f"блокнота нет: только скрытое ({some_names(entry.parts[-1] for entry in hidden)})"
    return "блокнота нет: папка пуста"


def some_names(names):
    names = list(dict.fromkeys(names))
    rest = f" и ещё {len(names) - MOST_NAMES}" if len(names) > MOST_NAMES else ""
    return ", ".join(names[:MOST_NAMES]) + rest


def with_unique_names(submissions):
    """In the order of their names; one that comes again gets a number."""
    submissions = sorted(submissions, key=lambda submission: alphabetical(submission.name))
    times, taken = Counter(), {submission.name for submission in submissions}
    for submission in submissions:
        name = submission.name
        times[name] += 1
        while times[name] > 1 and submission.name in taken:
            submission.name = f"{name} ({times[name]})"
            times[name] += submission.name in taken
        taken.add(submission.name)
    return submissions
