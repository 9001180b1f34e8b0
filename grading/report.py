"""What the teacher and the students read: the row of the table, the page, what is shown on the terminal."""

import html
import re
import statistics
from collections import Counter, defaultdict

from rich.table import Column, Table
from rich.text import Text

from common.lab import read_notebook
from grading.gradebook import COLUMNS, counts, score
from grading.marks import MAX_SCORE
from grading.names import one_line
from init_utils import EXERCISES

STATUS_WORDS = {
    "missing": "блокнота нет",
    "ok": "все функции верны",
    "wrong": "есть ошибки",
    "incomplete": "работа не закончена",
    "error": "код останавливается с ошибкой",
    "crashed": "процесс с кодом прервался",
    "timeout": "код не закончился в срок",
    "unreadable": "файл не прочитан",
}
MOST_FREQUENT = 5
MOST_LINES = 50
# what differs between two mistakes of one kind: shapes, layers, long decimals, ratios
NUMBERS = re.compile(r"[(\[]\d[\d, ]*[)\]]|(?<=\b[Wb])\d+|\d+\.\d{3,}|\d[\d.,]*(?= раз)|(?<=лой )\d+|(?<=лоя )\d+")


def row(mark):
    """The line of one submission in the table, by column."""
    points = [mark.points(method) for method in EXERCISES] + [mark.score]
    if mark.ungraded:
        points = [""] * len(points)
    values = [mark.student, mark.submission, mark.status, *points, MAX_SCORE, mark.nbval, one_line(mark.feedback)]
    return dict(zip(COLUMNS, map(str, values), strict=True))


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
    wrong = [method for method, function in mark.functions.items() if function.status != "ok"]
    following = [cell for cell in mark.differing if depends_on(cell) & set(wrong)]
    more = {kind: [c for c in mark.differing if c not in following and mark.kinds.get(c) == kind] for kind in KINDS}
    others = [cell for cell in mark.differing if cell not in following and mark.kinds.get(cell) not in KINDS]
    said = []
    if following:
        titles = ", ".join(f"«{EXERCISES[method].title}»" for method in wrong)
        said.append(f"Результаты, которые зависят от функций с ошибками ({titles}), отличаются от образца.")
    for kind, cells in more.items():
        if cells:
            said.append(f"{KINDS[kind]}: {names_of(cells)}. Это безвредно.")
    if others:
        said.append(f"Отличается от образца, хотя функции верны: {names_of(others)}.")
    return " ".join(["С вашими функциями работа выполняется.", *said, "На баллы это не влияет."])


KINDS = {"print": "Напечатано больше, чем в образце", "sign": "Нуль напечатан со знаком минус (-0.)"}


def depends_on(cell):
    """The exercises whose functions a cell with this id uses."""
    return {method for method in EXERCISES if cell.endswith(f"-{method}")} or set(EXERCISES)


def names_of(cells):
    """Cells by the heading above them and their first line."""
    names, heading = [], ""
    for cell in read_notebook().cells:
        if cell.cell_type == "markdown" and (headings := re.findall(r"^#+ +(.*)$", cell.source, re.MULTILINE)):
            heading = headings[-1]
        if cell.id in cells:
            names.append(f"раздел «{heading}», ячейка «{cell.source.partition(chr(10))[0]}»")
    return "; ".join(names)


def safe(text):
    return html.escape(one_line(text))


def table(marks):
    """The marks for the terminal."""
    result = Table(Column("работа", overflow="fold"), "состояние", *EXERCISES, "баллы", "nbval", title="Оценки")
    for mark in marks:
        points = [f"{mark.points(method)}/{exercise.points}" for method, exercise in EXERCISES.items()]
        points.append(f"{mark.score}/{MAX_SCORE}")
        if mark.ungraded:
            points = ["—"] * len(points)
        nbval = f"отличий: {len(mark.differing)}" if mark.differing else mark.nbval
        cells = [one_line(mark.submission), mark.status, *points, nbval]
        result.add_row(*map(Text, cells))
    return result


def show(console, results, total):
    """All that `grade` says at its end."""
    marks = [mark for _, mark in sorted(results.marks.items())]
    graded = [mark for mark in marks if not mark.ungraded]
    console.print(table(marks))
    if rows := [row for row in results.rows if counts(row)]:
        console.print(summary(rows))
    if mistakes := frequent_mistakes(graded):
        console.print(mistakes)
    changes(console, results)
    console.print(f"Оценено работ: {len(graded)} из {total}.")


def changes(console, results):
    """What is now otherwise in the grade book, and what is not in it."""

    def say(text):
        console.print(Text(one_line(text)), soft_wrap=True)

    def say_all(title, lines):
        if lines:
            say(title)
        for line in lines[:MOST_LINES]:
            say(f"  {line}")
        if len(lines) > MOST_LINES:
            say(f"  и ещё {len(lines) - MOST_LINES}")

    book = results.book
    say_all("Изменились оценки:", list(book.changes()))
    say_all("Не оценены или не найдены, прежняя строка оставлена:", sorted(book.kept))
    if results.abandoned:
        say("Проверка прервана раньше, чем оценены все работы: прежняя таблица оставлена.")
    if kept := set(book.before) - set(results.marks) - set(book.replaced):
        say(f"Прежних строк оставлено: {len(kept)}.")
    if several := sorted({row["student"] for row in book.table.rows if row["submission"] and not counts(row)}):
        say_all("Сдали несколько работ (засчитана лучшая):", several)
    if missing := [mark.student for mark in results.marks.values() if mark.status == "missing"]:
        say_all("Блокнота нет:", sorted(missing))
    if worksheet := getattr(results, "worksheet", None):
        say(f"Ведомость {worksheet.path}: заполнено строк: {worksheet.filled}.")
        say_all("В ведомости изменились оценки:", worksheet.changes)
        say_all("Закрыты для изменения:", worksheet.closed)
        say_all("Не сопоставлены по номеру участника:", worksheet.unmatched)


def summary(rows):
    """The class in numbers: rows of the grade book, one for each student."""
    scores = [max(score(row), 0) for row in rows]
    result = Table("", "", title="Итоги", show_header=False)
    result.add_row("студентов", str(len(rows)))
    result.add_row("среднее, медиана", f"{statistics.mean(scores):.2f}, {statistics.median(scores):g} из {MAX_SCORE}")
    counted = Counter(scores)
    widest = max(counted.values())
    for points in sorted({*map(float, range(MAX_SCORE + 1)), *counted}, reverse=True):
        bar = "█" * -(-20 * counted[points] // widest)
        result.add_row(f"баллов: {points:g}", f"{counted[points]:>3} {bar}")
    for method, exercise in EXERCISES.items():
        full = sum(str(row.get(method)) == str(exercise.points) for row in rows)
        result.add_row(f"{method}: полный балл", f"{full / len(rows):.0%}")
    return result


def frequent_mistakes(marks):
    """The mistakes that most hand-ins share, or None: as kinds, whatever the function, the layer and the sizes."""
    found = defaultdict(list)
    for mark in marks:
        kinds = defaultdict(list)
        for method, mistake in mark.mistakes():
            words = mistake.hint or mistake.fact
            kinds[getattr(mistake, "kind", "") or NUMBERS.sub("…", words)].append((method, words))
        for kind, cases in kinds.items():
            found[kind].append(cases)
    if not found:
        return None
    result = Table("работ", "функции", "ошибка", title="Частые ошибки")
    for works in sorted(found.values(), key=len, reverse=True)[:MOST_FREQUENT]:
        cases = [case for work in works for case in work]
        methods = [method for method in EXERCISES if any(method == case[0] for case in cases)]
        words = Counter(words for _, words in cases).most_common(1)[0][0]
        result.add_row(str(len(works)), ", ".join(methods), Text(one_line(words)))
    return result
