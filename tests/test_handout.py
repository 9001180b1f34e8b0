"""What students get: the blank version, the course for nbgrader, the files of the site; and what is refused."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import pytest
from conftest import ROOT
from submissions import GRADED, completed

from common.command import Refusal
from common.lab import HELPERS, NOTEBOOK, WHY
from handout import site
from handout.__main__ import main
from handout.blank import BEGIN, END, blank_text

OFFLINE = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "", "PIP_CONFIG_FILE": os.devnull, "PIP_EXTRA_INDEX_URL": ""}
STUB = [BEGIN, "parameters['W' + str(l)] = None", "parameters['b' + str(l)] = None", END]


def between_markers(source):
    return re.search(rf"^ *{re.escape(BEGIN)}$.*^ *{re.escape(END)}$", source, re.MULTILINE | re.DOTALL)[0]


def test_nothing_but_solutions_and_outputs_is_taken_away(tmp_path):
    target = shutil.copyfile(NOTEBOOK, tmp_path / "Initialization.ipynb")
    assert main(["blank", str(target), "--force"]) == 0
    blank, right = nbformat.read(target, as_version=4), completed()
    solved = {cell.id: between_markers(cell.source) for cell in right.cells if cell.id in GRADED}
    solutions = {line.partition(" = ")[2] for lines in solved.values() for line in lines.splitlines()[1:-1]}
    assert len(solutions) == len(GRADED) + 1  # the biases are the same
    for cell, completed_cell in zip(blank.cells, right.cells, strict=True):
        assert not [solution for solution in solutions if solution in cell.source], cell.id
        if cell.id in GRADED:
            unsolved = between_markers(cell.source)
            assert [line.strip() for line in unsolved.splitlines()] == STUB
            cell.source = cell.source.replace(unsolved, solved[cell.id])
        if cell.cell_type == "code":
            assert (cell.outputs, cell.execution_count) == ([], None)
            cell.outputs, cell.execution_count = completed_cell.outputs, completed_cell.execution_count
    assert blank == right


@pytest.mark.thorough
def test_it_is_made_without_the_modules_that_only_unix_has(tmp_path):
    script = "import sys\nfor name in ('resource', 'fcntl', 'pwd', 'grp', 'termios'):\n    sys.modules[name] = None\n"
    script += f"from handout.__main__ import main\nsys.exit(main(['blank', {str(tmp_path / 'x.ipynb')!r}]))"
    result = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (result.returncode, result.stderr) == (0, "")


@pytest.fixture
def with_nbgrader(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: name == "nbgrader")


def test_the_course_has_all_that_nbgrader_needs(tmp_path, with_nbgrader):
    assert main(["course", str(tmp_path)]) == 0
    files = {file.relative_to(tmp_path).as_posix(): file.read_bytes() for file in tmp_path.rglob("*.*")}
    config = files.pop("nbgrader_config.py").decode()
    assert repr(BEGIN) in config and "$" not in config and compile(config, "nbgrader_config.py", "exec")
    names = ("Initialization.ipynb", "init_utils.py")
    assert files == {f"source/initialization/{name}": (ROOT / name).read_bytes() for name in names}


# --- what is refused ---


@pytest.fixture
def refused(tmp_path, monkeypatch, capsys):
    """A function that runs a command which can do nothing, and returns the one line it says."""
    monkeypatch.chdir(tmp_path)
    for name, value in OFFLINE.items():
        monkeypatch.setenv(name, value)

    def run(*arguments):
        before = {path: path.is_file() and path.read_bytes() for path in tmp_path.rglob("*")}
        assert main([*arguments]) == 2
        assert {path: path.is_file() and path.read_bytes() for path in tmp_path.rglob("*")} == before
        error = capsys.readouterr().err
        assert error.startswith("handout: ") and error.count("\n") == 1
        return error

    return run


def test_without_nbgrader_or_ziamath(refused, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert "нет nbgrader; установите его: python -m pip install -r tests/thorough.txt" in refused("course", "new")
    assert "нет ziamath, он рисует формулы; установите его" in refused("page", "new.html")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("blank old", "заменяется только с ключом --force: old"),
        ("blank folder --force", "это папка, а нужно имя файла: folder"),
        ("blank old/x.ipynb", "на этом месте уже есть файл: old"),
        ("blank /dev/null/x.ipynb", "на этом месте уже есть файл: /dev/null"),
        ("blank lab.ipynb --force", "это сам заполненный блокнот"),
        ("blank old --force", "это не блокнот, или он повреждён (NotJSONError): old"),
        ("blank solved.ipynb --force", "он не заменяется: solved.ipynb"),
        ("course folder", "заменяется только с ключом --force: folder"),
        ("course old", "на этом месте уже есть файл: old"),
        ("site new", "пакеты не скачаны, нужны сеть и место на диске: ERROR: "),
        ("site built", "заменяется только с ключом --force: "),
        ("site built --force", "пакеты не скачаны"),
        ("site folder --force", "это не собранный сайт, такая папка не заменяется: "),
        ("site old --force", "это файл, а нужно имя папки: "),
        ("site old/new", "на этом месте уже есть файл: "),
    ],
)
def test_targets_that_are_refused(tmp_path, monkeypatch, with_nbgrader, refused, arguments, words):
    monkeypatch.setattr("handout.__main__.NOTEBOOK", shutil.copyfile(NOTEBOOK, tmp_path / "lab.ipynb"))
    (tmp_path / "old").write_text("old")
    solved = NOTEBOOK.read_text(encoding="utf-8").replace("* 10", "* 5")
    (tmp_path / "solved.ipynb").write_text(solved, encoding="utf-8")
    (tmp_path / "built" / "static" / "pyodide").mkdir(parents=True)
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "nbgrader_config.py").write_text("old")
    assert words in refused(*arguments.split())


@pytest.mark.parametrize("command", ["blank", "course"])
@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda text: text.replace("ОЦЕНИВАЕМОЕ", "ПРОЧЕЕ"), "нет оцениваемых ячеек"),
        (lambda text: text.replace(END, "### КОНЕЦ ###"), "в ячейке graded-zeros должна быть одна пара строк"),
        (lambda text: text.replace(BEGIN, BEGIN.lower()), "в ячейке graded-zeros должна быть одна пара строк"),
        (lambda text: text[:1000], "это не блокнот, или он повреждён"),
        (lambda text: "[]", "это не блокнот, или он повреждён"),
    ],
)
def test_sources_that_are_refused(tmp_path, monkeypatch, with_nbgrader, refused, command, change, words):
    source = tmp_path / "lab.ipynb"
    source.write_text(change(NOTEBOOK.read_text(encoding="utf-8")), encoding="utf-8")
    for module in ("__main__", "blank"):
        monkeypatch.setattr(f"handout.{module}.NOTEBOOK", source)
    assert words in refused(command, "target")


# --- the site, before a browser sees it ---


def test_a_wrong_file_is_named(tmp_path):
    (tmp_path / "numpy.whl").write_bytes(b"another")
    with pytest.raises(Refusal, match=r"файл numpy\.whl — не тот"):
        site.check(tmp_path, {"numpy.whl": "0" * 64})
    site.check(tmp_path, {"numpy.whl": site.digest(tmp_path / "numpy.whl")})


def test_the_old_site_comes_back_if_the_new_one_cannot_take_its_place(tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "index.html").touch()
    with pytest.raises(FileNotFoundError):
        site.put(tmp_path / "missing", tmp_path / "out", tmp_path / "old")
    assert [*tmp_path.rglob("*")] == [tmp_path / "out", tmp_path / "out" / "index.html"]


def test_a_wheel_without_what_is_unused(tmp_path):
    source, copy = tmp_path / "scipy-1-py3-none-any.whl", tmp_path / "copy.whl"
    with zipfile.ZipFile(source, "w") as archive:
        for name in ("scipy/stats/__init__.py", "scipy/stats/tests/test_stats.py", "scipy/linalg.pyi"):
            archive.writestr(name, name)
    site.copy_wheel(source, copy)
    assert zipfile.ZipFile(copy).namelist() == ["scipy/stats/__init__.py"]


@pytest.mark.parametrize(
    ("options", "notebooks"),
    [
        ("", [NOTEBOOK, WHY]),
        ("--lab-only", [NOTEBOOK]),
        ("--completed", [NOTEBOOK, WHY]),
        ("--completed --lab-only", [NOTEBOOK]),
    ],
)
def test_which_files_a_student_gets_and_where_the_start_page_leads(tmp_path, monkeypatch, options, notebooks):
    completed = "--completed" in options

    def build(work, texts, distribution):
        assert [*texts] == [*notebooks, HELPERS] and distribution == Path("pyodide")
        assert (texts[NOTEBOOK] == blank_text()) != completed
        assert all(('"image/png"' in texts[path]) == completed for path in notebooks)
        (work / "site" / site.PYODIDE).mkdir(parents=True)
        site.render("site", work / "site", licenses={}, **site.start(work / "site", WHY in texts))
        return work / "site"

    monkeypatch.setattr(site, "build", build)
    assert main(["site", str(tmp_path / "out"), "--pyodide", "pyodide", *options.split()]) == 0
    page = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert re.findall(r"\?path=([^\"]*)", page) == [path.name for path in notebooks]
