"""Grade a class: the marks of all first, in seconds, then the re-execution of each by nbval."""

import contextlib
import errno
import signal
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor, as_completed

from common.command import INTERRUPTED, Refusal, in_russian, standard_output
from grading.confined.confinement import missing_protection
from grading.confined.folders import run_folder
from grading.confined.sandbox import SandboxFailure, check_system
from grading.finding import system_words
from grading.gradebook import Gradebook
from grading.marks import Grader, Mark, draw_layer_lists
from grading.moodle import Worksheet
from grading.names import alphabetical
from grading.results import Results
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
        book = Gradebook(options.table, options.fresh)
        worksheet = Worksheet(options.moodle) if options.moodle else None
        found = find(options, folder, book, terminal)
        part, of = options.part
        submissions = found.submissions[part - 1 :: of]
        with standard_output():
            for missing in missing_protection():
                terminal.warn(f"Внимание, защита неполна. Здесь нет {missing}.")
            terminal.say_found(found)
        results = Results(options, book, len(submissions))
        interrupted = ClassRun(options, results, folder).run(submissions)
    results.finish(interrupted)
    if worksheet:
        results.fill(worksheet)
    with standard_output():
        terminal.show(results)
        if interrupted:
            terminal.say_interrupted(results)
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
        "сбой программы проверки, эти работы не выполнены повторно": sorted(results.not_reexecuted, key=alphabetical),
        "сбой программы проверки, баллы верны, но подсказки к ним нет": results.undiagnosed,
    }
    if said := [f"{words}: {', '.join(names)}" for words, names in groups.items() if names]:
        raise Refusal("; ".join(said))


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
        self.verdicts = None if options.quick else Verdicts(options.fresh)
        self.graders = []
        self.own = threading.local()
        self.spent = Counter()  # seconds that slow works of one student have taken, by student and kind
        self.stopped = threading.Event()
        self.pool = ThreadPoolExecutor(options.jobs, initializer=self.start_grader)

    def run(self, submissions):
        """Returns whether the work was interrupted."""
        try:
            self.mark_all(submissions)
            self.results.save()
            if not self.options.quick:
                self.reexecute_all()
        except KeyboardInterrupt:
            self.stop()
        finally:
            self.pool.shutdown()
            self.close_graders()
        return self.stopped.is_set()

    def start_grader(self):
        self.own.grader = Grader(self.folder, self.layer_lists, self.options.timeout, self.options.quick)
        self.graders.append(self.own.grader)

    def close_graders(self):
        for grader in self.graders:
            grader.close()

    def stop(self):
        self.stopped.set()
        for number in SIGNALS:
            signal.signal(number, signal.SIG_IGN)  # once is enough
        self.pool.shutdown(wait=False, cancel_futures=True)
        for grader in self.graders:
            grader.kill()

    def mark_all(self, submissions):
        """In the order of the names, so that new rows are."""
        failed = []
        for submission, mark in self.each("Оценки", self.mark_one, submissions, ordered=True):
            if mark is None or mark.ungraded:
                failed.append(submission)
            else:
                self.results.add(mark)
        for _, mark in self.again(self.mark_one, failed):
            self.results.add(mark)

    def mark_one(self, submission):
        """The mark, None after an interrupt; our own mistake must not keep the others from being graded."""
        if self.stopped.is_set():
            return None
        longest = MOST_TIMEOUTS * self.options.timeout
        if self.spent[submission.student, "marks"] > longest:
            words = (
                f"не проверено: на другие работы этого студента ушло больше {longest:g} с. Проверьте этот файл отдельно"
            )
            return Mark(submission.name, failure="timeout", reason=words, student=submission.student)
        try:
            with self.counted(submission.student, "marks", self.options.timeout):
                return mark(self.own.grader, submission, self.options.quick)
        except Exception as error:
            words = f"сбой программы проверки: {error!r}"
            return Mark(submission.name, failure="crashed", reason=words, ungraded=True, student=submission.student)

    @contextlib.contextmanager
    def counted(self, student, kind, slow):
        """What is done here counts for this student, if it takes longer than so many seconds: the honest never pay."""
        started = time.monotonic()
        yield
        if (seconds := time.monotonic() - started) > slow:
            self.spent[student, kind] += seconds

    def reexecute_all(self):
        """Each program once: marks whose functions are the same share the verdict."""
        programs = {}
        for mark in self.results.marks.values():
            if mark.functions:
                programs.setdefault(mark.program, []).append(mark)
        self.results.wait_for([mark for marks in programs.values() for mark in marks])
        failed = []
        for marks, done in self.each("Повторное выполнение", self.reexecute, list(programs.values()), ordered=False):
            if done:
                self.results.add_verdicts(marks)
            else:
                failed.append(marks)
        for marks, _ in self.again(self.reexecute, failed):
            self.results.add_verdicts(marks)

    def reexecute(self, marks):
        """Whether there is a verdict on the program of these marks: one that is kept, or a new one."""
        if self.stopped.is_set():
            return False
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
            return False
        for other in marks:
            other.take_verdict_of(mark)
        return True

    def each(self, words, work, things, ordered):
        """Yield (thing, what came of it), in the order of the things or as they are done."""
        with progress_bar(words, len(things)) as advance:
            futures = {self.pool.submit(work, thing): thing for thing in things}
            for future in futures:
                future.add_done_callback(lambda _: advance())
            for future in futures if ordered else as_completed(futures):
                yield futures[future], future.result()

    def again(self, work, things):
        """What has failed once more, one at a time, with processes that are started afresh."""
        if things:
            self.close_graders()
            self.start_grader()
        for thing in things:
            yield thing, work(thing)


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
        result.forget_code()
    return result
