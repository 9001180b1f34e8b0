"""The README says what the repository does."""

import base64
import re

import pytest
from conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w+)\n(.*?)\n```", README, re.DOTALL)


@pytest.mark.parametrize("shell", ["bash", "powershell"])
def test_two_one_line_commands_set_everything_up(shell):
    commands = [text for language, text in BLOCKS if language == shell and "-m venv" in text]
    assert len(commands) == 2
    for command in commands:
        assert "\n" not in command
        assert re.search(r"-m pip install -r (tests/)?requirements\.txt", command)
    assert "jupyter lab Initialization.ipynb" in commands[0]
    assert commands[1].endswith("python -m pytest")


def test_ci_calls_the_test_command():
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert '/bin/python" -m pytest\n' in ci


def test_the_figure_is_the_notebooks_own(cells):
    (image,) = [o["data"]["image/png"] for o in cells["compare-boundaries"].outputs if "data" in o]
    assert (ROOT / "docs" / "boundaries.png").read_bytes() == base64.b64decode(image)
    assert "(docs/boundaries.png)" in README


def test_numbers_are_those_of_the_notebook(cells):
    def printed(cell_id):
        return "".join(output.get("text", "") for output in cells[cell_id].outputs).replace(".", ",")

    rows = dict(
        zip(("zeros", "random", "he"), re.findall(r"^\| (?:нули|случ|He).*$", README, re.MULTILINE), strict=True)
    )
    for kind, row in rows.items():
        _, before, after, train, test = [value.strip() for value in row.strip("|").split("|")]
        assert f"итерации 0: {before.replace('бесконечность', 'inf')}\n" in printed(f"train-{kind}")
        assert after in printed(f"accuracy-{kind}")
        shares = re.findall(r"Accuracy: (\d,\d+)", printed(f"accuracy-{kind}"))
        assert [f"{float(share.replace(',', '.')):.0%}".replace("%", "\N{NO-BREAK SPACE}%") for share in shares] == [
            train,
            test,
        ]


def test_the_number_of_cells_that_nbval_reports(notebook):
    assert f"`{sum(cell.cell_type == 'code' for cell in notebook.cells)} passed`" in README


def test_every_file_named_exists():
    for name in re.findall(r"^\| `([^`]+)`", README, re.MULTILINE):
        assert (ROOT / name).exists(), name
