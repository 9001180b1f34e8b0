"""Bad input: two lines that name the argument, what was expected, what came and what to do; nothing is half done."""

import inspect

import numpy as np
import pytest

import init_utils
from init_utils import (
    LabValueError,
    backward_propagation,
    check_data,
    check_parameters,
    compute_loss,
    forward_propagation,
    plot_decision_boundary,
    predict,
    predict_dec,
    update_parameters,
)


@pytest.fixture
def good(network):
    """The right value of every argument, by its name."""
    X, Y, parameters = network(m=30)
    a3, cache = forward_propagation(X, parameters)
    grads = backward_propagation(X, Y, cache)
    values = {"X": X, "Y": Y, "y": Y, "parameters": parameters, "a3": a3, "cache": cache, "grads": grads}
    layers = {"layers_dims": [2, 10, 5, 1], "initialization": "he"}
    return {**values, **layers, "learning_rate": 0.1, "model": lambda x: predict_dec(parameters, x.T)}


def assert_says(function, arguments, words, capsys):
    with pytest.raises(LabValueError) as caught:
        function(*(arguments[name] for name in inspect.signature(function).parameters))
    fact, advice = str(caught.value).split("\n")
    assert "получен" in fact and advice.endswith(".")
    assert [word for word in words if word not in f"{fact}\n{advice}"] == []
    assert capsys.readouterr().out == "" and caught.value.__suppress_context__


SPOIL = {  # what is done to a right value
    "transposed": np.transpose,
    "None": lambda value: None,
    "a list": np.ndarray.tolist,
    "in a tuple": lambda value: (value, ()),
    "flat": np.ravel,
    "flat and short": lambda array: array[0, 1:],
    "short": lambda array: array[:, 1:],
    "empty": lambda array: array[:, :0],
    "text": lambda array: array.astype(str),
    "NaN": lambda array: np.where(np.arange(array.size).reshape(array.shape) == 1, np.nan, array),
    "inf": lambda array: array + np.inf,
    "-1 and 1": lambda labels: 2 * labels - 1,
    "an array": lambda value: np.ones((1, 30)),
    "10 columns": lambda array: np.ones((10, 10)),
    "2 columns": lambda array: np.ones((10, 2)),
    "1 by 1": lambda array: np.ones((1, 1)),
    "no axes": lambda array: np.array(0.0),
    "too few": lambda model: lambda x: np.ones(5),
    "probabilities": lambda model: lambda x: x[:, 0] / 10,
    "nothing": lambda model: lambda x: None,
}
BAD = [  # function, argument, what is done to it, words of the message
    (check_data, "X", "transposed", ["(n_x, 30)", "(30, 2)", "транспонирован"]),
    (check_data, "X", "NaN", ["NaN"]),
    (check_data, "Y", "short", ["(1, 30)", "(1, 29)", "метка"]),
    (check_data, "Y", "flat", ["(1, 30)", "(30,)"]),
    (check_data, "Y", "transposed", ["(1, 30)", "(30, 1)", "транспонирован"]),
    (check_data, "Y", "-1 and 1", ["0 и 1", "-1"]),
    (forward_propagation, "X", "transposed", ["(2, m)", "(30, 2)", "транспонирован"]),
    (compute_loss, "Y", "short", ["(1, 30)", "(1, 29)"]),
    (compute_loss, "Y", "None", ["None"]),
    (compute_loss, "a3", "in a tuple", ["tuple"]),
    (backward_propagation, "Y", "short", ["(1, 30)", "(1, 29)"]),
    (backward_propagation, "X", "short", ["(2, 30)", "(2, 29)", "cache"]),
    (backward_propagation, "cache", "None", ["12", "None"]),
    (backward_propagation, "cache", "in a tuple", ["12", "tuple"]),
    (update_parameters, "grads", "None", ["словарь", "None"]),
    (update_parameters, "learning_rate", "None", ["None"]),
    (predict, "X", "transposed", ["(2, m)", "(30, 2)", "транспонирован"]),
    (predict, "X", "flat", ["(n_x, m)", "(60,)"]),
    (predict, "X", "empty", ["пуст"]),
    (predict, "X", "a list", ["list"]),
    (predict, "X", "NaN", ["NaN"]),
    (predict, "y", "short", ["(1, 30)", "(1, 29)"]),
    (predict, "y", "-1 and 1", ["0 и 1", "-1"]),
    (plot_decision_boundary, "X", "transposed", ["(2, m)", "(30, 2)", "транспонирован"]),
    (plot_decision_boundary, "X", "text", ["чисел"]),
    (plot_decision_boundary, "y", "flat and short", ["(30,)", "(29,)"]),
    (plot_decision_boundary, "y", "-1 and 1", ["0 и 1", "-1"]),
    (plot_decision_boundary, "model", "an array", ["функция", "ndarray", "lambda x:"]),
    (plot_decision_boundary, "model", "too few", ["90601", "(5,)", "lambda x:"]),
    (plot_decision_boundary, "model", "probabilities", ["0 и 1"]),
    (plot_decision_boundary, "model", "nothing", ["получено: None"]),
]


@pytest.mark.parametrize(("function", "argument", "spoil", "words"), BAD)
def test_bad_arguments(good, function, argument, spoil, words, capsys):
    assert_says(function, {**good, argument: SPOIL[spoil](good[argument])}, [argument, *words], capsys)


def test_a_lambda_that_forgets_to_transpose(good, capsys):
    arguments = {**good, "model": lambda x: predict_dec(good["parameters"], x)}
    assert_says(plot_decision_boundary, arguments, ["X: ", "(90601, 2)", "транспонирован"], capsys)


# with these NumPy stops, so that the formula explains it, too: the key, what is done to the array, words
STOPS = [
    ("W2", "None", ["None", "не закончено"]),
    ("W1", "transposed", ["(10, 2)", "(2, 10)", "транспонирован"]),
    ("W2", "transposed", ["(5, 10)", "(10, 5)", "транспонирован"]),
    ("W3", "transposed", ["(1, 5)", "(5, 1)"]),
    ("b1", "flat", ["(10, 1)", "(10,)", "np.zeros((5, 1))"]),
    ("b1", "transposed", ["(10, 1)", "(1, 10)", "транспонирован"]),
    ("b1", "2 columns", ["(10, 1)", "(10, 2)"]),
    ("W1", "10 columns", ["(10, 2)", "(10, 10)"]),
    ("W1", "a list", ["массив", "list"]),
    ("W1", "text", ["массив чисел"]),
    ("W2", "empty", ["пуст", "(5, 0)"]),
]
SILENT = [  # with these it would go on: they are noticed where a student predicts
    ("b1", "no axes", ["(10, 1)", "()"]),
    ("b3", "flat", ["(1, 1)", "(1,)"]),
    ("W3", "flat", ["(1, 5)", "(5,)"]),
    ("b2", "1 by 1", ["(5, 1)", "(1, 1)"]),
    ("W2", "NaN", ["NaN", "темп обучения"]),
    ("b1", "inf", ["inf"]),
]


@pytest.mark.parametrize(
    ("function", "key", "spoil", "words"),
    [(forward_propagation, *row) for row in STOPS]
    + [(function, *row) for function in (predict, check_parameters) for row in STOPS + SILENT],
)
def test_bad_parameters(good, function, key, spoil, words, capsys):
    parameters = {**good["parameters"], key: SPOIL[spoil](good["parameters"][key])}
    assert_says(function, {**good, "parameters": parameters}, [f'parameters["{key}"]', *words], capsys)


@pytest.mark.parametrize("spoil", ["None", "transposed"])
def test_bad_gradients(good, spoil, capsys):
    grads = {**good["grads"], "dW1": SPOIL[spoil](good["grads"]["dW1"])}
    assert_says(update_parameters, {**good, "grads": grads}, ['grads["dW1"]', "(10, 2)"], capsys)


@pytest.mark.parametrize("function", [forward_propagation, update_parameters, predict_dec, check_parameters])
@pytest.mark.parametrize(("wrong", "word"), [(None, "словарь"), ([1, 2], "list"), ({}, '"W1"')])
def test_what_is_no_dictionary_of_parameters(good, function, wrong, word, capsys):
    if not (function is update_parameters and wrong == {}):  # there is nothing to update
        assert_says(function, {**good, "parameters": wrong}, ["parameters", word], capsys)


@pytest.mark.parametrize("wrong", [None, {}, [], ({}, 1)])
def test_an_unfinished_exercise_is_named(good, wrong, capsys):
    words = ["initialize_parameters_he", "не закончено"]
    assert_says(check_parameters, {**good, "parameters": wrong}, words, capsys)


def test_python_names_a_missing_argument_and_an_error_of_another_kind_stays(good, monkeypatch):
    with pytest.raises(TypeError, match="missing a required argument: 'parameters'"):
        forward_propagation(good["X"])
    monkeypatch.setattr(init_utils, "relu", lambda z: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        forward_propagation(good["X"], good["parameters"])
