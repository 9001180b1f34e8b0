"""«Почему так происходит»: every figure is readable, every question has its prediction, experiment and answer."""

import re
import sys
from types import SimpleNamespace

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest

from benchmarks import textbook
from benchmarks.__main__ import by_formulas
from common.lab import NOTEBOOK, WHY
from tools import lab_cells

CELLS = {cell.id: cell for cell in nbformat.read(WHY, as_version=4).cells}
ORDER = " ".join(f"{cell.id}:{cell.cell_type}" for cell in CELLS.values())
QUESTIONS = [name for name, cell in CELLS.items() if "**Вопрос.**" in cell.source]
EXERCISES = [name for name, cell in CELLS.items() if re.match(r"\*\*\d\.\*\* ", cell.source)]
FOLDED = r"<details>\n<summary><b>Ответ</b></summary>\n\n(?:(?!</?details>).)*\n\n</details>"
SNIPPET = re.compile(r"</summary>.*```python\n(.*?)```", re.DOTALL)
CODE = {name: found[1] for name, cell in CELLS.items() if (found := SNIPPET.search(cell.source))}
DRAWN_LIVE = "play-sliders"  # its picture is the output of another cell's function
FIGURES = [name for name, cell in CELLS.items() if "alt" in cell.metadata and name != DRAWN_LIVE]


@pytest.fixture(scope="module")
def run():
    """The notebook run once, with a tenth of the iterations: nbval compares the results, this looks at the rest."""

    def before(cell_id, lab):
        if cell_id == "why-style":  # train has just been defined
            train = lab["train"]
            lab["train"] = lambda parameters, num_iterations=1500, *rest, **named: train(
                parameters, -(-num_iterations // 10), *rest, **named
            )

    return lab_cells.run_lab(before, WHY)


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_a_prediction_an_experiment_a_folded_answer(name):
    order = rf"(?<!\S){name}:markdown (\S+-prediction):markdown(?: \S+:code)+ (\S+-answer):markdown"
    prediction, answer = re.search(order, ORDER).groups()
    assert "**Предскажите**" in CELLS[name].source
    assert CELLS[prediction].source == "**Моё предсказание:** …"
    assert re.fullmatch(FOLDED, CELLS[answer].source, re.DOTALL)


def test_an_exercise_has_a_folded_answer_and_a_cell_for_its_code():
    for number, name in enumerate(EXERCISES, start=1):
        assert re.fullmatch(rf"\*\*{number}\.\*\* (?:(?!<details>).)*\n\n{FOLDED}", CELLS[name].source, re.DOTALL)
        assert f"{name}:markdown {name}-code:code" in ORDER
        assert CELLS[f"{name}-code"].source == f"# Упражнение {number}: ваш код"


@pytest.mark.parametrize("name", CODE)
def test_the_code_of_an_answer_runs(run, name, capsys):
    exec(CODE[name], dict(run.lab))
    assert re.search(r"\d", capsys.readouterr().out)


def test_sections_are_numbered_and_references_lead_to_them():
    text = "\n".join(cell.source for cell in CELLS.values() if cell.cell_type == "markdown")
    numbers = re.findall(r"^## (\d) - ", text, re.MULTILINE)
    assert numbers == [str(n) for n in range(1, len(numbers) + 1)] and len(numbers) > 5
    assert set(re.findall(r"раздел\w*[\s\u00a0](\d)(?! работы)", text)) <= set(numbers)
    assert f"]({NOTEBOOK.name})" in text


@pytest.mark.parametrize("name", FIGURES)
def test_figures_are_in_russian_and_large_enough_to_read(run, name):
    (figure,) = run.figures[name]
    figure.canvas.draw()
    titles = {axes.get_title() for axes in figure.axes} - {""}
    labels = {label.get_text() for axes in figure.axes for label in (axes.xaxis.label, axes.yaxis.label)} - {""}
    assert titles and len(labels) >= 2
    assert all(re.search("[а-яё]", text, re.IGNORECASE) for text in titles | labels)
    for text in figure.findobj(plt.Text):
        assert not re.search(r"\d\.\d", text.get_text()), text.get_text()
        assert not text.get_text().strip() or text.get_fontsize() >= 10, text.get_text()


def test_a_network_in_a_stack_is_trained_as_the_textbook_does_it(run):
    lab = run.lab
    X, Y = lab["train_X"], lab["train_Y"]
    networks = [lab["random_start"](lab["STD"]["he"], seed) for seed in range(3)]
    trained = lab["train"](lab["stack"](networks), 500, learning_rate=0.01)  # a tenth of them
    losses, shares = lab["evaluate"](trained)
    for i, network in enumerate(networks):
        expected = by_formulas(textbook, X, Y, network, 50)
        for name, value in lab["pick"](trained, i).items():
            np.testing.assert_allclose(value, expected[name], rtol=1e-12, atol=1e-14)
        a3, _ = textbook.forward_propagation(X, expected)
        assert losses[i] == pytest.approx(textbook.compute_loss(a3, Y), rel=1e-12)
        assert shares[i] == np.mean((a3 > 0.5) == Y)


@pytest.mark.parametrize("kind", ["random", "he"])
def test_the_networks_that_are_followed_are_those_of_the_lab(run, lab, kind):
    X, Y = lab["train_X"], lab["train_Y"]
    start = lab["model"](X, Y, learning_rate=0, num_iterations=1, print_cost=False, initialization=kind)
    for name, value in start.items():
        np.testing.assert_allclose(run.lab["starts"][kind][name], value, rtol=1e-15)


def test_backward_signal_against_finite_differences(run):
    lab = run.lab
    start = lab["random_start"](lab["STD"]["he"], 3, [6, 5, 4])
    a, da = lab["signal"](start, np.tanh, lambda a: 1 - a**2)

    def end(a1):
        return np.sum(da[2] * np.tanh(start["W2"] @ a1))

    step = 1e-6 * np.eye(5)[:, :1] * np.eye(20)[:1]
    assert (end(a[1] + step) - end(a[1] - step)) / 2e-6 == pytest.approx(da[1][0, 0], rel=1e-6)


def test_a_slider_trains_and_draws_anew(run, monkeypatch):
    playground, shown = run.lab["playground"], []
    monkeypatch.setattr(playground, "picture", SimpleNamespace(update=shown.append))
    for k in (10, 1):
        playground.controls["k"].value = k
    assert [image.data[:4] for image in shown] == [b"\x89PNG"] * 2 and shown[0].data != shown[1].data
    assert not plt.get_fignums()


def test_the_saved_picture_needs_no_widget_and_words_say_what_to_run():
    outputs = CELLS[DRAWN_LIVE].outputs
    (picture,) = [output.data for output in outputs if "image/png" in output.get("data", {})]
    assert set(picture) == {"image/png", "text/plain"}
    assert any("Выполните все ячейки выше этой" in output.get("text", "") for output in outputs)


def test_without_ipywidgets_the_picture_stands_still(run, monkeypatch):
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    lab = dict(run.lab)
    exec(CELLS[DRAWN_LIVE].source, lab)
    assert not lab["playground"].controls
