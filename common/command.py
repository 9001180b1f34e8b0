"""How a command of this project begins and ends: its exit status, its one line when it can't do its work."""

import argparse
import contextlib
import errno
import os
import sys

FAILED, INTERRUPTED = 2, 130


class Refusal(Exception):
    """The command can't do its work; the text says why."""


def run_command(parser, arguments=None):
    """Parse the arguments and call what the parser set as `command`; returns the exit status."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # a terminal without Cyrillic letters is no reason to stop
    options = parser.parse_args(arguments)
    try:
        return options.command(options)
    except Refusal as reason:
        text = "".join(c if c.isprintable() else "?" for c in str(reason))
        with contextlib.suppress(OSError):
            print(f"{parser.prog.split()[-1]}: {text}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        return INTERRUPTED


SYSTEM_WORDS = {
    errno.ENOSPC: "на диске нет места",
    errno.EACCES: "нет прав доступа",
    errno.EPERM: "нет прав доступа",
    errno.EROFS: "запись на этот диск запрещена",
    errno.ENOENT: "нет такого файла или папки",
    errno.ENOTDIR: "на пути к нему файл вместо папки",
    errno.EISDIR: "это папка",
    errno.ENAMETOOLONG: "имя слишком длинное",
    errno.EIO: "ошибка диска",
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
