"""What is measured, and how: the contestants take turns in random order, so that noise meets all alike."""

import gc
import random
import shutil
import subprocess
import sys
import time
import tracemalloc
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks import contestants, textbook
from common.lab import ROOT

LARGE = 300_000  # examples


def take_turns(functions, rounds):
    """Seconds that each of the `functions` (a dictionary) takes, an array with one number a round."""
    seconds = {name: [] for name in functions}
    for _ in range(rounds):
        for name in random.sample(list(functions), len(functions)):
            gc.collect()
            begin = time.perf_counter()
            functions[name]()
            seconds[name].append(time.perf_counter() - begin)
    return {name: np.array(values) for name, values in seconds.items()}


def quartiles(values):
    """The median and the quartiles around it: (low, median, high)."""
    return tuple(np.quantile(values, [0.25, 0.5, 0.75]))


def ratios(seconds, reference):
    """Quartiles of reference / contestant, round by round: how many times faster each contestant is."""
    return {name: quartiles(seconds[reference] / values) for name, values in seconds.items()}


def check_losses(trainings, X, Y, iterations=1000):
    """All contestants must have come to the same loss; otherwise they do not do the same work."""
    losses = {}
    for name, train in trainings.items():
        a3, _ = textbook.forward_propagation(X, train(iterations))
        losses[name] = textbook.compute_loss(a3, Y)
    if max(losses.values()) - min(losses.values()) > 1e-9:
        raise SystemExit(f"the losses after {iterations} iterations differ, nothing measured: {losses}")
    return losses


def training(makers, X, Y, rounds, iterations):
    """The loss that all come to, and seconds an iteration of each contestant."""
    trainings = {name: make(X, Y) for name, make in makers.items()}
    losses = check_losses(trainings, X, Y)
    seconds = take_turns({name: lambda train=train: train(iterations) for name, train in trainings.items()}, rounds)
    check_losses(trainings, X, Y, iterations)  # nobody has stopped early
    return next(iter(losses.values())), {name: values / iterations for name, values in seconds.items()}


def large(makers, rounds, iterations=5):
    """Seconds an iteration and the peak of memory, in bytes, with 300,000 examples."""
    rng = np.random.default_rng(0)
    X, Y = rng.normal(size=(2, LARGE)), rng.integers(0, 2, size=(1, LARGE))
    trainings = {name: make(X, Y) for name, make in makers.items()}
    check_losses(trainings, X, Y, iterations)
    seconds = take_turns({name: lambda train=train: train(iterations) for name, train in trainings.items()}, rounds)
    return {name: values / iterations for name, values in seconds.items()}, {
        name: peak_of_memory(train) for name, train in trainings.items()
    }


def peak_of_memory(train):
    """Bytes that three iterations hold at most, beside the data (NumPy reports its arrays to tracemalloc)."""
    tracemalloc.start()
    train(3)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


def notebook(rounds):
    """Seconds that nbval takes for the whole notebook: with our helpers and with the textbook formulas."""
    with TemporaryDirectory() as folder:
        ours, theirs = Path(folder, "ours"), Path(folder, "textbook")
        for copy in (ours, theirs):
            copy.mkdir()
            shutil.copy(ROOT / "Initialization.ipynb", copy)
            shutil.copy(ROOT / "init_utils.py", copy)
        with open(theirs / "init_utils.py", "a", encoding="utf-8") as file:  # what is defined last holds
            file.write((ROOT / "benchmarks" / "textbook.py").read_text(encoding="utf-8"))
            file.write('\n\nnp.seterr(all="ignore")  # the formulas overflow in the training with large weights\n')
        return take_turns({contestants.OURS: lambda: nbval(ours), contestants.TEXTBOOK: lambda: nbval(theirs)}, rounds)


def nbval(folder):
    """What a grader runs; it must pass."""
    command = [sys.executable, "-m", "pytest", "--nbval", "Initialization.ipynb", "-p", "no:cacheprovider"]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if result.returncode != 0:
        raise SystemExit(f"nbval fails in {folder}:\n{result.stdout}")
