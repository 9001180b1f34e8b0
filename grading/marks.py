"""From a notebook file to marks and a diagnosis."""

import random
import re
import sys
from dataclasses import dataclass, field

import numpy as np

from grading.confined.reexecution import Reexecution
from grading.confined.sandbox import Sandbox
from init_utils import EXERCISES, Answer, Mistake, explain_error, find_mistakes, function_name

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
    program: str | None = None  # the same for the same code

    @property
    def points(self):
        return self.weights + self.biases


@dataclass
class Mark:
    """What became of one submission; `differing` holds the cells that nbval objects to.

    `ungraded`: the grader itself failed, so there are no points, not even zero.
    """

    submission: str
    functions: dict = field(default_factory=dict)
    failure: str = ""  # the status, when the functions could not be looked at
    reason: str = ""
    nbval: str = ""
    differing: list = field(default_factory=list)
    kinds: dict = field(default_factory=dict)  # of the differences, by cell
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
        """What is the same for submissions whose functions do the same."""
        return tuple(function.program for function in self.functions.values())

    def points(self, method):
        return self.functions[method].points if method in self.functions else 0

    def take_verdict(self, kinds):
        """What nbval said: {cell that differs: kind of difference}."""
        self.kinds = kinds
        self.differing = list(kinds)
        self.nbval = " ".join(kinds) or "passed"

    @property
    def is_executed(self):
        """Whether nbval came to the end."""
        return self.nbval not in ("", "timeout", "crashed")

    def forget_code(self):
        """Memory must not grow with the number of submissions."""
        for function in self.functions.values():
            function.code = function.program = None

    def mistakes(self):
        """(function, mistake) pairs, the same mistake once."""
        return list(dict.fromkeys((name, m) for name, function in self.functions.items() for m in function.mistakes))

    @property
    def feedback(self):
        """The diagnosis in one line."""
        mistakes = " | ".join(str(mistake) for _, mistake in self.mistakes()).replace("\n", " ")
        return self.reason or mistakes or "всё верно"


def draw_layer_lists():
    """For each function the list that the lab shows and two more, which nobody has seen before.

    Their sizes are larger than the shown ones, and differ: no shape fits that is hard-coded or transposed.
    """
    choose = random.SystemRandom().sample
    others = [choose(range(5, 12), 4), choose(range(12, 41), 5)]
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
        exercise, name = EXERCISES[method], function_name(method)
        found = codes.get(name)
        if found is None:
            return failed("incomplete", f"{name}: функции нет.", "Допишите её в свою ячейку.")
        if "elsewhere" in found:
            hint = "Она должна стоять в обычной ячейке с кодом, без отступа, чтобы её можно было вызвать по имени."
            return failed("incomplete", f"{name}: функция записана {found['elsewhere']}.", hint)
        if "error" in found:
            hint = newer_python(found["python"]) if found["python"] else explain_error(found["error"])
            return failed("error", f"{name}: в коде ошибка {found['error']}.", hint)

        outcome, error, answers = self.sandbox.call(self.timeout, found["code"], name, self.layer_lists[method])
        if outcome == "timeout":
            fact = f"{name}: функция не закончилась за {self.timeout:g} с."
            return failed("timeout", fact, "Проверьте, конечен ли цикл.")
        if outcome == "error":
            return stopped(name, error)
        try:
            answers = [Answer(*answer) for answer in answers]
            with np.errstate(all="ignore"):
                mistakes = find_mistakes(method, answers)
        except Exception:  # an answer that only looks like one
            outcome = "crashed"
        if outcome == "crashed":
            fact = f"{name}: процесс, в котором выполнялась функция, прервался и не вернул ответа."
            return failed("crashed", fact, "Функция должна только создавать и возвращать parameters.")

        return FunctionMark(
            status="ok" if not any(mistakes.values()) else "incomplete" if is_unsolved(answers[0]) else "wrong",
            weights=exercise.weight_points * (mistakes["W"] is None),
            biases=exercise.bias_points * (mistakes["b"] is None),
            mistakes=[mistake for mistake in mistakes.values() if mistake],
            code=found["code"],
            program=found["program"],
        )

    def reexecute(self, mark):
        """Let nbval execute the lab with the functions that could be called; the others raise an error."""
        functions = {f"graded-{m}": (function_name(m), function.code) for m, function in mark.functions.items()}
        try:
            mark.take_verdict(self.reexecution.run(functions, mark.program))
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
            self.reexecution.close()


def failed(status, fact, hint):
    """The mark of a function that returned nothing to look at."""
    return FunctionMark(status, mistakes=[Mistake(fact, hint)])


def stopped(name, error):
    """The mark of a function that raised an error."""
    status = "incomplete" if error.startswith("NotImplementedError") else "error"
    hint = explain_error(error)
    if package := MISSING_PACKAGE.search(error):
        hint = f"На машине, где идёт проверка, нет пакета {package[1]}; для задания хватает NumPy."
    return failed(status, f"{name}: функция остановилась с ошибкой {error}.", hint)


MISSING_PACKAGE = re.compile(r"ModuleNotFoundError: No module named '([\w.]+)'")


def newer_python(version):
    """The hint about code that the grader's own Python may be too old for."""
    here = ".".join(map(str, sys.version_info[:2]))
    return f"Проверка идёт на Python {here}. Возможно, так можно писать с версии {version}: запишите иначе."


def is_unsolved(answer):
    """A None stands where the exercise wants an array, or nothing was returned."""
    return answer.parameters is None or (
        isinstance(answer.parameters, dict) and any(value is None for value in answer.parameters.values())
    )
