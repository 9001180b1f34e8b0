"""What several test files share: the notebook, its code run in a namespace, example networks."""

import shutil
import uuid
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest

from tools import lab_cells

ROOT = Path(__file__).resolve().parent.parent
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
MOST_WORKERS = 8
# What one worker does in one piece are the tests of a file, since they share fixtures, or a kernel; but
APART = {"test_browser.py", "test_grading.py", "test_nbval.py"}  # here every test stands alone
TOGETHER = {"test_sections_0_to_5.py": "test_text_numbers.py"}  # what that file has computed, this one needs again
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
        options.dist, options.loadscopereorder = "loadscope", False  # in the order that we give them


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    from xdist.scheduler import LoadScopeScheduling

    class Scheduling(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            return unit(nodeid)

    return Scheduling(config, log) if config.option.dist == "loadscope" else None


def unit(nodeid):
    """The name of what is given to one worker in one piece."""
    file = nodeid.split("::")[0].rpartition("/")[2]
    return nodeid if file in APART else TOGETHER.get(file, file)


def pytest_report_header(config):
    if config.args_source == config.ArgsSource.TESTPATHS and not config.option.markexpr:
        return "all tests: about twenty minutes on two cores; the long ones come first, so the percentage lags behind"


@pytest.hookimpl(tryfirst=True)  # before tests are left out by their marks
def pytest_collection_modifyitems(config, items):
    """Let what takes longest start first, if there are several workers."""
    longest = {}
    for item in items:
        if item.path.suffix == ".ipynb":
            item.add_marker(pytest.mark.seconds(NOTEBOOK_SECONDS))
        mark = item.get_closest_marker("seconds")
        name = unit(item.nodeid)
        longest[name] = max(longest.get(name, 0), mark.args[0] if mark else 0)
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: -longest[unit(item.nodeid)])


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


@pytest.fixture
def browser():
    """Headless Chromium that reaches no host but this machine."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="no playwright: pip install -r tests/requirements.txt")
    if not CHROMIUM:
        pytest.skip("no Chromium or Chrome on the PATH")
    options = ["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]
    with sync_api.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=options)
        yield browser
        browser.close()


@pytest.fixture(autouse=True)
def own_cache(monkeypatch, tmp_path_factory):
    """What the grader keeps of a test is nobody else's; Matplotlib's list of fonts stays where it is."""
    monkeypatch.setenv("MPLCONFIGDIR", matplotlib.get_cachedir())
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / "cache" / uuid.uuid4().hex))


@pytest.fixture(autouse=True)
def no_figures_left():
    yield
    plt.close("all")
