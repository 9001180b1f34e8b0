"""The course for nbgrader: its settings and the notebook with solutions, which nbgrader takes out itself."""

from pathlib import Path

from common.lab import HELPERS, NOTEBOOK
from handout.blank import NBGRADER_CONFIG, blank_text

ASSIGNMENT = "initialization"


def course_files():
    """{path inside a course of nbgrader: the text of the file}; the notebook there keeps its solutions."""
    blank_text()  # nbgrader would hand out a solution that the markers do not enclose
    source = Path("source") / ASSIGNMENT
    return {
        Path(NBGRADER_CONFIG.name): NBGRADER_CONFIG.read_text(encoding="utf-8"),
        source / HELPERS.name: HELPERS.read_text(encoding="utf-8"),
        source / NOTEBOOK.name: NOTEBOOK.read_text(encoding="utf-8"),
    }
