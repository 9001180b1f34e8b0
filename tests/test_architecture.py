"""The architecture: no import runs upwards, few entrances to the sandbox, a fourth exercise as the docs say."""

import ast
import csv
import re
import shutil
import subprocess
import sys

import nbformat
import pytest
from nbval_runs import change
from submissions import function, submission, write

from common.lab import ROOT, read_notebook

# a package may import from itself and from lower layers, never from its own layer or from above
LAYERS = [{"tests"}, {"benchmarks"}, {"tools"}, {"grading", "handout"}, {"common"}, {"init_utils"}]
LAYER_OF = {package: number for number, packages in enumerate(LAYERS) for package in packages}


def imports():
    """Each file of ours with the name of a module that it imports, wherever in it."""
    for path in ROOT.rglob("*.py"):
        place = path.relative_to(ROOT)
        if not {".venv", ".git"} & set(place.parts):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Import):
                    yield from ((place, alias.name) for alias in node.names)
                elif isinstance(node, ast.ImportFrom):
                    yield from ((place, f"{node.module}.{alias.name}") for alias in node.names)


def test_no_import_runs_upwards():
    for place, module in imports():
        here, there = place.parts[0].removesuffix(".py"), module.split(".")[0]
        assert here in LAYER_OF, f"{place} has no layer"
        if there in LAYER_OF and there != here:
            assert LAYER_OF[there] > LAYER_OF[here], f"{place} imports {module}"


def test_the_sandbox_has_the_entrances_that_it_names():
    outside = [module for place, module in imports() if place.parts[0] != "tests" and "confined" not in place.parts]
    named = re.findall(r"^- `(\w+)\.", (ROOT / "grading" / "confined" / "__init__.py").read_text("utf-8"), re.MULTILINE)
    assert {module.split(".")[2] for module in outside if module.startswith("grading.confined.")} == set(named)


def run(project, arguments):
    command = [sys.executable, *arguments.split()]
    result = subprocess.run(command, cwd=project, capture_output=True, encoding="utf-8", timeout=600)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.thorough
@pytest.mark.skipif(sys.platform != "linux", reason="the grader needs Linux")
def test_a_fourth_exercise_is_carried_by_everything(tmp_path):
    """LeCun's initialization, in a copy of the project: a row of the table, four cells of the notebook, a refresh."""
    project = tmp_path / "copy"
    shutil.copytree(ROOT, project, ignore=shutil.ignore_patterns(".git", ".venv", "*_cache", "__pycache__", "shared"))
    row = '    "lecun": Exercise("Инициализация ЛеКуна", "randn", "lecun", [2, 4, 1], 2),\n'
    change(project / "init_utils.py", "}\n\n\ndef function_name", f"{row}}}\n\n\ndef function_name")
    notebook = read_notebook()
    cells = {cell.id: cell for cell in notebook.cells}
    position = notebook.cells.index(cells["boundary-he"]) + 1
    for name in ("expected", "show", "check", "graded"):
        cell = nbformat.from_dict({**cells[f"{name}-he"], "id": f"{name}-lecun"})
        cell.source = cell.source.replace("parameters_he", "parameters_lecun").replace("np.sqrt(2 /", "np.sqrt(1 /")
        notebook.cells.insert(position, cell)
    nbformat.write(notebook, project / "Initialization.ipynb")
    run(project, "tools/refresh_notebook.py Initialization.ipynb")

    cells = {cell.id: cell for cell in nbformat.read(project / "Initialization.ipynb", as_version=4).cells}
    assert "<pre>[[ 1.26" in cells["expected-lecun"].source  # He's 1.788 / √2
    assert cells["check-lecun"].outputs[0].text == "initialize_parameters_lecun: всё верно.\n"
    assert cells["check-lecun"].metadata.nbgrader.points == 3
    rubric = (project / "docs" / "teacher.md").read_text(encoding="utf-8")
    assert "| Инициализация ЛеКуна: `initialize_parameters_lecun` | 3 | 2 — веса" in rubric
    assert "| **Всего** | **9** | |" in rubric
    for name in ("notebook", "prose", "text_numbers", "handout", "check_initialization", "gradebook"):
        run(project, f"-m pytest -n 0 tests/test_{name}.py")

    run(project, f"-m handout blank {tmp_path}/blank.ipynb")
    blank = (tmp_path / "blank.ipynb").read_text(encoding="utf-8")
    assert "initialize_parameters_lecun" in blank and "np.sqrt(1 /" not in blank

    weights = "np.random.randn(layers_dims[l], layers_dims[l - 1]) * np.sqrt(1 / layers_dims[l - 1])"
    biased = function("he", weights, "np.ones((layers_dims[l], 1))").replace("parameters_he", "parameters_lecun")
    write(tmp_path / "works" / "ЛеКун.ipynb", submission(biased))
    run(project, f"-m grading grade {tmp_path}/works --quick --csv {tmp_path}/marks.csv --feedback {tmp_path}/pages")
    with open(tmp_path / "marks.csv", encoding="utf-8-sig", newline="") as file:
        (marks,) = csv.DictReader(file)
    assert [marks[key] for key in ("zeros", "random", "he", "lecun", "score", "max_score")] == list("222289")
    (page,) = (tmp_path / "pages").rglob("*.html")
    text = page.read_text(encoding="utf-8")
    assert "<td>Инициализация ЛеКуна</td><td>2 из 2</td><td>0 из 1</td>" in text and "8 из 9" in text
