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
MOST_WORKERS = 8
NOTEBOOK_SECONDS = 20


# --- tests side by side (pytest-xdist) ---


@pytest.hookimpl(tryfirst=True)  # before xdist reads its options
def pytest_cmdline_main(config):
    """A run of everything uses all cores, unless -n says otherwise; never one that names what it runs.

    These options do not stand in pyproject.toml: a grader's `pytest --nbval Initialization.ipynb` is run here too.
    """
    options = config.option
    if not config.pluginmanager.hasplugin("xdist") or hasattr(config, "workerinput"):
        return
    if options.numprocesses is None and config.args_source == config.ArgsSource.TESTPATHS:
        options.numprocesses, options.maxprocesses = "logical", options.maxprocesses or MOST_WORKERS
    if options.numprocesses and options.dist == "no":
        options.dist, options.loadscopereorder = "loadgroup", False  # in the order that we give them


def pytest_report_header(config):
    if config.args_source == config.ArgsSource.TESTPATHS and not config.option.markexpr:
        return "all tests: about six minutes on two cores; the long ones come first, so the percentage lags behind"


@pytest.hookimpl(tryfirst=True)  # before xdist reads the marks
def pytest_collection_modifyitems(config, items):
    """Keep together what shares fixtures or a kernel, that is, one file; let the longest start first.

    The marks are explained in pyproject.toml.
    """
    longest = {}
    for item in items:
        if item.path.suffix == ".ipynb":
            item.add_marker(pytest.mark.seconds(NOTEBOOK_SECONDS))
        if not item.get_closest_marker("apart") and not item.get_closest_marker("xdist_group"):
            item.add_marker(pytest.mark.xdist_group(item.path.name))
        longest[unit(item)] = max(longest.get(unit(item), 0), seconds(item))
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: -longest[unit(item)])


def unit(item):
    """What is given to one worker at a time: the tests of a file, or one of the tests that stand apart."""
    group = item.get_closest_marker("xdist_group")
    return group.args[0] if group else item.nodeid


def seconds(item):
    mark = item.get_closest_marker("seconds")
    return mark.args[0] if mark else 0


# --- fixtures ---


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
