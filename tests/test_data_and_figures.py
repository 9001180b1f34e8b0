"""The two rings of points and the pictures of them."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.contour import ContourSet
from sklearn.datasets import make_circles

from init_utils import load_dataset, plot_decision_boundary


def points_of(axes):
    """The scattered points: label -> (positions, colour, marker)."""
    return {
        c.get_label(): (np.asarray(c.get_offsets()), tuple(c.get_facecolor()[0][:3]), c.get_paths()[0])
        for c in axes.collections
        if len(c.get_offsets()) and "класс" in str(c.get_label())
    }


def inner_disc(points):
    return np.hypot(*points.T) < 0.9


# --- load_dataset ---


def test_shapes_and_labels():
    train_X, train_Y, test_X, test_Y = load_dataset()
    assert [a.shape for a in (train_X, train_Y, test_X, test_Y)] == [(2, 300), (1, 300), (2, 100), (1, 100)]
    for Y in (train_Y, test_Y):
        values, counts = np.unique(Y, return_counts=True)
        assert values.tolist() == [0, 1]
        assert counts[0] == counts[1]


def test_numbers_are_those_of_the_original_lab():
    state = np.random.get_state()
    try:
        np.random.seed(1)
        train_X, train_Y = make_circles(n_samples=300, noise=0.05)
        np.random.seed(2)
        test_X, test_Y = make_circles(n_samples=100, noise=0.05)
    finally:
        np.random.set_state(state)
    for ours, theirs in zip(load_dataset(), (train_X.T, [train_Y], test_X.T, [test_Y]), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_the_global_generator_is_left_alone():
    np.random.seed(12345)
    expected = np.random.rand(3)
    np.random.seed(12345)
    load_dataset()
    np.testing.assert_array_equal(np.random.rand(3), expected)


def test_draws_the_training_points_on_the_current_axes():
    _, (left, right) = plt.subplots(1, 2)
    plt.sca(left)
    train_X, train_Y, _, _ = load_dataset()
    assert not right.collections
    points = points_of(left)
    for k, label in enumerate(("класс 0 (красный)", "класс 1 (синий)")):
        np.testing.assert_array_equal(points[label][0], train_X[:, train_Y[0] == k].T)
    assert left.get_title() == "Обучающая выборка"
    assert left.get_legend() is not None


# --- plot_decision_boundary ---


@pytest.fixture
def data():
    dataset = load_dataset()
    plt.close("all")
    return dataset[0], dataset[1]


@pytest.mark.parametrize("flat", [True, False])
def test_draws_points_areas_and_boundary(data, flat):
    X, Y = data
    plot_decision_boundary(inner_disc, X, Y[0] if flat else Y)
    axes = plt.gca()
    assert len(points_of(axes)) == 2
    (boundary,) = [c for c in axes.collections if isinstance(c, ContourSet) and not c.filled]
    (circle,) = boundary.get_paths()
    np.testing.assert_allclose(np.hypot(*circle.vertices.T), 0.9, atol=0.02)
    assert "x_1" in axes.get_xlabel() and "Признак" in axes.get_xlabel()
    assert "x_2" in axes.get_ylabel() and "Признак" in axes.get_ylabel()


def test_classes_differ_by_colour_and_by_marker(data):
    plot_decision_boundary(inner_disc, *data)
    (_, red, circle), (_, blue, triangle) = points_of(plt.gca()).values()
    assert red[0] > 0.7 > red[2]
    assert blue[2] > 0.6 > blue[0]
    assert len(circle.vertices) != len(triangle.vertices)


def test_the_areas_differ_in_greyscale_too(data):
    plot_decision_boundary(inner_disc, *data)
    (areas,) = [c for c in plt.gca().collections if isinstance(c, ContourSet) and c.filled]
    red, blue = areas.get_facecolor()[:, :3] @ (0.2126, 0.7152, 0.0722)
    assert abs(red - blue) > 0.1


def test_limits_set_before_are_kept(data):
    axes = plt.gca()
    axes.set_xlim([-1, 2])
    axes.set_ylim([-2, 0.5])
    plot_decision_boundary(inner_disc, *data)
    assert axes.get_xlim() == (-1, 2)
    assert axes.get_ylim() == (-2, 0.5)


def test_without_limits_every_point_is_in_the_picture(data):
    X, Y = data
    plot_decision_boundary(inner_disc, 3 * X, Y)
    (left, right), (bottom, top) = plt.gca().get_xlim(), plt.gca().get_ylim()
    assert left <= 3 * X[0].min() and right >= 3 * X[0].max()
    assert bottom <= 3 * X[1].min() and top >= 3 * X[1].max()


def test_the_model_sees_points_in_rows_that_fill_the_picture(data):
    seen = []

    def model(points):
        seen.append(points)
        return np.zeros(len(points), dtype=int)

    axes = plt.gca()
    axes.set_xlim([-1.5, 1.5])
    axes.set_ylim([-1.5, 1.5])
    plot_decision_boundary(model, *data)
    (points,) = seen
    assert points.ndim == 2 and points.shape[1] == 2
    np.testing.assert_array_equal(points.min(axis=0), [-1.5, -1.5])
    np.testing.assert_array_equal(points.max(axis=0), [1.5, 1.5])


def test_a_model_with_one_answer_is_drawn_without_a_warning(data):
    plot_decision_boundary(lambda points: np.zeros((1, len(points)), dtype=bool), *data)


def test_only_the_current_axes_are_drawn_on(data):
    figure, (left, right) = plt.subplots(1, 2)
    plt.sca(right)
    plot_decision_boundary(inner_disc, *data)
    assert not left.collections and right.collections
    assert plt.get_fignums() == [figure.number]
