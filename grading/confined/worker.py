"""The sandbox's own process: imports what the tasks need, then forks one confined child a task.

Run as `python -I worker.py DESCRIPTOR`, where the descriptor is a Unix socket. Each message on it brings
one more socket, over which the child gets its task and sends its result: this process never sees either,
so no child inherits a trace of another student's work. The answer on the first socket is how the child ended.
"""

import json
import os
import select
import signal
import socket
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from common.files import folder_size, temporary_folder
from grading.confined import calling, confinement, extraction

del sys.path[0]

MEMORY = 1 << 30
FILE_SIZE = 1 << 20
FOLDER_SIZE = 16 << 20


def main(control):
    # what the first extraction loads and compiles, every child then has
    extraction.extract(b'{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}', [])
    parent = os.getpid()
    while True:
        data, descriptors, _, _ = socket.recv_fds(control, 1 << 12, 1)
        if not data:
            return
        options = json.loads(data)
        with temporary_folder(dir=options["folder"]) as folder:
            pid = os.fork()
            if not pid:
                be_child(descriptors[0], folder, options["timeout"], parent)
            os.close(descriptors[0])
            outcome = wait(pid, folder, options["timeout"], control)
        control.send(outcome.encode())


def wait(pid, folder, timeout, control):
    """How the child ended; it is killed when its time is over, its folder too full or nobody waits for it."""
    end = time.monotonic() + timeout
    process = os.pidfd_open(pid)
    outcome = "timeout"
    while time.monotonic() < end:
        ready = select.select([process, control], [], [], 0.1)[0]
        if ready or folder_size(folder) > FOLDER_SIZE:
            outcome = "crashed"
            break
    if process not in select.select([process], [], [], 0)[0]:
        os.kill(pid, signal.SIGKILL)
    os.close(process)
    status = os.waitpid(pid, 0)[1]
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGXCPU:
        return "timeout"
    return "done" if status == 0 else outcome


def be_child(connection, folder, timeout, parent):
    """Give up all rights, then read the task, do it, send the result and end."""
    status = 1
    try:
        os.chdir(folder)
        os.environ.update(HOME=folder, TMPDIR=folder, MPLCONFIGDIR=folder)
        nowhere = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(nowhere, descriptor)
        connection = os.dup2(connection, 3)
        os.closerange(4, 1 << 16)
        confinement.confine(
            parent=parent,
            read=confinement.python_files(),
            write=[folder, os.devnull],
            memory=MEMORY,
            seconds=int(timeout) + 1,
            file_size=FILE_SIZE,
        )
        with socket.socket(fileno=connection) as channel:
            head, _, data = b"".join(iter(lambda: channel.recv(1 << 20), b"")).partition(b"\n")
            channel.sendall(json.dumps(do(**json.loads(head), data=data)).encode())
        status = 0
    finally:
        os._exit(status)


def do(task, data, **arguments):
    """The tasks by their names."""
    if task == "call":
        return calling.call(**arguments)
    try:
        return extraction.extract(data, **arguments)
    except ValueError as error:
        return {"unreadable": str(error)}


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])))
