"""What students and teachers read: plain Russian typography, links that lead somewhere."""

import re

import nbformat
import pytest

from common.lab import NOTEBOOK, ROOT, WHY

CODE = r"```.*?```|`[^`]*`|<pre>.*?</pre>"
LINK = r"\]\([^)]*\)|https?://\S+"


def texts():
    """The Markdown cells of both notebooks, and the documents."""
    for path in (NOTEBOOK, WHY):
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "markdown":
                yield f"{path.stem}, {cell.id}", cell.source
    for name in ("README.md", "docs/teacher.md"):
        yield name, (ROOT / name).read_text(encoding="utf-8")


TEXTS = dict(texts())
FORBIDDEN = {  # what must not stand in a text without its code and links
    "a number torn from what it counts": r"\d (?:%|МБ|\d{3}\b)|[×№] \d",
    "a decimal point": r"(?<![\d.])0\.\d",
    "He in Cyrillic letters": "\u041d\u0435-?\\s?инициализаци|\\bметод\\w* Хе\\b",
    "σ for a standard deviation": r"\\sigma(?!\(|\$ — всегда сигмоида)\S|σ(?!\()",
    "a marker of the graded cells": "ВАШЕГО КОД",
    "the blank's other name of the sizes": "layer_dims",
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_text_has(what):
    prose = {place: re.sub(f"{CODE}|{LINK}", "", text, flags=re.DOTALL) for place, text in TEXTS.items()}
    found = {place: re.findall(f".*(?:{FORBIDDEN[what]}).*", text) for place, text in prose.items()}
    assert {place: lines for place, lines in found.items() if lines} == {}


def test_links_lead_somewhere():
    for place, text in TEXTS.items():
        folder = (ROOT / place).parent if place.endswith(".md") else ROOT
        for link in re.findall(r"\]\(([^)]*)\)", re.sub(CODE, "", text, flags=re.DOTALL)):
            assert link.startswith("https://") or (folder / link).exists(), (place, link)


def test_he_is_explained_once():
    assert [place for place, text in TEXTS.items() if "читается «Хе»" in text] == ["Initialization, methods"]
