"""What lies in the folder, or in the archive, of a class, whoever it belongs to: `Finder` gives one `Entry` for each.

Folders are looked through here. Files are not parsed here: what an archive holds says a child without rights, see
confined/unpacking.py.
"""

import errno
import os
import stat
from collections import Counter
from contextlib import suppress
from dataclasses import replace

from common.command import Refusal, in_russian
from grading.confined.unpacking import (
    DEEPEST_FOLDER,
    HEAD,
    LARGEST_NOTEBOOK,
    OPENED,
    TOO_LARGE,
    is_hidden,
    is_notebook_name,
    kind_of,
    may_be_notebook,
    not_opened,
)
from grading.names import PAGE_BEGINNING, readable_name
from grading.opening import MOST_WORKS, OF_A_CLASS, OF_A_STUDENT, Entry, Opener, StoredFile

UNREAD = {"link": "это ссылка, она не открывается", "special": "это не обычный файл"}


def read(source):
    """All bytes of a notebook of bounded size, as `unpacking.plain` takes them."""
    data = source.read(LARGEST_NOTEBOOK + 1)
    if len(data) > LARGEST_NOTEBOOK:
        raise ValueError(TOO_LARGE)
    return data


def is_archive(path):
    try:
        return bool(kind_of(path, StoredFile(path).read(HEAD)))
    except (OSError, ValueError):
        return False


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


class Finder:
    """Looks through folders, and archives in them.

    `folder`: an empty one for what comes out of archives; `ours`: paths of ours, which are no submissions.
    """

    def __init__(self, folder, ours=()):
        self.opener = Opener(folder)
        self.ours = ours
        self.left = {}  # budgets, by student
        self.rows = Counter()  # by student

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.opener.close()

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
            reason = f"папка не открывается: {in_russian(error)}"
            yield Entry(parts or (readable_name(path),), "refused", None, reason, ungraded=True)
            return
        if parts and not names:
            yield Entry(parts, "empty")
        for name in names:
            with suppress(FileNotFoundError):  # it has been removed meanwhile
                yield from self.look(os.path.join(path, name), (*parts, readable_name(name)))

    def look_into_file(self, source, parts):
        try:
            head = source.read(HEAD)
        except OSError as error:
            yield Entry(parts, "refused", None, system_words(error), ungraded=True)
            return
        except ValueError as error:
            yield Entry(parts, "refused", None, str(error))
            return
        kind = kind_of(parts[-1], head)
        if kind and kind not in OPENED:
            yield Entry(parts, "refused", None, not_opened(kind))
        elif kind:
            yield Entry(parts, "archive", source)
        elif is_notebook_name(parts[-1]):
            yield Entry(parts, "notebook", source)
        elif may_be_notebook(head):
            yield Entry(parts, "candidate", source)
        else:
            yield Entry(parts, "page" if head.startswith(PAGE_BEGINNING.encode()) else "file", source)

    def look_into_archive(self, source, parts, student, depth):
        """The members of an archive, or the one file that has only a strange name."""
        budget = self.left.get(student, OF_A_STUDENT)
        if budget.seconds < 1:
            yield Entry(parts, "refused", None, "не открыто: на другие архивы этого студента ушло всё отведённое время")
            return
        found, left = self.opener.open(source, parts[-1], budget, depth)
        self.left[student] = replace(left, works=MOST_WORKS)
        for entry in found:
            yield replace(entry, parts=(*parts, *entry.parts), source=entry.source if entry.parts else source)

    def look_into_the_class_archive(self, path):
        """What lies in the archive of a class."""
        found, _ = self.opener.open(StoredFile(path), os.path.basename(path), OF_A_CLASS, whole_class=True)
        for entry in found:
            if entry.kind == "refused" and not entry.parts:
                raise Refusal(f"архив {path} не открыт: {entry.reason.partition(': ')[2] or entry.reason}")
        return found

    def open_archives(self, entries, level, depth):
        """The same entries; in place of each archive what is in it. What lies in one student's folder has one budget.

        `level`: how deep the students' folders lie; `depth`: in how many archives all this lies.
        """
        for entry in entries:
            if entry.kind in ("archive", "candidate"):
                student = entry.parts[:level]
                yield from self.within_limits(
                    self.look_into_archive(entry.source, entry.parts, student, depth), student
                )
            else:
                yield from self.within_limits([entry], entry.parts[:level])

    def within_limits(self, entries, student):
        """The same entries, but only so many of one student's that become rows of the table."""
        for entry in entries:
            if entry.kind in ("notebook", "refused") or (entry.kind in UNREAD and is_notebook_name(entry.parts[-1])):
                self.rows[student] += 1
                if self.rows[student] == MOST_WORKS + 1:
                    reason = f"больше {MOST_WORKS} работ одного студента: эта и следующие не взяты"
                    yield replace(entry, kind="refused", source=None, reason=entry.reason or reason)
                if self.rows[student] > MOST_WORKS:
                    continue
            yield entry
