"""What to say where a student's self-check has nothing to say: code that Python can't read, what the grader refuses."""

import re
import sys

UNFINISHED = "Упражнение не закончено: допишите эту строку."
REFUSED_WORDS = "Проверка ограничивает файлы, потоки, сеть и программы: функции для ответа они не нужны."

# the kind of error, what its line looks like -> what is probably wrong with it
SYNTAX = (
    ("", r"=\s*(#.*)?$", UNFINISHED),
    ("", r"^return\b", "Эта строка стоит вне функции: дайте ей отступ, как у строки for."),
    ("TabError", "", "В отступах смешаны табуляция и пробелы: оставьте только пробелы."),
    ("IndentationError", "", "Проверьте отступы: строки одного блока начинаются с одного и того же числа пробелов."),
    ("", r"^(for|def|if|while|else|elif|with)\b.*[^:\s,(\[{\\]\s*(#.*)?$", "Возможно, в конце строки нет двоеточия."),
    ("", r"""^([^'"#]*(['"])[^'"]*\2)*[^'"#]*['"][^'"]*$""", "Возможно, кавычка открыта и не закрыта."),
)
STRANGE = {"–": "минус -", "—": "минус -", "−": "минус -", "×": "звёздочка *", "·": "звёздочка *", "»": 'кавычка "'}


def explain_syntax(kind, line):
    """The hint for a line that Python can't read, "" if we know no better than Python."""
    for known, pattern, words in SYNTAX:
        if known in ("", kind) and re.search(pattern, line):
            return words
    code = re.sub(r"""(['"]).*?\1|#.*""", "", line)
    for letter in code:
        if letter in STRANGE or (not letter.isascii() and not letter.isalnum()):
            return f"Знака «{letter}» в Python нет: здесь нужен {STRANGE.get(letter, 'другой знак')}."
    opened, closed = (sum(map(code.count, brackets)) for brackets in ("([{", ")]}"))
    if opened != closed:
        return "Возможно, скобка открыта и не закрыта." if opened > closed else "Возможно, закрывающая скобка лишняя."
    return ""


def newer_python(version):
    """The hint about code that the grader's own Python may be too old for, "" if the student's is no newer."""
    here = ".".join(map(str, sys.version_info[:2]))
    return version and f"Проверка идёт на Python {here}, а работа сохранена в {version}: возможно, дело в этом."
