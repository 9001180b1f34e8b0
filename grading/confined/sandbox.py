"""The grader's side of the sandbox: give it a task, get back how it ended and a result in JSON."""

import contextlib
import json
import math
import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from platformdirs import user_cache_path

from common.command import in_russian
from grading.confined.calling import FIELDS, LONGEST_TEXT, REFUSED, shorten, unpack  # noqa: F401

WORKER = Path(__file__).with_name("worker.py")
LARGEST_RESULT = 4 << 20
ATTEMPTS = 2
CHECK_SECONDS = 60
SOUND_CALL = {
    "task": "call",
    "code": "def one(sizes):\n    return {'W1': np.ones(1)}",
    "name": "one",
    "layer_lists": [[1, 1]],
}
SOUND_OPENING = {
    "name": "",
    "budget": {"members": 1, "size": 1, "works": 1, "seconds": 1},
    "depth": 0,
    "whole_class": False,
}
SLEEPING = 4  # so many times its processor time a function may take
WAITING = 10  # so many times the processor time may pass until we take the machine to be too busy


class SandboxFailure(Exception):
    """The system does not let the worker do its work: it says nothing about the student's code."""


class Servant:
    """A process of ours that forks confined children; its `control` is a socket at the other end of which it works."""

    def __init__(self, folder):
        self.folder = str(folder)
        self.process = None
        self.killed = False

    def start(self, script, home, environment):
        self.control, theirs = socket.socketpair()
        with theirs:
            command = [sys.executable, "-I", script, str(theirs.fileno())]
            streams = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
            options = {"cwd": home, "env": environment, "pass_fds": [theirs.fileno()], "start_new_session": True}
            self.process = subprocess.Popen(command, **streams, **options)

    def end(self):
        """No process is left behind: its children die with it."""
        process, self.process = self.process, None
        if process:
            self.control.close()
            process.kill()
            process.wait()

    def kill(self):
        """End it from another thread; who waits for it is told so."""
        self.killed = True
        if process := self.process:
            process.kill()


class Sandbox(Servant):
    """One worker process (see worker.py); it is started again when it dies."""

    def start(self):
        # where the list of fonts lies; a thread does not take 128 MB of address space
        more = {"XDG_CACHE_HOME": str(user_cache_path()), "MALLOC_ARENA_MAX": "2"}
        super().start(WORKER, self.folder, clean_environment(self.folder) | more)

    def extract(self, timeout, data, names):
        """What `extraction.extract` returns for the bytes of a notebook, {"unreadable": why}, or None."""
        outcome, result = self.run(timeout, data, task="extract", names=names)
        return result if outcome == "done" and isinstance(result, dict) else None

    def call(self, timeout, code, name, layer_lists):
        """Returns (outcome, failure, answers): for each list of sizes what came twice, and whether it changed.

        `failure`: the fields that calling.describe gives, "before" (why a name is missing), "package", "changed".
        """
        outcome, result = self.run(timeout, task="call", code=code, name=name, layer_lists=layer_lists)
        if outcome == "timeout":
            return outcome, {}, []
        try:
            if failure := result.get("failure"):
                texts = {
                    key: shorten(str(failure.get(key, "")), LONGEST_TEXT) for key in (*FIELDS, "before", "package")
                }
                return "error", {**texts, "changed": failure.get("changed") is True}, []
            pairs = zip(layer_lists, result["answers"], strict=True)
            return "done", {}, [(sizes, unpack(a), unpack(b), changed is True) for sizes, (a, b, changed) in pairs]
        except Exception:  # whatever came back, it is not what our own code in the child sends
            return "crashed", {}, []

    def run(self, timeout, data=b"", **task):
        """Returns (outcome, result): "done", "timeout" or "crashed", and what the task returned, or None.

        Raises SandboxFailure if the worker gives no answer.
        """
        outcome, answer = self.give(task, receive, SLEEPING * timeout, math.ceil(timeout), data)
        result = parse(answer) if outcome == "done" else None
        if result is None and outcome == "crashed":
            self.check()
        return "timeout" if outcome == "cpu" else outcome, result

    def open(self, file, seconds, receive, **task):
        """Let `unpacking.unpack` look into an open file; returns how it ended and what `receive` made of its answer.

        Raises SandboxFailure if the worker gives no answer, or the time passes without work.
        """
        outcome, answer = self.give(task, receive, seconds * WAITING + 10, math.ceil(seconds), file=file)
        if outcome == "timeout":
            raise SandboxFailure("машина слишком занята, или диск не отвечает. Повторите проверку")
        if outcome == "crashed":
            self.check_opening()
        return outcome, answer

    def give(self, task, receive, timeout, seconds, data=b"", file=None):
        """Let a child do a task: how the worker says that it ended, and what was received from it."""
        options = {"timeout": timeout, "seconds": seconds, "folder": self.folder}
        reason = "прерван"
        for _ in range(ATTEMPTS):
            if self.killed:
                break
            try:
                if not self.process:
                    self.start()
                outcome, answer = self.attempt(options, json.dumps(task).encode() + b"\n" + data, receive, file)
            except OSError as error:
                outcome, reason = "", in_russian(error)
            if outcome:
                return outcome, answer
            self.end()  # the worker itself is gone: a new one gets the task
        raise SandboxFailure(f"процесс проверки не отвечает ({reason})")

    def check(self, task=None, file=None):
        """Raise SandboxFailure if a task that can't fail fails: then what failed before it was nobody's fault."""
        why = "не хватает памяти, процессов или файлов (пределы ulimit, контейнера)"
        options = {"timeout": CHECK_SECONDS, "seconds": CHECK_SECONDS, "folder": self.folder}
        with contextlib.suppress(OSError):
            request = json.dumps(task or SOUND_CALL).encode() + b"\n"
            outcome, answer = self.attempt(options, request, receive, file)
            if outcome == "done":
                return
            if result := parse(answer):
                why = f"система не даёт отказаться от прав ({result['unconfined']})"
        raise SandboxFailure(why)

    def check_opening(self):
        """The same for the task of opening a file, which starts in no time."""
        with tempfile.TemporaryFile(dir=self.folder) as file:
            if not self.process:
                self.start()
            self.check(SOUND_OPENING, file)

    def attempt(self, options, request, receive, file=None):
        """How the worker says that the child ended, "" if it says nothing, and what was received from the child."""
        ours, theirs = socket.socketpair()
        with ours:
            with theirs:
                descriptors = [theirs.fileno(), *([file.fileno()] if file else [])]
                socket.send_fds(self.control, [json.dumps(options).encode()], descriptors)
            with contextlib.suppress(OSError):  # the child may be gone already; its outcome says how
                ours.sendall(request)
                ours.shutdown(socket.SHUT_WR)
            answer = receive(ours)
        return self.control.recv(100).decode(), answer


def check_system(folder):
    """Raise SandboxFailure if no child can be started here that gives up its rights: every work would fail."""
    sandbox = Sandbox(folder)
    try:
        sandbox.check_opening()
    except OSError as error:
        raise SandboxFailure(in_russian(error)) from None
    finally:
        sandbox.end()


def parse(answer):
    """The JSON that a child sent, or None."""
    try:
        return json.loads(answer)
    except (ValueError, RecursionError):
        return None


def receive(connection):
    """All that the child sends, up to a limit."""
    answer = bytearray()
    with contextlib.suppress(OSError):
        while len(answer) <= LARGEST_RESULT and (part := connection.recv(1 << 20)):
            answer += part
    return bytes(answer)


def clean_environment(home):
    """The variables that a confined process gets: none of the teacher's."""
    return {
        "PATH": os.defpath,
        "LANG": "C.UTF-8",
        "HOME": str(home),
        "OPENBLAS_NUM_THREADS": "1",
        "JOBLIB_MULTIPROCESSING": "0",  # or scikit-learn would warn that it can't start processes
        "PYTHONDONTWRITEBYTECODE": "1",
    }
