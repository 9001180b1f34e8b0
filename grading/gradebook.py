"""The files that a run leaves: the table of marks, a page for each student."""

import os
import sys
from pathlib import Path

from common.command import Refusal, standard_output
from common.files import check_writable, replace_file
from grading import report


def check_targets(options, submissions):
    """Refuse now what would fail after an hour of grading."""
    try:
        if options.csv and any(same_file(options.csv, path) for path in submissions.values()):
            raise Refusal(f"таблица оценок стёрла бы проверяемую работу: {options.csv}")
        if options.csv and options.csv != "-":
            check_writable(Path(options.csv))
    except OSError as error:
        raise Refusal(f"нельзя записать таблицу оценок {options.csv}: {error.strerror or error}") from None
    try:
        if options.feedback:
            Path(options.feedback).mkdir(parents=True, exist_ok=True)
            check_writable(Path(options.feedback) / "x.html")
    except OSError as error:
        raise Refusal(f"нельзя писать в папку для страниц {options.feedback}: {error.strerror or error}") from None


def same_file(*paths):
    return all(map(os.path.exists, paths)) and os.path.samefile(*paths)


def write_results(options, marks):
    """The CSV, and a page for each that is graded; a file is replaced whole or not at all.

    Returns what could not be written.
    """
    single = len(options.paths) == 1 and not Path(options.paths[0]).is_dir()
    failures = []

    def write(path, text, follow):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            replace_file(path, text, follow)
        except OSError as error:
            failures.append(f"{path}: {error.strerror or error}")

    for mark in marks if options.feedback else ():
        if not mark.ungraded:  # a link there may be a student's
            write(report.page_path(options.feedback, mark.submission), report.page(mark), follow=False)
    if options.csv and options.csv != "-":
        write(Path(options.csv), report.csv_text(marks), follow=True)
    elif options.csv:
        with standard_output():
            sys.stdout.buffer.write(report.csv_text(marks, header=not single).encode())
    return failures
