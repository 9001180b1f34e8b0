"""The students' self-check: silent on every right function, telling on every usual mistake."""

import linecache
import random
import re
from itertools import combinations, pairwise

import numpy as np
import pytest
from mistakes import RETURNED, STOPPED
from submissions import function

import init_utils
from init_utils import (
    DRAWS,
    ERRORS,
    EXERCISES,
    FACTORS,
    SEED,
    WORDS,
    Answer,
    check_initialization,
    find_mistakes,
    function_name,
    is_right,
)

pytestmark = pytest.mark.filterwarnings("ignore")  # what Python says of a student's mistakes


def defined(code, method):
    """The function itself; its lines can be quoted, as a cell's can in Jupyter."""
    source, namespace = f"<cell {hash(code)}>", {"np": np}
    linecache.cache[source] = (len(code), None, code.splitlines(keepends=True), source)
    exec(compile(code, source, "exec"), namespace)
    return namespace[function_name(method)]


def answers_of(code, method):
    called = defined(code, method)
    return [
        init_utils._answer(method, called, sizes)
        for sizes in (EXERCISES[method].shown_layers, *init_utils.OTHER_LAYERS)
    ]


def message_of(code, method):
    with pytest.raises(ValueError) as error:
        check_initialization(defined(code, method))
    return str(error.value)


@pytest.mark.parametrize("method", EXERCISES)
def test_right_functions_pass_with_one_short_line(lab, capsys, method):
    check_initialization(lab[function_name(method)])
    assert capsys.readouterr().out == f"{function_name(method)}: всё верно.\n"


@pytest.mark.parametrize("name", RETURNED)
def test_a_wrong_answer_is_recognised(name):
    case = RETURNED[name]
    fact, hint = message_of(case.code, case.method).split("\n")
    assert re.match(rf"{function_name(case.method)}\(\[.*\]\)(, слой \d)?: ", fact)
    assert re.search("ожидал(ось|ся|ись)", fact) and re.search("получен[оы]?", fact)
    assert case.words in hint
    mistakes = find_mistakes(case.method, answers_of(case.code, case.method))
    assert case.id in [mistake.id for mistake in mistakes.values() if mistake]
    assert sum(mistake is None for mistake in mistakes.values()) == case.points


@pytest.mark.parametrize("name", STOPPED)
def test_a_function_that_stops_is_explained(name):
    case = STOPPED[name]
    if case.id == "numpy-2" and np.__version__ < "2":
        pytest.skip("this NumPy still has the name")
    fact, *hint = message_of(case.code, case.method).split("\n")
    assert re.match(rf"{function_name(case.method)}\(\[.*\]\): функция остановилась с ошибкой \w+", fact)
    assert ": ," not in fact and case.words in "".join(hint)
    assert case.id == "arguments" or "строка «" in fact or case.id in ("arguments", "recursion")


def test_every_mistake_of_the_tables_is_met():
    met = {part for case in RETURNED.values() for part in case.id.split("+")} | {case.id for case in STOPPED.values()}
    met |= {case.id for case in RETURNED.values()}
    known = {name for rows in ERRORS.values() for name, _, _ in rows} | set(WORDS)
    unmet = known - met - {"biases-first", "unexplained"}
    assert not unmet


def test_no_two_rows_of_the_tables_of_numbers_are_alike():
    factors = [factor(5, 7, 3) for _, factor in FACTORS.values()]
    assert len(np.unique(np.round(factors, 12))) == len(FACTORS)
    numbers = [tuple(np.concatenate([W.ravel() for W in init_utils._weights(draw, "1", [7, 5, 4])])) for draw in DRAWS]
    assert len(set(numbers)) == len(DRAWS)


def test_several_mistakes_at_once_never_end_in_an_error_of_ours():
    """Pairs and triples of usual mistakes: each gets a verdict, with words, whatever they do to each other."""
    chosen, tried = random.Random(0), 0
    parts = {
        "weights": [
            "None",
            "0",
            "(layers_dims[l], layers_dims[l - 1])",
            "np.zeros((1, 1))",
            "np.ones((layers_dims[l],))",
        ],
        "bias": [
            "None",
            "0",
            "np.random.randn(layers_dims[l], 1)",
            "np.zeros((1, layers_dims[l]))",
            "'b'",
            "np.empty((0, 1))",
        ],
        "seed": ["pass", "np.random.seed(4)", "np.random.default_rng(3)"],
        "loop": [
            "if l < 3: continue",
            "if l > 1: break",
            "parameters = {}",
            "parameters[l] = None",
            "np.random.seed(l)",
        ],
    }
    changes = [
        ("range(1, L)", "range(1, 3)"),
        ("str(l)", "str(l + 1)"),
        ("'b' +", "'W' +"),
        ("    return", "        return"),
    ]
    for method in EXERCISES:
        codes = [case.code for case in RETURNED.values() if case.method == method]
        options = [("weights", w) for code in codes for w in re.findall(r"'W' \+ str\(l\)\] = (.*)", code)] + [
            (k, v) for k, values in parts.items() for v in values
        ]
        for pair in chosen.sample([*combinations(options, 2)], 150):
            code = function(method, **dict(pair))
            for old, new in chosen.sample(changes, chosen.randrange(3)):
                code = code.replace(old, new)
            try:
                answers = answers_of(code, method)
            except ValueError:
                continue  # the function has stopped, and that is explained
            for letter, mistake in find_mistakes(method, answers).items():
                assert (mistake is None) == is_right(method, letter, answers)
                assert mistake is None or (mistake.id != "unexplained" and mistake.hint), code
                tried += mistake is not None
    assert tried > 200


def test_a_failure_of_the_explanation_is_no_verdict(monkeypatch):
    monkeypatch.setattr(init_utils, "_number_rules", lambda *_: 1 / 0)
    case = RETURNED["9 for 10"]
    mistakes = find_mistakes(case.method, answers_of(case.code, case.method))
    assert mistakes["W"].id == "unexplained" and mistakes["b"] is None


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([], "ожидался словарь"),
        ({1: 2}, "ожидался ключ 'W1'"),
        ({"w1": 2, "b1": 2}, "как составлен ключ"),
        ({"W1": 5}, "W1"),
    ],
)
def test_something_else_than_parameters(values, words):
    def initialize_parameters_he(layers_dims):
        return values

    with pytest.raises(ValueError, match=re.escape(words)):
        check_initialization(initialize_parameters_he)


def test_a_generator_outside_the_function_is_noticed():
    generator = np.random.RandomState(SEED)

    def initialize_parameters_random(layers_dims):
        parameters = {}
        for layer, (n_in, n_out) in enumerate(pairwise(layers_dims), start=1):
            parameters[f"W{layer}"] = generator.randn(n_out, n_in) * 10
            parameters[f"b{layer}"] = np.zeros((n_out, 1))
        return parameters

    with pytest.raises(ValueError, match="Веса меняются от вызова к вызову"):
        check_initialization(initialize_parameters_random)


def test_what_is_not_a_function_of_the_lab_is_refused():
    with pytest.raises(ValueError, match=r"получено: dict\.\nПередайте саму функцию"):
        check_initialization({})
    with pytest.raises(ValueError, match="ожидалась одна из функций initialize_parameters_zeros"):
        check_initialization(print)


def test_the_students_generator_is_left_alone(lab):
    np.random.seed(7)
    expected = np.random.rand()
    np.random.seed(7)
    check_initialization(lab["initialize_parameters_he"])
    assert np.random.rand() == expected


def test_the_function_may_change_the_list_of_sizes(lab, capsys):
    def initialize_parameters_he(layers_dims):
        parameters = lab["initialize_parameters_he"](layers_dims)
        layers_dims.clear()
        return parameters

    check_initialization(initialize_parameters_he)
    assert "всё верно" in capsys.readouterr().out


def test_an_answer_that_was_right_is_right_whatever_comes_later():
    right = init_utils._right("he", [2, 4, 1])
    assert all(is_right("he", letter, [Answer([2, 4, 1], right, right)] * 2) for letter in "Wb")
