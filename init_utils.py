"""Нейронная сеть лабораторной работы «Инициализация».

Сеть трёхслойная: LINEAR → RELU → LINEAR → RELU → LINEAR → SIGMOID. Файл читается сверху вниз: сеть, от функций
активации до предсказаний; данные и рисунки; проверки входных данных; упражнения и самопроверка.

Соглашение о формах, одно на весь модуль: m — число примеров, n_x — число признаков, n1 и n2 — размеры скрытых
слоёв, n3 = 1.

========== ==================================================================
``X``      (n_x, m): один столбец — один пример
``Y``      (1, m): метки классов 0 (красный) и 1 (синий)
``W<l>``   (n<l>, n<l-1>): веса слоя l, причём n0 = n_x
``b<l>``   (n<l>, 1): смещения (bias) слоя l
``z<l>``   (n<l>, m): взвешенные суммы слоя l
``a<l>``   (n<l>, m): выходы слоя l после функции активации
``d<имя>`` производная функции потерь по величине <имя>, той же формы, что и <имя>
========== ==================================================================

Все величины безразмерные, потери измеряются в натах (логарифм натуральный).

Ошибки — TypeError или ValueError из двух строк: что ожидалось и что получено; что делать. `model` (в блокноте),
`predict`, `predict_dec`, `plot_decision_boundary` и `check_initialization` проверяют данные и параметры заранее:
массив ли это NumPy, той ли он формы, нет ли в нём NaN и бесконечностей, все ли метки — 0 и 1, все ли ключи есть.
`forward_propagation`, `compute_loss`, `backward_propagation` и `update_parameters` — формулы: они ничего не
проверяют, но если вычисление остановилось с ошибкой, объясняют её теми же двумя строками.
"""

import functools
import inspect
import re
import traceback
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from scipy.special import expit

# --------------------------------------------------------------------------------------
# Сеть
# --------------------------------------------------------------------------------------


def sigmoid(z):
    """Сигмоида: σ(z) = 1 / (1 + exp(−z)).

    Parameters
    ----------
    z : array_like или число
        Взвешенные суммы; результат той же формы, от 0 до 1.
    """
    return expit(z)  # та же формула, но без переполнения exp(−z)


def relu(z):
    """ReLU (rectified linear unit): max(0, z).

    Parameters
    ----------
    z : array_like или число
        Взвешенные суммы; результат той же формы.
    """
    return np.maximum(z, 0)


def forward_propagation(X, parameters):
    """Прямой проход (forward propagation): от признаков к вероятности класса 1.

    Parameters
    ----------
    X : ndarray формы (n_x, m)
        Матрица признаков.
    parameters : dict
        Параметры сети ``W1``, ``b1``, ``W2``, ``b2``, ``W3``, ``b3``.

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
    W1, b1 = parameters["W1"], parameters["b1"]
    W2, b2 = parameters["W2"], parameters["b2"]
    W3, b3 = parameters["W3"], parameters["b3"]

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
    a3 : ndarray формы (1, m)
        Вероятности класса 1 — первый результат `forward_propagation`.
    Y : ndarray формы (1, m)
        Метки классов, 0 или 1.

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
    X : ndarray формы (n_x, m)
        Матрица признаков — та же, что и в прямом проходе.
    Y : ndarray формы (1, m)
        Метки классов, 0 или 1.
    cache : tuple
        Второй результат `forward_propagation`.

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
    parameters : dict
        Параметры ``W1``, ``b1``, …; не изменяются.
    grads : dict
        Градиенты ``dW1``, ``db1``, … — результат `backward_propagation`.
    learning_rate : float
        Темп обучения (learning rate) α, безразмерный.

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
        Параметры обученной сети.
    X : ndarray формы (n_x, m)
        Матрица признаков.

    Returns
    -------
    ndarray формы (1, m), bool
        True — класс 1, False — класс 0.
    """
    check_network(X, parameters)
    a3, _ = forward_propagation(X, parameters)
    return a3 > 0.5


def predict(X, y, parameters):
    """Предсказывает классы и печатает долю правильных ответов (accuracy).

    Parameters
    ----------
    X : ndarray формы (n_x, m)
        Матрица признаков.
    y : ndarray формы (1, m)
        Верные метки, 0 или 1.
    parameters : dict
        Параметры обученной сети.

    Returns
    -------
    ndarray формы (1, m), int
        Предсказанные метки 0 и 1.
    """
    predictions = predict_dec(parameters, X)
    _require_labels("y", y, predictions.shape)
    print("Accuracy: " + str(np.mean(predictions == y)))
    return predictions.astype(int)


# --------------------------------------------------------------------------------------
# Данные и рисунки
# --------------------------------------------------------------------------------------

# Классы различаются и цветом, и маркером: рисунок понятен и в оттенках серого.
CLASS_COLORS = ("#d62728", "#1f77b4")
CLASS_AREAS = ("#fbe3e0", "#a9cbe8")
CLASS_MARKERS = ("o", "^")
CLASS_LABELS = ("класс 0 (красный)", "класс 1 (синий)")


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
    """Рисует потери по ходу обучения.

    Parameters
    ----------
    losses : list of (int, float)
        Пары (итерация, потери).
    learning_rate : float
        Темп обучения, для заголовка.
    """
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
        raise LabTypeError(f"model: ожидалась функция, получено: {_describe(model)}.\n{LAMBDA}")
    axes = plt.gca()
    _set_limits(axes, X)

    x1, x2 = np.meshgrid(np.linspace(*axes.get_xlim(), 301), np.linspace(*axes.get_ylim(), 301))
    points = np.c_[x1.ravel(), x2.ravel()]
    labels = np.asarray(model(points))
    if labels.size != len(points):
        found = "None" if labels.dtype == object else f"массив формы {labels.shape}"
        raise LabValueError(
            f"model(x): ожидалась метка для каждой из {len(points)} точек, получено: {found}.\n{LAMBDA}"
        )
    _require_labels("model(x)", labels, labels.shape)
    labels = labels.reshape(x1.shape).astype(float)

    axes.contourf(x1, x2, labels, levels=[-0.5, 0.5, 1.5], colors=CLASS_AREAS)
    if labels.min() < labels.max():
        axes.contour(x1, x2, labels, levels=[0.5], colors="black", linewidths=1)
    _draw_points(axes, X, y)


def decimal_comma(value, position=None):
    """Подпись деления с десятичной запятой: ``axes.yaxis.set_major_formatter(decimal_comma)``."""
    return f"{round(value, 9):g}".replace(".", ",").replace("-", "−")


def _draw_points(axes, X, y):
    """Точки двух классов, подписи осей и легенда."""
    _set_limits(axes, X)
    for k, label in enumerate(CLASS_LABELS):
        points = X[:, y.ravel() == k]
        look = {"c": CLASS_COLORS[k], "marker": CLASS_MARKERS[k], "edgecolors": "white", "linewidths": 0.5}
        axes.scatter(*points, s=30, label=label, **look)
    axes.set(xlabel="Признак $x_1$", ylabel="Признак $x_2$", aspect="equal")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(decimal_comma)
    axes.legend(loc="upper right")


def _set_limits(axes, X):
    """Задаёт пределы осей, если их ещё никто не задал: [-1.5, 1.5] и все точки X."""
    if axes.get_autoscalex_on():
        axes.set_xlim(min(-1.5, X[0].min()), max(1.5, X[0].max()))
    if axes.get_autoscaley_on():
        axes.set_ylim(min(-1.5, X[1].min()), max(1.5, X[1].max()))


# --------------------------------------------------------------------------------------
# Проверки входных данных: check_… стоят там, где данные и параметры входят в сеть
# --------------------------------------------------------------------------------------

PARAMETER_NAMES = ("W1", "b1", "W2", "b2", "W3", "b3")
CACHE_NAMES = ("z1", "a1", "W1", "b1", "z2", "a2", "W2", "b2", "z3", "a3", "W3", "b3")
NO_DICTIONARY = "ожидался словарь, получено: {}."
CHECK_ORDER = "Проверьте порядок и значения аргументов."
UNSOLVED = "Возможно, упражнение не закончено: замените None решением и выполните ячейку с функцией ещё раз."
NO_RETURN = "Функция должна заканчиваться строкой return parameters, которая стоит после цикла."
LAMBDA = "Передайте функцию, например lambda x: predict_dec(parameters, x.T)."


class ShownInTwoLines:
    """Ошибка, которую Jupyter показывает двумя строками: что не так и что делать."""

    def _render_traceback_(self):
        return f"{type(self).__name__.removeprefix('Lab')}: {self}".split("\n")


class LabValueError(ShownInTwoLines, ValueError):
    """Значение не подходит."""


class LabTypeError(ShownInTwoLines, TypeError):
    """Значение не того типа."""


class Results(dict):
    """Словарь «способ инициализации: обученные параметры»; чего в нём нет, то ещё не обучено."""

    def __missing__(self, method):
        raise LabValueError(
            f'Сеть с инициализацией "{method}" ещё не обучена.\n'
            f'Выполните ячейку обучения, в которой вызвана model(..., initialization="{method}").'
        )


def check_data(X, Y):
    """Признаки X формы (n_x, m) и метки Y формы (1, m) подходят друг другу."""
    m = len(X) if np.ndim(X) == 2 and np.shape(Y) == (1, len(X)) else "m"
    _require_array("X", X, ("n_x", m))
    _require_labels("Y", Y, (1, X.shape[1]), "Каждому столбцу X нужна одна метка.")


def check_parameters(parameters, layers_dims, initialization):
    """Функция инициализации вернула словарь, в котором есть W<l> и b<l> каждого слоя, нужной формы."""
    function = function_name(initialization)
    _require_dictionary(function, parameters, NO_RETURN)
    for layer, (n_in, n_out) in enumerate(pairwise(layers_dims), start=1):
        for name, shape in ((f"W{layer}", (n_out, n_in)), (f"b{layer}", (n_out, 1))):
            _require_key(function, parameters, name, UNSOLVED)
            _require_array(f'{function}, parameters["{name}"]', parameters[name], shape)


def check_network(X, parameters):
    """Параметры трёх слоёв подходят друг другу и признакам X формы (n_x, m)."""
    _require_array("X", X, ("n_x", "m"))
    for name in PARAMETER_NAMES:
        _require_key("parameters", parameters, name, "Возможно, сеть ещё не обучена: выполните ячейку с model(...).")
        _require_array(f'parameters["{name}"]', parameters[name])
    n_in = X.shape[0]
    for layer in (1, 2, 3):
        W, b = parameters[f"W{layer}"], parameters[f"b{layer}"]
        if layer == 1 and W.shape[1:] == X.shape[1:] != X.shape[:1]:
            _require_array("X", X, (*W.shape[1:], "m"))  # X транспонирована
        n_out = 1 if layer == 3 else len(W) if W.shape[1:] == (n_in,) else max(b.shape, default=1)
        _require_array(f'parameters["W{layer}"]', W, (n_out, n_in))
        _require_array(f'parameters["b{layer}"]', b, (n_out, 1))
        n_in = n_out


def _check_loss(a3, Y):
    _require_array("a3", a3, (1, "m"))
    _require_labels("Y", Y, a3.shape, "Возможно, метки взяты от другой выборки, чем X.")


def _check_backward(X, Y, cache):
    if not isinstance(cache, tuple) or len(cache) != len(CACHE_NAMES):
        expected = f"ожидался кортеж из {len(CACHE_NAMES)} массивов ({', '.join(CACHE_NAMES)})"
        raise LabTypeError(
            f"cache: {expected}, получено: {_describe(cache)}.\nПередайте второй результат forward_propagation."
        )
    for name, value in zip(CACHE_NAMES, cache, strict=True):
        _require_array(f"cache, элемент {name}", value)
    W1, a3 = cache[2], cache[9]
    advice = "Передайте те же данные, для которых вычислен cache."
    _require_array("X", X, (W1.shape[-1], a3.size), advice)
    _require_labels("Y", Y, a3.shape, advice)


def _check_update(parameters, grads, learning_rate):
    _require_dictionary("parameters", parameters)
    for name, value in parameters.items():
        _require_array(f'parameters["{name}"]', value)
        _require_key("grads", grads, "d" + name, "Передайте результат backward_propagation.")
        _require_array(f'grads["d{name}"]', grads["d" + name], value.shape)
    if not np.isscalar(learning_rate) or isinstance(learning_rate, str):
        found = f"ожидалось число, получено: {_describe(learning_rate)}"
        raise LabTypeError(f"learning_rate: {found}.\nПередайте темп обучения, например 0.01.")


def _explained(formula, check):
    """Та же функция; если вычисление остановилось с ошибкой, check находит и называет причину."""

    @functools.wraps(formula)
    def call(*arguments, **named):
        try:
            return formula(*arguments, **named)
        except Exception as error:
            failure = error
        inspect.signature(formula).bind(*arguments, **named)
        check(*arguments, **named)
        raise failure

    return call


forward_propagation = _explained(forward_propagation, check_network)
compute_loss = _explained(compute_loss, _check_loss)
backward_propagation = _explained(backward_propagation, _check_backward)
update_parameters = _explained(update_parameters, _check_update)


def _require_array(name, value, shape=None, advice=CHECK_ORDER):
    """Непустой массив конечных чисел; буква в ожидаемой форме означает любой размер."""
    if not isinstance(value, np.ndarray):
        words = UNSOLVED if value is None else CHECK_ORDER
        raise LabTypeError(f"{name}: ожидался массив NumPy, получено: {_describe(value)}.\n{words}")
    if value.dtype.kind not in "biuf":
        raise LabTypeError(f"{name}: ожидался массив чисел, получен массив типа {value.dtype}.\n{CHECK_ORDER}")
    if value.size == 0:
        fact = f"ожидался непустой массив, получен массив формы {value.shape}"
        raise LabValueError(f"{name}: {fact}.\nПроверьте, как он создан.")
    if shape and not _fits(value.shape, shape):
        if len(shape) != value.ndim:
            advice = f"Размеров должно быть {len(shape)}, как в np.zeros(({'5, 1' if len(shape) == 2 else '5,'}))."
        elif _fits(value.shape[::-1], shape):
            advice = "Похоже, строки и столбцы переставлены (массив транспонирован)."
        raise LabValueError(f"{name}: {_wrong_shape(shape, value)}\n{advice}")
    if count := np.sum(~np.isfinite(value)):
        fact = f"ожидались конечные числа, получены NaN или inf (таких значений {count})"
        advice = "Проверьте, как вычислен этот массив; возможно, веса или темп обучения слишком велики."
        raise LabValueError(f"{name}: {fact}.\n{advice}")


def _require_labels(name, values, shape, advice=CHECK_ORDER):
    """Массив ожидаемой формы из меток 0 и 1."""
    _require_array(name, values, shape, advice)
    if (wrong := np.setdiff1d(values, (0, 1))).size:
        fact = f"ожидались метки 0 и 1, получены также {wrong[:5]}"
        raise LabValueError(f"{name}: {fact}.\nПерекодируйте классы в 0 и 1.")


def _require_dictionary(name, value, advice=CHECK_ORDER):
    if not isinstance(value, dict):
        words = UNSOLVED if value is None else advice
        raise LabTypeError(f"{name}: {NO_DICTIONARY.format(_describe(value))}\n{words}")


def _require_key(name, container, key, advice):
    _require_dictionary(name, container)
    if key not in container:
        raise LabValueError(f'{name}: ожидался ключ "{key}", получены ключи {list(container)}.\n{advice}')


def _wrong_shape(expected, value):
    """Начало сообщения о форме."""
    expected = "({}{})".format(", ".join(map(str, expected)), "," * (len(expected) == 1))
    return f"ожидался массив формы {expected}, получен массив формы {np.shape(value)}."


def _fits(shape, expected):
    """Форма совпадает с ожидаемой; буква подходит к любому размеру."""
    return len(shape) == len(expected) and all(
        isinstance(e, str) or e == n for n, e in zip(shape, expected, strict=True)
    )


def _describe(value):
    """Короткое описание значения для сообщения об ошибке."""
    return "None" if value is None else type(value).__name__


# --------------------------------------------------------------------------------------
# Упражнения: единственное место, где записано, какие они
#
# Отсюда их берут самопроверка, проверка работ, страницы отзывов, рубрика и курс nbgrader. Чтобы добавить
# упражнение, нужны строка этой таблицы и ячейки graded-…, show-…, expected-… и check-… в блокноте.
# --------------------------------------------------------------------------------------

SEED = 3  # начальное состояние генератора


class Exercise(NamedTuple):
    """Функция инициализации, которую пишет студент."""

    title: str
    draw: str  # откуда берётся число: строка таблицы DRAWS
    factor: str  # на что оно умножается: строка таблицы FACTORS
    shown_layers: list  # размеры слоёв в примере под упражнением
    weight_points: int = 1
    bias_points: int = 1

    @property
    def points(self):
        return self.weight_points + self.bias_points


EXERCISES = {
    "zeros": Exercise("Инициализация в ноль", "np.zeros(...)", "1 (множителя нет)", [3, 2, 1]),
    "random": Exercise("Случайная инициализация", "np.random.randn(...)", "10", [3, 2, 1]),
    "he": Exercise("He-инициализация", "np.random.randn(...)", "np.sqrt(2 / layers_dims[l - 1])", [2, 4, 1]),
}


def function_name(method):
    """Имя функции, которую пишет студент: method — ключ таблицы EXERCISES."""
    return f"initialize_parameters_{method}"


# --------------------------------------------------------------------------------------
# Самопроверка функций инициализации
#
# Начальный вес — число, умноженное на множитель. Таблица DRAWS перечисляет, откуда могло взяться
# число, таблица FACTORS — на что его могли умножить. Верный ответ — одна пара строк (EXERCISES),
# остальные пары — ошибки, которые узнаются по самим весам. Прочие ошибки собраны в таблицах
# ANSWER_, KEY_, SHAPE_, WEIGHT_MISTAKES и ERROR_HINTS: правило и слова для студента. Правило,
# которое возвращает текст, дополняет им слова.
# --------------------------------------------------------------------------------------

RELATIVE_TOLERANCE = 1e-6


class Generators(NamedTuple):
    """Два генератора NumPy с начальным состоянием SEED: прежний, которым пользуется работа, и новый."""

    legacy: np.random.RandomState
    modern: np.random.Generator


# g — генераторы, n — размер слоя, p — размер предыдущего слоя
DRAWS = {
    "np.zeros(...)": lambda g, n, p: np.zeros((n, p)),
    "np.ones(...)": lambda g, n, p: np.ones((n, p)),
    "np.random.randn(...)": lambda g, n, p: g.legacy.randn(n, p),
    "np.random.rand(...)": lambda g, n, p: g.legacy.rand(n, p),
    "np.random.uniform(-1, 1, ...)": lambda g, n, p: g.legacy.uniform(-1, 1, (n, p)),
    "np.random.randn(...).T с переставленными размерами": lambda g, n, p: g.legacy.randn(p, n).T,
    "np.random.default_rng(...).standard_normal(...)": lambda g, n, p: g.modern.standard_normal((n, p)),
    "np.random.default_rng(...).random(...)": lambda g, n, p: g.modern.random((n, p)),
    "seed в цикле": lambda g, n, p: np.random.RandomState(SEED).randn(n, p),
    "случайные смещения": lambda g, n, p: (g.legacy.randn(n, p), g.legacy.randn(n, 1))[0],
    "случайные смещения раньше весов": lambda g, n, p: (g.legacy.randn(n, 1), g.legacy.randn(n, p))[1],
}
SHIFTED = ("случайные смещения", "случайные смещения раньше весов")
SPENT_ON_BIASES = (
    "Веса сдвинуты: похоже, часть случайных чисел взята для смещений. Смещения — это np.zeros((layers_dims[l], 1))."
)
DRAW_WORDS = {
    "seed в цикле": f"Похоже, np.random.seed({SEED}) стоит внутри цикла: перенесите эту строку в начало функции.",
    **dict.fromkeys(SHIFTED, SPENT_ON_BIASES),
}

# n и p — те же размеры, x — размер входного слоя
FACTORS = {
    "1 (множителя нет)": lambda n, p, x: 1,
    "10": lambda n, p, x: 10,
    "0.01": lambda n, p, x: 0.01,
    "0.1": lambda n, p, x: 0.1,
    "100": lambda n, p, x: 100,
    "np.sqrt(2 / layers_dims[l - 1])": lambda n, p, x: np.sqrt(2 / p),
    "np.sqrt(1 / layers_dims[l - 1])": lambda n, p, x: np.sqrt(1 / p),
    "2 / layers_dims[l - 1] без корня": lambda n, p, x: 2 / p,
    "1 / layers_dims[l - 1] без корня (например, ** 1/2 вместо ** 0.5)": lambda n, p, x: 1 / p,
    "np.sqrt(2) / layers_dims[l - 1]": lambda n, p, x: np.sqrt(2) / p,
    "2 / np.sqrt(layers_dims[l - 1])": lambda n, p, x: 2 / np.sqrt(p),
    "np.sqrt(2 // layers_dims[l - 1]), где деление целочисленное": lambda n, p, x: np.sqrt(2 // p),
    "np.sqrt(layers_dims[l - 1] / 2)": lambda n, p, x: np.sqrt(p / 2),
    "np.sqrt(2 * layers_dims[l - 1])": lambda n, p, x: np.sqrt(2 * p),
    "np.sqrt(6 / layers_dims[l - 1])": lambda n, p, x: np.sqrt(6 / p),
    "np.sqrt(2 / layers_dims[l])": lambda n, p, x: np.sqrt(2 / n),
    "np.sqrt(2 / layers_dims[0])": lambda n, p, x: np.sqrt(2 / x),
    "np.sqrt(2 / (layers_dims[l - 1] + layers_dims[l]))": lambda n, p, x: np.sqrt(2 / (p + n)),
    "np.sqrt(1 / (layers_dims[l - 1] + layers_dims[l]))": lambda n, p, x: np.sqrt(1 / (p + n)),
    "10 * np.sqrt(2 / layers_dims[l - 1])": lambda n, p, x: 10 * np.sqrt(2 / p),
}

OTHER_LAYERS = ([2, 10, 5, 1], [7, 30, 12, 20, 3])


class Answer(NamedTuple):
    """Что вернула проверяемая функция для одного списка размеров и что — при повторном вызове."""

    layers_dims: list
    parameters: object
    again: object
    changed: bool = False  # функция изменила список, который ей передали


class Mistake(NamedTuple):
    """Ошибка: что именно не так и в чём, вероятно, причина."""

    fact: str
    hint: str

    def __str__(self):
        return f"{self.fact}\n{self.hint}".rstrip()


# value — то, что функция вернула вместо словаря
ANSWER_MISTAKES = (
    (
        lambda value: value is None,
        "Похоже, нет строки return parameters: ею функция заканчивается, после цикла.",
    ),
    (
        lambda value: isinstance(value, tuple),
        "Верните только parameters: возможно, в строке return стоит лишняя запятая или второе значение.",
    ),
    (
        lambda value: True,
        "Параметры собирают в словарь, parameters = {}, и возвращают его: return parameters.",
    ),
)

# got и right — полученные и верные параметры самой глубокой из проверяемых сетей, letter — "W" или "b"
KEY_MISTAKES = (
    (
        lambda got, right, letter: not got,
        "Словарь пуст: похоже, в цикле нет строк, которые записывают в него веса и смещения.",
    ),
    (
        lambda got, right, letter: not all(re.fullmatch(r"[Wb]\d+", str(key)) for key in got),
        "Проверьте, как составлен ключ: 'W' + str(l) и 'b' + str(l).",
    ),
    (
        lambda got, right, letter: (
            not any(key[0] == letter for key in got) and f"parameters['{letter}' + str(l)] = ..."
        ),
        "Похоже, нет строки {}",
    ),
    (
        lambda got, right, letter: got.keys() <= {"W1", "b1"} and _same_shape(got, right, "1", "1"),
        "Похоже, return parameters стоит внутри цикла: уберите отступ перед этой строкой.",
    ),
    (
        lambda got, right, letter: len(got) <= 2 and _same_shape(got, right, next(iter(got))[1:], str(len(right) // 2)),
        "Возможно, ключ не зависит от l (нужны 'W' + str(l) и 'b' + str(l)) или parameters = {} стоит внутри цикла.",
    ),
    (
        lambda got, right, letter: True,
        "Цикл должен пройти по всем слоям сети, от 1 до последнего, а return parameters — стоять после цикла.",
    ),
)

# value — значение параметра, shape — какой должна быть его форма, shown — какой она была бы
# в примере из задания
SHAPE_MISTAKES = (
    (
        lambda value, shape, shown: value is None,
        "Упражнение не закончено: замените None решением.",
    ),
    (
        lambda value, shape, shown: isinstance(value, tuple),
        "Похоже, в строке лишняя запятая: с ней значение становится кортежем. Дробную часть отделяет точка: 10.0.",
    ),
    (
        lambda value, shape, shown: not isinstance(value, np.ndarray) and np.isscalar(value),
        "Нужен массив, а не одно число: например, np.zeros((n, 1)) — столбец из n нулей.",
    ),
    (
        lambda value, shape, shown: type(value) is not np.ndarray,
        "Создайте обычный массив функцией NumPy: np.zeros(...) или np.random.randn(...).",
    ),
    (
        lambda value, shape, shown: value.ndim != 2,
        "Размеров должно быть два, как в np.zeros((n, 1)): столбец — это тоже матрица.",
    ),
    (
        lambda value, shape, shown: value.shape == shape[::-1] != shape,
        "Похоже, размеры переставлены: сначала размер слоя layers_dims[l], затем второй размер "
        "(у весов — layers_dims[l - 1], у смещений — 1).",
    ),
    (
        lambda value, shape, shown: value.shape == shown != shape,
        "Такая форма верна только для примера из задания. Похоже, размеры записаны числами: берите их из layers_dims.",
    ),
    (
        lambda value, shape, shown: value.shape != shape,
        "Форма весов — (layers_dims[l], layers_dims[l - 1]), форма смещений — (layers_dims[l], 1).",
    ),
    (
        lambda value, shape, shown: value.dtype.kind not in "biuf",
        "В массиве должны стоять действительные числа: их дают np.zeros(...) и np.random.randn(...).",
    ),
)

# что есть в сообщении Python об ошибке (за ним следует строка студента) и что при ней проверить
CHANGED_ARGUMENT = "Функция изменяет свой аргумент layers_dims, а должна только читать его."
ERROR_HINTS = (
    (r"; аргумент layers_dims изменён$", CHANGED_ARGUMENT),
    (r"^NotImplementedError", "Упражнение не закончено: замените raise NotImplementedError решением."),
    (r"^KeyError: '[Wb].*строка «.*==", "Значение присваивают одним знаком =, а два знака == сравнивают."),
    (r"^KeyError", "Такого ключа в словаре ещё нет: возможно, его читают раньше, чем записывают."),
    (
        r"^AttributeError: module '(numpy|math)",
        "Такой функции в модуле нет: проверьте, как пишется её имя, например np.zeros или np.random.randn.",
    ),
    (
        r"^AttributeError: .*(has no attribute '(zeros|ones|random|sqrt|dot)'|строка «.*\bnp\.)",
        "Похоже, имя np занято другим значением: выполните ещё раз ячейку с import numpy as np.",
    ),
    (
        r"^TypeError: 'module' object is not callable",
        "np.random — это модуль; случайные числа даёт функция np.random.randn(...).",
    ),
    (
        r"^TypeError: .*(function|method|type)\S* (object )?is not subscriptable",
        "Функцию вызывают с круглыми скобками: np.zeros(...), np.random.randn(...), str(l).",
    ),
    (
        r"^TypeError: .* object is not callable",
        "Перед круглыми скобками стоит не функция: возможно, пропущен знак * или её имя занято другим значением.",
    ),
    (
        r"^TypeError: .*(as (a data type|an integer)|data type .* not understood)",
        "Проверьте скобки: np.zeros((n, m)) — двойные, np.random.randn(n, m) — одинарные.",
    ),
    (r"^TypeError: can only concatenate str", "Число нужно превратить в строку: 'W' + str(l) и 'b' + str(l)."),
    (r"^TypeError: unsupported .*'str'", "Число нужно превратить в строку: 'W' + str(l) и 'b' + str(l)."),
    (r"^TypeError: unsupported .*'NoneType'", "Упражнение не закончено: замените None решением."),
    (r"^TypeError: list indices", "Параметры собирают в словарь: parameters = {}."),
    (r"^TypeError: \S*initialize_\w+\(\) .*positional argument", "У функции должен быть один аргумент: layers_dims."),
    (r"^IndexError", "Проверьте индексы: последний элемент списка layers_dims имеет индекс len(layers_dims) - 1."),
    (r"^ZeroDivisionError", "Проверьте, на что вы делите: число входов слоя — layers_dims[l - 1]."),
    (r"^RecursionError", "Похоже, функция вызывает саму себя."),
    (r"^UnboundLocalError", "Переменной внутри функции ещё не присвоено значение: проверьте порядок строк."),
    (
        r"^NameError: name 'np'",
        "Выполните ячейку с import numpy as np, а лучше все ячейки выше: Run → Run All Above Selected Cell.",
    ),
    (
        r"^NameError",
        "Проверьте, как написано имя; если оно определено в другой ячейке, сначала выполните её.",
    ),
    (
        r"^(ModuleNotFound|Import)Error",
        "Возможно, пакет здесь не установлен; для этой функции достаточно NumPy.",
    ),
    (r"^TabError", "В отступах смешаны табуляция и пробелы: оставьте только пробелы."),
    (r"^IndentationError", "Проверьте отступы: строки одного блока начинаются с одного и того же числа пробелов."),
    (r"^SyntaxError: unmatched", "Лишняя закрывающая скобка, или пропущена открывающая."),
    (r"^SyntaxError: .*was never closed", "Скобка открыта и не закрыта."),
    (r"^SyntaxError: expected ':'", "Пропущено двоеточие в конце строки."),
    (r"^SyntaxError", "Python не может разобрать эту строку; возможно, ошибка в конце предыдущей."),
    (r"", "Выполните ячейку: Python покажет, на чём она остановилась."),
)
BIAS_MISTAKE = "Смещения должны быть нулями: np.zeros((layers_dims[l], 1))."

# answers — ответы функции, right — верные веса для тех же списков размеров, method — упражнение
WEIGHT_MISTAKES = (
    (
        lambda answers, right, method: not all(np.isfinite(W).all() for W in _weights(answers)),
        "Среди весов есть NaN или бесконечность: проверьте, на что вы делите и не отрицательно ли число под корнем.",
    ),
    (
        lambda answers, right, method: not any(W.any() for weights in right for W in weights),
        "Веса здесь должны быть нулями: np.zeros((layers_dims[l], layers_dims[l - 1])).",
    ),
    (
        lambda answers, right, method: not all(map(_repeats, answers)) and (_other_spread(answers, right) or " "),
        f"Веса меняются от вызова к вызову. Возможно, нет строки np.random.seed({SEED}) в начале функции "
        "или числа берёт другой генератор (np.random.default_rng). {}",
    ),
    (
        lambda answers, right, method: _has_weights(answers[0], right[0]),
        "Для примера из задания ответ верен. Похоже, он подогнан под этот пример: берите размеры из layers_dims.",
    ),
    (
        lambda answers, right, method: _hold(answers, right, lambda W, R: np.allclose(W, -R)),
        "У всех весов противоположный знак: множитель должен быть положительным.",
    ),
    (
        lambda answers, right, method: _other_factor(answers, method),
        "Случайные числа верны, а множитель другой: {}.",
    ),
    (
        lambda answers, right, method: _hold(answers, right, lambda W, R: (np.round(W) == W).all()),
        "Все веса — целые числа. Не округляйте то, что вернула np.random.randn.",
    ),
    (
        lambda answers, right, method: _hold(answers, right, lambda W, R: np.allclose(W, R, rtol=0, atol=0.02)),
        "Веса почти верны, но округлены. Оставьте их такими, какими их вернула np.random.randn.",
    ),
    (
        lambda answers, right, method: _other_spread(answers, right),
        f"{{}} Сравните множитель с формулой в задании, а начальное состояние генератора — с np.random.seed({SEED}).",
    ),
    (
        lambda answers, right, method: True,
        "Разброс весов верен, а сами числа другие. Возможно, изменено начальное состояние генератора: "
        f"нужно один раз, в начале функции, вызвать np.random.seed({SEED}), а затем по разу на слой — np.random.randn.",
    ),
)


def check_initialization(function):
    """Проверяет функцию инициализации на нескольких сетях и подсказывает, в чём ошибка.

    Если всё верно, печатает одну строку.

    Parameters
    ----------
    function : callable
        Одна из функций, которые пишет студент; упражнение узнаётся по её имени.

    Raises
    ------
    ValueError
        Функция остановилась с ошибкой или вернула не то. Сообщение называет функцию и слой и говорит,
        что ожидалось, что получено и в чём, вероятно, ошибка.

    Notes
    -----
    Состояние глобального генератора ``np.random`` после проверки то же, что и до неё.
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
    """Объясняет первую ошибку в весах и первую ошибку в смещениях.

    Parameters
    ----------
    method : str
        Ключ таблицы EXERCISES.
    answers : list of Answer
        Ответы функции; первый — для списка размеров из задания.

    Returns
    -------
    dict
        Ключи ``"W"`` (веса) и ``"b"`` (смещения); значение — Mistake или None, если ошибок нет.
    """
    for answer in answers:
        for value in (answer.parameters, answer.again):
            if not isinstance(value, dict):
                fact = f"{_call(method, answer.layers_dims)}: {NO_DICTIONARY.format(_describe(value))}"
                return dict.fromkeys("Wb", Mistake(fact, _first(ANSWER_MISTAKES, value)))
    right = [_right_parameters(method, answer.layers_dims) for answer in answers]
    mistakes = {letter: _first_mistake(method, letter, answers, right) for letter in "Wb"}
    if any(mistakes.values()) and any(answer.changed for answer in answers):
        return {letter: mistake and Mistake(mistake.fact, CHANGED_ARGUMENT) for letter, mistake in mistakes.items()}
    if mistakes["b"] and _drawn_as(answers, EXERCISES[method].factor, SHIFTED):
        mistakes["W"] = None  # веса только сдвинуты случайными смещениями: это одна ошибка, а не две
        mistakes["b"] = Mistake(mistakes["b"].fact, f"{BIAS_MISTAKE} {SHIFT_FOLLOWS}")
    return mistakes


SHIFT_FOLLOWS = "Числа, взятые для них, сдвинули и веса."


def explain_error(text):
    """Что проверить, когда функция остановилась с этой ошибкой (за ней может следовать строка студента)."""
    return next(hint for pattern, hint in ERROR_HINTS if re.search(pattern, text))


def describe_error(error, filename):
    """Ошибка и последняя строка студента, на которой она возникла: строка из файла или ячейки filename."""
    text = f"{type(error).__name__}: {error}"
    lines = [frame.line for frame in traceback.extract_tb(error.__traceback__) if frame.filename == filename]
    return f"{text}, строка «{lines[-1]}»" if lines and lines[-1] else text


def _method_of(function, namespace):
    """Упражнение, которое решает функция: по её имени или по имени переменной, в которой она лежит."""
    names = [getattr(function, "__name__", None), *(name for name, value in namespace.items() if value is function)]
    for method in EXERCISES:
        if callable(function) and function_name(method) in names:
            return method
    raise LabValueError(
        f"check_initialization: ожидалась одна из функций {', '.join(map(function_name, EXERCISES))}, "
        f"получено: {names[0] or _describe(function)}.\nПередайте саму функцию, без скобок."
    )


def _answer(method, function, layers_dims):
    """Вызывает функцию дважды: второй ответ показывает, задано ли начальное состояние генератора."""
    given = [list(layers_dims), list(layers_dims)]
    try:
        return Answer(layers_dims, *map(function, given), changed=given[0] != layers_dims)
    except Exception as error:
        frames = traceback.extract_tb(error.__traceback__)[1:]
        text = describe_error(error, frames[0].filename if frames else None)
        text += "; аргумент layers_dims изменён" if given[0] != layers_dims else ""
        raise LabValueError(
            f"{_call(method, layers_dims)}: функция остановилась с ошибкой {text}.\n{explain_error(text)}"
        ) from error


def _right_parameters(method, layers_dims):
    """Верные параметры: веса по строке таблицы EXERCISES, смещения — нули."""
    exercise = EXERCISES[method]
    weights = _make_weights(exercise.draw, exercise.factor, layers_dims)
    parameters = {f"W{layer}": W for layer, W in enumerate(weights, start=1)}
    return parameters | {f"b{layer}": np.zeros((n, 1)) for layer, n in enumerate(layers_dims[1:], start=1)}


def _make_weights(draw, factor, layers_dims):
    """Веса всех слоёв: числа из строки таблицы DRAWS, умноженные на строку таблицы FACTORS."""
    g = Generators(np.random.RandomState(SEED), np.random.default_rng(SEED))
    return [DRAWS[draw](g, n, p) * FACTORS[factor](n, p, layers_dims[0]) for p, n in pairwise(layers_dims)]


def _first(table, *arguments):
    """Слова первой строки таблицы, правило которой верно."""
    for rule, words in table:
        if found := rule(*arguments):
            return words.replace("{}", found).strip() if isinstance(found, str) else words
    return None


def _first_mistake(method, letter, answers, right):
    """Первый параметр W<l> (или b<l>), который отличается от верного, или None."""
    for answer, expected in zip(answers, right, strict=True):
        call = _call(method, answer.layers_dims)
        for parameters in (answer.parameters, answer.again):
            for name in parameters:
                if name not in expected and re.fullmatch(rf"{letter}\d+", str(name)):
                    fact = f"{call}: ожидались ключи {list(expected)}, получен также ключ {name!r}."
                    return Mistake(fact, "Такого слоя в сети нет: проверьте границы цикла.")
            missing = [name for name in expected if name[0] == letter and name not in parameters]
            for name in missing or expected:
                value = expected[name]
                if name[0] == letter and not _equal(parameters.get(name), value):
                    fact, hint = (
                        _explain_key(name, parameters, answers[-1].parameters, right[-1])
                        or _explain_shape(name, parameters[name], value, right[0])
                        or (
                            _explain_number(name, parameters[name], value),
                            BIAS_MISTAKE if letter == "b" else _explain_weights(method, answers),
                        )
                    )
                    return Mistake(f"{call}, слой {name[1:]}: {fact}", hint)
    return None


def _call(method, layers_dims):
    """Вызов, который проверяется, как его написал бы студент."""
    return f"{function_name(method)}({layers_dims})"


def _explain_key(name, parameters, deepest, right):
    """Нужного ключа нет: вероятная причина по ответу для самой глубокой сети; None, если он есть."""
    if name in parameters:
        return None
    fact = f"ожидался ключ {name!r}, получены ключи {list(parameters)}."
    return Mistake(fact, _first(KEY_MISTAKES, deepest, right, name[0]))


def _same_shape(got, right, layer, other):
    """Параметры слоя layer имеют такую форму, какую должны иметь параметры слоя other."""
    return all(np.shape(value) == right[name[0] + other].shape for name, value in got.items() if name[1:] == layer)


def _explain_shape(name, value, right, shown):
    """Ошибка, которая видна без сравнения чисел, или None."""
    words = _first(SHAPE_MISTAKES, value, right.shape, np.shape(shown.get(name)))
    if not words:
        return None
    if type(value) is not np.ndarray:
        fact = f"ожидался массив формы {right.shape}, получено: {_describe(value)}."
    elif value.shape != right.shape:
        fact = _wrong_shape(right.shape, value)
    else:
        fact = f"ожидался массив чисел, получен массив типа {value.dtype}."
    return Mistake(f"в {name} {fact}", words)


def _explain_number(name, value, right):
    """Первое число, которое отличается от верного."""
    i, j = np.argwhere(~np.isclose(value, right, rtol=RELATIVE_TOLERANCE, atol=0))[0]
    return f"в {name}[{i}, {j}] ожидалось {right[i, j]:.8g}, получено {value[i, j]:.8g}."


def _explain_weights(method, answers):
    """Вероятная причина того, что веса неверны."""
    _, right_draw, right_factor, *_ = EXERCISES[method]
    for factor in FACTORS:
        if draw := _drawn_as(answers, factor, DRAWS):
            words = []
            if draw != right_draw:
                words.append(DRAW_WORDS.get(draw, f"Похоже, это {draw}, а нужно {right_draw}."))
            if factor != right_factor and "np.zeros(...)" not in (draw, right_draw):
                words.append(f"Похоже, множитель — {factor}, а нужен {right_factor}.")
            return " ".join(words)
    right = [_make_weights(right_draw, right_factor, answer.layers_dims) for answer in answers]
    return _first(WEIGHT_MISTAKES, answers, right, method)


def _drawn_as(answers, factor, draws):
    """Строка из draws, которая вместе с множителем даёт все веса из ответов, или None."""
    for draw in draws:
        if all(_has_weights(answer, _make_weights(draw, factor, answer.layers_dims)) for answer in answers):
            return draw
    return None


def _other_factor(answers, method):
    """Какой множитель стоит при верных случайных числах в слоях первого ответа, "" — если числа другие."""
    exercise = EXERCISES[method]
    draws = [_make_weights(exercise.draw, "1 (множителя нет)", answer.layers_dims) for answer in answers]
    if not _hold(answers, draws, lambda W, R: np.allclose(W, R * (W[0, 0] / R[0, 0]), rtol=RELATIVE_TOLERANCE, atol=0)):
        return ""
    found = [answers[0].parameters[f"W{layer}"][0, 0] / R[0, 0] for layer, R in enumerate(draws[0], start=1)]
    layers = "; ".join(f"в слое {layer} — {value:.4g}" for layer, value in enumerate(found, start=1))
    return f"{layers}, а нужен {exercise.factor}"


def _other_spread(answers, right):
    """Чем разброс весов в первом большом слое отличается от верного, "" — если не отличается."""
    for answer, weights in zip(answers, right, strict=True):
        for layer, R in enumerate(weights, start=1):
            W = answer.parameters.get(f"W{layer}")
            if R.size > 100 and not (_is_matrix(W, R.shape) and R.any() and np.isclose(W.std(), R.std(), rtol=0.2)):
                return (
                    f"Разброс весов другой: в слое {layer} сети {answer.layers_dims} стандартное отклонение "
                    f"{np.std(W):.2g}, а нужно {R.std():.2g}."
                )
    return ""


def _weights(answers):
    """Все матрицы весов из ответов."""
    return [
        value
        for answer in answers
        for name, value in answer.parameters.items()
        if str(name).startswith("W") and _is_matrix(value, np.shape(value))
    ]


def _repeats(answer):
    """Второй вызов функции дал те же веса, что и первый."""
    return all(
        _equal(answer.again.get(name), value)
        for name, value in answer.parameters.items()
        if re.fullmatch(r"W\d+", str(name))
    )


def _has_weights(answer, weights):
    """В ответе стоят именно эти веса слоёв 1, 2, …"""
    return _hold([answer], [weights], _equal)


def _hold(answers, right, rule):
    """Правило верно для каждой матрицы весов из ответов и верной матрицы R на её месте."""
    return all(
        _is_matrix(W := answer.parameters.get(f"W{layer}"), R.shape) and rule(W, R)
        for answer, weights in zip(answers, right, strict=True)
        for layer, R in enumerate(weights, start=1)
    )


def _equal(value, right):
    """Значение равно верной матрице."""
    return _is_matrix(value, np.shape(right)) and np.allclose(value, right, rtol=RELATIVE_TOLERANCE, atol=0)


def _is_matrix(value, shape):
    """Значение — обычный числовой массив нужной формы."""
    return type(value) is np.ndarray and value.dtype.kind in "biuf" and value.shape == shape
