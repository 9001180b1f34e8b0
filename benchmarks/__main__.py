"""python -m benchmarks: time and memory, side by side, as the tables of docs/benchmarks.md.

The implementations take turns in random order, so that noise meets all alike; all must come to the same loss.
"""

import gc
import random
import time
import tracemalloc
import warnings
from functools import partial
from itertools import pairwise

import matplotlib
import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

import init_utils
from benchmarks import textbook

LAYERS, ITERATIONS = [2, 10, 5, 1], 1000
LARGE, FEW = 300_000, 5  # examples, iterations


def he_start():
    generator, parameters = np.random.RandomState(3), {}
    for layer, (p, n) in enumerate(pairwise(LAYERS), start=1):
        parameters[f"W{layer}"] = generator.randn(n, p) * np.sqrt(2 / p)
        parameters[f"b{layer}"] = np.zeros((n, 1))
    return parameters


def by_formulas(formulas, X, Y, parameters, iterations):
    """A training by the four functions of a module."""
    for _ in range(iterations):
        a3, cache = formulas.forward_propagation(X, parameters)
        formulas.compute_loss(a3, Y)
        grads = formulas.backward_propagation(X, Y, cache)
        parameters = formulas.update_parameters(parameters, grads, 0.01)
    return parameters


def by_scikit_learn(X, Y, parameters, iterations):
    """The same training by MLPClassifier."""
    settings = {"momentum": 0, "alpha": 0, "shuffle": False, "n_iter_no_change": iterations + 1, "tol": 0}
    network = MLPClassifier(
        LAYERS[1:-1], solver="sgd", batch_size=X.shape[1], learning_rate_init=0.01, max_iter=iterations, **settings
    )
    network.partial_fit(X.T, Y[0], classes=[0, 1])  # makes the arrays, which then get our values
    arrays = {f"W{layer}": W.T for layer, W in enumerate(network.coefs_, start=1)}
    arrays |= {f"b{layer}": b[:, None] for layer, b in enumerate(network.intercepts_, start=1)}
    for name, array in arrays.items():
        array[...] = parameters[name]
    network.set_params(warm_start=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        network.fit(X.T, Y[0])
    return arrays


IMPLEMENTATIONS = {
    "формулы исходного курса": partial(by_formulas, textbook),
    "`init_utils.py`": partial(by_formulas, init_utils),
    "scikit-learn, `MLPClassifier`": by_scikit_learn,
}


def take_turns(implementations, X, Y, iterations, rounds):
    """Microseconds an iteration, {name: one number a round}; refuses if somebody comes to another loss."""
    microseconds, losses = {name: [] for name in implementations}, {}
    for _ in range(rounds):
        for name in random.sample(list(implementations), len(implementations)):
            gc.collect()
            begin = time.perf_counter()
            parameters = implementations[name](X, Y, he_start(), iterations)
            microseconds[name].append(1e6 * (time.perf_counter() - begin) / iterations)
            losses[name] = textbook.compute_loss(textbook.forward_propagation(X, parameters)[0], Y)
    if max(losses.values()) - min(losses.values()) > 1e-9:
        raise SystemExit(f"the losses after {iterations} iterations differ, nothing measured: {losses}")
    return {name: np.array(values) for name, values in microseconds.items()}


def table(implementations, X, Y, iterations, rounds):
    """Print medians, with quartiles of the ratio to the first implementation, round by round; the peak of memory."""
    microseconds = take_turns(implementations, X, Y, iterations, rounds)
    reference = next(iter(microseconds.values()))
    count = f"{X.shape[1]:,}".replace(",", "\N{NO-BREAK SPACE}")
    print(f"| Обучение: {count} примеров | Микросекунд на итерацию | Во сколько раз быстрее | Память |")
    print("| :-- | --: | --: | --: |")
    for name, values in microseconds.items():
        low, middle, high = np.quantile(reference / values, [0.25, 0.5, 0.75])
        tracemalloc.start()
        implementations[name](X, Y, he_start(), FEW)
        memory = f"{tracemalloc.get_traced_memory()[1] / 1e6:.1f}\N{NO-BREAK SPACE}МБ"
        tracemalloc.stop()
        numbers = f"| {np.median(values):.1f} | {middle:.2f} ({low:.2f}–{high:.2f}) | {memory} |"
        print(f"| {name} {numbers.replace('.', ',')}")


def main(rounds=9):
    matplotlib.use("Agg")
    X, Y, _, _ = init_utils.load_dataset()
    table(IMPLEMENTATIONS, X, Y, ITERATIONS, rounds)
    generator = np.random.default_rng(0)
    X, Y = generator.normal(size=(2, LARGE)), generator.integers(0, 2, size=(1, LARGE))
    print()
    table(dict(list(IMPLEMENTATIONS.items())[:2]), X, Y, FEW, rounds)


if __name__ == "__main__":
    main()
