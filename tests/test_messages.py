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


SPOIL = {  # what is done to a right value
    "transposed": np.transpose,
    "None": lambda value: None,
    "{}": lambda value: {},
    "a list": lambda value: [1, 2],
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
# with these NumPy stops, so that the formula explains it, too: the key, what is done to the array, words
STOPS = [
    ("parameters W2", "None", ["None", "не закончено"]),
    ("parameters W1", "transposed", ["(10, 2)", "(2, 10)", "транспонирован"]),
    ("parameters W2", "transposed", ["(5, 10)", "(10, 5)", "транспонирован"]),
    ("parameters W3", "transposed", ["(1, 5)", "(5, 1)"]),
    ("parameters b1", "flat", ["(10, 1)", "(10,)", "np.zeros((5, 1))"]),
    ("parameters b1", "2 columns", ["(10, 1)", "(10, 2)"]),
    ("parameters W1", "10 columns", ["(10, 2)", "(10, 10)"]),
    ("parameters W1", "a list", ["массив", "list"]),
    ("parameters W1", "text", ["массив чисел"]),
    ("parameters W2", "empty", ["пуст", "(5, 0)"]),
    ("parameters", "None", ["словарь", "None"]),
    ("parameters", "a list", ["словарь", "list"]),
    ("parameters", "{}", ['"W1"']),
]
SILENT = [  # with these it would go on: they are noticed where a student predicts
    ("parameters b1", "no axes", ["(10, 1)", "()"]),
    ("parameters b3", "flat", ["(1, 1)", "(1,)"]),
    ("parameters b2", "1 by 1", ["(5, 1)", "(1, 1)"]),
    ("parameters W2", "NaN", ["NaN", "темп обучения"]),
    ("parameters b1", "inf", ["inf"]),
]
BAD = [  # function, argument, what is done to it, words of the message
    *((forward_propagation, *row) for row in STOPS),
    *((function, *row) for function in (predict, check_parameters) for row in STOPS + SILENT),
    *(
        (check_parameters, "parameters", spoil, ["initialize_parameters_he", "не закончено"])
        for spoil in ("None", "{}")
    ),
    (check_data, "X", "transposed", ["(n_x, 30)", "(30, 2)", "транспонирован"]),
    (check_data, "X", "NaN", ["NaN"]),
    (check_data, "Y", "short", ["(1, 30)", "(1, 29)", "метка"]),
    (check_data, "Y", "flat", ["(1, 30)", "(30,)"]),
    (check_data, "Y", "-1 and 1", ["0 и 1", "-1"]),
    (forward_propagation, "X", "transposed", ["(2, m)", "(30, 2)", "транспонирован"]),
    (compute_loss, "Y", "short", ["(1, 30)", "(1, 29)"]),
    (compute_loss, "a3", "in a tuple", ["tuple"]),
    (backward_propagation, "Y", "short", ["(1, 30)", "(1, 29)"]),
    (backward_propagation, "X", "short", ["(2, 30)", "(2, 29)", "cache"]),
    (backward_propagation, "cache", "None", ["12", "None"]),
    (backward_propagation, "cache", "in a tuple", ["12", "tuple"]),
    (update_parameters, "parameters", "None", ["словарь", "None"]),
    (update_parameters, "grads", "None", ["словарь", "None"]),
    (update_parameters, "grads dW1", "transposed", ["(10, 2)", "(2, 10)"]),
    (update_parameters, "learning_rate", "None", ["None"]),
    (predict, "X", "transposed", ["(2, m)", "(30, 2)", "транспонирован"]),
    (predict, "X", "flat", ["(n_x, m)", "(60,)"]),
    (predict, "y", "short", ["(1, 30)", "(1, 29)"]),
    (predict, "y", "-1 and 1", ["0 и 1", "-1"]),
    (plot_decision_boundary, "X", "transposed", ["(2, m)", "(30, 2)", "транспонирован"]),
    (plot_decision_boundary, "y", "flat and short", ["(30,)", "(29,)"]),
    (plot_decision_boundary, "model", "an array", ["функция", "ndarray", "lambda x:"]),
    (plot_decision_boundary, "model", "too few", ["90601", "(5,)", "lambda x:"]),
    (plot_decision_boundary, "model", "probabilities", ["0 и 1"]),
    (plot_decision_boundary, "model", "nothing", ["получено: None"]),
]


@pytest.mark.parametrize(("function", "place", "spoil", "words"), BAD)
def test_bad_arguments(good, function, place, spoil, words, capsys):
    argument, _, key = place.partition(" ")
    container, name = (good[argument], key) if key else (good, argument)
    spoiled = {**container, name: SPOIL[spoil](container[name])}
    arguments = {**good, argument: spoiled} if key else spoiled
    with pytest.raises(LabValueError) as caught:
        function(*(arguments[name] for name in inspect.signature(function).parameters))
    fact, advice = str(caught.value).split("\n")
    assert "получен" in fact and advice.endswith(".")
    place = f'{argument}["{key}"]' if key else argument
    assert [word for word in (place, *words) if word not in f"{fact}\n{advice}"] == []
    assert capsys.readouterr().out == "" and caught.value.__suppress_context__


def test_a_lambda_that_forgets_to_transpose(good):
    with pytest.raises(LabValueError, match=r"^X: .*\(90601, 2\)(?s:.*)транспонирован"):
        plot_decision_boundary(lambda x: predict_dec(good["parameters"], x), good["X"], good["Y"])


def test_python_names_a_missing_argument_and_an_error_of_another_kind_stays(good, monkeypatch):
    with pytest.raises(TypeError, match="missing a required argument: 'parameters'"):
        forward_propagation(good["X"])
    monkeypatch.setattr(init_utils, "relu", lambda z: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        forward_propagation(good["X"], good["parameters"])
