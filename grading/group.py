"""Grade a class: the marks of all first, in seconds, then the re-execution of each by nbval."""

import contextlib
import errno
import signal
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor, as_completed
from operator import attrgetter

from common.command import INTERRUPTED, Refusal, in_russian, standard_output
from grading.confined.confinement import missing_protection
from grading.confined.folders import run_folder
from grading.confined.sandbox import SandboxFailure, check_system
from grading.finding import system_words
from grading.gradebook import Gradebook
from grading.marks import Grader, Mark, draw_layer_lists
from grading.moodle import Worksheet
from grading.results import Results
from grading.rows import grouped
from grading.submissions import find_submissions
from grading.terminal import Terminal, progress_bar
from grading.verdicts import Verdicts

MOST_TIMEOUTS = 12  # of functions, in all works of one student together
LONGEST_EXECUTION = 400  # seconds, of all works of one student together
NO_FAULT_OF_THE_FILE = (errno.EMFILE, errno.ENFILE, errno.ENOMEM)
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def grade_group(options):
    """The whole run of `grade`; returns the exit status."""
    for number in SIGNALS[1:]:
        if signal.getsignal(number) != signal.SIG_IGN:  # nohup
            signal.signal(number, signal.default_int_handler)
    terminal = Terminal(to_stderr=options.csv == "-")
    options.check_targets()
    with folder_of_this_run() as folder:
        book, worksheet = Gradebook(options.table, options.fresh), options.moodle and Worksheet(options.moodle)
        found = find(options, folder, book, terminal)
        part, of = options.part
        submissions = found.submissions[part - 1 :: of]
        with standard_output():
            for missing in missing_protection():
                terminal.warn(f"Внимание, защита неполна. Здесь нет {missing}.")
            terminal.say_found(found)
        results = Results(options, book, worksheet, len(submissions))
        ClassRun(options, results, folder).run(submissions)
    results.finish()
    with standard_output():
        terminal.show(results)
        if options.csv == "-":
            results.print_table()
    if results.failures:
        raise Refusal(f"не записано: {'; '.join(results.failures)}")
    if results.interrupted:
        return INTERRUPTED
    if left := results.what_is_left():
        raise Refusal("; ".join(f"{words}: {', '.join(names)}" for words, names in left.items()))
    return 0


@contextlib.contextmanager
def folder_of_this_run():
    """Where everything is kept while it lasts; refuses what can't work here at all."""
    try:
        with run_folder() as folder:
            check_system(folder)
            yield folder
    except SandboxFailure as error:
        raise Refusal(f"проверять работы здесь нельзя: {error}") from None


def find(options, folder, book, terminal):
    try:
        return find_submissions(options.paths, folder, options.level, list(book.before), options.ours)
    except OSError as error:
        raise Refusal(f"нельзя прочитать: {in_russian(error)}: {error.filename or ''}") from None
    except KeyboardInterrupt:
        terminal.say("Прервано раньше, чем начата проверка: ничего не изменено.")
        raise


class ClassRun:
    """Grades submissions, several at a time, each thread with processes of its own."""

    def __init__(self, options, results, folder):
        self.options, self.results, self.folder = options, results, folder
        self.layer_lists = draw_layer_lists()
        self.verdicts = Verdicts(options.fresh)
        self.graders = []
        self.own = threading.local()
        self.spent = Counter()  # seconds that slow works of one student have taken, by student and kind
        self.pool = ThreadPoolExecutor(options.jobs, initializer=self.start_grader)

    def run(self, submissions):
        try:
            self.do("Оценки", self.mark, submissions, in_order=True)
            self.results.save()
            self.do("Повторное выполнение", self.reexecute, self.programs(), in_order=False)
        except KeyboardInterrupt:
            self.stop()
        finally:
            self.pool.shutdown()
            self.close_graders()

    def start_grader(self):
        self.own.grader = Grader(self.folder, self.layer_lists, self.options.timeout, self.options.quick)
        self.graders.append(self.own.grader)
        if self.results.interrupted:
            self.own.grader.kill()

    def close_graders(self):
        for grader in self.graders:
            grader.close()

    def stop(self):
        self.results.interrupted = True
        for number in SIGNALS:
            signal.signal(number, signal.SIG_IGN)  # once is enough
        self.pool.shutdown(wait=False, cancel_futures=True)
        for grader in self.graders:
            grader.kill()

    def do(self, words, work, things, in_order):
        """Put what comes of all things into the results, as it is done or in their order, as new rows are.

        What we failed at is tried once more, one at a time, with processes that are started afresh.
        """
        failed = []
        with progress_bar(words, len(things)) as advance:
            futures = {self.pool.submit(work, thing): thing for thing in things}
            for future in futures:
                future.add_done_callback(lambda _: advance())
            for future in futures if in_order else as_completed(futures):
                is_done, marks = future.result()
                if is_done:
                    self.results.put(marks)
                else:
                    failed.append(futures[future])
        if failed:
            self.close_graders()
            self.start_grader()
        for thing in failed:
            self.results.put(work(thing)[1])

    def mark(self, submission):
        """Whether it could be done, and the mark; our own mistake must not keep the others from being graded."""
        name, student = submission.name, submission.student
        longest = MOST_TIMEOUTS * self.options.timeout
        try:
            if self.spent[student, "marks"] > longest:
                words = f"не проверено: на другие работы этого студента ушло больше {longest:g} с"
                mark = Mark(name, failure="timeout", reason=f"{words}. Проверьте этот файл отдельно")
            else:
                with self.counted(student, "marks", self.options.timeout):
                    mark = mark_of(submission, self.own.grader)
        except Exception as error:
            mark = Mark(name, failure="crashed", reason=f"сбой программы проверки: {error!r}", ungraded=True)
        mark.student = student
        if self.options.quick:
            mark.forget_code()
        return not mark.ungraded, [mark]

    def programs(self):
        """Lists of the marks whose functions are the same: they share the verdict of nbval."""
        return list(grouped(self.results.to_execute, attrgetter("program")).values())

    def reexecute(self, marks):
        """Whether there is a verdict, one that is kept or a new one, and the marks, each with it."""
        mark = min(marks, key=lambda mark: self.spent[mark.student, "execution"])
        try:
            if (known := self.verdicts.get(mark.program)) is not None:
                mark.take_verdict(known)
            elif self.spent[mark.student, "execution"] > LONGEST_EXECUTION:
                mark.nbval = "timeout"
            else:
                with self.counted(mark.student, "execution", LONGEST_EXECUTION / 8):
                    self.own.grader.reexecute(mark)
                if mark.is_executed:
                    self.verdicts.put(mark.program, mark.kinds)
        except Exception:
            return False, marks
        for same in marks:
            same.kinds, same.nbval = mark.kinds, mark.nbval
            same.forget_code()
        return True, marks

    @contextlib.contextmanager
    def counted(self, student, kind, slow):
        """What is done here counts for this student, if it takes longer than so many seconds: the honest never pay."""
        started = time.monotonic()
        yield
        if (seconds := time.monotonic() - started) > slow:
            self.spent[student, kind] += seconds


def mark_of(submission, grader):
    """The mark of one submission; an error if it is our own failure."""
    name = submission.name
    if submission.failure:
        return Mark(name, failure=submission.failure, reason=submission.reason, ungraded=submission.ungraded)
    try:
        return grader.grade(submission.read(), name)
    except OSError as error:
        if error.errno in NO_FAULT_OF_THE_FILE:
            raise
        return Mark(name, failure="unreadable", reason=system_words(error), ungraded=True)
    except ValueError as error:
        return Mark(name, failure="unreadable", reason=str(error))
