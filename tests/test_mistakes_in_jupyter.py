"""Usual mistakes, played as students make them: in one real kernel, the error read as Jupyter shows it."""

import re

import nbformat
import pytest
from nbclient import NotebookClient
from submissions import BIAS, ORACLE, SEEDED, function

from init_utils import EXERCISES, function_name
from tools import lab_cells

RANDN = "np.random.randn(layers_dims[l], layers_dims[l - 1])"
HE = "np.sqrt(2 / layers_dims[l - 1])"
MOST_LINES = 3  # that are not the student's own


def check(method, *changes, before="", **parts):
    """The code of a cell: a function that is right but for the changes, and its self-check."""
    code = function(method, **parts)
    for old, new in changes:
        assert old in code, old
        code = code.replace(old, new)
    return f"{before}\n{code}\ncheck_initialization({function_name(method)})"


def with_changed(name, value):
    """The lab's parameters of the He network with one of them changed."""
    return f"parameters = initialize_parameters_he([2, 10, 5, 1])\nparameters['{name}'] = {value}\n"


WEIGHTS_LINE = f"        parameters['W' + str(l)] = {ORACLE['zeros']}\n"
BIAS_LINE = f"        parameters['b' + str(l)] = {BIAS}\n"

# what is done wrong: the cell, words of the first line (function or argument, what came), words of the advice
MISTAKES = {
    # a line is missing or stands in the wrong place
    "no line for b": (check("zeros", (BIAS_LINE, "")), "'b1'", "нет строки parameters['b' + str(l)]"),
    "no line for W": (check("zeros", (WEIGHTS_LINE, "")), "'W1'", "нет строки parameters['W' + str(l)]"),
    "no lines": (check("zeros", (BIAS_LINE, ""), (WEIGHTS_LINE, "        pass\n")), "[]", "Словарь пуст"),
    "return in the loop": (check("zeros", ("    return", "        return")), "'W2'", "return parameters стоит внутри"),
    "no return": (check("he", ("    return parameters\n", "")), "None", "нет строки return parameters"),
    "dictionary made in the loop": (check("zeros", loop="parameters = {}"), "'W1'", "parameters = {} стоит внутри"),
    "loop too short": (check("zeros", ("range(1, L)", "range(1, L - 1)")), "'W2'", "по всем слоям"),
    "loop from 0": (check("zeros", ("range(1, L)", "range(L)")), "'W0'", "границы цикла"),
    "loop from 2": (check("zeros", ("range(1, L)", "range(2, L)")), "'W1'", "по всем слоям"),
    # keys
    "'Wl'": (check("zeros", ("'W' + str(l)", "'Wl'")), "'Wl'", "как составлен ключ"),
    "'W1' for all": (
        check("zeros", ("'W' + str(l)", "'W1'"), ("'b' + str(l)", "'b1'")),
        "'W2'",
        "ключ не зависит от l",
    ),
    "'W_' + str(l)": (check("he", ("'W' + str(l)", "'W_' + str(l)")), "'W_1'", "как составлен ключ"),
    "no f before the key": (check("he", ("'W' + str(l)", "'W{l}'")), "'W{l}'", "как составлен ключ"),
    "'Weights1'": (check("he", ("'W' + str(l)", "'Weights' + str(l)")), "'Weights1'", "как составлен ключ"),
    "number for string": (check("zeros", ("str(l)", "l")), "TypeError", "Число нужно превратить в строку"),
    "==": (check("zeros", ("'W' + str(l)] =", "'W' + str(l)] ==")), "KeyError: 'W1'", "одним знаком ="),
    # what is returned
    "a list": (check("he", ("return parameters", "return list(parameters)")), "list", "Параметры собирают в словарь"),
    "a tuple": (check("he", ("return parameters", "return parameters,")), "tuple", "лишняя запятая"),
    "a number": (check("he", ("return parameters", "return L")), "int", "Параметры собирают в словарь"),
    "changes its argument": (check("he", loop="layers_dims[0] = 7"), "слой 1", "изменяет свой аргумент layers_dims"),
    "empties its argument": (check("he", loop="layers_dims.pop()"), "IndexError", "изменяет свой аргумент"),
    # names
    "np = 5": (check("zeros", before="np = 5"), "AttributeError: 'int'", "имя np занято"),
    "str = ''": (check("zeros", before="str = ''"), "TypeError: 'str'", "имя занято другим значением"),
    "np.zero": (check("zeros", ("np.zeros", "np.zero")), "AttributeError: module 'numpy'", "как пишется её имя"),
    "np.random": (check("random", (".randn(", "(")), "TypeError: 'module'", "np.random.randn(...)"),
    "bare zeros": (check("zeros", ("np.zeros", "zeros")), "NameError: name 'zeros'", "как написано имя"),
    "used before it is given": (check("zeros", loop="n += 1; n = 0"), "UnboundLocalError", "порядок строк"),
    "no argument": (check("zeros", ("(layers_dims):", "():")), "TypeError", "один аргумент: layers_dims"),
    "two arguments": (check("zeros", ("(layers_dims):", "(layers_dims, L):")), "TypeError", "один аргумент"),
    "index too large": (
        check("zeros", ("layers_dims[l - 1]", "layers_dims[l + 1]")),
        "IndexError",
        "последний элемент",
    ),
    "division by zero": (check("he", ("2 / ", "2 / 0 * ")), "ZeroDivisionError", "на что вы делите"),
    "calls itself": (check("zeros", loop="initialize_parameters_zeros(layers_dims)"), "RecursionError", "саму себя"),
    "not begun": (check("zeros", loop="raise NotImplementedError"), "NotImplementedError", "не закончено"),
    "a missing package": (check("zeros", loop="import no_such_package"), "no_such_package", "достаточно NumPy"),
    "square brackets": (check("zeros", (BIAS, "np.zeros[layers_dims[l], 1]")), "TypeError", "с круглыми скобками"),
    "one pair of brackets": (check("zeros", bias="np.zeros(layers_dims[l], 1)"), "TypeError", "двойные"),
    "two pairs of brackets": (check("he", ("randn(", "randn(("), ("- 1]) *", "- 1])) *")), "TypeError", "одинарные"),
    # shapes and types
    "None": (check("he", weights="None"), "None", "замените None"),
    "transposed": (check("zeros", weights="np.zeros((layers_dims[l - 1], layers_dims[l]))"), "(3, 2)", "переставлены"),
    "bias flat": (check("zeros", bias="np.zeros(layers_dims[l])"), "(2,)", "Размеров должно быть два"),
    "bias a number": (check("zeros", bias="0"), "int", "а не одно число"),
    "sizes from the example": (check("zeros", weights="np.zeros({1: (2, 3)}.get(l, (1, 2)))"), "(2, 3)", "числами"),
    "square": (check("zeros", weights="np.zeros((layers_dims[l], layers_dims[l]))"), "(2, 2)", "Форма весов"),
    "a stray comma": (check("random", weights=f"{ORACLE['random']},"), "tuple", "лишняя запятая"),
    "a decimal comma": (check("random", weights=f"{ORACLE['random']},0"), "tuple", "отделяет точка"),
    # numbers
    "no factor": (check("random", weights=RANDN), "W1[0, 0]", "множителя нет"),
    "9 for 10": (check("random", weights=f"{RANDN} * 9"), "W1[0, 0]", "в слое 1 — 9; в слое 2 — 9, а нужен 10"),
    "n + 1": (check("he", weights=f"{RANDN} * np.sqrt(2 / (layers_dims[l - 1] + 1))"), "W1[0, 0]", "множитель другой"),
    "1 for 2": (check("he", weights=f"{RANDN} * np.sqrt(1 / layers_dims[l - 1])"), "W1[0, 0]", "np.sqrt(1 /"),
    "no root": (check("he", weights=f"{RANDN} * (2 / layers_dims[l - 1])"), "W2[0, 0]", "без корня"),
    "another seed": (check("he", seed="np.random.seed(4)"), "W1[0, 0]", "изменено начальное состояние"),
    "no seed": (check("he", seed="pass"), "W1[0, 0]", f"нет строки {SEEDED}"),
    "no seed, 0.01": (check("random", seed="pass", weights=f"{RANDN} * 0.01"), "W1[0, 0]", "Разброс весов другой"),
    "seed in the loop": (check("he", loop=SEEDED), "W2[0, 0]", "стоит внутри цикла"),
    "default_rng": (
        check(
            "he",
            seed="g = np.random.default_rng(3)",
            weights=f"g.standard_normal((layers_dims[l], layers_dims[l - 1])) * {HE}",
        ),
        "W1[0, 0]",
        "np.random.default_rng(...).standard_normal(...)",
    ),
    "rand": (check("random", weights=ORACLE["random"].replace("randn", "rand")), "W1[0, 0]", "это np.random.rand(...)"),
    "ones": (check("zeros", weights=ORACLE["zeros"].replace("zeros", "ones")), "W1[0, 0]", "это np.ones(...)"),
    "bias of ones": (check("zeros", bias="1 + " + BIAS), "b1[0, 0]", "Смещения должны быть нулями"),
    "random bias": (check("he", bias="np.random.randn(layers_dims[l], 1)"), "b1[0, 0]", "сдвинули и веса"),
    "numbers spent on a bias": (
        check("he", bias="np.random.randn(layers_dims[l], 1) * 0"),
        "W2[0, 0]",
        "взята для смещений",
    ),
    # the self-check and the helpers
    "brackets after the function": ("check_initialization(initialize_parameters_he([2, 4, 1]))", "dict", "без скобок"),
    "another function": ("check_initialization(model)", "получено: model", "без скобок"),
    "X transposed in model": ("model(train_X.T, train_Y)", "X: ожидался массив формы (n_x, 300)", "переставлены"),
    "Y of the test set": ("model(train_X, test_Y)", "Y: ожидался массив формы (1, 300)", "одна метка"),
    "unknown initialization": ("model(train_X, train_Y, initialization='xavier')", "initialization: ", "Исправьте"),
    "unsolved in model": (
        "def initialize_parameters_he(d): return dict.fromkeys(('W1', 'b1', 'W2', 'b2', 'W3', 'b3'))\n"
        "model(train_X, train_Y)",
        "initialize_parameters_he: ожидались параметры W1",
        "упражнение не закончено",
    ),
    "nothing returned in model": (
        "def initialize_parameters_he(d): pass\nmodel(train_X, train_Y)",
        "получено: None",
        "не закончено",
    ),
    "a list returned in model": (
        "def initialize_parameters_he(d): return [1]\nmodel(train_X, train_Y)",
        "получено: list",
        "в словарь",
    ),
    "a wrong shape in model": (
        "def initialize_parameters_he(d):\n"
        "    p = initialize_parameters_zeros(d)\n    p['W2'] = p['W2'].T\n    return p\n"
        "model(train_X, train_Y)",
        'parameters["W2"]: ожидался массив формы (5, 10), получен массив формы (10, 5)',
        "переставлены",
    ),
    "X transposed": ("forward_propagation(train_X.T, initialize_parameters_he([2, 10, 5, 1]))", "X: ", "переставлены"),
    "parameters of the example": (
        "parameters = initialize_parameters_he([2, 4, 1])\npredict(train_X, train_Y, parameters)",
        '"W3"',
        "model(...)",
    ),
    "not trained": ('Results()["he"]', "ещё не обучена", "Выполните ячейку обучения"),
    "a missing parameter": (
        with_changed("W4", "0") + "parameters.pop('b2')\npredict(train_X, train_Y, parameters)",
        '"b2"',
        "model(...)",
    ),
    "NaN in a parameter": (
        with_changed("W2", "np.full((5, 10), np.nan)") + "predict(train_X, train_Y, parameters)",
        '["W2"]',
        "как вычислен",
    ),
    "labels -1 and 1": (
        with_changed("W4", "0") + "predict(train_X, 2 * train_Y - 1, parameters)",
        "y: ожидались метки",
        "Перекодируйте",
    ),
    "a list for X": (
        with_changed("W4", "0") + "predict([[1], [2]], train_Y, parameters)",
        "X: ожидался массив NumPy",
        "Проверьте",
    ),
    "the pair for the cache": (
        with_changed("W4", "0")
        + "both = forward_propagation(train_X, parameters)\nbackward_propagation(train_X, train_Y, both)",
        "cache: ожидался кортеж",
        "второй результат",
    ),
}


@pytest.fixture(scope="module")
def shown():
    """What the kernel shows for each mistake: the output of its cell."""
    cells = [lab_cells.sources()[name] for name in lab_cells.DEFINITIONS]
    restore = "del_ = [globals().pop(name, None) for name in ('np', 'str')]\nimport numpy as np\n" + "\n".join(
        cells[2:]
    )
    for code, *_ in MISTAKES.values():
        cells += [code, restore]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    NotebookClient(notebook, kernel_name="python3", allow_errors=True, resources={"metadata": {"path": "."}}).execute()
    first = len(lab_cells.DEFINITIONS)
    for cell in notebook.cells[:first] + notebook.cells[first + 1 :: 2]:
        assert not [output for output in cell.outputs if output.output_type == "error"], cell
    return dict(zip(MISTAKES, (cell.outputs for cell in notebook.cells[first::2]), strict=True))


def test_there_are_enough_mistakes_of_each_exercise():
    assert len(MISTAKES) >= 60
    for method in EXERCISES:
        assert sum(f"check_initialization({function_name(method)})" in code for code, *_ in MISTAKES.values()) >= 5


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_ends_in_two_lines(shown, name):
    _, cause, advice = MISTAKES[name]
    (error,) = [output for output in shown[name] if output.output_type == "error"]
    lines = [re.sub(r"\x1b\[[\d;]*m", "", line) for line in "\n".join(error.traceback).split("\n")]
    assert len(lines) == 2 <= MOST_LINES, lines
    assert cause in lines[0] and re.match(r"(Value|Type)Error: \S", lines[0]), lines
    assert advice in lines[1], lines
    assert error.evalue in "\n".join(lines)
    print(f"{name:30} {lines[0]}\n{'':30} {lines[1]}")


def test_the_students_own_line_is_shown(shown):
    (error,) = [output for output in shown["division by zero"] if output.output_type == "error"]
    assert "строка «parameters['W' + str(l)] = np.random.randn(" in error.traceback[0]
