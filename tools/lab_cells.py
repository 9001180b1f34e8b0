"""The lab's own cells, run as the notebook runs them: for the tests, the tools and the benchmarks."""

import sys
from pathlib import Path

import matplotlib
import nbformat

ROOT = Path(__file__).resolve().parent.parent
DEFINITIONS = ("imports", "model", "graded-zeros", "graded-random", "graded-he")


def sources():
    """The sources of the notebook's code cells by their ids, in order."""
    cells = nbformat.read(ROOT / "Initialization.ipynb", as_version=4).cells
    return {cell.id: cell.source for cell in cells if cell.cell_type == "code"}


def run(names=DEFINITIONS):
    """The namespace of a student who has run the cells `names`: by default all that define something."""
    matplotlib.use("Agg")
    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))
    namespace = {}
    cells = sources()
    for name in names:
        exec(cells[name].replace("%matplotlib inline", ""), namespace)
    return namespace
