"""nbval passes wherever the lab is right, and fails wherever it is spoiled.

That both notebooks pass here is no test of this file: `python -m pytest` runs them by nbval itself.
"""

import platform
import re
from pathlib import Path

import nbformat
import pytest
from nbval_runs import copy_lab, edit, edit_cell, keep, run_nbval

from common.lab import NOTEBOOK, WHY
from tools import lab_cells

thorough = pytest.mark.thorough
both = pytest.mark.parametrize("path", [NOTEBOOK, WHY], ids=lambda path: path.stem)
EXEMPT = "train-random"  # its losses are chaotic; accuracy-random checks its result by number


@pytest.fixture
def copy(tmp_path):
    return copy_lab(tmp_path)


# --- it fails ---

# what is spoiled: cell or file, what stands there, what is put there
HE = ("graded-he", "np.sqrt(2 /", "np.sqrt(1 /")
SEED = ("graded-random", "seed(3)", "seed(4)")
NINE = ("graded-random", "* 10", "* 9")
ONES = (
    "graded-zeros",
    "np.zeros((layers_dims[l], layers_dims[l - 1]))",
    "np.ones((layers_dims[l], layers_dims[l - 1]))",
)
RATE = ("model", "learning_rate=0.01", "learning_rate=0.011")
SHORTER = ("model", "num_iterations=15000", "num_iterations=14001")
SHORTER_EXEMPT = (EXEMPT, 'initialization="random"', 'initialization="random", num_iterations=14001')
UNTRAINED = (EXEMPT, "parameters = model(", "parameters = initialize_parameters_random([2, 10, 5, 1])\n0 and model(")
FIRST_RELU = ("init_utils.py", "(a1 > 0)", "(a1 >= 0)")
SECOND_RELU = ("init_utils.py", "(a2 > 0)", "(a2 >= 0)")

# the spoiled places -> the cells that are run, those among them that must fail
SPOILED = {
    "all three functions": ([HE, SEED, ONES], "graded check show", {"show", "check"}),
    "9 for 10": ([NINE], "graded check-random show-random", {"check-random", "show-random"}),
    "14,001 iterations of the exempt training": ([SHORTER_EXEMPT], "train-random accuracy-random", {"accuracy-random"}),
    "the exempt training left out": ([UNTRAINED], "train-random accuracy-random", {"accuracy-random"}),
    "ReLU gradient of layer 1": ([FIRST_RELU], "train-he", {"train-he"}),
    "ReLU gradient of layer 2": ([SECOND_RELU], "train-he", {"train-he"}),
    "another learning rate": ([RATE], "train-random accuracy-random", {"accuracy-random"}),
    "14,001 iterations": ([SHORTER], "train-he accuracy-he", {"accuracy-he"}),
}
QUICK = ("all three functions", "14,001 iterations of the exempt training", "ReLU gradient of layer 1")


def cells_named(words):
    """The ids of the code cells whose names, or the beginnings of them, these are."""
    return {i for i in lab_cells.sources() if {i, i.split("-")[0]} & set(words)}


@pytest.mark.parametrize("name", [pytest.param(n, marks=() if n in QUICK else thorough) for n in SPOILED])
def test_fails_on_a_spoiled_copy(copy, name):
    spoiled, run, failing = SPOILED[name]
    for where, old, new in spoiled:
        if where.endswith(".py"):
            edit(copy / where, old, new)
        else:
            edit_cell(copy, where, old, new)
    keep(copy, cells_named(run.split()))
    verdict = run_nbval(copy)
    assert verdict.status == 1, verdict.output
    assert verdict.failed == cells_named(failing), verdict.output
    assert "NameError" not in verdict.output  # what was cut away was not needed


@thorough
@both
def test_fails_on_a_wrong_digit_in_any_stored_output(copy, path):
    notebook = nbformat.read(copy / path.name, as_version=4)
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
    nbformat.write(notebook, copy / path.name)

    verdict = run_nbval(copy, path)
    assert len(spoiled) > 15
    assert verdict.failed == spoiled - {EXEMPT}


# --- it passes ---

# OpenBLAS's name of a matrix kernel -> the instruction set that it needs, as Linux calls it
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


@pytest.fixture(params=KERNELS)
def kernel(request):
    cpuinfo = Path("/proc/cpuinfo")
    if not cpuinfo.exists() or KERNELS[request.param] not in re.findall(r"\w+", cpuinfo.read_text()):
        pytest.skip(f"this CPU has no {KERNELS[request.param]}")
    return request.param


@thorough
@pytest.mark.parametrize(("path", "threads"), [(NOTEBOOK, "1"), (WHY, "1"), (WHY, "2")])  # only Why has large products
def test_passes_on_every_matrix_kernel(copy, kernel, path, threads):
    verdict = run_nbval(copy, path, OPENBLAS_CORETYPE=kernel, OPENBLAS_NUM_THREADS=threads)
    assert verdict.passed, verdict.output


@thorough
def test_passes_with_all_plugins_that_are_installed(copy):
    keep(copy, cells_named(["graded", "check", "show"]))
    verdict = run_nbval(copy, plugins=())
    assert verdict.passed, verdict.output


@thorough
@pytest.mark.parametrize("towards", ["-np.inf", "np.inf"])
def test_passes_with_a_start_moved_by_one_unit_in_the_last_place(copy, towards):
    nudge = f'parameters["W1"][0, 0] = np.nextafter(parameters["W1"][0, 0], {towards})'
    line = "parameters = initialize_parameters_random(layers_dims)"
    edit_cell(copy, "model", line, f"{line}\n        {nudge}")
    verdict = run_nbval(copy)
    assert verdict.passed, verdict.output


@thorough
@both
def test_passes_with_a_students_own_settings(copy, path):
    (copy / "matplotlibrc").write_text("figure.dpi: 200\nfigure.constrained_layout.use: True\naxes.grid: True\n")
    verdict = run_nbval(copy, path)
    assert verdict.passed, verdict.output
