"""Have a file looked into by a child without rights (confined/unpacking.py), and check all that it says."""

import json
import os
import stat
import tempfile
from dataclasses import asdict, dataclass, replace

from common.command import in_russian
from grading.confined.sandbox import Sandbox, SandboxFailure
from grading.confined.unpacking import DEEPEST_FOLDER, HAND_IN_THE_NOTEBOOK, LONGEST_PATH, Budget
from grading.names import LONGEST_NAME, one_line

MOST_WORKS = 20  # of one student
# what the archives of one student may take, and what the archive of a class may
OF_A_STUDENT = Budget(members=100_000, size=1 << 30, works=MOST_WORKS, seconds=10.0)
OF_A_CLASS = Budget(members=500_000, size=64 << 30, works=500_000, seconds=900.0)
LARGEST_PACKED = 256 << 20  # bytes of one file
LONGEST_LINE = 64 << 10
KINDS = {"file", "page", "notebook", "archive", "hidden", "empty", "link", "special", "refused", "closed"}


@dataclass(frozen=True)
class StoredFile:
    """A file of the file system: a student's own, or one of ours with what was in his archive."""

    path: str

    def open(self):
        """The regular file, for reading; a link or a pipe is no submission."""
        descriptor = os.open(self.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        file = open(descriptor, "rb")  # noqa: SIM115
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            return file
        file.close()
        raise ValueError("это не обычный файл. Положите на его место сам блокнот")

    def read(self, most):
        with self.open() as file:
            return file.read(most)


@dataclass(frozen=True)
class Entry:
    """Something that lies in the folder of the class: what it is, and why it can't be looked at, if it can't."""

    parts: tuple[str, ...]
    kind: str  # file, page, notebook, archive (only in that of a class), hidden, empty, link, special, refused
    source: StoredFile | None = None  # of a notebook or an archive
    reason: str = ""  # of one that is refused
    ungraded: bool = False  # refused, because the system failed: no fault of the student's

    @property
    def name(self):
        return "/".join(self.parts)


class Opener:
    """Opens files, one after another; what comes out of archives is kept in a folder until that is removed."""

    def __init__(self, folder):
        self.folder = folder
        self.sandbox = Sandbox(folder)

    def close(self):
        self.sandbox.end()

    def open(self, source, name, budget, depth=0, whole_class=False):
        """(entries, budget that is left): what is in the file, their places counted from it.

        What can't be looked at is an entry that says why; () is the place of the file itself.
        """
        entries, left = [], replace(budget, seconds=0)
        reason, fault = "", ""

        def receive(connection):
            nonlocal left, fault
            entries.clear()  # of an attempt that was cut off
            with connection.makefile("rb") as stream:
                try:
                    while message := next_message(stream):
                        if message["kind"] == "end":
                            left = checked_budget(message["left"], budget)
                            return True
                        entries.append(self.entry(message, stream))
                except OSError as error:
                    fault = (
                        f"{in_russian(error)}: {os.path.dirname(self.folder)}. Освободите место и повторите проверку"
                    )
                except (ValueError, RecursionError, TypeError, KeyError, AttributeError):
                    pass  # not what our own code in the child sends
            return False

        task = {"name": name, "budget": asdict(budget), "depth": depth, "whole_class": whole_class}
        try:
            with source.open() as file:
                outcome, is_whole = self.sandbox.open(file, budget.seconds, receive, **task)
            if not is_whole:
                limit = f"не удалось прочитать за {budget.seconds:.0f} с"
                reason = limit if outcome == "cpu" else "слишком велик или повреждён"
        except ValueError as error:
            reason = str(error)
        except SandboxFailure as error:
            fault = str(error)
        except OSError as error:
            fault = f"нельзя прочитать: {in_russian(error)}"
        if fault:
            entries.append(Entry((), "refused", None, f"архив {name} не открыт: {fault}", ungraded=True))
        elif reason:
            entries.append(Entry((), "refused", None, f"архив {name}: {reason}. {HAND_IN_THE_NOTEBOOK}"))
        last = {(*entry.parts, entry.kind in ("hidden", "refused")): entry for entry in entries}
        return list(last.values()), left

    def entry(self, message, stream):
        kind, parts, size = message["kind"], tuple(message["parts"]), message["size"]
        if kind == "closed":
            return Entry((), "refused", None, "файл не читается: ошибка диска. Скопируйте его заново", ungraded=True)
        if kind not in KINDS or not all(map(is_name, parts)) or len(parts) > DEEPEST_FOLDER * 4:
            raise ValueError
        source = self.keep(stream, size) if size else None
        return Entry(parts, kind, source, one_line(str(message["reason"]))[:LONGEST_PATH])

    def keep(self, stream, size):
        """Put the bytes that follow into a file of ours."""
        if not 0 < size <= LARGEST_PACKED:
            raise ValueError
        with tempfile.NamedTemporaryFile(dir=self.folder, prefix="file-", delete=False) as file:
            try:
                while size:
                    part = stream.read(min(size, 1 << 20))
                    if not part:
                        raise ValueError
                    file.write(part)
                    size -= len(part)
                file.flush()
            except BaseException:
                os.unlink(file.name)  # its room may be needed
                raise
        return StoredFile(file.name)


def next_message(stream):
    """The next line of JSON, None at the end."""
    line = stream.readline(LONGEST_LINE)
    message = json.loads(line) if line.endswith(b"\n") else None
    if message is not None and not (
        isinstance(message, dict) and message.keys() >= {"kind", "parts", "size", "reason"}
    ):
        raise ValueError
    return message


def is_name(part):
    """Whether this can be a part of a path on our side."""
    return (
        isinstance(part, str)
        and 0 < len(part.encode()) <= LONGEST_NAME
        and part not in (".", "..")
        and "/" not in part
        and part == one_line(part)
    )


def checked_budget(left, before):
    """What a child says that is left, never more than there was."""
    return Budget(**{name: type(value)(max(0, min(left[name], value))) for name, value in asdict(before).items()})
