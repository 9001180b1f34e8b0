"""The students' self-check: silent on every right function, telling on every usual mistake."""

import re
from itertools import pairwise

import numpy as np
import pytest
from submissions import SEEDED, defined

from init_utils import (
    DRAWS,
    EXERCISES,
    FACTORS,
    SEED,
    SHAPE_MISTAKES,
    WEIGHT_MISTAKES,
    Generators,
    check_initialization,
)

RANDN = "np.random.randn(layers_dims[l], layers_dims[l - 1])"

# what is wrong: method, the changes of the right function, words that the message must contain
MISTAKES = {
    "weights transposed": (
        "he",
        {"weights": "np.random.randn(layers_dims[l - 1], layers_dims[l]) * np.sqrt(2 / layers_dims[l - 1])"},
        "размеры переставлены",
    ),
    "zeros transposed": (
        "zeros",
        {"weights": "np.zeros((layers_dims[l - 1], layers_dims[l]))"},
        "размеры переставлены",
    ),
    "bias of shape (n,)": ("he", {"bias": "np.zeros(layers_dims[l])"}, "Размеров должно быть два"),
    "bias a row": ("he", {"bias": "np.zeros((1, layers_dims[l]))"}, "размеры переставлены"),
    "bias a scalar": ("zeros", {"bias": "0"}, "а не одно число"),
    "bias not zero": ("he", {"bias": "np.ones((layers_dims[l], 1))"}, "Смещения должны быть нулями"),
    "bias random": ("he", {"bias": "np.random.randn(layers_dims[l], 1)"}, "сдвинули и веса"),
    "bias random times zero": ("he", {"bias": "np.random.randn(layers_dims[l], 1) * 0"}, "взята для смещений"),
    "biases drawn first": (
        "he",
        {
            "loop": "b = np.random.randn(layers_dims[l], 1)",
            "bias": "b",
        },
        "сдвинули и веса",
    ),
    "bias None": ("he", {"bias": "None"}, "замените None"),
    "weights None": ("random", {"weights": "None"}, "замените None"),
    "weights a list": ("he", {"weights": "[[1.0]]"}, "функцией NumPy"),
    "weights of another size": ("zeros", {"weights": "np.zeros((layers_dims[l], layers_dims[l]))"}, "Форма весов"),
    "no factor 10": ("random", {"weights": RANDN}, "множителя нет"),
    "0.01 for 10": ("random", {"weights": f"{RANDN} * 0.01"}, "множитель — 0.01"),
    "rand for randn": (
        "random",
        {"weights": "np.random.rand(layers_dims[l], layers_dims[l - 1]) * 10"},
        "это np.random.rand(...), а нужно np.random.randn(...)",
    ),
    "rand and 0.01": (
        "random",
        {"weights": "np.random.rand(layers_dims[l], layers_dims[l - 1]) * 0.01"},
        "множитель — 0.01, а нужен 10",
    ),
    "zeros for randn": ("random", {"weights": "np.zeros((layers_dims[l], layers_dims[l - 1]))"}, "это np.zeros(...)"),
    "rand for zeros": (
        "zeros",
        {"weights": "np.random.rand(layers_dims[l], layers_dims[l - 1])"},
        "Веса здесь должны быть нулями",
    ),
    "seeded randn for zeros": (
        "zeros",
        {"weights": f"({SEEDED} if l == 1 else None) or {RANDN}"},
        "это np.random.randn(...), а нужно np.zeros(...)",
    ),
    "ones for zeros": ("zeros", {"weights": "np.ones((layers_dims[l], layers_dims[l - 1]))"}, "это np.ones(...)"),
    "seed removed": ("he", {"seed": "pass"}, f"нет строки {SEEDED}"),
    "seed changed": ("random", {"seed": f"np.random.seed({SEED + 1})"}, "изменено начальное состояние генератора"),
    "seed set in the loop": ("he", {"loop": SEEDED}, "стоит внутри цикла"),
    "numbers used up before": ("he", {"seed": f"{SEEDED}; np.random.randn()"}, "изменено начальное состояние"),
    "1/n": (
        "he",
        {"weights": f"{RANDN} * np.sqrt(1 / layers_dims[l - 1])"},
        "np.sqrt(1 / layers_dims[l - 1]), а нужен",
    ),
    "no root": ("he", {"weights": f"{RANDN} * 2 / layers_dims[l - 1]"}, "без корня"),
    "root of 2 only": (
        "he",
        {"weights": f"{RANDN} * np.sqrt(2) / layers_dims[l - 1]"},
        "np.sqrt(2) / layers_dims[l - 1]",
    ),
    "fan-out": ("he", {"weights": f"{RANDN} * np.sqrt(2 / layers_dims[l])"}, "np.sqrt(2 / layers_dims[l]), а нужен"),
    "always the first layer": ("he", {"weights": f"{RANDN} * np.sqrt(2 / layers_dims[0])"}, "layers_dims[0]"),
    "Glorot": (
        "he",
        {"weights": f"{RANDN} * np.sqrt(2 / (layers_dims[l - 1] + layers_dims[l]))"},
        "(layers_dims[l - 1] + layers_dims[l])",
    ),
    "10 for He": ("he", {"weights": f"{RANDN} * 10"}, "множитель — 10"),
    "sizes hard-coded": ("zeros", {"weights": "np.zeros({1: (2, 3)}.get(l, (1, 2)))"}, "размеры записаны числами"),
    "numbers hard-coded": (
        "random",
        {"weights": f"{RANDN} * (10 if len(layers_dims) == 3 else 7)"},
        "подогнан под этот пример",
    ),
    "a factor near the right one": ("random", {"weights": f"{RANDN} * 9"}, "в слое 1 — 9; в слое 2 — 9, а нужен 10"),
    "one more input": (
        "he",
        {"weights": f"{RANDN} * np.sqrt(2 / (layers_dims[l - 1] + 1))"},
        "в слое 1 — 0.8165; в слое 2 — 0.6325, а нужен np.sqrt(2 / layers_dims[l - 1])",
    ),
    "seed missing and 0.01": ("random", {"seed": "pass", "weights": f"{RANDN} * 0.01"}, "Разброс весов другой"),
    "another generator": (
        "random",
        {
            "seed": f"rng = np.random.default_rng({SEED})",
            "weights": "rng.standard_normal((layers_dims[l], layers_dims[l - 1])) * 10",
        },
        "это np.random.default_rng(...).standard_normal(...), а нужно np.random.randn(...)",
    ),
    "a stray comma": ("random", {"weights": f"{RANDN} * 10,"}, "лишняя запятая"),
    "a decimal comma": ("random", {"weights": f"{RANDN} * 10,0"}, "Дробную часть отделяет точка"),
    "a masked array": ("zeros", {"weights": "np.ma.zeros((layers_dims[l], layers_dims[l - 1]))"}, "обычный массив"),
    "minus": ("random", {"weights": f"{RANDN} * -10"}, "противоположный знак"),
    "integers": ("random", {"weights": f"({RANDN} * 10).astype(int)"}, "целые числа"),
    "rounded": ("he", {"weights": f"np.round({RANDN} * np.sqrt(2 / layers_dims[l - 1]), 2)"}, "округлены"),
    "division by zero": ("he", {"weights": f"{RANDN} * np.float64(np.nan)"}, "NaN или бесконечность"),
    "complex numbers": ("he", {"weights": f"{RANDN} * 1j"}, "действительные числа"),
    "another seed and 1/n": (
        "he",
        {"seed": "np.random.seed(1)", "weights": f"{RANDN} * np.sqrt(1 / layers_dims[l - 1])"},
        "стандартное отклонение 0.35, а нужно 0.52. Сравните множитель с формулой в задании, а начальное",
    ),
    "anything else": ("he", {"weights": f"np.abs({RANDN})"}, "Сравните множитель с формулой"),
}


@pytest.mark.parametrize("method", EXERCISES)
def test_right_functions_pass_with_one_short_line(lab, capsys, method):
    check_initialization(lab[f"initialize_parameters_{method}"])
    assert capsys.readouterr().out == f"initialize_parameters_{method}: всё верно.\n"


@pytest.mark.parametrize(("method", "changes", "words"), MISTAKES.values(), ids=MISTAKES)
def test_usual_mistakes_are_recognised(method, changes, words):
    with pytest.raises(ValueError) as error:
        check_initialization(defined(method, **changes))
    message = str(error.value)
    fact, hint = message.split("\n")
    assert re.match(rf"initialize_parameters_{method}\(\[.*\]\), слой \d: ", fact)
    assert re.search("ожидал(ось|ся)", fact) and re.search("получен[оы]?", fact)
    assert words in hint


def test_every_row_of_the_tables_of_words_is_met(lab):
    messages = []
    for method, changes, _ in MISTAKES.values():
        with pytest.raises(ValueError) as error:
            check_initialization(defined(method, **changes))
        messages.append(str(error.value))
    for _, words in (*SHAPE_MISTAKES, *WEIGHT_MISTAKES):
        assert any(words.partition("{}")[0] in message for message in messages), words


def test_no_two_rows_of_the_tables_of_numbers_are_alike():
    sizes = (5, 7, 3)  # n, p, x
    factors = [factor(*sizes) for factor in FACTORS.values()]
    assert len(np.unique(np.round(factors, 12))) == len(FACTORS)
    numbers = [
        tuple(draw(Generators(np.random.RandomState(3), np.random.default_rng(3)), 5, 7).ravel())
        for draw in DRAWS.values()
    ]
    # the seed inside the loop and the biases drawn too begin like the right numbers: later layers differ
    assert len(set(numbers)) == len(DRAWS) - 2


def wrong(parameters):
    def initialize_parameters_he(layers_dims):
        return parameters

    return initialize_parameters_he


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        (None, "return parameters"),
        ([], "ожидался словарь"),
        ((), "лишняя запятая"),
        ({}, "Словарь пуст"),
        ({1: 2}, "ожидался ключ 'W1'"),
        ({"w1": 2, "b1": 2}, "как составлен ключ"),
        ({"W1": np.full((4, 2), 0.1)}, "ожидался ключ 'W2'"),
    ],
)
def test_something_else_than_parameters(parameters, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        check_initialization(wrong(parameters))


def test_a_layer_too_many(lab):
    def initialize_parameters_zeros(layers_dims):
        return lab["initialize_parameters_zeros"]([*layers_dims, 1])

    with pytest.raises(ValueError, match="Такого слоя в сети нет"):
        check_initialization(initialize_parameters_zeros)


def test_a_layer_too_few(lab):
    def initialize_parameters_zeros(layers_dims):
        return lab["initialize_parameters_zeros"](layers_dims[:-1])

    with pytest.raises(ValueError, match="Цикл должен пройти по всем слоям"):
        check_initialization(initialize_parameters_zeros)


def test_an_exception_in_the_function_is_named():
    with pytest.raises(ValueError, match=r"initialize_parameters_he\(\[2, 4, 1\]\).*ZeroDivisionError"):
        check_initialization(defined("he", weights="1 / 0"))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"weights": "np.zeros(layers_dims[l], layers_dims[l - 1])"}, "Проверьте скобки"),
        ({"weights": "np.random.randn((layers_dims[l], layers_dims[l - 1]))"}, "Проверьте скобки"),
        ({"loop": "'W' + l"}, "Число нужно превратить в строку"),
        ({"loop": "parameters = []"}, "Параметры собирают в словарь"),
        ({"loop": "np.zeros.shape()"}, "Выполните ячейку"),
        ({"loop": "layers_dims[L]"}, "имеет индекс len(layers_dims) - 1"),
        ({"loop": "no_such_name"}, "Проверьте, как написано имя"),
    ],
)
def test_errors_are_explained(changes, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        check_initialization(defined("zeros", **changes))


def test_a_function_without_an_argument_is_explained():
    def initialize_parameters_he():
        return {}

    with pytest.raises(ValueError, match="У функции должен быть один аргумент"):
        check_initialization(initialize_parameters_he)


def test_a_generator_outside_the_function_is_noticed(lab):
    generator = np.random.RandomState(SEED)

    def initialize_parameters_random(layers_dims):
        parameters = {}
        for layer, (n_in, n_out) in enumerate(pairwise(layers_dims), start=1):
            parameters[f"W{layer}"] = generator.randn(n_out, n_in) * 10
            parameters[f"b{layer}"] = np.zeros((n_out, 1))
        return parameters

    with pytest.raises(ValueError, match="Веса меняются от вызова к вызову"):
        check_initialization(initialize_parameters_random)


def test_a_layer_before_the_first_is_noticed():
    with pytest.raises(ValueError, match=r"получен также ключ 'W0'.\nТакого слоя.*границы цикла"):
        check_initialization(defined("zeros", loop="parameters['W0'] = parameters['b0'] = np.zeros((1, 1))"))


def test_a_result_for_the_function_is_refused():
    with pytest.raises(ValueError, match=r"получено: dict\.\nПередайте саму функцию"):
        check_initialization({})


def test_another_function_is_refused():
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
