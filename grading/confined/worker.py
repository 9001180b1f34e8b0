"""The sandbox's own process: imports what the tasks need, then forks one confined child a task.

Run as `python -I worker.py DESCRIPTOR`, where the descriptor is a Unix socket. Each message on it brings
one more socket, over which the child gets its task and sends its result: this process never sees either,
so no child inherits a trace of another student's work. The answer on the first socket is how the child ended.
With the task of opening a file comes the open file; that child can reach no other, and write none.
"""

import codecs
import contextlib
import functools
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

MEMORY = 1 << 30
FILE_SIZE, MOST_FILES = 256 << 10, 64  # at a time, those that are deleted and still open too


def main(control):
    parent = os.getpid()
    for name in (*CODE_PAGES, "utf-16"):
        codecs.lookup(name)  # a child that opens a file could not load them
    while True:
        data, descriptors, _, _ = socket.recv_fds(control, 1 << 12, 2)
        if not data:
            return
        options = json.loads(data)
        if len(descriptors) == 1:
            load_tasks()
        with (
            temporary_folder(dir=options["folder"]) if len(descriptors) == 1 else contextlib.nullcontext("/") as folder
        ):
            ours, theirs = socket.socketpair()
            pid = os.fork()
            if not pid:
                be_child(descriptors, theirs.fileno(), folder, options, parent)
            for descriptor in descriptors:
                os.close(descriptor)
            theirs.close()
            with ours:
                outcome = wait(pid, ours, folder, options["timeout"], options["seconds"], control)
        control.send(outcome.encode())


def load_tasks():
    """Import what `extract` and `call` need; what the first extraction loads and compiles, every child then has."""
    if "extraction" in globals():
        return
    global calling, extraction
    from grading.confined import calling, extraction

    extraction.extract(b'{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}', [])


def wait(pid, channel, folder, timeout, seconds, control):
    """How the child ended; it is killed when its time is over or nobody waits for it."""
    end = time.monotonic() + timeout
    count = functools.partial(confinement.things_held, pid, folder)
    outcome = "crashed" if confinement.watch(channel, MOST_FILES, end, control, count=count) else "timeout"
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)  # if it has not ended
    _, status, used = os.wait4(pid, 0)
    if os.WIFSIGNALED(status) and used.ru_utime + used.ru_stime > seconds - 0.5:
        return "cpu"
    return "done" if status == 0 else outcome


def be_child(descriptors, channel, folder, options, parent):
    """Give up all rights, then read the task, do it, send the result and end."""
    status = 1
    opening = len(descriptors) > 1
    try:
        os.chdir(folder)
        os.environ.update(HOME=folder, TMPDIR=folder, MPLCONFIGDIR=folder)
        os.environ.pop("XDG_CACHE_HOME", None)
        nowhere = os.open(os.devnull, os.O_RDWR)
        confinement.keep_only([nowhere, nowhere, nowhere, channel, *descriptors])
        with socket.socket(fileno=4) as connection:
            try:
                confinement.confine(
                    parent=parent,
                    read=[] if opening else confinement.python_files(),
                    write=[] if opening else [folder, os.devnull],
                    memory=MEMORY,
                    seconds=options["seconds"],
                    file_size=FILE_SIZE,
                    channel=3,
                )
            except OSError as error:
                connection.sendall(json.dumps({"unconfined": str(error)}).encode())
                raise
            head, _, data = b"".join(iter(lambda: connection.recv(1 << 20), b"")).partition(b"\n")
            task = json.loads(head)
            if opening:
                send = functools.partial(send_found, connection)
                with open(5, "rb") as file:
                    unpacking.unpack(file, send, **task)
            else:
                connection.sendall(json.dumps(do(**task, data=data)).encode())
        status = 0
    finally:
        os._exit(status)


def send_found(connection, kind, parts, reason="", data=None, **more):
    """One line of JSON, then the bytes of the file."""
    size = len(data or b"")
    head = {"kind": kind, "parts": parts, "reason": reason, "size": size, **more}
    connection.sendall(json.dumps(head).encode() + b"\n" + (data or b""))


def do(task, data, **arguments):
    """The tasks by their names."""
    if task == "call":
        return calling.call(**arguments)
    try:
        return extraction.extract(unpacking.plain(data), **arguments)
    except (ValueError, zlib.error) as error:
        return {"unreadable": str(error)}


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])))
