"""The notebook's structure: what students' copies and graders depend on."""

import ast
import inspect
import json
import re

import numpy as np
import pytest
from conftest import ROOT

from benchmarks import textbook
from init_utils import EXERCISES, SEED, function_name

SECTIONS = [
    "# Инициализация",
    "## 0 - Пакеты/Библиотеки",
    "## 1 - Модель нейронной сети",
    "## 2 - Инициализация в ноль",
    "## 3 - Случайная инициализация",
    "## 4 - He-инициализация",
    "## 5 - Выводы",
    "## 6 - Почему так происходит",
]
GRADED = {f"graded-{method}": function_name(method) for method in EXERCISES}
BEGIN = "### НАЧАЛО ВАШЕГО КОД ЗДЕСЬ ### (≈ 2 строки кода)"
END = "### ОКОНЧАНИЕ ВАШЕГО КОД ЗДЕСЬ ###"
KINDS = list(EXERCISES)


def text_of(cell):
    return "".join(output.get("text", "") for output in cell.outputs)


def has_picture(cell):
    return any("image/png" in output.get("data", {}) for output in cell.get("outputs", []))


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


# --- the file ---


def test_format_and_metadata(notebook):
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert notebook.metadata == {
        "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
        "language_info": {"name": "python", "pygments_lexer": "ipython3"},
    }


def test_only_the_chaotic_training_carries_a_tag(notebook):
    assert {cell.id: cell.metadata.tags for cell in notebook.cells if "tags" in cell.metadata} == {
        "train-random": ["nbval-ignore-output"]
    }
    assert all(set(cell.metadata) <= {"tags", "nbgrader", "alt", "jupyter"} for cell in notebook.cells)


def test_each_figure_has_a_text_alternative(notebook):
    for cell in notebook.cells:
        assert ("alt" in cell.metadata) == has_picture(cell), cell.id
        if "alt" in cell.metadata:
            assert re.fullmatch(r"[А-ЯЁ]?\S.*[а-яё0-9]\.", cell.metadata.alt), cell.id
            assert len(cell.metadata.alt) <= 200, cell.id
            assert not re.search(r"\d\.\d|[.!?] ", cell.metadata.alt), cell.id


def test_only_cells_that_make_figures_are_folded(notebook):
    for cell in notebook.cells:
        folded = cell.metadata.get("jupyter", {})
        assert folded == ({"source_hidden": True} if cell.source.startswith("# Только для рисунк") else {}), cell.id


def test_what_nbgrader_takes_each_cell_for(notebook):
    roles = {cell.id: dict(cell.metadata.nbgrader) for cell in notebook.cells if "nbgrader" in cell.metadata}
    for cell_id, role in roles.items():
        assert (role.pop("schema_version"), role.pop("grade_id"), role.pop("task")) == (3, cell_id, False)
    answers = [name for name, role in roles.items() if role == {"solution": True, "grade": False, "locked": False}]
    assert answers == list(GRADED)
    test = {"solution": False, "grade": True, "locked": True}
    tests = {name: role.pop("points") for name, role in roles.items() if role.items() > test.items()}
    assert tests == {f"check-{kind}": exercise.points for kind, exercise in EXERCISES.items()}
    read_only = {name for name, role in roles.items() if role == {"solution": False, "grade": False, "locked": True}}
    names = ("train", "accuracy", "predictions", "boundary")
    assert read_only == {"imports", "model"} | {f"{name}-{kind}" for name in names for kind in KINDS}
    assert len(roles) == len(read_only) + 2 * len(EXERCISES)


def test_nbgrader_can_put_a_deleted_self_check_back(notebook):
    marked = [cell.id for cell in notebook.cells if "nbgrader" in cell.metadata]
    for kind in KINDS:  # it looks for the marked cell before, which must be an answer or a test
        assert marked[marked.index(f"check-{kind}") - 1] == f"graded-{kind}"


def test_no_comment_switches_nbval_off(notebook):
    for cell in code_cells(notebook):
        assert not re.search(r"#\s*(NBVAL|PYTEST_VALIDATE)", cell.source), cell.id


def test_ids_are_readable_and_unique(notebook):
    ids = [cell.id for cell in notebook.cells]
    assert len(set(ids)) == len(ids)
    for cell_id in ids:
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", cell_id)


def test_execution_counts_are_in_order(notebook):
    counts = [cell.execution_count for cell in code_cells(notebook)]
    assert counts == list(range(1, len(counts) + 1))


def test_no_errors_and_nothing_on_stderr(notebook):
    for cell in code_cells(notebook):
        for output in cell.outputs:
            assert output.output_type in ("stream", "display_data"), cell.id
            assert output.get("name", "stdout") == "stdout", cell.id


def test_no_local_paths(notebook):
    text = (ROOT / "Initialization.ipynb").read_text(encoding="utf-8")
    assert not re.search(r"/home/|/root/|/tmp/|/work/|/Users/|C:\\", text)


def test_size():
    assert (ROOT / "Initialization.ipynb").stat().st_size < 1.5e6


def test_stored_as_jupyter_writes_it(notebook):
    path = ROOT / "Initialization.ipynb"
    text = path.read_text(encoding="utf-8")
    assert text == json.dumps(json.loads(text), indent=1, ensure_ascii=False, sort_keys=True) + "\n"


# --- the text ---


def test_headings_and_their_numbers(notebook):
    markdown = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    assert re.findall(r"^#{1,2} .*$", markdown, re.MULTILINE) == SECTIONS


def test_he_is_in_latin_letters(notebook):
    for cell in notebook.cells:
        assert not re.search("\u041d\u0435-?\\s?инициализаци", cell.source), cell.id


def test_links_have_a_scheme(notebook):
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            for link in re.findall(r"\]\(([^)]*)\)", cell.source):
                assert link.startswith("https://"), (cell.id, link)


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


def test_no_markdown_quotes_the_markers(notebook):
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            assert "ВАШЕГО КОД" not in cell.source


@pytest.mark.parametrize(
    ("words", "sections"),
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
def test_landmarks(notebook, words, sections):
    assert sum(words in cell.source for cell in notebook.cells) == sections


# --- the graded cells ---


@pytest.mark.parametrize(("cell_id", "function"), GRADED.items())
def test_graded_cells(cells, cell_id, function):
    source = cells[cell_id].source
    assert source.startswith(f"# ОЦЕНИВАЕМОЕ: {function}\ndef {function}(layers_dims):\n")

    lines = source.split("\n")
    begin, end = lines.index(" " * 8 + BEGIN), lines.index(" " * 8 + END)
    weights, biases = (line.strip() for line in lines[begin + 1 : end])
    assert weights.startswith("parameters['W' + str(l)] = np.")
    assert biases == "parameters['b' + str(l)] = np.zeros((layers_dims[l], 1))"

    given = {line.split("  #")[0].strip() for line in lines}
    he = cell_id == "graded-he"
    assert {"parameters = {}", "return parameters"} <= given
    assert ("L = len(layers_dims) - 1" if he else "L = len(layers_dims)") in given
    assert ("for l in range(1, L + 1):" if he else "for l in range(1, L):") in given
    assert (f"np.random.seed({SEED})" in given) == (cell_id != "graded-zeros")

    docstring = ast.get_docstring(ast.parse(source).body[0])
    for shape in (
        "W1 -- матрица весов формы (layers_dims[1], layers_dims[0])",
        "b1 -- вектор смещений формы (layers_dims[1], 1)",
        "WL -- матрица весов формы (layers_dims[L], layers_dims[L-1])",
        "bL -- вектор смещений формы (layers_dims[L], 1)",
    ):
        assert shape in docstring


def test_there_are_no_other_graded_cells(notebook):
    assert [cell.id for cell in notebook.cells if "ОЦЕНИВАЕМОЕ" in cell.source] == list(GRADED)


def test_layers_dims_is_spelled_one_way(notebook):
    for cell in notebook.cells:
        assert "layer_dims" not in cell.source, cell.id


# --- the cells that run ---


def test_imports(cells):
    source = cells["imports"].source
    for line in ("import numpy as np", "import matplotlib.pyplot as plt", "import sklearn", "import sklearn.datasets"):
        assert line in source.split("\n")
    names = re.search(r"from init_utils import \(([^)]*)\)", source).group(1)
    assert set(re.findall(r"\w+", names)) == {
        "sigmoid", "relu", "compute_loss", "forward_propagation", "backward_propagation", "update_parameters",
        "check_initialization", "predict", "load_dataset", "plot_decision_boundary", "predict_dec",
        "check_data", "check_parameters", "DecimalComma", "LabValueError", "Results",
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
    assert re.findall("LINEAR → [A-Z]+", written) == ["LINEAR → RELU", "LINEAR → RELU", "LINEAR → SIGMOID"]


def test_signature_of_model(lab):
    signature = inspect.signature(lab["model"])
    assert str(signature) == (
        "(X, Y, learning_rate=0.01, num_iterations=15000, print_cost=True, initialization='he', history=None)"
    )


@pytest.mark.parametrize("kind", KINDS)
def test_each_expected_table_is_followed_by_the_self_check(notebook, cells, kind):
    ids = [cell.id for cell in notebook.cells]
    assert ids.index(f"check-{kind}") == ids.index(f"expected-{kind}") + 1
    assert cells[f"check-{kind}"].source == f"check_initialization(initialize_parameters_{kind})"
    assert text_of(cells[f"check-{kind}"]) == f"initialize_parameters_{kind}: всё верно.\n"


@pytest.mark.parametrize("kind", KINDS)
def test_each_training_is_followed_by_the_same_sequence(cells, kind):
    assert f'initialization="{kind}"' in cells[f"train-{kind}"].source
    assert f'trained["{kind}"] = parameters' in cells[f"train-{kind}"].source
    assert cells[f"train-{kind}"].source.endswith(f'history["{kind}"] = losses')
    for name in ("accuracy", "boundary"):
        assert cells[f"{name}-{kind}"].source.startswith(f'parameters = trained["{kind}"]')
    accuracy = cells[f"accuracy-{kind}"].source
    assert accuracy.index('print("Обучающий датасет:")') < accuracy.index("predict(train_X, train_Y, parameters)")
    assert accuracy.index('print("Тестовый датасет:")') < accuracy.index("predict(test_X, test_Y, parameters)")
    assert cells[f"predictions-{kind}"].source.endswith(
        '\nprint("predictions_train = " + str(predictions_train))\nprint("predictions_test = " + str(predictions_test))'
    )
    assert "plot_decision_boundary(lambda x: predict_dec(parameters, x.T), train_X, train_Y[0])" in (
        cells[f"boundary-{kind}"].source
    )


@pytest.mark.parametrize(
    ("kind", "title"),
    [
        ("zeros", "Модель с инициализацией в ноль"),
        ("random", "Модель со случайной инициализацией"),
        ("he", "Модель с He-инициализацией"),
    ],
)
def test_titles_of_the_boundaries(cells, kind, title):
    assert f'plt.title("{title}")' in cells[f"boundary-{kind}"].source


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


def test_every_training_has_a_curve_and_every_boundary_a_picture(cells):
    for kind in KINDS:
        assert has_picture(cells[f"train-{kind}"]) and has_picture(cells[f"boundary-{kind}"])


# --- model() ---


def test_model_without_printing_still_draws(lab, monkeypatch, capsys):
    plt = lab["plt"]
    drawn = []
    monkeypatch.setattr(plt, "show", lambda: drawn.append(plt.gca()))
    history = []
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
