"""Name each number of the prose that nothing computes; the exit status is 1 if there is any.

    python -m tools.text_numbers

A result in the text is a rounding of a number that a cell of its section prints, or a setting in the section's code,
or a row of tools/number_rows.py.
"""

import ast
import re
import sys
from collections import Counter
from decimal import Decimal
from typing import NamedTuple

import nbformat

from common.lab import NOTEBOOK, ROOT, WHY
from tools import number_rows

DOCUMENTS = ("README.md", "docs/teacher.md")
NUMBER = re.compile(
    r"(?<![\w.,-])(?P<whole>\d{1,3}(?: \d{3})+(?!\d)|\d+)(?P<fraction>,\d+|e[-−]?\d+)?(?![\w.]*\w)"
    r"(?P<percent>(?=(?:[–-]\d+(?:,\d+)?)? ?\\?%))?"
)
PRINTED = re.compile(r"(?<![\w.])\d+(?:[.,]\d+|\.)?(?:e[-+]\d+)?(?!\w|\.\w)")
LABELS = re.compile(r"predictions_\w+ = \[\[.*?\]\]|Потери после итерации \d+:", re.DOTALL)
NO_RESULTS = re.compile(
    r"```.*?```|`[^`]*`|<table>.*?</table>|\]\([^)]*\)|\[[^]]*\d{4}\]|https?://\S+"  # code, links
    r"|^#+ \d+ - |^\d+\. |^\*\*\d+\.\*\*|раздел\w*\s\d(?:[–-]\d)?|упражнени\w+\s\d"  # headings, lists, references
    r"|\((?:He|Glorot)[^)]*\d{4}\)|, (?:19|20)\d\d\.|\d+(?:-\d+){3}"  # years, architectures
    r"|[_^](?:\{[^{}]*\}|\w)",  # indices
    re.DOTALL | re.MULTILINE,
)
DRAWING = re.compile(r"\bplt\.|\baxes\.|\bwidgets\b")  # its sizes are those of a picture


class Section(NamedTuple):
    """The prose from one heading to the next by its places; the numbers that its cells print; those of its code."""

    texts: dict
    printed: set
    settings: set


class Number(NamedTuple):
    """A number of the prose: where it stands, and its value."""

    place: str
    match: re.Match
    value: Decimal

    @property
    def written(self):
        return self.match[0].replace(" ", "")

    def has_source(self, section):
        """Whether it is a setting, but no share in per cent, or what is printed, rounded; one digit is no rounding."""
        _, digits, exponent = self.value.as_tuple()
        half = Decimal(5).scaleb(exponent - 1) if exponent < 0 and len(digits) > 1 else 0
        near = (value for value in section.printed if abs(value - self.value) <= half)
        is_setting = self.match["percent"] is None and self.value in section.settings
        return is_setting or any(value.as_tuple().exponent <= exponent for value in near)


def plain(text):
    """A text without what is no result; its numbers as 15 000, 0,25 and 9e-13."""
    text = re.sub(r"[\u00a0~]", " ", text).replace("{,}", ",")
    text = re.sub(r"(?:(\d+)\\cdot\s?)?10\^\{?([-−]?\d+)\}?", lambda power: f"{power[1] or 1}e{power[2]}", text)
    return NO_RESULTS.sub(" ", text)


def literals(code):
    """The numbers in a piece of code."""
    nodes = ast.walk(ast.parse(re.sub(r"^%.*", "", code, flags=re.MULTILINE)))
    values = [node.value for node in nodes if isinstance(node, ast.Constant)]
    return {Decimal(str(value)) for value in values if type(value) in (int, float)}


def section(cells):
    """One section of a notebook."""
    texts = {cell.id: cell.source for cell in cells if cell.cell_type == "markdown"}
    snippets = [code for text in texts.values() for code in re.findall(r"```python\n(.*?)```", text, re.DOTALL)]
    printed = set()
    for cell in cells:
        text = LABELS.sub("", "".join(output.get("text", "") for output in cell.get("outputs", [])))
        printed |= {Decimal(number.replace(",", ".")) for number in PRINTED.findall(text)}
        printed |= {round(100 * Decimal(share), 0) for share in re.findall(r"Accuracy: ([\d.]+)", text)}
        if cell.cell_type == "code" and not DRAWING.search(cell.source) and not cell.id.startswith("play"):
            snippets.append(cell.source)
    texts = {place: plain(text) for place, text in texts.items()}
    lengths = {number + 1 for number in printed if number > 10}  # the layers to 30 are 31 with the input
    return Section(texts, printed, set().union(*map(literals, snippets)) - lengths)


def sections_of(path):
    """Those of a notebook, or its exercises; what model() or the cells above the first set, is a setting of each."""
    parts = [[]]
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "markdown" and re.match(r"## |\*\*\d", cell.source):
            parts.append([])
        parts[-1].append(cell)
    common = section(parts[0]).settings | {Decimal("0.01"), Decimal(1000), Decimal(15000)}
    return [part._replace(settings=part.settings | common) for part in map(section, parts)]


def all_sections():
    """Those of both notebooks, and the documents, which tell what the lab prints."""
    lab = sections_of(NOTEBOOK)
    texts = {name: plain((ROOT / name).read_text(encoding="utf-8")) for name in DOCUMENTS}
    printed, settings = (set().union(*(part[i] for part in lab)) for i in (1, 2))
    return [*lab, *sections_of(WHY), Section(texts, printed, settings)]


def numbers(section):
    """The numbers of its prose, but for integers in formulas and those below 1000 in documents."""
    for place, text in section.texts.items():
        formulas = [match.span() for match in re.finditer(r"\$[^$]*\$", text)]
        for match in NUMBER.finditer(text):
            small = not (match["fraction"] or match["percent"] is not None or " " in match[0])
            if not (small and (place in DOCUMENTS or any(a < match.start() < b for a, b in formulas))):
                yield Number(place, match, Decimal(match[0].replace(" ", "").replace(",", ".").replace("−", "-")))


def without_source(section):
    """The pairs of place and number that neither the section nor a row gives; a row is used once."""
    needed = Counter((number.place, number.written) for number in numbers(section) if not number.has_source(section))
    return list((needed - Counter(number_rows.all_numbers())).elements())


def complaints():
    for part in all_sections():
        for place, number in without_source(part):
            yield f"{place}: {number} не печатает ни одна ячейка раздела и не вычисляет строка tools/number_rows.py"
    yield from filter(None, (number_rows.complaint(*row) for row in number_rows.ROWS))


if __name__ == "__main__":
    sys.exit("\n".join(complaints()) or None)
