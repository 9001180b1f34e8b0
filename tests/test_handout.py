"""The blank version that students get, and the course for nbgrader: both made from the completed notebook."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys

import nbformat
import pytest
from conftest import ROOT
from nbval_runs import copy_lab
from submissions import GRADED, completed

from common.lab import NOTEBOOK
from grading.__main__ import main as grading_command
from handout.__main__ import main
from handout.blank import BEGIN, END

STUB = [BEGIN, "parameters['W' + str(l)] = None", "parameters['b' + str(l)] = None", END]
TEXTS = {"source", "cell_type", "id", "metadata"}


@pytest.fixture
def blank(tmp_path):
    """The blank version in a folder where init_utils.py lies beside it."""
    copy_lab(tmp_path)
    assert main(["blank", str(tmp_path / "Initialization.ipynb"), "--force"]) == 0
    return nbformat.read(tmp_path / "Initialization.ipynb", as_version=4)


def lines_between_markers(cell):
    lines = cell.source.split("\n")
    return lines[lines.index(" " * 8 + BEGIN) : lines.index(" " * 8 + END) + 1]


# --- the blank version ---


def test_nothing_but_solutions_and_outputs_is_taken_away(blank):
    assert blank.metadata == completed().metadata
    for cell, right in zip(blank.cells, completed().cells, strict=True):
        if cell.id in GRADED:
            assert [line.strip() for line in lines_between_markers(cell)] == STUB
            right.source = right.source.replace(
                "\n".join(lines_between_markers(right)), "\n".join(" " * 8 + line for line in STUB)
            )
        assert {key: cell[key] for key in TEXTS} == {key: right[key] for key in TEXTS}
        if cell.cell_type == "code":
            assert (cell.outputs, cell.execution_count) == ([], None)


def test_no_cell_gives_a_solution_away(blank):
    solutions = {
        line.partition(" = ")[2]
        for cell in completed().cells
        if cell.id in GRADED
        for line in lines_between_markers(cell)[1:-1]
    }
    assert len(solutions) == 4
    for cell in blank.cells:
        assert not [solution for solution in solutions if solution in cell.source], cell.id


@pytest.mark.thorough
def test_it_stops_at_the_first_exercise_and_says_which(blank, tmp_path):
    command = [sys.executable, "-m", "jupyter", "execute", "Initialization.ipynb"]
    utf8 = {**os.environ, "PYTHONUTF8": "1"}  # nbclient reads the notebook in the encoding of the system
    result = subprocess.run(command, cwd=tmp_path, env=utf8, capture_output=True, encoding="utf-8", timeout=120)
    assert result.returncode != 0
    said = re.sub(r"\x1b\[[\d;]*m", "", result.stderr)  # some versions colour it
    assert "check_initialization(initialize_parameters_zeros)" in said
    what, advice = said.rstrip().splitlines()[-2:]
    assert what.startswith("ValueError: initialize_parameters_zeros(") and what.endswith("получено: None.")
    assert advice.startswith("Упражнение не закончено: замените None решением.")


@pytest.mark.thorough
def test_solved_it_is_the_completed_notebook_again(blank, tmp_path):
    path = tmp_path / "Initialization.ipynb"
    right = {cell.id: cell for cell in completed().cells}
    for cell in blank.cells:
        if cell.id in GRADED:
            old, new = ("\n".join(lines_between_markers(c)) for c in (cell, right[cell.id]))
            cell.source = cell.source.replace(old, new)
    nbformat.write(blank, path)
    assert [cell.source for cell in blank.cells] == [cell.source for cell in completed().cells]

    if sys.platform == "linux":
        command = [sys.executable, "-m", "grading", "grade", str(path), "--csv", "-", "--quick"]
        result = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", timeout=120)
        assert result.stdout == "Initialization,Initialization.ipynb,ok,2,2,2,6,6,,всё верно\n", result.stderr

    for cell in blank.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = right[cell.id].outputs, right[cell.id].execution_count
    assert blank == completed()  # and so nbval says of it what it says of the completed notebook


@pytest.mark.thorough
def test_it_is_made_without_the_modules_that_only_unix_has(tmp_path):
    script = "import sys\nfor name in ('resource', 'fcntl', 'pwd', 'grp', 'termios'):\n    sys.modules[name] = None\n"
    script += f"from handout.__main__ import main\nsys.exit(main(['blank', {str(tmp_path / 'x.ipynb')!r}]))"
    result = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (result.returncode, result.stderr) == (0, "")


# --- the course for nbgrader ---


@pytest.fixture
def with_nbgrader(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: name == "nbgrader")


def test_the_course_has_all_that_nbgrader_needs(tmp_path, with_nbgrader):
    assert main(["course", str(tmp_path / "course")]) == 0
    files = {file.relative_to(tmp_path / "course").as_posix(): file for file in (tmp_path / "course").rglob("*.*")}
    assert set(files) == {
        "nbgrader_config.py",
        "source/initialization/Initialization.ipynb",
        "source/initialization/init_utils.py",
    }
    config = files.pop("nbgrader_config.py").read_text(encoding="utf-8")
    assert repr(BEGIN) in config and "$" not in config
    compile(config, "nbgrader_config.py", "exec")
    for file in files.values():
        assert file.read_bytes() == (ROOT / file.name).read_bytes()


def test_without_nbgrader_no_course_is_made(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert main(["course", str(tmp_path / "course")]) == 2
    assert (
        capsys.readouterr().err
        == "handout: нет nbgrader; установите его: python -m pip install -r tests/thorough.txt\n"
    )
    assert not list(tmp_path.iterdir())


# --- what is refused ---


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["blank", "old"], "заменяется только с ключом --force: old"),
        (["blank", "folder"], "это папка, а нужно имя файла: folder"),
        (["blank", "folder", "--force"], "это папка, а нужно имя файла: folder"),
        (["blank", "old/x.ipynb"], "нельзя записать"),
        (["blank", "/dev/null/x.ipynb"], "нельзя записать"),
        (["blank", str(NOTEBOOK), "--force"], "это сам заполненный блокнот"),
        (["blank", "old", "--force"], "он не заменяется: old"),
        (["blank", "solved.ipynb", "--force"], "он не заменяется: solved.ipynb"),
        (["course", "course"], "заменяется только с ключом --force: course"),
        (["course", "old"], "нельзя записать"),
    ],
)
def test_targets_that_are_refused(tmp_path, monkeypatch, capsys, with_nbgrader, arguments, words):
    (tmp_path / "old").write_text("old")
    (tmp_path / "solved.ipynb").write_text(
        NOTEBOOK.read_text(encoding="utf-8").replace("* 10", "* 5"), encoding="utf-8"
    )
    (tmp_path / "folder").mkdir()
    (tmp_path / "course").mkdir()
    (tmp_path / "course" / "nbgrader_config.py").write_text("old")
    before = sorted(tmp_path.rglob("*"))
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    error = capsys.readouterr().err
    assert words in error and error.startswith("handout: ") and error.count("\n") == 1
    assert sorted(tmp_path.rglob("*")) == before
    assert (tmp_path / "old").read_text() == (tmp_path / "course" / "nbgrader_config.py").read_text() == "old"


def spoil(old, new):
    return lambda text: text.replace(old, new)


@pytest.mark.parametrize("command", ["blank", "course"])
@pytest.mark.parametrize(
    ("change", "words"),
    [
        (spoil("ОЦЕНИВАЕМОЕ", "ПРОЧЕЕ"), "нет оцениваемых ячеек"),
        (spoil(END, "### КОНЕЦ ###"), "в ячейке graded-zeros должна быть одна пара строк"),
        (spoil(BEGIN, BEGIN.lower()), "в ячейке graded-zeros должна быть одна пара строк"),
        (lambda text: text[:1000], "Initialization.ipynb не прочитан"),
        (lambda text: "[]", "Initialization.ipynb не прочитан"),
        (lambda text: None, "Initialization.ipynb не прочитан (FileNotFoundError)"),
    ],
)
def test_sources_that_are_refused(tmp_path, monkeypatch, capsys, with_nbgrader, command, change, words):
    source = shutil.copyfile(NOTEBOOK, tmp_path / "Initialization.ipynb")
    text = change(source.read_text(encoding="utf-8"))
    source.write_text(text, encoding="utf-8") if text is not None else source.unlink()
    for module in ("__main__", "blank", "course"):
        monkeypatch.setattr(f"handout.{module}.NOTEBOOK", source)
    assert main([command, str(tmp_path / "target")]) == 2
    error = capsys.readouterr().err
    assert words in error and error.startswith("handout: ") and error.count("\n") == 1
    assert not (tmp_path / "target").exists()


@pytest.mark.parametrize("arguments", [["blank"], ["blank", "x.ipynb", "--force"], ["course", "--help"]])
def test_the_old_spelling_names_the_new_one(arguments, capsys):
    assert grading_command(arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == f"grading: теперь это делает другая команда: python -m handout {arguments[0]} …\n"
