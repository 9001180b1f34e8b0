"""The sandbox's own process: imports what the tasks need, then forks a child for each, which gives up its rights.

Run as `python -I worker.py DESCRIPTOR`, where the descriptor is a Unix socket. Each message on it names a task and
brings one more socket, over which the child gets what it needs for it and sends its result: this process never sees
either, so no child inherits a trace of another student's work. The answer on the first socket is how the child ended.
With the task of opening a file comes the open file; that child can reach no other, and write none.

A forked child is no freer than a started one, and knows no more: here is nothing but imported packages; the child
closes all descriptors but its own; there is one thread here, so no lock can be held at the time of the fork; and the
child dies with this process, however that ends.
"""

import codecs
import contextlib
import functools
import importlib
import json
import os
import signal
import socket
import sys
import time
import zlib
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from grading.confined import confinement, unpacking
from grading.confined.folders import temporary_folder
from grading.names import CODE_PAGES

del sys.path[0]

CHANNEL, CONNECTION, FILE = 3, 4, 5  # a child's descriptors: to this process, to the grader, to the file to be opened
MEMORY, FILE_SIZE, MOST_FILES = 1 << 30, 256 << 10, 64  # files at a time, deleted ones that are still open too
NO_NOTEBOOK = b'{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'
# what the lab loads, and what a kernel loads when it draws its first figure
OF_THE_LAB = (
    *("scipy.special", "sklearn.datasets", "matplotlib.pyplot", "matplotlib.backends.backend_agg"),
    *("matplotlib_inline.backend_inline", "IPython.core.completer"),
)


def main(control):
    for name in (*CODE_PAGES, "utf-16"):
        codecs.lookup(name)  # a child that opens a file could not load them
    while True:
        data, descriptors, _, _ = socket.recv_fds(control, 1 << 12, 2)
        if not data:
            return
        options = json.loads(data)
        load(options["task"])
        control.send(serve(options, descriptors, control).encode())


@functools.cache
def load(task):
    """Import what a task needs; what the first extraction loads and compiles, every child then has."""
    global calling, extraction, run_nbval
    if task in ("extract", "call"):
        from grading.confined import calling, extraction

        extraction.extract(NO_NOTEBOOK, [])
    elif task == "reexecute":
        from grading.confined import calling, run_nbval  # the student's cells import `calling`

        for name in OF_THE_LAB:
            with contextlib.suppress(ImportError):  # another version of a package may not have it
                importlib.import_module(name)


def serve(options, descriptors, control):
    """Let a child do a task; returns how it ended. It is killed when its time is over or nobody waits for it."""
    task, parent, end = options["task"], os.getpid(), time.monotonic() + options["timeout"]
    with contextlib.nullcontext("/") if task == "open" else temporary_folder(dir=options["folder"]) as folder:
        ours, theirs = socket.socketpair()
        pid = os.fork()
        if not pid:
            be_child(task, options["seconds"], [theirs.fileno(), *descriptors], folder, parent)
        for descriptor in (theirs.detach(), *descriptors):
            os.close(descriptor)
        with ours:
            most_files = run_nbval.MOST_FILES if task == "reexecute" else MOST_FILES
            outcome = "crashed" if confinement.watch(ours, end, folder, most_files, control) else "timeout"
            os.kill(pid, signal.SIGKILL)  # if it has not ended
            _, status, used = os.wait4(pid, 0)
            confinement.watch(ours, time.monotonic() + 10, folder, 0)  # until a child of the child has ended, too
    is_killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    # the limit counts by the tick, which on a busy machine is more than was used
    if is_killed and used.ru_utime + used.ru_stime > options["seconds"] / 2:
        return "cpu"
    return "done" if status == 0 else outcome


def be_child(task, seconds, descriptors, folder, parent):
    """Give up all rights, then read what the task needs, do it, send the result and end."""
    status = 1
    try:
        os.chdir(folder)
        os.environ.update(HOME=folder, TMPDIR=folder, MPLCONFIGDIR=folder)
        nowhere = os.open(os.devnull, os.O_RDWR)
        confinement.keep_only([nowhere, nowhere, nowhere, *descriptors])
        with socket.socket(fileno=CONNECTION) as connection:
            if task == "reexecute":
                run_nbval.run(connection, parent)  # the kernel gives up its rights
            else:
                give_up_rights(connection, task == "open", seconds, folder, parent)
                with connection.makefile("rb") as stream:
                    arguments = json.loads(stream.readline())
                    do(task, connection, stream.read(), **arguments)
        status = 0
    finally:
        os._exit(status)


def give_up_rights(connection, opening, seconds, folder, parent):
    try:
        confinement.confine(
            parent=parent,
            read=[] if opening else confinement.python_files(),
            write=[] if opening else [folder, os.devnull],
            memory=MEMORY,
            seconds=seconds,
            file_size=FILE_SIZE,
            channel=CHANNEL,
        )
    except OSError as error:
        send(connection, {"unconfined": str(error)})
        raise


def do(task, connection, data, **arguments):
    """The tasks by their names; "nothing" finds out whether a child can be started at all."""
    match task:
        case "nothing":
            send(connection, {})
        case "call":
            send(connection, calling.call(**arguments))
        case "extract":
            try:
                send(connection, extraction.extract(unpacking.plain(data), **arguments))
            except (ValueError, zlib.error) as error:
                send(connection, {"unreadable": str(error)})
        case "open":
            with open(FILE, "rb") as file:
                unpacking.unpack(file, functools.partial(send_found, connection), **arguments)


def send(connection, result):
    connection.sendall(json.dumps(result).encode())


def send_found(connection, kind, parts, reason="", data=None, **more):
    """One line of JSON, then the bytes of the file."""
    size = len(data or b"")
    send(connection, {"kind": kind, "parts": parts, "reason": reason, "size": size, **more})
    connection.sendall(b"\n" + (data or b""))


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])))
