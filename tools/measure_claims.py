"""Follow the training of sections 3 and 4 closer, and longer, than the notebook can.

    python tools/measure_claims.py

Printed for each start and for some of the iterations: the loss, the shares of right answers on the training and on
the test set, how much one step changes the weights of each layer (the length of the step over the length of the
weights), and how many neurons of layer 2 are dead: give 0 for every point. The text of sections 3 and 4 says so.
"""

import sys
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from tools import lab_cells

MOMENTS = {"random": (0, 200, 5000, 15_000, 75_000, 150_000, 300_000), "he": (0, 200, 5000, 15_000)}
LEARNING_RATE = 0.01


class Moment(NamedTuple):
    """The network before one iteration, and what this iteration changes."""

    loss: float
    train: float
    test: float
    steps: tuple  # a number a layer
    dead: int


@cache
def course(method):
    """The training that model() does with the initialization `method`: iteration -> Moment."""
    lab = lab_cells.run()
    X, Y = lab["train_X"], lab["train_Y"]
    parameters = lab[f"initialize_parameters_{method}"]([len(X), 10, 5, 1])
    moments = {}
    for i in range(MOMENTS[method][-1] + 1):
        a3, values = lab["forward_propagation"](X, parameters)
        grads = lab["backward_propagation"](X, Y, values)
        if i in MOMENTS[method]:
            train, test = (
                np.mean(lab["predict_dec"](parameters, lab[f"{name}_X"]) == lab[f"{name}_Y"])
                for name in ("train", "test")
            )
            steps = (
                LEARNING_RATE * np.linalg.norm(grads[f"dW{layer}"]) / np.linalg.norm(parameters[f"W{layer}"])
                for layer in (1, 2, 3)
            )
            dead = int((values[5] == 0).all(axis=1).sum())
            moments[i] = Moment(lab["compute_loss"](a3, Y), train, test, tuple(steps), dead)
        parameters = lab["update_parameters"](parameters, grads, LEARNING_RATE)
    return moments


def at(method, iteration):
    """The Moment of this training at this iteration, one of MOMENTS."""
    return course(method)[iteration]


def main():
    print("start   iteration      loss  training  test   step over weights, layers 1 to 3   dead of 5")
    for method in MOMENTS:
        for i, moment in course(method).items():
            steps = "  ".join(f"{step:.1e}" for step in moment.steps)
            print(
                f"{method:7} {i:9} {moment.loss:9.4f} {100 * moment.train:8.1f} % {100 * moment.test:4.0f} %"
                f"   {steps:33} {moment.dead:9}"
            )


if __name__ == "__main__":
    main()
