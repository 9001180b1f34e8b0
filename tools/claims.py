"""The numbers of the prose and what computes them: a table, data only.

A row names a place (a cell or a file), the words around the numbers with a format field for each, and one Python
expression per field. The expressions are evaluated in the namespace of the lab after all its cells have run;
printed[...] is what a cell has printed, cells[...] its source, at(...) comes from tools/measure_claims.py, shares(...)
from tools/measure_seeds.py; found(file, pattern) is the number that a pattern finds in a file of the project.
What takes minutes, or another machine, to compute is a row of Measured: it names the command, and bounds which
what is computed here must keep. EXCEPTIONS are patterns of what is no result, and why.
"""

from collections import namedtuple


class Claim(namedtuple("Claim", "place words expressions")):
    def __new__(cls, place, words, *expressions):
        return super().__new__(cls, place, words, expressions)


class Measured(namedtuple("Measured", "place words command bounds")):
    """Numbers that `command` prints; `bounds` is a condition on the list `numbers` of the text."""


ITERATIONS = "model.__defaults__[1]"  # num_iterations
FACTOR = "initialize_parameters_random([1, 1])['W1'].item() / 1.788628473"  # over the generator's first number
OUTERMOST, INNERMOST = (f"train_Y[0][np.hypot(*train_X).arg{which}()]" for which in ("max", "min"))
STEPS = "100 * {which}(at('{method}', {iteration}).steps)"


def right(kind, part):
    """The share of right answers, in per cent."""
    return f"100 * np.mean(predict_dec(trained['{kind}'], {part}_X) == {part}_Y)"


def errors(kind, part):
    return f"np.sum(predict_dec(trained['{kind}'], {part}_X) != {part}_Y)"


def loss(kind):
    """The loss after all updates."""
    return f"compute_loss(forward_propagation(train_X, trained['{kind}'])[0], train_Y)"


SECTIONS_0_TO_5 = [
    Claim("task", "`train_X` имеет форму ({:.0f}, {:.0f})", "train_X.shape[0]", "train_X.shape[1]"),
    Claim("task", "`test_X` — форму ({:.0f}, {:.0f})", "test_X.shape[0]", "test_X.shape[1]"),
    Claim("task", "{:.0f} — красная точка, {:.0f} — синяя", OUTERMOST, INNERMOST),
    Claim(
        "network",
        "вероятность класса {:.0f}; если она больше ${:.1f}$, сеть относит точку к классу {:.0f}",
        "int(sigmoid(9) > 0.5)",
        "sigmoid(0)",
        "predict_dec(trained['he'], np.zeros((2, 1)))[0, 0]",
    ),
    Claim("run-zeros", "{:.0f} итераций занимают", ITERATIONS),
    Claim(
        "why-zeros",
        "(accuracy) равна {:.1f} и на обучающей",
        "np.mean(predict_dec(trained['zeros'], train_X) == train_Y)",
    ),
    Claim("why-zeros", "предсказан класс {:.0f}.", "predict_dec(trained['zeros'], np.c_[train_X, test_X]).max()"),
    Claim("why-zeros", "ReLU}}({:.0f}) = {:.0f}$", "abs(trained['zeros']['W1']).max()", "relu(0)"),
    Claim("why-zeros", "sigma({:.0f}) = {:.1f}$ для любой", "abs(trained['zeros']['W3']).max()", "sigmoid(0)"),
    Claim(
        "why-zeros",
        "порога {:.1f}, значит, ответ — класс {:.0f}",
        "sigmoid(0)",
        "predict_dec(trained['zeros'], train_X[:, :1]).item()",
    ),
    Claim("why-zeros", r"-\ln {:.1f} \approx {:.6f}$", "sigmoid(0)", loss("zeros")),
    Claim(
        "random",
        "(standard deviation) {:.0f}; после умножения на {:.0f} оно равно {:.0f}",
        f"initialize_parameters_random([500, 500])['W1'].std() / ({FACTOR})",
        FACTOR,
        "initialize_parameters_random([500, 500])['W1'].std()",
    ),
    Claim("run-random", "при нулевых весах ({:.3f})", "history['zeros'][0][1]"),
    Claim(
        "numbers-random",
        r"округлилась до {:.0f}, а $-\ln {:.0f}",
        "abs(forward_propagation(train_X, initialize_parameters_random([2, 10, 5, 1]))[0] - (1 - train_Y)).min()",
        "abs(forward_propagation(train_X, initialize_parameters_random([2, 10, 5, 1]))[0] - (1 - train_Y)).min()",
    ),
    Claim(
        "numbers-random",
        "начинается с итерации {:.0f}",
        "min(i for i, loss in history['random'] if np.isfinite(loss))",
    ),
    Claim("numbers-random", "с числом {:.4f},", loss("random")),
    Claim(
        "numbers-random",
        "отклонение до {:.4f}.",
        "float(cells['accuracy-random'].split(' < ')[1].split()[0])",
    ),
    Claim(
        "why-random",
        "выход почти равен {:.0f} или {:.0f}",
        "sigmoid(-9)",
        "sigmoid(9)",
    ),
    Claim("why-random", r"$p \approx {:.0f}$", "sigmoid(-9)"),
    Claim(
        "why-random",
        "Первый же шаг меняет веса слоёв на {:.0f}–{:.0f} % их величины",
        *(STEPS.format(which=which, method="random", iteration=0) for which in ("min", "max")),
    ),
    Claim(
        "why-random",
        "через {:.0f} итераций {:.0f} из {:.0f} нейронов второго слоя мертвы",
        "200",
        "at('random', 200).dead",
        "len(trained['random']['b2'])",
    ),
    Claim(
        "why-random",
        "на итерации {:.0f} шаг меняет их на {:.4f}–{:.4f} % (в сети следующего раздела — на {:.3f}–{:.2f} %)",
        "5000",
        *(
            STEPS.format(which=which, method=method, iteration=5000)
            for method in ("random", "he")
            for which in ("min", "max")
        ),
    ),
    Claim(
        "why-random",
        "и после {:.0f}, и после {:.0f} итераций потери близки к {:.3f}",
        "75_000",
        "300_000",
        "at('random', 75_000).loss",
    ),
    Claim(
        "why-random",
        "равна {:.0f} % на обучающей выборке и {:.0f} % на тестовой. После",
        "100 * at('random', 300_000).train",
        "100 * at('random', 300_000).test",
    ),
    Claim(
        "why-random",
        "После {:.0f} она была равна {:.0f} % и {:.0f} %.",
        ITERATIONS,
        right("random", "train"),
        right("random", "test"),
    ),
    Claim("he", "нужно не на {:.0f}, а на", FACTOR),
    Claim("run-he", "доля правильных ответов {:.0f} %?", right("random", "train")),
    Claim(
        "why-he",
        "ошибок осталось {:.0f} из {:.0f} (на тестовой выборке — {:.0f} из {:.0f})",
        errors("he", "train"),
        "train_Y.size",
        errors("he", "test"),
        "test_Y.size",
    ),
    Claim(
        "why-he",
        "обучались {:.0f} итераций, но на итерации {:.0f} правильных ответов на обучающей выборке здесь уже {:.0f} %, "
        "а при весах, умноженных на {:.0f}, — {:.0f} %",
        ITERATIONS,
        "5000",
        "100 * at('he', 5000).train",
        FACTOR,
        "100 * at('random', 5000).train",
    ),
    Claim(
        "why-he",
        "конечны: {:.2f} — немного больше, чем {:.2f} при нулевых",
        "history['he'][0][1]",
        "history['zeros'][0][1]",
    ),
    Claim(
        "why-he",
        "До итерации {:.0f} они выше, чем при больших случайных весах, но с итерации {:.0f} — ниже",
        "max(i for (i, he), (_, random) in zip(history['he'], history['random']) if random < he)",
        "min(i for (i, he), (_, random) in zip(history['he'][1:], history['random'][1:]) if he < random)",
    ),
    Claim("why-he", "обновлений равны {:.3f}.", loss("he")),
    Claim("summary", "инициализация нулями | {:.0f} %", right("zeros", "train")),
    Claim("summary", "большие случайные веса | {:.0f} %", right("random", "train")),
    Claim("summary", "He-инициализация | {:.0f} %", right("he", "train")),
]

SECTION_6 = []

README = []

TEACHER = []

LISTS = [SECTIONS_0_TO_5, SECTION_6, README, TEACHER]

EXCEPTIONS = [
    ("команды оболочки", r"^```(?:bash|powershell)$.*?^```$"),
    ("адрес", r"\]\([^)]*\)"),
    ("таблицу пишет tools/refresh_notebook.py", r"\A\*\*Ожидаемый результат\*\*.*"),
    ("числа измеряет и пишет python -m benchmarks", r"<!-- python -m benchmarks: начало -->.*?конец -->"),
    ("номер раздела", r"^#+ \d[\d.]*|[Рр]аздел\w*\s\d(?:(?:\sи\s|–)\d)*|(?<![\d,.])6\.[1-7](?![\d,])"),
    ("год статьи", r"(?:al\.|ICCV|AISTATS), \d{4}"),
    ("номер слоя в формуле", r"\^\{\[(?:\d|[lL]-1)\](?:\\,T)?\}|\[l - 1\]"),
    ("квадрат", r"\^2"),
]
