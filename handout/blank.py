"""The blank version of the lab: the completed notebook without solutions and outputs."""

import json
import re
from textwrap import indent

import nbformat
from traitlets.config import PyFileConfigLoader

from common.lab import NOTEBOOK, ROOT

NBGRADER_CONFIG = ROOT / "docs" / "nbgrader" / "nbgrader_config.py"
GRADED = "# ОЦЕНИВАЕМОЕ"


def blank_text():
    """The blank version as the text of a file; ValueError if something in the completed one forbids it."""
    try:
        notebook = nbformat.read(NOTEBOOK, as_version=4)
    except Exception as error:
        raise ValueError(f"{NOTEBOOK.name} не прочитан ({type(error).__name__})") from None
    remove_solutions(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return nbformat.writes(notebook) + "\n"


def is_ours(path):
    """Whether the file is the completed notebook or a blank version: in no graded cell somebody else's solution."""
    completed = {cell.id: cell.source for cell in nbformat.read(NOTEBOOK, as_version=4).cells}
    *_, stub = read_stub()
    lines = [line.strip() for line in stub.splitlines()]
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
    begin, end, stub = read_stub()
    solution = re.compile(rf"^( *){re.escape(begin)}$.*?^ *{re.escape(end)}$", re.MULTILINE | re.DOTALL)
    graded = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.startswith(GRADED)]
    if not graded:
        raise ValueError(f"в {NOTEBOOK.name} нет оцениваемых ячеек: они начинаются с «{GRADED}»")
    for cell in graded:
        cell.source, count = solution.subn(lambda match: indent(stub, match[1]), cell.source)
        if count != 1:
            raise ValueError(f"в ячейке {cell.id} должна быть одна пара строк «{begin}» и «{end}»")


def read_stub():
    """The two markers and what stands in the place of a solution, markers included."""
    options = PyFileConfigLoader(NBGRADER_CONFIG.name, path=str(NBGRADER_CONFIG.parent)).load_config().ClearSolutions
    return options.begin_solution_delimeter, options.end_solution_delimeter, options.code_stub["python"]
