"""Name each number of the prose that nothing computes; the exit status is 1 if there is any.

    python -m tools.text_numbers

A result in the text is a rounding of a number that a cell of its section prints, or a setting in the section's code,
or a row of ROWS: what takes longer than a notebook may, or follows from a formula.
"""

import ast
import re
import sys
from collections import Counter
from decimal import Decimal
from functools import cache
from typing import NamedTuple

import nbformat
import numpy as np

from common.lab import NOTEBOOK, ROOT, WHY
from grading import opening
from tools import measure
from tools.number_rows import CHOSEN, MEASURED, ROWS

DOCUMENTS = ("README.md", "docs/teacher.md")
SPACE = r"[ \u00a0~]"
NUMBER = re.compile(
    rf"(?<![\w.,^}}-])(?:(?P<factor>\d+)\\cdot\s?)?(?P<power>10\^(?:\{{[-−]?\d+\}}|\d))"
    rf"|(?<![\w.,-])(?<!\d\{{,\}})[−]?(?P<plain>\d{{1,3}}(?:{SPACE}\d{{3}})+(?!\d)|\d+)"
    rf"(?P<fraction>(?:,|\{{,\}})\d+)?(?![\w.]*\w)(?P<percent>(?=(?:[–-]\d+(?:,\d+)?)?{SPACE}?\\?%))?"
)
PRINTED = re.compile(r"(?<![\w.])-?\d+(?:[.,]\d+|\.)?(?:e[-+]\d+)?(?!\w|\.\w)")
LABELS = r"predictions_\w+ = \[\[.*?\]\]|Потери после итерации \d+:"
NO_RESULTS = re.compile(
    r"```.*?```|`[^`]*`|<table>.*?</table>|\]\([^)]*\)|\[[^]]*\d{4}\]|https?://\S+"  # code, links
    r"|^#+ \d+ - |^\d+\. |^\*\*\d+\.\*\*|раздел\w*\s\d(?:[–-]\d)?|упражнени\w+\s\d"  # headings, lists, references
    r"|\((?:He|Glorot)[^)]*\d{4}\)|, (?:19|20)\d\d\.|\d+(?:-\d+){3}"  # years, architectures
    r"|(?<!10)[_^](?:\{[^{}]*\}|\w)",  # indices
    re.DOTALL | re.MULTILINE,
)


DRAWING = re.compile(r"\bplt\.|\baxes\.|\bwidgets\b")  # its sizes are those of a picture


class Section(NamedTuple):
    """The prose from one heading to the next by its places; the numbers that its cells print; those of its code."""

    texts: dict
    printed: set
    percents: set
    settings: set


class Found(NamedTuple):
    """A number of the prose: where it stands, how it is written, its value in Decimal, whether a share in per cent."""

    place: str
    start: int
    written: str
    value: Decimal
    percent: bool
    formula: bool

    @property
    def result(self):
        """Everything but the integers up to 10, which every section's code has."""
        return self.percent or "," in self.written or "10^" in self.written or self.value > 10


def literals(code):
    """The numbers in a cell's code."""
    tree = ast.parse(re.sub(r"^%.*", "", code, flags=re.MULTILINE))
    return {
        Decimal(str(node.value))
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and type(node.value) in (int, float)
    }


def outputs(cell):
    return "".join(output.get("text", "") for output in cell.get("outputs", []))


def section(cells):
    """One section of a notebook."""
    texts = {cell.id: cell.source for cell in cells if cell.cell_type == "markdown"}
    code = [cell for cell in cells if cell.cell_type == "code"]
    printed, percents, settings = set(), set(), set()
    for cell in code:
        text = re.sub(LABELS, "", outputs(cell), flags=re.DOTALL)
        numbers = {Decimal(number.replace(",", ".")) for number in PRINTED.findall(text)}
        printed |= numbers
        percents |= {(100 * Decimal(share)).quantize(Decimal(1)) for share in re.findall(r"Accuracy: ([\d.]+)", text)}
        percents |= numbers if "%" in text else set()
        if not (DRAWING.search(cell.source) or cell.id.startswith("play")):
            settings |= literals(cell.source)
    settings -= {number + 1 for number in printed if number > 10}  # the layers to 30 are 31 with the input
    for text in texts.values():
        settings |= set().union(*map(literals, re.findall(r"```python\n(.*?)```", text, re.DOTALL)))
    return Section(texts, printed, percents, settings)


def sections(path):
    """The sections of a notebook; what model() or the cells before the first heading set, is a setting of each."""
    parts = [[]]
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "markdown" and cell.source.startswith("## "):
            parts.append([])
        parts[-1].append(cell)
    common = section(parts[0]).settings | {Decimal("0.01"), Decimal(1000), Decimal(15000)}
    return [part._replace(settings=part.settings | common) for part in map(section, parts)]


@cache
def all_sections():
    """Those of both notebooks, and the documents, which tell what the lab prints."""
    lab = sections(NOTEBOOK)
    printed, percents, settings = (set().union(*group) for group in list(zip(*lab, strict=True))[1:])
    texts = {name: (ROOT / name).read_text(encoding="utf-8") for name in DOCUMENTS}
    return [*lab, *sections(WHY), Section(texts, printed, percents, settings)]


def blank(match):
    return re.sub(r"[^\n]", " ", match.group())


def numbers(place, text):
    """The numbers of a text: all of them in a notebook, in a document those with a comma, a % or thousands."""
    formulas = [match.span() for match in re.finditer(r"\$[^$]*\$", text)]
    for match in NUMBER.finditer(NO_RESULTS.sub(blank, text)):
        if match["power"]:
            exponent = re.sub(r"[^\d-]", "", match["power"].removeprefix("10^").replace("−", "-"))
            value = Decimal(match["factor"] or 1).scaleb(int(exponent))
        else:
            whole = re.sub(SPACE, "", match["plain"])
            value = Decimal(whole + "." + re.sub(r"\D", "", match["fraction"] or "") if match["fraction"] else whole)
        written = re.sub(SPACE, " ", match.group())
        formula = any(start < match.start() < end for start, end in formulas)
        found = Found(place, match.start(), written, value, match["percent"] is not None, formula)
        integer = value == value.to_integral() and not found.percent and not match["fraction"] and not match["power"]
        if not (integer and (formula or (place in DOCUMENTS and not re.search(SPACE, written)))):
            yield found


def rounds(value, number):
    """Whether `number`, with the digits that it has, is a rounding of `value`; one digit is no rounding."""
    given, written = value.as_tuple(), number.as_tuple()
    if value == number:
        return written.exponent >= given.exponent or written.digits[-1] != 0
    several = len(written.digits) > 1 and written.exponent < 0
    return (
        several and given.exponent < written.exponent and abs(value - number) <= Decimal(5).scaleb(written.exponent - 1)
    )


def computed(expression):
    """The value of a row's expression."""
    return float(eval(expression, measure.lab() | {"np": np, "measure": measure, "opening": opening}))


def has_source(found, part):
    """Whether something in the section is this number; a setting is no share in per cent."""
    if found.percent:
        return any(rounds(value, found.value) for value in part.percents)
    return any(rounds(value, found.value) for value in part.printed) or found.value in part.settings


def without_source(part):
    """The numbers that neither the section nor a row gives; a row is used once."""
    rows = Counter(row[:2] for row in (*ROWS, *MEASURED, *CHOSEN))
    wrong = []
    for n in (n for place, text in part.texts.items() for n in numbers(place, text)):
        key = n.place, n.written
        if not has_source(n, part):
            rows[key] -= 1
            if rows[key] < 0:
                wrong.append(n)
    return wrong


def agrees(row):
    """Whether a row's number is its expression, rounded to the digits that are written."""
    value = next(numbers("", row.number)).value
    return abs(computed(row.expression) - float(value)) <= 0.5001 * 10.0 ** value.as_tuple().exponent


def main():
    wrong = [n for part in all_sections() for n in without_source(part)]
    texts = {place: text for part in all_sections() for place, text in part.texts.items()}
    for n in wrong:
        words = " ".join(texts[n.place][max(0, n.start - 50) : n.start + 30].split())
        print(f"{n.place}: {n.written}{' %' if n.percent else ''}: «…{words}…»")
    rows = [row for row in ROWS if not agrees(row)]
    for row in rows:
        print(f"{row.place}: {row.number}, но {row.expression} = {computed(row.expression):.6g}")
    sys.exit(1 if wrong or rows else 0)


if __name__ == "__main__":
    main()
