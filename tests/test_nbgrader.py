"""nbgrader, the real thing, in a temporary course: hand out, grade, export the marks, validate."""

import csv
import os
import re
import shutil
import subprocess
import sys

import nbformat
import pytest
from submissions import GRADED, completed, write

from common.lab import HELPERS, NOTEBOOK, ROOT
from handout.__main__ import main
from handout.blank import ASSIGNMENT, blank_text

pytest.importorskip("nbgrader", reason="no nbgrader: pip install -r tests/thorough.txt")
pytestmark = pytest.mark.thorough

FILE = f"{ASSIGNMENT}/{NOTEBOOK.name}"
TEACHERS_PAGE = (ROOT / "docs" / "teacher.md").read_text(encoding="utf-8")
GENERATE, *GRADE = re.findall(r"^nbgrader ([a-z_]+ [^#\n]+)", TEACHERS_PAGE, re.MULTILINE)
SOLUTIONS = {cell.id: cell.source for cell in completed().cells if cell.id in GRADED}


@pytest.fixture(scope="module")
def nbgrader(tmp_path_factory):
    """A function that runs an nbgrader command in a course; its attribute `course` is the folder."""
    course = tmp_path_factory.mktemp("nbgrader") / "course"
    assert main(["course", str(course)]) == 0
    jupyter = {f"JUPYTER_{name}_DIR": str(course / "jupyter" / name) for name in ("CONFIG", "DATA", "RUNTIME")}

    def run(command):
        command = [sys.executable, "-m", "nbgrader", *command.split()]
        path = f"{os.path.dirname(sys.executable)}{os.pathsep}{os.environ['PATH']}"  # it calls `alembic`
        environment = {**os.environ, **jupyter, "HOME": str(course / "home"), "PATH": path}
        result = subprocess.run(command, cwd=course, env=environment, capture_output=True, text=True, timeout=600)
        assert result.returncode == 0, result.stderr
        return result.stdout + result.stderr

    run.course = course
    run(GENERATE)
    return run


@pytest.fixture
def released(nbgrader):
    return nbformat.read(nbgrader.course / "release" / FILE, as_version=4)


def solve(notebook, mistakes=()):
    """Solve every exercise, then replace in the cells one text by another, {id: (old, new)}."""
    for cell in notebook.cells:
        cell.source = SOLUTIONS.get(cell.id, cell.source)
        if cell.id in mistakes:
            assert mistakes[cell.id][0] in cell.source
            cell.source = cell.source.replace(*mistakes[cell.id])
    return notebook


def without(notebook, *words):
    """The notebook as students spoil it: all cells whose ids begin with one of the words deleted."""
    notebook.cells = [cell for cell in notebook.cells if not cell.id.startswith(words)]
    return notebook


def blank():
    """What students get, without the training: nothing is graded there, and it takes longest."""
    notebook = nbformat.reads(blank_text(), as_version=4)
    return without(notebook, "train-", "accuracy-", "predictions-", "boundary-", "compare-")


def test_students_get_the_same_cells_as_from_handout_blank(released):
    handed_out = nbformat.reads(blank_text(), as_version=4)
    assert [(cell.id, cell.source) for cell in released.cells] == [(cell.id, cell.source) for cell in handed_out.cells]
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in released.cells)


def test_the_commands_of_the_teachers_page_give_the_marks(nbgrader, released):
    warning = ("    parameters = {}", "    import warnings; warnings.warn('?')\n    parameters = {}")
    tampered = solve(blank(), {"graded-he": ("np.sqrt(2 /", "np.sqrt(1 /")})
    for cell in tampered.cells:
        if cell.id.startswith("check-"):
            cell.source = "print('всё верно')"
    # the submission, its mark
    submissions = {
        "right": (solve(released), 6),
        "half-right": (solve(blank(), {"graded-random": ("* 10", "* 9")}), 4),
        "unsolved": (blank(), 0),
        "tests changed": (tampered, 4),
        "cells deleted": (without(solve(blank(), {"graded-zeros": warning}), "check", "show", "run", "expected"), 6),
    }
    for student, (notebook, _) in submissions.items():
        write(nbgrader.course / "submitted" / student / FILE, notebook)
    for command in GRADE:
        nbgrader(command)

    with open(nbgrader.course / "оценки.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["student_id"]: float(row["score"]) for row in rows} == {n: mark for n, (_, mark) in submissions.items()}
    assert {float(row["max_score"]) for row in rows} == {6}
    pages = (nbgrader.course / "feedback").glob(f"*/{ASSIGNMENT}/{NOTEBOOK.stem}.html")
    assert {page.parts[-3] for page in pages} == {*submissions}
    graded = nbformat.read(nbgrader.course / "autograded" / "right" / FILE, as_version=4)
    for cell in graded.cells:
        assert not [output for output in cell.get("outputs", []) if output.output_type == "error"], cell.id


def test_validate_objects_to_the_unsolved_exercises_only(nbgrader, released):
    shutil.copyfile(HELPERS, nbgrader.course / HELPERS.name)
    write(nbgrader.course / "unsolved.ipynb", released)
    words = nbgrader("validate unsolved.ipynb")
    assert "VALIDATION FAILED ON 3 CELL(S)!" in words
    for function in GRADED.values():
        assert f"check_initialization({function})" in words
    assert words.count("Упражнение не закончено: замените None решением.") == 3
    assert "metadata" not in words.lower() and "HAVE CHANGED" not in words
    assert "ERROR" not in words
    write(nbgrader.course / "completed.ipynb", completed())
    assert "Success! Your notebook passes all the tests." in nbgrader("validate completed.ipynb")
