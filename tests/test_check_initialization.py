"""The students' self-check: silent on every right function, telling on every usual mistake, in a real kernel, too."""

import linecache
import random
import re
from itertools import combinations

import nbformat
import numpy as np
import pytest
from mistakes import RETURNED, STOPPED
from nbclient import NotebookClient
from submissions import ORACLE, function

import init_utils
from init_utils import DRAWS, ERRORS, EXERCISES, FACTORS, WORDS, check_initialization, find_mistakes, function_name
from tools import lab_cells

pytestmark = pytest.mark.filterwarnings("ignore")  # what Python says of a student's mistakes
ALL = RETURNED | {name: case for name, case in STOPPED.items() if case.id != "numpy-2" or np.__version__ >= "2"}
# what is done wrong with the helpers -> words of the first line, words of the second
HELPERS = {
    "check_initialization(initialize_parameters_he([2, 4, 1]))": ("получено: dict", "без скобок"),
    "check_initialization(model)": ("получено: model", "без скобок"),
    "model(train_X.T, train_Y)": ("X: ожидался массив формы (n_x, 300)", "переставлены"),
    "model(train_X, test_Y)": ("Y: ожидался массив формы (1, 300)", "одна метка"),
    "model(train_X, train_Y, initialization='xavier')": ('"zeros", "random" или "he"', "Исправьте"),
    "def initialize_parameters_he(d): pass\nmodel(train_X, train_Y)": ("получено: None", "не закончено"),
    'Results()["he"]': ("ещё не обучена", "Выполните ячейку обучения"),
}
UNSOLVED = "def initialize_parameters_{0}(d): return dict(W1=None)\nmodel(train_X, train_Y, initialization='{0}')"
HELPERS |= {UNSOLVED.format(method): (f'_{method}, parameters["W1"]: ', "не закончено") for method in ORACLE}


@pytest.fixture(scope="module")
def shown():
    """The lines that a kernel shows for each mistake, without colours."""
    cells = [lab_cells.sources()[name] for name in lab_cells.DEFINITIONS]
    restore = "for name in ('np', 'str', 'len', 'parameters', 'layers_dims'): globals().pop(name, None)\n"
    restore += "import numpy as np\n" + "\n".join(cells[2:])
    wrong = [f"{case.code}\ncheck_initialization({function_name(case.method)})" for case in ALL.values()] + [*HELPERS]
    for code in wrong:
        cells += [code, restore]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    NotebookClient(notebook, kernel_name="python3", allow_errors=True, resources={"metadata": {"path": "."}}).execute()
    first = len(lab_cells.DEFINITIONS)
    errors = [
        ["\n".join(output.traceback) for output in cell.outputs if output.output_type == "error"]
        for cell in notebook.cells
    ]
    assert not any(errors[:first] + errors[first + 1 :: 2])
    plain = [re.sub(r"\x1b\[[\d;]*m", "", "".join(error)).split("\n") for error in errors[first::2]]
    return dict(zip([*ALL, *HELPERS], plain, strict=True))


def answers_of(code, method):
    """What the function returns; its lines can be quoted, as a cell's can in Jupyter."""
    source, namespace = f"<cell {hash(code)}>", {"np": np}
    linecache.cache[source] = (len(code), None, code.splitlines(keepends=True), source)
    exec(compile(code, source, "exec"), namespace)
    called = namespace[function_name(method)]
    sizes = (EXERCISES[method].shown_layers, *init_utils.OTHER_LAYERS)
    return [init_utils._answer(method, called, layers_dims) for layers_dims in sizes]


@pytest.mark.parametrize("name", RETURNED)
def test_a_wrong_answer_is_recognised(shown, name):
    case = RETURNED[name]
    fact, hint = shown[name]
    assert re.match(rf"ValueError: {function_name(case.method)}\(\[.*\]\)(, слой \d)?: ", fact)
    assert re.search("ожидал(ось|ся|ись)", fact) and re.search("получен[оы]?", fact) and case.words in hint
    mistakes = find_mistakes(case.method, answers_of(case.code, case.method))
    assert case.id in [mistake.id for mistake in mistakes.values() if mistake]
    assert sum(mistake is None for mistake in mistakes.values()) == case.points


@pytest.mark.parametrize("name", [name for name in ALL if name in STOPPED])
def test_a_function_that_stops_is_explained(shown, name):
    case = STOPPED[name]
    fact, *hint = shown[name]
    assert re.match(rf"ValueError: {function_name(case.method)}\(\[.*\]\): функция остановилась с ошибкой \w+", fact)
    assert ": ," not in fact and case.words in "".join(hint) and len(hint) <= 1
    assert "строка «" in fact or case.id in ("arguments", "recursion")


@pytest.mark.parametrize("code", HELPERS)
def test_a_wrong_call_ends_in_two_lines(shown, code):
    fact, advice = shown[code]
    cause, words = HELPERS[code]
    assert re.match(r"ValueError: \S", fact) and cause in fact and words in advice


def test_every_row_of_the_tables_is_met_and_differs_from_the_others():
    met = {part for case in ALL.values() for part in (case.id, *case.id.split("+"))}
    known = {name for rows in ERRORS.values() for name, _, _ in rows} | set(WORDS)
    assert known - met <= {"biases-first", "unexplained", "numpy-2"}
    assert len({round(factor(5, 7, 3), 12) for _, factor in FACTORS.values()}) == len(FACTORS)
    assert len({tuple(init_utils._weights(draw, "1", [7, 5, 4])[1].ravel()) for draw in DRAWS}) == len(DRAWS)


PARTS = {
    "weights": ["None", "0", "(layers_dims[l], layers_dims[l - 1])", "np.zeros((1, 1))", "np.ones((layers_dims[l],))"],
    "bias": ["None", "0", "np.random.randn(layers_dims[l], 1)", "np.zeros((1, layers_dims[l]))", "np.empty((0, 1))"],
    "seed": ["pass", "np.random.seed(4)", "np.random.default_rng(3)"],
    "loop": ["if l < 3: continue", "if l > 1: break", "parameters = {}", "parameters[l] = None", "np.random.seed(l)"],
}  # fmt: skip
CHANGES = {"range(1, L)": "range(1, 3)", "str(l)": "str(l + 1)", "'b' +": "'W' +", "    return": "        return"}


def test_several_mistakes_at_once_never_end_in_an_error_of_ours():
    """Up to four usual mistakes: each gets a verdict, with words, whatever they do to each other."""
    chosen, tried = random.Random(0), 0
    for method in ORACLE:
        codes = [case.code for case in RETURNED.values() if case.method == method]
        options = [("weights", weights) for code in codes for weights in re.findall(r"'W' \+ str\(l\)\] = (.*)", code)]
        options += [(part, value) for part, values in PARTS.items() for value in values]
        for pair in chosen.sample([*combinations(options, 2)], 150):
            code = function(method, **dict(pair))
            for old in chosen.sample([*CHANGES], chosen.randrange(3)):
                code = code.replace(old, CHANGES[old])
            try:
                answers = answers_of(code, method)
            except ValueError:
                continue  # the function has stopped, and that is explained
            for letter, mistake in find_mistakes(method, answers).items():
                assert (mistake is None) == init_utils.is_right(method, letter, answers)
                assert mistake is None or (mistake.id != "unexplained" and mistake.hint), code
                tried += mistake is not None
    assert tried > 200


def test_a_failure_of_the_explanation_is_no_verdict(monkeypatch):
    monkeypatch.setattr(init_utils, "_number_rules", lambda *_: 1 / 0)
    case = RETURNED["9 for 10"]
    mistakes = find_mistakes(case.method, answers_of(case.code, case.method))
    assert mistakes["W"].id == "unexplained" and mistakes["b"] is None


@pytest.mark.parametrize("method", EXERCISES)
def test_a_right_function_passes_with_one_line_whatever_it_does_to_its_argument(lab, capsys, method):
    right, state = lab[function_name(method)], np.random.get_state()[1].copy()

    def clearing(layers_dims):
        parameters = right(layers_dims)
        layers_dims.clear()
        return parameters

    clearing.__name__ = function_name(method)
    for student in (right, clearing):
        check_initialization(student)
    assert capsys.readouterr().out == f"{function_name(method)}: всё верно.\n" * 2
    np.testing.assert_array_equal(np.random.get_state()[1], state)  # the student's generator is left alone
