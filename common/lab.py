"""The files of the lab that travel: the work itself, its helpers, and the further reading."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOK = ROOT / "Initialization.ipynb"
WHY = ROOT / "Why.ipynb"
HELPERS = ROOT / "init_utils.py"


def read_notebook():
    """The completed lab with its stored outputs."""
    import nbformat  # takes seconds to load, and few commands need it

    return nbformat.read(NOTEBOOK, as_version=4)
