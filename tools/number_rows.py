"""Numbers of the prose that its section does not print, and what computes them.

Trainings that no cell has time for are done here: many networks at once, as `train` in Why.ipynb does it.
"""

from functools import cache

import numpy as np

from common.lab import WHY
from tools import lab_cells

EARLY = range(1000, 8000, 1000)
# The id of a cell, or a file; numbers as the text writes them (without spaces: 15000, 0,25, 9e-13); the expression of
# their values, in the namespace of both notebooks' definitions and of this file.
ROWS = [
    ("task", "2 300 2 100", "[*train_X.shape, *test_X.shape]"),
    ("task", "0 1", "np.unique(train_Y)"),
    ("run-random", "0,693", "np.log(2)"),
    ("why-random", "1 7 0,0002 0,0005", "[*step('random', 0), *step('random', 5000)]"),
    ("why-random", "0,005 0,03", "step('he', 5000)"),
    ("why-random", "0,346 0,346 85 84", "[*losses('random', 75_000, 300_000), *right('random', 300_000)]"),
    ("why-he", "2 4", "[wrong('he', 15_000, part).sum() for part in ('train', 'test')]"),
    ("why-he", "4000 5000", "np.add(1000 * sum(losses('he', *EARLY) > losses('random', *EARLY)), [0, 1000])"),
    ("why-he", "0,69 300 100 10", "[np.log(2), train_Y.size, test_Y.size, STD['random'](2, 1)]"),
    ("why-he", "91 70", "[right('he', 5000)[0], right('random', 5000)[0]]"),
    ("he", "10", "STD['random'](2, 1)"),
    ("run-he", "83", "right('random', 15_000)[0]"),
    ("why", "0,69 0,5", "[np.log(2), sigmoid(0)]"),
    ("scale-answer", "22", "STD['random'](10, 5) / STD['he'](10, 5)"),
    ("signal-answer", "1e-30 1e60", "(10 * np.array([0.01, 10.0])) ** 30"),
    ("glorot-answer", "0,16 0,25", "[2 * 200 / 250 * 2 * 50 / 250 / 4, (1 / 2) ** 2]"),
    ("library", "6", "STD['he'](200, 200) ** 2 / (1 / (3 * 200))"),
    ("infinity", "37", "-np.log(np.finfo(float).eps / 2)"),
    ("infinity-answer", "62", "np.floor(forward(random_start(STD['random'], 3))[1].min())"),
    ("practice-negative", "0,6931", "evaluate(train(constant_start(-0.5)))[0]"),
    ("practice-width", "800", "2 * 2**2 / 0.1**2"),
    ("practice-tanh", "4,7 0,24", "[deep_tanh('he', 30), deep_tanh('lecun', 30)]"),
    ("practice-tanh", "140 0,07", "[np.round(deep_tanh('he', 100), -1), deep_tanh('lecun', 100)]"),
    ("practice-leaky", "1,04 1,04 1,8", "(1 + 0.2**2) ** np.array([1, 1, 15])"),
    ("README.md", "14001", "max(range(0, 15_000, 1000)) + 1"),  # as many losses are printed as after 15,000
    ("docs/teacher.md", "67 65 97 89", "story_of_ten_seeds()"),
]

# What another machine, or minutes of grading, must measure; what a question or a rule of the text chooses itself.
GIVEN = [
    ("README.md", "0,468 0,484 0,38104 0,38109", "tests/test_spread.py compares them"),
    ("docs/teacher.md", "0,20 0,26", "benchmarks/grading.py"),
    ("why-random", "75000 300000 5000", "how long was tried, the moment that is looked at: see its rows"),
    ("why-he", "5000", "the moment that is looked at: see its rows"),
    ("network", "0,5", "the threshold of predict_dec"),
    ("play", "10000", "of a slider"),
    ("infinity", "1000 1e6", "guesses that are offered"),
    ("practice-one", "0,3", "the threshold of the whole notebook"),
    ("docs/teacher.md", "95", "a threshold"),
    ("docs/teacher.md", "100000 100000", "a limit, which tests/test_hostile_submissions.py compares; an example"),
]


def all_numbers():
    """The pairs of place and number, as the text has them."""
    return [(place, number) for place, numbers, _ in (*ROWS, *GIVEN) for number in numbers.split()]


def complaint(place, numbers, expression):
    """Words on a row whose numbers are not its expression, rounded to the digits that are written; or nothing."""
    values = np.ravel(eval(expression, lab() | globals())).astype(float)
    for number, value in zip(numbers.split(), values, strict=True):
        exponent = int(number.partition("e")[2] or -len(number.partition(",")[2]))
        if abs(value - float(number.replace(",", "."))) > 0.5001 * 10.0**exponent:
            return f"{place}: {number}, но {expression} = {value:.6g}"


def rms(values):
    return np.sqrt(np.mean(values**2))


@cache
def lab():
    """What the definitions of both notebooks give."""
    why = ("why-imports", "why-functions", "why-training", "why-style", "signal-depth")
    defined = lab_cells.run_lab(names=lab_cells.DEFINITIONS).lab
    return defined | lab_cells.run_lab(lambda _, names: names.update(rms=rms), WHY, why).lab


@cache
def trained(method, iterations, seeds=(3,)):
    """The stack of networks that model() would train from these seeds."""
    starts = [lab()["random_start"](lab()["STD"][method], seed) for seed in seeds]
    return lab()["train"](lab()["stack"](starts), iterations, learning_rate=0.01)


def losses(method, *iterations):
    return np.ravel([lab()["evaluate"](trained(method, i))[0] for i in iterations])


def wrong(method, iterations, part, seeds=(3,)):
    """Which points the networks err on."""
    X, Y = lab()[f"{part}_X"], lab()[f"{part}_Y"]
    return (lab()["forward"](trained(method, iterations, seeds), X)[1] > 0) != Y


def right(method, iterations):
    """The shares in per cent, on both sets."""
    return [100 - 100 * wrong(method, iterations, part).mean() for part in ("train", "test")]


def step(method, iterations):
    """What the next step changes of the weights of the layers, in per cent of their length: the least, the most."""
    network = trained(method, iterations)
    grads, norm = lab()["gradients"](network), np.linalg.norm
    shares = [norm(grads[W]) / norm(network[W]) for W in ("W1", "W2", "W3")]  # 100 % * 0.01, the learning rate
    return min(shares), max(shares)


def deep_tanh(kind, depth):
    """The gradient in the first layer of a deep network with tanh (exercise 4 of Why.ipynb)."""
    start = lab()["random_start"](lab()["STD"][kind], 3, [200] * (depth + 1))
    _, da = lab()["signal"](start, np.tanh, lambda a: 1 - a**2)
    return rms(da[1])


def story_of_ten_seeds():
    """The shares of He and of ×10 for seed 7, the only one with He below 95 %; of the others the least, the most."""
    seeds = tuple(range(1, 11))
    he, large = (100 - 100 * wrong(method, 15_000, "train", seeds).mean(axis=(1, 2)) for method in ("he", "random"))
    assert [seed for seed, share in zip(seeds, he, strict=True) if share < 95] == [7]
    return he[6], large[6], np.delete(he, 6).min(), np.delete(large, 6).max()
