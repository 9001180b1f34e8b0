"""The grader's side of the sandbox: give it a task, get back how it ended and a result in JSON."""

import contextlib
import json
import math
import os
import socket
import subprocess
import sys
from pathlib import Path

from common.command import in_russian
from grading.confined.calling import FIELDS, LONGEST_TEXT, REFUSED, shorten, unpack  # noqa: F401

WORKER = Path(__file__).with_name("worker.py")
LARGEST_RESULT = 4 << 20
ATTEMPTS = 2
CHECK_SECONDS = 60
SLEEPING = 4  # so many times its processor time a function may take
WAITING = 10  # so many times the processor time may pass until we take the machine to be too busy


class SandboxFailure(Exception):
    """The system does not let the worker do its work: it says nothing about the student's code."""


class Sandbox:
    """One worker process (see worker.py); it is started again when it dies."""

    def __init__(self, folder):
        self.folder = str(folder)
        self.process = None
        self.killed = False

    def environment(self):
        """The variables that the worker and its children get: none of the teacher's."""
        return {
            "PATH": os.defpath,
            "LANG": "C.UTF-8",
            "HOME": self.folder,
            "OPENBLAS_NUM_THREADS": "1",
            "JOBLIB_MULTIPROCESSING": "0",  # or scikit-learn would warn that it can't start processes
            "MALLOC_ARENA_MAX": "2",  # or a thread would take 128 MB of address space
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    def start(self):
        self.control, theirs = socket.socketpair()
        with theirs:
            command = [sys.executable, "-I", WORKER, str(theirs.fileno())]
            streams = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
            options = {"cwd": self.folder, "pass_fds": [theirs.fileno()], "start_new_session": True}
            self.process = subprocess.Popen(command, env=self.environment(), **streams, **options)

    def end(self):
        """No process is left behind: the children die with the worker."""
        process, self.process = self.process, None
        if process:
            self.control.close()
            process.kill()
            process.wait()

    def kill(self):
        """End the worker and its children from another thread; who waits for them is told so."""
        self.killed = True
        if process := self.process:
            process.kill()

    def extract(self, timeout, data, names):
        """What `extraction.extract` returns for the bytes of a notebook, {"unreadable": why}, or None."""
        outcome, result = self.run("extract", {"names": names}, timeout, data)
        return result if outcome == "done" and isinstance(result, dict) else None

    def call(self, timeout, code, name, layer_lists):
        """Returns (outcome, failure, answers): for each list of sizes what came twice, and whether it changed.

        `failure`: the fields that calling.describe gives, "before" (why a name is missing), "package", "changed".
        """
        outcome, result = self.run("call", {"code": code, "name": name, "layer_lists": layer_lists}, timeout)
        if outcome == "timeout":
            return outcome, {}, []
        try:
            if failure := result.get("failure"):
                keys = (*FIELDS, "before", "package")
                texts = {key: shorten(str(failure.get(key, "")), LONGEST_TEXT) for key in keys}
                return "error", {**texts, "changed": failure.get("changed") is True}, []
            pairs = zip(layer_lists, result["answers"], strict=True)
            return "done", {}, [(sizes, unpack(a), unpack(b), changed is True) for sizes, (a, b, changed) in pairs]
        except Exception:  # whatever came back, it is not what our own code in the child sends
            return "crashed", {}, []

    def run(self, task, arguments, timeout, data=b""):
        """Returns (outcome, result): "done", "timeout" or "crashed", and what the task returned, or None."""
        outcome, answer = self.give(task, arguments, receive, SLEEPING * timeout, timeout, data)
        return "timeout" if outcome == "cpu" else outcome, parse(answer) if outcome == "done" else None

    def open(self, file, seconds, receive, **arguments):
        """Let `unpacking.unpack` look into an open file; returns how it ended and what `receive` made of its answer.

        Raises SandboxFailure if the worker gives no answer, or the time passes without work.
        """
        outcome, answer = self.give("open", arguments, receive, seconds * WAITING + 10, seconds, file=file)
        if outcome == "timeout":
            raise SandboxFailure("машина слишком занята, или диск не отвечает. Повторите проверку")
        return outcome, answer

    def give(self, task, arguments, receive, timeout, seconds, data=b"", file=None):
        """Let a child do a task: how it ended ("done", "timeout", "cpu", "crashed"), and what was received from it.

        Raises SandboxFailure if that is nobody's fault.
        """
        request = json.dumps(arguments).encode() + b"\n" + data
        reason = "прерван"
        for _ in range(ATTEMPTS):
            if self.killed:
                break
            try:
                outcome, answer = self.attempt(task, timeout, seconds, request, receive, file)
            except OSError as error:
                outcome, reason = "", in_russian(error)
            if outcome == "crashed":
                self.check()
            if outcome:
                return outcome, answer
            self.end()  # the worker itself is gone: a new one gets the task
        raise SandboxFailure(f"процесс проверки не отвечает ({reason})")

    def check(self):
        """Raise SandboxFailure if even a child that does nothing fails: then what failed before was nobody's fault."""
        why = "не хватает памяти, процессов или файлов (пределы ulimit, контейнера)"
        try:
            outcome, answer = self.attempt("nothing", CHECK_SECONDS, CHECK_SECONDS, b"{}", receive)
            if outcome == "done":
                return
            if result := parse(answer):
                why = f"система не даёт отказаться от прав ({result['unconfined']})"
        except OSError as error:
            why = in_russian(error)
        raise SandboxFailure(why)

    def attempt(self, task, timeout, seconds, request, receive, file=None):
        """How the worker says that the child ended, "" if it says nothing, and what was received from the child."""
        if not self.process:
            self.start()
        options = {"task": task, "timeout": timeout, "seconds": math.ceil(seconds), "folder": self.folder}
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
        sandbox.check()
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
