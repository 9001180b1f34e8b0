"""The class in numbers: of each student what counts."""

import re
import statistics
from collections import Counter
from dataclasses import dataclass

from grading.rows import MAX_SCORE, number, points
from init_utils import EXERCISES

MOST_FREQUENT = 5
# what differs between two mistakes of one kind: shapes, layers, long decimals, ratios
NUMBERS = re.compile(r"[(\[]\d[\d, ]*[)\]]|(?<=\b[Wb])\d+|\d+\.\d{3,}|\d[\d.,]*(?= раз)|(?<=лой )\d+|(?<=лоя )\d+")


@dataclass
class Summary:
    students: int
    mean: float
    median: float
    scores: dict[float, int]  # students by score, from the highest
    full: dict[str, float]  # the share of students with all points, by exercise


@dataclass
class FrequentMistake:
    students: int
    methods: list[str]
    words: str


def summarize(rows):
    """The summary of rows that count, None if none of them has a score."""
    scores = [score for row in rows if (score := points(row)) is not None]
    if not scores:
        return None
    counted = Counter(scores)
    full = {
        method: sum(number(row.get(method, "")) == exercise.points for row in rows) / len(rows)
        for method, exercise in EXERCISES.items()
    }
    possible = sorted({*map(float, range(MAX_SCORE + 1)), *counted}, reverse=True)
    table = {score: counted[score] for score in possible}
    return Summary(len(rows), statistics.mean(scores), statistics.median(scores), table, full)


def frequent_mistakes(marks):
    """The mistakes that most students share: by kind, whatever the function, the layer and the sizes."""
    found = {}
    for mark in marks:
        for method, mistake in mark.mistakes():
            found.setdefault(kind(mistake), {}).setdefault(mark.submission, []).append((method, str(mistake)))
    result = []
    for works in sorted(found.values(), key=len, reverse=True)[:MOST_FREQUENT]:
        cases = [case for work in works.values() for case in work]
        methods = [method for method in EXERCISES if any(method == case[0] for case in cases)]
        words, _ = min(Counter(words for _, words in cases).items(), key=lambda item: (-item[1], item[0]))
        result.append(FrequentMistake(len(works), methods, words))
    return result


def kind(mistake):
    return getattr(mistake, "id", "") or NUMBERS.sub("…", mistake.hint or mistake.fact)
