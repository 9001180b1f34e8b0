"""Bad input: the error names the argument, what was expected and what came; nothing is half done."""

import numpy as np
import pytest

import init_utils
from init_utils import (
    LabValueError,
    backward_propagation,
    compute_loss,
    forward_propagation,
    plot_decision_boundary,
    predict,
    predict_dec,
    update_parameters,
)


@pytest.fixture
def good(network):
    X, Y, parameters = network(m=30)
    a3, cache = forward_propagation(X, parameters)
    grads = backward_propagation(X, Y, cache)
    return {"X": X, "Y": Y, "parameters": parameters, "a3": a3, "cache": cache, "grads": grads}


def changed(dictionary, **values):
    return {**dictionary, **values}


def without(dictionary, key):
    return {name: value for name, value in dictionary.items() if name != key}


def nan_like(array):
    array = np.array(array, dtype=float)
    array[0, -1] = np.nan
    return array


def assert_says(caught, words):
    message = str(caught.value)
    for word in words:
        assert word in message, f"{word!r} not in {message!r}"
    fact, advice = message.split("\n")
    assert "получен" in fact and advice.endswith(".")
    assert caught.value.__cause__ is None and caught.value.__context__ is None


# --- the parameters ---

# how the parameters p are spoiled -> the words of the message
STOPS = {  # these stop the computation, so that forward_propagation explains them, too
    "None": (lambda p: changed(p, W2=None), ['parameters["W2"]', "None", "не закончено"]),
    "missing key": (lambda p: without(p, "b2"), ['"b2"', "W1"]),
    "not a dictionary": (lambda p: [1, 2], ["parameters", "словарь", "list"]),
    "None for the dictionary": (lambda p: None, ["parameters", "словарь", "None"]),
    "transposed W1": (lambda p: changed(p, W1=p["W1"].T), ['"W1"', "(10, 2)", "(2, 10)", "транспонирован"]),
    "transposed W2": (lambda p: changed(p, W2=p["W2"].T), ['"W2"', "(5, 10)", "(10, 5)", "транспонирован"]),
    "transposed W3": (lambda p: changed(p, W3=p["W3"].T), ['"W3"', "(1, 5)", "(5, 1)"]),
    "flat b1": (lambda p: changed(p, b1=p["b1"][:, 0]), ['"b1"', "(10, 1)", "(10,)", "np.zeros((5, 1))"]),
    "row b1": (lambda p: changed(p, b1=p["b1"].T), ['"b1"', "(10, 1)", "(1, 10)", "транспонирован"]),
    "W1 of another layer": (lambda p: changed(p, W1=np.ones((10, 10))), ['"W1"', "(10, 2)", "(10, 10)"]),
    "wide b1": (lambda p: changed(p, b1=np.ones((10, 2))), ['"b1"', "(10, 1)", "(10, 2)"]),
    "list": (lambda p: changed(p, W1=[[1, 2]]), ['"W1"', "массив", "list"]),
    "text": (lambda p: changed(p, W1=p["W1"].astype(str)), ['"W1"', "массив чисел"]),
    "empty": (lambda p: changed(p, W1=np.zeros((0, 2)), b1=np.zeros((0, 1))), ['"W1"', "пуст", "(0, 2)"]),
}
SILENT = {  # with these NumPy would go on: they are noticed where a student predicts
    "scalar b1": (lambda p: changed(p, b1=0.0), ['"b1"', "массив", "float"]),
    "flat b3": (lambda p: changed(p, b3=p["b3"][0]), ['"b3"', "(1, 1)", "(1,)"]),
    "flat W3": (lambda p: changed(p, W3=p["W3"][0]), ['"W3"', "(1, 5)", "(5,)"]),
    "row b2 of equal numbers": (lambda p: changed(p, b2=np.ones((1, 1))), ['"b2"', "(5, 1)", "(1, 1)"]),
    "NaN": (lambda p: changed(p, W2=nan_like(p["W2"])), ['"W2"', "NaN", "темп обучения"]),
    "infinity": (lambda p: changed(p, b1=p["b1"] + np.inf), ['"b1"', "inf"]),
}


@pytest.mark.parametrize(("spoil", "words"), STOPS.values(), ids=STOPS)
def test_the_forward_pass_explains_what_stopped_it(good, spoil, words):
    with pytest.raises(LabValueError) as caught:
        forward_propagation(good["X"], spoil(good["parameters"]))
    assert_says(caught, words)


@pytest.mark.parametrize(("spoil", "words"), {**STOPS, **SILENT}.values(), ids={**STOPS, **SILENT})
@pytest.mark.parametrize(
    "call",
    [lambda g, p: predict_dec(p, g["X"]), lambda g, p: predict(g["X"], g["Y"], p)],
    ids=["predict_dec", "predict"],
)
def test_predictions_refuse_bad_parameters(good, call, spoil, words, capsys):
    with pytest.raises(LabValueError) as caught:
        call(good, spoil(good["parameters"]))
    assert_says(caught, words)
    assert capsys.readouterr().out == ""


# --- the other arguments ---


def half_plane(points):
    return points[:, 0] > 0


BAD = {
    "forward: X transposed": (
        lambda g: forward_propagation(g["X"].T, g["parameters"]),
        ["X: ", "(2, m)", "(30, 2)", "транспонирован"],
    ),
    "forward: X of another size": (
        lambda g: forward_propagation(np.ones((3, 30)), g["parameters"]),
        ['"W1"', "(10, 3)", "(10, 2)"],
    ),
    "forward: X None": (lambda g: forward_propagation(None, g["parameters"]), ["X: ", "None"]),
    "loss: Y of another length": (lambda g: compute_loss(g["a3"], g["Y"][:, :20]), ["Y: ", "(1, 30)", "(1, 20)"]),
    "loss: Y flat": (lambda g: compute_loss(g["a3"], g["Y"][0]), ["Y: ", "(1, 30)", "(30,)"]),
    "loss: a3 None": (lambda g: compute_loss(None, g["Y"]), ["a3: ", "None"]),
    "loss: the pair for a3": (lambda g: compute_loss((g["a3"], g["cache"]), g["Y"]), ["a3: ", "tuple"]),
    "loss: Y None": (lambda g: compute_loss(g["a3"], None), ["Y: ", "None"]),
    "backward: Y of another length": (
        lambda g: backward_propagation(g["X"], g["Y"][:, 1:], g["cache"]),
        ["Y: ", "(1, 30)", "(1, 29)"],
    ),
    "backward: another X": (
        lambda g: backward_propagation(g["X"][:, 1:], g["Y"], g["cache"]),
        ["X: ", "(2, 30)", "(2, 29)"],
    ),
    "backward: Y None": (lambda g: backward_propagation(g["X"], None, g["cache"]), ["Y: ", "None"]),
    "backward: cache None": (lambda g: backward_propagation(g["X"], g["Y"], None), ["cache: ", "12", "None"]),
    "backward: the pair for the cache": (
        lambda g: backward_propagation(g["X"], g["Y"], (g["a3"], g["cache"])),
        ["cache: ", "12", "tuple"],
    ),
    "update: no gradient": (
        lambda g: update_parameters(g["parameters"], without(g["grads"], "db2"), 0.1),
        ["grads: ", '"db2"'],
    ),
    "update: transposed gradient": (
        lambda g: update_parameters(g["parameters"], changed(g["grads"], dW1=g["grads"]["dW1"].T), 0.1),
        ['grads["dW1"]', "(10, 2)", "(2, 10)", "транспонирован"],
    ),
    "update: gradient None": (
        lambda g: update_parameters(g["parameters"], changed(g["grads"], dW1=None), 0.1),
        ['grads["dW1"]', "None"],
    ),
    "update: parameters None": (lambda g: update_parameters(None, g["grads"], 0.1), ["parameters: ", "словарь"]),
    "update: grads None": (lambda g: update_parameters(g["parameters"], None, 0.1), ["grads: ", "словарь"]),
    "update: no learning rate": (
        lambda g: update_parameters(g["parameters"], g["grads"], None),
        ["learning_rate: ", "None"],
    ),
    "predict: X transposed": (lambda g: predict(g["X"].T, g["Y"], g["parameters"]), ["X: ", "(2, m)", "(30, 2)"]),
    "predict: X flat": (lambda g: predict(np.ones(2), g["Y"], g["parameters"]), ["X: ", "(n_x, m)", "(2,)"]),
    "predict: X empty": (lambda g: predict(np.ones((2, 0)), g["Y"], g["parameters"]), ["X: ", "пуст"]),
    "predict: X a list": (lambda g: predict([[1], [2]], g["Y"], g["parameters"]), ["X: ", "list"]),
    "predict: NaN in X": (lambda g: predict(nan_like(g["X"]), g["Y"], g["parameters"]), ["X: ", "NaN"]),
    "predict: y of another length": (
        lambda g: predict(g["X"], g["Y"][:, 1:], g["parameters"]),
        ["y: ", "(1, 30)", "(1, 29)"],
    ),
    "predict: labels": (lambda g: predict(g["X"], 2 * g["Y"] - 1, g["parameters"]), ["y: ", "0 и 1", "-1"]),
    "predict: NaN in y": (lambda g: predict(g["X"], nan_like(g["Y"]), g["parameters"]), ["y: ", "NaN"]),
    "predict: y None": (lambda g: predict(g["X"], None, g["parameters"]), ["y: ", "None"]),
    "plot: X transposed": (
        lambda g: plot_decision_boundary(half_plane, g["X"].T, g["Y"]),
        ["X: ", "(2, m)", "(30, 2)", "транспонирован"],
    ),
    "plot: X of text": (lambda g: plot_decision_boundary(half_plane, g["X"].astype(str), g["Y"]), ["X: ", "чисел"]),
    "plot: X NaN": (lambda g: plot_decision_boundary(half_plane, nan_like(g["X"]), g["Y"]), ["X: ", "NaN"]),
    "plot: flat y of another length": (
        lambda g: plot_decision_boundary(half_plane, g["X"], g["Y"][0, 1:]),
        ["y: ", "(30,)", "(29,)"],
    ),
    "plot: y of another length": (
        lambda g: plot_decision_boundary(half_plane, g["X"], g["Y"][:, 1:]),
        ["y: ", "(1, 30)", "(1, 29)"],
    ),
    "plot: labels": (lambda g: plot_decision_boundary(half_plane, g["X"], g["Y"] + 1), ["y: ", "0 и 1", "2"]),
    "plot: predictions for the function": (
        lambda g: plot_decision_boundary(predict_dec(g["parameters"], g["X"]), g["X"], g["Y"]),
        ["model: ", "функция", "ndarray", "lambda x:"],
    ),
    "plot: a lambda that forgets to transpose": (
        lambda g: plot_decision_boundary(lambda x: predict_dec(g["parameters"], x), g["X"], g["Y"]),
        ["X: ", "(90601, 2)", "транспонирован"],
    ),
    "plot: model gives too few": (
        lambda g: plot_decision_boundary(lambda x: half_plane(x)[:5], g["X"], g["Y"]),
        ["model(x)", "90601", "(5,)", "lambda x:"],
    ),
    "plot: model gives probabilities": (
        lambda g: plot_decision_boundary(lambda x: x[:, 0] / 10, g["X"], g["Y"]),
        ["model(x)", "0 и 1"],
    ),
    "plot: model gives nothing": (
        lambda g: plot_decision_boundary(lambda x: None, g["X"], g["Y"]),
        ["model(x)", "получено: None"],
    ),
}


@pytest.mark.parametrize(("call", "words"), BAD.values(), ids=BAD)
def test_bad_arguments(good, call, words, capsys):
    with pytest.raises(LabValueError) as caught:
        call(good)
    assert_says(caught, words)
    assert capsys.readouterr().out == ""


def test_a_missing_argument_is_named_by_python(good):
    with pytest.raises(TypeError, match="parameters"):
        forward_propagation(good["X"])


def test_an_error_that_no_argument_explains_stays_as_it_is(good, monkeypatch):
    monkeypatch.setattr(init_utils, "relu", lambda z: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        forward_propagation(good["X"], good["parameters"])


# --- model() in the notebook ---


def run(lab, **arguments):
    settings = {"num_iterations": 2, "print_cost": False, **arguments}
    return lab["model"](lab["train_X"], lab["train_Y"], **settings)


def test_unknown_initialization_lists_the_three(lab):
    with pytest.raises(ValueError, match="initialization") as caught:
        run(lab, initialization="xavier")
    assert_says(caught, ["zeros", "random", "he", "'xavier'"])


MODEL = {
    "nothing": (lambda p: None, ["не закончено"]),
    "an empty dictionary": (lambda p: {}, ['"W1"', "не закончено"]),
    "None for all": (lambda p: dict.fromkeys(p), ['"W1"', "None", "не закончено"]),
    "None for one": (lambda p: changed(p, b2=None), ['"b2"', "None", "не закончено"]),
    "a list": (lambda p: [], ["ожидался словарь", "list", "return parameters"]),
    "a tuple": (lambda p: (p, 1), ["ожидался словарь", "tuple", "return parameters"]),
    "a transposed matrix": (lambda p: changed(p, W2=p["W2"].T), ["(5, 10)", "(10, 5)", "транспонирован"]),
    "a flat bias": (lambda p: changed(p, b3=p["b3"][0]), ['"b3"', "(1, 1)", "(1,)"]),
    "NaN": (lambda p: changed(p, W1=nan_like(p["W1"])), ['"W1"', "NaN"]),
}


@pytest.mark.parametrize("kind", ["zeros", "random", "he"])
@pytest.mark.parametrize(("change", "words"), MODEL.values(), ids=MODEL)
def test_model_names_the_function_and_what_is_wrong(lab, kind, change, words):
    name = f"initialize_parameters_{kind}"
    right = lab[name]
    lab[name] = lambda dims: change(right(dims))
    with pytest.raises(LabValueError) as caught:
        run(lab, initialization=kind)
    assert_says(caught, [f"{name}", *words])


DATA = {
    "X transposed": (lambda X, Y: (X.T, Y), ["X: ", "(n_x, 300)", "(300, 2)", "транспонирован"]),
    "X a list": (lambda X, Y: (X.tolist(), Y), ["X: ", "list"]),
    "X None": (lambda X, Y: (None, Y), ["X: ", "None"]),
    "NaN in X": (lambda X, Y: (nan_like(X), Y), ["X: ", "NaN"]),
    "labels of another length": (lambda X, Y: (X, Y[:, :-1]), ["Y: ", "(1, 300)", "(1, 299)"]),
    "one label": (lambda X, Y: (X, Y[:, :1]), ["Y: ", "(1, 300)", "(1, 1)"]),
    "flat labels": (lambda X, Y: (X, Y[0]), ["Y: ", "(1, 300)", "(300,)"]),
    "labels in a column": (lambda X, Y: (X, Y.T), ["Y: ", "(1, 300)", "(300, 1)", "транспонирован"]),
    "labels -1 and 1": (lambda X, Y: (X, 2 * Y - 1), ["Y: ", "0 и 1", "-1"]),
}


@pytest.mark.parametrize(("spoil", "words"), DATA.values(), ids=DATA)
def test_model_refuses_bad_data(lab, spoil, words):
    lab["train_X"], lab["train_Y"] = spoil(lab["train_X"], lab["train_Y"])
    with pytest.raises(LabValueError) as caught:
        run(lab)
    assert_says(caught, words)
