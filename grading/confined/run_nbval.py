"""Re-execute a notebook under nbval and write the verdict to a descriptor, one JSON line a cell.

Run as `python -I run_nbval.py NOTEBOOK DESCRIPTOR PARENT` with the environment that reexecution.py makes. The
student's code runs in the kernel, another process, which knows neither this descriptor nor our memory.
"""

import functools
import json
import os
import resource
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from grading.confined import confinement

del sys.path[0]

import nbval.kernel
import pytest

MEMORY = 2 << 30
CELL_SECONDS = 60


class Verdict:
    """A pytest plugin that passes on the outcome of each cell."""

    def __init__(self, descriptor):
        self.stream = os.fdopen(descriptor, "w", encoding="utf-8", buffering=1)

    def pytest_runtest_logreport(self, report):
        if report.when == "call" or report.failed:
            cell = int(report.nodeid.rpartition("::Cell ")[2])
            print(json.dumps({"cell": cell, "outcome": report.outcome}), file=self.stream)

    def pytest_sessionfinish(self, exitstatus):
        print(json.dumps({"finished": int(exitstatus)}), file=self.stream)


def main(notebook, descriptor, parent):
    confinement.die_with_parent(parent)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, resource.RLIM_INFINITY))  # the kernel has a limit of its own
    # Unix sockets: the kernel needs no network, not even its own loopback
    channels = os.path.join(os.environ["JUPYTER_RUNTIME_DIR"], "channel")
    nbval.kernel.KernelManager = functools.partial(nbval.kernel.KernelManager, transport="ipc", ip=channels)
    options = ["--nbval", f"--nbval-cell-timeout={CELL_SECONDS}", "-p", "nbval.plugin"]
    isolation = ["-c", os.devnull, "--rootdir", os.path.dirname(notebook), "--noconftest", "-p", "no:cacheprovider"]
    pytest.main([*options, *isolation, "-q", "-s", "--tb=no", notebook], plugins=[Verdict(descriptor)])


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
