"""What several test files share: the notebook, its code run in a namespace, example networks."""

from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest

from tools import lab_cells

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def notebook():
    return nbformat.read(ROOT / "Initialization.ipynb", as_version=4)


@pytest.fixture(scope="session")
def cells(notebook):
    """The notebook's cells by their ids."""
    return {cell.id: cell for cell in notebook.cells}


@pytest.fixture
def lab():
    """The namespace of a student who has run the cells that define model() and the three functions."""
    namespace = lab_cells.run()
    plt.close("all")
    return namespace


@pytest.fixture
def network():
    """A function that makes random data and parameters of given sizes."""

    def make(n_x=2, n1=10, n2=5, m=30, scale=1.0, seed=0):
        rng = np.random.default_rng(seed)
        sizes = [n_x, n1, n2, 1]
        parameters = {}
        for layer in (1, 2, 3):
            parameters[f"W{layer}"] = scale * rng.normal(size=(sizes[layer], sizes[layer - 1]))
            parameters[f"b{layer}"] = scale * rng.normal(size=(sizes[layer], 1))
        X = rng.normal(size=(n_x, m))
        Y = rng.integers(0, 2, size=(1, m))
        return X, Y, parameters

    return make


@pytest.fixture(autouse=True)
def no_figures_left():
    yield
    plt.close("all")
