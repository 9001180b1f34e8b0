"""List every number of the prose and what computes it: cell or line, number, computed value, agrees or not.

    python tools/text_numbers.py [--brief]

The prose is the notebook's Markdown cells, README.md, CONTRIBUTING.md and docs/*.md. What computes a number is a row
of tools/claims.py. With --brief only the numbers that disagree, or that nothing computes, are printed. The exit
status is 1 if there are any.
"""

import argparse
import re
import string
import sys
from collections import Counter
from functools import cache
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import nbformat
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import init_utils
from common import command
from common.lab import NOTEBOOK, ROOT
from grading import archives, submissions
from tools import claims, lab_cells, measure_claims, measure_seeds, measure_spread

AGREES, DIFFERS, GONE, UNCOMPUTED = "да", "НЕТ", "НЕТ ТАКОГО МЕСТА", "НИКЕМ НЕ ВЫЧИСЛЯЕТСЯ"
MEASURED, EXEMPT = "вычисляет команда", "исключение"
WRONG = (DIFFERS, GONE, UNCOMPUTED)

WORDS = {"½": 0.5, "сто": 100, "ста": 100}
CARDINALS = """два две двух двум двумя дважды вдвое двое
три трёх трём тремя трижды втрое трое
четыре четырёх четырём четырьмя
пять пяти пятью
шесть шести шестью
семь семи семью
восемь восьми восемью
девять девяти девятью
десять десяти десятью"""
for value, forms in enumerate(CARDINALS.splitlines(), start=2):
    WORDS |= dict.fromkeys(forms.split(), value)
for value, stem in enumerate(["один", "две", "три", "четыр", "пят", "шест", "сем", "восем", "девят"], start=11):
    WORDS |= {f"{stem}надцат{ending}": value for ending in ("ь", "и", "ью")}
for value, stem in (2, "двадцат"), (3, "тридцат"):
    WORDS |= {f"{stem}{ending}": 10 * value for ending in ("ь", "и", "ью")}
for value, stems in (5, "пят пяти"), (6, "шест шести"), (7, "сем семи"), (8, "восем восьми"):
    WORDS |= {f"{stem}{ending}": 10 * value for stem, ending in zip(stems.split(), ("ьдесят", "десяти"), strict=True)}

POINT = r"(?:[.,]|\{,\})"
NUMBER = (
    rf"(?:(?:(?<![\w)\]}}])[−-])?(?<!\w)(?<!\d[.,])(?<!\d\{{,\}})"
    rf"(?:\d{{1,3}}(?:[ \u00a0~]\d{{3}})+|\d+)(?:{POINT}\d+)*(?!\d)(?!{POINT}\d)"
    rf"|(?<!\w)(?i:{'|'.join(sorted(WORDS, key=len, reverse=True))})(?!\w))"
)


class Row(NamedTuple):
    """A line of the list: a number of the text, what computes it, the computed value, whether they agree."""

    place: str
    number: str
    source: str
    computed: str
    verdict: str


def texts():
    """The prose by its place: the id of a Markdown cell, or the path of a file."""
    cells = nbformat.read(NOTEBOOK, as_version=4).cells
    files = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(ROOT.glob("docs/*.md"))]
    return {cell.id: cell.source for cell in cells if cell.cell_type == "markdown"} | {
        path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in files
    }


# --- what the code computes ---


def text(path):
    return (ROOT / path).read_text(encoding="utf-8")


def found(path, pattern):
    """What the groups of `pattern` find in a file of the project: «3.11» of the groups 3 and 11."""
    return ".".join(re.search(pattern, text(path)).groups())


def signal_with(activation, kind):
    """The deviations of the outputs, layer by layer, when another function takes the place of ReLU in section 6."""
    lab = dict(names(), activation=activation)
    exec(lab_cells.sources()["signal-functions"].replace("relu(W", "activation(W"), lab)
    return lab["signal"](lab["random_start"](lab["STD"][kind], 3, lab["deep"]))[0]


@cache
def names():
    """All that the expressions of the claims may use."""
    lab, printed, figures = lab_cells.run_lab()
    return (
        vars(init_utils)
        | lab
        | {
            "printed": printed,
            "figures": figures,
            "cells": lab_cells.sources(),
            "signal_with": signal_with,
            "found": found,
            "text": text,
            "re": re,
            "command": command,
            "archives": archives,
            "submissions": submissions,
            "at": measure_claims.at,
            "shares": measure_seeds.shares,
            "SEEDS": measure_seeds.SEEDS,
            "KERNELS": measure_spread.KERNELS,
            "NUDGES": measure_spread.NUDGES,
            "np": np,
        }
    )


@cache
def computed(expression, spec):
    """The value of an expression in the format of its field, or the error that it ends with."""
    try:
        return format(eval(expression, dict(names())), spec).replace(".", ",")
    except Exception as error:
        return f"{type(error).__name__}: {error}"


@cache
def within(bounds, numbers):
    """Whether measured numbers keep the bounds; a number that the bounds cannot use does not."""
    try:
        return bool(eval(bounds, names() | {"numbers": numbers}))
    except (LookupError, ValueError):
        return False


# --- the comparison ---


def plain(number):
    """A number as Python writes it: «15 000» is 15000, «0{,}25» is 0.25, «−1» is -1, «шести» is 6."""
    if number.lower() in WORDS:
        return str(WORDS[number.lower()])
    number = re.sub(r"[ \u00a0~]", "", number).replace("−", "-").replace("{,}", ".").replace(",", ".")
    return number[1:] if re.fullmatch(r"-0(\.0*)?", number) else number


@cache
def pattern(words):
    """The regular expression of a claim's words: any number in each field, any kind of space in each space."""
    parts = []
    for literal, field, _, _ in string.Formatter().parse(words):
        parts.append(re.sub(r"(?:\\[ \n]|[\u00a0~])+", r"(?:\\s|~)+", re.escape(literal)))
        if field is not None:
            parts.append(f"({NUMBER})")
    return re.compile("".join(parts))


def check_claim(claim, text):
    """The rows of one claim, and the places of its numbers in the text."""
    rows, spans = [], []
    formats = [spec for _, field, spec, _ in string.Formatter().parse(claim.words) if field is not None]
    for match in pattern(claim.words).finditer(text):
        numbers = [plain(number) for number in match.groups()]
        spans += [match.span(group) for group in range(1, len(numbers) + 1)]
        if isinstance(claim, claims.Measured):
            verdict = MEASURED if within(claim.bounds, tuple(map(float, numbers))) else DIFFERS
            rows += [
                (match.start(group), match.group(group), claim.command, "", verdict)
                for group in range(1, len(numbers) + 1)
            ]
            continue
        for group, (number, spec, expression) in enumerate(zip(numbers, formats, claim.expressions, strict=True), 1):
            value = computed(expression, spec)
            verdict = AGREES if number == plain(value) else DIFFERS
            rows.append((match.start(group), match.group(group), expression, value, verdict))
    if not rows and claim.place != claims.ANYWHERE:
        rows = [(0, claim.words, "tools/claims.py", "", GONE)]
    return rows, spans


def exceptions(text):
    """Where the exceptions stand in the text, and why."""
    return [
        (match.span(), reason)
        for reason, expression in claims.EXCEPTIONS
        for match in re.finditer(expression, text, re.MULTILINE | re.DOTALL)
    ]


def check(place, text):
    """The rows of one place, in the order of its text."""
    rows, taken = [], []
    for claim in chain(*claims.LISTS):
        if claim.place in (place, claims.ANYWHERE):
            found_rows, spans = check_claim(claim, text)
            rows += found_rows
            taken += spans
    exempt = exceptions(text)
    for match in re.finditer(NUMBER, text):
        if match.span() in taken:
            continue
        reasons = [reason for (start, end), reason in exempt if start <= match.start() and match.end() <= end]
        words = " ".join(text[max(0, match.start() - 30) : match.end() + 20].split())
        source, verdict = (reasons[0], EXEMPT) if reasons else (f"«…{words}…»", UNCOMPUTED)
        rows.append((match.start(), match.group(), source, "", verdict))
    lines = place.endswith(".md")
    return [
        Row(f"{place}:{text.count(chr(10), 0, position) + 1}" if lines else place, *row)
        for position, *row in sorted(rows, key=lambda row: row[0])
    ]


def check_all(prose):
    """The rows of all places, and those of the claims whose place there is none."""
    missing = [claim for claim in chain(*claims.LISTS) if claim.place not in (*prose, claims.ANYWHERE)]
    rows = [Row(claim.place, claim.words, "tools/claims.py", "", GONE) for claim in missing]
    return rows + [row for place, text in prose.items() for row in check(place, text)]


def table(rows):
    """The rows as aligned lines."""
    head = Row("где", "число", "что вычисляет", "вычислено", "совпадает")
    lines = [Row(*(" ".join(value.split()) for value in row)) for row in [head, *rows]]
    widths = [min(max(len(value) for value in column), 60) for column in zip(*lines, strict=True)]
    order = (0, 1, 3, 4, 2)  # what computes it comes last: it may be long
    return "\n".join("  ".join(line[i].ljust(widths[i]) for i in order).rstrip() for line in lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--brief", action="store_true", help="only what disagrees or is computed by nothing")
    options = parser.parse_args()
    rows = check_all(texts())
    wrong = [row for row in rows if row.verdict in WRONG]
    shown = wrong if options.brief else rows
    if shown:
        print(table(shown))
    counts = Counter(row.verdict for row in rows)
    print(f"Чисел в тексте: {len(rows)}. " + ", ".join(f"{verdict}: {n}" for verdict, n in counts.most_common()) + ".")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
