"""The two files of the lab that travel, and the part of the notebook that every student does."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOK = ROOT / "Initialization.ipynb"
HELPERS = ROOT / "init_utils.py"
FURTHER_READING = "## 6"


def required_sections(notebook=None):
    """The notebook, by default the completed one with its stored outputs, without its further reading."""
    if notebook is None:
        import nbformat  # takes seconds to load, and few commands need it

        notebook = nbformat.read(NOTEBOOK, as_version=4)
    ends = [i for i, cell in enumerate(notebook.cells) if cell.source.startswith(FURTHER_READING)]
    del notebook.cells[min(ends, default=len(notebook.cells)) :]
    return notebook
