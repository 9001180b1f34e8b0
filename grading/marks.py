"""From a notebook file to marks and a diagnosis."""

import random
import re
import sys
from dataclasses import dataclass, field

from grading.confined.reexecution import Reexecution
from grading.confined.sandbox import FIELDS, REFUSED, Sandbox
from init_utils import EXERCISES, WORDS, Answer, Failure, Mistake, explain_failure, find_mistakes, function_name

READING_SECONDS = 20
TOO_COMPLEX = "файл слишком большой или слишком сложный. Очистите результаты и сохраните его ещё раз"

# from the gravest: a submission gets the first that applies to one of its functions; what its page says of it
STATUSES = {
    "missing": "блокнота нет",
    "unreadable": "файл не прочитан",
    "timeout": "код не закончился в срок",
    "crashed": "процесс с кодом прервался",
    "error": "код останавливается с ошибкой",
    "incomplete": "работа не закончена",
    "wrong": "есть ошибки",
    "ok": "все функции верны",
}


@dataclass
class FunctionMark:
    """What became of one of the functions."""

    status: str
    weights: int = 0
    biases: int = 0
    mistakes: list = field(default_factory=list)
    code: str | None = None
    is_defined: bool = False  # it could be called, so that the lab can be executed with it

    @property
    def points(self):
        return self.weights + self.biases


@dataclass
class Mark:
    """What became of one submission; `kinds` holds the cells that nbval objects to: {id: kind of difference}.

    `ungraded`: the grader itself failed, so there are no points, not even zero.
    """

    submission: str
    functions: dict = field(default_factory=dict)
    failure: str = ""  # the status, when the functions could not be looked at
    reason: str = ""
    nbval: str = ""
    kinds: dict = field(default_factory=dict)
    ungraded: bool = False
    student: str = ""

    @property
    def status(self):
        if self.failure:
            return self.failure
        return min((function.status for function in self.functions.values()), key=[*STATUSES].index)

    @property
    def score(self):
        return sum(function.points for function in self.functions.values())

    def points(self, method):
        return self.functions[method].points if method in self.functions else 0

    def mistakes(self):
        """(function, mistake) pairs, the same mistake once."""
        return list(dict.fromkeys((name, m) for name, function in self.functions.items() for m in function.mistakes))

    @property
    def undiagnosed(self):
        """Whether our diagnosis failed: the points are right, the words are missing."""
        return any(mistake.id == "unexplained" for _, mistake in self.mistakes())

    @property
    def feedback(self):
        """The diagnosis in one line."""
        mistakes = " | ".join(str(mistake) for _, mistake in self.mistakes()).replace("\n", " ")
        return self.reason or mistakes or "всё верно"

    @property
    def program(self):
        """What is the same for submissions whose functions are the same."""
        return tuple(function.code for function in self.functions.values())

    @property
    def is_executed(self):
        """Whether nbval came to the end."""
        return self.nbval not in ("", "timeout", "crashed")

    def take_verdict(self, kinds):
        self.kinds, self.nbval = kinds, " ".join(kinds) or "passed"

    def forget_code(self):
        """Memory must not grow with the number of submissions."""
        for function in self.functions.values():
            function.code = None


def draw_layer_lists():
    """For each function the list that the lab shows, a long one and a short one, which nobody has seen before.

    Their sizes are larger than the shown ones, and differ: no shape fits that is hard-coded or transposed.
    """
    choose = random.SystemRandom().sample
    # after the deep net shallow ones of the same length: what is left of an earlier call shows
    others = [choose(range(5, 41), 8), choose(range(5, 41), 4), choose(range(5, 41), 4)]
    return {method: [exercise.shown_layers, *others] for method, exercise in EXERCISES.items()}


class Grader:
    """Grades one submission after another, in processes of its own."""

    def __init__(self, folder, layer_lists, timeout, quick):
        self.sandbox = Sandbox(folder)
        self.reexecution = None if quick else Reexecution(folder)
        self.layer_lists = layer_lists
        self.timeout = timeout

    def grade(self, data, submission):
        """The marks for the bytes of a notebook: of each function, found by its name; nothing else of it is run."""
        codes = self.sandbox.extract(READING_SECONDS, data, [*map(function_name, EXERCISES)])
        if codes is None:
            codes = {"unreadable": TOO_COMPLEX}
        if "unreadable" in codes:
            return Mark(submission, failure="unreadable", reason=codes["unreadable"])
        return Mark(submission, {method: self.grade_function(method, codes) for method in EXERCISES})

    def grade_function(self, method, codes):
        name = function_name(method)
        found = codes.get(name) or {}
        if "code" not in found:
            return unread(name, found)
        outcome, failure, answers = self.sandbox.call(self.timeout, found["code"], name, self.layer_lists[method])
        if outcome == "done":
            return judge(method, [Answer(*answer) for answer in answers], found["code"])
        if outcome == "error":
            return stopped(name, failure)
        if outcome == "timeout":
            fact = f"функция не закончилась за отведённое время ({self.timeout:g} с работы процессора)."
            hint = "Возможно, цикл бесконечен или долгая работа стоит внутри функции."
        else:
            outcome, fact = "crashed", "процесс, в котором выполнялась функция, прервался и не вернул ответа."
            hint = "Функция должна только создавать и возвращать parameters."
        return failed(outcome, f"{name}: {fact}", hint, outcome)

    def reexecute(self, mark):
        """Let nbval execute the lab with the functions that could be called; the others raise an error."""
        functions = {f"graded-{m}": (function_name(m), function.code) for m, function in mark.functions.items()}
        try:
            mark.take_verdict(self.reexecution.run(functions))
        except TimeoutError:
            mark.nbval = "timeout"
        except ChildProcessError:
            mark.nbval = "crashed"

    def kill(self):
        """End all processes at once, from another thread."""
        self.sandbox.kill()
        if self.reexecution:
            self.reexecution.kill()

    def close(self):
        self.sandbox.end()
        if self.reexecution:
            self.reexecution.end()


def failed(status, fact, hint, name):
    """The mark of a function that returned nothing to look at."""
    return FunctionMark(status, mistakes=[Mistake(fact, hint, name)])


def unread(name, found):
    """The mark of a function that is not there, or that Python can't read."""
    if not found:
        return failed("incomplete", f"{name}: функции нет.", "Допишите её в свою ячейку.", "no-function")
    if "similar" in found:
        hint = f"Назовите её {name}: по этому имени её вызывает model()."
        return failed("incomplete", f"{name}: такой функции нет, есть {found['similar']}.", hint, "another-name")
    if "elsewhere" in found:
        hint = "Она должна стоять в обычной ячейке с кодом, без отступа, чтобы её можно было вызвать по имени."
        return failed("incomplete", f"{name}: функция записана {found['elsewhere']}.", hint, "elsewhere")
    failure = Failure(found["kind"], found["message"], line=found["line"])
    if found["unfinished"]:
        fact = f"в строке «{failure.line}» чего-то не хватает" if failure.line else "тело цикла пусто"
        return failed("incomplete", f"{name}: {fact}.", "Упражнение не закончено: допишите решение.", "unsolved")
    hint = f"{explain_syntax(failure.kind, failure.line)} {newer_python(found['python'])}".strip()
    return failed("error", f"{name}: Python не может разобрать код, {failure}.", hint, failure.kind)


def stopped(name, fields):
    """The mark of a function that raised an error."""
    failure = Failure(*(fields[field] for field in FIELDS))
    status = "incomplete" if failure.kind == "NotImplementedError" else "error"
    if failure.kind == REFUSED:
        fact = f"{name}: проверка не разрешила того, что делает строка «{failure.line}» ({failure.message})."
        return failed(status, fact, REFUSED_WORDS, REFUSED)
    hint, cause = explain_failure(failure)
    if fields["changed"]:
        hint, cause = WORDS["changed-argument"], "changed-argument"
    elif package := fields["package"] or (failure.kind == "ModuleNotFoundError" and failure.name):
        hint = f"На машине, где идёт проверка, нет пакета {package}; для задания хватает NumPy."
    elif fields["before"]:
        hint = f"Строка, которая задаёт это имя, остановилась раньше: {fields['before']}."
    return failed(status, f"{name}: функция остановилась с ошибкой {failure}.", hint, cause)


def judge(method, answers, code):
    """The mark of a function for what it returned: points for what has no mistake, words for what has."""
    exercise, found = EXERCISES[method], find_mistakes(method, answers)
    mistakes = [mistake for mistake in found.values() if mistake]
    return FunctionMark(
        status="ok" if not mistakes else "incomplete" if is_unsolved(answers[0].parameters) else "wrong",
        weights=exercise.weight_points * (found["W"] is None),
        biases=exercise.bias_points * (found["b"] is None),
        mistakes=mistakes,
        code=code,
        is_defined=True,
    )


def is_unsolved(parameters):
    """A None stands where the exercise wants an array, or nothing was returned."""
    values = parameters.values() if isinstance(parameters, dict) else [parameters]
    return any(value is None for value in values)


# --- what the self-check never meets: code that Python can't read, what the grader refuses ---

REFUSED_WORDS = "Проверка ограничивает файлы, потоки, сеть и программы: функции для ответа они не нужны."

# the kind of error, what its line looks like -> what is probably wrong with it
SYNTAX = (
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
