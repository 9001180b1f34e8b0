"""The class in numbers, of each student what counts: tables for the terminal."""

import re
import statistics
from collections import Counter
from typing import NamedTuple

from rich.table import Table
from rich.text import Text

from grading.names import one_line
from grading.rows import MAX_SCORE, number, points
from init_utils import EXERCISES

MOST_FREQUENT = 5
BAR = 20  # characters
NUMBERS = re.compile(r"\d+(?:[.,]\d+)*(?:e[+-]?\d+)?")  # a sample's, other ones in each run


class FrequentMistake(NamedTuple):
    students: int
    method: str
    words: str


def summary_table(rows):
    """How many students have how many points; None if none of the rows that count has a score."""
    scores = Counter(score for row in rows if (score := points(row)) is not None)
    if not scores:
        return None
    table = Table("", "", title="Итоги", show_header=False)
    table.add_row("студентов", str(len(rows)))
    table.add_row("среднее", f"{decimal(statistics.mean(scores.elements()), '.2f')} из {MAX_SCORE}")
    table.add_row("медиана", f"{decimal(statistics.median(scores.elements()))} из {MAX_SCORE}")
    for score in sorted({*range(MAX_SCORE + 1), *scores}, reverse=True):
        bar = "█" * -(-BAR * scores[score] // max(scores.values()))
        table.add_row(f"баллов: {decimal(score)}", f"{scores[score]:>3} {bar}")
    for method, exercise in EXERCISES.items():
        share = sum(number(row.get(method, "")) == exercise.points for row in rows) / len(rows)
        table.add_row(f"{method}: полный балл", f"{100 * share:.0f} %")
    return table


def mistakes_table(marks):
    table = Table("студентов", "функция", "ошибка", title="Частые ошибки")
    for mistake in frequent_mistakes(marks):
        table.add_row(str(mistake.students), mistake.method, Text(one_line(mistake.words)))
    return table if table.rows else None


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
    return mistake.id or NUMBERS.sub("…", str(mistake))


def decimal(number, form="g"):
    return format(number, form).replace(".", ",")
