"""What students get, made from the completed notebook: its copy without solutions, a course for nbgrader."""

import re
from pathlib import Path
from textwrap import indent

import nbformat
from traitlets.config import PyFileConfigLoader

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOK = ROOT / "Initialization.ipynb"
HELPERS = ROOT / "init_utils.py"
NBGRADER_CONFIG = ROOT / "docs" / "nbgrader" / "nbgrader_config.py"
ASSIGNMENT = "initialization"
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


def course_files():
    """{path inside a course of nbgrader: the text of the file}; the notebook there keeps its solutions."""
    blank_text()  # nbgrader would hand out a solution that the markers do not enclose
    source = Path("source") / ASSIGNMENT
    return {
        Path(NBGRADER_CONFIG.name): NBGRADER_CONFIG.read_text(encoding="utf-8"),
        source / HELPERS.name: HELPERS.read_text(encoding="utf-8"),
        source / NOTEBOOK.name: NOTEBOOK.read_text(encoding="utf-8"),
    }
