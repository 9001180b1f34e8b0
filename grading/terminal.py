"""What `grade` shows while it runs and says at its end."""

import contextlib
from collections import Counter

from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Column, Table
from rich.text import Text

from grading.names import alphabetical, one_line
from grading.rows import MAX_SCORE, counts, is_ungraded
from grading.students import some_names
from grading.summary import mistakes_table, summary_table
from init_utils import EXERCISES

MOST_LINES = 50


class Terminal:
    """Where the words go: standard output, or standard error if the table goes there."""

    def __init__(self, to_stderr):
        self.console = Console(stderr=to_stderr)

    def say(self, words, style=""):
        self.console.print(Text(one_line(words), style=style), soft_wrap=True)

    def warn(self, words):
        self.say(words, style="yellow")

    def say_all(self, title, lines):
        """A title and a line for each thing, if there are any."""
        lines = list(lines)
        if lines:
            self.say(title)
        for line in lines[:MOST_LINES]:
            self.say(f"  {line}")
        if len(lines) > MOST_LINES:
            self.say(f"  и ещё {len(lines) - MOST_LINES}")

    def say_found(self, found):
        """What is nobody's submission, and what was assumed."""
        if found.others:
            self.say(f"Это не работы студентов: {some_names(found.others)}.")
        for words in found.assumptions:
            self.warn(words)

    def show(self, results):
        marks = sorted(results.marks.values(), key=lambda mark: alphabetical(mark.submission))
        rows = [row for row in results.book.table.rows if counts(row) and not is_ungraded(row)]
        counted = {row["submission"] for row in rows}
        self.console.print(marks_table(marks))
        for table in (summary_table(rows), mistakes_table([mark for mark in marks if mark.submission in counted])):
            if table:
                self.console.print(table)
        self.say_changes(results)
        self.say(f"Оценено работ: {len(results.graded)} из {results.total}.")
        if results.interrupted:
            self.say_interrupted(results)

    def say_interrupted(self, results):
        """What is done, what is not, and how to go on."""
        words = f"Прервано. Оценено: {len(results.graded)} из {results.total}"
        if not results.options.quick:
            executed = sum(row["nbval"] != "" for row in results.book.new.values())
            words += f"; выполнено повторно: {executed} из {len(results.to_execute) or results.total}"
        self.say(f"{words}. Чтобы продолжить (сделанное не повторяется):")
        self.say(f"  {results.options.command(anew=not results.all_marked)}")

    def say_changes(self, results):
        """What is now otherwise in the grade book, and what is not in it."""
        book, marks = results.book, results.marks
        self.say_all("Изменились оценки:", book.changes())
        self.say_all("Баллы, поставленные вручную, оставлены:", book.scores_by_hand())
        self.say_all("Не оценены или не найдены, прежняя строка оставлена:", sorted(book.kept, key=alphabetical))
        if not results.may_write:
            self.say("Проверка прервана раньше, чем оценены все работы: прежняя таблица оставлена.")
        if kept := set(book.before) - set(marks) - set(book.replaced):
            self.say(f"Прежних строк оставлено: {len(kept)}.")
        several = {row["student"] for row in book.table.rows if row["submission"] and not counts(row)}
        self.say_all("Сдали несколько работ (засчитана лучшая):", sorted(several, key=alphabetical))
        missing = [mark.student for mark in marks.values() if mark.status == "missing"]
        self.say_all("Блокнота нет:", sorted(missing, key=alphabetical))
        if worksheet := results.worksheet:
            self.say(f"Ведомость {worksheet.path}: заполнено строк: {worksheet.filled}.")
            self.say_all("В ведомости изменились оценки:", worksheet.changes)
            self.say_all("Закрыты для изменения:", worksheet.closed)
            self.say_all("Не сопоставлены по номеру участника:", worksheet.unmatched)


def marks_table(marks):
    """One line a student, also on a narrow terminal; the place only of those who have several."""
    columns = [Column("студент", overflow="fold"), Column("состояние", no_wrap=True)]
    columns += [Column(name, no_wrap=True) for name in (*EXERCISES, "баллы", "nbval")]
    table = Table(*columns, title="Оценки", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)
    times = Counter(mark.student for mark in marks)
    for mark in marks:
        points = [f"{mark.points(method)}/{exercise.points}" for method, exercise in EXERCISES.items()]
        points.append(f"{mark.score}/{MAX_SCORE}")
        if mark.ungraded:
            points = ["—"] * len(points)
        place = mark.submission.partition("/")[2] or mark.submission
        who = mark.student if times[mark.student] == 1 else f"{mark.student}: {place}"
        table.add_row(*map(Text, [one_line(who), mark.status, *points, nbval_words(mark)]))
    return table


def nbval_words(mark):
    """How many cells stopped with an error, and in how many others the result differs."""
    stopped = list(mark.kinds.values()).count("error")
    counts = {"ошибок": stopped, "отличий": len(mark.kinds) - stopped}
    return ", ".join(f"{words}: {number}" for words, number in counts.items() if number) or mark.nbval


@contextlib.contextmanager
def progress_bar(words, total):
    """A function that moves the bar on by one; without a terminal, or when that is gone, nothing is shown."""
    console = Console(stderr=True)
    columns = (TextColumn(words), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    progress = Progress(*columns, console=console, transient=True)
    task = progress.add_task("", total=total)
    if console.is_terminal:
        progress.start()
    try:
        yield lambda: progress.advance(task)
    finally:
        with contextlib.suppress(OSError):
            if console.is_terminal:
                progress.stop()
