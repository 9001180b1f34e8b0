"""The trainings that the text reports and no cell has time for: many networks at once, as `train` in Why.ipynb."""

import contextlib
import io
from functools import cache

import numpy as np

from common.lab import WHY
from tools import lab_cells


@cache
def lab():
    """What the definitions of both notebooks give."""
    names = lab_cells.run() | {"rms": lambda values: np.sqrt(np.mean(values**2))}
    cells = lab_cells.sources(WHY)
    for name in ("why-imports", "why-functions", "why-training", "why-style", "signal-depth"):
        with contextlib.redirect_stdout(io.StringIO()):
            exec(cells[name].replace("%matplotlib inline", ""), names)
    return names


@cache
def trained(method, iterations, seeds=(3,)):
    """The stack of networks that model() would train from these seeds."""
    if iterations > 75_000:
        return lab()["train"](trained(method, 75_000, seeds), iterations - 75_000, learning_rate=0.01)
    stack, start, std = lab()["stack"], lab()["random_start"], lab()["STD"][method]
    return lab()["train"](stack([start(std, seed) for seed in seeds]), iterations, learning_rate=0.01)


@cache
def loss(method, iterations, seeds=(3,)):
    return np.median(lab()["evaluate"](trained(method, iterations, seeds))[0])


def wrong(method, iterations, part="train", seeds=(3,)):
    """Which points the networks err on."""
    X, Y = lab()[f"{part}_X"], lab()[f"{part}_Y"]
    return (lab()["forward"](trained(method, iterations, seeds), X)[1] > 0) != Y


def right(method, iterations, part="train", seeds=(3,)):
    """In per cent, seed by seed."""
    return 100 - 100 * wrong(method, iterations, part, seeds).mean(axis=(1, 2))


def step(method, iterations):
    """What the next step changes of the weights of each layer, in per cent of their length."""
    network = trained(method, iterations)
    grads = lab()["gradients"](network)
    norm = np.linalg.norm
    return [norm(grads[W]) / norm(network[W]) for W in ("W1", "W2", "W3")]  # 100 % * 0.01, the learning rate


def deep_tanh(kind, depth):
    """The gradient in the first layer of a deep network with tanh (exercise 4 of Why.ipynb)."""
    names = lab()
    start = names["random_start"](names["STD"][kind], 3, [200] * (depth + 1))
    return names["rms"](names["signal"](start, np.tanh, lambda a: 1 - a**2)[1][1])


SEEDS = tuple(range(1, 11))  # docs/teacher.md tells their story


def seeds_story():
    """The shares of He and of ×10 for the one seed with He below 95 %; of the others the least He, the most ×10."""
    he, large = (right(method, 15_000, seeds=SEEDS) for method in ("he", "random"))
    (weak,) = np.flatnonzero(he < 95)
    assert SEEDS[weak] == 7
    return he[[weak]], large[[weak]], np.delete(he, weak).min(), np.delete(large, weak).max()
