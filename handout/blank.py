"""The blank version of the lab: the completed notebook without solutions and outputs."""

import json
import re
from textwrap import indent

import nbformat

from common.lab import NOTEBOOK, WHY

# What a student finds in a graded cell, in the place of the solution: the two markers and the lines between them
BEGIN = "### НАЧАЛО ВАШЕГО КОД ЗДЕСЬ ### (≈ 2 строки кода)"
END = "### ОКОНЧАНИЕ ВАШЕГО КОД ЗДЕСЬ ###"
STUB = f"""{BEGIN}
parameters['W' + str(l)] = None
parameters['b' + str(l)] = None
{END}"""
GRADED = "# ОЦЕНИВАЕМОЕ"


def blank_text():
    """The blank version as the text of a file; ValueError if something in the completed one forbids it."""
    notebook = read(NOTEBOOK)
    remove_solutions(notebook)
    return without_outputs(notebook)


def why_text():
    """The further reading before anybody has run it: a student predicts first. The text of a file."""
    return without_outputs(read(WHY))


def read(path):
    try:
        return nbformat.read(path, as_version=4)
    except Exception as error:
        raise ValueError(f"{path.name} не прочитан ({type(error).__name__})") from None


def without_outputs(notebook):
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return nbformat.writes(notebook) + "\n"


def is_ours(path):
    """Whether the file is the completed notebook or a blank version: in no graded cell somebody else's solution."""
    completed = {cell.id: cell.source for cell in nbformat.read(NOTEBOOK, as_version=4).cells}
    lines = [line.strip() for line in STUB.splitlines()]
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        graded = [(cell["id"], "".join(cell["source"])) for cell in cells]
        graded = [(name, source) for name, source in graded if source.startswith(GRADED)]
        return bool(graded) and all(
            source == completed.get(name) or all(line in source for line in lines) for name, source in graded
        )
    except (OSError, ValueError, KeyError, TypeError):
        return False


def remove_solutions(notebook):
    """Put the stub in the place of the solution in every graded cell."""
    solution = re.compile(rf"^( *){re.escape(BEGIN)}$.*?^ *{re.escape(END)}$", re.MULTILINE | re.DOTALL)
    graded = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.startswith(GRADED)]
    if not graded:
        raise ValueError(f"в {NOTEBOOK.name} нет оцениваемых ячеек: они начинаются с «{GRADED}»")
    for cell in graded:
        cell.source, count = solution.subn(lambda match: indent(STUB, match[1]), cell.source)
        if count != 1:
            raise ValueError(f"в ячейке {cell.id} должна быть одна пара строк «{BEGIN}» и «{END}»")
