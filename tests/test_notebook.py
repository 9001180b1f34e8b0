"""The structure of the two notebooks: what students' copies and graders depend on."""

import copy
import inspect
import re

import nbformat
import numpy as np
import pytest

from benchmarks import textbook
from benchmarks.__main__ import by_formulas
from common.lab import NOTEBOOK, WHY
from init_utils import EXERCISES, SEED, function_name
from tools import refresh_notebook

KINDS = {  # those that model() trains -> the title of the boundary, the two shares of right answers
    "zeros": ("Модель с инициализацией в ноль", "0.5", "0.5"),
    "random": ("Модель со случайной инициализацией", "0.83", "0.86"),
    "he": ("Модель с He-инициализацией", "0.9933333333333333", "0.96"),
}
CONTRACT = {  # cell -> what it says
    "title": ["# Инициализация", "https://www.coursera.org/specializations/deep-learning"],
    "packages": ["## 0 - Пакеты/Библиотеки", "https://numpy.org/", "https://matplotlib.org/", "https://scikit-learn.org/"],
    "imports": ["%matplotlib inline", 'rcParams["figure.figsize"] = (10.0, 6.0)', "import sklearn.datasets"],
    "task": ["**Задача**"],
    "network": ["## 1 - Модель нейронной сети"],
    "methods": ["**Инструкции**"],
    "zeros": ["## 2 - Инициализация в ноль", "**Упражнение**"],
    "random": ["## 3 - Случайная инициализация", "**Упражнение**"],
    "he": ["## 4 - He-инициализация", "**Упражнение**", "**Подсказка**"],
    "why-zeros": ["**Что необходимо помнить**"],
    "why-random": ["**Наблюдения**", "**Что необходимо помнить**"],
    "why-he": ["**Наблюдения**"],
    "conclusions": ["## 5 - Выводы"],
    "summary": [
        "**Что необходимо помнить**", "**Ссылки**", "https://www.coursera.org/specializations/deep-learning",
        "https://arxiv.org/abs/1502.01852", "https://proceedings.mlr.press/v9/glorot10a.html", f"]({WHY.name})",
    ],
}  # fmt: skip
DRAWN = "plot_decision_boundary(lambda x: predict_dec(parameters, x.T), train_X, train_Y[0])"
for kind, (title, _, _) in KINDS.items():
    CONTRACT[f"train-{kind}"] = [f'model(train_X, train_Y, initialization="{kind}"', f'trained["{kind}"] = parameters']
    CONTRACT[f"boundary-{kind}"] = [f'plt.title("{title}")', DRAWN]
# in any cell: a comparison switched off, the blank's other name of the sizes, σ for a standard deviation
FORBIDDEN = r"#\s*(NBVAL|PYTEST_VALIDATE)|layer_dims|\\sigma(?!\(|\$ — всегда сигмоида)\S|σ(?!\()"


def text_of(cell):
    return "".join(output.get("text", "") for output in cell.outputs)


def has_picture(cell):
    return any("image/png" in output.get("data", {}) for output in cell.get("outputs", []))


@pytest.mark.parametrize("path", [NOTEBOOK, WHY], ids=lambda path: path.stem)
def test_stored_as_the_refresh_stores_it(path):
    text = path.read_text(encoding="utf-8")
    notebook = nbformat.reads(text, as_version=4)
    nbformat.validate(notebook)
    refresh_notebook.renew(notebook)
    assert text == nbformat.writes(notebook) + "\n", "run tools/refresh_notebook.py"
    assert not re.search(r"/home/|/root/|/tmp/|/work/|/Users/|C:\\", text)
    assert path.stat().st_size < 1.5e6


def test_one_fresh_run_from_top_to_bottom_without_a_word_on_stderr(either):
    assert (either.nbformat, either.nbformat_minor, either.metadata.kernelspec.name) == (4, 5, "python3")
    cells = [cell for cell in either.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    for cell in cells:
        kinds = {output.get("name", output.output_type) for output in cell.outputs}
        assert kinds <= {"stdout", "display_data"}, cell.id


def test_each_cell(either):
    """Its id, its length, the exercises' mark; a figure has a text alternative, only what draws figures is folded."""
    assert len({cell.id for cell in either.cells}) == len(either.cells)
    for cell in either.cells:
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", cell.id)
        assert not re.search(FORBIDDEN, cell.source), cell.id
        assert ("ОЦЕНИВАЕМОЕ" in cell.source) == (cell.id in [f"graded-{method}" for method in EXERCISES]), cell.id
        assert ("ВАШЕГО КОД" in cell.source) == cell.id.startswith("graded-"), cell.id
        code = re.sub(r'""".*?"""', "", cell.source, flags=re.DOTALL)
        assert cell.cell_type == "markdown" or code.count("\n") < 40, cell.id
        alt = cell.metadata.get("alt")
        assert (alt is not None) == has_picture(cell), cell.id
        assert alt is None or re.fullmatch(r"(?!.*(\d\.\d|[.!?] ))[А-ЯЁ]?\S.{,197}[а-яё0-9]\.", alt), cell.id
        folded = cell.metadata.get("jupyter") == {"source_hidden": True}
        assert folded == cell.source.startswith("# Только для рисунк"), cell.id
        draws = cell.cell_type == "code" and re.search(r"\bplt\.(?!rcdefaults)|\baxes\.|widgets", cell.source)
        assert folded or not draws or re.fullmatch("imports|boundary-.*", cell.id), cell.id
        exempt = ["nbval-ignore-output"] if cell.id == "train-random" else None  # its losses are chaotic
        assert cell.metadata.get("tags") == exempt, cell.id


def test_headings_and_their_numbers(notebook):
    markdown = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    headings = [text for texts in CONTRACT.values() for text in texts if text.startswith("#")]
    assert re.findall(r"^#{1,2} .*$", markdown, re.MULTILINE) == headings


@pytest.mark.parametrize("cell_id", CONTRACT)
def test_what_a_cell_must_say(cells, cell_id):
    assert [text for text in CONTRACT[cell_id] if text not in cells[cell_id].source] == []


def test_what_students_try_is_imported(lab):
    network = "sigmoid relu forward_propagation compute_loss backward_propagation update_parameters"
    rest = "predict predict_dec plot_decision_boundary train_X train_Y test_X test_Y sklearn plt np"
    assert {*network.split(), *rest.split()} <= lab.keys()


@pytest.mark.parametrize("method", EXERCISES)
def test_an_exercise(notebook, cells, method):
    first, function = notebook.cells.index(cells[f"graded-{method}"]), function_name(method)
    ids = [cell.id for cell in notebook.cells[first : first + 4]]
    assert ids == [f"{name}-{method}" for name in ("graded", "check", "show", "expected")]
    graded = (
        rf'''# ОЦЕНИВАЕМОЕ: {function}\ndef {function}\(layers_dims\):\n    """(?P<docstring>.*)"""\n'''
        rf"(?P<seed>    np\.random\.seed\({SEED}\).*?\n)?    parameters = \{{\}}\n"
        r"    L = len\(layers_dims\)(?P<last> - 1)?  #[^\n]*\n\n    for l in range\(1, L(?(last) \+ 1)\):\n"
        r"        ### НАЧАЛО ВАШЕГО КОД ЗДЕСЬ ### \(≈ 2 строки кода\)\n"
        r"        parameters\['W' \+ str\(l\)\] = np\.(?P<weights>[^\n]*)\n"
        r"        parameters\['b' \+ str\(l\)\] = np\.zeros\(\(layers_dims\[l\], 1\)\)\n"
        r"        ### ОКОНЧАНИЕ ВАШЕГО КОД ЗДЕСЬ ###\n    return parameters"
    )
    match = re.fullmatch(graded, cells[f"graded-{method}"].source, re.DOTALL)
    assert match, "the graded cell is not as in the copies that students have"
    assert bool(match["seed"]) == ("random" in match["weights"])
    for name, last in (("1", "layers_dims[1], layers_dims[0]"), ("L", "layers_dims[L], layers_dims[L-1]")):
        assert f"W{name} -- матрица весов формы ({last})\n" in match["docstring"]
        assert f"b{name} -- вектор смещений формы (layers_dims[{name}], 1)\n" in match["docstring"]

    table = r"<table>\n(<tbody><tr><th>\w\d</th><td><pre>[^<]*</pre></td></tr></tbody>\n){4}</table>"
    assert re.fullmatch(rf"\*\*Ожидаемый результат\*\*:\n\n{table}", cells[f"expected-{method}"].source)
    assert f"{function}({EXERCISES[method].shown_layers})" in cells[f"show-{method}"].source


def test_the_drawing_shows_the_network_that_is_trained(lab, cells):
    parameters = lab["model"](lab["train_X"], lab["train_Y"], num_iterations=1, print_cost=False)
    weights = [parameters[f"W{layer}"] for layer in (1, 2, 3)]
    exec(cells["network-figure"].source, lab)
    axes, written = lab["axes"], "\n".join(text.get_text() for text in lab["axes"].texts)
    circles = [len(layer.get_offsets()) for layer in axes.collections]
    assert circles == [weights[0].shape[1], *map(len, weights)] and "-".join(map(str, circles)) in axes.get_title()
    assert re.findall(r"\d+ × \d+", written) == ["{} × {}".format(*W.shape) for W in weights]


@pytest.mark.parametrize("kind", KINDS)
def test_each_training_prints_the_same_sequence(cells, lab, kind):
    _, train, test = KINDS[kind]
    accuracies = f"Обучающий датасет:\nAccuracy: {train}\nТестовый датасет:\nAccuracy: {test}\n"
    assert text_of(cells[f"accuracy-{kind}"]).startswith(accuracies)
    predictions = text_of(cells[f"predictions-{kind}"])
    assert re.fullmatch(r"predictions_train = \[\[[01\s]+\]\]\npredictions_test = \[\[[01\s]+\]\]\n", predictions)
    assert has_picture(cells[f"train-{kind}"]) and has_picture(cells[f"boundary-{kind}"])

    losses = re.findall(
        r"^Потери после итерации (\d+): (inf|\d+\.\d{6})$", text_of(cells[f"train-{kind}"]), re.MULTILINE
    )
    assert [int(i) for i, _ in losses] == [*range(0, 15_000, 1000)]
    if kind == "random":  # chaotic
        printed = [float(losses[i][1]) for i in (0, 1, -1)]
        np.testing.assert_allclose(printed, [np.inf, 0.62, 0.3828], atol=0.01)
        return
    X, Y = lab["train_X"], lab["train_Y"]
    parameters = lab["model"](X, Y, learning_rate=0, num_iterations=1, print_cost=False, initialization=kind)
    for _, loss in losses:
        assert loss == f"{textbook.compute_loss(textbook.forward_propagation(X, parameters)[0], Y):.6f}"
        parameters = by_formulas(textbook, X, Y, parameters, 1000)


def test_model(lab, monkeypatch, capsys):
    """The signature of the blank; a run without printing still draws; the initial parameters are left alone."""
    model, plt = lab["model"], lab["plt"]
    assert str(inspect.signature(model)) == (
        "(X, Y, learning_rate=0.01, num_iterations=15000, print_cost=True, initialization='he', history=None)"
    )
    drawn, history, data = [], [("of", "an earlier run")], (lab["train_X"], lab["train_Y"])
    monkeypatch.setattr(plt, "show", lambda: drawn.append(plt.gca()))
    first = lab["initialize_parameters_he"]([2, 10, 5, 1])
    lab["initialize_parameters_he"] = lambda dims: first
    before = copy.deepcopy(first)
    trained = model(*data, num_iterations=2001, print_cost=False, history=history)
    np.testing.assert_equal(first, before)
    assert not any(np.array_equal(trained[name], first[name]) for name in first)
    assert capsys.readouterr().out == ""
    (axes,) = drawn
    assert axes.get_title() == "Темп обучения (learning rate) = 0.01"
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("Итерация", "Потери")
    assert [i for i, _ in history] == [0, 1000, 2000]
    np.testing.assert_array_equal(axes.lines[0].get_xydata(), history)
