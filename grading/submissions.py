"""Find the submissions: every student has one at least, if only with the words of what lies there instead.

A submission is named after its place below the folder of the class, however that place is spelled: `Иванов/lab.ipynb`.
"""

import os
from pathlib import Path

from common.command import Refusal
from grading.finding import Finder, is_archive
from grading.names import readable_name, student_of
from grading.students import Layout, some_names


def find_submissions(paths, folder, level=None, known=(), ours=()):
    """The submissions, what else lies there, and what was assumed: students.Found.

    `folder`: an empty one for what comes out of archives; `level`: how deep the students' folders lie, None if that is
    to be found out; `known`: names of submissions in the table; `ours`: files and folders that are no submissions.
    """
    paths = [os.path.abspath(path) for path in paths]
    for path in paths:
        if not os.path.lexists(path):
            raise Refusal(f"нет такого файла или папки: {path}")
    root = class_folder(paths, known)
    is_in_archive = paths == [root] and not os.path.isdir(root)
    own_name = student_of(readable_name(os.path.basename(root)))
    with Finder(folder, {os.path.abspath(path) for path in ours}) as finder:
        found = (entry for path in paths for entry in entries_at(path, root, finder))
        entries = {(entry.parts, entry.source): entry for entry in found}
        layout = Layout(list(entries.values()), level, own_name, known, whole=paths == [root])
        opened = finder.open_archives(layout.entries, layout.level, depth=int(is_in_archive))
        found = layout.find(opened)
    if not found.submissions:
        there = f", есть только {some_names(found.others)}" if found.others else ""
        raise Refusal(f"не найдено ни одной работы{there}: {', '.join(paths)}")
    return found


def entries_at(path, root, finder):
    if path != root:
        return finder.look(path, tuple(map(readable_name, os.path.relpath(path, root).split(os.sep))))
    return finder.look_into_folder(path, ()) if os.path.isdir(path) else finder.look_into_the_class_archive(path)


def class_folder(paths, known):
    """The folder from which names are counted.

    One folder or archive is the class itself, several paths lie in the class that is around them. But if
    the table has more submissions that lie under a folder further up, that is the class.
    """
    if len(paths) == 1 and (os.path.isdir(paths[0]) or is_archive(paths[0])):
        default = paths[0]
    else:
        around = os.path.commonpath(paths)
        default = (
            around if around in paths and os.path.isdir(around) else os.path.commonpath(map(os.path.dirname, paths))
        )
    candidates = [default, *map(str, Path(default).parents)][:4]
    known = list(known)[:: max(1, len(known) // 200)]
    return max(candidates, key=lambda folder: sum(lies_under(folder, name) for name in known))


def lies_under(folder, name):
    """Whether a submission with this name, or the archive in which it is, lies under the folder."""
    for part in name.split("/"):
        folder = os.path.join(folder, part)
        if not os.path.isdir(folder):
            return os.path.exists(folder)
    return True
