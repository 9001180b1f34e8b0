"""The lab run by a student: three networks kept apart, section 5 that compares them."""

import contextlib
import io

import numpy as np
import pytest

from init_utils import EXERCISES, Results
from tools import lab_cells


@pytest.fixture(scope="module")
def trained():
    """The lab after its last cell."""
    return lab_cells.run_lab()


def run(lab, name):
    with contextlib.redirect_stdout(io.StringIO()) as out:
        exec(lab_cells.sources()[name], lab)
    return out.getvalue()


OF_ONE = ("accuracy-{}", "predictions-{}", "boundary-{}")
OF_ALL = ("compare-losses", "compare-accuracies", "compare-boundaries")


@pytest.mark.parametrize("kind", EXERCISES)
def test_a_cell_shows_its_own_network_later_and_names_the_training_that_is_missing(trained, cells, kind):
    lab = dict(trained.lab)  # the student has trained with He last
    for name in (name.format(kind) for name in OF_ONE):
        assert run(lab, name) == "".join(output.get("text", "") for output in cells[name].outputs)
        assert lab["parameters"] is lab["trained"][kind]
    others = Results({key: value for key, value in trained.lab["trained"].items() if key != kind})
    for name in OF_ONE + OF_ALL:
        with pytest.raises(ValueError, match=rf'(?s)ещё не обучена.*model\(\.\.\., initialization="{kind}"\)'):
            run({**trained.lab, "trained": others}, name.format(kind))
    assert kind not in others and others.get(kind) is None  # it can be looked for without an error


def test_an_interrupted_training_keeps_the_last_whole_one(trained):
    lab = dict(trained.lab)
    before = lab["trained"]["he"], list(lab["curves"]["he"])

    def interrupted(X, Y, cache):
        raise KeyboardInterrupt

    definition, _, _ = lab_cells.sources()["model"].rpartition("\n\n\n")
    lab["backward_propagation"] = interrupted
    exec(definition, lab)
    with pytest.raises(KeyboardInterrupt):
        run(lab, "train-he")
    assert (lab["trained"]["he"], lab["curves"]["he"]) == before


def test_the_figures_that_compare(trained):
    (axes,) = trained.figures["compare-losses"][0].axes
    styles = trained.lab["STYLES"]
    curves = {line.get_label(): line for line in axes.lines}
    for kind, losses in trained.lab["curves"].items():
        np.testing.assert_array_equal(curves[styles[kind]["label"]].get_xydata(), losses)
    (infinity,) = [line for line in axes.lines if line.get_marker() == "$∞$"]
    (x,), (y,) = infinity.get_data()
    assert x == 0 and axes.get_ylim()[0] < y < axes.get_ylim()[1]
    assert infinity.get_color() == styles["random"]["color"]
    for key in ("color", "linestyle", "marker"):
        assert len({style[key] for style in styles.values()}) == len(styles)
    panels = trained.figures["compare-boundaries"][0].axes
    assert {(axes.get_xlim(), axes.get_ylim()) for axes in panels} == {((-1.5, 1.5), (-1.5, 1.5))}
    assert [axes.get_title() for axes in panels] == [
        "Веса: нули\nобучающая 50 %, тестовая 50 %",
        "Веса: случайные × 10\nобучающая 83 %, тестовая 86 %",
        "Веса: He\nобучающая 99 %, тестовая 96 %",
    ]


def test_decimals_in_figures_have_a_comma(trained):
    shown = set()
    for figure in (figure for figures in trained.figures.values() for figure in figures):
        figure.canvas.draw()
        for axes in (axes for axes in figure.axes if axes.axison):
            shown |= {label.get_text() for label in axes.get_xticklabels() + axes.get_yticklabels()}
    assert {"−0,5", "0,69", "14000"} <= shown and not any("." in label for label in shown)
