"""The lab's own cells, run as the notebook runs them: for the tests, the tools and the benchmarks."""

import sys
from pathlib import Path

import matplotlib
import nbformat

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from common.lab import NOTEBOOK
from init_utils import EXERCISES

DEFINITIONS = ("imports", "model", *(f"graded-{method}" for method in EXERCISES))


def sources():
    """The sources of the notebook's code cells by their ids, in order."""
    cells = nbformat.read(NOTEBOOK, as_version=4).cells
    return {cell.id: cell.source for cell in cells if cell.cell_type == "code"}


def run(names=DEFINITIONS):
    """The namespace of a student who has run the cells `names`: by default all that define something."""
    matplotlib.use("Agg")
    namespace = {}
    cells = sources()
    for name in names:
        exec(cells[name].replace("%matplotlib inline", ""), namespace)
    return namespace
