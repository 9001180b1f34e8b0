"""What `grade` is asked to do."""

import os
import re
import shlex
from dataclasses import dataclass
from pathlib import Path

from common.command import Refusal, in_russian
from common.files import check_writable
from grading.gradebook import is_workbook


@dataclass
class Options:
    paths: list[str]
    csv: str | None  # "-": the table goes to standard output
    feedback: str | None
    moodle: str | None
    jobs: int
    timeout: float
    quick: bool
    fresh: bool
    level: int | None  # None: found out
    part: tuple[int, int]
    words: list[str]  # as they were given

    @property
    def table(self):
        """The path of the table, None if there is none or it goes to standard output."""
        return None if self.csv == "-" else self.csv

    @property
    def ours(self):
        """Files and folders that are nobody's submission."""
        return [path for path in (self.csv, self.feedback, self.moodle) if path]

    def command(self, anew):
        """The command that goes on where this one is interrupted; a table that has begun anew does not do so again."""
        words = [word for word in self.words if anew or word != "--fresh"]
        safe = [word if re.fullmatch(r"[\w@%+=:,./-]+", word) else shlex.quote(word) for word in words]
        return " ".join(["python -m grading", *safe])

    def check_targets(self):
        """Refuse now what would fail after an hour of grading."""
        if (
            self.table
            and os.path.exists(self.table)
            and any(os.path.isfile(path) and os.path.samefile(self.table, path) for path in self.paths)
        ):
            raise Refusal(f"таблица оценок стёрла бы проверяемую работу: {self.csv}")
        try:
            if self.table:
                is_workbook(Path(self.table))
                check_writable(Path(self.table))
        except OSError as error:
            raise Refusal(f"нельзя записать таблицу оценок {self.csv}: {in_russian(error)}") from None
        try:
            if self.feedback:
                Path(self.feedback).mkdir(parents=True, exist_ok=True)
                check_writable(Path(self.feedback) / "x.html")
        except OSError as error:
            raise Refusal(f"нельзя писать в папку для страниц {self.feedback}: {in_russian(error)}") from None
