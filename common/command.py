"""How a command of this project begins and ends: its exit status, its one line when it can't do its work."""

import argparse
import contextlib
import errno
import os
import sys

FAILED, INTERRUPTED = 2, 130


# what argparse says by itself; words that are not here come as they are
ARGPARSE_WORDS = {
    "usage: ": "вызов: ",
    "positional arguments": "аргументы",
    "options": "ключи",
    "show this help message and exit": "показать эту справку",
    "%(prog)s: error: %(message)s\n": "%(prog)s: %(message)s\n",
    "argument %(argument_name)s: %(message)s": "%(argument_name)s: %(message)s",
    "the following arguments are required: %s": "не указано: %s",
    "unrecognized arguments: %s": "лишнее или неизвестное: %s",
    "expected one argument": "ожидалось значение",
    "expected at least one argument": "ожидалось хотя бы одно значение",
    "ignored explicit argument %r": "значение не нужно, получено %r",
    "ambiguous option: %(option)s could match %(matches)s": "%(option)s — сокращение нескольких: %(matches)s",
    "invalid choice: %(value)r (choose from %(choices)s)": "нет такого: %(value)s; есть %(choices)s",
    "invalid %(type)s value: %(value)r": "значение не подходит: %(value)s",
}
argparse._ = lambda text: ARGPARSE_WORDS.get(text, text)  # it has no other way to be given a language


class Refusal(Exception):
    """The command can't do its work; the text says why."""


def run_command(parser, arguments=None):
    """Parse the arguments and call what the parser set as `command`; returns the exit status."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # a terminal without Cyrillic letters is no reason to stop
    options = parser.parse_args(arguments)
    try:
        return options.command(options) or 0
    except KeyboardInterrupt:
        return INTERRUPTED
    except Refusal as refusal:
        reason = str(refusal)
    except OSError as error:
        reason = f"{in_russian(error)}: {error.filename}" if error.filename else str(in_russian(error))
    text = "".join(c if c.isprintable() else "?" for c in reason)
    with contextlib.suppress(OSError):
        print(f"{parser.prog.split()[-1]}: {text}", file=sys.stderr)
    return FAILED


SYSTEM_WORDS = {
    errno.ENOSPC: "на диске нет места",
    errno.EACCES: "нет прав доступа",
    errno.EPERM: "нет прав доступа",
    errno.EROFS: "запись на этот диск запрещена",
    errno.ENOENT: "нет такого файла или папки",
    errno.ENOTDIR: "на пути к нему файл вместо папки",
    errno.EISDIR: "это папка",
    errno.EEXIST: "на этом месте уже есть файл",
    errno.ENAMETOOLONG: "имя слишком длинное",
    errno.EIO: "ошибка диска",
    errno.EDQUOT: "исчерпана квота на диске",
    errno.EFBIG: "файл больше, чем разрешено (ulimit -f)",
    errno.EAGAIN: "не хватает процессов (ulimit -u, --pids-limit)",
    errno.ENOMEM: "не хватает памяти",
    errno.EMFILE: "открыто слишком много файлов (ulimit -n)",
    errno.ENFILE: "открыто слишком много файлов",
}


def in_russian(error):
    """What the system says in an OSError, in Russian if we know the words."""
    return SYSTEM_WORDS.get(error.errno, error.strerror or error)


def not_empty(text):
    """The type of an argument that names a file."""
    if not text:
        raise argparse.ArgumentTypeError("ожидалось имя, получена пустая строка")
    return text


@contextlib.contextmanager
def standard_output():
    """Refuse if what is printed inside meets a standard output that is full or closed."""
    try:
        yield
        sys.stdout.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python would try again at its end
        raise Refusal(f"нельзя вывести на экран: {in_russian(error)}") from None


def open_standard_streams():
    """A closed standard stream would lend its number to the next file that is opened."""
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(descriptor)
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(number, "w" if number else "r"))
