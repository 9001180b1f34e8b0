"""The class in numbers: of each student what counts."""

import re
import statistics
from collections import Counter
from dataclasses import dataclass

from grading.rows import MAX_SCORE, number, points
from init_utils import EXERCISES

MOST_FREQUENT = 5
NUMBERS = re.compile(r"\d+(?:[.,]\d+)*(?:e[+-]?\d+)?")  # a sample's, other ones in each run


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
    method: str
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
    """The mistakes that most students share, by function and kind, in the words of the one that comes first."""
    found = {}
    for mark in marks:
        own = {}
        for method, mistake in mark.mistakes():
            own.setdefault((method, kind(mistake)), str(mistake))
        for key, words in own.items():
            found.setdefault(key, []).append(words)
    frequent = sorted(found.items(), key=lambda item: -len(item[1]))[:MOST_FREQUENT]
    return [FrequentMistake(len(words), method, min(words)) for (method, _), words in frequent]


def kind(mistake):
    return getattr(mistake, "id", "") or NUMBERS.sub("…", str(mistake))
