"""What a run leaves while it goes on: the grade book and a page for each student."""

import sys
import time
from pathlib import Path

from common.command import in_russian
from common.files import replace_file
from grading.names import alphabetical, is_participants_folder, shortened
from grading.page import page
from grading.rows import is_ungraded, row_of

BETWEEN_WRITES = 2  # seconds
SHARE_OF_WRITES = 0.05  # of the time, at most
LONGEST_PAGE_NAME = 255  # bytes of each part of a page's place


class Results:
    """The marks of a run; now and then they are saved, so that even a run that is killed leaves most of them."""

    def __init__(self, options, book, total):
        self.options = options
        self.book = book
        self.total = total  # submissions
        self.marks = {}
        self.pending = {}
        self.all_marked = False
        self.waiting = set()  # names of those that are still to be re-executed
        self.total_to_execute = 0
        self.not_reexecuted = set()  # after a failure of ours
        self.failures = []
        self.abandoned = False
        self.worksheet = None
        self.next_write = time.monotonic() + BETWEEN_WRITES

    def add(self, mark):
        self.marks[mark.submission] = mark
        self.put(mark)

    def wait_for(self, marks):
        self.waiting = {mark.submission for mark in marks}
        self.total_to_execute = len(marks)

    def add_verdicts(self, marks):
        """Marks with what nbval said of them; without it after a failure of ours."""
        for mark in marks:
            self.waiting.discard(mark.submission)
            if not mark.nbval:
                self.not_reexecuted.add(mark.submission)
            self.put(mark)

    def put(self, mark):
        self.pending[mark.submission] = mark
        self.book.put(row_of(mark))
        if time.monotonic() >= self.next_write and (self.all_marked or not self.book.must_be_whole):
            self.write()

    def save(self):
        """All are marked: the table is whole."""
        self.all_marked = True
        self.write()

    def finish(self, interrupted):
        """The last write. An interrupted run that was to begin anew leaves the old table."""
        if self.pending and (self.all_marked or not self.book.must_be_whole):
            self.write()
        self.abandoned = interrupted and not self.all_marked and self.book.must_be_whole

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
                self.attempt(self.page_path(mark.submission), lambda mark=mark: self.write_page(mark))
        for name in set(self.book.replaced) - set(self.marks):
            self.attempt(self.page_path(name), lambda name=name: self.page_path(name).unlink(missing_ok=True))

    def attempt(self, path, work):
        try:
            work()
        except Exception as error:
            words = in_russian(error) if isinstance(error, OSError) else repr(error)
            if (failure := f"{path}: {words}") not in self.failures:
                self.failures.append(failure)

    def write_page(self, mark):
        path = self.page_path(mark.submission)
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, page(mark), follow=False)  # a link there may be a student's

    def page_path(self, submission):
        """Where a student's page goes: the same place in its folder as the submission's in the folder of the class."""
        inner = "/отзыв" if is_participants_folder(submission.rpartition("/")[2]) else ""
        return place_of_page(Path(self.options.feedback), f"{submission}{inner}.html")

    def fill(self, worksheet):
        self.attempt(worksheet.path, lambda: worksheet.fill(self.book.table.rows))
        self.worksheet = worksheet

    def print_table(self):
        paths = self.options.paths
        single = len(self.marks) == 1 == len(paths) and not Path(paths[0]).is_dir()
        sys.stdout.buffer.write(self.book.text(header=not single).encode())

    @property
    def undiagnosed(self):
        return [name for name, mark in self.marks.items() if mark.undiagnosed]

    def ungraded(self, status):
        """The submissions that have no mark after all, with this status."""
        names = [name for name, mark in self.marks.items() if mark.ungraded and mark.status == status]
        return sorted(names, key=alphabetical)

    @property
    def rows(self):
        """The rows of the table, or of this run if there is none."""
        return [row for row in self.book.table.rows if row["submission"] and not is_ungraded(row)]


def place_of_page(folder, name):
    """Where a page goes: never through a link or a file that lies there, for its folder may be that of the works."""
    *around, last = name.split("/")
    for part in around:
        folder = folder / shortened(part, LONGEST_PAGE_NAME)
        while folder.is_symlink() or folder.is_file():
            folder = folder.with_name(shortened(f"{folder.name} — отзыв", LONGEST_PAGE_NAME))
    return folder / shortened(last, LONGEST_PAGE_NAME)
