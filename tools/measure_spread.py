"""Measure how far the results of the lab depend on the computer's rounding.

    python tools/measure_spread.py [--nudges N]

Every matrix kernel that OpenBLAS has for this CPU's architecture trains the network, and then N one-ulp
changes of one initial weight each do (10 if not told). Printed for each start: the smallest and the largest
loss at iterations 1000 and 7000 and after all updates, the largest difference between them, the distance of
the nearest output from 0.5, and whether all 400 predictions agree. The tolerance in the cell accuracy-random
rests on this. Then, for everything that section 6 computes: the smallest and the largest value of the number that
differs most, relative to its size; and whether sections 5 and 6 print the same in all runs. The digits that they
print rest on this.
"""

import argparse
import contextlib
import io
import json
import os
import platform
import subprocess
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from tools import lab_cells

KINDS = ("zeros", "random", "he")
COMPUTED = (
    "constant_loss",
    "shifts",
    "zeros_losses",
    "part_loss",
    "inside",
    "scale_losses",
    "cosines",
    "spreads",
    "normalized",
    "small_losses",
    "divergences",
)
NUDGES = 10
KERNELS = {
    "x86_64": ["Prescott", "Nehalem", "Sandybridge", "Haswell", "Zen", "SkylakeX"],
    "aarch64": ["ARMV8", "CORTEXA57", "NEOVERSEN1", "NEOVERSEV1", "THUNDERX2T99"],
}


def train(nudge=None):
    """Run the lab's own cells; `nudge` is the number of the weight to move by one unit in the last place."""
    cells, lab = lab_cells.sources(), lab_cells.run()
    results = {}
    for kind in KINDS:
        initialize = f"initialize_parameters_{kind}"
        if nudge is not None and kind != "zeros":
            lab[initialize] = nudged(lab[initialize], nudge)
        with contextlib.redirect_stdout(io.StringIO()):
            exec(cells[f"train-{kind}"], lab)
        outputs = [lab["forward_propagation"](lab[X], lab["parameters"])[0] for X in ("train_X", "test_X")]
        losses = dict(lab["history"][kind])
        results[kind] = {
            "at 1000": losses[1000],
            "at 7000": losses[7000],
            "at the end": lab["compute_loss"](outputs[0], lab["train_Y"]),
            "outputs": np.hstack(outputs)[0].tolist(),
        }

    printed = io.StringIO()
    ids = list(cells)
    with contextlib.redirect_stdout(printed):
        for name in ids[ids.index("compare-style") :]:
            exec(cells[name], lab)
            if name == "why-functions" and nudge is not None:
                lab["random_start"] = nudged(lab["random_start"], nudge)
    results["computed"] = {name: numbers(lab[name]) for name in COMPUTED}
    results["printed"] = printed.getvalue()
    return results


def numbers(value):
    """All numbers in nested dicts, lists and arrays, in order."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        return [number for part in value for number in numbers(part)]
    return np.ravel(value).tolist()


def nudged(initialize, number):
    """The same initialization, with weight `number` of W1 (counted through it, then down) moved by one ulp."""

    def changed(*args, **kwargs):
        parameters = initialize(*args, **kwargs)
        weights = parameters["W1"].ravel()
        towards = -np.inf if number // weights.size % 2 else np.inf
        weights[number % weights.size] = np.nextafter(weights[number % weights.size], towards)
        return parameters

    return changed


def run_in_own_process(kernel=None, nudge=None):
    """Train in a fresh process, since OpenBLAS chooses its kernel when it is loaded."""
    command = [sys.executable, __file__, "--train"] + ([] if nudge is None else ["--nudge", str(nudge)])
    environment = {**os.environ, **({"OPENBLAS_CORETYPE": kernel} if kernel else {})}
    result = subprocess.run(command, env=environment, capture_output=True, text=True)
    if result.returncode != 0:
        print(f"{kernel or 'nudge'}: left out, exit status {result.returncode} (this CPU cannot run it)")
        return None
    return json.loads(result.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--nudges", type=int, default=NUDGES, help="how many one-ulp changes to try")
    parser.add_argument("--train", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--nudge", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.train:
        print(json.dumps(train(arguments.nudge)))
        return

    runs = [run_in_own_process(kernel=kernel) for kernel in KERNELS.get(platform.machine(), [])]
    runs += [run_in_own_process(nudge=number) for number in range(arguments.nudges)]
    runs = [run for run in runs if run]
    print(f"{len(runs)} runs, NumPy {np.__version__}, {platform.machine()}")
    for kind in KINDS:
        for moment in ("at 1000", "at 7000", "at the end"):
            losses = [run[kind][moment] for run in runs]
            spread = max(losses) - min(losses)
            print(f"{kind:7} loss {moment:11} {min(losses):.8f} ... {max(losses):.8f}  spread {spread:.1e}")
        outputs = np.array([run[kind]["outputs"] for run in runs])
        agree = bool((outputs > 0.5).all(axis=0).sum() + (outputs <= 0.5).all(axis=0).sum() == outputs.shape[1])
        print(f"{kind:7} nearest output to 0.5: {abs(outputs - 0.5).min():.4f}; all predictions agree: {agree}")
    for name in COMPUTED:
        values = np.array([run["computed"][name] for run in runs])
        low, high = values.min(axis=0), values.max(axis=0)
        spread = (high - low) / np.maximum(abs(values).max(axis=0), np.finfo(float).tiny)
        worst = np.argmax(spread)
        print(f"{name:15} {low[worst]:.8g} ... {high[worst]:.8g}  relative spread {spread[worst]:.1e}")
    print("sections 5 and 6 print the same in all runs:", len({run["printed"] for run in runs}) == 1)


if __name__ == "__main__":
    main()
