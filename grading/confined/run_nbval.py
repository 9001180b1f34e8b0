"""Re-execute a notebook under nbval, in a child of worker.py; the student's code runs in the kernel, a child of that.

The kernel is forked before the notebook comes, and has given up its rights before the student's first cell; it knows
neither the connection over which the verdict goes nor our memory.
"""

import json
import os
import random
import re
import resource
import signal
import sys
from pathlib import Path

import nbval.kernel
import nbval.plugin
import numpy as np
import pytest
from ipykernel.kernelapp import IPKernelApp
from jupyter_client import BlockingKernelClient, write_connection_file

from grading.confined import confinement

MEMORY, CELL_SECONDS = 2 << 30, 60
KERNEL_MEMORY, KERNEL_SECONDS = 4 << 30, 300
FILE_SIZE, MOST_FILES = 1 << 20, 256
CHANNEL = 3
# relative to the kernel's own folder, in which both processes work: the path of a Unix socket must be short
NOTEBOOK, MODULES, SOCKETS, CONNECTION_FILE = Path("../lab.ipynb"), Path("../modules"), "channel", "kernel.json"


class Kernel:
    """A kernel in a child without rights, with the methods of jupyter_client's KernelManager that nbval calls."""

    def __init__(self):
        for name in ("home", "modules"):
            os.mkdir(name)
        os.chdir("home")
        os.environ["HOME"] = os.environ["TMPDIR"] = os.environ["MPLCONFIGDIR"] = os.getcwd()
        write_connection_file(CONNECTION_FILE, transport="ipc", ip=SOCKETS, key=os.urandom(16).hex().encode())
        parent = os.getpid()
        self.pid = os.fork()
        if not self.pid:
            be_kernel(parent)

    def start(self, startup_timeout, **_):
        """What nbval calls to start a kernel."""
        client = BlockingKernelClient(connection_file=CONNECTION_FILE)
        client.load_connection_file()
        client.start_channels()
        client.wait_for_ready(timeout=startup_timeout)
        return self, client

    def is_alive(self):
        return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None

    def interrupt_kernel(self):
        os.kill(self.pid, signal.SIGINT)

    def shutdown_kernel(self, now):
        os.kill(self.pid, signal.SIGKILL)


def be_kernel(parent):
    """Give up all rights, then serve whoever has the connection file."""
    try:
        confinement.keep_only([0, 1, 2, CHANNEL])
        os.environ["JPY_PARENT_PID"] = str(parent)
        sys.path.insert(0, str(MODULES.resolve()))
        np.random.seed()
        random.seed()
        confinement.confine(
            parent=parent,
            read=[*confinement.python_files(), MODULES],
            write=[".", os.devnull],
            memory=KERNEL_MEMORY,
            seconds=KERNEL_SECONDS,
            file_size=FILE_SIZE,
            channel=CHANNEL,
            listening=True,
        )
        IPKernelApp.launch_instance(["-f", CONNECTION_FILE])
    finally:
        os._exit(1)


def run(connection, parent):
    """Read the notebook and its helpers from the connection, write the verdict to it, one JSON line a cell."""
    confinement.die_with_parent(parent)
    nbval.kernel.start_new_kernel = Kernel().start
    confinement.set_limit(resource.RLIMIT_AS, MEMORY)
    task = json.load(connection.makefile("rb"))
    NOTEBOOK.write_text(task["notebook"], encoding="utf-8")
    (MODULES / "init_utils.py").write_text(task["helpers"], encoding="utf-8")
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    options = ["--nbval", f"--nbval-cell-timeout={CELL_SECONDS}", "-p", "nbval.plugin", "-q", "-s", "--tb=no"]
    isolation = [
        "-c",
        os.devnull,
        "--rootdir",
        str(NOTEBOOK.resolve().parent),
        "--noconftest",
        "-p",
        "no:cacheprovider",
    ]
    pytest.main([*options, *isolation, str(NOTEBOOK)], plugins=[Verdict(connection)])


class Verdict:
    """A pytest plugin that passes on for each cell its number and how it differs, None if it does not."""

    def __init__(self, connection):
        self.stream = connection.makefile("w", encoding="utf-8")

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item, call):
        report = yield
        if report.when == "call" or report.failed:
            has_outputs = report.when == "call" and report.failed
            kind = kind_of_difference(item.cell.outputs, item.test_outputs or []) if has_outputs else ""
            self.say(item.cell_num, None if report.passed else kind)
        return report

    def pytest_sessionfinish(self, exitstatus):
        self.say("finished", int(exitstatus))

    def say(self, key, value):
        print(json.dumps([key, value]), file=self.stream, flush=True)


def kind_of_difference(stored, fresh):
    """How the outputs differ: "sign" (of a zero), "print" (more is printed), "error", or "" for all else."""
    if any(output.output_type == "error" for output in fresh):
        return "error"
    stored, fresh = text_of(stored), text_of(fresh)
    if MINUS_ZERO.sub("0", stored).split() == MINUS_ZERO.sub("0", fresh).split():
        return "sign"
    lines = iter(fresh.split("\n"))
    return "print" if all(line in lines for line in stored.split("\n")) else ""


MINUS_ZERO = re.compile(r"-0(?=\.?0*(?:[^\d.]|$))")


def text_of(outputs):
    """All that the outputs of a cell say in text; a picture is one word."""
    texts = []
    for output in outputs:
        data = output.get("data", {})
        texts.append(output.get("text") or ("<image>" if "image/png" in data else data.get("text/plain", "")))
    return "\n".join(text.strip("\n") for text in texts)
