"""Sections 5 and 6: every figure is readable, every number of the text is what the code computes."""

import contextlib
import io
import re
from types import SimpleNamespace

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest
from nbval_runs import copy_lab, run_nbval

FIRST = {"section 5": "conclusions", "section 6": "why"}
FIGURES = {
    "compare-losses": 1,
    "compare-boundaries": 3,
    "symmetry-figure": 3,
    "signal-figure": 2,
    "glorot-depth": 2,
    "inside-figure": 6,
    "scale-figure": 2,
    "luck-figure": 2,
}


def from_section(notebook, name):
    """The cells from the beginning of a section to the end of the notebook."""
    return notebook.cells[[cell.id for cell in notebook.cells].index(FIRST[name]) :]


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
            stored = "".join(output.get("text", "") for output in cell.outputs)
            assert run.printed[cell.id] == stored, cell.id


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


def test_questions_in_order(notebook):
    text = "\n".join(cell.source for cell in from_section(notebook, "section 6"))
    assert re.findall(r"^### (.*)$", text, re.MULTILINE) == [
        "6.1 - Симметрия",
        "6.2 - Сигнал",
        "6.3 - Что происходит в нашей сети",
        "6.4 - Откуда взялась бесконечность",
        "6.5 - Насколько малыми?",
        "6.6 - Сколько здесь удачи?",
        "6.7 - Для самостоятельной работы",
    ]


def test_every_question_comes_with_a_prediction_and_is_answered_after_code(notebook):
    kinds = []
    for cell in from_section(notebook, "section 6"):
        if cell.cell_type == "code" and kinds[-1:] != ["code"]:
            kinds.append("code")
        elif "**Вопрос.**" in cell.source:
            assert "**Предскажите**" in cell.source, cell.id
            kinds.append("question")
        elif cell.source.startswith("**Ответ"):
            kinds.append("answer")
    order = " ".join(kinds)
    assert order.startswith("code question code answer")
    assert order.count("question code") == order.count("question") == 8
    assert order.count("code answer") == order.count("answer") == 7  # the last answer is to two questions


def test_cells_are_short(notebook):
    for cell in from_section(notebook, "section 5"):
        if cell.cell_type == "code":
            assert cell.source.count("\n") < 40, cell.id


def test_figure_making_is_marked(notebook):
    for cell in from_section(notebook, "section 6"):
        if cell.cell_type == "code" and re.search(r"\bplt\.|\baxes\.|STYLES \|=", cell.source):
            assert cell.source.startswith("# Только для рисунков: "), cell.id


def test_nothing_is_trained_by_section_5(notebook):
    section_5 = notebook.cells[: -len(from_section(notebook, "section 6"))]
    for cell in section_5[[cell.id for cell in section_5].index("conclusions") :]:
        assert not re.search(r"model\(|update_parameters", cell.source), cell.id


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
        for label in (axes.xaxis.label, axes.yaxis.label):
            assert re.search(r"[а-яё]|\|(z|dW)\|", label.get_text())
            assert label.get_fontsize() >= 14
        for tick in axes.get_xticklabels() + axes.get_yticklabels():
            assert tick.get_fontsize() >= 14
    legends = figure.legends + [axes.get_legend() for axes in figure.axes if axes.get_legend()]
    assert legends or cell_id == "luck-figure"
    for legend in legends:
        assert all(text.get_fontsize() >= 12 for text in legend.get_texts())


@pytest.mark.parametrize(
    ("cell_id", "compared"),
    [
        ("compare-boundaries", [0, 1, 2]),
        ("symmetry-figure", [0, 1]),
        ("signal-figure", [0, 1]),
        ("glorot-depth", [0, 1]),
        ("inside-figure", [0, 1, 2, 3, 4, 5]),
    ],
)
def test_compared_panels_share_their_limits(run, cell_id, compared):
    (figure,) = run.figures[cell_id]
    assert len({(figure.axes[i].get_xlim(), figure.axes[i].get_ylim()) for i in compared}) == 1


def test_styles_differ_without_colour(run):
    styles = run.lab["STYLES"]
    shown_together = [("zeros", "random", "he"), ("small", "random", "xavier", "he"), ("xavier", "glorot", "he")]
    for kinds in shown_together:
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


def test_theory_is_drawn_with_the_measured_signal(run):
    for cell_id, signals in (("signal-figure", "signals"), ("glorot-depth", "uneven_signals")):
        for axes, direction in zip(run.figures[cell_id][0].axes, (0, 1), strict=True):
            drawn = [line.get_ydata() for line in axes.lines]
            theory, measured = drawn[::2], drawn[1::2]
            for curve, points, expected in zip(theory, measured, run.lab[signals].values(), strict=True):
                np.testing.assert_array_equal(points, expected[direction])
                assert np.abs(np.log10(points / curve)).max() < 0.4


def test_he_is_marked_among_the_scales(run):
    for axes in run.figures["scale-figure"][0].axes:
        (line,) = [line for line in axes.lines if line.get_label() == "He: $k = 1$"]
        assert list(line.get_xdata()) == [1, 1]
        assert axes.get_xscale() == "log"


# --- the numbers ---


def russian(value, digits):
    return f"{value:.{digits}f}".replace(".", ",")


def test_the_computed_table_is_that_of_the_text(cells, run):
    computed = re.findall(r"(\d+ %) +\d+ %", run.printed["compare-accuracies"])
    written = re.findall(r"\| (\d+ %) \|", cells["summary"].source)
    assert computed == written == ["50 %", "83 %", "99 %"]


def numbers_of_the_text(run):
    """The cell, the words before and after a number (… stands for it), the number as the code computes it."""
    lab = run.lab
    loss = {kind: lab["evaluate"](lab["trained"][kind])[0] for kind in ("random", "he")}
    before = lab["evaluate"](lab["constant_start"])[0]
    after, share = lab["evaluate"](lab["constant"])
    yield "symmetry-answer", "потери уменьшаются с …", russian(before, 4)
    yield "symmetry-answer", "до … Но", russian(after, 4) + "."
    yield "symmetry-answer", "правильных ответов … %", russian(100 * share, 0)

    forward, backward = lab["signals"]["small"], lab["signals"]["random"]
    yield "signal-answer", "ослабляет сигнал в … раз", russian((forward[0][0] / forward[0][-1]) ** (1 / 29), 0)
    yield "signal-answer", "усиливает в … За", russian((backward[0][-1] / backward[0][0]) ** (1 / 29), 0) + "."
    yield "signal-answer", "набегает $10^{…}$", f"{np.log10(forward[0][-1]):.0f}"
    yield "signal-answer", "и $10^{…}$", f"{np.log10(backward[0][-1]):.0f}"
    yield "signal-answer", r"\approx …$, на", russian(np.sqrt(1 - 1 / np.pi), 2).replace(",", "{,}")
    glorot, xavier = (
        np.prod([n * lab["STD"][k](n, 250 - n) ** 2 / 2 for n in (50, 200)]) for k in ("glorot", "xavier")
    )
    yield "glorot-answer", r"\frac14 = …$", russian(glorot, 2).replace(",", "{,}")
    yield "glorot-answer", "а при $1/n_{in}$ — на $…$", russian(xavier, 2).replace(",", "{,}")

    z = [values.std() for values in lab["inside"]["random"]["z"]]
    yield "inside-answer", "от слоя к слою: …", f"{russian(z[0], 1)}; {z[1]:.0f} и {z[2]:.0f}"
    z3 = lab["inside"]["random"]["z"][2]
    yield "inside-answer", "все … примеров лежат в области насыщения", str(np.sum(abs(z3) > np.log(99)))
    yield "inside-answer", "все … нейронов мертвы", str(sum(lab["inside"]["zeros"]["dead"]))
    yield "infinity-answer", "Потери равны …:", russian(lab["loss_from_logits"](z3, lab["train_Y"]), 2)
    yield "infinity-answer", "Все логиты больше …,", str(int(z3.min()))
    yield "infinity-answer", "у всех … красных точек", str(np.sum(lab["sigmoid"](z3)[lab["train_Y"] == 0] == 1))

    ratios = [10 / lab["STD"]["he"](n, 1) for n in lab["LAYERS"][:-1]]
    yield "scale-answer", "оно равно …, то есть", "1; 0,45 и 0,63"
    assert [russian(10 / ratio, 2) for ratio in ratios] == ["1,00", "0,45", "0,63"]
    yield "scale-answer", "$k$ — от …", f"{min(ratios):.0f} до {max(ratios):.0f}"
    yield "scale-answer", "потери остались около …,", russian(lab["scale_losses"][:2].mean(), 2)

    yield "scale-answer", "В разделе 3 потери были меньше, …:", russian(loss["random"], 2)

    luck = {kind: np.array(losses) for kind, losses in lab["luck"].items()}
    yield "luck-answer", "медианы …", f"{russian(np.median(luck['he']), 2)} и {russian(np.median(luck['random']), 2)}"
    yield "luck-answer", "её потери … больше", russian(luck["he"][0], 2)
    yield "luck-answer", "чем … у самой везучей", russian(luck["random"].min(), 2)
    longer = lab["evaluate"](lab["train"](lab["random_start"](lab["STD"]["he"], 0), 3000))[0]
    yield "luck-answer", "и потери …", russian(longer, 2) + "."
    yield "luck-answer", "там её потери были …, здесь", russian(loss["he"], 4)
    yield "luck-answer", "здесь …, хотя", russian(luck["he"][3], 4)
    yield "luck-answer", "… вместо", russian(luck["random"][3], 2)
    yield "luck-answer", "вместо … При", russian(loss["random"], 2) + "."


def test_numbers_of_the_text(cells, run):
    for cell_id, words, value in numbers_of_the_text(run):
        assert words.replace("…", value) in cells[cell_id].source, (cell_id, words, value)


GIVEN = {"0,01", "0,1", "0,3", "0,5"}  # what the code is told, not what it computes


def test_no_other_decimals_in_the_answers(notebook, run):
    checked = {}
    for cell_id, _, value in numbers_of_the_text(run):
        checked.setdefault(cell_id, set(GIVEN)).update(re.findall(r"\d+,\d+", value.replace("{,}", ",")))
    for cell in from_section(notebook, "section 6"):
        if cell.id.endswith("-answer"):
            assert set(re.findall(r"\d+,\d+", cell.source.replace("{,}", ","))) <= checked[cell.id], cell.id


def test_claims_without_a_number_of_their_own(run):
    lab = run.lab
    assert np.median(lab["scale_losses"], axis=1).argmin() == lab["scales"].index(1)
    assert all(dead[1] == 5 for dead in (lab["look_inside"](network)["dead"] for network in lab["scaled"][-1]))
    assert sum(loss < 0.3 for loss in lab["luck"]["he"]) == 5 and min(lab["luck"]["random"]) > 0.3
    assert lab["divergences"]["he"].max() < 1e-12
    assert lab["divergences"]["random"][:40].max() > 0.1 and lab["divergences"]["random"][0] < 1e-14
    assert lab["divergences"]["random"][80:].max() < 0.1
    distance = np.abs(lab["outputs"] - 0.5)
    differences = np.abs(lab["outputs"] - lab["twin_outputs"])
    assert (differences < distance).all() and distance.min() > 0.003
    _, backward = lab["uneven_signals"]["he"]
    _, in_theory = lab["theory"](lab["STD"]["he"], lab["uneven"])
    assert in_theory[0] / backward[0] == pytest.approx(2, rel=0.1)
    a2 = lab["forward_propagation"](lab["train_X"], lab["initialize_parameters_he"](lab["LAYERS"]))[1][5]
    assert np.sort((a2 > 0).sum(axis=1))[:2].tolist() == [0, 9]
    inside = lab["inside"]
    ratios = [a.std() / b.std() for a, b in zip(inside["random"]["dW"], inside["he"]["dW"], strict=True)]
    assert min(ratios) > 200
    assert (inside["random"]["z"][2] > 0).all()
    xavier = lab["signals"]["xavier"][0]
    np.testing.assert_allclose(np.log10(xavier[-1]), -4.5, atol=0.15)
    for kind, low, high in (("he", 0.5, 2.5), ("xavier", 0, 1e-4), ("glorot", 0, 1e-5)):
        forward, backward = lab["uneven_signals"][kind]
        assert low < forward[-1] < high and low < backward[0] < high


def test_section_4_starts_from_the_weights_that_section_6_calls_he_with_state_3(run):
    start = run.lab["random_start"](run.lab["STD"]["he"], 3)
    for name, value in run.lab["initialize_parameters_he"](run.lab["LAYERS"]).items():
        np.testing.assert_allclose(start[name], value, rtol=1e-15)


# --- the folded answers ---


@pytest.fixture(scope="module")
def practice(cells):
    """Of each question: its code, if it has any, and its answer."""
    questions = re.split(r"^\*\*\d\.\*\* ", cells["practice"].source, flags=re.MULTILINE)[1:]
    found = []
    for question in questions:
        code = re.search(r"```python\n(.*?)\n```", question, re.DOTALL)
        (answer,) = re.findall(r"<details>\n<summary>Ответ</summary>\n\n(.*?)\n\n</details>", question, re.DOTALL)
        found.append((code and code.group(1), answer))
    return found


def test_five_or_six_questions_with_folded_answers(practice):
    assert len(practice) in (5, 6)


def losses_printed_by(code, lab):
    with contextlib.redirect_stdout(io.StringIO()) as out:
        exec(code, dict(lab))
    return [float(number) for number in re.findall(r"0\.\d+", out.getvalue())]


def test_answer_about_negative_weights(practice, run):
    code, answer = practice[0]
    loss, share = losses_printed_by(code, run.lab)
    assert f"равны {russian(loss, 6)}, доля правильных ответов — {russian(share, 1)}" in answer
    negative = {name: -value for name, value in run.lab["constant_start"].items()}
    assert run.lab["look_inside"](negative)["dead"][1] == 5
    for gradient in run.lab["look_inside"](negative)["dW"]:
        assert not gradient.any()


def test_answer_about_the_right_width(practice, run):
    lab, (_, answer) = run.lab, practice[1]
    signal = lab["signal"](lab["random_start"](lambda n_in, n_out: 0.1, 3, lab["deep"]))
    np.testing.assert_allclose(signal, lab["signals"]["he"], rtol=1e-10)
    assert f"$n = {2 / 0.1**2:.0f}$" in answer
    assert "при ширине 800 то же 0,1 усиливает сигнал вдвое" in answer and np.sqrt(800 * 0.1**2 / 2) == pytest.approx(2)


def test_answer_about_one_under_the_root(practice, run):
    code, answer = practice[2]
    losses = losses_printed_by(code, run.lab)
    medians = [russian(np.median(values), 2) for values in (losses, run.lab["luck"]["he"])]
    assert "медиана потерь {} против {}.".format(*medians) in answer
    assert [sum(np.array(values) > 0.3) for values in (losses, run.lab["luck"]["he"])] == [2, 1]
    assert "уже две из шести, а не одна" in answer


def test_answer_about_wide_layers(practice, run):
    code, answer = practice[3]
    losses = losses_printed_by(code, run.lab)
    assert f"худшие потери {russian(max(losses), 2)}, лучшие {russian(min(losses), 2)}" in answer


def signal_with(activation, kind, cells, lab):
    """Standard deviation of the outputs by layer when another function takes the place of ReLU."""
    changed = {**lab, "activation": activation}
    exec(cells["signal-functions"].source.replace("relu(W", "activation(W"), changed)
    return changed["signal"](lab["random_start"](lab["STD"][kind], 3, lab["deep"]))[0]


def backward_growth(activation, derivative, kind, lab):
    """How many times larger the gradients are in layer 1 than in layer 30, all of them independent of the outputs."""
    generator = np.random.RandomState(0)
    a, outputs = generator.randn(200, 20), []
    weights = list(lab["random_start"](lab["STD"][kind], 3, lab["deep"]).values())[::2]
    for W in weights:
        a = activation(W @ a)
        outputs.append(a)
    last = da = generator.randn(*a.shape)
    for W, a in zip(weights[:0:-1], outputs[:0:-1], strict=True):
        da = W.T @ (da * derivative(a))
    return da.std() / last.std()


def test_answer_about_tanh(practice, cells, run):
    xavier, he = (signal_with(np.tanh, kind, cells, run.lab) for kind in ("xavier", "he"))
    expected = f"равно {russian(xavier[29], 2)} при $1/n_{{in}}$ и {russian(he[29], 2)} при $2/n_{{in}}$"
    assert expected in practice[4][1]
    assert xavier[10] / xavier[0] < xavier[29] / xavier[19]
    assert "увеличивается в несколько раз" in practice[4][1]
    assert 3 < backward_growth(np.tanh, lambda a: 1 - a**2, "he", run.lab) < 6


def test_answer_about_leaky_relu(practice, cells, run):
    lab, answer = run.lab, practice[5][1]
    assert f"в {russian(1 + 0.2**2, 2)} раза за слой" in answer
    assert f"{russian(1.04**15, 1)[0]}{{,}}{russian(1.04**15, 1)[-1]}$ раза" in answer
    deviations = {}
    for alpha in (0, 0.2):
        leaky = signal_with(lambda z, alpha=alpha: np.where(z > 0, z, alpha * z), "he", cells, lab)
        deviations[alpha] = leaky[29] / leaky[0]
    assert deviations[0.2] / deviations[0] == pytest.approx(1.04**14.5, rel=0.2)
