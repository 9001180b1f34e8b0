"""The benchmarks compare what does the same work, and the page quotes what they print."""

import re

import numpy as np
import pytest

from benchmarks import __main__ as benchmarks
from benchmarks import textbook
from common.lab import ROOT


def test_a_contestant_that_does_less_is_not_measured():
    X, Y = np.ones((2, 4)), np.array([[0, 1, 0, 1]])
    lazy = {
        "one": benchmarks.by_formulas(textbook),
        "lazy": lambda X, Y, n: benchmarks.by_formulas(textbook)(X, Y, n - 1),
    }
    with pytest.raises(SystemExit, match="differ"):
        benchmarks.take_turns(lazy, X, Y, 3, 1)


def test_scikit_learn_takes_the_same_steps():
    generator = np.random.default_rng(1)
    X, Y = generator.normal(size=(2, 20)), generator.integers(0, 2, size=(1, 20))
    seconds = benchmarks.take_turns(benchmarks.CONTESTANTS, X, Y, 20, 1)
    assert list(seconds) == list(benchmarks.CONTESTANTS)


@pytest.mark.thorough
def test_the_page_has_the_tables_that_the_command_prints(capsys):
    benchmarks.main(["--rounds", "1"])
    page = (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    shape = lambda text: re.sub(r"\d+(,\d+)?", "0", text)  # noqa: E731
    for line in capsys.readouterr().out.splitlines():
        assert shape(line) in shape(page), line
