"""Re-execute a notebook under nbval and write the verdict to descriptor 3, one JSON line a cell: a child of zygote.py.

The student's code runs in the kernel, another child, which knows neither this descriptor nor our memory.
"""

import functools
import json
import os
import re
import resource
import select
import signal
import socket
from importlib.metadata import EntryPoint

import nbval.kernel
import nbval.plugin
import pytest
from jupyter_client.provisioning import KernelProvisionerFactory
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from grading.confined import confinement

VERDICT, KERNEL = 3, 4  # descriptors
MEMORY = 2 << 30
CELL_SECONDS = 60
PROVISIONER = "forked-kernel"


class Verdict:
    """A pytest plugin that passes on the outcome of each cell."""

    def __init__(self, descriptor):
        self.stream = os.fdopen(descriptor, "w", encoding="utf-8", buffering=1)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item, call):
        report = yield
        if report.when == "call" or report.failed:
            line = {"cell": item.cell_num, "outcome": report.outcome}
            if report.when == "call" and report.failed:
                line["kind"] = kind_of_difference(item.cell.outputs, item.test_outputs or [])
            print(json.dumps(line), file=self.stream)
        return report

    def pytest_sessionfinish(self, exitstatus):
        print(json.dumps({"finished": int(exitstatus)}), file=self.stream)


STOPPED = "error"


def kind_of_difference(stored, fresh):
    """How the outputs differ: "sign" (of a zero), "print" (more is printed), STOPPED, or "" for all else."""
    if any(output.output_type == "error" for output in fresh):
        return STOPPED
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


class ForkedProcess:
    """The kernel, which is not our child, with the methods of subprocess.Popen that a provisioner uses."""

    stdin = stdout = stderr = None

    def __init__(self, pid, channel):
        self.pid, self.channel = pid, channel

    def poll(self):
        return self.wait(0)

    def wait(self, timeout=None):
        """The kernel's end of the channel is closed when it ends."""
        return 1 if select.select([self.channel], [], [], timeout)[0] else None

    def send_signal(self, number):
        os.kill(self.pid, number)  # the zygote keeps the number until we have ended

    def kill(self):
        self.send_signal(signal.SIGKILL)

    def terminate(self):
        self.send_signal(signal.SIGTERM)


class ForkedProvisioner(LocalProvisioner):
    """Does not start a kernel: tells the one that is waiting where its connection file is."""

    waiting = None  # process number and channel

    async def launch_kernel(self, cmd, **options):
        pid, channel = self.waiting
        channel.sendall(cmd[0].encode())
        self.process = ForkedProcess(pid, channel)
        self.pid, self.pgid = pid, None
        return self.connection_info


def run(work, parent, kernel):
    confinement.die_with_parent(parent)
    confinement.set_limit(resource.RLIMIT_AS, MEMORY)
    os.chdir(os.path.dirname(work["notebook"]))
    ForkedProvisioner.waiting = kernel, socket.socket(fileno=KERNEL)
    provisioners = KernelProvisionerFactory.instance().provisioners
    provisioners[PROVISIONER] = EntryPoint(PROVISIONER, f"{__name__}:ForkedProvisioner", "")
    # Unix sockets: the kernel needs no network, not even its own loopback
    channels = os.path.join(os.environ["JUPYTER_RUNTIME_DIR"], "channel")
    nbval.kernel.KernelManager = functools.partial(nbval.kernel.KernelManager, transport="ipc", ip=channels)
    folder = os.path.dirname(work["notebook"])
    options = ["--nbval", f"--nbval-cell-timeout={CELL_SECONDS}", "-p", "nbval.plugin"]
    isolation = ["-c", os.devnull, "--rootdir", folder, "--noconftest", "-p", "no:cacheprovider"]
    pytest.main([*options, *isolation, "-q", "-s", "--tb=no", work["notebook"]], plugins=[Verdict(VERDICT)])
