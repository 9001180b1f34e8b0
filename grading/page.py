"""The page that a student gets, in HTML; whatever comes from the student is escaped."""

import html
import json
import re
from functools import cache

from common.lab import NOTEBOOK
from grading.marks import STATUSES
from grading.names import PAGE_BEGINNING, one_line
from grading.rows import MAX_SCORE
from init_utils import EXERCISES, function_name

PAGE = """</title>
<style>
body {{ font-family: sans-serif; line-height: 1.5; max-width: 46em; margin: 2em auto; padding: 0 1em; }}
table {{ border-collapse: collapse; }}
th, td {{ border: 1px solid #bbb; padding: 0.3em 0.8em; text-align: left; }}
code {{ background: #f2f2f2; }}
</style>
</head>
<body>
<h1>{student}: работа «Инициализация»</h1>
<p>Файл: {submission}</p>
<p><strong>Баллы: {score} из {max_score}</strong> — {status}.</p>
{body}
</body>
</html>
"""
ASCII = re.compile(r"[!-~](?:[ -~]*[!-~])?")
CODE = re.compile(r"[0-9_()\[\]=*+]|\w\.\w")  # what prose has none of: a number, a shape, a piece of code
# what nbval says of a cell -> the words for all such cells
DIFFERENCES = {
    "error": "Остановились с ошибкой: {cells}.",
    "follows": "Результаты, которые зависят от функций с ошибками ({functions}), отличаются от образца.",
    "print": "Напечатано больше, чем в образце: {cells}. Это безвредно.",
    "sign": "Нуль напечатан со знаком минус (-0.): {cells}. Это безвредно.",
    "other": "Отличается от образца, хотя функции верны: {cells}.",
}


def page(mark):
    body = [points_table(mark.functions)] if mark.functions else []
    if mark.reason:
        body.append(f"<p>{with_code(mark.reason)}.</p>")
    if mistakes := mark.mistakes():
        body += ["<h2>Что исправить</h2>", *advice(mistakes)]
        sections = "; ".join(f"«{safe(heading('graded-' + method))}»" for method in dict(mistakes))
        body.append(f"<p>Объяснения — в разделах работы: {sections}.</p>")
    if mark.nbval:
        body.append(f"<h2>Повторное выполнение</h2>\n<p>{safe(nbval_words(mark))}</p>")
    return PAGE_BEGINNING + PAGE.format(
        student=safe(mark.student),
        submission=safe(mark.submission),
        score=mark.score,
        max_score=MAX_SCORE,
        status=STATUSES[mark.status],
        body="\n".join(body),
    )


def points_table(functions):
    rows = "".join(
        f"<tr><td>{EXERCISES[method].title}</td><td>{function.weights} из {EXERCISES[method].weight_points}</td>"
        f"<td>{function.biases} из {EXERCISES[method].bias_points}</td></tr>\n"
        for method, function in functions.items()
    )
    return f"<table>\n<tr><th>Функция</th><th>Веса</th><th>Смещения</th></tr>\n{rows}</table>"


def advice(mistakes):
    """Each hint once, below the facts that it explains."""
    facts = {}
    for method, mistake in mistakes:
        item = f"<li><strong>{EXERCISES[method].title}.</strong> {with_code(mistake.fact)}</li>"
        facts.setdefault(mistake.hint, []).append(item)
    for hint, items in facts.items():
        yield "<ul>\n{}\n</ul>\n<p>{}</p>".format("\n".join(items), with_code(hint))


def with_code(text):
    """Code and numbers in a fixed-width font; what has to be escaped is ASCII."""
    return ASCII.sub(marked, one_line(text))


def marked(match):
    inner = match[0].strip(" .,:;!?")
    escaped = html.escape(inner, quote=False)
    return match[0].replace(inner, f"<code>{escaped}</code>" if CODE.search(inner) else escaped)


def nbval_words(mark):
    if mark.nbval == "passed":
        return "С вашими функциями работа выполняется, и все сохранённые результаты совпадают."
    if mark.nbval in ("timeout", "crashed"):
        return "С вашими функциями работа не выполнилась до конца. На баллы это не влияет."
    wrong = [method for method, function in mark.functions.items() if function.status != "ok"]
    undefined = [function_name(method) for method, function in mark.functions.items() if not function.is_defined]
    differing = {}
    for cell, kind in mark.kinds.items():
        if kind != "error" and depends_on(cell) & set(wrong):
            kind = "follows"
        differing.setdefault(kind if kind in DIFFERENCES else "other", []).append(cell)
    said = []
    if undefined:
        said.append(f"Работа выполнена без функций, которые не удалось вызвать: {', '.join(undefined)}.")
    elif "error" not in differing:
        said.append("С вашими функциями работа выполняется.")
    functions = ", ".join(f"«{EXERCISES[method].title}»" for method in wrong)
    for kind, words in DIFFERENCES.items():
        if kind in differing:
            said.append(words.format(cells=names_of(differing[kind]), functions=functions))
    return " ".join([*said, "На баллы это не влияет."])


def depends_on(cell):
    """The exercises whose functions a cell with this id uses."""
    return {method for method in EXERCISES if cell.endswith(f"-{method}")} or set(EXERCISES)


def names_of(cells):
    """Cells by the heading above them and their first line."""
    return "; ".join(f"раздел «{title}», ячейка «{first}»" for cell, (title, first) in lab().items() if cell in cells)


def heading(cell):
    return lab()[cell][0]


@cache
def lab():
    """{id of a cell of the lab: the heading above it, its first line}."""
    cells, title = {}, ""
    for cell in json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]:  # nbformat takes longer than many pages
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown" and (headings := re.findall(r"^#+ +(.*)$", source, re.MULTILINE)):
            title = headings[-1]
        cells[cell["id"]] = title, source.partition("\n")[0]
    return cells


def safe(text):
    return html.escape(one_line(text))
