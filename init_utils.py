"""Нейронная сеть лабораторной работы «Инициализация»: LINEAR → RELU → LINEAR → RELU → LINEAR → SIGMOID.

Файл читается сверху вниз: сеть; данные и рисунки; проверки входных данных; упражнения и самопроверка.

Соглашение о формах, одно на весь модуль: m — число примеров, n_x — число признаков, n1 и n2 — размеры скрытых
слоёв, n3 = 1. Величины безразмерные, потери измеряются в натах (логарифм натуральный).

========== ==================================================================
``X``      (n_x, m): один столбец — один пример
``Y``      (1, m): метки классов 0 (красный) и 1 (синий)
``W<l>``   (n<l>, n<l-1>): веса слоя l, причём n0 = n_x
``b<l>``   (n<l>, 1): смещения (bias) слоя l
``z<l>``   (n<l>, m): взвешенные суммы слоя l
``a<l>``   (n<l>, m): выходы слоя l после функции активации
``d<имя>`` производная функции потерь по величине <имя>, той же формы, что и <имя>
========== ==================================================================

Ошибки — ValueError из двух строк: что ожидалось и что получено; что делать. `model` (в блокноте), `predict`,
`predict_dec`, `plot_decision_boundary` и `check_initialization` проверяют данные и параметры заранее. Прочие функции —
формулы: они ничего не проверяют, но если вычисление остановилось, объясняют, почему, теми же двумя строками.
"""

import builtins
import copy
import functools
import inspect
import re
import traceback
from itertools import pairwise, product, starmap
from statistics import mode
from typing import NamedTuple

import numpy as np
from scipy.special import expit

# ----- Сеть


def sigmoid(z):
    """Сигмоида: σ(z) = 1 / (1 + exp(−z)); форма результата — как у z (массив или число)."""
    return expit(z)  # та же формула, но без переполнения exp(−z)


def relu(z):
    """ReLU (rectified linear unit): max(0, z); форма результата — как у z (массив или число)."""
    return np.maximum(z, 0)


def forward_propagation(X, parameters):
    """Прямой проход (forward propagation): от признаков к вероятности класса 1.

    Parameters
    ----------
    X : ndarray формы (n_x, m)
    parameters : dict с ключами ``W1``, ``b1``, ``W2``, ``b2``, ``W3``, ``b3``

    Returns
    -------
    a3 : ndarray формы (1, m)
        Вероятность класса 1 для каждого примера.
    cache : tuple
        ``(z1, a1, W1, b1, z2, a2, W2, b2, z3, a3, W3, b3)`` — для обратного прохода.

    References
    ----------
    Goodfellow I., Bengio Y., Courville A. Deep Learning. MIT Press, 2016, раздел 6.5; потери — раздел 6.2.
    """
    W1, b1, W2, b2, W3, b3 = (parameters[name] for name in PARAMETER_NAMES)

    z1 = W1.dot(X) + b1
    a1 = relu(z1)
    z2 = W2.dot(a1) + b2
    a2 = relu(z2)
    z3 = W3.dot(a2) + b3
    a3 = sigmoid(z3)
    return a3, (z1, a1, W1, b1, z2, a2, W2, b2, z3, a3, W3, b3)


@np.errstate(divide="ignore")  # log(0) — это −inf, без предупреждения
def compute_loss(a3, Y):
    """Функция потерь: средняя перекрёстная энтропия (cross-entropy).

    L = −1/m · Σ [y · log(a) + (1 − y) · log(1 − a)]

    Parameters
    ----------
    a3, Y : ndarray формы (1, m)
        Вероятности класса 1 — первый результат `forward_propagation` — и метки.

    Returns
    -------
    float
        Потери в натах; ``inf``, если вероятность верного класса хотя бы одного примера округлилась до 0.
    """
    true_class_probability = np.abs(a3 - (1 - Y))  # a при y = 1 и 1 − a при y = 0; второго слагаемого нет
    return float(-np.log(true_class_probability).sum() / Y.shape[1]) + 0.0  # + 0.0: не бывает потерь «−0.0»


def backward_propagation(X, Y, cache):
    """Обратное распространение ошибки: производные потерь по всем величинам сети.

    Parameters
    ----------
    X : ndarray формы (n_x, m), та же, что и в прямом проходе
    Y : ndarray формы (1, m)
    cache : tuple, второй результат `forward_propagation`

    Returns
    -------
    dict
        Градиенты ``dz3``, ``dW3``, ``db3``, ``da2``, ``dz2``, ``dW2``, ``db2``, ``da1``, ``dz1``, ``dW1``, ``db1``.
        Множитель 1/m учтён один раз, в ``dz3``. Производная ReLU в нуле взята равной 0.

    References
    ----------
    Rumelhart D., Hinton G., Williams R. Learning representations by back-propagating errors. Nature, 1986, 323.
    """
    z1, a1, W1, b1, z2, a2, W2, b2, z3, a3, W3, b3 = cache
    m = X.shape[1]

    dz3 = (a3 - Y) / m
    dW3 = dz3.dot(a2.T)
    db3 = dz3.sum(axis=1, keepdims=True)

    da2 = W3.T.dot(dz3)
    dz2 = da2 * (a2 > 0)
    dW2 = dz2.dot(a1.T)
    db2 = dz2.sum(axis=1, keepdims=True)

    da1 = W2.T.dot(dz2)
    dz1 = da1 * (a1 > 0)
    dW1 = dz1.dot(X.T)
    db1 = dz1.sum(axis=1, keepdims=True)

    return {
        "dz3": dz3, "dW3": dW3, "db3": db3,
        "da2": da2, "dz2": dz2, "dW2": dW2, "db2": db2,
        "da1": da1, "dz1": dz1, "dW1": dW1, "db1": db1,
    }  # fmt: skip


def update_parameters(parameters, grads, learning_rate):
    """Шаг градиентного спуска: θ := θ − α · dθ для каждого параметра θ.

    Parameters
    ----------
    parameters, grads : dict
        Параметры ``W1``, ``b1``, … (не изменяются) и их градиенты ``dW1``, ``db1``, …
    learning_rate : float
        Темп обучения (learning rate) α.

    Returns
    -------
    dict
        Новые параметры с теми же ключами и формами.
    """
    return {name: value - learning_rate * grads["d" + name] for name, value in parameters.items()}


def predict_dec(parameters, X):
    """Решение сети: к классу 1 относятся примеры, для которых a3 > 0.5.

    Parameters
    ----------
    parameters : dict
    X : ndarray формы (n_x, m)

    Returns
    -------
    ndarray формы (1, m), bool
    """
    check_network(X, parameters)
    a3, _ = forward_propagation(X, parameters)
    return a3 > 0.5


def predict(X, y, parameters):
    """Предсказывает классы и печатает долю правильных ответов (accuracy).

    Parameters
    ----------
    X : ndarray формы (n_x, m)
    y : ndarray формы (1, m), верные метки
    parameters : dict

    Returns
    -------
    ndarray формы (1, m), int
    """
    predictions = predict_dec(parameters, X)
    _require_labels("y", y, predictions.shape)
    print("Accuracy: " + str(np.mean(predictions == y)))
    return predictions.astype(int)


# ----- Данные и рисунки

# Классы различаются и цветом, и маркером: рисунок понятен и в оттенках серого.
CLASSES = (
    {"label": "класс 0 (красный)", "c": "#d62728", "marker": "o"},
    {"label": "класс 1 (синий)", "c": "#1f77b4", "marker": "^"},
)


def load_dataset():
    """Создаёт два кольца точек и рисует обучающую выборку на текущих осях.

    Returns
    -------
    train_X, train_Y, test_X, test_Y : ndarray форм (2, 300), (1, 300), (2, 100), (1, 100)
        Обучающая и тестовая выборки, всегда одни и те же; глобальный генератор ``np.random`` не затрагивается.
        Класс 0 (красный) — внешнее кольцо, класс 1 (синий) — внутреннее.
    """
    import matplotlib.pyplot as plt
    from sklearn.datasets import make_circles

    train_X, train_Y = make_circles(n_samples=300, noise=0.05, random_state=1)
    test_X, test_Y = make_circles(n_samples=100, noise=0.05, random_state=2)

    _draw_points(plt.gca(), train_X.T, train_Y)
    plt.title("Обучающая выборка")
    # copy: строки транспонированной матрицы лежат в памяти подряд, так умножать быстрее
    return train_X.T.copy(), train_Y.reshape(1, -1), test_X.T.copy(), test_Y.reshape(1, -1)


def plot_losses(losses, learning_rate):
    """Рисует потери по ходу обучения: losses — пары (итерация, потери)."""
    import matplotlib.pyplot as plt

    plt.plot([i for i, _ in losses], [loss for _, loss in losses], marker=".")
    plt.title(f"Темп обучения (learning rate) = {learning_rate}")
    plt.xlabel("Итерация")
    plt.ylabel("Потери")
    plt.xlim(left=0)
    plt.gca().yaxis.set_major_formatter(decimal_comma)
    plt.show()


def plot_decision_boundary(model, X, y):
    """Рисует на текущих осях области двух классов, разделяющую границу и точки выборки.

    Пределы осей, заданные заранее, сохраняются; иначе рисунок охватывает [-1.5, 1.5] и все точки.

    Parameters
    ----------
    model : callable
        Принимает точки, ndarray формы (k, 2), и возвращает k меток 0 и 1 (или False и True).
    X : ndarray формы (2, m)
    y : ndarray формы (m,) или (1, m)
        Точки выборки и их метки, 0 или 1.
    """
    import matplotlib.pyplot as plt

    _require_array("X", X, (2, "m"))
    _require_labels("y", y, (X.shape[1],) if np.ndim(y) == 1 else (1, X.shape[1]))
    if not callable(model):
        _fail("model", f"ожидалась функция, получено: {_describe(model)}", LAMBDA)
    axes = plt.gca()
    _set_limits(axes, X)
    x1, x2 = np.meshgrid(np.linspace(*axes.get_xlim(), 301), np.linspace(*axes.get_ylim(), 301))
    points = np.c_[x1.ravel(), x2.ravel()]
    labels = np.asarray(model(points))
    if labels.size != len(points):
        found = "None" if labels.dtype == object else f"массив формы {labels.shape}"
        _fail("model(x)", f"ожидалась метка для каждой из {len(points)} точек, получено: {found}", LAMBDA)
    _require_labels("model(x)", labels, labels.shape)
    labels = labels.reshape(x1.shape).astype(float)

    axes.contourf(x1, x2, labels, levels=[-0.5, 0.5, 1.5], colors=["#fbe3e0", "#a9cbe8"])
    if labels.min() < labels.max():
        axes.contour(x1, x2, labels, levels=[0.5], colors="black", linewidths=1)
    _draw_points(axes, X, y)


def decimal_comma(value, position=None):
    """Подпись деления с десятичной запятой: ``axes.yaxis.set_major_formatter(decimal_comma)``."""
    return f"{round(value, 9):g}".replace(".", ",").replace("-", "−")


def _draw_points(axes, X, y):
    _set_limits(axes, X)
    for k, look in enumerate(CLASSES):
        axes.scatter(*X[:, y.ravel() == k], s=30, edgecolors="white", linewidths=0.5, **look)
    axes.set(xlabel="Признак $x_1$", ylabel="Признак $x_2$", aspect="equal")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(decimal_comma)
    axes.legend(loc="upper right")


def _set_limits(axes, X):
    """Задаёт пределы осей, если их ещё никто не задал: [-1.5, 1.5] и все точки X."""
    low, high = X.min(axis=1, initial=-1.5), X.max(axis=1, initial=1.5)
    if axes.get_autoscalex_on():
        axes.set_xlim(low[0], high[0])
    if axes.get_autoscaley_on():
        axes.set_ylim(low[1], high[1])


# ----- Проверки входных данных: check_… стоят там, где данные и параметры входят в сеть

PARAMETER_NAMES = ("W1", "b1", "W2", "b2", "W3", "b3")
CHECK_ORDER = "Проверьте порядок и значения аргументов."
UNSOLVED = "Возможно, упражнение не закончено: замените None решением и выполните ячейку с функцией ещё раз."
NO_RETURN = "Возможно, упражнение не закончено: замените None решением; последней строкой верните parameters."
NO_DICTIONARY = "ожидался словарь, получено: {}"
UNTRAINED = "Возможно, сеть ещё не обучена: выполните ячейку с model(...)."
LAMBDA = "Передайте функцию, например lambda x: predict_dec(parameters, x.T)."


class LabValueError(ValueError):
    """Ошибка, которую Jupyter показывает двумя строками: что не так и что делать."""

    def _render_traceback_(self):
        return f"ValueError: {self}".split("\n")


class Results(dict):
    """Словарь «способ инициализации: обученные параметры»; чего в нём нет, то ещё не обучено."""

    def __missing__(self, method):
        call = f'model(..., initialization="{method}")'
        raise LabValueError(f'Сеть с инициализацией "{method}" ещё не обучена.\nВыполните ячейку обучения: {call}.')


def _fail(name, fact, advice):
    raise LabValueError(f"{name}: {fact}.\n{advice}") from None


def check_data(X, Y):
    """Признаки X формы (n_x, m) и метки Y формы (1, m) подходят друг другу."""
    m = len(X) if np.ndim(X) == 2 and np.shape(Y) == (1, len(X)) else "m"
    _require_array("X", X, ("n_x", m))
    _require_labels("Y", Y, (1, X.shape[1]), "Каждому столбцу X нужна одна метка.")


def check_parameters(parameters, layers_dims, initialization):
    """Функция инициализации вернула словарь, в котором есть W<l> и b<l> каждого слоя, нужной формы."""
    _require_layers(f"{function_name(initialization)}, parameters", parameters, layers_dims, NO_RETURN)


def check_network(X, parameters):
    """Параметры трёх слоёв подходят друг другу и признакам X формы (n_x, m)."""
    _require_array("X", X, ("n_x", "m"))
    for name in PARAMETER_NAMES:
        _require_item("parameters", parameters, name, None, UNTRAINED)
    W1, b1, W2, b2, W3, _ = (parameters[name] for name in PARAMETER_NAMES)
    if W1.shape[1:] == X.shape[1:] != X.shape[:1]:
        _require_array("X", X, (*W1.shape[1:], "m"))  # X транспонирована
    # о размере скрытого слоя говорят три массива; верно то, что говорит большинство
    n1 = mode(W1.shape[:1] + b1.shape[:1] + W2.shape[-1:])
    n2 = mode(W2.shape[:1] + b2.shape[:1] + W3.shape[-1:])
    _require_layers("parameters", parameters, [len(X), n1, n2, 1], UNTRAINED)


def _require_layers(name, parameters, layers_dims, advice):
    for layer, (n_in, n_out) in enumerate(pairwise(layers_dims), start=1):
        _require_item(name, parameters, f"W{layer}", (n_out, n_in), advice)
        _require_item(name, parameters, f"b{layer}", (n_out, 1), advice)


def _check_loss(a3, Y):
    _require_array("a3", a3, (1, "m"))
    _require_labels("Y", Y, a3.shape, "Возможно, метки взяты от другой выборки, чем X.")


def _check_backward(X, Y, cache):
    if not isinstance(cache, tuple) or len(cache) != 12:
        fact = f"ожидался кортеж из 12 массивов, получено: {_describe(cache)}"
        _fail("cache", fact, "Передайте второй результат forward_propagation.")
    W1, a3 = cache[2], cache[9]
    advice = "Передайте те же данные, для которых вычислен cache."
    _require_array("X", X, (W1.shape[-1], a3.size), advice)
    _require_labels("Y", Y, a3.shape, advice)


def _check_update(parameters, grads, learning_rate):
    for name in parameters if isinstance(parameters, dict) else PARAMETER_NAMES:
        _require_item("parameters", parameters, name, None, UNTRAINED)
        shape = parameters[name].shape
        _require_item("grads", grads, f"d{name}", shape, "Передайте результат backward_propagation.")
    if not np.isscalar(learning_rate) or isinstance(learning_rate, str):
        fact = f"ожидалось число, получено: {_describe(learning_rate)}"
        _fail("learning_rate", fact, "Передайте темп обучения, например 0.01.")


def _explained(formula, check):
    """Та же функция; если вычисление остановилось с ошибкой, check находит и называет причину."""

    @functools.wraps(formula)
    def call(*arguments, **named):
        try:
            return formula(*arguments, **named)
        except Exception:
            inspect.signature(formula).bind(*arguments, **named)
            check(*arguments, **named)
            raise

    return call


forward_propagation = _explained(forward_propagation, check_network)
compute_loss = _explained(compute_loss, _check_loss)
backward_propagation = _explained(backward_propagation, _check_backward)
update_parameters = _explained(update_parameters, _check_update)


def _array_faults(value, shape=None, advice=CHECK_ORDER):
    """Чем value — не непустой массив конечных чисел ожидаемой формы и что делать; буква — это любой размер.

    Спрашивают только о первом: каждая проверка надеется на то, что предыдущие ничего не нашли.
    """
    form = f" формы {shape}".replace("'", "") if shape else ""
    if type(value) is not np.ndarray:
        yield f"ожидался массив NumPy{form}, получено: {_describe(value)}", UNSOLVED if value is None else CHECK_ORDER
    if value.size == 0:
        yield f"ожидался непустой массив, получен массив формы {value.shape}", "Проверьте, как он создан."
    if shape and not _fits(value.shape, shape):
        if len(shape) != value.ndim:
            advice = f"Размеров должно быть {len(shape)}, как в np.zeros(({'5, 1' if len(shape) == 2 else '5,'}))."
        elif _fits(value.shape[::-1], shape):
            advice = "Похоже, строки и столбцы переставлены (массив транспонирован)."
        yield f"ожидался массив{form}, получен массив формы {value.shape}", advice
    if value.dtype.kind not in "biuf":
        yield f"ожидался массив чисел, получен массив типа {value.dtype}", CHECK_ORDER
    if count := np.sum(~np.isfinite(value)):
        advice = "Проверьте, как вычислен этот массив; возможно, веса или темп обучения слишком велики."
        yield f"ожидались конечные числа, получены NaN или inf (таких значений {count})", advice


def _require_array(name, value, shape=None, advice=CHECK_ORDER):
    if fault := next(_array_faults(value, shape, advice), None):
        _fail(name, *fault)


def _require_labels(name, values, shape, advice=CHECK_ORDER):
    _require_array(name, values, shape, advice)
    if (wrong := np.setdiff1d(values, (0, 1))).size:
        _fail(name, f"ожидались метки 0 и 1, получены также {wrong[:5]}", "Перекодируйте классы в 0 и 1.")


def _require_item(name, container, key, shape, advice):
    if not isinstance(container, dict):
        _fail(name, NO_DICTIONARY.format(_describe(container)), advice)
    if key not in container:
        _fail(name, f'ожидался ключ "{key}", получены ключи {list(container)}', advice)
    _require_array(f'{name}["{key}"]', container[key], shape)


def _fits(shape, expected):
    """Форма та, что ожидалась; буква подходит к любому размеру."""
    sizes = (n if isinstance(e, str) else e for n, e in zip(shape, expected, strict=False))
    return len(shape) == len(expected) and shape == tuple(sizes)


def _describe(value):
    return "None" if value is None else type(value).__name__


# ----- Упражнения: чтобы добавить ещё одно, нужны строка EXERCISES и ячейки graded-…, check-…, show-…, expected-…

SEED = 3  # начальное состояние генератора
RELATIVE_TOLERANCE = 1e-6

# Начальный вес — число, умноженное на множитель. DRAWS: откуда могло взяться число; FACTORS: на что его могли
# умножить. g и new — прежний и новый генераторы NumPy; n, p и x — размеры слоя, предыдущего слоя и входного слоя.
DRAWS = {
    "zeros": ("np.zeros(...)", lambda g, new, n, p: np.zeros((n, p))),
    "ones": ("np.ones(...)", lambda g, new, n, p: np.ones((n, p))),
    "randn": ("np.random.randn(...)", lambda g, new, n, p: g.randn(n, p)),
    "rand": ("np.random.rand(...)", lambda g, new, n, p: g.rand(n, p)),
    "uniform": ("np.random.uniform(-1, 1, ...)", lambda g, new, n, p: g.uniform(-1, 1, (n, p))),
    "randn.T": ("np.random.randn(...).T с переставленными размерами", lambda g, new, n, p: g.randn(p, n).T),
    "default_rng": ("np.random.default_rng(...).standard_normal(...)", lambda g, new, n, p: new.normal(size=(n, p))),
    "default_rng.random": ("np.random.default_rng(...).random(...)", lambda g, new, n, p: new.random((n, p))),
    "seed-in-loop": ("seed в цикле", lambda g, new, n, p: np.random.RandomState(SEED).randn(n, p)),
    "biases-drawn": ("случайные смещения", lambda g, new, n, p: (g.randn(n, p), g.randn(n, 1))[0]),
    "biases-first": ("случайные смещения", lambda g, new, n, p: (g.randn(n, 1), g.randn(n, p))[1]),
}
SHIFTED = ("biases-drawn", "biases-first")
FACTORS = {
    "1": ("1 (множителя нет)", lambda n, p, x: 1),
    "10": ("10", lambda n, p, x: 10),
    "0.01": ("0.01", lambda n, p, x: 0.01),
    "he": ("np.sqrt(2 / layers_dims[l - 1])", lambda n, p, x: np.sqrt(2 / p)),
    "lecun": ("np.sqrt(1 / layers_dims[l - 1])", lambda n, p, x: np.sqrt(1 / p)),
    "no-root": ("2 / layers_dims[l - 1] без корня", lambda n, p, x: 2 / p),
    "no-root-1": ("1 / layers_dims[l - 1] без корня (например, ** 1/2 вместо ** 0.5)", lambda n, p, x: 1 / p),
    "root-of-p": ("2 / np.sqrt(layers_dims[l - 1])", lambda n, p, x: 2 / np.sqrt(p)),
    "root-of-2": ("np.sqrt(2) / layers_dims[l - 1]", lambda n, p, x: np.sqrt(2) / p),
    "upside-down": ("np.sqrt(layers_dims[l - 1] / 2)", lambda n, p, x: np.sqrt(p / 2)),
    "fan-out": ("np.sqrt(2 / layers_dims[l])", lambda n, p, x: np.sqrt(2 / n)),
    "first-layer": ("np.sqrt(2 / layers_dims[0])", lambda n, p, x: np.sqrt(2 / x)),
    "glorot": ("np.sqrt(2 / (layers_dims[l - 1] + layers_dims[l]))", lambda n, p, x: np.sqrt(2 / (p + n))),
    "10-he": ("10 * np.sqrt(2 / layers_dims[l - 1])", lambda n, p, x: 10 * np.sqrt(2 / p)),
}


class Exercise(NamedTuple):
    """Функция инициализации, которую пишет студент."""

    title: str
    draw: str  # ключ DRAWS
    factor: str  # ключ FACTORS
    shown_layers: list  # размеры слоёв в примере под упражнением
    weight_points: int = 1
    bias_points: int = 1

    @property
    def points(self):
        return self.weight_points + self.bias_points

    @property
    def formula(self):
        """Веса так, как их пишут в коде."""
        return DRAWS[self.draw][0] + (f" * {FACTORS[self.factor][0]}" if self.factor != "1" else "")


EXERCISES = {
    "zeros": Exercise("Инициализация в ноль", "zeros", "1", [3, 2, 1]),
    "random": Exercise("Случайная инициализация", "randn", "10", [3, 2, 1]),
    "he": Exercise("He-инициализация", "randn", "he", [2, 4, 1]),
}


def function_name(method):
    """Имя функции, которую пишет студент: method — ключ таблицы EXERCISES."""
    return f"initialize_parameters_{method}"


# ----- Самопроверка: что функция вернула или на чём остановилась — и какая ошибка за этим стоит

# ошибка -> слова о ней; что встаёт на место {}, решает правило, которое её узнало
WORDS = {
    # вместо словаря
    "no-return": "Похоже, нет строки return parameters: ею функция заканчивается, после цикла.",
    "tuple": "Верните только parameters: возможно, в строке return лишняя запятая или второе значение.",
    "generator": "Похоже, вместо return стоит yield: функция должна вернуть parameters.",
    "coroutine": "Уберите async перед def: функция должна сразу вернуть parameters.",
    "no-dictionary": "Параметры собирают в словарь, parameters = {{}}, и возвращают: return parameters.",
    # ключи
    "empty": "Словарь пуст: похоже, в цикле нет строк, которые записывают в него параметры.",
    "key": "Проверьте, как составлен ключ: 'W' + str(l) и 'b' + str(l).",
    "same-key": "Похоже, в обеих строках один и тот же ключ: у весов — 'W' + str(l), у смещений — 'b' + str(l).",
    "no-line": "Похоже, нет строки parameters['{}' + str(l)] = ...",
    "return-in-loop": "Похоже, return parameters стоит внутри цикла: уберите отступ перед этой строкой.",
    "one-key": "Возможно, ключ не зависит от l (нужно 'W' + str(l)) или parameters = {{}} стоит внутри цикла.",
    "after-loop": "Похоже, строка с '{}' стоит после цикла: дайте ей тот же отступ, что у другой строки.",
    "loop": "Цикл должен пройти по слоям от 1 до последнего, а return parameters — стоять после цикла.",
    "layer-0": "Такого слоя в сети нет: проверьте границы цикла, слои считают от 1.",
    "shifted-key": "Похоже, номер в ключе сдвинут: слою l соответствуют ключи 'W' + str(l) и 'b' + str(l).",
    "old-dictionary": "Похоже, словарь остался от прошлого вызова: parameters = {{}} должно стоять в начале функции.",
    # форма и тип
    "unsolved": "Упражнение не закончено: замените None решением. Уже заменили? Выполните ячейку ещё раз.",
    "no-name": "Похоже, перед скобками нет имени функции: нужно {}.",
    "comma": "Похоже, в строке лишняя запятая: из-за неё получился кортеж. Дробную часть отделяет точка: 10.0.",
    "number": "Нужен массив, а не одно значение: {}.",
    "no-array": "Создайте обычный массив функцией NumPy: {}.",
    "flat": "Размеров должно быть два, как в np.zeros((n, 1)): столбец — это матрица.",
    "transposed": "Похоже, размеры переставлены: сначала размер слоя layers_dims[l], потом второй размер.",
    "bracket": "Похоже, закрывающая скобка стоит не там: умножают после неё, np.random.randn(n, m) * 10.",
    "minus": "Похоже, единица вычтена из размера: нужно layers_dims[l - 1], а не layers_dims[l] - 1.",
    "fitted-shape": "Похоже, размеры записаны числами или взяты из другой переменной: берите их из layers_dims.",
    "digit": "Похоже, вместо буквы l (номера слоя) стоит цифра 1: нужно layers_dims[l].",
    "foreign": "Похоже, один из размеров взят не из layers_dims: нужны layers_dims[l] и layers_dims[l - 1].",
    "shape": "Форма весов — (layers_dims[l], layers_dims[l - 1]), форма смещений — (layers_dims[l], 1).",
    "no-numbers": "В массиве должны стоять действительные числа: их дают np.zeros(...) и np.random.randn(...).",
    # числа
    "bias": "Смещения должны быть нулями: np.zeros((layers_dims[l], 1)).",
    "bias-shifts": "Смещения должны быть нулями. Числа, взятые для них, сдвинули и веса.",
    "biases-drawn": "Веса сдвинуты: похоже, часть случайных чисел взята для смещений. Смещения — это np.zeros(...).",
    "seed-in-loop": f"Похоже, np.random.seed({SEED}) стоит внутри цикла: перенесите эту строку в начало функции.",
    "nan": "Среди весов NaN или inf: возможно, ** вместо *, корень из отрицательного числа или деление на ноль.",
    "garbage": "Похоже, массив создан функцией np.empty: она оставляет в нём что попало. Нужна np.zeros.",
    "unstable": "Первый вызов верен, а следующий нет: похоже, функция пользуется тем, что осталось от первого.",
    "not-zero": "Веса здесь должны быть нулями: np.zeros((layers_dims[l], layers_dims[l - 1])).",
    "no-seed": f"Веса меняются от вызова к вызову: возможно, нет строки np.random.seed({SEED}) в начале функции. {{}}",
    "fitted": "Для примера из задания ответ верен: похоже, он подогнан под этот пример.",
    "sign": "У всех весов противоположный знак: множитель должен быть положительным.",
    "abs": "Похоже, взят модуль (abs): он здесь не нужен.",
    "power": "Похоже, ** вместо *: два знака возводят в степень, умножает один.",
    "added": "К случайным числам прибавлено {}, а их нужно умножить.",
    "other-factor": "Случайные числа верны, а множитель другой: {}.",
    "rounded": "Веса почти верны, но округлены. Оставьте их такими, какими их вернула np.random.randn.",
    "integers": "Все веса — целые числа: возможно, их дала np.random.randint, а нужна np.random.randn.",
    "seed": f"Похоже, начальное состояние генератора — {{}}, а нужно np.random.seed({SEED}).",
    "spread": f"{{}} Сравните множитель с формулой в задании, а начальное состояние — с np.random.seed({SEED}).",
    "numbers": f"Разброс весов верен, а числа другие: изменено начальное состояние (нужно np.random.seed({SEED}) один "
    "раз, в начале функции) или раньше весов взяты другие случайные числа.",
    "changed-argument": "Функция изменяет свой аргумент layers_dims, а должна только читать его.",
    "unexplained": "Подсказку составить не удалось: это сбой самопроверки, а не ваша ошибка.",
}
WORDS["biases-first"] = WORDS["biases-drawn"]

# Где остановилась функция: вид исключения -> (ошибка, что стоит в строке «чего.нет: строка студента», слова)
ERRORS = {
    "NotImplementedError": (("unsolved", "", "Упражнение не закончено: замените raise NotImplementedError решением."),),
    "NameError": (
        ("cyrillic", r"^\.(\w*[а-яёА-ЯЁ]\w*):", "В имени «{}» есть русские буквы: наберите его латинскими."),
        ("bare-name", r"^\.(zeros|ones|sqrt|random):", "Нужно имя с модулем: np.{}."),
        ("bare-name", r"^\.(randn|rand|seed):", "Нужно имя с модулем: np.random.{}."),
        ("name", r"^\.(\w+):", "Проверьте, как написано имя {}; если оно из другой ячейки, сначала выполните её."),
    ),
    "UnboundLocalError": (("order", "", "Этой переменной ещё ничего не присвоено: проверьте порядок строк."),),
    "AttributeError": (
        ("cyrillic", r"^\S*\.(\w*[а-яёА-ЯЁ]\w*):", "В имени «{}» есть русские буквы: наберите его латинскими."),
        ("np-taken", r"^taken", "Похоже, имя np занято: выполните ещё раз ячейку с import numpy as np."),
        ("numpy-2", r"\bnp\.(float_|Inf|NaN|product)\b", "В NumPy 2 имени np.{} больше нет."),
        ("attribute", r"^(numpy\.random|numpy|math)\.(\w+):", "В модуле {} нет имени {}: проверьте, как оно пишется."),
        ("seed-returns", r"^NoneType.*seed\(", "np.random.seed(...) ничего не возвращает: randn пишут отдельно, ниже."),
        ("dot", r": .*\bparameters\.", "К словарю обращаются по ключу: parameters['W' + str(l)]."),
        ("dot", r": .*\blayers_dims\.", "Длина списка — len(layers_dims), размер слоя — layers_dims[l]."),
        ("dot", r"^(\w+)\.(\w+):", "У значения типа {} нет «.{}»: проверьте, что стоит перед точкой."),
    ),
    "KeyError": (
        ("comparison", "==", "Значение присваивают одним знаком =, а два знака == сравнивают."),
        ("key-missing", "", "Такого ключа в словаре ещё нет: его читают раньше, чем записывают."),
    ),
    "IndexError": (
        ("index", r"layers_dims\[", "Последний элемент имеет индекс len(layers_dims) - 1: проверьте границы цикла."),
    ),
    "TypeError": (
        ("unsolved", r"\bNone\b", "Упражнение не закончено: замените None решением."),
        ("arguments", r"^call\.", "Возможно, у функции не один аргумент: нужен только layers_dims."),
        ("name-taken", r"^taken (\w+)", "Имя {} занято другим значением: перезапустите ядро."),
        ("no-dictionary", r"^parameters\.", "parameters — не словарь: в начале функции нужно parameters = {{}}."),
        ("caret", r"\^", "Степень записывают двумя знаками: **, а ^ — другое действие."),
        ("two-indices", r"layers_dims\[[^\]]*,", "Размеры берут по одному: layers_dims[l], layers_dims[l - 1]."),
        ("called", r"\b(layers_dims|parameters)\(", "После {} нужны квадратные скобки: это не функция."),
        ("module", r"\bnp\.random\b(?!\.)", "np.random — это модуль, числа даёт функция np.random.randn(...)."),
        ("square", r"\b(zeros|ones|randn?|sqrt|len|range|str|seed)\[", "После {} нужны круглые скобки: это функция."),
        ("no-times", r"((?<![\w.])\d[\d.]*|\)|\])\s*\(", "Возможно, перед скобкой пропущен знак умножения *."),
        ("range", r"range\([^()]*\blayers_dims\s*\)", "range нужны числа: число слоёв — len(layers_dims)."),
        ("loop", r"\bfor \w+ in (?!range)", "По числу цикл не пройдёт: нужно for l in range(1, L)."),
        ("decimal-comma", r"sqrt\([^()]*,", "Дробную часть отделяет точка: np.sqrt(2.0 / n), без запятой."),
        ("zeros", r"(zeros|ones)\([^()]*,", "Скобки у np.{} двойные: форма — один аргумент, ((n, m))."),
        ("randn", r"randn?\(\(", "Скобки у np.random.randn одинарные: randn(n, m)."),
        ("bracket", r"randn?\(.*(sqrt|/|\*\*).*\)\s*\)", "Похоже, скобка закрыта не там: нужно randn(n, m) * ..."),
        ("len", r"len\(layers_dims\[", "len(layers_dims) — число слоёв, а размер слоя — layers_dims[l]."),
        ("list", r"[-+*/] *layers_dims\b(?!\[)|layers_dims *[-+*/]", "Размер слоя — layers_dims[l - 1], со скобками."),
        ("float-size", r"(zeros|ones|randn?)\(.*[^/]/[^/]", "Размеры — целые числа, а деление / даёт дробное."),
        ("str", r"['\"]\s*\+\s*(?!str\b)\w", "Число превращают в строку: 'W' + str(l) и 'b' + str(l)."),
    ),
    "ValueError": (("matmul", r"\S\s*@\s*\S", "Знак @ перемножает матрицы; на число умножает знак *."),),
    "ZeroDivisionError": (("zero", "", "На ноль делить нельзя: число входов слоя — layers_dims[l - 1]."),),
    "RecursionError": (("recursion", "", "Похоже, функция вызывает саму себя."),),
    "AssertionError": (("assert", "", "Условие этого assert не выполнено: проверьте его или уберите строку."),),
    "SystemExit": (("exit", "", "Уберите exit(): функция должна вернуть parameters."),),
    "ModuleNotFoundError": (("import", "", "Возможно, пакет здесь не установлен; для задания хватает NumPy."),),
}  # fmt: skip


class Answer(NamedTuple):
    """Что функция вернула для одного списка размеров, что — при повторном вызове; изменила ли она список."""

    layers_dims: list
    parameters: object
    again: object
    changed: bool = False


class Mistake(NamedTuple):
    """Ошибка: что именно не так; в чём, вероятно, причина; как ошибка называется в таблицах."""

    fact: str
    hint: str
    id: str = ""

    def __str__(self):
        return f"{self.fact}\n{self.hint}".rstrip()


class Failure(NamedTuple):
    """Исключение, на котором остановилась функция: имени name нет у owner (модуля, типа), line — строка студента."""

    kind: str
    message: str = ""
    name: str = ""
    owner: str = ""  # "call": остановился сам вызов функции
    line: str = ""

    def __str__(self):
        text = f"{self.kind}: {self.message}" if self.message else self.kind
        return f"{text}, строка «{self.line}»" if self.line else text


# после глубокой сети спрашивают о мелкой: так видно то, что осталось от прошлого вызова
OTHER_LAYERS = ([7, 30, 12, 20, 3, 9, 4, 6], [2, 10, 5, 1], [9, 4, 6, 3])


def check_initialization(function):
    """Проверяет функцию инициализации на нескольких сетях; печатает одну строку, если всё верно.

    Parameters
    ----------
    function : callable
        Одна из функций, которые пишет студент; упражнение узнаётся по её имени.

    Raises
    ------
    ValueError
        Функция остановилась с ошибкой или вернула не то; сообщение подсказывает, в чём ошибка.
    """
    method = _method_of(function, inspect.currentframe().f_back.f_globals)
    state = np.random.get_state()
    try:
        answers = [_answer(method, function, sizes) for sizes in (EXERCISES[method].shown_layers, *OTHER_LAYERS)]
    finally:
        np.random.set_state(state)
    for mistake in find_mistakes(method, answers).values():
        if mistake:
            raise LabValueError(str(mistake))
    print(f"{function_name(method)}: всё верно.")


def find_mistakes(method, answers):
    """Первая ошибка в весах и первая ошибка в смещениях: словарь с ключами "W" и "b", значение — Mistake или None.

    answers — ответы функции (Answer) для списка размеров из задания, для самой глубокой сети, затем другие.
    """
    return {letter: None if is_right(method, letter, answers) else _explain(method, letter, answers) for letter in "Wb"}


def is_right(method, letter, answers):
    """Верны ли веса ("W") или смещения ("b"); веса, которые только сдвинуты случайными смещениями, верны."""
    if not any(_wrong(method, letter, answers)):
        return True
    return letter == "W" and _are_shifted(method, answers) and not is_right(method, "b", answers)


def explain_failure(failure):
    """Что проверить, если функция остановилась с ошибкой, и как эта ошибка называется; нет слов — две пустые строки."""
    text = f"{failure.owner}.{failure.name}: {failure.line}"
    for name, pattern, words in ERRORS.get(failure.kind, ()):
        if match := re.search(pattern, text):
            return words.format(*match.groups()), name
    return "", ""


def failure_of(error, stopped):
    """Failure по исключению; stopped — traceback, начиная с функции студента, None, если её не удалось вызвать."""
    frames = traceback.extract_tb(stopped)
    lines = [frame.line for frame in frames if frame.filename == frames[0].filename]
    scope = {**vars(builtins), "np": np, **stopped.tb_frame.f_globals, **stopped.tb_frame.f_locals} if stopped else {}
    real = {"np": np, "len": len, "range": range, "str": str}
    taken = [name for name, value in real.items() if scope and scope[name] is not value]
    if not stopped:
        owner = "call"
    elif taken:
        owner = f"taken {taken[0]}"
    elif isinstance(error, AttributeError):
        owner = getattr(error.obj, "__name__", type(error.obj).__name__)
    else:
        owner = "" if isinstance(scope.get("parameters", {}), dict) else "parameters"
    return Failure(type(error).__name__, str(error), getattr(error, "name", None) or "", owner, (lines or [""])[-1])


def _method_of(function, namespace):
    """Упражнение, которое решает функция: по её имени или по имени переменной, в которой она лежит."""
    names = [getattr(function, "__name__", None), *(name for name, value in namespace.items() if value is function)]
    for method in EXERCISES:
        if callable(function) and function_name(method) in names:
            return method
    known = ", ".join(map(function_name, EXERCISES))
    fact = f"ожидалась одна из функций {known}, получено: {names[0] or _describe(function)}"
    _fail("check_initialization", fact, "Передайте саму функцию, без скобок.")


def _answer(method, function, layers_dims):
    """Вызывает функцию дважды; копии ответов следующий вызов уже не изменит."""
    given, returned = [list(layers_dims), list(layers_dims)], []
    try:
        for sizes in given:
            value = function(sizes)
            returned.append({k: copy.copy(v) for k, v in value.items()} if isinstance(value, dict) else value)
    except (Exception, SystemExit) as error:
        failure = failure_of(error, error.__traceback__.tb_next)
        hint = WORDS["changed-argument"] if given[0] != layers_dims else explain_failure(failure)[0]
        fact = f"{function_name(method)}({layers_dims}): функция остановилась с ошибкой {failure}."
        raise LabValueError(str(Mistake(fact, hint))) from error
    return Answer(layers_dims, *returned, changed=given[0] != layers_dims)


def _right(method, layers_dims):
    exercise = EXERCISES[method]
    weights = _weights(exercise.draw, exercise.factor, layers_dims)
    biases = {f"b{layer}": np.zeros((n, 1)) for layer, n in enumerate(layers_dims[1:], start=1)}
    return {f"W{layer}": W for layer, W in enumerate(weights, start=1)} | biases


def _weights(draw, factor, layers_dims, seed=SEED):
    """Веса всех слоёв: числа из строки DRAWS, умноженные на строку FACTORS."""
    g, new = np.random.RandomState(seed), np.random.default_rng(seed)
    return [DRAWS[draw][1](g, new, n, p) * FACTORS[factor][1](n, p, layers_dims[0]) for p, n in pairwise(layers_dims)]


def _shape(value):
    return getattr(value, "shape", ())


def _is_matrix(value, shape):
    return type(value) is np.ndarray and value.dtype.kind in "biuf" and value.shape == shape


def _equal(value, right):
    return _is_matrix(value, _shape(right)) and np.allclose(value, right, rtol=RELATIVE_TOLERANCE, atol=0)


def _hold(answers, rule, draw, factor, seed=SEED):
    """Правило верно для каждой матрицы весов W и той R, которая стояла бы на её месте с такими числом и множителем."""
    return all(
        isinstance(answer.parameters, dict)
        and _is_matrix(W := answer.parameters.get(f"W{layer}"), R.shape)
        and rule(W, R)
        for answer in answers
        for layer, R in enumerate(_weights(draw, factor, answer.layers_dims, seed), start=1)
    )


def _are_shifted(method, answers):
    """Веса верны, только сдвинуты случайными смещениями."""
    exercise = EXERCISES[method]
    return exercise.draw == "randn" and any(_hold(answers, _equal, draw, exercise.factor) for draw in SHIFTED)


def _wrong(method, letter, answers):
    """Что отличается от верного: ответ, словарь и имя W<l> (или b<l>); вместо словаря — имя None."""
    for answer in answers:
        right = _right(method, answer.layers_dims)
        for parameters in (answer.parameters, answer.again):
            if not isinstance(parameters, dict):
                yield answer, parameters, None
                continue
            names = [name for name in right if name[0] == letter]
            extra = [name for name in parameters if re.fullmatch(rf"{letter}\d+", str(name)) and name not in right]
            missing = [name for name in names if name not in parameters]
            wrong = (name for name in names if not _equal(parameters[name], right[name]))
            yield from ((answer, parameters, name) for name in extra + missing or wrong)


def _explain(method, letter, answers):
    """Первая ошибка; сбой в самом объяснении не меняет того, что ответ неверен."""
    answer, parameters, name = next(_wrong(method, letter, answers))
    right = _right(method, answer.layers_dims)
    try:
        with np.errstate(all="ignore"):
            fact = _fact(name, parameters, right)
            rules = _rules(method, letter, answers, parameters, name, right)
            cause, found = next((cause, found) for cause, found in rules if found)
    except Exception:
        fact, cause, found = "ответ отличается от верного", "unexplained", True
    layer = f", слой {name[1:]}" if name in right else ""
    place = f"{function_name(method)}({answer.layers_dims}){layer}"
    return Mistake(f"{place}: {fact}.", WORDS.get(cause, "{}").format(found).strip(), cause)


def _fact(name, parameters, right):
    if name is None:
        return NO_DICTIONARY.format(_describe(parameters))
    if name not in right:
        return f"ожидались ключи {list(right)}, получен также ключ {name!r}"
    if name not in parameters:
        return f"ожидался ключ {name!r}, получены ключи {list(parameters)}"
    value, expected = parameters[name], right[name]
    if fault := next(_array_faults(value, expected.shape), None):
        return f"в {name} {fault[0]}"
    i, j = np.argwhere(~np.isclose(value, expected, rtol=RELATIVE_TOLERANCE, atol=0))[0]
    return f"в {name}[{i}, {j}] ожидалось {expected[i, j]:.8g}, получено {value[i, j]:.8g}"


# Правила стоят по порядку: первое, которое что-то нашло, и есть диагноз. Каждое — ошибка (ключ WORDS) и находка: да
# или нет либо то, что встаёт в её словах на место {}. Что стоит ниже, вычисляется, когда не подошло то, что выше.


def _rules(method, letter, answers, parameters, name, right):
    """Все правила: parameters[name] — первое, что отличается от верного словаря right."""
    yield "changed-argument", any(answer.changed for answer in answers)
    kind = _describe(parameters)
    yield "no-return", name is None and kind == "None"
    yield kind, name is None and kind in ("tuple", "generator", "coroutine")
    yield "no-dictionary", name is None
    answers = [answer for answer in answers if isinstance(answer.parameters, dict) and isinstance(answer.again, dict)]
    yield "unstable", not any(_wrong(method, letter, [answer._replace(again=answer.parameters) for answer in answers]))
    shapes = [{key: _shape(value) for key, value in answer.parameters.items()} for answer in answers]
    yield "fitted-shape", len(shapes[0]) > 2 and all(found == shapes[0] for found in shapes)
    deepest = max(answers, key=lambda answer: len(answer.layers_dims))
    if name not in right:
        yield "shifted-key", f"{letter}1" not in parameters
        yield "layer-0", name[1:] == "0" or _shape(parameters.get(f"W{name[1:]}"))[1:] == (len([*right.values()][-1]),)
        yield "old-dictionary", True
    elif name not in parameters:
        yield from _key_rules(letter, deepest.parameters, _right(method, deepest.layers_dims))
    elif not _is_matrix(parameters[name], right[name].shape):
        yield "same-key", "b1" not in parameters and _shape(parameters[name]) == right[f"b{name[1:]}"].shape
        example = EXERCISES[method].formula if letter == "W" else "np.zeros((layers_dims[l], 1))"
        yield from _shape_rules(name, parameters[name], right[name].shape, example, answers, deepest)
    elif letter == "b":
        yield "bias-shifts", _are_shifted(method, answers)
        yield "bias", True
    else:
        yield from _number_rules(EXERCISES[method], answers)


def _key_rules(letter, got, right):
    """Почему нет ключа: got и right — полученные и верные параметры самой глубокой сети."""
    yield "empty", not got
    yield "key", not all(re.fullmatch(r"[Wb]\d+", str(key)) for key in got)
    last, mine = str(len(right) // 2), [key for key in got if key[0] == letter]
    yield "same-key", not mine and letter == "b" and all(_shape(value)[1:] == (1,) for value in got.values())
    yield "no-line", not mine and letter
    yield "return-in-loop", got.keys() <= {"W1", "b1"} and all(_shape(got[key]) == right[key].shape for key in got)
    yield "one-key", len(got) <= 2 and all(_shape(got[key]) == right[key[0] + last].shape for key in got)
    yield "after-loop", len(mine) == 1 < len(got) - 1 and letter
    yield "loop", True


def _shape_rules(name, value, shape, example, answers, deepest):
    """Ошибка, которая видна без сравнения чисел; example — как пишут в коде то, что здесь нужно."""
    yield "unsolved", value is None
    yield "comma", isinstance(value, tuple) and any(isinstance(part, np.ndarray) for part in value)
    yield "no-name", isinstance(value, tuple) and example
    yield "number", not isinstance(value, np.ndarray) and np.isscalar(value) and example
    yield "no-array", type(value) is not np.ndarray and example
    yield "flat", value.ndim != 2
    yield "no-numbers", value.shape == shape
    yield "transposed", value.shape == shape[::-1]
    yield "bracket", value.shape in [(shape[0], 10 * shape[1]), (10 * shape[0], shape[1])]
    sizes = deepest.layers_dims
    deep = [(*_shape(deepest.parameters.get(f"{name[0]}{layer}")), 0, 0)[:2] for layer in range(1, len(sizes))]
    yield "minus", all(s in [(n, n - 1), (p - 1, p)] for s, (p, n) in zip(deep, pairwise(sizes), strict=True))
    found = {(*_shape(answer.parameters.get(name)), 0, 0)[:2] for answer in answers}
    yield "fitted-shape", len(found) == 1
    wrong = [i for i in (0, 1) if value.shape[i] != shape[i]]
    yield "digit", any({s[i] for s in deep} == {sizes[1 - i]} for i in wrong)
    yield "foreign", any(len({s[i] for s in found}) == 1 for i in wrong)
    yield "shape", True


def _number_rules(exercise, answers):
    """Почему неверны числа; ошибка из DRAWS и FACTORS говорит о себе сама."""
    weights, again = (
        [W for found in returned for name, W in found.items() if str(name)[:1] == "W" and _is_matrix(W, _shape(W))]
        for returned in zip(*[(answer.parameters, answer.again) for answer in answers], strict=True)
    )
    is_finite = all(np.isfinite(W).all() for W in weights)
    is_tiny = any(((W != 0) & (abs(W) < 1e-100)).any() for W in weights)
    yield "garbage", is_tiny or (exercise.draw == "zeros" and not is_finite)
    yield "nan", not is_finite
    for factor, draw in product(FACTORS if exercise.draw != "zeros" else ["1"], DRAWS):
        if _hold(answers, _equal, draw, factor):
            yield _draw_and_factor(exercise, draw, factor)
    yield "not-zero", exercise.draw == "zeros"
    spread = _other_spread(exercise, answers)
    is_stable = all(starmap(_equal, zip(again, weights, strict=False)))
    yield "no-seed", not is_stable and (spread or " ")
    right, plain = (exercise.draw, exercise.factor), (exercise.draw, "1")
    yield "fitted", _hold(answers[:1], _equal, *right)
    yield "sign", _hold(answers, lambda W, R: _equal(-W, R), *right)
    yield "abs", _hold(answers, lambda W, R: _equal(W, abs(R)), *right)
    yield "power", _hold(answers, lambda W, R: _equal(W, R**10), *plain)
    draws = _weights(*plain, answers[0].layers_dims)
    ends = [(W.flat[0], D.flat[0]) for W, D in zip(weights, draws, strict=False)]
    yield "added", _hold(answers, lambda W, R: np.ptp(W - R) < 1e-6, *plain) and f"{ends[0][0] - ends[0][1]:.4g}"
    factors = "; ".join(f"в слое {layer} — {w / d:.4g}" for layer, (w, d) in enumerate(ends, start=1))
    is_multiple = _hold(answers, lambda W, R: _equal(W, R * (W[0, 0] / R[0, 0])), *plain)
    yield "other-factor", is_multiple and f"{factors}, а нужен {FACTORS[exercise.factor][0]}"
    yield "rounded", _hold(answers, lambda W, R: np.allclose(W, R, rtol=0, atol=0.02 if (W % 1).any() else 1), *right)
    yield "integers", all(np.array_equal(W, np.round(W)) for W in weights)
    yield "seed", next((str(s) for s in (*range(101), 123, 1234) if _hold(answers, _equal, *right, seed=s)), "")
    yield "spread", spread
    yield "numbers", True


def _draw_and_factor(exercise, draw, factor):
    """Откуда взяты числа и на что умножены, если это пара строк DRAWS и FACTORS."""
    plain = f"Похоже, это {DRAWS[draw][0]}, а нужно {DRAWS[exercise.draw][0]}."
    said = {draw: WORDS.get(draw, plain)} if draw != exercise.draw else {}
    if factor != exercise.factor and "zeros" not in (draw, exercise.draw):
        said[factor] = f"Похоже, множитель — {FACTORS[factor][0]}, а нужен {FACTORS[exercise.factor][0]}."
    return "+".join(said), " ".join(said.values())


def _other_spread(exercise, answers):
    """Чем разброс весов в первом большом слое отличается от множителя, "" — если не отличается."""
    for answer in answers:
        for layer, (p, n) in enumerate(pairwise(answer.layers_dims), start=1):
            W, right = answer.parameters.get(f"W{layer}"), FACTORS[exercise.factor][1](n, p, answer.layers_dims[0])
            if n * p > 100 and _is_matrix(W, (n, p)) and not np.isclose(W.std(), right, rtol=0.2):
                found = np.format_float_positional(W.std(), 2, fractional=False, trim="-")
                return f"Стандартное отклонение весов в слое {layer} — {found}, а нужно {right:.2g}."
    return ""
