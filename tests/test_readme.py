"""The README says what the repository does."""

import importlib.util
import re

import pytest
from submissions import ORACLE, SEEDED, defined

from common.lab import ROOT
from init_utils import check_initialization
from tools import refresh_notebook

README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = README + "".join(path.read_text(encoding="utf-8") for path in ROOT.glob("docs/*.md"))


@pytest.mark.parametrize("shell", ["bash", "powershell"])
def test_two_one_line_commands_set_everything_up(shell):
    commands = [text for text in re.findall(rf"```{shell}\n(.*?)\n```", README, re.DOTALL) if "-m venv" in text]
    for command, last in zip(commands, ("jupyter lab Initialization.ipynb", "python -m pytest"), strict=True):
        assert re.fullmatch(r"py.* -m pip install -r (tests/)?requirements\.txt.*" + last, command)
        assert shell == "powershell" or README.count(command) == 2  # in the English lines, too
    assert '/bin/python" -m pytest\n' in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_what_is_derived_is_up_to_date(notebook):
    for path, content in refresh_notebook.derived(notebook).items():
        assert path.read_bytes() == content, f"{path.name}: run tools/refresh_notebook.py"
    assert "(docs/boundaries.png)" in README


def test_numbers_are_those_of_the_notebook(cells):
    rows = re.findall(r"^\| (?:нули|случ|He).*$", README, re.MULTILINE)
    for kind, row in zip(("zeros", "random", "he"), rows, strict=True):
        training, result = (cells[f"{name}-{kind}"].outputs[0].text.replace(".", ",") for name in ("train", "accuracy"))
        _, before, after, *shares = [value.strip() for value in row.strip("|").split("|")]
        assert f"итерации 0: {before.replace('бесконечность', 'inf')}\n" in training
        assert after in result
        printed = [float(share.replace(",", ".")) for share in re.findall(r"Accuracy: (\d,\d+)", result)]
        assert shares == [f"{100 * share:.0f}\N{NO-BREAK SPACE}%" for share in printed]


def test_every_file_and_module_named_exists():
    for row in re.findall(r"^\| (`.*?) \|", README, re.MULTILINE):
        assert all((ROOT / name).exists() for name in re.findall(r"`([^`]+)`", row)), row
    for module in set(re.findall(r"python -m ([\w.]+)", DOCUMENTS)):
        assert importlib.util.find_spec(module), module


def test_the_messages_are_quoted_as_they_are():
    shapes, seeds = re.search("называет ошибку \\(«(.*?)», «(.*?)»\\)", README).groups()
    (unfinished,) = re.findall(r"- \*\*`(Упражнение .*)`\*\*", README)
    transposed = ORACLE["he"].replace("(layers_dims[l], layers_dims[l - 1])", "(layers_dims[l - 1], layers_dims[l])")
    for words, function in (
        (shapes, defined("he", weights=transposed)),
        (seeds, defined("random", seed="", loop=SEEDED)),
        (unfinished, defined("zeros", weights="None", bias="None")),
    ):
        with pytest.raises(ValueError, match=f"(?i){re.escape(words)}"):
            check_initialization(function)
