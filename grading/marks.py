"""From a notebook file to marks and a diagnosis."""

import random
from dataclasses import dataclass, field

from grading.confined.reexecution import Reexecution
from grading.confined.sandbox import FIELDS, REFUSED, Sandbox
from grading.hints import REFUSED_WORDS, explain_syntax, newer_python
from init_utils import (
    EXERCISES,
    WORDS,
    Answer,
    Failure,
    Mistake,
    explain_failure,
    find_mistakes,
    function_name,
)

READING_SECONDS = 20

# from the gravest: a submission gets the first that applies to one of its functions
STATUSES = ("missing", "unreadable", "timeout", "crashed", "error", "incomplete", "wrong", "ok")


@dataclass
class FunctionMark:
    """What became of one of the functions."""

    status: str
    weights: int = 0
    biases: int = 0
    mistakes: list = field(default_factory=list)
    code: str | None = None
    is_defined: bool = False  # it could be called, so that the lab can be executed with it
    undiagnosed: bool = False  # our diagnosis failed: the points are right, the words are missing

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
        return min((function.status for function in self.functions.values()), key=STATUSES.index)

    @property
    def score(self):
        return sum(function.points for function in self.functions.values())

    @property
    def program(self):
        """What is the same for submissions whose functions are the same."""
        return tuple(function.code for function in self.functions.values())

    def points(self, method):
        return self.functions[method].points if method in self.functions else 0

    def take_verdict(self, kinds):
        self.kinds = kinds
        self.nbval = " ".join(kinds) or "passed"

    def take_verdict_of(self, same):
        """What nbval said of the same functions. The code goes: memory must not grow with the number of submissions."""
        self.kinds, self.nbval = same.kinds, same.nbval
        self.forget_code()

    @property
    def is_executed(self):
        """Whether nbval came to the end."""
        return self.nbval not in ("", "timeout", "crashed")

    @property
    def undiagnosed(self):
        return any(function.undiagnosed for function in self.functions.values())

    def forget_code(self):
        for function in self.functions.values():
            function.code = None

    def mistakes(self):
        """(function, mistake) pairs, the same mistake once."""
        return list(dict.fromkeys((name, m) for name, function in self.functions.items() for m in function.mistakes))

    @property
    def feedback(self):
        """The diagnosis in one line."""
        mistakes = " | ".join(str(mistake) for _, mistake in self.mistakes()).replace("\n", " ")
        return self.reason or mistakes or "всё верно"


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
        """The marks for the bytes of a notebook."""
        try:
            codes = self.extract(data)
        except ValueError as error:
            return Mark(submission, failure="unreadable", reason=str(error))
        return Mark(submission, {method: self.grade_function(method, codes) for method in EXERCISES})

    def extract(self, data):
        """The code of each function, found by its name; nothing of the notebook is run."""
        names = [*map(function_name, EXERCISES)]
        result = self.sandbox.extract(READING_SECONDS, data, names)
        if result is None:
            raise ValueError("файл слишком большой или слишком сложный. Очистите результаты и сохраните его ещё раз")
        if "unreadable" in result:
            raise ValueError(result["unreadable"])
        return result

    def grade_function(self, method, codes):
        name = function_name(method)
        found = codes.get(name)
        if found is None or "code" not in found:
            return unread(name, found or {})
        outcome, failure, answers = self.sandbox.call(self.timeout, found["code"], name, self.layer_lists[method])
        if outcome == "timeout":
            fact = f"{name}: функция не закончилась за отведённое время ({self.timeout:g} с работы процессора)."
            return failed(
                "timeout", fact, "Возможно, цикл бесконечен или долгая работа стоит внутри функции.", "timeout"
            )
        if outcome == "error":
            return stopped(name, failure)
        if outcome == "done":
            return judge(method, [Answer(*answer) for answer in answers], found)
        fact = f"{name}: процесс, в котором выполнялась функция, прервался и не вернул ответа."
        return failed("crashed", fact, "Функция должна только создавать и возвращать parameters.", "crashed")

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
    hint = f"{explain_syntax(failure.kind, failure.line)} {newer_python(found['python'])}".strip()
    if found["unfinished"]:
        fact = (
            f"{name}: в строке «{failure.line}» чего-то не хватает." if failure.line else f"{name}: тело цикла пусто."
        )
        return failed("incomplete", fact, "Упражнение не закончено: допишите решение.", "unsolved")
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


def judge(method, answers, found):
    """The mark of a function for what it returned: points for what has no mistake, words for what has."""
    exercise = EXERCISES[method]
    found_mistakes = find_mistakes(method, answers)
    mistakes = [mistake for mistake in found_mistakes.values() if mistake]
    return FunctionMark(
        status="ok" if not mistakes else "incomplete" if is_unsolved(answers[0]) else "wrong",
        weights=exercise.weight_points * (found_mistakes["W"] is None),
        biases=exercise.bias_points * (found_mistakes["b"] is None),
        mistakes=mistakes,
        code=found["code"],
        is_defined=True,
        undiagnosed=any(mistake.id == "unexplained" for mistake in mistakes),
    )


def is_unsolved(answer):
    """A None stands where the exercise wants an array, or nothing was returned."""
    return answer.parameters is None or (
        isinstance(answer.parameters, dict) and any(value is None for value in answer.parameters.values())
    )
