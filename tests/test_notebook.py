"""The structure of the two notebooks: what students' copies and graders depend on."""

import ast
import inspect
import json
import re
from html.parser import HTMLParser

import numpy as np
import pytest

from benchmarks import textbook
from common.lab import NOTEBOOK, WHY
from init_utils import EXERCISES, SEED, function_name

SECTIONS = [
    "# Инициализация",
    "## 0 - Пакеты/Библиотеки",
    "## 1 - Модель нейронной сети",
    "## 2 - Инициализация в ноль",
    "## 3 - Случайная инициализация",
    "## 4 - He-инициализация",
    "## 5 - Выводы",
]
BEGIN = "### НАЧАЛО ВАШЕГО КОД ЗДЕСЬ ### (≈ 2 строки кода)"
END = "### ОКОНЧАНИЕ ВАШЕГО КОД ЗДЕСЬ ###"
KINDS = ("zeros", "random", "he")  # those that model() trains


def text_of(cell):
    return "".join(output.get("text", "") for output in cell.outputs)


def has_picture(cell):
    return any("image/png" in output.get("data", {}) for output in cell.get("outputs", []))


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


# --- both files ---


def test_format_and_metadata(either):
    assert (either.nbformat, either.nbformat_minor) == (4, 5)
    assert either.metadata == {
        "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
        "language_info": {"name": "python", "pygments_lexer": "ipython3"},
    }
    assert all(set(cell.metadata) <= {"tags", "nbgrader", "alt", "jupyter"} for cell in either.cells)


def test_only_the_chaotic_training_is_exempt_from_the_comparison(either):
    tags = {cell.id: cell.metadata.tags for cell in either.cells if "tags" in cell.metadata}
    assert tags in ({}, {"train-random": ["nbval-ignore-output"]})
    for cell in code_cells(either):
        assert not re.search(r"#\s*(NBVAL|PYTEST_VALIDATE)", cell.source), cell.id


def test_each_figure_has_a_text_alternative(either):
    for cell in either.cells:
        assert ("alt" in cell.metadata) == has_picture(cell), cell.id
        if "alt" in cell.metadata:
            assert re.fullmatch(r"[А-ЯЁ]?\S.*[а-яё0-9]\.", cell.metadata.alt), cell.id
            assert len(cell.metadata.alt) <= 200, cell.id
            assert not re.search(r"\d\.\d|[.!?] ", cell.metadata.alt), cell.id


def test_only_cells_that_make_figures_are_folded(either):
    for cell in either.cells:
        folded = cell.metadata.get("jupyter", {})
        assert folded == ({"source_hidden": True} if cell.source.startswith("# Только для рисунк") else {}), cell.id


def test_ids_are_readable_and_unique(either):
    ids = [cell.id for cell in either.cells]
    assert len(set(ids)) == len(ids)
    for cell_id in ids:
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", cell_id)


def test_one_fresh_run_from_top_to_bottom_without_a_word_on_stderr(either):
    cells = code_cells(either)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    for cell in cells:
        for output in cell.outputs:
            assert output.output_type in ("stream", "display_data"), cell.id
            assert output.get("name", "stdout") == "stdout", cell.id


@pytest.mark.parametrize("path", [NOTEBOOK, WHY], ids=lambda path: path.stem)
def test_stored_as_jupyter_writes_it(path):
    text = path.read_text(encoding="utf-8")
    assert text == json.dumps(json.loads(text), indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    assert not re.search(r"/home/|/root/|/tmp/|/work/|/Users/|C:\\", text)
    assert path.stat().st_size < 1.5e6


def test_cells_are_short(either):
    for cell in code_cells(either):
        code = re.sub(r'"""(?:(?!""").)*"""', "", cell.source, flags=re.DOTALL)
        assert code.count("\n") < 40, cell.id


def test_links_lead_somewhere(either):
    for cell in either.cells:
        for link in re.findall(r"\]\(([^)]*)\)", cell.source) if cell.cell_type == "markdown" else ():
            assert link.startswith("https://") or link in (NOTEBOOK.name, WHY.name), (cell.id, link)


def test_each_notebook_leads_to_the_other(notebook):
    assert f"]({WHY.name})" in notebook.cells[-1].source
    assert f"]({NOTEBOOK.name})" in WHY.read_text(encoding="utf-8")


# --- the text of the lab ---


def test_headings_and_their_numbers(notebook):
    markdown = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    assert re.findall(r"^#{1,2} .*$", markdown, re.MULTILINE) == SECTIONS


@pytest.mark.parametrize(
    "link",
    [
        "https://www.coursera.org/specializations/deep-learning",
        "https://numpy.org/",
        "https://matplotlib.org/",
        "https://scikit-learn.org/",
        "https://arxiv.org/abs/1502.01852",
        "https://proceedings.mlr.press/v9/glorot10a.html",
    ],
)
def test_the_links_of_the_lab(notebook, link):
    assert any(f"({link})" in cell.source for cell in notebook.cells)


def test_no_markdown_quotes_the_markers(either):
    for cell in either.cells:
        assert cell.cell_type == "code" or "ВАШЕГО КОД" not in cell.source


@pytest.mark.parametrize(
    ("words", "least"),
    [
        ("**Задача**", 1),
        ("**Инструкции**", 1),
        ("**Упражнение**", 3),
        ("**Подсказка**", 1),
        ("**Ожидаемый результат**", 3),
        ("**Наблюдения**", 2),
        ("**Что необходимо помнить**", 3),
        ("**Ссылки**", 1),
    ],
)
def test_landmarks(notebook, words, least):
    assert sum(words in cell.source for cell in notebook.cells) >= least


# --- the exercises ---


@pytest.mark.parametrize("method", EXERCISES)
def test_an_exercise_is_solved_checked_shown_and_compared(notebook, method):
    ids = [cell.id for cell in notebook.cells]
    first = ids.index(f"graded-{method}")
    assert ids[first : first + 4] == [f"{name}-{method}" for name in ("graded", "check", "show", "expected")]


@pytest.mark.parametrize("method", EXERCISES)
def test_graded_cells(cells, method):
    source, function = cells[f"graded-{method}"].source, function_name(method)
    assert source.startswith(f"# ОЦЕНИВАЕМОЕ: {function}\ndef {function}(layers_dims):\n")

    lines = source.split("\n")
    begin, end = lines.index(" " * 8 + BEGIN), lines.index(" " * 8 + END)
    weights, biases = (line.strip() for line in lines[begin + 1 : end])
    assert weights.startswith("parameters['W' + str(l)] = np.")
    assert biases == "parameters['b' + str(l)] = np.zeros((layers_dims[l], 1))"

    given = {line.split("  #")[0].strip() for line in lines}
    assert {"parameters = {}", "return parameters"} <= given
    assert {"L = len(layers_dims)", "for l in range(1, L):"} <= given or (
        {"L = len(layers_dims) - 1", "for l in range(1, L + 1):"} <= given
    )
    assert (f"np.random.seed({SEED})" in given) == ("random" in weights)

    docstring = ast.get_docstring(ast.parse(source).body[0])
    for shape in (
        "W1 -- матрица весов формы (layers_dims[1], layers_dims[0])",
        "b1 -- вектор смещений формы (layers_dims[1], 1)",
        "WL -- матрица весов формы (layers_dims[L], layers_dims[L-1])",
        "bL -- вектор смещений формы (layers_dims[L], 1)",
    ):
        assert shape in docstring


def test_there_are_no_other_graded_cells(either):
    graded = [cell.id for cell in either.cells if "ОЦЕНИВАЕМОЕ" in cell.source]
    assert graded in ([], [f"graded-{method}" for method in EXERCISES])
    assert not [cell.id for cell in either.cells if "layer_dims" in cell.source]


class Table(HTMLParser):
    """Reads <th>name</th><td><pre>value</pre></td> rows as a browser would."""

    def __init__(self):
        super().__init__()
        self.rows, self.path = {}, []

    def handle_starttag(self, tag, attrs):
        self.path.append(tag)

    def handle_endtag(self, tag):
        assert self.path.pop() == tag, "the table's tags are not nested"

    def handle_data(self, data):
        if self.path[-1:] == ["th"]:
            self.rows[data] = None
        elif self.path[-2:] == ["td", "pre"]:
            self.rows[list(self.rows)[-1]] = data
        else:
            assert not data.strip(), f"text outside the table's cells: {data!r}"


@pytest.mark.parametrize("method", EXERCISES)
def test_the_expected_table_is_what_is_printed_above_and_what_numpy_prints_today(lab, cells, method):
    heading, html = cells[f"expected-{method}"].source.split("\n\n")  # a blank line would end the block of HTML
    assert heading == "**Ожидаемый результат**:"
    assert not re.search("^    ", html, re.MULTILINE), "indented HTML would become a block of code"
    table = Table()
    table.feed(html)
    layers_dims = EXERCISES[method].shown_layers
    parameters = lab[function_name(method)](layers_dims)
    assert f"{function_name(method)}({layers_dims})" in cells[f"show-{method}"].source
    assert table.rows == {name: str(parameters[name]) for name in ("W1", "b1", "W2", "b2")}
    printed = "".join(f"{name} = {value}\n" for name, value in table.rows.items())
    assert text_of(cells[f"show-{method}"]) == printed


def test_what_nbgrader_takes_each_cell_for(notebook):
    roles = {cell.id: dict(cell.metadata.nbgrader) for cell in notebook.cells if "nbgrader" in cell.metadata}
    for cell_id, role in roles.items():
        assert (role.pop("schema_version"), role.pop("grade_id"), role.pop("task")) == (3, cell_id, False)
    answers = [name for name, role in roles.items() if role == {"solution": True, "grade": False, "locked": False}]
    assert answers == [f"graded-{method}" for method in EXERCISES]
    test = {"solution": False, "grade": True, "locked": True}
    tests = {name: role.pop("points") for name, role in roles.items() if role.items() > test.items()}
    assert tests == {f"check-{method}": exercise.points for method, exercise in EXERCISES.items()}
    read_only = {name for name, role in roles.items() if role == {"solution": False, "grade": False, "locked": True}}
    assert {"imports", "model"} | {f"train-{kind}" for kind in KINDS} <= read_only
    assert len(roles) == len(read_only) + len(answers) + len(tests)


# --- the cells that run ---


def test_imports(cells):
    source = cells["imports"].source
    for line in ("import numpy as np", "import matplotlib.pyplot as plt", "import sklearn", "import sklearn.datasets"):
        assert line in source.split("\n")
    names = re.search(r"from init_utils import \(([^)]*)\)", source).group(1)
    assert set(re.findall(r"\w+", names)) >= {
        "sigmoid", "relu", "compute_loss", "forward_propagation", "backward_propagation", "update_parameters",
        "predict", "load_dataset", "plot_decision_boundary", "predict_dec",
    }  # fmt: skip
    assert "%matplotlib inline" in source
    assert 'rcParams["figure.figsize"] = (10.0, 6.0)' in source
    assert "train_X, train_Y, test_X, test_Y = load_dataset()" in source


def test_the_drawing_shows_the_network_that_is_trained(lab, cells):
    parameters = lab["model"](lab["train_X"], lab["train_Y"], num_iterations=1, print_cost=False)
    weights = [parameters[f"W{layer}"] for layer in (1, 2, 3)]
    exec(cells["network-figure"].source, lab)
    axes = lab["axes"]
    circles = [len(layer.get_offsets()) for layer in axes.collections]
    assert circles == [weights[0].shape[1], *(len(W) for W in weights)]
    assert "-".join(map(str, circles)) in axes.get_title()
    assert len(axes.lines) == sum(W.size for W in weights)
    written = "\n".join(text.get_text() for text in axes.texts)
    assert re.findall(r"\d+ × \d+", written) == ["{} × {}".format(*W.shape) for W in weights]


def test_signature_of_model(lab):
    signature = inspect.signature(lab["model"])
    assert str(signature) == (
        "(X, Y, learning_rate=0.01, num_iterations=15000, print_cost=True, initialization='he', history=None)"
    )


@pytest.mark.parametrize(
    ("kind", "title"),
    [
        ("zeros", "Модель с инициализацией в ноль"),
        ("random", "Модель со случайной инициализацией"),
        ("he", "Модель с He-инициализацией"),
    ],
)
def test_each_training_is_followed_by_the_same_sequence(cells, kind, title):
    train = cells[f"train-{kind}"].source
    assert f'parameters = model(train_X, train_Y, initialization="{kind}"' in train
    assert f'trained["{kind}"] = parameters' in train
    accuracy = cells[f"accuracy-{kind}"].source
    assert accuracy.index('print("Обучающий датасет:")') < accuracy.index("predict(train_X, train_Y, parameters)")
    assert accuracy.index('print("Тестовый датасет:")') < accuracy.index("predict(test_X, test_Y, parameters)")
    assert cells[f"predictions-{kind}"].source.endswith(
        '\nprint("predictions_train = " + str(predictions_train))\nprint("predictions_test = " + str(predictions_test))'
    )
    boundary = cells[f"boundary-{kind}"].source
    assert f'plt.title("{title}")' in boundary
    assert "plot_decision_boundary(lambda x: predict_dec(parameters, x.T), train_X, train_Y[0])" in boundary
    assert has_picture(cells[f"train-{kind}"]) and has_picture(cells[f"boundary-{kind}"])


@pytest.mark.parametrize(
    ("kind", "train", "test"),
    [("zeros", "0.5", "0.5"), ("random", "0.83", "0.86"), ("he", "0.9933333333333333", "0.96")],
)
def test_accuracies(cells, kind, train, test):
    expected = f"Обучающий датасет:\nAccuracy: {train}\nТестовый датасет:\nAccuracy: {test}\n"
    assert text_of(cells[f"accuracy-{kind}"]).startswith(expected)


def textbook_losses(kind, lab):
    """The losses of each thousandth iteration by the formulas of the original course, in an oracle of its own."""
    X, Y = lab["train_X"], lab["train_Y"]
    generator = np.random.RandomState(3)
    parameters = {}
    for layer, (n_in, n_out) in enumerate([(2, 10), (10, 5), (5, 1)], start=1):
        weights = generator.randn(n_out, n_in) * np.sqrt(2 / n_in)
        parameters[f"W{layer}"] = weights if kind == "he" else np.zeros_like(weights)
        parameters[f"b{layer}"] = np.zeros((n_out, 1))
    losses = []
    for i in range(15_000):
        a3, values = textbook.forward_propagation(X, parameters)
        if i % 1000 == 0:
            losses.append(textbook.compute_loss(a3, Y))
        grads = textbook.backward_propagation(X, Y, values)
        parameters = textbook.update_parameters(parameters, grads, 0.01)
    return losses


@pytest.mark.parametrize("kind", ["zeros", "he"])
def test_printed_losses(cells, lab, kind):
    losses = enumerate(textbook_losses(kind, lab))
    expected = "".join(f"Потери после итерации {1000 * i}: {loss:.6f}\n" for i, loss in losses)
    assert text_of(cells[f"train-{kind}"]) == expected


def test_printed_losses_of_the_chaotic_training(cells):
    lines = text_of(cells["train-random"]).splitlines()
    losses = [float(re.fullmatch(r"Потери после итерации \d+000: (\d\.\d{6})", line).group(1)) for line in lines[1:]]
    assert lines[0] == "Потери после итерации 0: inf"
    assert len(losses) == 14
    np.testing.assert_allclose([losses[0], losses[-1]], [0.62, 0.3828], atol=0.01)


# --- model() ---


def test_model_without_printing_still_draws(lab, monkeypatch, capsys):
    plt = lab["plt"]
    drawn = []
    monkeypatch.setattr(plt, "show", lambda: drawn.append(plt.gca()))
    history = [("of", "an earlier run")]
    lab["model"](lab["train_X"], lab["train_Y"], num_iterations=2001, print_cost=False, history=history)
    assert capsys.readouterr().out == ""
    (axes,) = drawn
    assert axes.get_title() == "Темп обучения (learning rate) = 0.01"
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("Итерация", "Потери")
    assert [i for i, _ in history] == [0, 1000, 2000]
    np.testing.assert_array_equal(axes.lines[0].get_xydata(), history)


def test_model_leaves_the_initial_parameters_alone(lab):
    first = lab["initialize_parameters_he"]([2, 10, 5, 1])
    lab["initialize_parameters_he"] = lambda dims: first
    before = {name: value.copy() for name, value in first.items()}
    trained = lab["model"](lab["train_X"], lab["train_Y"], num_iterations=3, print_cost=False)
    for name in first:
        np.testing.assert_array_equal(first[name], before[name])
        assert not np.array_equal(trained[name], before[name])
