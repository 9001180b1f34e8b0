"""The blank version of the lab, made from the completed notebook, and the course from which nbgrader makes it."""

import re
import string
from pathlib import Path
from textwrap import indent

import nbformat

from common.command import Refusal
from common.lab import HELPERS, NOTEBOOK

# What a student finds in a graded cell, in the place of the solution: the two markers and the lines between them
BEGIN = "### НАЧАЛО ВАШЕГО КОД ЗДЕСЬ ### (≈ 2 строки кода)"
END = "### ОКОНЧАНИЕ ВАШЕГО КОД ЗДЕСЬ ###"
STUB = f"""{BEGIN}
parameters['W' + str(l)] = None
parameters['b' + str(l)] = None
{END}"""
GRADED = "# ОЦЕНИВАЕМОЕ"
ASSIGNMENT = "initialization"  # what nbgrader calls it
CONFIG = Path(__file__).with_name("nbgrader_config.template")


def blank_text():
    """The blank version as the text of a file; Refusal if something in the completed one forbids it."""
    notebook = read(NOTEBOOK)
    solution = re.compile(rf"^( *){re.escape(BEGIN)}$.*?^ *{re.escape(END)}$", re.MULTILINE | re.DOTALL)
    graded = graded_cells(notebook)
    if not graded:
        raise Refusal(f"в {NOTEBOOK.name} нет оцениваемых ячеек: они начинаются с «{GRADED}»")
    for cell in graded:
        cell.source, count = solution.subn(lambda match: indent(STUB, match[1]), cell.source)
        if count != 1:
            raise Refusal(f"в ячейке {cell.id} должна быть одна пара строк «{BEGIN}» и «{END}»")
    return without_outputs(notebook)


def course_files():
    """{path inside a course of nbgrader: the text of the file}; nbgrader itself takes the solutions out."""
    blank_text()  # nbgrader would hand out a solution that the markers do not enclose
    config = string.Template(CONFIG.read_text(encoding="utf-8"))
    files = {Path("nbgrader_config.py"): config.substitute(begin=repr(BEGIN), end=repr(END), stub=repr(STUB))}
    for path in (HELPERS, NOTEBOOK):
        files[Path("source", ASSIGNMENT, path.name)] = path.read_text(encoding="utf-8")
    return files


def read(path):
    try:
        return nbformat.read(path, as_version=4)
    except Exception as error:
        raise Refusal(f"это не блокнот, или он повреждён ({type(error).__name__}): {path}") from None


def graded_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.startswith(GRADED)]


def without_outputs(notebook):
    """The text of a notebook that nobody has run."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return nbformat.writes(notebook) + "\n"


def is_ours(path):
    """Whether the file is the completed notebook or a blank version: in no graded cell somebody else's solution."""
    solved = [cell.source for cell in graded_cells(read(NOTEBOOK))]
    found = [cell.source for cell in graded_cells(read(path))]
    stub = [line.strip() for line in STUB.splitlines()]
    return bool(found) and all(source in solved or all(line in source for line in stub) for source in found)
