"""Grade a class: the marks of all first, in seconds, then the re-execution of each by nbval."""

import contextlib
import errno
import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor, as_completed
from tempfile import gettempdir

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from common.command import INTERRUPTED, Refusal, in_russian, standard_output
from grading import report
from grading.confined.confinement import missing_protection
from grading.confined.folders import run_folder
from grading.confined.sandbox import SandboxFailure, check_system
from grading.finding import system_words
from grading.gradebook import Gradebook, check_targets
from grading.marks import Grader, Mark, draw_layer_lists
from grading.moodle import Worksheet
from grading.results import Results
from grading.submissions import find_submissions

LONGEST_TEMPORARY_PATH = 40  # bytes
NO_FAULT_OF_THE_FILE = (errno.EMFILE, errno.ENFILE, errno.ENOMEM)


def grade_group(options):
    """The whole run of `grade`; returns the exit status."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:  # nohup
            signal.signal(number, signal.default_int_handler)
    console = Console(stderr=options.csv == "-")
    check_targets(options)
    with folder_of_this_run() as folder:
        book = Gradebook(None if options.csv == "-" else options.csv, options.fresh)
        worksheet = Worksheet(options.moodle) if options.moodle else None
        submissions = hand_ins(options, folder, book)
        with standard_output():
            for missing in missing_protection():
                console.print(f"Внимание, защита неполна. Здесь нет {missing}.", style="yellow")
        results = Results(options, book)
        interrupted = grade_all(submissions, options, results, folder)
    results.finish(interrupted)
    if worksheet:
        results.fill(worksheet)
    with standard_output():
        report.show(console, results, len(submissions))
        if options.csv == "-":
            results.print_table()
    if results.failures:
        raise Refusal(f"не записано: {'; '.join(results.failures)}")
    if interrupted:
        return INTERRUPTED
    refuse_what_is_left(results)
    return 0


def refuse_what_is_left(results):
    """Say what has no mark, or no verdict of nbval, though it should."""
    groups = {
        "сбой программы проверки, эти работы не оценены, проверьте их ещё раз": results.ungraded("crashed"),
        "эти работы нельзя прочитать, они не оценены": results.ungraded("unreadable"),
        "сбой программы проверки, эти работы не выполнены повторно": sorted(results.not_reexecuted),
    }
    if said := [f"{words}: {', '.join(names)}" for words, names in groups.items() if names]:
        raise Refusal("; ".join(said))


@contextlib.contextmanager
def folder_of_this_run():
    """Where everything is kept while it lasts; refuses what can't work here at all."""
    try:
        with run_folder(short_temporary_folder()) as folder:
            check_system(folder)
            yield folder
    except SandboxFailure as error:
        raise Refusal(f"проверять работы здесь нельзя: {error}") from None


def hand_ins(options, folder, book):
    """The hand-ins of this part, in the order of their names."""
    ours = [path for path in (options.csv, options.feedback, options.moodle) if path]
    try:
        found = find_submissions(options.paths, folder, options.level, list(book.before), ours)
    except OSError as error:
        raise Refusal(f"нельзя прочитать: {in_russian(error)}: {error.filename or ''}") from None
    part, of = options.part
    return found[part - 1 :: of]


def grade_all(submissions, options, results, folder):
    """Several submissions at a time; returns whether the work was interrupted."""
    graders = []
    stopped = threading.Event()
    own = threading.local()
    layer_lists = draw_layer_lists()

    def start(folder):
        own.grader = Grader(folder, layer_lists, options.timeout, options.quick)
        graders.append(own.grader)

    def mark_one(submission):
        if stopped.is_set():
            return None
        try:
            return mark(own.grader, submission, options.quick)
        except Exception as error:  # our own mistake must not keep the others from being graded
            words = f"сбой программы проверки: {error!r}"
            return Mark(submission.name, failure="crashed", reason=words, ungraded=True, student=submission.student)

    def reexecute_one(mark):
        """The mark, None if there is no verdict."""
        if stopped.is_set():
            return None
        try:
            own.grader.reexecute(mark)
        except Exception:
            return None
        for function in mark.functions.values():
            function.code = function.program = None  # memory must not grow with the number of submissions
        return mark

    def each(words, work, things, done, failed):
        """Do all of it; what failed once more, one at a time, with processes that are started afresh."""
        again = []
        with progress_bar(words, len(things)) as advance:
            futures = {pool.submit(work, thing): thing for thing in things}
            for future in as_completed(futures):
                result = future.result()
                again += [futures[future]] if failed(result) else []
                if not failed(result):
                    done(result)
                advance()
        if again:
            for grader in graders:
                grader.close()
            start(folder)
            for thing in again:
                result = work(thing)
                done(result if result is not None else thing)

    with ThreadPoolExecutor(options.jobs, initializer=start, initargs=(folder,)) as pool:
        try:
            each("Оценки", mark_one, submissions, results.add, lambda mark: not mark or mark.ungraded)
            results.save()
            if not options.quick:
                waiting = repeats_last([mark for mark in results.marks.values() if mark.functions])
                each("Повторное выполнение", reexecute_one, waiting, results.add_verdict, lambda mark: mark is None)
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
    return stopped.is_set()


def repeats_last(marks):
    """The same marks, those whose program is another one's last: it is executed once, and nobody waits for it idly."""
    first = {}
    return sorted(marks, key=lambda mark: first.setdefault(mark.program, mark) is not mark)


def mark(grader, submission, quick):
    """The mark of one submission; an error if it is our own failure."""
    name, ungraded = submission.name, submission.ungraded
    if submission.failure:
        result = Mark(name, failure=submission.failure, reason=submission.reason, ungraded=ungraded)
    else:
        try:
            result = grader.grade(submission.read(), name)
        except OSError as error:
            if error.errno in NO_FAULT_OF_THE_FILE:
                raise
            result = Mark(name, failure="unreadable", reason=system_words(error), ungraded=True)
        except ValueError as error:
            result = Mark(name, failure="unreadable", reason=str(error))
    result.student = submission.student
    if quick:
        for function in result.functions.values():
            function.code = function.program = None
    return result


@contextlib.contextmanager
def progress_bar(words, total):
    """A function that moves the bar on by one; without a terminal, or when that is gone, nothing is shown."""
    columns = (TextColumn(words), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
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
