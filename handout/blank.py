"""The blank version of the lab, made from the completed notebook, and the course from which nbgrader makes it."""

import json
import re
import string
from pathlib import Path
from textwrap import indent

import nbformat

from common.command import Refusal
from common.lab import HELPERS, NOTEBOOK, WHY

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
    graded = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.startswith(GRADED)]
    if not graded:
        raise Refusal(f"в {NOTEBOOK.name} нет оцениваемых ячеек: они начинаются с «{GRADED}»")
    for cell in graded:
        cell.source, count = solution.subn(lambda match: indent(STUB, match[1]), cell.source)
        if count != 1:
            raise Refusal(f"в ячейке {cell.id} должна быть одна пара строк «{BEGIN}» и «{END}»")
    return without_outputs(notebook)


def why_text():
    """The further reading before anybody has run it: a student predicts first. The text of a file."""
    return without_outputs(read(WHY))


def course_files():
    """{path inside a course of nbgrader: the text of the file}; nbgrader itself takes the solutions out."""
    blank_text()  # nbgrader would hand out a solution that the markers do not enclose
    config = string.Template(CONFIG.read_text(encoding="utf-8"))
    travelling = {Path("source", ASSIGNMENT, path.name): path for path in (HELPERS, NOTEBOOK)}
    return {
        Path("nbgrader_config.py"): config.substitute(begin=repr(BEGIN), end=repr(END), stub=repr(STUB)),
        **{name: path.read_text(encoding="utf-8") for name, path in travelling.items()},
    }


def read(path):
    try:
        return nbformat.read(path, as_version=4)
    except Exception as error:
        raise Refusal(f"{path.name} не прочитан ({type(error).__name__})") from None


def without_outputs(notebook):
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return nbformat.writes(notebook) + "\n"


def is_ours(path):
    """Whether the file is the completed notebook or a blank version: in no graded cell somebody else's solution."""
    completed = {cell.id: cell.source for cell in read(NOTEBOOK).cells}
    lines = [line.strip() for line in STUB.splitlines()]
    try:
        cells = [
            (cell["id"], "".join(cell["source"])) for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]
        ]
    except (OSError, ValueError, KeyError, TypeError):
        return False
    graded = [(name, source) for name, source in cells if source.startswith(GRADED)]
    known = [source == completed.get(name) or all(line in source for line in lines) for name, source in graded]
    return bool(known) and all(known)
