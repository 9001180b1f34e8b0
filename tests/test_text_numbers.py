"""Every result in the prose has a source, and another number in its place would have none."""

import re

import pytest

from tools.number_rows import ROWS, all_numbers, complaint
from tools.text_numbers import all_sections, numbers, without_source

SECTIONS = all_sections()
THOROUGH = pytest.mark.thorough
LONG = re.compile("_000|ten_seeds|EARLY")


def test_every_number_has_a_source_and_no_row_is_idle():
    assert [number for part in SECTIONS for number in without_source(part)] == []
    assert set(all_numbers()) <= {(number.place, number.written) for part in SECTIONS for number in numbers(part)}


@pytest.mark.parametrize(
    "row", [pytest.param(row, marks=[THOROUGH] * bool(LONG.search(row[2])), id=" ".join(row[:2])) for row in ROWS]
)
def test_a_row_computes_its_numbers(row):
    assert not complaint(*row)
    literals = re.findall(r"(?<![\w.])[\d_]+(?:\.\d+)?", row[2])
    assert not {literal.replace(".", ",") for literal in literals} & set(row[1].split()), "proves itself"


def mutants(number):
    """The text with the first, and with the last digit of a number raised by one."""
    text = number.match.string
    digits = [at for at in range(*number.match.span()) if text[at].isdigit()]
    for at, digit in {(digits[-1], (int(text[digits[-1]]) + 1) % 10), (digits[0], int(text[digits[0]]) % 9 + 1)}:
        yield text[:at] + str(digit) + text[at + 1 :]


def test_another_digit_has_no_source():
    tried, missed = 0, []
    for part in SECTIONS:
        for n in numbers(part):
            if n.value.as_tuple().exponent or n.value > 10 or n.match["percent"] is not None:  # 1 to 10 are everywhere
                for text in mutants(n):
                    tried += 1
                    if not without_source(part._replace(texts={n.place: text})):
                        missed.append(f"{n.place}: {n.match[0]} → {text[slice(*n.match.span())]}")
    assert tried > 300
    assert len(missed) <= 0.05 * tried, f"{len(missed)} of {tried}:\n" + "\n".join(missed)
