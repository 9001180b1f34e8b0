"""What students and teachers read: plain Russian typography, and quotations that are still true."""

import re

import nbformat
import numpy as np
import pytest

from common.lab import NOTEBOOK, ROOT, WHY
from init_utils import check_initialization, check_parameters


def prose():
    """The text of the Markdown cells and of the documents, without code and links."""
    texts = {}
    for path in (NOTEBOOK, WHY):
        cells = nbformat.read(path, as_version=4).cells
        texts |= {f"{path.stem}, {cell.id}": cell.source for cell in cells if cell.cell_type == "markdown"}
    for path in (ROOT / "README.md", ROOT / "docs" / "teacher.md"):
        texts[path.name] = path.read_text(encoding="utf-8")
    hidden = r"```.*?```|`[^`]*`|\]\([^)]*\)|<pre>.*?</pre>|https?://\S+"
    return {place: re.sub(hidden, "", text, flags=re.DOTALL) for place, text in texts.items()}


PROSE = prose()


@pytest.mark.parametrize("place", PROSE)
def test_numbers_are_not_torn_from_what_they_count(place):
    assert not re.findall(r".*(?:\d (?:%|МБ|\d{3}\b)|[×№] \d).*", PROSE[place])


@pytest.mark.parametrize("place", PROSE)
def test_decimals_have_a_comma(place):
    assert not re.findall(r".*(?<![\d.])0\.\d.*", PROSE[place])


def test_he_is_in_latin_letters_and_explained_once():
    for place, text in PROSE.items():
        assert not re.search("\u041d\u0435-?\\s?инициализаци", text), place
        assert not re.search(r"\bметод\w* Хе\b", text), place
    assert [place for place, text in PROSE.items() if "читается «Хе»" in text] == ["Initialization, methods"]


# --- the README quotes messages ---


def initialize_parameters_random(layers_dims):
    parameters = {}
    for layer in range(1, len(layers_dims)):
        np.random.seed(3)
        parameters[f"W{layer}"] = np.random.randn(layers_dims[layer], layers_dims[layer - 1]) * 10
        parameters[f"b{layer}"] = np.zeros((layers_dims[layer], 1))
    return parameters


def initialize_parameters_he(layers_dims):
    parameters = initialize_parameters_random(layers_dims)
    return {name: value.T for name, value in parameters.items()}


def initialize_parameters_zeros(layers_dims):
    return {f"{name}{layer}": None for layer in range(1, len(layers_dims)) for name in "Wb"}


def test_the_readme_quotes_the_messages_as_they_are():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    shapes, seeds = re.search("называет ошибку \\(«(.*?)», «(.*?)»\\)", readme).groups()
    (unfinished,) = re.findall(r"- \*\*`(Упражнение .*)`\*\*", readme)
    for words, function in (
        (shapes, initialize_parameters_he),
        (seeds, initialize_parameters_random),
        (unfinished, initialize_parameters_zeros),
    ):
        with pytest.raises(ValueError, match=f"(?i){re.escape(words)}"):
            check_initialization(function)
    with pytest.raises(TypeError, match=f"(?i){unfinished}"):
        check_parameters(None, [2, 1], "zeros")
