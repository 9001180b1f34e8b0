"""Train the lab's network from other seeds: which of them keep the story that the text tells?

    python tools/measure_seeds.py [--seeds 10]

Printed for each seed from 1: the shares of right answers on the training and on the test set after the training of
sections 3 and 4, with the large random weights and with those of He. docs/teacher.md says what comes out.
"""

import argparse
import sys
from functools import cache
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from init_utils import EXERCISES, SEED
from tools import lab_cells

SEEDS = 10
METHODS = [method for method, exercise in EXERCISES.items() if "random" in exercise.draw]


@cache
def shares(method, seed):
    """The shares of right answers, training and test, after model() has trained the weights that `seed` gives."""
    lab = lab_cells.run()
    line, other = (f"np.random.seed({number})" for number in (SEED, seed))
    source = lab_cells.sources()[f"graded-{method}"]
    assert source.count(line) == 1, line
    exec(source.replace(line, other), lab)
    parameters = lab["model"](lab["train_X"], lab["train_Y"], print_cost=False, initialization=method)
    lab["plt"].close("all")
    return tuple(
        float(np.mean(lab["predict_dec"](parameters, lab[f"{part}_X"]) == lab[f"{part}_Y"]))
        for part in ("train", "test")
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seeds", type=int, default=SEEDS, help="how many to try, from 1")
    print("seed " + "".join(f"{method:>18}" for method in METHODS))
    for seed in range(1, parser.parse_args().seeds + 1):
        pairs = [shares(method, seed) for method in METHODS]
        print(f"{seed:4} " + "".join(f"{100 * train:9.1f} % {100 * test:4.0f} %" for train, test in pairs), flush=True)


if __name__ == "__main__":
    main()
