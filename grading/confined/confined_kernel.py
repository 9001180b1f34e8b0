"""A Jupyter kernel that gives up its rights before it runs the first cell: a child of zygote.py."""

import os
import random
import socket
import sys

import numpy as np
from ipykernel.kernelapp import IPKernelApp

from grading.confined import confinement

MEMORY = 4 << 30
SECONDS = 300
FILE_SIZE, MOST_FILES = 1 << 20, 256


def run(work, parent):
    """Wait until nbval, at the other end of descriptor 3, sends the path of the connection file; then serve it."""
    confinement.die_with_parent(parent)
    channel = socket.socket(fileno=3)  # open as long as the kernel lives: so nbval knows that it does
    connection_file = channel.recv(1 << 12).decode()
    if not connection_file:
        return
    os.chdir(os.path.dirname(work["notebook"]))
    os.environ["JPY_PARENT_PID"] = str(parent)
    sys.path.insert(0, work["modules"])
    np.random.seed()  # noqa: NPY002
    random.seed()
    confinement.confine(
        parent=parent,
        read=[*confinement.python_files(), work["modules"]],
        write=[os.environ["HOME"], os.environ["JUPYTER_RUNTIME_DIR"], os.devnull],
        memory=MEMORY,
        seconds=SECONDS,
        file_size=FILE_SIZE,
        channel=4,
        listening=True,
    )
    IPKernelApp.launch_instance(["-f", connection_file])
