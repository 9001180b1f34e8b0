"""«Почему так происходит»: every figure is readable, every question has its prediction, experiment and answer."""

import functools
import re
import sys

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest

from common.lab import WHY
from init_utils import backward_propagation, compute_loss, forward_propagation, predict_dec, update_parameters
from tools import lab_cells

CELLS = nbformat.read(WHY, as_version=4).cells
IDS = [cell.id for cell in CELLS]
FOLDED = r"<details>\n<summary><b>Ответ</b></summary>\n\n(?:(?!</?details>).)*\n\n</details>"
FIGURES = [cell.id for cell in CELLS if "alt" in cell.metadata]
DRAWN_LIVE = "play-sliders"  # its picture is the output of another cell's function


@pytest.fixture(scope="module")
def run():
    """The notebook run once, with a tenth of the iterations: nbval compares the results, this looks at the rest."""

    def before(cell_id, lab):
        if "train" in lab and not hasattr(lab["train"], "__wrapped__"):
            whole = lab["train"]
            lab["train"] = functools.wraps(whole)(
                lambda parameters, num_iterations=1500, *rest, **named: whole(
                    parameters, -(-num_iterations // 10), *rest, **named
                )
            )

    return lab_cells.run_lab(before=before, notebook=WHY)


# --- the text ---


@pytest.mark.parametrize("question", [cell.id for cell in CELLS if "**Вопрос.**" in cell.source])
def test_a_question_a_prediction_an_experiment_a_folded_answer(question):
    start = IDS.index(question)
    assert "**Предскажите**" in CELLS[start].source
    assert CELLS[start + 1].id.endswith("-prediction") and CELLS[start + 1].source == "**Моё предсказание:** …"
    kinds = [cell.cell_type for cell in CELLS[start + 2 :]]
    experiment = kinds.index("markdown")
    answer = CELLS[start + 2 + experiment]
    assert experiment and answer.id.endswith("-answer")
    assert re.fullmatch(FOLDED, answer.source, re.DOTALL)


EXERCISES = [cell for cell in CELLS if re.match(r"\*\*\d\.\*\* ", cell.source)]


@pytest.mark.parametrize(("number", "cell"), list(enumerate(EXERCISES, start=1)), ids=[cell.id for cell in EXERCISES])
def test_an_exercise_has_a_folded_answer_and_a_cell_for_its_code(number, cell):
    assert re.fullmatch(rf"\*\*{number}\.\*\* (?:(?!<details>).)*\n\n{FOLDED}", cell.source, re.DOTALL)
    code = CELLS[IDS.index(cell.id) + 1]
    assert (code.id, code.source) == (f"{cell.id}-code", f"# Упражнение {number}: ваш код")


ANSWERS = {
    cell.id: code for cell in CELLS for code in re.findall(r"</summary>.*```python\n(.*?)```", cell.source, re.S)
}


@pytest.mark.parametrize("code", ANSWERS.values(), ids=ANSWERS)
def test_the_code_of_an_answer_runs(run, code, capsys):
    exec(code, dict(run.lab))
    assert re.search(r"\d", capsys.readouterr().out)


def test_sections_are_numbered():
    text = "\n".join(cell.source for cell in CELLS if cell.cell_type == "markdown")
    numbers = re.findall(r"^## (\d) - ", text, re.MULTILINE)
    assert numbers == [str(n) for n in range(1, len(numbers) + 1)] and len(numbers) > 5
    for section in re.findall(r"раздел\w*[\s\u00a0](\d)(?! работы)", text):
        assert section in numbers


def test_figure_making_is_marked():
    for cell in CELLS:
        if cell.cell_type == "code" and re.search(r"\bplt\.(?!rcdefaults)|\baxes\.|widgets", cell.source):
            assert cell.source.startswith("# Только для рисунк"), cell.id


def test_a_standard_deviation_is_never_called_sigma():
    for cell in CELLS:
        assert not re.search(r"\\sigma(?!\()\S|σ(?!\()", cell.source.replace(r"$\sigma$ — всегда сигмоида", "")), (
            cell.id
        )


# --- the figures ---


@pytest.mark.parametrize("cell_id", [name for name in FIGURES if name != DRAWN_LIVE])
def test_figures_are_in_russian_and_large_enough_to_read(run, cell_id):
    (figure,) = run.figures[cell_id]
    figure.canvas.draw()
    titles = [axes.get_title() for axes in figure.axes]
    assert all(re.search("[а-яё]", title, re.IGNORECASE) for title in titles if title) and any(titles)
    labels = {label.get_text() for axes in figure.axes for label in (axes.xaxis.label, axes.yaxis.label)}
    assert len(labels - {""}) >= 2 and all(re.search("[а-яё]", label) for label in labels - {""})
    for text in figure.findobj(plt.Text):
        assert not re.search(r"\d\.\d", text.get_text()), text.get_text()
        assert not text.get_text().strip() or text.get_fontsize() >= 10, text.get_text()


# --- the tools ---


def test_a_network_in_a_stack_is_trained_as_init_utils_does_it(run):
    lab = run.lab
    X, Y = lab["train_X"], lab["train_Y"]
    networks = [lab["random_start"](lab["STD"]["he"], seed) for seed in range(3)]
    trained = lab["train"].__wrapped__(lab["stack"](networks), 50)
    losses, shares = lab["evaluate"](trained)
    for i, network in enumerate(networks):
        for _ in range(50):
            _, cache = forward_propagation(X, network)
            network = update_parameters(network, backward_propagation(X, Y, cache), 0.1)
        for name, value in lab["pick"](trained, i).items():
            np.testing.assert_allclose(value, network[name], rtol=1e-12, atol=1e-14)
        a3, _ = forward_propagation(X, network)
        assert losses[i] == pytest.approx(compute_loss(a3, Y), rel=1e-12)
        assert shares[i] == np.mean(predict_dec(network, X) == Y)


def test_the_networks_that_are_followed_are_those_of_the_lab(run, lab):
    for kind in ("random", "he"):
        right = lab[f"initialize_parameters_{kind}"](run.lab["LAYERS"])
        for name, value in right.items():
            np.testing.assert_allclose(run.lab["starts"][kind][name], value, rtol=1e-15)


def test_backward_signal_against_finite_differences(run):
    lab = run.lab
    start = lab["random_start"](lab["STD"]["he"], 3, [6, 5, 4])
    a, da = lab["signal"](start, np.tanh, lambda a: 1 - a**2)

    def end(a1):
        return np.sum(da[2] * np.tanh(start["W2"] @ a1))

    step = 1e-6 * np.eye(5)[:, :1] * np.eye(20)[:1]
    assert (end(a[1] + step) - end(a[1] - step)) / 2e-6 == pytest.approx(da[1][0, 0], rel=1e-6)


# --- the sliders ---


def test_a_slider_trains_and_draws_anew(run, monkeypatch):
    playground, shown = run.lab["playground"], []
    monkeypatch.setattr(
        playground, "picture", type("Handle", (), {"update": lambda self, image: shown.append(image)})()
    )
    playground.controls["k"].value = 10
    playground.controls["k"].value = 1
    assert [image.data[:4] for image in shown] == [b"\x89PNG"] * 2 and shown[0].data != shown[1].data
    assert not plt.get_fignums()


def test_the_saved_picture_needs_no_widget_and_words_say_what_to_run():
    outputs = CELLS[IDS.index("play-sliders")].outputs
    assert [set(output.get("data", {})) for output in outputs if "image/png" in output.get("data", {})] == [
        {"image/png", "text/plain"}
    ]
    assert any("Выполните все ячейки выше этой" in output.get("text", "") for output in outputs)


def test_without_ipywidgets_the_picture_stands_still(run, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    lab = dict(run.lab)
    exec(CELLS[IDS.index("play-sliders")].source, lab)
    assert not lab["playground"].controls
