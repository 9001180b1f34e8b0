"""Measure how fast the lab's network learns, side by side with other ways to train it.

    python -m benchmarks [--torch] [--publish]

Three comparisons, each alternating and repeated, each reported as the median with its quartiles:
an iteration of training on the lab's 300 examples; an iteration and the peak of memory on 300,000 examples;
the whole notebook under nbval. `--publish` renews the tables and the figure of docs/benchmarks.md.
"""

import argparse
from importlib.util import find_spec
from pathlib import Path

from benchmarks import contestants, measure, report
from tools import lab_cells


def arguments():
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.split("\n")[0])
    parser.add_argument("--torch", action="store_true", help="let PyTorch take part, if it is installed")
    parser.add_argument("--rounds", type=int, default=80, help="rounds of training (80)")
    parser.add_argument("--iterations", type=int, default=500, help="iterations a round (500)")
    parser.add_argument("--large-rounds", type=int, default=20, help="rounds with 300,000 examples (20; 0: none)")
    parser.add_argument("--notebook-rounds", type=int, default=7, help="rounds of nbval (7; 0: none)")
    parser.add_argument("--figure", type=Path, help="draw the times of training into this file")
    parser.add_argument("--publish", action="store_true", help="renew docs/benchmarks.md and docs/benchmark.png")
    return parser.parse_args()


def installed(options):
    """The contestants that can take part; a line on each that cannot."""
    makers = dict(contestants.ALWAYS)
    wanted = [("numba", True), ("torch", options.torch)]
    for package, is_wanted in wanted:
        name, make = contestants.OPTIONAL[package]
        if is_wanted and find_spec(package):
            makers[name] = make
        elif is_wanted:
            print(f"{name}: left out, {package} is not installed\n")
    return makers


def check_complete(options):
    """The page shows everybody: refuse, before minutes of measuring, to publish less."""
    missing = [package for package in contestants.OPTIONAL if not find_spec(package)]
    if not options.torch or missing or not (options.large_rounds and options.notebook_rounds):
        needed = ", ".join(["--torch", "all three comparisons", *missing])
        raise SystemExit(f"--publish needs {needed}")


def main():
    options = arguments()
    if options.publish:
        check_complete(options)
    lab = lab_cells.run()
    loss, seconds = measure.training(
        installed(options), lab["train_X"], lab["train_Y"], options.rounds, options.iterations
    )
    tables = [report.training_table(seconds)]
    print(f"All come to the loss {loss:.6f} after 1,000 iterations.\n")
    print(tables[-1], flush=True)
    if options.large_rounds:
        tables.append(report.large_table(*measure.large(contestants.NUMPY, options.large_rounds)))
        print("\n" + tables[-1], flush=True)
    if options.notebook_rounds:
        tables.append(report.notebook_table(measure.notebook(options.notebook_rounds)))
        print("\n" + tables[-1])

    if options.figure:
        report.draw(seconds, options.figure)
    if options.publish:
        report.draw(seconds, report.PAGE_FIGURE)
        report.publish("\n\n".join(tables))


if __name__ == "__main__":
    main()
