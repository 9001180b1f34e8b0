"""Every result in the prose has a source, and another number in its place would have none."""

import re

import pytest

from tools import text_numbers
from tools.number_rows import CHOSEN, MEASURED, ROWS
from tools.text_numbers import all_sections, computed, numbers, without_source

SECTIONS = all_sections()
TEXTS = {place: text for part in SECTIONS for place, text in part.texts.items()}
LONG = re.compile("_000|seeds_story|range")


def test_every_number_has_a_source():
    assert [n for part in SECTIONS for n in without_source(part)] == []


@pytest.mark.parametrize(
    "row",
    [pytest.param(row, marks=pytest.mark.thorough if LONG.search(row.expression) else ()) for row in ROWS],
    ids=lambda row: f"{row.place} {row.number}",
)
def test_a_row_computes_its_number(row):
    assert text_numbers.agrees(row), f"{row.expression} = {computed(row.expression):.6g}, not {row.number}"


def test_no_row_is_idle():
    standing = {(n.place, n.written) for place, text in TEXTS.items() for n in numbers(place, text)}
    assert {row[:2] for row in (*ROWS, *MEASURED, *CHOSEN)} <= standing


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.place} {row.number}")
def test_a_row_proves_something(row):
    """An expression is no literal, and no function of the lab that is driven to its limit."""
    assert not hollow(row.expression, row.number)


def hollow(expression, number):
    digits = re.sub(r"[^\d.]", "", number.replace("{,}", ".").replace(",", "."))
    literals = re.findall(r"(?<![\w.[])[\d_]+(?:\.\d+)?", expression)
    return (
        not re.search(r"[a-z(*/+]", expression)
        or (re.fullmatch(r"\w+\(-?\d+\)", expression) is not None and expression != "sigmoid(0)")
        or (
            digits in [literal.replace("_", "") for literal in literals]
            and "measure" not in expression
            and "STD" not in expression
        )
    )


@pytest.mark.parametrize(("expression", "number"), [("100", "100"), ("sigmoid(99)", "1"), ("float(83)", "83")])
def test_a_hollow_expression_is_refused(expression, number):
    assert hollow(expression, number)


def other(written, first):
    """The number with its first or its last digit raised by one."""
    places = [match.start() for match in re.finditer(r"10\^|\d", written) if match.group() != "10^"]
    at = places[0 if first else -1]
    raised = str(int(written[at]) % 9 + 1 if first else (int(written[at]) + 1) % 10)
    return written[:at] + raised + written[at + 1 :]


def mutants():
    """Each result with another first or last digit, and whether nobody objects to the text."""
    for part in SECTIONS:
        for place, text in part.texts.items():
            for n in filter(lambda n: n.result, numbers(place, text)):
                for new in {other(n.written, first) for first in (True, False)}:
                    spoiled = text[: n.start] + new + text[n.start + len(n.written) :]
                    passes = not without_source(part._replace(texts={place: spoiled}))
                    yield f"{place}: {n.written} → {new}", passes


def test_another_digit_has_no_source():
    tried = list(mutants())
    missed = [words for words, passes in tried if passes]
    assert len(tried) > 300
    assert len(missed) <= 0.05 * len(tried), f"{len(missed)} of {len(tried)}:\n" + "\n".join(missed)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("при 15\u00a0000 и $0{,}25$", ["15 000", "0{,}25"]),
        ("до $9\\cdot10^{-13}$ и $10^{60}$", ["9\\cdot10^{-13}", "10^{60}"]),
        ("на 1,12–6,76 % длины", ["1,12", "6,76"]),
        ("раздел 3, `x = 7`, $W^{[2]}$, [статья](https://a.b/18), сеть 2-10-5-1", []),
    ],
)
def test_numbers_are_told_from_names(text, found):
    assert [n.written for n in numbers("why", text)] == found
