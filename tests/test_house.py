"""The house: no import runs upwards, the confined rooms have three doors, a fourth exercise needs one row."""

import ast
import csv
import importlib.util
import os
import shutil
import subprocess
import sys

import nbformat
import pytest
from nbval_runs import edit
from submissions import function, submission, write

from common.lab import ROOT, read_notebook

# a room may import from itself and from what stands further down, never from the same floor or above
FLOORS = [{"tests"}, {"benchmarks"}, {"tools"}, {"grading", "handout"}, {"common"}, {"init_utils"}]
ENTRANCES = {"sandbox", "reexecution", "limits", "confinement", "unpacking", "folders"}


def sources():
    return [path for path in ROOT.rglob("*.py") if not {".venv", ".git"} & set(path.relative_to(ROOT).parts)]


def imported(path):
    """The names of the modules that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def floor(room):
    return next((number for number, rooms in enumerate(FLOORS) if room in rooms), None)


def room(path):
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def test_no_import_runs_upwards():
    upwards = []
    for path in sources():
        for module in imported(path):
            other = module.split(".")[0]
            if floor(other) is not None and other != room(path) and floor(other) <= floor(room(path)):
                upwards.append(f"{path.relative_to(ROOT)} imports {module}")
    assert not upwards


def test_every_file_has_a_floor():
    others = {room(path) for path in sources() if floor(room(path)) is None}
    assert not others


def test_the_confined_rooms_have_few_doors():
    doors = set()
    for path in sources():
        if room(path) != "tests" and "confined" not in path.parts:
            doors |= {name.split(".")[2] for name in imported(path) if name.startswith("grading.confined.")}
    assert doors == ENTRANCES
    said = (ROOT / "grading" / "confined" / "__init__.py").read_text(encoding="utf-8")
    for name in ENTRANCES:
        assert f"`{name}." in said


# --- a fourth exercise ---

fourth_exercise = pytest.mark.thorough
WEIGHTS = "np.random.randn(layers_dims[l], layers_dims[l - 1]) * np.sqrt(1 / layers_dims[l - 1])"
ROW = '    "xavier": Exercise("Инициализация Глоро", "randn", "lecun", [2, 4, 1], 2),'


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A copy of the project with Xavier's initialization: a row of the table, four cells of the notebook, a refresh."""
    copy = tmp_path_factory.mktemp("house") / "copy"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".git", ".venv", ".*_cache", "__pycache__", "shared"))
    last = '[2, 4, 1]),\n}\n'
    edit(copy / "init_utils.py", last, last.replace("}\n", f"{ROW}\n}}\n"))

    notebook = read_notebook()
    cells = {cell.id: cell for cell in notebook.cells}
    new = []
    for name in ("graded", "show", "expected", "check"):
        source = cells[f"{name}-he"].source.replace("initialize_parameters_he", "initialize_parameters_xavier")
        make = nbformat.v4.new_markdown_cell if name == "expected" else nbformat.v4.new_code_cell
        new.append(make(source.replace("np.sqrt(2 /", "np.sqrt(1 /"), id=f"{name}-xavier"))
    position = notebook.cells.index(cells["boundary-he"]) + 1
    notebook.cells[position:position] = new
    nbformat.write(notebook, copy / "Initialization.ipynb")
    run(copy, "tools/refresh_notebook.py", "--quick", "Initialization.ipynb")
    return copy


def run(project, *arguments):
    result = subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=project,
        env={**os.environ, "PATH": f"{os.path.dirname(sys.executable)}{os.pathsep}{os.environ['PATH']}"},  # alembic
        capture_output=True,
        encoding="utf-8",
        timeout=600,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@fourth_exercise
def test_the_refresh_carries_a_fourth_exercise(project):
    cells = {cell.id: cell for cell in nbformat.read(project / "Initialization.ipynb", as_version=4).cells}
    assert "<pre>[[ 1.26" in cells["expected-xavier"].source  # He's 1.788 / √2
    assert cells["check-xavier"].outputs[0].text == "initialize_parameters_xavier: всё верно.\n"
    assert cells["check-xavier"].metadata.nbgrader.points == 3
    assert cells["graded-xavier"].metadata.nbgrader.solution
    teacher = (project / "docs" / "teacher.md").read_text(encoding="utf-8")
    assert "| Инициализация Глоро: `initialize_parameters_xavier` | 3 | 2 — веса" in teacher
    assert "| **Всего** | **9** | |" in teacher


@fourth_exercise
def test_the_blank_version_and_the_course_carry_it(project, tmp_path):
    run(project, "-m", "handout", "blank", tmp_path / "blank.ipynb")
    cells = {cell.id: cell for cell in nbformat.read(tmp_path / "blank.ipynb", as_version=4).cells}
    assert "= None" in cells["graded-xavier"].source and "np.sqrt(1 /" not in cells["graded-xavier"].source
    if importlib.util.find_spec("nbgrader"):
        run(project, "-m", "handout", "course", tmp_path / "course")
        run(tmp_path / "course", "-m", "nbgrader", "generate_assignment", "initialization")
        release = nbformat.read(tmp_path / "course/release/initialization/Initialization.ipynb", as_version=4)
        (released,) = [cell for cell in release.cells if cell.id == "graded-xavier"]
        assert released.source == cells["graded-xavier"].source


@fourth_exercise
@pytest.mark.skipif(sys.platform != "linux", reason="the grader needs Linux")
def test_the_marks_carry_it(project, tmp_path):
    biased = function("he", WEIGHTS, "np.ones((layers_dims[l], 1))").replace("parameters_he", "parameters_xavier")
    write(tmp_path / "works" / "Глоро.ipynb", submission(biased))
    table, pages = tmp_path / "marks.csv", tmp_path / "pages"
    printed = run(project, "-m", "grading", "grade", tmp_path / "works", "--quick", "--csv", table, "--feedback", pages)
    with open(table, encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert [row[key] for key in ("zeros", "random", "he", "xavier", "score", "max_score")] == list("222289")
    assert "xavier" in printed and "2/3" in printed and "8/9" in printed
    (page,) = pages.rglob("*.html")
    text = page.read_text(encoding="utf-8")
    assert "<td>Инициализация Глоро</td><td>2 из 2</td><td>0 из 1</td>" in text and "8 из 9" in text
