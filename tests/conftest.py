"""What several test files share: the notebooks, the lab's code run in a namespace, example networks."""

import shutil
import uuid

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest

from common.lab import NOTEBOOK, ROOT, WHY, read_notebook  # noqa: F401
from tools import lab_cells

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)


@pytest.hookimpl(tryfirst=True)  # before xdist reads its options
def pytest_cmdline_main(config):
    """A run of everything uses all cores, one that names what it runs (a grader's, too) only one.

    What shares fixtures, or a kernel, stands in one file, and a file goes to one worker.
    """
    options = config.option
    everything = config.args_source == config.ArgsSource.TESTPATHS and not hasattr(config, "workerinput")
    if everything and getattr(options, "numprocesses", 0) is None:
        options.numprocesses, options.maxprocesses = "logical", 8
        options.dist, options.loadscopereorder = "loadfile", False


def pytest_terminal_summary(terminalreporter):
    if terminalreporter.config.option.markexpr == "not thorough":
        rest = "left out: what is thorough, 12 to 20 minutes (tests/thorough.txt): python -m pytest -m thorough"
        terminalreporter.write_line(rest)


@pytest.fixture(scope="session")
def notebook():
    return read_notebook()


@pytest.fixture(scope="session", params=[NOTEBOOK, WHY], ids=lambda path: path.stem)
def either(request):
    """One notebook after the other."""
    return nbformat.read(request.param, as_version=4)


@pytest.fixture(scope="session")
def cells(notebook):
    """The cells of the lab by their ids."""
    return {cell.id: cell for cell in notebook.cells}


@pytest.fixture
def lab():
    """The namespace of a student who has run the cells that define model() and the three functions."""
    return lab_cells.run_lab(names=lab_cells.DEFINITIONS).lab


@pytest.fixture
def network():
    """A function that makes random data and parameters of given sizes."""

    def make(n_x=2, n1=10, n2=5, m=30, scale=1.0, seed=0):
        rng = np.random.default_rng(seed)
        parameters = {}
        for layer, n, p in ((1, n1, n_x), (2, n2, n1), (3, 1, n2)):
            parameters[f"W{layer}"] = scale * rng.normal(size=(n, p))
            parameters[f"b{layer}"] = scale * rng.normal(size=(n, 1))
        return rng.normal(size=(n_x, m)), rng.integers(0, 2, size=(1, m)), parameters

    return make


@pytest.fixture
def browser():
    """Headless Chromium that reaches no host but this machine."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="no playwright: pip install -r tests/thorough.txt")
    if not CHROMIUM:
        pytest.skip("no Chromium or Chrome on the PATH")
    options = ["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]
    with sync_api.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=options)
        yield browser
        browser.close()


@pytest.fixture(autouse=True)
def nothing_shared(monkeypatch, tmp_path_factory):
    """What the grader keeps of a test is nobody else's, and no figure is left; Matplotlib's list of fonts stays."""
    monkeypatch.setenv("MPLCONFIGDIR", matplotlib.get_cachedir())
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / "cache" / uuid.uuid4().hex))
    yield
    plt.close("all")
