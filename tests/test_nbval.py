"""nbval passes wherever the lab is right, and fails wherever it is spoiled.

That both notebooks pass here is no test of this file: `python -m pytest` runs them by nbval itself. That they do so on
every processor, tests/test_spread.py shows.
"""

import re

import nbformat
import pytest
from nbval_runs import change, copy_lab, run_nbval

from common.lab import HELPERS, NOTEBOOK, WHY
from tools import lab_cells

thorough = pytest.mark.thorough
both = pytest.mark.parametrize("path", [NOTEBOOK, WHY], ids=lambda path: path.stem)
CHECKS = {f"{name}-{method}" for method in ("zeros", "random", "he") for name in ("check", "show")}
ZEROS = "np.zeros((layers_dims[l], layers_dims[l - 1]))"
TRAIN = 'model(train_X, train_Y, initialization=\\"random\\"'
FACTOR, SEED, ONES = ("np.sqrt(2 /", "np.sqrt(1 /"), ("seed(3)", "seed(4)"), (ZEROS, ZEROS.replace("zeros", "ones"))
SPOILED = [  # what is spoiled in which file, the cells that must fail
    (NOTEBOOK, [FACTOR, SEED, ONES], CHECKS),
    (NOTEBOOK, [(TRAIN, f"{TRAIN}, num_iterations=14001")], {"accuracy-random"}),
    (HELPERS, [("(a1 > 0)", "(a1 >= 0)")], {"train-he"}),
    # thorough
    (HELPERS, [("(a2 > 0)", "(a2 >= 0)")], {"train-he"}),
    (NOTEBOOK, [(TRAIN, f"initialize_parameters_random([2, 10, 5, 1]) or {TRAIN}")], {"accuracy-random"}),
    (NOTEBOOK, [("num_iterations=15000", "num_iterations=14001")], {"accuracy-he"}),
]


@pytest.mark.parametrize(
    ("path", "changes", "failing"),
    [pytest.param(*row, marks=[thorough] * (i > 2), id=row[1][0][1]) for i, row in enumerate(SPOILED)],
)
def test_fails_on_a_spoiled_copy(tmp_path, path, changes, failing):
    copy_lab(tmp_path)
    for old, new in changes:
        change(tmp_path / path.name, old, new)
    notebook = nbformat.read(tmp_path / NOTEBOOK.name, as_version=4)
    kept = {*lab_cells.DEFINITIONS, *failing, *(cell_id.replace("accuracy", "train") for cell_id in failing)}
    notebook.cells = [cell for cell in notebook.cells if cell.id in kept]
    nbformat.write(notebook, tmp_path / NOTEBOOK.name)
    verdict = run_nbval(tmp_path)
    assert verdict.status == 1, verdict.output
    assert verdict.failed == failing, verdict.output
    assert "NameError" not in verdict.output  # what was cut away was not needed


@thorough
@both
def test_fails_on_a_wrong_digit_in_any_stored_output(tmp_path, path):
    notebook = nbformat.read(copy_lab(tmp_path) / path.name, as_version=4)
    spoiled = set()
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            place, key = (output, "text") if output.output_type == "stream" else (output.data, "text/plain")
            *_, last = re.finditer(r"\d|\S(?=\s*$)", place[key])  # the self-checks print no digit
            digit = str((int(last[0]) + 1) % 10) if last[0].isdigit() else "?"
            place[key] = place[key][: last.start()] + digit + place[key][last.end() :]
            spoiled.add(cell.id)
    nbformat.write(notebook, tmp_path / path.name)
    verdict = run_nbval(tmp_path, path)
    assert len(spoiled) > 15
    assert verdict.failed == spoiled - {"train-random"}  # chaotic; accuracy-random checks its result by number


@thorough
@both
def test_passes_with_a_students_own_settings(tmp_path, path):
    settings = "figure.dpi: 200\nfigure.constrained_layout.use: True\naxes.grid: True\n"
    (copy_lab(tmp_path) / "matplotlibrc").write_text(settings)
    verdict = run_nbval(tmp_path, path)
    assert verdict.status == 0 and "warning" not in verdict.output.lower(), verdict.output
