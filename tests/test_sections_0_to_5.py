"""Sections 0 to 5 say what is so, in good Russian, and keep the three networks apart."""

import contextlib
import io
import re

import matplotlib.pyplot as plt
import numpy as np
import pytest
from conftest import ROOT

from init_utils import SHAPE_MISTAKES, Results, check_initialization, check_parameters
from tools import lab_cells, measure_claims

long_training = pytest.mark.seconds(40)  # 300,000 iterations
KINDS = ("zeros", "random", "he")


@pytest.fixture(scope="module")
def trained_lab():
    """The lab before section 6, run by a student: its namespace and its figures, a list of axes for each cell."""
    cells = lab_cells.sources()
    lab, figures = {}, {}
    with plt.rc_context(), contextlib.redirect_stdout(io.StringIO()):
        for name in list(cells)[: list(cells).index("why-functions")]:
            exec(cells[name].replace("%matplotlib inline", ""), lab)
            figures[name] = [axes for number in plt.get_fignums() for axes in plt.figure(number).axes]
            plt.close("all")
    return lab, figures


# --- what section 3 and 4 say of the training, longer and closer than the notebook can show it ---


@long_training
def test_longer_training_stalls_after_large_weights():
    today, longer, longest = (measure_claims.at("random", i) for i in (15_000, 75_000, 300_000))
    assert today.loss - longer.loss > 0.03
    assert 0 < longer.loss - longest.loss < 0.001
    assert (longer.train, longer.test) == (longest.train, longest.test)
    assert longest.train > today.train and longest.test < today.test


@long_training
def test_steps_after_large_weights_are_huge_at_first_and_negligible_later():
    first, later = ([measure_claims.at(kind, i).steps for kind in ("random", "he")] for i in (0, 5000))
    assert all(10 * he < large for large, he in zip(*first, strict=True))
    assert all(10 * large < he for large, he in zip(*later, strict=True))


@long_training
def test_neurons_die_in_the_first_steps_after_large_weights():
    start, soon = (measure_claims.at("random", i).dead for i in (0, 200))
    assert start < soon
    assert measure_claims.at("he", 200).dead == measure_claims.at("he", 0).dead


@long_training
def test_he_is_right_sooner():
    assert measure_claims.at("he", 5000).train > measure_claims.at("random", 5000).train + 0.2


@long_training
def test_the_training_that_is_followed_is_that_of_the_notebook(trained_lab):
    lab, _ = trained_lab
    for kind in ("random", "he"):
        for i in (0, 5000):
            assert measure_claims.at(kind, i).loss == dict(lab["history"][kind])[i]
        a3, _ = lab["forward_propagation"](lab["train_X"], lab["trained"][kind])
        assert measure_claims.at(kind, 15_000).loss == lab["compute_loss"](a3, lab["train_Y"])


# --- three networks, each with its own results ---


def run(lab, name):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(lab_cells.sources()[name], lab)
    plt.close("all")
    return out.getvalue()


@pytest.mark.parametrize("kind", KINDS)
def test_cells_run_again_later_show_their_own_network(trained_lab, cells, kind):
    lab = dict(trained_lab[0])  # the student has trained with He last
    for name in (f"accuracy-{kind}", f"predictions-{kind}"):
        assert run(lab, name) == "".join(output.text for output in cells[name].outputs)
    run(lab, f"boundary-{kind}")
    assert lab["parameters"] is lab["trained"][kind]


@pytest.mark.parametrize("name", ["accuracy", "predictions", "boundary"])
@pytest.mark.parametrize("kind", KINDS)
def test_before_the_training_a_cell_names_the_one_to_run(lab, name, kind):
    with pytest.raises(ValueError, match=rf'(?s)ещё не обучена.*model\(\.\.\., initialization="{kind}"\)'):
        run(lab, f"{name}-{kind}")


@pytest.mark.parametrize("name", ["compare-losses", "compare-accuracies", "compare-boundaries"])
@pytest.mark.parametrize("kind", KINDS)
def test_section_5_names_the_training_that_is_missing(trained_lab, name, kind):
    lab = dict(trained_lab[0])
    for results in ("trained", "history"):
        lab[results] = Results({key: value for key, value in lab[results].items() if key != kind})
    with pytest.raises(ValueError, match=rf'model\(\.\.\., initialization="{kind}"\)'):
        run(lab, name)


def test_section_5_shows_the_same_after_section_6_has_added_styles(trained_lab, cells):
    lab = dict(trained_lab[0])
    lab["STYLES"] = {**lab["STYLES"], "small": {"label": "малые"}}
    assert run(lab, "compare-accuracies") == cells["compare-accuracies"].outputs[0].text
    run(lab, "compare-losses")
    run(lab, "compare-boundaries")


def test_an_interrupted_training_keeps_the_last_whole_one(trained_lab):
    lab = dict(trained_lab[0])
    lab["trained"], lab["history"] = (Results(lab[name]) for name in ("trained", "history"))
    before = lab["trained"]["he"], lab["history"]["he"]

    def interrupted(grads):
        raise KeyboardInterrupt

    lab["backward_propagation"] = lambda X, Y, cache: interrupted(None)
    exec(lab_cells.sources()["model"].rpartition("\n\n\n")[0], lab)
    with pytest.raises(KeyboardInterrupt):
        run(lab, "train-he")
    assert (lab["trained"]["he"], lab["history"]["he"]) == before


def test_a_result_can_be_looked_for_without_an_error():
    results = Results(he=1)
    assert results["he"] == 1 and "random" not in results and results.get("random") is None


# --- what the initialization has returned ---


@pytest.mark.parametrize("returned", [[1, 2], (1,), "W1"])
def test_something_else_than_a_dictionary_is_called_by_its_name(returned):
    with pytest.raises(TypeError, match=f"initialize_parameters_he: ожидался словарь.*{type(returned).__name__}"):
        check_parameters(returned, "initialize_parameters_he")


def test_whole_parameters_pass(network):
    assert check_parameters(network()[2], "initialize_parameters_he") is None


# --- Russian ---


def prose(notebook):
    """The text of the Markdown cells and of the documents, without code and links."""
    texts = {cell.id: cell.source for cell in notebook.cells if cell.cell_type == "markdown"}
    for name in ("README.md", "docs/teacher.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        texts[name] = re.sub(r"<!-- python -m benchmarks: начало.*?конец -->", "", text, flags=re.DOTALL)
    return {
        place: re.sub(r"```.*?```|`[^`]*`|\]\([^)]*\)|<pre>.*?</pre>", "", text, flags=re.DOTALL)
        for place, text in texts.items()
    }


def test_numbers_are_not_torn_from_what_they_count(notebook):
    for place, text in prose(notebook).items():
        torn = re.findall(r".*(?:\d (?:%|МБ|\d{3}\b)|[×№] \d).*", text)
        assert not torn, (place, torn)


def test_decimals_have_a_comma(notebook):
    for place, text in prose(notebook).items():
        allowed = re.sub(
            r"(?:Python|JupyterLab|версии|nbval|Linux начиная с версии) \d+\.\d+|^#+ \d\.\d",
            "",
            text,
            flags=re.MULTILINE,
        )
        assert not re.findall(r".*(?<![\d.])0\.\d.*", allowed), place


def test_decimals_on_the_axes_have_a_comma(trained_lab):
    shown = set()
    for name, panels in trained_lab[1].items():
        for axes in (axes for axes in panels if axes.axison):
            axes.figure.canvas.draw()
            for label in axes.get_xticklabels() + axes.get_yticklabels():
                assert "." not in label.get_text(), name
                shown.add(label.get_text())
    assert {"−0,5", "0,69", "14000"} <= shown


def test_he_is_explained_once(notebook):
    assert [cell.id for cell in notebook.cells if "читается «Хе»" in cell.source] == ["methods"]
    assert not [cell.id for cell in notebook.cells if re.search(r"\bметод\w* Хе\b", cell.source)]


# --- the documents ---


def initialize_parameters_random(layers_dims):
    parameters = {}
    for layer in range(1, len(layers_dims)):
        np.random.seed(3)
        parameters[f"W{layer}"] = np.random.randn(layers_dims[layer], layers_dims[layer - 1]) * 10
        parameters[f"b{layer}"] = np.zeros((layers_dims[layer], 1))
    return parameters


def initialize_parameters_zeros(layers_dims):
    return {f"{name}{layer}": None for layer in range(1, len(layers_dims)) for name in "Wb"}


def test_the_readme_quotes_the_messages_as_they_are():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    shapes, seeds = re.search("называет ошибку \\(«(.*?)», «(.*?)»\\)", readme).groups()
    assert any(shapes in words for _, words in SHAPE_MISTAKES)
    with pytest.raises(ValueError, match=re.escape(seeds)):
        check_initialization(initialize_parameters_random)

    (unfinished,) = re.findall(r"- \*\*`(Упражнение .*)`\*\*", readme)
    with pytest.raises(ValueError, match=unfinished):
        check_initialization(initialize_parameters_zeros)
    with pytest.raises(ValueError, match=f"(?i){unfinished}"):
        check_parameters(None, "initialize_parameters_zeros")


def test_the_teacher_is_told_what_section_6_gives_away(notebook):
    text = (ROOT / "docs" / "teacher.md").read_text(encoding="utf-8")
    (function,) = re.findall(r"`(\w+)` строит случайные веса так же", text)
    assert any(f"def {function}(" in cell.source for cell in notebook.cells)
