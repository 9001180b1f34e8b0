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


@pytest.fixture
def data():
    X, Y, _, _ = load_dataset()
    plt.close("all")
    return X, Y


@pytest.fixture
def axes(data):
    """The current axes of a figure of two; the other ones stay empty."""
    _, (other, current) = plt.subplots(1, 2)
    plt.sca(current)
    yield current
    assert not other.collections and len(plt.get_fignums()) == 1


def test_the_numbers_are_those_of_the_original_lab_and_the_generator_is_left_alone(axes):
    np.random.seed(1)
    train_X, train_Y = make_circles(n_samples=300, noise=0.05)
    np.random.seed(2)
    test_X, test_Y = make_circles(n_samples=100, noise=0.05)
    state = np.random.get_state()[1].copy()
    for ours, theirs in zip(load_dataset(), (train_X.T, train_Y[None], test_X.T, test_Y[None]), strict=True):
        np.testing.assert_array_equal(ours, theirs, strict=True)
    np.testing.assert_array_equal(np.random.get_state()[1], state)
    for k, (points, _, _) in enumerate(points_of(axes).values()):
        np.testing.assert_array_equal(points, train_X[train_Y == k])
    assert [*points_of(axes)] == ["класс 0 (красный)", "класс 1 (синий)"]
    assert axes.get_title() == "Обучающая выборка" and axes.get_legend() is not None


@pytest.mark.parametrize(("flat", "scale"), [(True, 1), (False, 3)])
def test_points_areas_and_boundary_differ_without_colour_too_and_no_point_is_outside(data, axes, flat, scale):
    X, Y = scale * data[0], data[1]
    plot_decision_boundary(inner_disc, X, Y[0] if flat else Y)
    (_, red, circle), (_, blue, triangle) = points_of(axes).values()
    assert red[0] > 0.7 > red[2] and blue[2] > 0.6 > blue[0]
    assert len(circle.vertices) != len(triangle.vertices)
    areas, boundary = (c for c in axes.collections if isinstance(c, ContourSet))
    assert areas.filled and not boundary.filled
    (line,) = boundary.get_paths()
    np.testing.assert_allclose(np.hypot(*line.vertices.T), 0.9, atol=0.02)
    grey = areas.get_facecolor()[:, :3] @ (0.2126, 0.7152, 0.0722)
    assert abs(grey[0] - grey[1]) > 0.1
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("Признак $x_1$", "Признак $x_2$")
    for x, (least, most) in zip(X, (axes.get_xlim(), axes.get_ylim()), strict=True):
        assert least <= min(-1.5, x.min()) and most >= max(1.5, x.max())


def test_the_model_sees_points_in_rows_that_fill_the_limits_set_before(data, axes):
    seen = []

    def one_class(points):  # no boundary: drawn without a warning
        seen.append(points)
        return np.zeros((1, len(points)), dtype=bool)

    axes.set(xlim=(-1, 2), ylim=(-2, 0.5))
    plot_decision_boundary(one_class, *data)
    assert (axes.get_xlim(), axes.get_ylim()) == ((-1, 2), (-2, 0.5))
    (points,) = seen
    assert points.shape[1:] == (2,)
    np.testing.assert_array_equal([points.min(axis=0), points.max(axis=0)], [[-1, -2], [2, 0.5]])
