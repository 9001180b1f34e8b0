"""The process that has imported all that a re-execution needs, and forks two children for each: nbval and the kernel.

Run as `python -I zygote.py DESCRIPTOR`, where the descriptor is a Unix socket. Each message on it is a work: the
folder that reexecution.py has laid out and, as a descriptor, the pipe for the verdict.

A forked kernel is no freer than a started one, and knows no more:

- it gives up its rights (see confinement.py) before the student's first cell, as a started one would;
- it inherits this process's memory, and here is nothing but imported packages: the works are read, and the verdicts
  written, by other children, so nothing of another student, and nothing that is secret, is ever in it;
- it closes all descriptors but its own ends of the channels to nbval and to this process;
- the environment is replaced, the state of the random generators drawn anew;
- there is one thread here, so no lock can be held at the time of the fork; the handlers of signals are Python's;
- it is a child of this process, which kills it when nbval ends; and it dies with this process, however that ends.
"""

import ast
import contextlib
import importlib
import json
import math
import os
import select
import signal
import socket
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from common.lab import HELPERS
from grading.confined import calling, confined_kernel, confinement, run_nbval

del sys.path[0]

USED_LATER = ("matplotlib_inline.backend_inline", "matplotlib.backends.backend_agg", "IPython.core.completer")


def main(control):
    import_all()
    while True:
        data, descriptors, _, _ = socket.recv_fds(control, 1 << 14, 1)
        if not data:
            return
        serve(json.loads(data), descriptors[0], control)
        control.send(b"done")


def import_all():
    """What the lab's helpers import, and what a kernel imports when it draws its first figure."""
    for node in ast.walk(ast.parse(HELPERS.read_text(encoding="utf-8"))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module] if isinstance(node, ast.ImportFrom) else []
        for name in names:
            importlib.import_module(name)
    for name in USED_LATER:
        with contextlib.suppress(ImportError):  # another version of the package has none
            importlib.import_module(name)
    calling.np.random.seed()


def serve(work, verdict, control):
    """Run nbval and a kernel for it; returns when both have ended."""
    with contextlib.ExitStack() as open_ones:
        ours, theirs, kernels_end, kernels, nbvals_end, nbvals = (
            open_ones.enter_context(end) for _ in range(3) for end in socket.socketpair()
        )
        kernel = fork(confined_kernel.run, [theirs, kernels], work, os.getpid())
        nbval = fork(run_nbval.run, [verdict, ours, nbvals], work, os.getpid(), kernel)
        os.close(verdict)
        for end in (ours, theirs, kernels, nbvals):
            end.close()
        # on the control comes nothing now but the news that nobody waits
        confinement.watch(kernels_end, confined_kernel.MOST_FILES, math.inf, nbvals_end, control)
        select.select([nbvals_end, control], [], [])
    for pid in (nbval, kernel):
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def fork(do, descriptors, work, parent, *arguments):
    """Start a child in the work's environment, with nothing open but these descriptors, as 3, 4, …"""
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        os.setsid()
        nowhere = os.open(os.devnull, os.O_RDWR)
        confinement.keep_only([nowhere, nowhere, nowhere, *descriptors])
        os.environ.clear()
        os.environ.update(work["environment"])
        do(work, parent, *arguments)
        status = 0
    finally:
        os._exit(status)


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])))
