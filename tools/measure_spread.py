"""Measure how far the results of both notebooks depend on the computer's rounding.

    python -m tools.measure_spread [--nudges N]

Every matrix kernel that OpenBLAS has for this CPU's architecture runs them, and then N one-ulp changes of one initial
weight each do. Printed: the smallest and the largest of each start's losses, the nearest output to 0.5, whether all
predictions agree, and whether what the notebooks print does. The tolerance in the cell accuracy-random rests on this.
"""

import argparse
import json
import os
import platform
import subprocess
import sys

import numpy as np

from common.lab import NOTEBOOK, ROOT, WHY
from tools import lab_cells

KINDS = ("zeros", "random", "he")
KERNELS = {
    "x86_64": ["Prescott", "Nehalem", "Sandybridge", "Haswell", "Zen", "SkylakeX"],
    "aarch64": ["ARMV8", "CORTEXA57", "NEOVERSEN1", "NEOVERSEV1", "THUNDERX2T99"],
}
MOMENTS = ("1000", "7000", "the end")
EXEMPT = ("train-random",)  # what it prints is not compared


def nudged(initialize, number):
    """The same initialization, with weight `number` of W1 moved by one unit in the last place."""

    def changed(*args, **kwargs):
        parameters = initialize(*args, **kwargs)
        weights = parameters["W1"].ravel()
        i = number % weights.size
        if weights[i]:  # zeros are exact on every machine
            weights[i] = np.nextafter(weights[i], -np.inf if number // weights.size % 2 else np.inf)
        return parameters

    return changed


def run(nudge):
    """The losses and the outputs of the lab, and what both notebooks print."""

    def nudge_starts(cell_id, lab):
        for name in ("initialize_parameters_random", "initialize_parameters_he", "random_start"):
            if nudge is not None and name in lab and lab[name].__name__ != "changed":
                lab[name] = nudged(lab[name], nudge)

    work, why = (lab_cells.run_lab(nudge_starts, notebook) for notebook in (NOTEBOOK, WHY))
    lab, results = work.lab, {}
    for kind in KINDS:
        outputs = [lab["forward_propagation"](lab[X], lab["trained"][kind])[0] for X in ("train_X", "test_X")]
        losses = dict(lab["curves"][kind])
        results[kind] = {
            "losses": [losses[1000], losses[7000], lab["compute_loss"](outputs[0], lab["train_Y"])],
            "outputs": np.hstack(outputs)[0].tolist(),
        }
    printed = {**work.printed, **why.printed}
    return results | {"printed": {cell: text for cell, text in printed.items() if cell not in EXEMPT}}


def run_in_own_process(kernel=None, nudge=None):
    """OpenBLAS chooses its kernel when it is loaded."""
    command = [sys.executable, "-m", "tools.measure_spread", "--run"]
    command += [] if nudge is None else ["--nudge", str(nudge)]
    environment = {**os.environ, **({"OPENBLAS_CORETYPE": kernel} if kernel else {})}
    result = subprocess.run(command, env=environment, capture_output=True, text=True, cwd=ROOT)
    if result.returncode != 0:
        print(f"{kernel or 'nudge'}: left out, exit status {result.returncode} (this CPU cannot run it)")
        return None
    return json.loads(result.stdout)


def report(runs):
    print(f"{len(runs)} runs, NumPy {np.__version__}, {platform.machine()}")
    for kind in KINDS:
        for moment, losses in zip(MOMENTS, zip(*(run[kind]["losses"] for run in runs), strict=True), strict=True):
            print(f"{kind:7} loss at {moment:8} {min(losses):.8f} ... {max(losses):.8f}")
        outputs = np.array([run[kind]["outputs"] for run in runs])
        agree = bool(((outputs > 0.5) == (outputs[0] > 0.5)).all())
        print(f"{kind:7} nearest output to 0.5: {abs(outputs - 0.5).min():.4f}; all predictions agree: {agree}")
    different = [cell for cell in runs[0]["printed"] if len({run["printed"][cell] for run in runs}) > 1]
    print("cells that do not print the same in all runs:", ", ".join(different) or "none")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--nudges", type=int, default=10, help="how many one-ulp changes to try")
    parser.add_argument("--run", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--nudge", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.run:
        print(json.dumps(run(options.nudge)))
        return
    runs = [run_in_own_process(kernel=kernel) for kernel in KERNELS.get(platform.machine(), [])]
    runs += [run_in_own_process(nudge=number) for number in range(options.nudges)]
    report([run for run in runs if run])


if __name__ == "__main__":
    main()
