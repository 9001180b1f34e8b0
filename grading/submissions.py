"""Find the hand-ins: every student has one at least, if only with the words of what lies there instead.

A hand-in is named after its place below the folder of the class, however that place is spelled: `Иванов/lab.ipynb`.
"""

import os
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

from common.command import Refusal
from grading.confined.unpacking import is_hidden, is_notebook_name
from grading.finding import UNREAD, Finder, is_archive, read
from grading.names import readable_name, student_of

MOST_NAMES = 5


@dataclass
class Submission:
    """A hand-in. `failure`: the status of one that cannot be read at all, `reason`: why; then there is no source."""

    name: str
    student: str
    source: object = None
    failure: str = ""
    reason: str = ""
    ungraded: bool = False

    def read(self):
        """The bytes of the notebook; OSError or ValueError if they can't be had."""
        return read(self.source)


def find_submissions(paths, folder, level=1, known=(), ours=()):
    """The hand-ins, in the order of their names.

    `folder`: an empty one for what comes out of archives; `level`: how deep the students' folders lie;
    `known`: names of hand-ins in the table; `ours`: files and folders of ours, which are no hand-ins.
    """
    paths = [os.path.abspath(path) for path in paths]
    for path in paths:
        if not os.path.lexists(path):
            raise Refusal(f"нет такого файла или папки: {path}")
    root = class_folder(paths, known)
    entries = {}
    with Finder(folder, {os.path.abspath(path) for path in ours}, level) as finder:
        for path in paths:
            if path == root and not os.path.isdir(path):
                entries_of_path = finder.look_into_the_class_archive(path)
                while has_only_a_folder(entries_of_path, student_of(readable_name(os.path.basename(path)))):
                    entries_of_path = [replace(e, parts=e.parts[1:]) for e in entries_of_path if len(e.parts) > 1]
                entries_of_path = finder.open_students_archives(entries_of_path)
            elif path == root:
                entries_of_path = finder.look_into_folder(path, ())
            else:
                place = os.path.relpath(path, root).split(os.sep)
                entries_of_path = finder.look(path, tuple(map(readable_name, place)))
            for entry in finder.within_limits(entries_of_path):
                entries.setdefault((entry.parts, entry.source), entry)

    students = {}
    for entry in entries.values():
        if entry.kind != "hidden" or len(entry.parts) > level:
            students.setdefault(student_of(entry.name, level), []).append(entry)
    submissions = [s for student, found in sorted(students.items()) for s in hand_ins(student, found, level)]
    if not submissions:
        hidden = ", только скрытые файлы" if entries else ""
        raise Refusal(f"не найдено ни одной работы{hidden}: {', '.join(paths)}")
    return with_unique_names(submissions)


def class_folder(paths, known):
    """The folder from which names are counted.

    One folder or archive is the class itself, several paths lie in the class that is around them. But if
    the table has more hand-ins that lie under a folder further up, that is the class.
    """
    if len(paths) == 1 and (os.path.isdir(paths[0]) or is_archive(paths[0])):
        default = paths[0]
    else:
        around = os.path.commonpath(paths)
        default = (
            around if around in paths and os.path.isdir(around) else os.path.commonpath(map(os.path.dirname, paths))
        )
        if len(paths) > 1 and len(set(paths)) == 1 and os.path.isdir(paths[0]):
            default = paths[0]
    candidates = [default, *map(str, Path(default).parents)][:4]
    known = list(known)[:: max(1, len(known) // 200)]
    return max(candidates, key=lambda folder: sum(lies_under(folder, name) for name in known))


def lies_under(folder, name):
    """Whether a hand-in with this name, or the archive in which it is, lies under the folder."""
    for part in name.split("/"):
        folder = os.path.join(folder, part)
        if not os.path.isdir(folder):
            return os.path.exists(folder)
    return True


def has_only_a_folder(found, name):
    """Whether an archive holds one folder around everything: of its own name, or with no file of its own."""
    found = [entry.parts for entry in found if not any(map(is_hidden, entry.parts))]
    around = {inner[0] for inner in found}
    if len(around) != 1 or any(len(inner) == 1 for inner in found):
        return False
    return around == {name} or all(len(inner) > 2 for inner in found)


def hand_ins(student, entries, level):
    """What one student handed in: the notebooks, and what should be one; or one `missing` with what lies there."""
    found = []
    for entry in entries:
        unread = entry.kind in UNREAD and is_notebook_name(entry.name)
        if entry.kind == "notebook":
            found.append(Submission(entry.name, student, entry.source))
        elif unread:
            found.append(Submission(entry.name, student, failure="unreadable", reason=UNREAD[entry.kind]))
        elif entry.kind == "refused":
            found.append(Submission(entry.name, student, None, "unreadable", entry.reason, entry.ungraded))
    place = "/".join(entries[0].parts[:level])
    return found or [Submission(place, student, failure="missing", reason=what_lies_there(entries))]


def what_lies_there(entries):
    """The words for a student without a notebook."""
    files = [entry for entry in entries if entry.kind in ("file", *UNREAD)]
    hidden = [entry for entry in entries if entry.kind == "hidden"]
    if not files and hidden:
        return f"блокнота нет: только скрытое ({some_names(hidden)})"
    if not files:
        return "блокнота нет: папка пуста"
    kinds = Counter(entry.kind for entry in files)
    links = f"; {UNREAD['link']}" if kinds["link"] else ""
    return f"блокнота нет: есть только {some_names(files)}{links}"


def some_names(entries):
    names = list(dict.fromkeys(entry.parts[-1] for entry in entries))
    rest = f" и ещё {len(names) - MOST_NAMES}" if len(names) > MOST_NAMES else ""
    return ", ".join(names[:MOST_NAMES]) + rest


def with_unique_names(submissions):
    seen = set()
    for submission in sorted(submissions, key=lambda s: s.name):
        name, number = submission.name, 2
        while submission.name in seen:
            submission.name, number = f"{name} ({number})", number + 1
        seen.add(submission.name)
    return sorted(submissions, key=lambda s: s.name)
