"""What the teacher and the students get: the CSV, the pages, the table on the terminal."""

import csv
import html
import io
from collections import Counter
from pathlib import Path

from rich.table import Table
from rich.text import Text

from grading.marks import MAX_SCORE
from init_utils import EXERCISES

COLUMNS = ("submission", "status", *EXERCISES, "score", "max_score", "nbval", "feedback")
STATUS_WORDS = {
    "ok": "все функции верны",
    "wrong": "есть ошибки",
    "incomplete": "работа не закончена",
    "error": "код останавливается с ошибкой",
    "crashed": "процесс с кодом прервался",
    "timeout": "код не закончился в срок",
    "unreadable": "файл не прочитан",
}
MOST_FREQUENT = 5


def row(mark):
    """The line of one submission in the CSV."""
    points = [mark.points(method) for method in EXERCISES] + [mark.score]
    if mark.ungraded:
        points = [""] * len(points)
    return [mark.submission, mark.status, *points, MAX_SCORE, mark.nbval, mark.feedback]


def csv_text(marks, header=True):
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    if header:
        writer.writerow(COLUMNS)
    writer.writerows([plain(value) for value in row(mark)] for mark in marks)
    return text.getvalue()


def plain(value):
    """A value for one cell: no line breaks, nothing that a spreadsheet would take for a formula."""
    text = one_line(str(value))
    return "'" + text if text.lstrip()[:1] in tuple("=+-@") else text


def one_line(text):
    """Printable characters only; text that no encoding accepts is replaced."""
    text = text.encode("utf-8", "replace").decode()
    return "".join(c if c.isprintable() else " " for c in text)


PAGE = """<!DOCTYPE html>
<html lang="ru">
<head>
<meta charset="utf-8">
<title>Проверка работы «Инициализация»</title>
<style>
body {{ font-family: sans-serif; line-height: 1.5; max-width: 46em; margin: 2em auto; padding: 0 1em; }}
table {{ border-collapse: collapse; }}
th, td {{ border: 1px solid #bbb; padding: 0.3em 0.8em; text-align: left; }}
</style>
</head>
<body>
<h1>Проверка работы «Инициализация»</h1>
<p>Файл: {submission}</p>
<p><strong>Баллы: {score} из {max_score}</strong> — {status}.</p>
{body}
</body>
</html>
"""


def page(mark):
    """The student's page, in HTML; whatever comes from the student is escaped."""
    body = []
    if mark.functions:
        rows = "".join(
            f"<tr><td>{EXERCISES[method].title}</td><td>{function.weights} из {EXERCISES[method].weight_points}</td>"
            f"<td>{function.biases} из {EXERCISES[method].bias_points}</td></tr>\n"
            for method, function in mark.functions.items()
        )
        body.append(f"<table>\n<tr><th>Функция</th><th>Веса</th><th>Смещения</th></tr>\n{rows}</table>")
    if mark.reason:
        body.append(f"<p>{safe(mark.reason)}.</p>")
    if mark.mistakes():
        items = "\n".join(
            f"<li><strong>{EXERCISES[method].title}.</strong> {safe(str(mistake))}</li>"
            for method, mistake in mark.mistakes()
        )
        body.append(f"<h2>Что исправить</h2>\n<ul>\n{items}\n</ul>")
    if mark.nbval:
        body.append(f"<h2>Повторное выполнение</h2>\n<p>{safe(nbval_words(mark))}</p>")
    return PAGE.format(
        submission=safe(mark.submission),
        score=mark.score,
        max_score=MAX_SCORE,
        status=STATUS_WORDS[mark.status],
        body="\n".join(body),
    )


def nbval_words(mark):
    if mark.nbval == "passed":
        return "С вашими функциями работа выполняется, и все сохранённые результаты совпадают."
    if mark.nbval in ("timeout", "crashed"):
        return "С вашими функциями работа не выполнилась до конца. На баллы это не влияет."
    cells = ", ".join(mark.differing)
    return f"С вашими функциями результаты этих ячеек отличаются от образца: {cells}. На баллы это не влияет."


def safe(text):
    return html.escape(one_line(text))


def page_path(folder, submission):
    """Where a student's page goes: the same place in `folder` as the notebook's in the folder of submissions."""
    return Path(folder) / f"{submission}.html"


def table(marks):
    """The marks for the terminal."""
    result = Table("работа", "состояние", *EXERCISES, "баллы", "nbval", title="Оценки")
    for mark in marks:
        points = [f"{mark.points(method)}/{exercise.points}" for method, exercise in EXERCISES.items()]
        points.append(f"{mark.score}/{MAX_SCORE}")
        if mark.ungraded:
            points = ["—"] * len(points)
        nbval = f"отличий: {len(mark.differing)}" if mark.differing else mark.nbval
        cells = [one_line(mark.submission), mark.status, *points, nbval]
        result.add_row(*map(Text, cells))
    return result


def frequent_mistakes(marks):
    """The most frequent mistakes of the group, or None."""
    found = ({(name, mistake.hint) for name, mistake in mark.mistakes() if mistake.hint} for mark in marks)
    counts = Counter(mistake for mistakes in found for mistake in mistakes)
    if not counts:
        return None
    result = Table("работ", "функция", "ошибка", title="Частые ошибки")
    for (method, hint), count in counts.most_common(MOST_FREQUENT):
        result.add_row(str(count), method, Text(one_line(hint)))
    return result
