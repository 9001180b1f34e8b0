"""The command line.

python -m grading grade PATH… [--csv FILE] [--feedback DIR] …
python -m grading blank OUT.ipynb [--force]
python -m grading course DIR [--force]
"""

import argparse
import contextlib
import importlib.util
import os
import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from tempfile import gettempdir

from grading.files import check_writable, replace_file

FAILED, INTERRUPTED = 2, 130
LONGEST_TEMPORARY_PATH = 40  # bytes


class Refusal(Exception):
    """The command can't do its work; the text says why."""


def main(arguments=None):
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # a terminal without Cyrillic letters is no reason to stop
    options = parser().parse_args(arguments)
    try:
        return options.command(options)
    except Refusal as reason:
        text = "".join(c if c.isprintable() else "?" for c in str(reason))
        with contextlib.suppress(OSError):
            print(f"grading: {text}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        return INTERRUPTED


def parser():
    result = argparse.ArgumentParser(prog="python -m grading", description="Проверка лабораторной работы.")
    commands = result.add_subparsers(required=True, metavar="COMMAND")
    grade_ = commands.add_parser("grade", help="оценить работы", description=grade.__doc__)
    grade_.set_defaults(command=grade)
    grade_.add_argument(
        "paths", nargs="+", type=not_empty, metavar="PATH", help="блокнот или папка, в которой ищутся *.ipynb"
    )
    grade_.add_argument("--csv", type=not_empty, metavar="FILE", help="таблица оценок; «-» — на стандартный вывод")
    grade_.add_argument("--feedback", type=not_empty, metavar="DIR", help="папка для страниц с отзывами")
    grade_.add_argument(
        "--jobs", type=positive(int), default=os.cpu_count(), metavar="N", help="сколько работ одновременно"
    )
    grade_.add_argument(
        "--timeout", type=positive(float), default=10, metavar="SECONDS", help="предел времени на одну функцию"
    )
    grade_.add_argument("--quick", action="store_true", help="только функции, без повторного выполнения блокнота")

    blank_ = commands.add_parser("blank", help="записать вариант для студентов", description=blank.__doc__)
    blank_.set_defaults(command=blank)
    blank_.add_argument("target", type=Path, metavar="OUT.ipynb", help="куда записать")
    course_ = commands.add_parser("course", help="подготовить курс nbgrader", description=course.__doc__)
    course_.set_defaults(command=course)
    course_.add_argument("folder", type=Path, metavar="DIR", help="папка курса")
    for command in (blank_, course_):
        command.add_argument("--force", action="store_true", help="заменить то, что уже есть")
    return result


def not_empty(text):
    if not text:
        raise argparse.ArgumentTypeError("ожидалось имя, получена пустая строка")
    return text


def positive(kind):
    def convert(text):
        number = kind(text)
        if not 0 < number < 1e6:
            raise argparse.ArgumentTypeError(f"ожидалось положительное число, получено {text}")
        return number

    return convert


# --------------------------------------------------------------------------------------
# grade
# --------------------------------------------------------------------------------------


def grade(options):
    """Оценивает работы: по баллу за веса и за смещения каждой из трёх функций."""
    if sys.platform != "linux":
        raise Refusal(f"проверка работ возможна только в Linux, а здесь {sys.platform}.")
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:  # nohup
            signal.signal(number, signal.default_int_handler)
    try:
        submissions = find_submissions(options.paths)
    except OSError as error:
        raise Refusal(f"нельзя прочитать: {error}") from None
    check_targets(options, submissions)

    from rich.console import Console

    from grading import confinement, report

    console = Console(stderr=options.csv == "-")
    with standard_output():
        for missing in confinement.missing_protection():
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


@contextlib.contextmanager
def standard_output():
    """Refuse if what is printed inside meets a standard output that is full or closed."""
    try:
        yield
        sys.stdout.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python would try again at its end
        raise Refusal(f"нельзя вывести на экран: {error.strerror}") from None


def find_submissions(paths):
    """{name of the submission: its file}, in the order of names."""
    found = {}

    def add(name, path):
        parts = [part for part in Path(name).parts if part not in ("..", os.sep)]
        name, number = str(Path(*parts)), 2
        while name in found:
            name, number = f"{Path(*parts)} ({number})", number + 1
        found[name] = path

    for path in map(Path, paths):
        if path.is_dir():
            for file in sorted(notebooks(path)):
                add(file.relative_to(path) if len(paths) == 1 and file != path else file, file)
        elif path.exists() or path.is_symlink():
            add(path.name if len(paths) == 1 else path, path)
        else:
            raise Refusal(f"нет такого файла или папки: {path}")
    if not found:
        raise Refusal(f"не найдено ни одного блокнота *.ipynb: {', '.join(paths)}")
    return found


def notebooks(folder):
    """All *.ipynb in a folder, Jupyter's own copies left out; a folder that can't be opened stands for itself."""
    closed = []
    for where, folders, files in os.walk(folder, onerror=lambda error: closed.append(Path(error.filename))):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (Path(where) / name for name in files if name.lower().endswith(".ipynb") and name[0] != ".")
    yield from closed


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


def grade_all(submissions, options):
    """({name: mark}, whether the work was interrupted); several submissions at a time."""
    from grading.confinement import temporary_folder
    from grading.marks import Grader, Mark, draw_layer_lists

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
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

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


def write_results(options, marks):
    """The CSV, and a page for each that is graded; a file is replaced whole or not at all.

    Returns what could not be written.
    """
    from grading import report

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


# --------------------------------------------------------------------------------------
# blank, course
# --------------------------------------------------------------------------------------


def blank(options):
    """Записывает вариант для студентов: решений и результатов в нём нет."""
    from grading import handout

    write_new({options.target: derive(handout.blank_text)}, options.force)
    print(f"Записано: {options.target}. Раздавайте его вместе с файлом {handout.HELPERS}")
    return 0


def course(options):
    """Готовит курс nbgrader: настройки, блокнот с решениями и init_utils.py."""
    from grading import handout

    if not importlib.util.find_spec("nbgrader"):
        raise Refusal("нет nbgrader; установите его: python -m pip install -r tests/requirements.txt")
    files = derive(handout.course_files)
    write_new({options.folder / name: text for name, text in files.items()}, options.force)
    print(f"Записано: {options.folder}. В этой папке выполните nbgrader generate_assignment {handout.ASSIGNMENT}")
    return 0


def derive(make):
    try:
        return make()
    except (OSError, ValueError) as error:
        raise Refusal(f"исходный блокнот не годится: {error}") from None


def write_new(files, force):
    """Write all files, {path: text}; replace nothing unless `force`, and never the completed notebook."""
    from grading.handout import NOTEBOOK

    for path in files:
        if path.is_dir():
            raise Refusal(f"это папка, а нужно имя файла: {path}")
        if path.exists() and path.samefile(NOTEBOOK):
            raise Refusal(f"это сам заполненный блокнот, он не заменяется: {path}")
        if path.exists() and not force:
            raise Refusal(f"уже есть, заменяется только с ключом --force: {path}")
    for path, text in files.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            replace_file(path, text)
        except OSError as error:
            raise Refusal(f"нельзя записать {path}: {error.strerror}") from None


def open_standard_streams():
    """A closed standard stream would lend its number to the next file that is opened."""
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(descriptor)
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(number, "w" if number else "r"))


if __name__ == "__main__":
    open_standard_streams()
    sys.exit(main())
