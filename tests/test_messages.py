"""Bad input: the error names the argument, what was expected and what came; nothing is half done."""

import numpy as np
import pytest

from init_utils import (
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


def changed(parameters, **values):
    return {**parameters, **values}


def without(dictionary, key):
    return {name: value for name, value in dictionary.items() if name != key}


def nan_like(array):
    array = np.array(array, dtype=float)
    array[0, 0] = np.nan
    return array


# what is called with g (the good input) -> the error and the words that must be in it
FORWARD = {
    "None": (lambda p: changed(p, W2=None), TypeError, ['parameters["W2"]', "None", "не закончено"]),
    "missing key": (lambda p: without(p, "b2"), ValueError, ['"b2"', "W1"]),
    "not a dictionary": (lambda p: [1, 2], TypeError, ["parameters", "словарь", "list"]),
    "None for the dictionary": (lambda p: None, TypeError, ["parameters", "словарь", "None"]),
    "transposed W1": (lambda p: changed(p, W1=p["W1"].T), ValueError, ['"W1"', "(10, 2)", "(2, 10)", "транспонирован"]),
    "transposed W2": (lambda p: changed(p, W2=p["W2"].T), ValueError, ['"W2"', "(5, 10)", "(10, 5)", "транспонирован"]),
    "transposed W3": (lambda p: changed(p, W3=p["W3"].T), ValueError, ['"W3"', "(1, 5)", "(5, 1)"]),
    "flat W3": (lambda p: changed(p, W3=p["W3"][0]), ValueError, ['"W3"', "(1, 5)", "(5,)"]),
    "flat b1": (lambda p: changed(p, b1=p["b1"][:, 0]), ValueError, ['"b1"', "(10, 1)", "(10,)"]),
    "row b1": (lambda p: changed(p, b1=p["b1"].T), ValueError, ['"b1"', "(10, 1)", "(1, 10)", "транспонирован"]),
    "W1 of another layer": (lambda p: changed(p, W1=np.ones((10, 10))), ValueError, ['"W1"', "(10, 2)", "(10, 10)"]),
    "W1 of one number": (lambda p: changed(p, W1=np.array(5.0)), ValueError, ['"W1"', "(10, 2)", "()"]),
    "wide b1": (lambda p: changed(p, b1=np.ones((10, 2))), ValueError, ['"b1"', "(10, 1)", "(10, 2)"]),
    "scalar b1": (lambda p: changed(p, b1=0.0), TypeError, ['"b1"', "массив", "float"]),
    "flat b3": (lambda p: changed(p, b3=p["b3"][0]), ValueError, ['"b3"', "(1, 1)", "(1,)"]),
    "list": (lambda p: changed(p, W1=[[1, 2]]), TypeError, ['"W1"', "массив", "list"]),
    "NaN": (lambda p: changed(p, W2=nan_like(p["W2"])), ValueError, ['"W2"', "NaN"]),
    "empty": (lambda p: changed(p, W1=np.zeros((0, 2)), b1=np.zeros((0, 1))), ValueError, ['"W1"', "пуст", "(0, 2)"]),
}


@pytest.mark.parametrize("call", [lambda X, p: forward_propagation(X, p), lambda X, p: predict_dec(p, X)])
@pytest.mark.parametrize(("spoil", "error", "words"), FORWARD.values(), ids=FORWARD)
def test_bad_parameters(good, call, spoil, error, words):
    parameters = spoil(good["parameters"])
    with pytest.raises(error) as caught:
        call(good["X"], parameters)
    assert_says(caught, words)


BAD = {
    "forward: X transposed": (
        lambda g: forward_propagation(g["X"].T, g["parameters"]),
        ValueError,
        ["X", "(2, m)", "(30, 2)", "транспонирован"],
    ),
    "forward: X of another size": (
        lambda g: forward_propagation(np.ones((3, 30)), g["parameters"]),
        ValueError,
        ['"W1"', "(10, 3)", "(10, 2)"],
    ),
    "forward: X flat": (
        lambda g: forward_propagation(np.ones(2), g["parameters"]),
        ValueError,
        ["X", "(n_x, m)", "(2,)"],
    ),
    "forward: X empty": (lambda g: forward_propagation(np.ones((2, 0)), g["parameters"]), ValueError, ["X", "пуст"]),
    "forward: X None": (lambda g: forward_propagation(None, g["parameters"]), TypeError, ["X", "None"]),
    "forward: X a list": (lambda g: forward_propagation([[1], [2]], g["parameters"]), TypeError, ["X", "list"]),
    "forward: X NaN": (lambda g: forward_propagation(nan_like(g["X"]), g["parameters"]), ValueError, ["X", "NaN"]),
    "loss: Y of another length": (
        lambda g: compute_loss(g["a3"], g["Y"][:, :20]),
        ValueError,
        ["Y", "(1, 30)", "(1, 20)"],
    ),
    "loss: Y flat": (lambda g: compute_loss(g["a3"], g["Y"][0]), ValueError, ["Y", "(1, 30)", "(30,)"]),
    "loss: Y transposed": (
        lambda g: compute_loss(g["a3"], g["Y"].T),
        ValueError,
        ["Y", "(1, 30)", "(30, 1)", "транспонирован"],
    ),
    "loss: a3 flat": (lambda g: compute_loss(g["a3"][0], g["Y"]), ValueError, ["a3", "(1, m)", "(30,)"]),
    "loss: a3 of two rows": (
        lambda g: compute_loss(np.ones((2, 3)), np.ones((2, 3))),
        ValueError,
        ["a3", "(1, m)", "(2, 3)"],
    ),
    "loss: a3 None": (lambda g: compute_loss(None, g["Y"]), TypeError, ["a3", "None"]),
    "loss: Y None": (lambda g: compute_loss(g["a3"], None), TypeError, ["Y", "None"]),
    "loss: empty": (lambda g: compute_loss(np.ones((1, 0)), np.ones((1, 0))), ValueError, ["a3", "пуст"]),
    "loss: a3 NaN": (lambda g: compute_loss(nan_like(g["a3"]), g["Y"]), ValueError, ["a3", "NaN"]),
    "loss: Y NaN": (lambda g: compute_loss(g["a3"], nan_like(g["Y"])), ValueError, ["Y", "NaN"]),
    "loss: labels that make it negative": (
        lambda g: compute_loss(np.array([[0.9, 0.9]]), np.array([[2, 2]])),
        ValueError,
        ["Y", "0 и 1", "2"],
    ),
    "loss: a3 is not a probability": (
        lambda g: compute_loss(np.array([[7.0]]), np.array([[1]])),
        ValueError,
        ["a3", "от 0 до 1"],
    ),
    "backward: Y of another length": (
        lambda g: backward_propagation(g["X"], g["Y"][:, 1:], g["cache"]),
        ValueError,
        ["Y", "(1, 30)", "(1, 29)"],
    ),
    "backward: Y flat": (
        lambda g: backward_propagation(g["X"], g["Y"][0], g["cache"]),
        ValueError,
        ["Y", "(1, 30)", "(30,)"],
    ),
    "backward: another X": (
        lambda g: backward_propagation(g["X"][:, 1:], g["Y"], g["cache"]),
        ValueError,
        ["X", "(2, 30)", "(2, 29)"],
    ),
    "backward: Y None": (lambda g: backward_propagation(g["X"], None, g["cache"]), TypeError, ["Y", "None"]),
    "backward: Y NaN": (lambda g: backward_propagation(g["X"], nan_like(g["Y"]), g["cache"]), ValueError, ["Y", "NaN"]),
    "backward: cache None": (lambda g: backward_propagation(g["X"], g["Y"], None), TypeError, ["cache", "12", "None"]),
    "backward: the pair for the cache": (
        lambda g: backward_propagation(g["X"], g["Y"], (g["a3"], g["cache"])),
        TypeError,
        ["cache", "12", "tuple"],
    ),
    "update: no gradient": (
        lambda g: update_parameters(g["parameters"], without(g["grads"], "db2"), 0.1),
        ValueError,
        ["grads", '"db2"'],
    ),
    "update: gradient of another shape": (
        lambda g: update_parameters(g["parameters"], changed(g["grads"], dW1=g["grads"]["db1"]), 0.1),
        ValueError,
        ['grads["dW1"]', "(10, 2)", "(10, 1)"],
    ),
    "update: gradient None": (
        lambda g: update_parameters(g["parameters"], changed(g["grads"], dW1=None), 0.1),
        TypeError,
        ['grads["dW1"]', "None"],
    ),
    "update: parameter None": (
        lambda g: update_parameters(changed(g["parameters"], W1=None), g["grads"], 0.1),
        TypeError,
        ['parameters["W1"]', "None", "не закончено"],
    ),
    "update: parameters None": (
        lambda g: update_parameters(None, g["grads"], 0.1),
        TypeError,
        ["parameters", "словарь"],
    ),
    "update: grads None": (lambda g: update_parameters(g["parameters"], None, 0.1), TypeError, ["grads", "словарь"]),
    "update: no learning rate": (
        lambda g: update_parameters(g["parameters"], g["grads"], None),
        ValueError,
        ["learning_rate", "None"],
    ),
    "update: NaN learning rate": (
        lambda g: update_parameters(g["parameters"], g["grads"], np.nan),
        ValueError,
        ["learning_rate", "nan"],
    ),
    "predict: y of another length": (
        lambda g: predict(g["X"], g["Y"][:, 1:], g["parameters"]),
        ValueError,
        ["y", "(1, 30)", "(1, 29)"],
    ),
    "predict: labels": (lambda g: predict(g["X"], 2 * g["Y"] - 1, g["parameters"]), ValueError, ["y", "0 и 1", "-1"]),
    "predict: NaN anywhere in X": (
        lambda g: predict(nan_like(g["X"][:, ::-1])[:, ::-1], g["Y"], g["parameters"]),
        ValueError,
        ["X", "NaN"],
    ),
    "predict: NaN in y": (lambda g: predict(g["X"], nan_like(g["Y"]), g["parameters"]), ValueError, ["y", "NaN"]),
    "predict: y None": (lambda g: predict(g["X"], None, g["parameters"]), TypeError, ["y", "None"]),
    "plot: X transposed": (
        lambda g: plot_decision_boundary(lambda x: x[:, 0] > 0, g["X"].T, g["Y"]),
        ValueError,
        ["X", "(2, m)", "(30, 2)", "транспонирован"],
    ),
    "plot: y of another length": (
        lambda g: plot_decision_boundary(lambda x: x[:, 0] > 0, g["X"], g["Y"][0, 1:]),
        ValueError,
        ["y", "(30,)", "(1, 30)", "(29,)"],
    ),
    "plot: labels": (
        lambda g: plot_decision_boundary(lambda x: x[:, 0] > 0, g["X"], g["Y"] + 1),
        ValueError,
        ["y", "0 и 1", "2"],
    ),
    "plot: X of text": (
        lambda g: plot_decision_boundary(lambda x: x[:, 0] > 0, g["X"].astype(str), g["Y"]),
        TypeError,
        ["X", "чисел"],
    ),
    "plot: X NaN": (
        lambda g: plot_decision_boundary(lambda x: x[:, 0] > 0, nan_like(g["X"]), g["Y"]),
        ValueError,
        ["X", "NaN"],
    ),
    "plot: model gives too few": (
        lambda g: plot_decision_boundary(lambda x: x[:5, 0] > 0, g["X"], g["Y"]),
        ValueError,
        ["model", "(5,)"],
    ),
    "plot: model gives probabilities": (
        lambda g: plot_decision_boundary(lambda x: x[:, 0] / 10, g["X"], g["Y"]),
        ValueError,
        ["model", "0 и 1"],
    ),
    "plot: model gives nothing": (
        lambda g: plot_decision_boundary(lambda x: None, g["X"], g["Y"]),
        ValueError,
        ["model", "одна метка", "()"],
    ),
}


@pytest.mark.parametrize(("call", "error", "words"), BAD.values(), ids=BAD)
def test_bad_arguments(good, call, error, words, capsys):
    with pytest.raises(error) as caught:
        call(good)
    assert_says(caught, words)
    assert capsys.readouterr().out == ""


def test_overflow_is_told_from_bad_input(good):
    huge = changed(good["parameters"], W1=np.full((10, 2), 1e308) * [1, -1])
    with np.errstate(all="ignore"), pytest.raises(ValueError, match=r"a3: .*переполнились"):
        forward_propagation(10 * np.ones_like(good["X"]), huge)  # inf - inf


def test_nan_in_a_later_example_is_caught_by_the_loss(good):
    X = nan_like(good["X"][:, ::-1])[:, ::-1]
    a3, _ = forward_propagation(X, good["parameters"])
    with pytest.raises(ValueError, match=r"a3: .*NaN"):
        compute_loss(a3, good["Y"])


def assert_says(caught, words):
    message = str(caught.value)
    for word in words:
        assert word in message, f"{word!r} not in {message!r}"
    fact, advice = message.split("\n")
    assert "получен" in fact and advice.endswith(".")
    for wording in ("ожидалась форма", "получена форма", "получена ("):
        assert wording not in fact
    assert caught.value.__cause__ is None and (caught.value.__context__ is None or caught.value.__suppress_context__)


# --- model() in the notebook ---


def run(lab, **arguments):
    settings = {"num_iterations": 2, "print_cost": False, **arguments}
    return lab["model"](lab["train_X"], lab["train_Y"], **settings)


def test_unknown_initialization_lists_the_three(lab):
    with pytest.raises(ValueError, match="initialization") as caught:
        run(lab, initialization="xavier")
    assert_says(caught, ["zeros", "random", "he", "'xavier'"])


@pytest.mark.parametrize("kind", ["zeros", "random", "he"])
@pytest.mark.parametrize(
    "unfinished",
    [
        lambda dims: {f"{name}{layer}": None for layer in (1, 2, 3) for name in "Wb"},
        lambda dims: {},
        lambda dims: None,
    ],
)
def test_model_names_the_unfinished_function(lab, kind, unfinished):
    lab[f"initialize_parameters_{kind}"] = unfinished
    with pytest.raises(ValueError, match="не закончено") as caught:
        run(lab, initialization=kind)
    assert_says(caught, [f"initialize_parameters_{kind}", "W1"])


def test_model_names_only_what_is_missing(lab):
    finished = lab["initialize_parameters_he"]
    lab["initialize_parameters_he"] = lambda dims: changed(finished(dims), b2=None)
    with pytest.raises(ValueError, match="initialize_parameters_he") as caught:
        run(lab)
    assert "ожидались параметры b2, получено: None" in str(caught.value)


@pytest.mark.parametrize("value", [[], (1, 2), np.ones(3), "W1"])
def test_model_says_what_came_instead_of_a_dictionary(lab, value):
    lab["initialize_parameters_he"] = lambda dims: value
    with pytest.raises(TypeError, match="initialize_parameters_he") as caught:
        run(lab)
    assert_says(caught, ["ожидался словарь", f"получено: {type(value).__name__}"])


def test_model_reports_a_transposed_X(lab):
    lab["train_X"] = lab["train_X"].T
    with pytest.raises(ValueError, match="X") as caught:
        run(lab)
    assert_says(caught, ["X: ", "(n_x, 300)", "(300, 2)", "транспонирован"])


def test_model_reports_a_transposed_matrix(lab):
    finished = lab["initialize_parameters_he"]
    lab["initialize_parameters_he"] = lambda dims: changed(finished(dims), W2=finished(dims)["W2"].T)
    with pytest.raises(ValueError, match="W2") as caught:
        run(lab)
    assert_says(caught, ["(5, 10)", "(10, 5)", "транспонирован"])


def test_model_reports_labels_of_another_length(lab):
    lab["train_Y"] = lab["train_Y"][:, :-1]
    with pytest.raises(ValueError, match="Y"):
        run(lab)
