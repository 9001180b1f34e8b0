"""What the notebooks print is the same on every processor; the losses of ×10 spread as far as the README says.

OpenBLAS's matrix kernels, and one-ulp changes of one initial weight each, stand for other processors.
"""

import multiprocessing
import re
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import nbformat
import numpy as np
import pytest

from common.lab import NOTEBOOK, ROOT, WHY
from tools import lab_cells

# OpenBLAS's name of a matrix kernel -> the instruction set that it needs, as Linux calls it
X86 = {"Prescott": "pni", "Nehalem": "sse4_2", "Sandybridge": "avx", "Haswell": "avx2", "Zen": "avx2"}
KERNELS = X86 | {"SkylakeX": "avx512dq", "ARMV8": "asimd", "NEOVERSEN1": "asimddp", "NEOVERSEV1": "sve"}
CPUINFO = Path("/proc/cpuinfo")
INSTRUCTIONS = re.findall(r"\w+", CPUINFO.read_text()) if CPUINFO.exists() else ()
COMMON = "Haswell" if "avx2" in INSTRUCTIONS else ""
EXEMPT = ("train-random", "play-sliders")  # chaotic losses; the numbers of widgets


def run(number):
    """What the cells of both notebooks print; the losses of ×10 by the iteration, and after all updates.

    Weight `number` of each start is moved by one unit in the last place, if it is given.
    """

    def nudge_starts(cell_id, lab):
        for name in ("initialize_parameters_random", "initialize_parameters_he", "random_start"):
            if number is not None and getattr(lab.get(name), "__name__", "") == name:
                lab[name] = partial(nudged, lab[name])

    def nudged(initialize, *args, **named):
        parameters = initialize(*args, **named)
        weights = parameters["W1"].ravel()
        weights[number % weights.size] = np.nextafter(weights[number % weights.size], np.inf)
        return parameters

    work, why = (lab_cells.run_lab(nudge_starts, notebook) for notebook in (NOTEBOOK, WHY))
    lab = work.lab
    a3, _ = lab["forward_propagation"](lab["train_X"], lab["trained"]["random"])
    losses = dict(lab["curves"]["random"])
    return {**work.printed, **why.printed}, losses[7000], lab["compute_loss"](a3, lab["train_Y"])


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("kernel", "number"),
    [(kernel, None) for kernel, needed in KERNELS.items() if needed in INSTRUCTIONS] + [(COMMON, n) for n in range(10)],
)
def test_what_is_printed_does_not_depend_on_the_processor(monkeypatch, kernel, number):
    monkeypatch.setenv("OPENBLAS_CORETYPE", kernel)
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "2" if number is None else "1")
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as process:  # OpenBLAS asks when it is loaded
        printed, at_7000, at_the_end = process.submit(run, number).result()
    for path in (NOTEBOOK, WHY):
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "code" and cell.id not in EXEMPT:
                assert printed[cell.id] == "".join(output.get("text", "") for output in cell.outputs), cell.id
    readme = (ROOT / "README.md").read_text(encoding="utf-8").replace("\u00a0", " ")
    said = re.search(r"от (0,\d+) до (0,\d+), а после всех обновлений — от (0,\d+) до (0,\d+)", readme)
    lowest, highest, least, most = (float(number.replace(",", ".")) for number in said.groups())
    assert lowest - 0.0005 < at_7000 < highest + 0.0005 and least - 5e-6 < at_the_end < most + 5e-6
