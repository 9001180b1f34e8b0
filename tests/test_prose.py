"""What students and teachers read is true, leads somewhere and is set well; its numbers have a file of their own."""

import importlib.util
import re

import nbformat
import pytest
from submissions import ORACLE, SEEDED, defined

from common.lab import NOTEBOOK, ROOT, WHY
from init_utils import check_initialization
from tools import refresh_notebook

CODE = r"```.*?```|`[^`]*`|<pre>.*?</pre>"
DOCUMENTS = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "README.md", *ROOT.glob("docs/*.md"))}
README = DOCUMENTS["README.md"]
CELLS = {
    f"{path.stem}, {cell.id}": cell.source
    for path in (NOTEBOOK, WHY)
    for cell in nbformat.read(path, as_version=4).cells
    if cell.cell_type == "markdown"
}
FORBIDDEN = {  # what must not stand in a text without its code and links
    "a number torn from what it counts": r"\d (?:%|МБ|\d{3}\b)|[×№] \d",
    "a decimal point": r"(?<![\d.])0\.\d",
    "He in Cyrillic letters": "\u041d\u0435-?\\s?инициализаци|\\bметод\\w* Хе\\b",
}


def test_no_text_has_what_is_forbidden_and_he_is_explained_once():
    for place, text in (CELLS | DOCUMENTS).items():
        prose = re.sub(rf"{CODE}|\]\([^)]*\)|https?://\S+", "", text, flags=re.DOTALL)
        for what, pattern in FORBIDDEN.items():
            assert re.findall(f".*(?:{pattern}).*", prose) == [], f"{place}: {what}"
    assert [place for place, text in CELLS.items() if "читается «Хе»" in text] == ["Initialization, methods"]


def test_links_lead_somewhere():
    files = {NOTEBOOK.name, WHY.name}  # they travel
    for place, text in (CELLS | DOCUMENTS).items():
        folder = ROOT if place == "README.md" else ROOT / "docs"
        for link in re.findall(r"\]\(([^)]*)\)", re.sub(CODE, "", text, flags=re.DOTALL)):
            found = (folder / link).exists() if place in DOCUMENTS else link in files
            assert found or link.startswith("https://"), (place, link)


@pytest.mark.parametrize("shell", ["bash", "powershell"])
def test_two_one_line_commands_set_everything_up(shell):
    commands = [text for text in re.findall(rf"```{shell}\n(.*?)\n```", README, re.DOTALL) if "-m venv" in text]
    for command, last in zip(commands, ("jupyter lab Initialization.ipynb", "python -m pytest"), strict=True):
        assert re.fullmatch(r"py.* -m pip install -r (tests/)?requirements\.txt.*" + last, command)
        assert shell == "powershell" or README.count(command) == 2  # in the English lines, too
    assert '/bin/python" -m pytest\n' in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_every_file_and_module_named_exists():
    for row in re.findall(r"^\| (`.*?) \|", README, re.MULTILINE):
        assert all((ROOT / name).exists() for name in re.findall(r"`([^`]+)`", row)), row
    for module in {*re.findall(r"python -m ([\w.]+)", "".join(DOCUMENTS.values()))} - {"pip"}:
        assert importlib.util.find_spec(module), module


def test_what_is_derived_is_up_to_date(notebook):
    for path, content in refresh_notebook.derived(notebook).items():
        assert path.read_bytes() == content, f"{path.name}: run tools/refresh_notebook.py"
    assert "(docs/boundaries.png)" in README


def test_numbers_are_those_of_the_notebook(cells):
    rows = re.findall(r"^\| (?:нули|случ|He).*$", README, re.MULTILINE)
    for kind, row in zip(("zeros", "random", "he"), rows, strict=True):
        training, result = (cells[f"{name}-{kind}"].outputs[0].text.replace(".", ",") for name in ("train", "accuracy"))
        _, before, after, *shares = [value.strip() for value in row.strip("|").split("|")]
        assert f"итерации 0: {before.replace('бесконечность', 'inf')}\n" in training and after in result
        printed = [float(share.replace(",", ".")) for share in re.findall(r"Accuracy: (\d,\d+)", result)]
        assert shares == [f"{100 * share:.0f}\N{NO-BREAK SPACE}%" for share in printed]


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
