"""Grade many submissions, several at a time."""

import contextlib
import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor, as_completed
from tempfile import gettempdir

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from common.command import INTERRUPTED, Refusal, standard_output
from common.files import temporary_folder
from grading import report
from grading.confined.confinement import missing_protection
from grading.gradebook import check_targets, write_results
from grading.marks import Grader, Mark, draw_layer_lists
from grading.submissions import find_submissions

LONGEST_TEMPORARY_PATH = 40  # bytes


def grade_group(options):
    """The whole run of `grade`; returns the exit status."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:  # nohup
            signal.signal(number, signal.default_int_handler)
    try:
        submissions = find_submissions(options.paths)
    except OSError as error:
        raise Refusal(f"нельзя прочитать: {error}") from None
    check_targets(options, submissions)

    console = Console(stderr=options.csv == "-")
    with standard_output():
        for missing in missing_protection():
            console.print(f"Внимание, защита неполна. Здесь нет {missing}.", style="yellow")
    marks, interrupted = grade_all(submissions, options)
    marks = [marks[name] for name in submissions if name in marks]
    graded = [mark for mark in marks if not mark.ungraded]
    failures = write_results(options, marks) if marks else []
    with standard_output():
        console.print(report.table(marks))
        if mistakes := report.frequent_mistakes(graded):
            console.print(mistakes)
        console.print(f"Оценено работ: {len(graded)} из {len(submissions)}.")
    if failures:
        raise Refusal(f"не записано: {'; '.join(failures)}")
    if interrupted:
        return INTERRUPTED
    if len(graded) < len(marks):
        names = ", ".join(mark.submission for mark in marks if mark.ungraded)
        raise Refusal(f"сбой программы проверки, эти работы не оценены, проверьте их ещё раз: {names}")
    return 0


def grade_all(submissions, options):
    """({name: mark}, whether the work was interrupted); several submissions at a time."""
    marks, graders = {}, []
    stopped = threading.Event()
    own = threading.local()
    layer_lists = draw_layer_lists()

    def start(folder):
        own.grader = Grader(folder, layer_lists, options.timeout, options.quick)
        graders.append(own.grader)

    def work(name):
        if stopped.is_set():
            return
        try:
            mark = own.grader.grade(submissions[name], name)
        except Exception as error:  # our own mistake must not keep the others from being graded
            mark = Mark(name, failure="crashed", reason=f"сбой программы проверки: {error!r}", ungraded=True)
        if not stopped.is_set():
            marks[name] = mark

    with (
        temporary_folder(prefix="grading-", dir=short_temporary_folder()) as folder,
        ThreadPoolExecutor(options.jobs, initializer=start, initargs=(folder,)) as pool,
        progress_bar(len(submissions)) as advance,
    ):
        try:
            for future in as_completed([pool.submit(work, name) for name in submissions]):
                future.result()
                advance()
            if failed := [name for name, mark in marks.items() if mark.ungraded]:
                for grader in graders:
                    grader.close()
                start(folder)
                for name in failed:  # once more, one at a time
                    work(name)
        except KeyboardInterrupt:
            stopped.set()
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)  # once is enough
            pool.shutdown(wait=False, cancel_futures=True)
            for grader in graders:
                grader.kill()
        finally:
            pool.shutdown()
            for grader in graders:
                grader.close()
    return marks, stopped.is_set()


@contextlib.contextmanager
def progress_bar(total):
    """A function that moves the bar on by one; without a terminal, or when that is gone, nothing is shown."""
    columns = (TextColumn("Проверка"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    progress = Progress(*columns, console=Console(stderr=True), transient=True)
    task = progress.add_task("", total=total)
    if not progress.console.is_terminal:
        yield lambda: None
        return
    progress.start()
    try:
        yield lambda: progress.advance(task)
    finally:
        with contextlib.suppress(OSError):
            progress.stop()


def short_temporary_folder():
    """None, that is where temporary files go, unless its path is too long for a Unix socket in it."""
    return None if len(os.fsencode(gettempdir())) <= LONGEST_TEMPORARY_PATH else "/tmp"
