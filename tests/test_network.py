"""The arithmetic of init_utils against independent oracles."""

import copy

import numpy as np
import pytest

import init_utils
from benchmarks import textbook
from init_utils import compute_loss, predict, predict_dec, relu, sigmoid

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


@pytest.mark.parametrize("kink", [False, True])
@pytest.mark.parametrize("scale", [0, 0.1, 1, 10])
@pytest.mark.parametrize("sizes", SIZES)
def test_a_step_agrees_with_the_textbook(network, sizes, scale, kink):
    X, Y, parameters = network(*sizes, scale=scale)
    if kink:  # z = 0 in both layers: no gradient passes
        X[:, 0] = 0
        for name in ("b1", "W2", "b2"):
            parameters[name][0] = 0
    before = copy.deepcopy(parameters)

    def step(lab):
        a3, cache = lab.forward_propagation(X, parameters)
        grads = lab.backward_propagation(X, Y, cache)
        return lab.compute_loss(a3, Y), cache, grads, lab.update_parameters(parameters, grads, 0.01)

    with np.errstate(all="ignore"):
        textbook_loss, *expected = step(textbook)
    loss, *found = step(init_utils)
    np.testing.assert_equal(parameters, before)
    if np.isfinite(textbook_loss):
        np.testing.assert_allclose(loss, textbook_loss, rtol=1e-12, atol=1e-12)
    for ours, theirs in zip(found, expected, strict=True):
        if isinstance(ours, dict):
            assert [*ours] == [*theirs]
            ours, theirs = ours.values(), theirs.values()
        for one, other in zip(ours, theirs, strict=True):
            assert (one.shape, one.dtype) == (other.shape, other.dtype)
            np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("sizes", SIZES)
def test_gradients_agree_with_central_differences(network, sizes):
    X, Y, parameters = network(*sizes, seed=sizes[1])
    grads = init_utils.backward_propagation(X, Y, init_utils.forward_propagation(X, parameters)[1])

    def loss(name, index, change):
        changed = copy.deepcopy(parameters)
        changed[name][index] += change
        return compute_loss(init_utils.forward_propagation(X, changed)[0], Y)

    h = 1e-6
    for name, value in parameters.items():
        for index in np.ndindex(value.shape):
            difference = (loss(name, index, h) - loss(name, index, -h)) / (2 * h)
            assert grads["d" + name][index] == pytest.approx(difference, rel=1e-5, abs=1e-8), (name, index)


@pytest.mark.parametrize(
    ("a3", "Y", "expected"),
    [
        ([[0.75, 0.5]], [[1, 0]], np.log(8 / 3) / 2),  # -(ln 3/4 + ln 1/2) / 2
        ([[1.0, 0.0]], [[1, 0]], 0.0),  # 0 · log 0 on both sides
        ([[0.0, 0.5]], [[1, 0]], np.inf),
        ([[0.5, 1.0]], [[1, 0]], np.inf),
        ([[1e-300, 0.5]], [[1, 0]], (300 * np.log(10) + np.log(2)) / 2),
    ],
)
@pytest.mark.parametrize("dtype", [int, float, bool, np.uint8])
def test_loss_by_hand_and_at_the_ends_of_the_range(a3, Y, expected, dtype):
    with np.errstate(all="raise"):
        loss = compute_loss(np.array(a3), np.array(Y, dtype=dtype))
    assert type(loss) is float
    assert loss == pytest.approx(expected)
    assert str(loss) != "-0.0"


@pytest.mark.parametrize("scale", [0, 1])  # with 0, every probability is exactly 0.5, which is class 0
def test_predictions_and_the_share_of_right_answers(network, capsys, scale):
    X, _, parameters = network(m=8, scale=scale)
    expected = textbook.forward_propagation(X, parameters)[0] > 0.5
    np.testing.assert_array_equal(predict_dec(parameters, X), expected, strict=True)
    Y = expected.astype(int)
    Y[0, :2] = 1 - Y[0, :2]
    np.testing.assert_array_equal(predict(X, Y, parameters), expected.astype(int), strict=True)
    assert capsys.readouterr().out == "Accuracy: 0.75\n"
