"""Classes for the tests of the grade book: works whose marks cost nothing, and the command that grades them."""

import contextlib
import csv
import io
import re
import sys
import zipfile
from pathlib import Path

import pytest

if sys.platform != "linux":
    pytest.skip("the grader needs Linux", allow_module_level=True)

from grading import group
from grading.__main__ import main
from grading.confined.unpacking import plain
from grading.marks import FunctionMark, Mark
from init_utils import EXERCISES

MOST = sum(exercise.points for exercise in EXERCISES.values())
NOTEBOOK = '{"cells": [], "metadata": {"points": %d}, "nbformat": 4, "nbformat_minor": 5}'


class FakeGrader:
    """Gives the points that the file says, at once: what is tested is the way of the marks."""

    broken = frozenset()  # names of submissions that our own mistake hits
    executed = ()  # a list takes the points of those that are executed

    def __init__(self, folder, layer_lists, timeout, quick):
        pass

    def grade(self, data, name):
        if name in self.broken:
            raise OSError(24, "Too many open files")
        points = re.search(rb'"points": (\d)}', plain(data))
        return marked(name, int(points[1]) if points else 0)

    def reexecute(self, mark):
        self.executed.append(mark.score)
        mark.take_verdict({})

    def kill(self):
        pass

    def close(self):
        pass


def marked(name, points, **more):
    """The mark of a work that is worth so many points: the first functions are right."""
    functions = {}
    for method, exercise in EXERCISES.items():
        weights = exercise.weight_points * (points >= exercise.weight_points)
        biases = exercise.bias_points * (points - weights >= exercise.bias_points)
        points -= weights + biases
        status = "ok" if weights + biases == exercise.points else "wrong"
        functions[method] = FunctionMark(status, weights, biases, code=f"{method} {weights} {biases}")
    return Mark(name, functions, **more)


@pytest.fixture(autouse=True)
def fakes(monkeypatch, tmp_path):
    """For each test of a module that imports this."""
    monkeypatch.setattr(group, "Grader", FakeGrader)
    monkeypatch.setattr(group, "missing_protection", list)
    monkeypatch.setattr(group, "check_system", lambda folder: None)
    monkeypatch.setattr(FakeGrader, "broken", frozenset())
    monkeypatch.setattr(FakeGrader, "executed", [])
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)


def put(path, content):
    """A file: bytes, text, or a notebook that is worth some points."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    content = NOTEBOOK % content if isinstance(content, int) else content
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def zipped(files):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, NOTEBOOK % content if isinstance(content, int) else content)
    return data.getvalue()


def grade(*arguments, status=0, quick=True):
    """Functions only, into оценки.csv, unless the arguments say otherwise; returns what was said."""
    table = () if any(word.startswith("--csv") for word in arguments) else ("--csv", "оценки.csv")
    return run("grade", *arguments, *table, *["--quick"] * quick, status=status)


def run(*arguments, status=0):
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        found = main(list(arguments))
    said = [stream.buffer.getvalue().decode() for stream in (out, err)]
    sys.stdout.write(said[0])
    sys.stderr.write(said[1])
    assert found == status, said
    return "".join(said)


def text_of(path="оценки.csv", encoding="utf-8-sig"):
    return Path(path).read_bytes().decode(encoding)


def lines(path="оценки.csv", encoding="utf-8-sig", delimiter=","):
    """The cells of a table."""
    return list(csv.reader(io.StringIO(text_of(path, encoding), newline=""), delimiter=delimiter))


def rows(path="оценки.csv", key="submission"):
    titles, *table = lines(path)
    return {row[key]: row for row in (dict(zip(titles, line, strict=True)) for line in table)}


def scores(path="оценки.csv", key="student"):
    return {name: row["score"] for name, row in rows(path, key).items()}
