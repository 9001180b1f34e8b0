"""Sections 5 and 6: every figure is readable, every experiment shows what the text says of it."""

import contextlib
import io
import re
import sys
from types import SimpleNamespace

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest
from nbval_runs import copy_lab, run_nbval

pytestmark = pytest.mark.seconds(20)  # all share one run of the lab
FIRST = {"section 5": "conclusions", "section 6": "why"}
FIGURES = {
    "compare-losses": 1,
    "compare-boundaries": 3,
    "symmetry-figure": 12,
    "inside-figure": 4,
    "scale-figure": 1,
    "signal-figure": 2,
    "glorot-figure": 2,
    "information-figure": 2,
    "rounding-figure": 1,
}
QUESTIONS = {
    "symmetry": "core",
    "zeros": "core",
    "inside": "core",
    "scale": "core",
    "luck": "core",
    "signal": "optional",
    "glorot": "optional",
    "information": "optional",
    "library": "optional",
    "infinity": "optional",
    "rounding": "optional",
}
EXERCISES = ["negative", "width", "one", "tanh", "leaky"]


def from_section(notebook, name):
    """The cells from the beginning of a section to the end of the notebook."""
    return notebook.cells[[cell.id for cell in notebook.cells].index(FIRST[name]) :]


def stored(cell):
    """What a cell has printed, and the words in the place of the sliders."""
    words = "".join(output.get("text", "") for output in cell.outputs)
    if cell.id == "play-sliders":
        words += "".join(output.data["text/plain"] + "\n" for output in cell.outputs)
    return words


@pytest.fixture(scope="module")
def run(notebook):
    """The lab run once: its namespace, what each cell printed, the figure of each cell.

    Before every cell the global generator and the names that a student reuses are disturbed.
    """
    lab, printed, figures = {}, {}, {}
    disturbed = {cell.id for cell in from_section(notebook, "section 6")}
    with plt.rc_context():
        for cell in notebook.cells:
            if cell.cell_type != "code":
                continue
            if cell.id in disturbed:
                np.random.seed(12345)
                lab.update(dict.fromkeys(("parameters", "a3", "predictions_train", "predictions_test", "close")))
            with contextlib.redirect_stdout(io.StringIO()) as out:
                exec(cell.source.replace("%matplotlib inline", ""), lab)
            printed[cell.id] = out.getvalue()
            figures[cell.id] = [plt.figure(number) for number in plt.get_fignums()]
            plt.close("all")
    return SimpleNamespace(lab=lab, printed=printed, figures=figures)


# --- the cells ---


def test_what_section_6_prints_does_not_depend_on_what_the_student_has_done(notebook, run):
    for cell in from_section(notebook, "section 6"):
        if cell.cell_type == "code":
            assert run.printed[cell.id] == stored(cell), cell.id


@pytest.mark.seconds(10)
def test_section_6_can_be_removed(notebook, tmp_path):
    path = copy_lab(tmp_path) / "Initialization.ipynb"
    copy = nbformat.read(path, as_version=4)
    copy.cells = copy.cells[: -len(from_section(notebook, "section 6"))]
    nbformat.write(copy, path)
    verdict = run_nbval(tmp_path)
    assert verdict.passed, verdict.output


def test_section_6_is_marked_as_further_reading(cells):
    heading, _, mark, *_ = cells["why"].source.split("\n")
    assert heading == "## 6 - Почему так происходит"
    assert mark == "*Дополнительное чтение: работа закончена и без него.*"


def test_headings_in_order(notebook):
    text = "\n".join(cell.source for cell in from_section(notebook, "section 6"))
    assert re.findall(r"^####? (.*)$", text, re.MULTILINE) == [
        "6.1 - Симметрия",
        "Какие нули разрешены?",
        "6.2 - Внутри обучения",
        "6.3 - Насколько малыми?",
        "Сколько здесь удачи?",
        "Поиграйте",
        "6.4 - Глубина *(по желанию)*",
        "Слои разной ширины",
        "Масштаб — ещё не информация",
        "6.5 - Что делает библиотека и что придумали потом *(по желанию)*",
        "6.6 - Откуда взялась бесконечность *(по желанию)*",
        "6.7 - Округление *(по желанию)*",
        "6.8 - Для самостоятельной работы *(по желанию)*",
    ]
    assert "**Главное** — 6.1–6.3 и ползунки" in text


def test_a_question_a_prediction_an_experiment_a_folded_answer(notebook):
    cells = from_section(notebook, "section 6")
    ids = [cell.id for cell in cells]
    asked = [cell.id for cell in cells if "**Вопрос.**" in cell.source]
    assert asked == [{"zeros": "zeros-allowed"}.get(name, name) for name in QUESTIONS]
    for question, name in zip(asked, QUESTIONS, strict=True):
        assert "**Предскажите**" in cells[ids.index(question)].source, question
        first, last = ids.index(f"{name}-prediction"), ids.index(f"{name}-answer")
        assert first == ids.index(question) + 1
        assert cells[first].source == "**Моё предсказание:** …"
        assert last > first + 1
        assert all(cell.cell_type == "code" for cell in cells[first + 1 : last]), name
        assert re.fullmatch(FOLDED, cells[last].source, re.DOTALL), name


FOLDED = r"<details>\n<summary><b>Ответ</b></summary>\n\n(?:(?!</?details>).)*\n\n</details>"


def test_an_exercise_a_cell_for_its_code(notebook, cells):
    ids = [cell.id for cell in notebook.cells]
    for number, name in enumerate(EXERCISES, start=1):
        text = cells[f"practice-{name}"].source
        assert re.fullmatch(rf"\*\*{number}\.\*\* (?:(?!<details>).)*\n\n{FOLDED}", text, re.DOTALL), name
        assert ids[ids.index(f"practice-{name}") + 1] == f"practice-{name}-code"
        assert cells[f"practice-{name}-code"].source == f"# Упражнение {number}: ваш код"


def test_cells_are_short(notebook):
    for cell in from_section(notebook, "section 5"):
        if cell.cell_type == "code":
            assert cell.source.count("\n") < 40, cell.id


def test_figure_making_is_marked_and_folded(notebook):
    for cell in from_section(notebook, "section 6"):
        if cell.cell_type == "code" and re.search(r"\bplt\.|\baxes\.|STYLES \|=|widgets", cell.source):
            assert cell.source.startswith("# Только для рисунк"), cell.id
            assert cell.metadata.jupyter.source_hidden, cell.id


def test_nothing_is_trained_by_section_5(notebook):
    section_5 = notebook.cells[: -len(from_section(notebook, "section 6"))]
    for cell in section_5[[cell.id for cell in section_5].index("conclusions") :]:
        assert not re.search(r"model\(|update_parameters", cell.source), cell.id


def test_a_standard_deviation_is_never_called_sigma(notebook):
    for cell in from_section(notebook, "section 6"):
        assert not re.search(r"\\sigma(?!\()\S|σ(?!\()", cell.source.replace(r"$\sigma$ — всегда сигмоида", "")), (
            cell.id
        )


# --- the figures ---


def test_the_figures_are_these(notebook, run):
    drawn = {
        cell.id: sum(len(figure.axes) for figure in run.figures[cell.id])
        for cell in from_section(notebook, "section 5")
        if cell.cell_type == "code" and run.figures[cell.id]
    }
    assert drawn == FIGURES


@pytest.mark.parametrize("cell_id", FIGURES)
def test_axes_have_titles_labels_and_large_letters(run, cell_id):
    (figure,) = run.figures[cell_id]
    for axes in figure.axes:
        assert re.search("[а-яё]", axes.get_title())
        outer = axes.get_subplotspec() if cell_id == "symmetry-figure" else None  # twelve panels share their labels
        labels = [axes.xaxis.label] if outer is None or outer.is_last_row() else []
        labels += [axes.yaxis.label] if outer is None or outer.is_first_col() else []
        for label in labels:
            assert re.search(r"[а-яё]", label.get_text())
            assert label.get_fontsize() >= 14
        for tick in axes.get_xticklabels() + axes.get_yticklabels():
            assert tick.get_fontsize() >= 14
    legends = figure.legends + [axes.get_legend() for axes in figure.axes if axes.get_legend()]
    assert legends or cell_id == "symmetry-figure"
    for legend in legends:
        assert all(text.get_fontsize() >= 12 for text in legend.get_texts())


@pytest.mark.parametrize("cell_id", FIGURES)
def test_decimals_in_figures_have_a_comma(run, cell_id):
    (figure,) = run.figures[cell_id]
    figure.canvas.draw()
    for text in figure.findobj(plt.Text):
        assert not re.search(r"\d\.\d", text.get_text()), text.get_text()


@pytest.mark.parametrize(
    ("cell_id", "compared"),
    [
        ("compare-boundaries", [0, 1, 2]),
        ("symmetry-figure", range(12)),
        ("inside-figure", [0, 1]),
        ("signal-figure", [0, 1]),
        ("glorot-figure", [0, 1]),
    ],
)
def test_compared_panels_share_their_limits(run, cell_id, compared):
    (figure,) = run.figures[cell_id]
    assert len({(figure.axes[i].get_xlim(), figure.axes[i].get_ylim()) for i in compared}) == 1


def test_styles_differ_without_colour(run):
    styles = run.lab["STYLES"]
    for kinds in [("zeros", "random", "he"), ("small", "xavier", "he"), ("xavier", "glorot", "he")]:
        for key in ("color", "linestyle", "marker"):
            assert len({styles[kind][key] for kind in kinds}) == len(kinds), (kinds, key)


def test_loss_curves_and_the_infinity(run):
    (axes,) = run.figures["compare-losses"][0].axes
    curves = {line.get_label(): line for line in axes.lines}
    for kind, style in list(run.lab["STYLES"].items())[:3]:
        np.testing.assert_array_equal(curves[style["label"]].get_xydata(), run.lab["history"][kind])
    (infinity,) = [line for line in axes.lines if line.get_marker() == "$∞$"]
    (x,), (y,) = infinity.get_data()
    assert x == 0 and axes.get_ylim()[0] < y < axes.get_ylim()[1]
    assert infinity.get_color() == run.lab["STYLES"]["random"]["color"]


def test_titles_of_the_three_boundaries(run):
    titles = [axes.get_title() for axes in run.figures["compare-boundaries"][0].axes]
    assert titles == [
        "Веса: нули\nобучающая 50 %, тестовая 50 %",
        "Веса: случайные × 10\nобучающая 83 %, тестовая 86 %",
        "Веса: He\nобучающая 99 %, тестовая 96 %",
    ]


def test_each_neuron_is_a_line_of_the_figure(run):
    lab, (figure,) = run.lab, run.figures["symmetry-figure"]
    assert {
        kind: lab["count_lines"](lab["pick"](lab["snapshots"][15000], i)) for i, kind in enumerate(lab["starts"])
    } == {
        "constant": 1,
        "random": 10,
        "he": 10,
    }
    for row, panels in enumerate(np.reshape(figure.axes, (3, 4))):
        for moment, axes in zip((0, 100, 1000, 15000), panels, strict=True):
            network = lab["pick"](lab["snapshots"][moment], row)
            lines = [line for line in axes.lines if hasattr(line, "_xy1")]
            assert len(lines) == len(network["W1"])
            for line, w, b in zip(lines, network["W1"], network["b1"], strict=True):
                for point in (line.get_xy1(), line.get_xy2()):
                    assert abs(w @ point + b.item()) < 1e-9 * np.linalg.norm(w)
            assert f"Итерация {moment},\nпрямых {lab['count_lines'](network)}" == axes.get_title()


def test_theory_is_drawn_with_the_measured_signal(run):
    for cell_id, signals in (("signal-figure", "signals"), ("glorot-figure", "uneven_signals")):
        for direction, axes in enumerate(run.figures[cell_id][0].axes):
            theory, measured = axes.lines[::2], axes.lines[1::2]
            for curve, points in zip(theory, measured, strict=True):
                (kind,) = [kind for kind, style in run.lab["STYLES"].items() if style["label"] == points.get_label()]
                expected = run.lab[signals][kind][direction]
                np.testing.assert_array_equal(
                    points.get_ydata(), [expected[layer].std() for layer in points.get_xdata()]
                )
                assert np.abs(np.log10(np.divide(points.get_ydata(), curve.get_ydata()))).max() < 0.4


def test_he_is_marked_among_the_scales_and_the_band_is_named(run):
    (axes,) = run.figures["scale-figure"][0].axes
    (line,) = [line for line in axes.lines if line.get_label() == "He: $k = 1$"]
    assert list(line.get_xdata()) == [1, 1] and axes.get_xscale() == "log"
    assert "средняя половина (25–75 %)" in [text.get_text() for text in axes.get_legend().get_texts()]
    inside = (run.lab["low"][:, None] <= run.lab["scale_losses"]) & (
        run.lab["scale_losses"] <= run.lab["high"][:, None]
    )
    assert 0.35 < inside.mean() < 0.65
    assert run.lab["scale_losses"].shape[0] >= 9 and run.lab["scale_losses"].shape[1] >= 10


def test_the_guide_line_of_the_ratios(run):
    for axes in run.figures["inside-figure"][0].axes[:2]:
        assert axes.get_yscale() == "log"
        assert [line.get_ydata()[0] for line in axes.lines if "ориентир" in line.get_label()] == [1e-3]


# --- the tools of section 6 ---


def test_a_network_in_a_stack_is_trained_as_init_utils_does_it(run):
    lab = run.lab
    networks = [lab["random_start"](lab["STD"]["he"], seed) for seed in range(3)]
    trained = lab["train"](lab["stack"](networks), 50)
    for i, network in enumerate(networks):
        for _ in range(50):
            _, values = lab["forward_propagation"](lab["train_X"], network)
            grads = lab["backward_propagation"](lab["train_X"], lab["train_Y"], values)
            network = lab["update_parameters"](network, grads, 0.1)
        for name, value in lab["pick"](trained, i).items():
            np.testing.assert_allclose(value, network[name], rtol=1e-12, atol=1e-14)
        loss, share = (values[i] for values in lab["evaluate"](trained))
        a3, _ = lab["forward_propagation"](lab["train_X"], network)
        assert loss == pytest.approx(lab["compute_loss"](a3, lab["train_Y"]), rel=1e-12)
        assert share == np.mean(lab["predict_dec"](network, lab["train_X"]) == lab["train_Y"])


def test_the_networks_that_are_followed_are_those_of_sections_3_and_4(run):
    lab = run.lab
    for i, kind in enumerate(lab["starts"]):
        if kind != "constant":
            same, _ = lab["evaluate"](lab["pick"](lab["snapshots"][15000], i))
            there, _ = lab["evaluate"](lab["trained"][kind])
            assert same == pytest.approx(there, abs=1e-4 if kind == "random" else 1e-12)
    start = lab["random_start"](lab["STD"]["he"], 3)
    for name, value in lab["initialize_parameters_he"](lab["LAYERS"]).items():
        np.testing.assert_allclose(start[name], value, rtol=1e-15)


def test_backward_signal_against_finite_differences(run):
    lab = run.lab
    start = lab["random_start"](lab["STD"]["he"], 3, [6, 5, 4])
    a, da = lab["signal"](start, np.tanh, lambda a: 1 - a**2)

    def end(a1):
        return np.sum(da[2] * np.tanh(start["W2"] @ a1))

    step = 1e-6 * np.eye(5)[:, :1] * np.eye(20)[:1]
    assert (end(a[1] + step) - end(a[1] - step)) / 2e-6 == pytest.approx(da[1][0, 0], rel=1e-6)


# --- the sliders ---


def test_a_slider_trains_and_draws_anew(run):
    playground = run.lab["Playground"]()
    first = bytes(playground.image.value)
    playground.controls["k"].value = 10
    second = bytes(playground.image.value)
    assert second != first and second.startswith(b"\x89PNG")
    playground.controls["k"].value = 1
    assert bytes(playground.image.value) == first
    assert not plt.get_fignums()


def test_the_sliders_are_a_widget_a_picture_and_fixed_words(run, cells):
    bundle = run.lab["Playground"]()._repr_mimebundle_()
    assert set(bundle) == {"application/vnd.jupyter.widget-view+json", "image/png", "text/plain"}
    (output,) = cells["play-sliders"].outputs
    assert set(output.data) == {"image/png", "text/plain"}
    assert output.data["text/plain"] == bundle["text/plain"]


def test_without_ipywidgets_the_picture_stands_still(run, cells, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    lab = dict(run.lab)
    exec(cells["play-sliders"].source, lab)
    assert set(lab["Playground"]()._repr_mimebundle_()) == {"image/png", "text/plain"}
    assert capsys.readouterr().out == stored(cells["play-sliders"])


# --- what the text says without a number of its own ---


def test_the_computed_table_is_that_of_the_text(cells, run):
    computed = re.findall(r"(\d+ %) +\d+ %", run.printed["compare-accuracies"])
    written = re.findall(r"\| (\d+ %) \|", cells["summary"].source.replace("\u00a0", " "))
    assert computed == written == ["50 %", "83 %", "99 %"]


def ends(lab, kind, name):
    """The losses of the networks with the zeros `kind`, and how far the parameter `name` has moved."""
    before = lab["stack"](lab["zeros_in"][kind])
    after = lab["train"](before)
    return lab["zeros_losses"][kind], np.abs(after[name] - before[name]).max()


def test_claims_about_zeros(run):
    lab = run.lab
    assert not any(gradient.any() for name, gradient in lab["zero_gradients"].items() if name[0] == "W")
    first = lab["evaluate"](lab["stack"](lab["zeros_in"]["только W3 = 0"]))[0]
    np.testing.assert_allclose(first, np.log(2), rtol=1e-14)
    assert np.median(lab["zeros_losses"]["только W3 = 0"]) < np.median(lab["scale_losses"][lab["scales"].index(1)])
    losses, moved = ends(lab, "только W1 = 0", "W2")
    np.testing.assert_allclose(losses, np.log(2), atol=1e-6)
    assert moved == 0
    losses, _ = ends(lab, "все W = 0, b случайны", "W1")
    np.testing.assert_allclose(losses, np.log(2), atol=1e-4)
    assert all(not lab["zeros_part"][name].any() for name in ("W1", "W2", "W3"))
    blue = lab["part_Y"].mean()
    assert lab["part_loss"] == pytest.approx(-blue * np.log(blue) - (1 - blue) * np.log(1 - blue), abs=1e-9)


def test_claims_about_the_lines(run):
    shifts = run.lab["shifts"]
    assert shifts["random"][0] > shifts["random"][1] > shifts["random"][2]
    assert max(shifts["he"][:2]) < 0.02 < shifts["he"][2] / 5


def test_claims_about_the_inside_of_a_training(run):
    inside = run.lab["inside"]
    for layer in range(3):
        assert inside[0]["ratio"][layer][1] > 10 * inside[0]["ratio"][layer][2]
        assert 5 * inside[5000]["ratio"][layer][1] < inside[5000]["ratio"][layer][2]
    assert inside[0]["saturated"][1] == 1 and inside[0]["saturated"][2] == 0
    assert inside[1000]["saturated"][1] < 0.02
    assert inside[15000]["dead"][2] >= inside[15000]["dead"][1]
    assert inside[15000]["saturated"][2] > inside[15000]["saturated"][1] - 0.02
    assert inside[1000]["dead"][2] == inside[0]["dead"][2]
    z3 = run.lab["forward"](run.lab["pick"](run.lab["snapshots"][15000], 2))[2]
    sure = np.abs(run.lab["sigmoid"](z3) - 0.5) > 0.49
    assert ((z3 > 0) == run.lab["train_Y"])[sure].all()
    ratios = np.array([found["ratio"] for found in inside.values()])[:, :, 2]
    assert np.mean(ratios < 1e-3) > 0.7


def test_claims_about_the_scale_and_luck(run):
    lab = run.lab
    medians = dict(zip(lab["scales"], lab["medians"], strict=True))
    assert max(medians[k] for k in (1, 2, 3)) < 0.15 < min(value for k, value in medians.items() if not 1 <= k <= 3)
    first = lab["look_inside"](lab["scale_starts"][10], learning_rate=0.1)["ratio"][1]
    assert 0.1 < np.median(first) < 1
    assert min(lab["luck"][10]) > 0.3 and max(lab["luck"][1]) > min(lab["luck"][10])


def test_claims_about_depth(run):
    lab = run.lab
    np.testing.assert_allclose(np.log10(lab["signals"]["xavier"][0][30].std()), -4.5, atol=0.15)
    ends = {kind: a[30].std() for kind, (a, da) in lab["uneven_signals"].items()}
    assert 0.5 < ends["he"] < 2.5 and ends["glorot"] < ends["xavier"] < 1e-4
    _, backward = lab["theory"](lab["STD"]["he"], lab["uneven"])
    assert backward[1] / lab["uneven_signals"]["he"][1][1].std() == pytest.approx(2, rel=0.1)
    assert np.all(np.diff(lab["cosines"])[:8] > 0)
    for k in (0.1, 10):
        a, _ = lab["signal"](lab["random_start"](lab["STD"]["he"], 3, lab["deep"], scale=k))
        assert lab["cosine"](a[30]) == pytest.approx(lab["cosines"][30], rel=1e-9)
    assert all(0.5 < scale < 1.2 for scale in lab["scales_by_depth"])


def test_claims_about_rounding(run):
    lab, divergences = run.lab, run.lab["divergences"]
    assert divergences["he"].max() < 1e-9
    assert divergences["random"][0] < 1e-14 and divergences["random"][lab["early"] < 1000].max() > 0.1
    assert divergences["random"][-1] < 0.1 * divergences["random"].max()
    assert lab["here"].size == 400 and (lab["here"] == lab["there"]).all()


# --- the answers to the exercises ---


def code_of(name, cells):
    return re.search(r"```python\n(.*?)\n```", cells[f"practice-{name}"].source, re.DOTALL).group(1)


@pytest.mark.parametrize("name", ["negative", "one", "tanh"])
def test_the_code_of_the_answers_runs(name, cells, run, capsys):
    exec(code_of(name, cells), dict(run.lab))
    assert re.search(r"\d\.\d", capsys.readouterr().out)


def test_answer_about_negative_weights(run):
    lab = run.lab
    negative = {name: -value for name, value in lab["constant_start"].items()}
    assert lab["look_inside"](negative)["dead"] == 5
    grads = lab["gradients"](negative)
    assert not any(grads[name].any() for name in ("W1", "W2", "W3"))


def test_answer_about_the_right_width(run):
    lab = run.lab
    a, _ = lab["signal"](lab["random_start"](lambda n_in, n_out: 0.1, 3, lab["deep"]))
    np.testing.assert_allclose(a[30], lab["signals"]["he"][0][30], rtol=1e-9)


def test_answer_about_leaky_relu(run):
    lab, start, ends = run.lab, run.lab["random_start"](run.lab["STD"]["he"], 3, run.lab["deep"]), {}
    for alpha in (0, 0.2):
        a, _ = lab["signal"](start, lambda z, alpha=alpha: np.where(z > 0, z, alpha * z))
        ends[alpha] = a[30].std() / a[1].std()
    assert ends[0.2] / ends[0] == pytest.approx(1.04**14.5, rel=0.2)
