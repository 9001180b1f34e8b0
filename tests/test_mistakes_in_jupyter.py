"""Usual mistakes, played as students make them: in one real kernel, the error read as Jupyter shows it."""

import re

import nbformat
import numpy as np
import pytest
from mistakes import RETURNED, STOPPED
from nbclient import NotebookClient

from init_utils import function_name
from tools import lab_cells

ALL = RETURNED | {name: case for name, case in STOPPED.items() if case.id != "numpy-2" or np.__version__ >= "2"}
TRAINED = "parameters = initialize_parameters_he([2, 10, 5, 1])\n"
# what is done wrong with the helpers -> words of the first line, words of the second
HELPERS = {
    "check_initialization(initialize_parameters_he([2, 4, 1]))": ("получено: dict", "без скобок"),
    "check_initialization(model)": ("получено: model", "без скобок"),
    "model(train_X.T, train_Y)": ("X: ожидался массив формы (n_x, 300)", "переставлены"),
    "model(train_X, test_Y)": ("Y: ожидался массив формы (1, 300)", "одна метка"),
    "model(train_X, train_Y, initialization='xavier')": ("initialization: ", "Исправьте"),
    "def initialize_parameters_he(d): pass\nmodel(train_X, train_Y)": ("получено: None", "не закончено"),
    "forward_propagation(train_X.T, initialize_parameters_he([2, 10, 5, 1]))": ("X: ", "переставлены"),
    TRAINED + "predict(train_X, 2 * train_Y - 1, parameters)": ("y: ожидались метки", "Перекодируйте"),
    TRAINED + "plot_decision_boundary(predict_dec(parameters, train_X), train_X, train_Y)": ("model: ", "lambda x:"),
    'Results()["he"]': ("ещё не обучена", "Выполните ячейку обучения"),
}


@pytest.fixture(scope="module")
def shown():
    """The lines that the kernel shows for each mistake, without colours."""
    cells = [lab_cells.sources()[name] for name in lab_cells.DEFINITIONS]
    restore = "for name in ('np', 'str', 'len', 'parameters', 'layers_dims'): globals().pop(name, None)\n"
    restore += "import numpy as np\n" + "\n".join(cells[2:])
    wrong = [f"{case.code}\ncheck_initialization({function_name(case.method)})" for case in ALL.values()] + [*HELPERS]
    for code in wrong:
        cells += [code, restore]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    NotebookClient(notebook, kernel_name="python3", allow_errors=True, resources={"metadata": {"path": "."}}).execute()
    first = len(lab_cells.DEFINITIONS)
    for cell in notebook.cells[:first] + notebook.cells[first + 1 :: 2]:
        assert not [output for output in cell.outputs if output.output_type == "error"], cell
    errors = [
        ["\n".join(output.traceback) for output in cell.outputs if output.output_type == "error"]
        for cell in notebook.cells[first::2]
    ]
    plain = [re.sub(r"\x1b\[[\d;]*m", "", "".join(error)).split("\n") for error in errors]
    return dict(zip([*ALL, *HELPERS], plain, strict=True))


@pytest.mark.parametrize("name", ALL)
def test_a_mistake_ends_in_two_lines(shown, name):
    fact, *hint = shown[name]
    assert fact.startswith(f"ValueError: {function_name(ALL[name].method)}([")
    assert len(hint) <= 1 and ALL[name].words in "".join(hint)


@pytest.mark.parametrize("code", HELPERS)
def test_a_wrong_call_ends_in_two_lines(shown, code):
    fact, advice = shown[code]
    cause, words = HELPERS[code]
    assert re.match(r"(Value|Type)Error: \S", fact) and cause in fact and words in advice


def test_the_students_own_line_is_shown(shown):
    assert "строка «parameters['W' + str(l)] = np.random.randn(" in shown["division by zero"][0]
