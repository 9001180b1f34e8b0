"""The refresh stores nothing after a failed check; the benchmarks compare what does the same work."""

import re

import nbformat
import pytest

from benchmarks import __main__ as benchmarks
from benchmarks import textbook
from common.lab import NOTEBOOK, ROOT
from tools import refresh_notebook


@pytest.mark.parametrize(("name", "text"), [("stdout", "меньше чем на 0.0005: False"), ("stderr", "overflow")])
def test_nothing_is_stored_after_a_failed_check(monkeypatch, name, text):
    def execute(notebook):
        (cell,) = [cell for cell in notebook.cells if cell.id == "accuracy-random"]
        cell.outputs = [nbformat.v4.new_output("stream", name=name, text=text)]

    monkeypatch.setattr(refresh_notebook, "execute", execute)
    monkeypatch.setattr(refresh_notebook, "replace_file", lambda *_: pytest.fail("a file was replaced"))
    with pytest.raises(SystemExit, match=f"accuracy-random.*\n{text}"):
        refresh_notebook.main(NOTEBOOK)


def test_an_implementation_that_does_less_is_not_measured(network):
    X, Y, _ = network(m=20)
    assert len(benchmarks.take_turns(benchmarks.IMPLEMENTATIONS, X, Y, 20, 1)) == 3
    lazy = {"lazy": lambda X, Y, start, steps: benchmarks.by_formulas(textbook, X, Y, start, steps - 1)}
    with pytest.raises(SystemExit, match="differ"):
        benchmarks.take_turns(benchmarks.IMPLEMENTATIONS | lazy, X, Y, 20, 1)


@pytest.mark.thorough
def test_the_page_has_the_tables_that_the_command_prints(capsys):
    benchmarks.main(rounds=1)
    page = (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    page, printed = (re.sub(r"\d+(,\d+)?", "0", text) for text in (page, capsys.readouterr().out))
    assert set(printed.splitlines()) <= set(page.splitlines())
