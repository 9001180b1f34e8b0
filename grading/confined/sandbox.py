"""The grader's side of the sandbox: give it a task, get back how it ended and a result in JSON."""

import contextlib
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

from grading.confined.calling import LONGEST_TEXT, shorten, unpack

WORKER = Path(__file__).with_name("worker.py")
LARGEST_RESULT = 4 << 20
ATTEMPTS = 2
CHECK_SECONDS = 60


class SandboxFailure(Exception):
    """The worker itself cannot start or is gone: it says nothing about the student's code."""


class Sandbox:
    """One worker process (see worker.py); it is started again when it dies."""

    def __init__(self, folder):
        self.folder = str(folder)
        self.process = None
        self.killed = False

    def start(self):
        self.control, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-I", WORKER, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                env=clean_environment(self.folder),
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )

    def end(self):
        if self.process:
            self.control.close()
            self.process.kill()
            self.process.wait()
            self.process = None

    def kill(self):
        """End the worker and its child from another thread; a `run` that waits for them returns."""
        self.killed = True
        if self.process:
            self.process.kill()

    def extract(self, timeout, data, names):
        """What `extraction.extract` returns for the bytes of a notebook, {"unreadable": why}, or None."""
        outcome, result = self.run(timeout, data, task="extract", names=names)
        return result if outcome == "done" and isinstance(result, dict) else None

    def call(self, timeout, code, name, layer_lists):
        """Returns (outcome, error, answers): for each list of sizes what came twice, and whether it changed."""
        outcome, result = self.run(timeout, task="call", code=code, name=name, layer_lists=layer_lists)
        if outcome == "timeout":
            return outcome, "", []
        try:
            if error := result.get("error"):
                return "error", shorten(str(error), LONGEST_TEXT), []
            pairs = zip(layer_lists, result["answers"], strict=True)
            return "done", "", [(sizes, unpack(a), unpack(b), changed is True) for sizes, (a, b, changed) in pairs]
        except Exception:  # whatever came back, it is not what our own code in the child sends
            return "crashed", "", []

    def run(self, timeout, data=b"", **task):
        """Returns (outcome, result): "done", "timeout" or "crashed", and what the task returned, or None.

        Raises SandboxFailure if the worker gives no answer.
        """
        reason = "прерван"
        for _ in range(ATTEMPTS):
            if self.killed:
                break
            try:
                if not self.process:
                    self.start()
                outcome, answer = self.attempt(timeout, json.dumps(task).encode() + b"\n" + data)
            except OSError as error:
                outcome, reason = "", error
            if outcome:
                result = parse(answer) if outcome == "done" else None
                if result is None and outcome != "timeout" and not self.is_sound():
                    raise SandboxFailure("не хватает памяти, процессов или файлов (пределы ulimit, контейнера)")
                return outcome, result
            self.end()  # the worker itself is gone: a new one gets the task
        raise SandboxFailure(f"процесс проверки не отвечает ({reason})")

    def is_sound(self):
        """Whether a task that can't fail succeeds: if not, what failed before it was no fault of a student's code."""
        task = {"task": "call", "code": "def one(sizes):\n    return {'W1': np.ones(1)}", "name": "one"}
        request = json.dumps({**task, "layer_lists": [[1, 1]]}).encode() + b"\n"
        with contextlib.suppress(OSError):
            outcome, answer = self.attempt(CHECK_SECONDS, request)
            return outcome == "done" and "answers" in (parse(answer) or {})
        return False

    def attempt(self, timeout, request):
        """How the worker says that the child ended, "" if it says nothing, and what the child sent."""
        ours, theirs = socket.socketpair()
        with ours:
            with theirs:
                options = json.dumps({"timeout": timeout, "folder": self.folder})
                socket.send_fds(self.control, [options.encode()], [theirs.fileno()])
            with contextlib.suppress(OSError):  # the child may be gone already; its outcome says how
                ours.sendall(request)
                ours.shutdown(socket.SHUT_WR)
            answer = receive(ours)
        return self.control.recv(100).decode(), answer


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
