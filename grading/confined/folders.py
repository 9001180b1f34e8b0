"""Folders in which hostile code may have been at work, and what runs that were killed have left of theirs."""

import contextlib
import fcntl
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

PREFIX = "grading-"
LOCK = ".grading-run"  # held as long as the run lives; the kernel lets go of it, however the run ends


def remove_folder(folder):
    """Remove a folder that may be anything: deep, closed, full. What can't be removed stays, without an error."""
    try:
        shutil.rmtree(folder)
    except (OSError, RecursionError):
        for command in (["chmod", "-R", "u+rwX"], ["rm", "-rf"]):
            subprocess.run([*command, "--", folder], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@contextlib.contextmanager
def temporary_folder(**options):
    """Like tempfile.TemporaryDirectory, for a folder in which hostile code was at work."""
    folder = tempfile.mkdtemp(**options)
    try:
        yield folder
    finally:
        remove_folder(folder)


@contextlib.contextmanager
def run_folder(place=None):
    """The folder of a run of the grader; what killed runs of the same user have left beside it is removed."""
    for other in Path(place or tempfile.gettempdir()).glob(f"{PREFIX}*"):
        remove_if_left(other)
    with temporary_folder(prefix=PREFIX, dir=place) as folder:
        new = os.path.join(folder, ".new")
        lock = os.open(new, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            os.rename(new, os.path.join(folder, LOCK))  # no other run sees it unlocked
            yield folder
        finally:
            os.close(lock)


def remove_if_left(folder):
    """Remove the folder of a run if it is this user's, and nobody holds its lock any more."""
    with contextlib.suppress(OSError):  # no lock: not of this program, or just being made
        if os.lstat(folder).st_uid != os.geteuid() or folder.is_symlink():
            return
        lock = os.open(folder / LOCK, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            remove_folder(folder)
        finally:
            os.close(lock)
