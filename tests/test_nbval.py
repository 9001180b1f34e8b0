"""nbval passes wherever the lab is right, and fails wherever it is spoiled."""

import platform
import re
from pathlib import Path

import nbformat
import pytest
from nbval_runs import ROOT, copy_lab, cut_to, edit, edit_cell, keep, run_nbval

whole_notebook = pytest.mark.seconds(20)
EXEMPT = "train-random"  # its losses are chaotic; accuracy-random checks its result by number


@pytest.fixture
def copy(tmp_path):
    return copy_lab(tmp_path)


# --- it passes ---


def cpu_features():
    """The names of the CPU's instruction sets, as Linux lists them."""
    try:
        return set(re.findall(r"\w+", Path("/proc/cpuinfo").read_text()))
    except OSError:
        return set()


# OpenBLAS's name of a matrix kernel -> the instruction set that it needs
KERNELS = {
    "x86_64": {
        "Prescott": "pni",
        "Nehalem": "sse4_2",
        "Sandybridge": "avx",
        "Haswell": "avx2",
        "Zen": "avx2",
        "SkylakeX": "avx512dq",
    },
    "aarch64": {"ARMV8": "asimd", "NEOVERSEN1": "asimddp", "NEOVERSEV1": "sve"},
}.get(platform.machine(), {})

# Only these cells multiply matrices so large, 200 x 200 by 200 x 20, that OpenBLAS shares them out among threads
LARGE_PRODUCTS = ("compare-style", "why-functions", "why-style", "signal-functions", "signal-depth", "glorot-depth")


@pytest.fixture(params=KERNELS)
def kernel(request):
    if KERNELS[request.param] not in cpu_features():
        pytest.skip(f"this CPU has no {KERNELS[request.param]}")
    return request.param


@whole_notebook
def test_passes_on_every_matrix_kernel(copy, kernel):
    verdict = run_nbval(copy, OPENBLAS_CORETYPE=kernel, OPENBLAS_NUM_THREADS="1")
    assert verdict.passed, verdict.output
    assert "warning" not in verdict.output.lower()


@pytest.mark.seconds(5)
def test_passes_with_all_plugins_that_are_installed(copy):
    cut_to(copy, "check-zeros")
    verdict = run_nbval(copy, plugins=())
    assert verdict.passed, verdict.output
    assert "warning" not in verdict.output.lower()


@pytest.mark.seconds(5)
def test_passes_when_a_matrix_kernel_has_two_threads(copy, kernel):
    keep(copy, LARGE_PRODUCTS)
    verdict = run_nbval(copy, OPENBLAS_CORETYPE=kernel, OPENBLAS_NUM_THREADS="2")
    assert verdict.passed, verdict.output


OWN_SETTINGS = "figure.dpi: 200\nfigure.constrained_layout.use: True\naxes.grid: True\n"


@whole_notebook
@pytest.mark.parametrize(("towards", "matplotlibrc"), [("-np.inf", ""), ("np.inf", OWN_SETTINGS)])
def test_passes_with_a_start_moved_by_one_unit_in_the_last_place_and_a_students_own_settings(
    copy, towards, matplotlibrc
):
    nudge = f'parameters["W1"][0, 0] = np.nextafter(parameters["W1"][0, 0], {towards})'
    line = "parameters = initialize_parameters_random(layers_dims)"
    edit_cell(copy, "model", line, f"{line}\n        {nudge}")
    (copy / "matplotlibrc").write_text(matplotlibrc)
    verdict = run_nbval(copy)
    assert verdict.passed, verdict.output


# --- it fails ---

# what is spoiled: cell or file, what stands there, what is put there -> a cell that must fail
SPOILED = {
    "He with 1/n": ("graded-he", "np.sqrt(2 /", "np.sqrt(1 /", "show-he"),
    "another seed": ("graded-random", "seed(3)", "seed(4)", "show-random"),
    "9 for 10": ("graded-random", "* 10", "* 9", "show-random"),
    "ones for zeros": (
        "graded-zeros",
        "np.zeros((layers_dims[l], layers_dims[l - 1]))",
        "np.ones((layers_dims[l], layers_dims[l - 1]))",
        "show-zeros",
    ),
    "another learning rate": ("model", "learning_rate=0.01", "learning_rate=0.011", "accuracy-random"),
    "14,001 iterations": ("model", "num_iterations=15000", "num_iterations=14001", "accuracy-he"),
    "14,001 iterations of the exempt training": (
        EXEMPT,
        'initialization="random"',
        'initialization="random", num_iterations=14001',
        "accuracy-random",
    ),
    "the exempt training left out": (
        EXEMPT,
        "parameters = model(",
        "parameters = initialize_parameters_random([2, 10, 5, 1])\n0 and model(",
        "accuracy-random",
    ),
    "ReLU gradient of layer 1": ("init_utils.py", "(a1 > 0)", "(a1 >= 0)", "train-he"),
    "ReLU gradient of layer 2": ("init_utils.py", "(a2 > 0)", "(a2 >= 0)", "train-he"),
}


@pytest.mark.seconds(5)
@pytest.mark.parametrize(("where", "old", "new", "cell"), SPOILED.values(), ids=SPOILED)
def test_fails_on_a_spoiled_copy(copy, where, old, new, cell):
    if where.endswith(".py"):
        edit(copy / where, old, new)
    else:
        edit_cell(copy, where, old, new)
    cut_to(copy, cell)
    verdict = run_nbval(copy)
    assert verdict.status == 1, verdict.output
    assert verdict.failed == {cell}, verdict.output
    assert "NameError" not in verdict.output  # what was cut away was not needed


@whole_notebook
def test_fails_on_a_wrong_digit_in_any_stored_output(copy):
    path = copy / "Initialization.ipynb"
    notebook = nbformat.read(path, as_version=4)
    spoiled = set()
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            text = output.get("text") or output["data"]["text/plain"]
            digits = [match.start() for match in re.finditer(r"\d", text)]
            position = digits[-1] if digits else len(text.rstrip()) - 1  # the self-checks print no digit
            other = str((int(text[position]) + 1) % 10) if text[position].isdigit() else "?"
            wrong = text[:position] + other + text[position + 1 :]
            if output.output_type == "stream":
                output.text = wrong
            else:
                output["data"]["text/plain"] = wrong
            spoiled.add(cell.id)
    nbformat.write(notebook, path)

    verdict = run_nbval(copy)
    assert len(spoiled) > 15
    assert verdict.failed == spoiled - {EXEMPT}


def test_the_repository_itself_is_what_the_tests_copied(copy):
    for file in copy.iterdir():
        assert file.read_bytes() == (ROOT / file.name).read_bytes()
