"""Time one training iteration of init_utils against the textbook formulas (tests/textbook.py).

    python tools/measure_step.py

The two take turns in random order, so that the machine's noise meets both alike.
"""

import random
import sys
import time
from pathlib import Path

import matplotlib
import numpy as np

matplotlib.use("Agg")
ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import textbook  # noqa: E402

import init_utils  # noqa: E402

ROUNDS, ITERATIONS = 250, 300


def he_start(layers_dims):
    rng = np.random.RandomState(3)
    parameters = {}
    for layer in range(1, len(layers_dims)):
        n_in, n_out = layers_dims[layer - 1], layers_dims[layer]
        parameters[f"W{layer}"] = rng.randn(n_out, n_in) * np.sqrt(2 / n_in)
        parameters[f"b{layer}"] = np.zeros((n_out, 1))
    return parameters


def microseconds_per_iteration(lab, X, Y):
    parameters = he_start([2, 10, 5, 1])
    start = time.perf_counter()
    for _ in range(ITERATIONS):
        a3, cache = lab.forward_propagation(X, parameters)
        lab.compute_loss(a3, Y)
        grads = lab.backward_propagation(X, Y, cache)
        parameters = lab.update_parameters(parameters, grads, 0.01)
    return (time.perf_counter() - start) / ITERATIONS * 1e6


def main():
    X, Y, _, _ = init_utils.load_dataset()
    times = {init_utils: [], textbook: []}
    for _ in range(ROUNDS):
        for lab in random.sample(list(times), len(times)):
            times[lab].append(microseconds_per_iteration(lab, X, Y))
    for lab, values in times.items():
        low, median, high = np.quantile(values, [0.25, 0.5, 0.75])
        print(f"{lab.__name__:10} {median:5.1f} µs an iteration (quartiles {low:.1f} ... {high:.1f})")
    ratios = np.array(times[textbook]) / times[init_utils]
    low, median, high = np.quantile(ratios, [0.25, 0.5, 0.75])
    print(f"textbook / init_utils: {median:.2f} (quartiles {low:.2f} ... {high:.2f})")


if __name__ == "__main__":
    main()
