"""The arithmetic of init_utils against independent oracles."""

import copy

import numpy as np
import pytest

import init_utils
from benchmarks import textbook
from init_utils import (
    backward_propagation,
    compute_loss,
    forward_propagation,
    predict,
    predict_dec,
    relu,
    sigmoid,
    update_parameters,
)

SIZES = [(2, 10, 5, 300), (1, 1, 1, 1), (3, 4, 4, 2), (7, 2, 9, 17)]  # n_x, n1, n2, m


@pytest.mark.parametrize(
    "z", [0, -3.5, np.float64(2), [1, -1], np.zeros((0,)), np.linspace(-700, 700, 24).reshape(2, 3, 4)]
)
def test_activations_follow_their_formulas_and_keep_the_shape(z):
    np.testing.assert_allclose(sigmoid(z), textbook.sigmoid(np.asarray(z)), rtol=1e-13)
    np.testing.assert_array_equal(relu(z), np.where(np.asarray(z) > 0, z, 0))
    assert np.shape(sigmoid(z)) == np.shape(relu(z)) == np.shape(z)


def test_sigmoid_is_silent_at_the_ends_of_the_range():
    largest = np.finfo(float).max
    with np.errstate(all="raise"):
        np.testing.assert_array_equal(sigmoid(np.array([-largest, -1e4, 0, 1e4, largest])), [0, 0, 0.5, 1, 1])


def test_a_step_worked_out_by_hand():
    # Two examples, x = 1 with y = 1 and x = -1 with y = 0; n1 = 2, n2 = 1; w = ln 3 / 2.
    w = np.log(3) / 2
    X, Y = np.array([[1.0, -1.0]]), np.array([[1, 0]])
    parameters = {
        "W1": np.array([[2.0], [-1.0]]), "b1": np.array([[0.0], [1.0]]),
        "W2": np.array([[1.0, -1.0]]), "b2": np.array([[0.0]]),
        "W3": np.array([[w]]), "b3": np.array([[0.0]]),
    }  # fmt: skip

    a3, cache = forward_propagation(X, parameters)
    z1, a1, W1, b1, z2, a2, W2, b2, z3, cached_a3, W3, b3 = cache
    np.testing.assert_array_equal(z1, [[2, -2], [0, 2]])
    np.testing.assert_array_equal(a1, [[2, 0], [0, 2]])
    np.testing.assert_array_equal(z2, [[2, -2]])  # 2 - 0 and 0 - 2
    np.testing.assert_array_equal(a2, [[2, 0]])
    np.testing.assert_allclose(z3, [[np.log(3), 0]])  # 2 w = ln 3
    np.testing.assert_allclose(a3, [[0.75, 0.5]])  # 1 / (1 + 1/3) and 1 / (1 + 1)
    assert cached_a3 is a3
    for name, value in zip(("W1", "b1", "W2", "b2", "W3", "b3"), (W1, b1, W2, b2, W3, b3), strict=True):
        assert value is parameters[name]

    assert compute_loss(a3, Y) == pytest.approx(np.log(8 / 3) / 2)  # -(ln 3/4 + ln 1/2) / 2

    grads = backward_propagation(X, Y, cache)
    by_hand = {
        "dz3": [[-1 / 8, 1 / 4]],  # (3/4 - 1) / 2 and (1/2 - 0) / 2
        "dW3": [[-1 / 4]], "db3": [[1 / 8]],
        "da2": [[-w / 8, w / 4]],
        "dz2": [[-w / 8, 0]],  # the second z2 is negative
        "dW2": [[-w / 4, 0]], "db2": [[-w / 8]],
        "da1": [[-w / 8, 0], [w / 8, 0]],
        "dz1": [[-w / 8, 0], [0, 0]],  # z1 = 0 passes no gradient
        "dW1": [[-w / 8], [0]], "db1": [[-w / 8], [0]],
    }  # fmt: skip
    assert list(grads) == list(by_hand)
    for name, value in by_hand.items():
        np.testing.assert_allclose(grads[name], value, err_msg=name)

    before = copy.deepcopy(parameters)
    updated = update_parameters(parameters, grads, learning_rate=8)
    np.testing.assert_equal(parameters, before)
    np.testing.assert_allclose(updated["W1"], [[2 + w], [-1]])
    np.testing.assert_allclose(updated["W3"], [[w + 2]])
    np.testing.assert_allclose(updated["b3"], [[-1]])
    assert not any(np.shares_memory(updated[name], parameters[name]) for name in parameters)


@pytest.mark.parametrize("scale", [0, 0.1, 1, 10])
@pytest.mark.parametrize("sizes", SIZES)
def test_a_step_agrees_with_the_textbook(network, sizes, scale):
    n_x, n1, n2, m = sizes
    X, Y, parameters = network(n_x, n1, n2, m, scale=scale, seed=n_x)

    def step(lab):
        a3, cache = lab.forward_propagation(X, parameters)
        loss = lab.compute_loss(a3, Y)
        grads = lab.backward_propagation(X, Y, cache)
        return loss, cache, grads, lab.update_parameters(parameters, grads, 0.01)

    with np.errstate(all="ignore"):
        textbook_loss, textbook_cache, textbook_grads, textbook_updated = step(textbook)
    loss, cache, grads, updated = step(init_utils)

    tolerance = {"rtol": 1e-12, "atol": 1e-12}
    if np.isfinite(textbook_loss):
        np.testing.assert_allclose(loss, textbook_loss, **tolerance)
    for ours, theirs in zip(cache, textbook_cache, strict=True):
        np.testing.assert_allclose(ours, theirs, **tolerance)
    for ours, theirs in ((grads, textbook_grads), (updated, textbook_updated)):
        assert ours.keys() == theirs.keys()
        for name in ours:
            np.testing.assert_allclose(ours[name], theirs[name], strict=True, err_msg=name, **tolerance)


@pytest.mark.parametrize("sizes", SIZES)
def test_gradients_agree_with_central_differences(network, sizes):
    n_x, n1, n2, m = sizes
    X, Y, parameters = network(n_x, n1, n2, m, seed=n1)
    grads = backward_propagation(X, Y, forward_propagation(X, parameters)[1])

    def loss(name, index, change):
        changed = {key: value.copy() for key, value in parameters.items()}
        changed[name][index] += change
        return compute_loss(forward_propagation(X, changed)[0], Y)

    h = 1e-6
    for name, value in parameters.items():
        for index in np.ndindex(value.shape):
            difference = (loss(name, index, h) - loss(name, index, -h)) / (2 * h)
            assert grads["d" + name][index] == pytest.approx(difference, rel=1e-5, abs=1e-8), (name, index)


@pytest.mark.parametrize(
    ("a3", "Y", "expected"),
    [
        ([[1.0, 0.0]], [[1, 0]], 0.0),  # 0 · log 0 on both sides
        ([[0.0, 0.5]], [[1, 0]], np.inf),
        ([[0.5, 1.0]], [[1, 0]], np.inf),
        ([[1e-300, 0.5]], [[1, 0]], (300 * np.log(10) + np.log(2)) / 2),
    ],
)
@pytest.mark.parametrize("dtype", [int, float, bool, np.uint8])
def test_loss_at_the_ends_of_the_range(a3, Y, expected, dtype):
    with np.errstate(all="raise"):
        loss = compute_loss(np.array(a3), np.array(Y, dtype=dtype))
    assert type(loss) is float
    assert loss == pytest.approx(expected)
    assert str(loss) != "-0.0"


def test_predict_prints_the_share_of_right_answers(network, capsys):
    X, Y, parameters = network(m=8)
    expected = (textbook.forward_propagation(X, parameters)[0] > 0.5).astype(int)
    Y = expected.copy()
    Y[0, :2] = 1 - Y[0, :2]
    predictions = predict(X, Y, parameters)
    assert capsys.readouterr().out == "Accuracy: 0.75\n"
    assert predictions.shape == (1, 8)
    assert np.issubdtype(predictions.dtype, np.integer)
    np.testing.assert_array_equal(predictions, expected)


def test_predict_dec_is_strictly_above_one_half(network):
    X, _, parameters = network(m=8, scale=0)  # every probability is exactly 0.5
    decisions = predict_dec(parameters, X)
    assert decisions.shape == (1, 8)
    assert decisions.dtype == bool
    assert not decisions.any()
