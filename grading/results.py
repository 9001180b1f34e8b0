"""What a run leaves while it goes on: the grade book and a page for each student."""

import sys
import time
from collections import defaultdict
from pathlib import Path

from common.command import in_russian
from common.files import replace_file
from grading.names import alphabetical, is_participants_folder, shortened
from grading.page import page
from grading.rows import row_of

BETWEEN_WRITES = 2  # seconds
SHARE_OF_WRITES = 0.05  # of the time, at most
LONGEST_PAGE_NAME = 255  # bytes of each part of a page's place

UNGRADED = {
    "crashed": "сбой программы проверки, эти работы не оценены, проверьте их ещё раз",
    "unreadable": "эти работы нельзя прочитать, они не оценены",
}


class Results:
    """The marks of a run; now and then they are saved, so that even a run that is killed leaves most of them."""

    def __init__(self, options, book, worksheet, total):
        self.options, self.book, self.worksheet = options, book, worksheet
        self.total = total  # submissions
        self.marks = {}
        self.pending = {}
        self.all_marked = self.interrupted = False
        self.failures = []  # what could not be written, and why
        self.next_write = time.monotonic() + BETWEEN_WRITES

    def put(self, marks):
        """Marks that are new, or have a verdict of nbval now."""
        for mark in marks:
            self.marks[mark.submission] = self.pending[mark.submission] = mark
            self.book.put(row_of(mark))
        if time.monotonic() >= self.next_write and self.may_write:
            self.write()

    def save(self):
        """All are marked: the table is whole."""
        self.all_marked = True
        self.write()

    def finish(self):
        if self.pending and self.may_write:
            self.write()
        if self.worksheet:
            self.attempt(self.worksheet.path, self.worksheet.fill, self.book.table.rows)

    @property
    def may_write(self):
        """A run that is to begin the table anew leaves the old one until all are marked."""
        return self.all_marked or not self.book.must_be_whole

    def write(self):
        """The table first, then the pages that have changed; what fails costs no other."""
        started = time.monotonic()
        self.attempt(self.book.path, self.book.write)
        if self.options.feedback:
            self.write_pages()
        self.pending = {}
        now = time.monotonic()
        self.next_write = now + max(BETWEEN_WRITES, (now - started) / SHARE_OF_WRITES)

    def write_pages(self):
        for mark in self.pending.values():
            if not mark.ungraded and mark.submission not in self.book.kept:
                path = self.page_path(mark.submission)
                self.attempt(path, write_page, path, mark)
        for name in set(self.book.replaced) - set(self.marks):
            path = self.page_path(name)
            self.attempt(path, path.unlink, True)  # it may be missing

    def attempt(self, path, work, *arguments):
        try:
            work(*arguments)
        except Exception as error:
            words = in_russian(error) if isinstance(error, OSError) else repr(error)
            if (failure := f"{path}: {words}") not in self.failures:
                self.failures.append(failure)

    def page_path(self, submission):
        """Where a student's page goes: the same place in its folder as the submission's in the folder of the class."""
        inner = "/отзыв" if is_participants_folder(submission.rpartition("/")[2]) else ""
        return place_of_page(Path(self.options.feedback), f"{submission}{inner}.html")

    def print_table(self):
        paths = self.options.paths
        single = len(self.marks) == 1 == len(paths) and not Path(paths[0]).is_dir()
        sys.stdout.buffer.write(self.book.text(header=not single).encode())

    @property
    def graded(self):
        return [mark for mark in self.marks.values() if not mark.ungraded]

    @property
    def to_execute(self):
        return [mark for mark in self.marks.values() if self.is_to_execute(mark)]

    def is_to_execute(self, mark):
        return bool(mark.functions) and not self.options.quick

    def what_is_left(self):
        """{words: the submissions that have no mark, or no verdict of nbval, though they should}."""
        left = defaultdict(list)
        for mark in sorted(self.marks.values(), key=lambda mark: alphabetical(mark.submission)):
            if mark.ungraded:
                left[UNGRADED[mark.status]].append(mark.submission)
            elif self.is_to_execute(mark) and not mark.nbval:
                left["сбой программы проверки, эти работы не выполнены повторно"].append(mark.submission)
            if mark.undiagnosed:
                left["сбой программы проверки, баллы верны, но подсказки к ним нет"].append(mark.submission)
        return left


def write_page(path, mark):
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, page(mark), follow=False)  # a link there may be a student's


def place_of_page(folder, name):
    """Where a page goes: never through a link or a file that lies there, for its folder may be that of the works."""
    *around, last = name.split("/")
    for part in around:
        folder = folder / shortened(part, LONGEST_PAGE_NAME)
        while folder.is_symlink() or folder.is_file():
            folder = folder.with_name(shortened(f"{folder.name} — отзыв", LONGEST_PAGE_NAME))
    return folder / shortened(last, LONGEST_PAGE_NAME)
