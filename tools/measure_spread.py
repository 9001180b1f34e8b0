"""Measure how far the results of both notebooks depend on the computer's rounding.

    python -m tools.measure_spread

Every matrix kernel of OpenBLAS that this CPU can run computes them, and so do ten one-ulp changes of one initial weight
each. Printed: the smallest and the largest of the losses with ×10 weights, and the cells that do not print the same in
all runs. The README's numbers and the tolerance in the cell accuracy-random rest on this.
"""

import multiprocessing
import os
import platform
import re
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np

from common.lab import NOTEBOOK, WHY
from tools import lab_cells

# OpenBLAS's name of a matrix kernel -> the instruction set that it needs, as Linux calls it
X86 = {"Prescott": "pni", "Nehalem": "sse4_2", "Sandybridge": "avx", "Haswell": "avx2", "Zen": "avx2"}
KERNELS = X86 | {"SkylakeX": "avx512dq", "ARMV8": "asimd", "NEOVERSEN1": "asimddp", "NEOVERSEV1": "sve"}
EXEMPT = {"train-random": "", "play-sliders": ""}  # not compared: chaotic losses, the numbers of widgets


def kernels():
    """Those that this CPU can run."""
    cpuinfo = Path("/proc/cpuinfo")
    instructions = re.findall(r"\w+", cpuinfo.read_text()) if cpuinfo.exists() else ()
    return [kernel for kernel, needed in KERNELS.items() if needed in instructions]


def nudged(initialize, number):
    """The same initialization, with weight `number` of W1 moved by one unit in the last place."""

    def changed(*args, **named):
        parameters = initialize(*args, **named)
        parameters["W1"].flat[number] = np.nextafter(parameters["W1"].flat[number], np.inf)
        return parameters

    return changed


def run(number=None):
    """The losses of ×10 by the iteration, and after all updates; what the cells of both notebooks print."""

    def nudge_starts(cell_id, lab):
        for name in ("initialize_parameters_random", "initialize_parameters_he", "random_start"):
            if number is not None and name in lab and lab[name].__name__ == name:
                lab[name] = nudged(lab[name], number)

    work, why = (lab_cells.run_lab(nudge_starts, notebook) for notebook in (NOTEBOOK, WHY))
    lab = work.lab
    a3, _ = lab["forward_propagation"](lab["train_X"], lab["trained"]["random"])
    losses = {**dict(lab["curves"]["random"]), "the end": lab["compute_loss"](a3, lab["train_Y"])}
    return losses, {**work.printed, **why.printed, **EXEMPT}


def run_in_own_process(number=None, **environment):
    """OpenBLAS chooses its kernel when it is loaded."""
    os.environ |= environment
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as process:
        return process.submit(run, number).result()


def main():
    runs = [run_in_own_process(number) for number in range(10)]
    runs += [run_in_own_process(OPENBLAS_CORETYPE=kernel) for kernel in kernels()]
    print(f"{len(runs)} runs, NumPy {np.__version__}, {platform.machine()}")
    for moment in (1000, 7000, "the end"):
        losses = [losses[moment] for losses, _ in runs]
        print(f"×10: loss at {moment}: {min(losses):.8f} ... {max(losses):.8f}")
    different = [cell for cell in runs[0][1] if len({printed[cell] for _, printed in runs}) > 1]
    print("cells that do not print the same in all runs:", ", ".join(different) or "none")


if __name__ == "__main__":
    main()
