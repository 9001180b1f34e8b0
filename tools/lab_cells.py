"""The lab's own cells, run as the notebook runs them: for the tests, the tools and the benchmarks."""

import contextlib
import io
import sys
from pathlib import Path
from typing import NamedTuple

import matplotlib
import matplotlib.pyplot as plt
import nbformat

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from common.lab import NOTEBOOK
from init_utils import EXERCISES

DEFINITIONS = ("imports", "model", *(f"graded-{method}" for method in EXERCISES))


class Run(NamedTuple):
    """The lab after its last cell: the namespace; by cell, what it has printed and the figures it has drawn."""

    lab: dict
    printed: dict
    figures: dict


def sources(notebook=NOTEBOOK):
    """The sources of the notebook's code cells by their ids, in order."""
    cells = nbformat.read(notebook, as_version=4).cells
    return {cell.id: cell.source for cell in cells if cell.cell_type == "code"}


def run(names=DEFINITIONS):
    """The namespace of a student who has run the cells `names`: by default all that define something."""
    matplotlib.use("Agg")
    namespace = {}
    cells = sources()
    for name in names:
        exec(cells[name].replace("%matplotlib inline", ""), namespace)
    return namespace


def run_lab(before=lambda cell_id, lab: None, notebook=NOTEBOOK):
    """Run all cells of a notebook, in order; `before` is called ahead of each with its id and the namespace."""
    matplotlib.use("Agg")
    result = Run({}, {}, {})
    with plt.rc_context():
        for cell_id, source in sources(notebook).items():
            before(cell_id, result.lab)
            with contextlib.redirect_stdout(io.StringIO()) as out:
                exec(source.replace("%matplotlib inline", ""), result.lab)
            result.printed[cell_id] = out.getvalue()
            result.figures[cell_id] = [plt.figure(number) for number in plt.get_fignums()]
            plt.close("all")
    return result
