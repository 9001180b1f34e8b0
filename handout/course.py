"""The course for nbgrader: its settings and the notebook with solutions, which nbgrader takes out itself."""

import string
from pathlib import Path

from common.lab import HELPERS, NOTEBOOK
from handout.blank import BEGIN, END, STUB, blank_text

ASSIGNMENT = "initialization"
CONFIG = Path(__file__).with_name("nbgrader_config.template")


def course_files():
    """{path inside a course of nbgrader: the text of the file}; the notebook there keeps its solutions."""
    blank_text()  # nbgrader would hand out a solution that the markers do not enclose
    source = Path("source") / ASSIGNMENT
    config = string.Template(CONFIG.read_text(encoding="utf-8"))
    return {
        Path("nbgrader_config.py"): config.substitute(begin=repr(BEGIN), end=repr(END), stub=repr(STUB)),
        source / HELPERS.name: HELPERS.read_text(encoding="utf-8"),
        source / NOTEBOOK.name: NOTEBOOK.read_text(encoding="utf-8"),
    }
