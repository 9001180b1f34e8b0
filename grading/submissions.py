"""Find the hand-ins: every student has one at least, if only with the words of what lies there instead.

A hand-in is named after its place below the folder of the class, however that place is spelled: `Иванов/lab.ipynb`.
"""

import errno
import os
import re
import stat
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from common.command import Refusal, in_russian
from grading import archives
from grading.archives import Refused, kind_of
from grading.names import readable_name, student_of

LARGEST_NOTEBOOK = 30 << 20
TOO_LARGE = "Очистите в Jupyter результаты (Edit → Clear Outputs of All Cells) и сохраните его ещё раз"
LARGEST_INNER_ARCHIVE = 200 << 20
DEEPEST_FOLDER = 40
HEAD = 512
SYSTEM = {"__MACOSX", "__pycache__", "thumbs.db", "desktop.ini"}
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
# the keys of a notebook, in any order
NOTEBOOK_KEYS = (re.compile(rb'"(cells|worksheets)"\s*:\s*\['), re.compile(rb'"nbformat"\s*:\s*\d'))
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


@dataclass
class Entry:
    """Something that lies in the folder of the class: what it is, and why it can't be looked at, if it can't."""

    parts: tuple
    kind: str  # file, notebook, hidden, empty, link, special, closed, refused
    source: object = None
    reason: str = ""

    @property
    def name(self):
        return "/".join(self.parts)


@dataclass
class StoredFile:
    """A file of the file system."""

    path: str

    def read(self, most):
        """At most so many bytes of a regular file; a link or a pipe is no submission."""
        descriptor = os.open(self.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise ValueError("это не обычный файл. Положите на его место сам блокнот")
            return file.read(most)


def read(source):
    """All bytes of a notebook of bounded size, in UTF-8."""
    data = source.read(LARGEST_NOTEBOOK + 1)
    if len(data) > LARGEST_NOTEBOOK:
        raise ValueError(f"файл больше {LARGEST_NOTEBOOK >> 20} МБ. {TOO_LARGE}")
    return data.decode("utf-16").encode() if data.startswith(UTF_16) else data


def system_words(error):
    """An error of the file system in Russian."""
    code = errno.errorcode.get(error.errno, error.errno)
    return ERRORS_OF_FILES.get(error.errno, f"файл нельзя прочитать: ошибка системы {code}")


ERRORS_OF_FILES = {
    errno.ELOOP: "это ссылка, а не файл. Положите на её место сам блокнот",
    errno.EACCES: "файл закрыт для чтения. Дайте право читать его и повторите проверку",
    errno.EPERM: "файл закрыт для чтения. Дайте право читать его и повторите проверку",
    errno.ENOENT: "файла больше нет. Повторите проверку",
    errno.EISDIR: "это папка, а не файл",
    errno.ENAMETOOLONG: "имя файла слишком длинное. Переименуйте его",
    errno.EIO: "файл не читается: ошибка диска. Скопируйте его заново",
    errno.ESTALE: "файл не читается: нет связи с сетевой папкой. Повторите проверку",
}


def find_submissions(paths, shelf, level=1, known=(), ours=()):
    """The hand-ins, in the order of their names.

    `shelf`: an empty folder for archives that lie in archives; `level`: how deep the students' folders lie;
    `known`: names of hand-ins in the table; `ours`: files and folders of ours, which are no hand-ins.
    """
    paths = [os.path.abspath(path) for path in paths]
    for path in paths:
        if not os.path.lexists(path):
            raise Refusal(f"нет такого файла или папки: {path}")
    root = class_folder(paths, known)
    finder = Finder(shelf, {os.path.abspath(path) for path in ours})
    entries = {}
    for path in paths:
        if path == root and not os.path.isdir(path):
            found = finder.look_into_the_class_archive(path)
        elif path == root:
            found = finder.look_into_folder(path, ())
        else:
            found = finder.look(path, tuple(map(readable_name, os.path.relpath(path, root).split(os.sep))))
        for entry in found:
            entries.setdefault((entry.parts, getattr(entry.source, "path", id(entry))), entry)

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


def is_archive(path):
    try:
        return bool(kind_of(path, StoredFile(path).read(HEAD)))
    except (OSError, ValueError):
        return False


class Finder:
    """Looks through folders, and archives in them."""

    def __init__(self, shelf, ours):
        self.shelf = str(shelf)
        self.ours = ours

    def look(self, path, parts):
        """The entries at a path of the file system."""
        mode = os.lstat(path).st_mode
        if path in self.ours:
            return
        if is_hidden(parts[-1]):
            yield Entry(parts, "hidden")
        elif stat.S_ISLNK(mode):
            yield Entry(parts, "link")
        elif stat.S_ISDIR(mode):
            yield from self.look_into_folder(path, parts)
        elif not stat.S_ISREG(mode):
            yield Entry(parts, "special")
        else:
            yield from self.look_into_file(StoredFile(path), parts)

    def look_into_folder(self, path, parts):
        try:
            if len(parts) > DEEPEST_FOLDER:
                raise OSError(0, "слишком много папок друг в друге")
            names = sorted(os.listdir(path))
        except OSError as error:
            yield Entry(parts or (readable_name(path),), "closed", reason=f"папка не открывается: {in_russian(error)}")
            return
        if parts and not names:
            yield Entry(parts, "empty")
        for name in names:
            try:
                yield from self.look(os.path.join(path, name), (*parts, readable_name(name)))
            except FileNotFoundError:
                continue  # it has been removed meanwhile

    def look_into_file(self, source, parts, depth=0):
        try:
            head = source.read(HEAD)
            if kind := kind_of(parts[-1], head):
                if kind in ("rar", "7z"):
                    yield Entry(parts, "refused", reason=f"архивы {kind} не открываются; распакуйте его")
                else:
                    yield from self.look_into_archive(source, kind, parts, depth)
            elif parts[-1].lower().endswith(".ipynb") or is_notebook(source, head):
                yield Entry(parts, "notebook", source)
            else:
                yield Entry(parts, "file")
        except OSError as error:
            yield Entry(parts, "closed", reason=system_words(error))
        except ValueError as error:
            yield Entry(parts, "refused", reason=str(error))

    def look_into_archive(self, source, kind, parts, depth):
        """The members of an archive; one entry that says why, if it is refused."""
        try:
            found = list(self.members(source, kind, depth))
        except Refused as error:
            yield Entry(parts, "refused", reason=f"архив {parts[-1]}: {error}")
            return
        if not found:
            yield Entry(parts, "empty")
        for inner, member in found:
            yield from self.look_into_member(member, (*parts, *inner), len(parts), depth)

    def look_into_the_class_archive(self, path):
        source = StoredFile(path)
        try:
            found = list(self.members(source, kind_of(path, source.read(HEAD)), 0))
        except Refused as error:
            raise Refusal(f"архив {path} не открыт: {error}") from None
        while has_only_a_folder(found, student_of(readable_name(os.path.basename(path)))):
            found = [(inner[1:], member) for inner, member in found if len(inner) > 1]
        for inner, member in found:
            yield from self.look_into_member(member, inner, 0, 0)

    def members(self, source, kind, depth):
        if depth >= archives.DEEPEST:
            raise Refused("слишком много архивов друг в друге")
        path = getattr(source, "path", None) or self.put_on_the_shelf(source)
        wanted = lambda name, head: name.lower().endswith(".ipynb") or kind_of(name, head) or may_be_notebook(head)  # noqa: E731
        return archives.members(path, kind, self.shelf, wanted)

    def look_into_member(self, member, parts, start, depth):
        if hidden := [i for i in range(start, len(parts)) if is_hidden(parts[i])]:
            yield Entry(parts[: hidden[0] + 1], "hidden")
        elif member is None:
            yield Entry(parts, "empty")
        else:
            yield from self.look_into_file(member, parts, depth + 1)

    def put_on_the_shelf(self, source):
        data = source.read(LARGEST_INNER_ARCHIVE + 1)
        if len(data) > LARGEST_INNER_ARCHIVE:
            raise Refused(f"больше {LARGEST_INNER_ARCHIVE >> 20} МБ")
        path = os.path.join(self.shelf, f"archive {len(os.listdir(self.shelf))}")
        with open(path, "wb") as file:
            file.write(data)
        return path


def has_only_a_folder(found, name):
    """Whether an archive holds one folder around everything: of its own name, or with no file of its own."""
    found = [inner for inner, _ in found if not any(map(is_hidden, inner))]
    around = {inner[0] for inner in found}
    if len(around) != 1 or any(len(inner) == 1 for inner in found):
        return False
    return around == {name} or all(len(inner) > 2 for inner in found)


def is_hidden(name):
    return name.startswith(".") or name.lower() in {other.lower() for other in SYSTEM}


def may_be_notebook(head):
    return head.startswith(UTF_16) or head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{")


def is_notebook(source, head):
    """Whether a file with another name holds a notebook."""
    if not may_be_notebook(head):
        return False
    try:
        data = read(source)
    except ValueError:
        return False
    return all(key.search(data) for key in NOTEBOOK_KEYS)


def hand_ins(student, entries, level):
    """What one student handed in: the notebooks, and what should be one; or one `missing` with what lies there."""
    found = []
    for entry in entries:
        unread = entry.kind in ("link", "special") and entry.name.lower().endswith(".ipynb")
        if entry.kind == "notebook":
            found.append(Submission(entry.name, student, entry.source))
        elif unread:
            found.append(Submission(entry.name, student, failure="unreadable", reason=WORDS[entry.kind]))
        elif entry.kind in ("closed", "refused"):
            found.append(Submission(entry.name, student, None, "unreadable", entry.reason, entry.kind == "closed"))
    place = "/".join(entries[0].parts[:level])
    return found or [Submission(place, student, failure="missing", reason=what_lies_there(entries))]


WORDS = {"link": "это ссылка, она не открывается", "special": "это не обычный файл"}


def what_lies_there(entries):
    """The words for a student without a notebook."""
    files = [entry for entry in entries if entry.kind in ("file", *WORDS)]
    hidden = [entry for entry in entries if entry.kind == "hidden"]
    if not files and hidden:
        return f"блокнота нет: только скрытое ({some_names(hidden)})"
    if not files:
        return "блокнота нет: папка пуста"
    kinds = Counter(entry.kind for entry in files)
    links = f"; {WORDS['link']}" if kinds["link"] else ""
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
