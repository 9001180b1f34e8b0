"""The lab's own cells, run as the notebook runs them: for the tests and the tools."""

import contextlib
import io
from typing import NamedTuple

import matplotlib
import matplotlib.pyplot as plt
import nbformat

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


def run_lab(before=lambda cell_id, lab: None, notebook=NOTEBOOK, names=None):
    """Run the cells `names` of a notebook, or all, in order; `before` gets the id of each and the namespace first."""
    matplotlib.use("Agg")
    result = Run({}, {}, {})
    with plt.rc_context():
        for cell_id, source in sources(notebook).items():
            if names is None or cell_id in names:
                before(cell_id, result.lab)
                with contextlib.redirect_stdout(io.StringIO()) as out:
                    exec(source.replace("%matplotlib inline", ""), result.lab)
                result.printed[cell_id] = out.getvalue()
                result.figures[cell_id] = [plt.figure(number) for number in plt.get_fignums()]
                plt.close("all")
    return result
