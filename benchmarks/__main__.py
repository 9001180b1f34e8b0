"""python -m benchmarks [--rounds N]: time and memory, side by side, as the table of docs/benchmarks.md.

The contestants take turns in random order, so that noise meets all alike; all must come to the same loss.
"""

import argparse
import gc
import random
import time
import tracemalloc
import warnings
from itertools import pairwise

import matplotlib
import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

import init_utils
from benchmarks import textbook
from init_utils import load_dataset

LAYERS, RATE, ITERATIONS = [2, 10, 5, 1], 0.01, 1000
LARGE, FEW = 300_000, 5  # examples, iterations


def he_start():
    generator, parameters = np.random.RandomState(3), {}
    for layer, (n_in, n_out) in enumerate(pairwise(LAYERS), start=1):
        parameters[f"W{layer}"] = generator.randn(n_out, n_in) * np.sqrt(2 / n_in)
        parameters[f"b{layer}"] = np.zeros((n_out, 1))
    return parameters


def by_formulas(formulas):
    """A training by the four functions of a module."""

    def train(X, Y, iterations):
        parameters = he_start()
        for _ in range(iterations):
            a3, cache = formulas.forward_propagation(X, parameters)
            formulas.compute_loss(a3, Y)
            grads = formulas.backward_propagation(X, Y, cache)
            parameters = formulas.update_parameters(parameters, grads, RATE)
        return parameters

    return train


def by_scikit_learn(X, Y, iterations):
    """The same training by MLPClassifier."""
    settings = {"momentum": 0, "alpha": 0, "shuffle": False, "n_iter_no_change": iterations + 1, "tol": 0}
    network = MLPClassifier(
        LAYERS[1:-1], solver="sgd", batch_size=X.shape[1], learning_rate_init=RATE, max_iter=iterations, **settings
    )
    network.partial_fit(X.T, Y[0], classes=[0, 1])  # makes the arrays, which then get our values
    for layer, (W, b) in enumerate(zip(network.coefs_, network.intercepts_, strict=True), start=1):
        W[...], b[...] = he_start()[f"W{layer}"].T, 0
    network.set_params(warm_start=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        network.fit(X.T, Y[0])
    weights = {f"W{layer}": W.T for layer, W in enumerate(network.coefs_, start=1)}
    return weights | {f"b{layer}": b[:, None] for layer, b in enumerate(network.intercepts_, start=1)}


CONTESTANTS = {
    "формулы исходного курса": by_formulas(textbook),
    "`init_utils.py`": by_formulas(init_utils),
    "scikit-learn, `MLPClassifier`": by_scikit_learn,
}


def take_turns(contestants, X, Y, iterations, rounds):
    """Microseconds an iteration, {name: one number a round}; refuses if somebody comes to another loss."""
    seconds, losses = {name: [] for name in contestants}, {}
    for _ in range(rounds):
        for name in random.sample(list(contestants), len(contestants)):
            gc.collect()
            begin = time.perf_counter()
            parameters = contestants[name](X, Y, iterations)
            seconds[name].append(1e6 * (time.perf_counter() - begin) / iterations)
            losses[name] = textbook.compute_loss(textbook.forward_propagation(X, parameters)[0], Y)
    if max(losses.values()) - min(losses.values()) > 1e-9:
        raise SystemExit(f"the losses after {iterations} iterations differ, nothing measured: {losses}")
    return {name: np.array(values) for name, values in seconds.items()}


def peak_of_memory(train, X, Y):
    """Megabytes that a training needs at most."""
    tracemalloc.start()
    try:
        train(X, Y, FEW)
        return tracemalloc.get_traced_memory()[1] / 1e6
    finally:
        tracemalloc.stop()


def table(heading, microseconds, memory=None):
    """Medians, with quartiles of the ratio to the first contestant, round by round."""
    reference = next(iter(microseconds.values()))
    lines = [f"| {heading} | Микросекунд на итерацию | Во сколько раз быстрее |" + " Память |" * bool(memory)]
    lines.append("| :-- | --: | --: |" + " --: |" * bool(memory))
    for name, values in microseconds.items():
        low, middle, high = np.quantile(reference / values, [0.25, 0.5, 0.75])
        line = f"| {name} | {np.median(values):.1f} | {middle:.2f} ({low:.2f}–{high:.2f}) |"
        lines.append((line + (f" {memory[name]:.0f} МБ |" if memory else "")).replace(".", ",").replace(",py", ".py"))
    return "\n".join(lines)


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=9, help="how often each contestant is timed")
    rounds = parser.parse_args(arguments).rounds
    matplotlib.use("Agg")
    X, Y, _, _ = load_dataset()
    print(table(f"Обучение: {X.shape[1]} примеров", take_turns(CONTESTANTS, X, Y, ITERATIONS, rounds)))
    generator = np.random.default_rng(0)
    X, Y = generator.normal(size=(2, LARGE)), generator.integers(0, 2, size=(1, LARGE))
    formulas = dict(list(CONTESTANTS.items())[:2])
    memory = {name: peak_of_memory(train, X, Y) for name, train in formulas.items()}
    print("\n" + table("Обучение: 300 000 примеров", take_turns(formulas, X, Y, FEW, rounds), memory))


if __name__ == "__main__":
    main()
