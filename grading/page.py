"""The page that a student gets, in HTML; whatever comes from the student is escaped."""

import html
import json
import re
from functools import cache

from common.lab import NOTEBOOK
from grading.names import PAGE_BEGINNING, one_line
from grading.rows import MAX_SCORE
from init_utils import EXERCISES, function_name

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
# printable ASCII with a digit or a sign that prose has none of: a number, a shape, a piece of code
ASCII = re.compile(r"[!-~](?:[ -~]*[!-~])?")
CODE = re.compile(r"[0-9_()\[\]=*+]|\w\.\w")
AROUND_CODE = re.compile(r"^([\s.,:;!?]*)(.*?)([\s.,:;!?]*)$", re.DOTALL)
KINDS = {"print": "Напечатано больше, чем в образце", "sign": "Нуль напечатан со знаком минус (-0.)"}


def page(mark):
    body = []
    if mark.functions:
        rows = "".join(
            f"<tr><td>{EXERCISES[method].title}</td><td>{function.weights} из {EXERCISES[method].weight_points}</td>"
            f"<td>{function.biases} из {EXERCISES[method].bias_points}</td></tr>\n"
            for method, function in mark.functions.items()
        )
        body.append(f"<table>\n<tr><th>Функция</th><th>Веса</th><th>Смещения</th></tr>\n{rows}</table>")
    if mark.reason:
        body.append(f"<p>{with_code(mark.reason)}.</p>")
    if mark.mistakes():
        body.append("<h2>Что исправить</h2>")
        body += [advice(hint, facts) for hint, facts in by_hint(mark.mistakes()).items()]
        sections = "; ".join(f"«{safe(heading('graded-' + m))}»" for m in dict.fromkeys(m for m, _ in mark.mistakes()))
        body.append(f"<p>Объяснения — в разделах работы: {sections}.</p>")
    if mark.nbval:
        body.append(f"<h2>Повторное выполнение</h2>\n<p>{safe(nbval_words(mark))}</p>")
    text = PAGE.format(
        student=safe(mark.student),
        submission=safe(mark.submission),
        score=mark.score,
        max_score=MAX_SCORE,
        status=STATUS_WORDS[mark.status],
        body="\n".join(body),
    )
    return PAGE_BEGINNING + text


def by_hint(mistakes):
    """{hint: the facts that it explains}: a hint is said once."""
    facts = {}
    for method, mistake in mistakes:
        facts.setdefault(mistake.hint, []).append((EXERCISES[method].title, mistake.fact))
    return facts


def advice(hint, facts):
    items = "\n".join(f"<li><strong>{title}.</strong> {with_code(fact)}</li>" for title, fact in facts)
    return f"<ul>\n{items}\n</ul>\n<p>{with_code(hint)}</p>"


def with_code(text):
    """Code and numbers in a fixed-width font."""
    return ASCII.sub(lambda match: marked(match[0]), html.escape(one_line(text), quote=False))


def marked(ascii_text):
    before, inner, after = AROUND_CODE.match(ascii_text).groups()
    return f"{before}<code>{inner}</code>{after}" if CODE.search(inner) else ascii_text


def nbval_words(mark):
    if mark.nbval == "passed":
        return "С вашими функциями работа выполняется, и все сохранённые результаты совпадают."
    if mark.nbval in ("timeout", "crashed"):
        return "С вашими функциями работа не выполнилась до конца. На баллы это не влияет."
    wrong = [method for method, function in mark.functions.items() if function.status != "ok"]
    following = [cell for cell in mark.kinds if depends_on(cell) & set(wrong)]
    more = {kind: [c for c in mark.kinds if c not in following and mark.kinds.get(c) == kind] for kind in KINDS}
    others = [cell for cell in mark.kinds if cell not in following and mark.kinds.get(cell) not in KINDS]
    stopped = [cell for cell in mark.kinds if mark.kinds.get(cell) == "error"]
    undefined = [function_name(method) for method, function in mark.functions.items() if not function.is_defined]
    said = []
    if undefined:
        said.append(f"Работа выполнена без функций, которые не удалось вызвать: {', '.join(undefined)}.")
    if stopped:
        said.append(f"Остановились с ошибкой: {names_of(stopped)}.")
    following = [cell for cell in following if cell not in stopped]
    others = [cell for cell in others if cell not in stopped]
    if not undefined and not stopped:
        said.append("С вашими функциями работа выполняется.")
    if following:
        titles = ", ".join(f"«{EXERCISES[method].title}»" for method in wrong)
        said.append(f"Результаты, которые зависят от функций с ошибками ({titles}), отличаются от образца.")
    for kind, cells in more.items():
        if cells:
            said.append(f"{KINDS[kind]}: {names_of(cells)}. Это безвредно.")
    if others:
        said.append(f"Отличается от образца, хотя функции верны: {names_of(others)}.")
    return " ".join([*said, "На баллы это не влияет."])


def depends_on(cell):
    """The exercises whose functions a cell with this id uses."""
    return {method for method in EXERCISES if cell.endswith(f"-{method}")} or set(EXERCISES)


def names_of(cells):
    """Cells by the heading above them and their first line."""
    return "; ".join(f"раздел «{heading(c)}», ячейка «{first}»" for c, (_, first) in lab().items() if c in cells)


def heading(cell):
    return lab()[cell][0]


@cache
def lab():
    """{id of a cell of the lab: the heading above it, its first line}."""
    cells, heading = {}, ""
    for cell in json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown" and (headings := re.findall(r"^#+ +(.*)$", source, re.MULTILINE)):
            heading = headings[-1]
        cells[cell["id"]] = heading, source.partition("\n")[0]
    return cells


def safe(text):
    return html.escape(one_line(text))
