"""A failed check of the lab stops the refresh, and nothing is stored."""

import nbformat
import pytest

from common.lab import NOTEBOOK
from tools import refresh_notebook


def fail(notebook, folder=None):
    (cell,) = [cell for cell in notebook.cells if cell.id == "accuracy-random"]
    cell.outputs[0]["text"] = cell.outputs[0]["text"].replace("0.3811", "0.4811").replace("True", "False")
    return notebook


def test_a_failed_check_is_named():
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    refresh_notebook.refuse_failed_checks(notebook)
    with pytest.raises(SystemExit, match=r"accuracy-random.*\n.*0\.4811.*: False"):
        refresh_notebook.refuse_failed_checks(fail(notebook))


def test_nothing_is_stored_after_a_failed_check(monkeypatch):
    monkeypatch.setattr(refresh_notebook, "execute", fail)
    monkeypatch.setattr(refresh_notebook, "replace_file", lambda *_: pytest.fail("a file was replaced"))
    with pytest.raises(SystemExit, match="ничего не сохранено"):
        refresh_notebook.main([])
