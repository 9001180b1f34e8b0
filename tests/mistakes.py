"""One table of what students get wrong in the graded functions: for the self-check, Jupyter and the grader."""

from functools import partial
from typing import NamedTuple

from submissions import BIAS, ORACLE, SEEDED, function

RANDN = "np.random.randn(layers_dims[l], layers_dims[l - 1])"
HE = "np.sqrt(2 / layers_dims[l - 1])"
WEIGHTS_LINE = f"        parameters['W' + str(l)] = {ORACLE['zeros']}\n"
BIAS_LINE = f"        parameters['b' + str(l)] = {BIAS}\n"


class Case(NamedTuple):
    """The code of a function that is wrong; how init_utils calls the mistake, words of the hint; the points it gets."""

    method: str
    code: str
    id: str
    words: str
    points: int = 1


def case(method, id, words, *changes, points=1, before="", **parts):
    """A right function but for the `parts` of it and the `changes`, pairs of old and new text."""
    code = function(method, **parts)
    for old, new in changes:
        assert old in code, old
        code = code.replace(old, new)
    return Case(method, f"{before}\n{code}".lstrip(), id, words, points)


zeros, big, he = (partial(case, method) for method in ("zeros", "random", "he"))

RETURNED = {
    "no return": he("no-return", "нет строки return parameters", ("    return parameters\n", ""), points=0),
    "a list": he("no-dictionary", "собирают в словарь", ("return parameters", "return list(parameters)"), points=0),
    "a tuple": he("tuple", "лишняя запятая", ("return parameters", "return parameters,"), points=0),
    "a number": he("no-dictionary", "собирают в словарь", ("return parameters", "return L"), points=0),
    "yield": he("generator", "вместо return стоит yield", ("    return parameters", "    yield parameters"), points=0),
    "async": he("coroutine", "async", ("def ", "async def "), points=0),
    # keys
    "l + 1 in the key": zeros("shifted-key", "сдвинут", ("'W' + str(l)", "'W' + str(l + 1)")),
    "no lines": zeros("empty", "Словарь пуст", (BIAS_LINE, ""), (WEIGHTS_LINE, "        pass\n"), points=0),
    "no line for b": zeros("no-line", "нет строки parameters['b' + str(l)]", (BIAS_LINE, "")),
    "no line for W": zeros("no-line", "нет строки parameters['W' + str(l)]", (WEIGHTS_LINE, "")),
    "key 'W' twice": zeros("same-key", "один и тот же ключ", ("'b' + str(l)", "'W' + str(l)"), points=0),
    "key 'b' twice": he("no-line", "нет строки parameters['W' + str(l)]", ("'W' + str(l)", "'b' + str(l)")),
    "return in the loop": zeros("return-in-loop", "уберите отступ", ("    return", "        return"), points=0),
    "dictionary made in the loop": zeros("one-key", "parameters = {} стоит внутри цикла", loop="parameters = {}", points=0),
    "'W1' for all": zeros("one-key", "ключ не зависит от l", ("'W' + str(l)", "'W1'"), ("'b' + str(l)", "'b1'"), points=0),
    "b after the loop": zeros("after-loop", "строка с 'b' стоит после цикла", ("        parameters['b'", "    parameters['b'")),
    "loop too short": zeros("loop", "по слоям от 1 до последнего", ("range(1, L)", "range(1, L - 1)"), points=0),
    "loop from 2": zeros("loop", "по слоям от 1 до последнего", ("range(1, L)", "range(2, L)"), points=0),
    "loop from 0": zeros("layer-0", "границы цикла", ("range(1, L)", "range(L)"), points=0),
    "a layer too many": zeros("layer-0", "границы цикла", ("    L =", "    layers_dims = [*layers_dims, 1]\n    L ="), points=0),
    "'Wl'": zeros("key", "как составлен ключ", ("'W' + str(l)", "'Wl'")),
    "'W_' + str(l)": he("key", "как составлен ключ", ("'W' + str(l)", "'W_' + str(l)")),
    "no f before the key": he("key", "как составлен ключ", ("'W' + str(l)", "'W{l}'")),
    "'Weights1'": he("key", "как составлен ключ", ("'W' + str(l)", "'Weights' + str(l)")),
    "a global dictionary": zeros(
        "old-dictionary", "parameters = {} должно стоять", ("    parameters = {}\n", ""), before="parameters = {}", points=0
    ),
    # types and shapes
    "None": he("unsolved", "замените None решением", weights="None"),
    "bias None": he("unsolved", "Выполните ячейку ещё раз", bias="None"),
    "randn forgotten": big("no-name", "нужно np.random.randn(...) * 10", weights="(layers_dims[l], layers_dims[l - 1]) * 10"),
    "a stray comma": big("comma", "лишняя запятая", weights=f"{ORACLE['random']},"),
    "a decimal comma": big("comma", "отделяет точка", weights=f"{ORACLE['random']},0"),
    "bias a number": zeros("number", "а не одно значение: np.zeros((layers_dims[l], 1))", bias="0"),
    "weights a number": big("number", "а не одно значение: np.random.randn(...) * 10", weights="np.random.randn() * 10"),
    "weights a list": he("no-array", "обычный массив", weights="[[1.0]]"),
    "a masked array": zeros("no-array", "обычный массив", weights="np.ma.zeros((layers_dims[l], layers_dims[l - 1]))"),
    "a matrix": zeros("no-array", "обычный массив", weights=f"np.asmatrix({ORACLE['zeros']})"),
    "bias flat": he("flat", "Размеров должно быть два", bias="np.zeros(layers_dims[l])"),
    "transposed": he("transposed", "переставлены", weights=f"np.random.randn(layers_dims[l - 1], layers_dims[l]) * {HE}"),
    "zeros transposed": zeros("transposed", "переставлены", weights="np.zeros((layers_dims[l - 1], layers_dims[l]))"),
    "bias a row": he("transposed", "переставлены", bias="np.zeros((1, layers_dims[l]))"),
    "* 10 inside": big("bracket", "скобка стоит не там", weights="np.random.randn(layers_dims[l], layers_dims[l - 1] * 10)"),
    "minus 1 outside": zeros("minus", "layers_dims[l - 1]", weights="np.zeros((layers_dims[l], layers_dims[l] - 1))"),
    "digit 1": zeros("digit", "вместо буквы l", weights="np.zeros((layers_dims[1], layers_dims[l - 1]))"),
    "digits": he("digit", "вместо буквы l", bias="np.zeros((layers_dims[1], 1))"),
    "sizes from the example": zeros("fitted-shape", "записаны числами", weights="np.zeros({1: (2, 3)}.get(l, (1, 2)))"),
    "another argument": zeros(
        "fitted-shape", "из другой переменной", ("(layers_dims):", "(dims):"), before="layers_dims = [2, 10, 5, 1]", points=0
    ),
    "inputs from the data": zeros("foreign", "взят не из layers_dims", weights="np.zeros((layers_dims[l], 2))"),
    "square": zeros("shape", "Форма весов", weights="np.zeros((layers_dims[l], layers_dims[l]))"),
    "complex numbers": he("no-numbers", "действительные числа", weights=f"{RANDN} * 1j"),
    # numbers
    "bias of ones": zeros("bias", "Смещения должны быть нулями", bias="1 + " + BIAS),
    "random bias": he("bias-shifts", "сдвинули и веса", bias="np.random.randn(layers_dims[l], 1)"),
    "biases drawn first": he("bias-shifts", "сдвинули и веса", loop="b = np.random.randn(layers_dims[l], 1)", bias="b"),
    "numbers spent on a bias": he("biases-drawn", "взята для смещений", bias="np.random.randn(layers_dims[l], 1) * 0"),
    "random zeros": zeros("not-zero", "Веса здесь должны быть нулями", weights=RANDN),
    "random everything": zeros("not-zero", "должны быть нулями", weights=RANDN, bias="np.random.randn(layers_dims[l], 1)", points=0),
    "seeded randn for zeros": zeros("randn", "а нужно np.zeros(...)", weights=f"({SEEDED} if l == 1 else None) or {RANDN}"),
    "ones": zeros("ones", "это np.ones(...)", weights=ORACLE["zeros"].replace("zeros", "ones")),
    "empty": zeros("garbage", "np.empty", weights=f"{ORACLE['zeros']} + 5e-324"),
    "zeros for randn": big("zeros", "это np.zeros(...)", weights=ORACLE["zeros"]),
    "rand": big("rand", "это np.random.rand(...)", weights=ORACLE["random"].replace("randn", "rand")),
    "rand and 0.01": big("rand+0.01", "а нужен 10", weights="np.random.rand(layers_dims[l], layers_dims[l - 1]) * 0.01"),
    "default_rng": he(
        "default_rng", "np.random.default_rng(...).standard_normal(...)", seed="g = np.random.default_rng(3)",
        weights=f"g.standard_normal((layers_dims[l], layers_dims[l - 1])) * {HE}",
    ),
    "seed in the loop": he("seed-in-loop", "стоит внутри цикла", loop=SEEDED),
    "no seed": he("no-seed", f"нет строки {SEEDED}", seed="pass"),
    "no seed, 0.01": big("no-seed", "Стандартное отклонение", seed="pass", weights=f"{RANDN} * 0.01"),
    "another seed": big("seed", "генератора — 4", seed="np.random.seed(4)"),
    "numbers used up before": he("numbers", "другие случайные числа", seed=f"{SEEDED}; np.random.randn()"),
    "no factor": big("1", "множителя нет", weights=RANDN),
    "0.01 for 10": big("0.01", "множитель — 0.01", weights=f"{RANDN} * 0.01"),
    "9 for 10": big("other-factor", "в слое 1 — 9; в слое 2 — 9, а нужен 10", weights=f"{RANDN} * 9"),
    "10 for He": he("10", "множитель — 10", weights=f"{RANDN} * 10"),
    "1 for 2": he("lecun", "np.sqrt(1 / layers_dims[l - 1]), а нужен", weights=f"{RANDN} * np.sqrt(1 / layers_dims[l - 1])"),
    "no root": he("no-root", "без корня", weights=f"{RANDN} * (2 / layers_dims[l - 1])"),
    "root of 2 only": he("root-of-2", "np.sqrt(2) /", weights=f"{RANDN} * np.sqrt(2) / layers_dims[l - 1]"),
    "fan-out": he("fan-out", "np.sqrt(2 / layers_dims[l]), а нужен", weights=f"{RANDN} * np.sqrt(2 / layers_dims[l])"),
    "always the first layer": he("first-layer", "layers_dims[0]", weights=f"{RANDN} * np.sqrt(2 / layers_dims[0])"),
    "Glorot": he("glorot", "+ layers_dims[l]", weights=f"{RANDN} * np.sqrt(2 / (layers_dims[l - 1] + layers_dims[l]))"),
    "n + 1": he("other-factor", "множитель другой", weights=f"{RANDN} * np.sqrt(2 / (layers_dims[l - 1] + 1))"),
    "+ 10": big("added", "прибавлено 10", weights=f"{RANDN} + 10"),
    "** 10": big("power", "возводят в степень", weights=f"{RANDN} ** 10"),
    "abs": he("abs", "модуль (abs)", weights=f"abs({RANDN}) * {HE}"),
    "minus": big("sign", "противоположный знак", weights=f"{RANDN} * -10"),
    "randint": big("integers", "np.random.randint", weights="np.random.randint(-10, 10, (layers_dims[l], layers_dims[l - 1]))"),
    "rounded": he("rounded", "округлены", weights=f"np.round({RANDN} * {HE}, 2)"),
    "whole numbers": big("rounded", "округлены", weights=f"({RANDN} * 10).astype(int)"),
    "fitted": big("fitted", "подогнан под этот пример", weights=f"{RANDN} * (10 if len(layers_dims) == 3 else 7)"),
    "NaN": he("nan", "NaN или inf", weights=f"{RANDN} ** 0.5 * {HE}"),
    "another seed and 1/n": he("spread", "Сравните множитель", seed="np.random.seed(1)", weights=f"{RANDN} * np.sqrt(1 / layers_dims[l - 1])"),
    "root of 2 outside": he("root-of-p", "2 / np.sqrt", weights=f"{RANDN} * 2 / np.sqrt(layers_dims[l - 1])"),
    "full": zeros("not-zero", "должны быть нулями", weights="np.full((layers_dims[l], layers_dims[l - 1]), 0.01)"),
    "bias of one number": zeros("fitted-shape", "записаны числами", bias="np.zeros((1, 1))"),
    "right once": zeros(
        "unstable", "Первый вызов верен", ("    return", "    calls.append(1)\n    return"), before="calls = []",
        weights=f"{ORACLE['zeros']} + len(calls) % 2",
    ),
    "remembers by length": he(
        "shape", "Форма весов", ("    return parameters", "    return memo.setdefault(len(layers_dims), parameters)"),
        before="memo = {}", points=0,
    ),
    "a dictionary sometimes": big("no-return", "return parameters", ("    return", "    if L == 3: return"), points=0),
    "changes its argument": he("changed-argument", "изменяет свой аргумент", loop="layers_dims[0] = 7"),
}  # fmt: skip

STOPPED = {
    "raise NotImplementedError": zeros("unsolved", "замените raise", loop="raise NotImplementedError"),
    "None * 10": big("unsolved", "замените None", weights="None * 10"),
    "a mistyped name": zeros("name", "как написано имя layer_dims", weights="np.zeros((layer_dims[l], 1))"),
    "bare zeros": zeros("bare-name", "np.zeros", ("np.zeros", "zeros")),
    "bare randn": he("bare-name", "np.random.randn", ("np.random.randn", "randn")),
    "a Russian letter": zeros("cyrillic", "русские буквы", ("np.zeros", "np.zеros")),
    "a Russian letter in a name": zeros("cyrillic", "русские буквы", loop="рarameters"),
    "used before it is given": zeros("order", "порядок строк", loop="n += 1; n = 0"),
    "np.zero": zeros("attribute", "нет имени zero:", ("np.zeros", "np.zero")),
    "np.float_": zeros("numpy-2", "NumPy 2", loop="np.float_(0)"),
    "np.random.seed(3).randn": he("seed-returns", "ничего не возвращает", ("np.random.randn", "np.random.seed(3).randn")),
    "np = 5": zeros("np-taken", "имя np занято", loop="np = 5"),
    "parameters.W": zeros("dot", "обращаются по ключу", loop="parameters.W = 1"),
    "layers_dims.shape": zeros("dot", "len(layers_dims)", loop="layers_dims.shape"),
    "int.shape": zeros("dot", "типа int нет «.shape»", loop="L.shape"),
    "==": zeros("comparison", "одним знаком =", ("'W' + str(l)] =", "'W' + str(l)] ==")),
    "read before it is written": zeros("key-missing", "раньше, чем записывают", loop="n = parameters['W1']"),
    "layers_dims[L]": zeros("index", "имеет индекс len(layers_dims) - 1", loop="layers_dims[L]"),
    "l + 1": zeros("index", "имеет индекс", ("layers_dims[l - 1]", "layers_dims[l + 1]")),
    "^": he("caret", "двумя знаками", weights=f"{RANDN} * (2 / layers_dims[l - 1]) ^ 0.5"),
    "layers_dims[l, l - 1]": zeros("two-indices", "по одному", weights="np.zeros(layers_dims[l, l - 1])"),
    "layers_dims(l)": zeros("called", "квадратные скобки", bias="np.zeros((layers_dims(l), 1))"),
    "parameters(...)": zeros("called", "квадратные скобки", loop="parameters('W1')"),
    "np.random(...)": big("module", "это модуль", (".randn(", "(")),
    "np.random * 10": big("module", "это модуль", weights="np.random * 10"),
    "np.zeros[...]": zeros("square", "После zeros нужны круглые", bias="np.zeros[layers_dims[l], 1]"),
    "np.sqrt[...]": he("square", "После sqrt нужны круглые", weights=f"{RANDN} * np.sqrt[2 / layers_dims[l - 1]]"),
    "str[l]": zeros("square", "После str нужны круглые", ("str(l)", "str[l]")),
    "10(...)": big("no-times", "пропущен знак умножения", weights=f"10({RANDN})"),
    "(...)(...)": big("no-times", "пропущен знак умножения", weights=f"({RANDN})(10)"),
    "range(1, layers_dims)": zeros("range", "len(layers_dims)", ("range(1, L)", "range(1, layers_dims)")),
    "for l in L": zeros("loop", "for l in range(1, L)", ("in range(1, L)", "in L")),
    "for l in len(...)": zeros("loop", "for l in range(1, L)", ("in range(1, L)", "in len(layers_dims)")),
    "2,0": he("decimal-comma", "отделяет точка", weights=f"{RANDN} * np.sqrt(2,0 / layers_dims[l - 1])"),
    "one pair of brackets": zeros("zeros", "двойные", bias="np.zeros(layers_dims[l], 1)"),
    "two pairs of brackets": he("randn", "одинарные", weights=f"np.random.randn((layers_dims[l], layers_dims[l - 1])) * {HE}"),
    "factor inside": he("bracket", "скобка закрыта не там", weights=f"np.random.randn(layers_dims[l], layers_dims[l - 1] * {HE})"),
    "len of a size": zeros("len", "а размер слоя", bias="np.zeros((len(layers_dims[l]), 1))"),
    "2 / layers_dims": he("list", "со скобками", weights=f"{RANDN} * np.sqrt(2 / layers_dims)"),
    "a size that is no whole number": zeros("float-size", "дробное", bias="np.zeros((layers_dims[l] / 1, 1))"),
    "@": big("matmul", "Знак @", weights=f"{RANDN} @ 10"),
    "number for string": zeros("str", "превращают в строку", ("'W' + str(l)", "'W' + l")),
    "str = ''": zeros("name-taken", "занято другим значением", before="str = ''"),
    "len = 5": zeros("name-taken", "Имя len занято", before="len = 5"),
    "parameters a list": zeros("no-dictionary", "не словарь", ("parameters = {}", "parameters = []")),
    "no argument": zeros("arguments", "нужен только layers_dims", ("(layers_dims):", "():")),
    "two arguments": zeros("arguments", "нужен только layers_dims", ("(layers_dims):", "(layers_dims, L):")),
    "division by zero": he("zero", "На ноль делить нельзя", ("2 / ", "2 / 0 * ")),
    "calls itself": zeros("recursion", "саму себя", loop="initialize_parameters_zeros(layers_dims)"),
    "a failed assert": zeros("assert", "не выполнено", loop="assert l > 5"),
    "exit": zeros("exit", "Уберите exit()", loop="import sys; sys.exit()"),
    "a missing package": zeros("import", "хватает NumPy", loop="import no_such_package"),
    "something else": zeros("", "", loop="int('x')"),
}  # fmt: skip
