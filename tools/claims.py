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


ANYWHERE = "*"  # in all places
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
        "(accuracy) на обеих выборках равна {:.1f}.",
        "np.mean(predict_dec(trained['zeros'], np.c_[train_X, test_X]) == np.c_[train_Y, test_Y])",
    ),
    Claim("why-zeros", "предсказан класс {:.0f}.", "predict_dec(trained['zeros'], np.c_[train_X, test_X]).max()"),
    Claim("why-zeros", "ReLU}}({:.0f}) = {:.0f}$", "abs(trained['zeros']['W1']).max()", "relu(0)"),
    Claim("why-zeros", "sigma({:.0f}) = {:.1f}$ для любой", "abs(trained['zeros']['W3']).max()", "sigmoid(0)"),
    Claim(
        "why-zeros",
        "порога {:.1f}, и ответ — класс {:.0f}",
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
        "на итерации {:.0f} шаг меняет их на {:.4f}–{:.4f} %, а в сети следующего раздела — на {:.3f}–{:.2f} %.",
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
        "правильных ответов {:.0f} % на обучающей выборке и {:.0f} % на тестовой (",
        "100 * at('random', 300_000).train",
        "100 * at('random', 300_000).test",
    ),
    Claim(
        "why-random",
        "(после {:.0f} — {:.0f} % и {:.0f} %)",
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
        "До итерации {:.0f} они выше, чем при больших случайных весах, с итерации {:.0f} — ниже",
        "max(i for (i, he), (_, random) in zip(history['he'], history['random']) if random < he)",
        "min(i for (i, he), (_, random) in zip(history['he'][1:], history['random'][1:]) if he < random)",
    ),
    Claim("why-he", "обновлений равны {:.3f}.", loss("he")),
    Claim("summary", "инициализация нулями | {:.0f} %", right("zeros", "train")),
    Claim("summary", "большие случайные веса | {:.0f} %", right("random", "train")),
    Claim("summary", "He-инициализация | {:.0f} %", right("he", "train")),
]

OLDEST_PYTHON = r"""found('pyproject.toml', r'target-version = "py(\d)(\d+)"')"""
POINTS = "sum(exercise.points for exercise in EXERCISES.values())"
MOST = "max(exercise.points for exercise in EXERCISES.values())"
CODE_CELLS = "len(cells)"

SECTIONS_0_TO_5 += [
    Claim("title", "обучите трёхслойную сеть {:.0f},", "len(EXERCISES)"),
    Claim("title", "Дописать {:.0f} функции", "len(EXERCISES)"),
    Claim(
        "title",
        "по {:.0f} строки в каждой",
        "len(re.findall(r'НАЧАЛО.*?\\n(.*\\n)(.*\\n).*ОКОНЧАНИЕ', cells['graded-he'])[0])",
    ),
    Claim("network", r"\max({:.0f}, z)", "relu(-9)"),
    Claim("network", r"\sigma(z) = {:.0f} / ({:.0f} + e", "sigmoid(99)", "1 / sigmoid(99)"),
    Claim("methods", "обучите эту сеть {:.0f} способами", "len(EXERCISES)"),
    Claim("methods", "{:.0f} функции инициализации", "len(EXERCISES)"),
    Claim("zeros", "{:.0f} вида параметров", "len({name[0] for name in trained['he']})"),
    Claim("zeros", "у нашей сети их {:.0f}", "len(trained['he']) // 2"),
    Claim("zeros", "$(n^{{[l]}}, {:.0f})$", "trained['he']['b2'].shape[1]"),
    Claim(
        "zeros", "в коде первых {:.0f} функций", "sum('range(1, L):' in cells[f'graded-{kind}'] for kind in EXERCISES)"
    ),
    Claim("zeros", "`range({:.0f}, L)`", "re.search(r'range\\((\\d), L\\)', cells['graded-zeros'])[1].__len__()"),
    Claim("why-zeros", "$n^{{[l]}} = {:.0f}$", "np.linalg.matrix_rank(np.round(constant['W1'], 10))"),
    Claim("random", "`np.random.randn(.., ..) * {:.0f}`", FACTOR),
    Claim("random", "размеры она принимает {:.0f} аргументами", "np.random.RandomState(0).randn(4, 7).ndim"),
    Claim("random", "`np.random.seed({:d})`", "SEED"),
    Claim("conclusions", "при {:.0f} способах", "len(EXERCISES)"),
    Claim("he", r"- $\sqrt{{\dfrac{{{:.0f}}}{{n^{{[l-1]}}}}}}$ — так", "7 * STD['xavier'](7, 9) ** 2"),
    Claim("he", r"равна $\dfrac{{{:.0f}}}{{n^{{[l-1]}} + n", "(7 + 9) * STD['glorot'](7, 9) ** 2"),
    Claim("he", r"- $\sqrt{{\dfrac{{{:.0f}}}{{n^{{[l-1]}}}}}}$ — в He", "7 * STD['he'](7, 9) ** 2"),
    Claim("he", r"на $\sqrt{{\dfrac{{{:.0f}}}{{\text{{размер", "7 * STD['he'](7, 9) ** 2"),
]


def random_loss(moment):
    return f"dict(history['random'])[{moment}]"


SIGNAL = "signals['{kind}'][{direction}][{layer}]"
Z = "inside['random']['z']"

SECTION_6 = [
    Claim(
        "why",
        "темп обучения в {:.0f} раз больше ({:.1f}), а итераций в {:.0f} раз меньше ({:.0f})",
        "train.__defaults__[1] / model.__defaults__[0]",
        "train.__defaults__[1]",
        f"{ITERATIONS} / train.__defaults__[0]",
        "train.__defaults__[0]",
    ),
    Claim(
        "symmetry-answer",
        "потери уменьшаются с {:.4f} до {:.4f}",
        "evaluate(constant_start)[0]",
        "evaluate(constant)[0]",
    ),
    Claim("symmetry-answer", "правильных ответов {:.0f} %", "100 * evaluate(constant)[1]"),
    Claim("symmetry-answer", "При весах {:.1f} сеть", "constant_start['W1'].max()"),
    Claim("symmetry-answer", "{:.0f} точек слились", "len(constant['W1'])"),
    Claim("symmetry-answer", "{:.0f} нейронов работают", "len(constant['W1'])"),
    Claim(
        "signal-answer",
        "ослабляет сигнал в {:.0f} раз",
        "(signals['small'][0][0] / signals['small'][0][-1]) ** (1 / 29)",
    ),
    Claim("signal-answer", "усиливает в {:.0f}.", "(signals['random'][0][-1] / signals['random'][0][0]) ** (1 / 29)"),
    Claim(
        "signal-answer",
        "набегает $10^{{{:.0f}}}$ и $10^{{{:.0f}}}$",
        "np.log10(signals['small'][0][-1])",
        "np.log10(signals['random'][0][-1])",
    ),
    Claim("signal-answer", r"\approx {:.2f}$, на", "np.sqrt(1 - 1 / np.pi)"),
    Claim(
        "glorot-answer",
        r"\frac{{2\cdot {:.0f}}}{{{:.0f}}}\cdot\frac{{2\cdot {:.0f}}}{{{:.0f}}}\cdot\frac14 = {:.2f}$, а при",
        "uneven[0]",
        "sum(uneven[:2])",
        "uneven[1]",
        "sum(uneven[:2])",
        "np.prod([n * STD['glorot'](n, 250 - n) ** 2 / 2 for n in (50, 200)])",
    ),
    Claim("glorot-answer", "— на ${:.2f}$", "np.prod([n * STD['xavier'](n, 250 - n) ** 2 / 2 for n in (50, 200)])"),
    Claim("inside-answer", "от слоя к слою: {:.1f}; {:.0f} и {:.0f}", *(f"{Z}[{layer}].std()" for layer in range(3))),
    Claim("inside-answer", "все {:.0f} примеров лежат", f"np.sum(abs({Z}[2]) > np.log(99))"),
    Claim("inside-answer", "все {:.0f} нейронов мертвы", "sum(inside['zeros']['dead'])"),
    Claim("infinity-answer", "Потери равны {:.2f}:", f"loss_from_logits({Z}[2], train_Y)"),
    Claim("infinity-answer", "Все логиты больше {:d},", f"int({Z}[2].min())"),
    Claim("infinity-answer", "все {:.0f} выходов округлились до {:.0f}", "train_Y.size", f"sigmoid({Z}[2]).min()"),
    Claim("infinity-answer", "у всех {:.0f} красных точек", f"np.sum(sigmoid({Z}[2])[train_Y == 0] == 1)"),
    Claim(
        "scale-answer",
        "оно равно {:.0f}; {:.2f} и {:.2f}, то есть $k$ — от {:.0f} до {:.0f}",
        *(f"STD['he'](LAYERS[{layer}], 1)" for layer in range(3)),
        *(f"{which}(10 / STD['he'](n, 1) for n in LAYERS[:-1])" for which in ("min", "max")),
    ),
    Claim("scale-answer", "потери остались около {:.2f},", "scale_losses[:2].mean()"),
    Claim("scale-answer", "потери были меньше, {:.2f}:", loss("random")),
    Claim("luck", "генератора равно {:d}.", "SEED"),
    Claim("luck", "по {:.0f} сетей с весами He", "len(luck['he'])"),
    Claim(
        "luck-answer",
        "Из {:.0f} сетей с весами He {:.0f} закончили",
        "len(luck['he'])",
        "sum(np.less(luck['he'], 0.3))",
    ),
    Claim("luck-answer", "медианы {:.2f} и {:.2f}", "np.median(luck['he'])", "np.median(luck['random'])"),
    Claim("luck-answer", "её потери {:.2f} больше, чем {:.2f}", "luck['he'][0]", "min(luck['random'])"),
    Claim(
        "luck-answer",
        "ещё {:.0f} итераций — и потери {:.2f}.",
        "train.__defaults__[0]",
        "evaluate(train(random_start(STD['he'], 0), 3000))[0]",
    ),
    Claim("luck-answer", "потери были {:.4f}, здесь {:.4f}", loss("he"), "luck['he'][3]"),
    Claim("luck-answer", "не проходит: {:.2f} вместо {:.2f}.", "luck['random'][3]", loss("random")),
]

HE, XAVIER, GLOROT = "7 * STD['he'](7, 9) ** 2", "7 * STD['xavier'](7, 9) ** 2", "(7 + 9) * STD['glorot'](7, 9) ** 2"
DEPTH, WIDTH = "len(deep) - 1", "deep[1]"
HIDDEN = "sum(LAYERS[1:-1])"
PER_LAYER = "({signal}[-1] / {signal}[0]) ** (1 / 29)"
ONE, TWO = "sigmoid(99)", "1 / sigmoid(0)"  # what a probability is of; half of the sums pass a ReLU
SMALL = "STD['small'](7, 9)"
LARGE = "STD['random'](7, 9)"
SIX, THREE = "len(luck['he'])", "scale_losses.shape[1]"
FEW, MANY = "train.__defaults__[0]", "train.__defaults__[1]"
AT_ONCE = "train.__defaults__[1] / model.__defaults__[0]"  # so many times the learning rate of model()
SHARP = "float(re.search(r'меньше ([\\d.]+) у', cells['luck-training'])[1])"
NETWORKS = "len(scaled[-1])"
DEAD = "[look_inside(network)['dead'][1] for network in scaled[-1]]"
GRADIENT = "look_inside(random_start(STD['he'], 3, scale={k}))['dW'][1].std()"
XAVIER_LUCK = "[evaluate(train(random_start(STD['xavier'], seed)))[0] for seed in range(6)]"
WIDE_LUCK = "[evaluate(train(random_start(STD['he'], seed, [2, 20, 10, 1])))[0] for seed in range(6)]"
NEGATIVE = "{name: -value for name, value in constant_start.items()}"

SECTION_6 += [
    Claim(ANYWHERE, "× {:.0f}", LARGE),
    Claim("scale-answer", "ln {:.0f}", TWO),
    Claim("why", "и {:.0f} короткие функции", "cells['why-functions'].count('\\ndef ')"),
    Claim("symmetry", "скажем {:.1f}?", "constant_start['W1'].max()"),
    Claim("symmetry", "{:.0f} нейронов первого", "LAYERS[1]"),
    Claim("symmetry-answer", "{:.0f} разных случая", "len({'zero_start', 'constant_start'})"),
    Claim(
        "symmetry-answer", "с {:.0f} знаками", "float(re.search(r'value:\\.(\\d+)f', cells['symmetry-constant'])[1])"
    ),
    Claim("symmetry-answer", "порядка $10^{{{:.0f}}}$", "np.floor(np.log10(np.finfo(float).eps))"),
    Claim("inside-answer", r"меньше ${:.0f}\cdot10^{{{:.0f}}}$", "edges[1] / 1e-4", "np.floor(np.log10(edges[1]))"),
    Claim("signal", "стоит {:.0f}, делённое", HE),
    Claim("signal", "{:.0f} слоёв по {:.0f} нейронов", DEPTH, WIDTH),
    Claim("signal", "сети равен {:.0f}.", "np.random.RandomState(0).randn(200, 2000).var()"),
    Claim("signal", "overline{{z^2}}/{:.0f}$", TWO),
    Claim("signal", r"$n_{{in}}\sigma^2/{:.0f}$", TWO),
    Claim("signal", r"$n_{{out}}\sigma^2/{:.0f}$", TWO),
    Claim("signal", r"слой из {:.0f} нейронов", WIDTH),
    Claim("signal", r"$\sigma = {:.2f}$? А если {:.0f}?", SMALL, LARGE),
    Claim("signal", "через {:.0f} слоёв", DEPTH),
    Claim("signal-answer", r"${:.0f}\sigma^2/{:.0f}$", WIDTH, TWO),
    Claim("signal-answer", r"в ${:.0f}\sigma$ раз: при $\sigma = {:.2f}$", f"np.sqrt({WIDTH} / 2)", SMALL),
    Claim("signal-answer", r"при $\sigma = {:.0f}$ усиливает", LARGE),
    Claim("signal-answer", "За {:.0f} слоёв набегает $", DEPTH),
    Claim("signal-answer", "дисперсии ${:.0f}/n_{{in}}$", XAVIER),
    Claim(
        "signal-answer",
        "за {:.0f} слоёв стандартное отклонение падает на {:.0f} с половиной",
        DEPTH,
        "np.floor(-np.log10(signals['xavier'][0][-1]))",
    ),
    Claim("signal-answer", "только при ${:.0f}/n_{{in}}$", HE),
    Claim("signal-answer", r"$({:.0f} - {:.0f}/\pi)\,", ONE, ONE),
    Claim("signal-answer", r"\sqrt{{{:.0f} - {:.0f}/\pi}}", ONE, ONE),
    Claim("signal-answer", "ширина {:.0f} конечна", WIDTH),
    Claim("glorot", r"$\sigma^2 = {:.0f}/(n_{{in}} + n_{{out}})$", GLOROT),
    Claim("glorot", "от ${:.0f}/n_{{in}}$", XAVIER),
    Claim("glorot", "(${:.0f}/n_{{in}}$, Глоро", XAVIER),
    Claim("glorot", "чередуются: {:.0f}, {:.0f}, {:.0f}, {:.0f}…", *(f"uneven[{layer}]" for layer in range(4))),
    Claim("glorot", "из {:.0f} правил", "len(uneven_signals)"),
    Claim("glorot-answer", "чем ${:.0f}/n_{{in}}$", XAVIER),
    Claim("glorot-answer", "при ${:.0f}/n_{{in}}$ — на", XAVIER),
    Claim("glorot-answer", "каждые {:.0f} слоя", "len(set(uneven))"),
    Claim("glorot-answer", r"frac{{{:.0f}\cdot 200}}", GLOROT),
    Claim("glorot-answer", r"frac{{{:.0f}\cdot 50}}", GLOROT),
    Claim("glorot-answer", "эти {:.0f} правила", "len({'xavier', 'glorot'})"),
    Claim("glorot-answer", "из {:.0f} нейронов узкие", "min(uneven)"),
    Claim(
        "glorot-answer",
        "в слое 1 отстоят примерно {:.0f}",
        "theory(STD['he'], uneven)[1][0] / uneven_signals['he'][1][0]",
    ),
    Claim("inside", "В {:.0f} слоях", "len(LAYERS) - 1"),
    Claim("inside", "умноженные на {:.0f}?", LARGE),
    Claim("inside", "при {:.0f} способах", "len(inside)"),
    Claim("inside", "меньше {:.2f} или больше {:.2f}", "1 - sigmoid(np.log(99))", "sigmoid(np.log(99))"),
    Claim("inside", "для всех {:.0f} примеров", "train_Y.size"),
    Claim("inside-answer", "в {:.0f} раз. У", "1e-2 / 1e-4"),
    Claim("inside-answer", "«класс {:.0f}»", f"sigmoid({Z}[2]).min()"),
    Claim("inside-answer", "нейрон из {:.0f} сети", HIDDEN),
    Claim(
        "inside-answer",
        "слоя {:.0f} включается лишь для {:.0f} точек из {:.0f}",
        "2",
        "np.sort((forward_propagation(train_X, initialize_parameters_he(LAYERS))[1][5] > 0).sum(axis=1))[1]",
        "train_Y.size",
    ),
    Claim("infinity", r"то ${:.0f} - a = {:.0f}/({:.0f}+e^{{z}})$", ONE, ONE, ONE),
    Claim("infinity", "больше примерно {:.0f}, то", "min(z for z in np.arange(30, 40, 0.1) if sigmoid(z) == 1)"),
    Claim("infinity", "меньше $10^{{{:.0f}}}$", "np.round(np.log10(1 / (1 + np.exp(37))))"),
    Claim("infinity", "ровно до {:.0f}.", "sigmoid(40.0)"),
    Claim("infinity", "класса ${:.0f} - a$", ONE),
    Claim("infinity", r"-\ln({:.0f} - \sigma(z)) = \ln({:.0f} + e^{{z}})$", ONE, ONE),
    Claim("infinity", r"-\ln\sigma(z) = \ln({:.0f} + e^{{-z}})$", ONE),
    Claim("infinity", r"logaddexp({:.0f}, z)` вычисляет $\ln(e^{:.0f} + e^z)", "relu(-9)", "relu(-9)"),
    Claim("scale", "от {:.2f} до {:.0f}", "min(scales)", "max(scales)"),
    Claim("scale", "одинаково: {:.0f} итераций с темпом {:.1f}", FEW, MANY),
    Claim("scale", "возьмём {:.0f} набора", THREE),
    Claim("scale-answer", "из {:.0f} сетей He", THREE),
    Claim("scale-answer", r"$k \le {:.1f}$", "scales[1]"),
    Claim("scale-answer", "веса {:.0f} других слоёв", "len(LAYERS) - 2"),
    Claim(
        "scale-answer",
        "все веса в {:.0f} раз, он уменьшится примерно в {:.0f} раз",
        "scales[1] / scales[0]",
        f"np.round({GRADIENT.format(k=0.1)} / {GRADIENT.format(k=0.01)}, -1)",
    ),
    Claim("scale-answer", "строки {:.2f} и {:.1f}", "scales[0]", "scales[1]"),
    Claim("scale-answer", "За {:.0f} шагов", FEW),
    Claim("scale-answer", r"$k \ge {:.0f}$", "scales[-2]"),
    Claim(
        "scale-answer",
        "от $k = {:.0f}$ к $k = {:.0f}$ он вырастает ещё в {:.0f} раз",
        "scales[-2]",
        "scales[-1]",
        f"{GRADIENT.format(k=100)} / {GRADIENT.format(k=10)}",
    ),
    Claim(
        "scale-answer",
        "При $k = {:.0f}$ во всех {:.0f} сетях погибли все {:.0f} нейронов слоя 2",
        "scales[-1]",
        NETWORKS,
        f"min({DEAD})",
    ),
    Claim("scale-answer", "примерно от {:.0f} до {:.0f}.", "scales[3]", "scales[4]"),
    Claim("scale-answer", "отклонение {:.0f}, а", LARGE),
    Claim("scale-answer", "в {:.0f} слоях", "len(LAYERS) - 1"),
    Claim("scale-answer", "темп там в {:.0f} раз ниже", AT_ONCE),
    Claim("scale-answer", "сети $k = {:.0f}$ вместо {:.0f} вредит", "scales[4]", "scales[3]"),
    Claim(
        "scale-answer",
        "за {:.0f} слоёв получается $k^{{{:.0f}}}$, и даже $k = {:.0f}$ — это {:.0f} порядков",
        DEPTH,
        DEPTH,
        "scales[4]",
        "np.floor(30 * np.log10(3))",
    ),
    Claim("luck", "меньше {:.1f}?", SHARP),
    Claim("rounding", "Возьмём {:.0f} сети", "len(('outputs', 'twin_outputs'))"),
    Claim("rounding", "с темпом {:.2f},", "model.__defaults__[0]"),
    Claim(
        "rounding",
        "веса {:.0f} сетей за {:.0f} итераций",
        "len(('outputs', 'twin_outputs'))",
        "10 * len(divergences['he'])",
    ),
    Claim("luck-answer", "меньше {:.1f}, с весами", SHARP),
    Claim("luck-answer", "(начальное состояние {:.0f})", "np.argmax(luck['he'])"),
    Claim("luck-answer", "состоянием {:.0f} — это", "SEED"),
    Claim("luck-answer", "темп в {:.0f} раз больше, а итераций в {:.0f} раз меньше", AT_ONCE, f"{ITERATIONS} / {FEW}"),
    Claim("luck-answer", "от $10^{{{:.0f}}}$", "np.floor(np.log10(divergences['random'][0]))"),
    Claim("luck-answer", "Выходы {:.0f} сетей", "len(('outputs', 'twin_outputs'))"),
    Claim("luck-answer", "до порога {:.1f} далеко", "sigmoid(0)"),
    Claim("luck-answer", "все {:.0f} предсказаний", "outputs.size"),
]

SMALL_ENOUGH = "np.sqrt(2 / 200)"  # the deviation that suits a width of 200
TANH = "signal_with(np.tanh, '{kind}')[29]"
ALPHA = 0.2
LEAK = f"(1 + {ALPHA}**2)"

SECTION_6 += [
    Claim("practice", "равны не {:.1f}, а {:.1f}", "constant_start['W1'].max()", "-constant_start['W1'].max()"),
    Claim(
        "practice",
        "равны {:.6f}, доля правильных ответов — {:.1f}",
        *(f"evaluate(train({NEGATIVE}))[{i}]" for i in (0, 1)),
    ),
    Claim("practice", "все {:.0f} его нейронов мертвы", f"look_inside({NEGATIVE})['dead'][1]"),
    Claim("practice", "отклонение {:.1f} — правильное", SMALL_ENOUGH),
    Claim("practice", "в слое {:.0f} должен", DEPTH),
    Claim("practice", r"\sqrt{{{:.0f}/n}} = {:.1f}$ получаем $n = {:.0f}$", HE, SMALL_ENOUGH, "2 / 0.1**2"),
    Claim("practice", "и {:.1f} даёт там", SMALL_ENOUGH),
    Claim(
        "practice",
        "при ширине {:.0f} то же {:.1f} усиливает сигнал {:.0f} в каждом",
        "4 * 200",
        SMALL_ENOUGH,
        "np.sqrt(800 * 0.1**2 / 2)",
    ),
    Claim("practice", "сети {:.0f} под корнем на {:.0f}.", HE, XAVIER),
    Claim("practice", "на {:.0f} начальных состояниях", SIX),
    Claim("practice", "потерь {:.2f} против {:.2f}", f"np.median({XAVIER_LUCK})", "np.median(luck['he'])"),
    Claim("practice", "больше {:.1f}, уже {:.0f} из {:.0f},", SHARP, f"sum(np.greater({XAVIER_LUCK}, 0.3))", SIX),
    Claim("practice", "За {:.0f} слоя множитель {:.1f} не", "len(LAYERS) - 1", "STD['xavier'](7, 9) ** 2 * 7 / 2"),
    Claim("practice", "за {:.0f} слоёв, как", DEPTH),
    Claim(
        "practice",
        "слои {:.0f} шире: `[{:.0f}, {:.0f}, {:.0f}, {:.0f}]`",
        "20 / LAYERS[1]",
        "LAYERS[0]",
        "2 * LAYERS[1]",
        "2 * LAYERS[2]",
        "LAYERS[3]",
    ),
    Claim("practice", "у {:.0f} сетей с весами He", SIX),
    Claim("practice", "худшие потери {:.2f}, лучшие {:.2f}", f"max({WIDE_LUCK})", f"min({WIDE_LUCK})"),
    Claim(
        "practice", "из {:.0f} дисперсий, ${:.0f}/n_{{in}}$ или ${:.0f}/n_{{in}}$", "len(('xavier', 'he'))", XAVIER, HE
    ),
    Claim("practice", "до слоя {:.0f}?", DEPTH),
    Claim("practice", "Лучше — при ${:.0f}/n_{{in}}$: в слое {:.0f} стандартное", HE, DEPTH),
    Claim(
        "practice",
        "равно {:.2f} при ${:.0f}/n_{{in}}$ и {:.2f} при ${:.0f}/n_{{in}}$",
        TANH.format(kind="xavier"),
        XAVIER,
        TANH.format(kind="he"),
        HE,
    ),
    Claim("practice", r"|\tanh z| < {:.0f}$", "np.tanh(99)"),
    Claim("practice", "поэтому при ${:.0f}/n_{{in}}$ дисперсия", XAVIER),
    Claim("practice", "Назад при ${:.0f}/n_{{in}}$ градиент растёт: за {:.0f} слоёв", HE, DEPTH),
    Claim("practice", r"возвращает не {:.0f}, а $\alpha z$", "relu(-9)"),
    Claim(
        "practice",
        r"за {:.0f} слоёв сигнал, если при $\alpha = {:.1f}$ оставить $\sigma^2 = {:.0f}/n_{{in}}$",
        DEPTH,
        f"{ALPHA}",
        HE,
    ),
    Claim("practice", r"\,({:.0f} + \alpha^2)/{:.0f}$", ONE, TWO),
    Claim("practice", r"\dfrac{{{:.0f}}}{{({:.0f} + \alpha^2)", HE, ONE),
    Claim("practice", r"При $\alpha = {:.0f}$ это", "relu(-9)"),
    Claim("practice", r"при $\alpha = {:.0f}$ (линейный слой) — ${:.0f}/n_{{in}}$", "np.sqrt(2 / 1 - 1)", XAVIER),
    Claim(
        "practice",
        "оставить ${:.0f}/n_{{in}}$, средний квадрат растёт в {:.2f} раза за слой, а за {:.0f} слоёв",
        HE,
        LEAK,
        DEPTH,
    ),
    Claim("practice", r"${:.2f}^{{{:.0f}}} \approx {:.1f}$ раза", LEAK, f"({DEPTH}) / 2", f"{LEAK} ** 15"),
]

README = [
    Claim("README.md", "обучается {:.0f} на двух", "len(EXERCISES)"),
    Claim("README.md", "на {:.0f} кольцах", "len(np.unique(train_Y))"),
    Claim("README.md", "{:.0f} оцениваемые функции", "len(EXERCISES)"),
    Claim("README.md", "сравнение {:.0f} результатов", "len(trained)"),
    Claim("README.md", "умноженных на {:.0f}, она рваная", FACTOR),
    Claim("README.md", "Python {} или новее", OLDEST_PYTHON),
    Claim("README.md", "(проверено на {} и", OLDEST_PYTHON),
    Claim("README.md", "нужен {} или новее", OLDEST_PYTHON),
    Claim(
        "README.md",
        "Достаточно {:.0f} файлов",
        "len({'Initialization.ipynb', *re.findall(r'from (init_utils) import', cells['imports'])})",
    ),
    Claim("README.md", "`{:d} passed`", CODE_CELLS),
    Claim(
        "README.md",
        "ошибки: {:d} испорченных копий",
        r"""len(re.findall(r'^    "[^"]+": \($|^    "[^"]+": \("', text('tests/test_nbval.py'), re.MULTILINE))""",
    ),
    Claim("README.md", "{:.0f}/n вместо {:.0f}/n", "7 * STD['xavier'](7, 9) ** 2", "7 * STD['he'](7, 9) ** 2"),
    Claim(
        "README.md",
        "{} итерация вместо {:.0f}",
        r"""found('tests/test_nbval.py', r'"num_iterations=15000", "num_iterations=(\d+)"')""",
        ITERATIONS,
    ),
    Claim("README.md", "от 0 до {:d} баллов", POINTS),
    Claim("README.md", "np.random.seed({:d}) стоит внутри", "SEED"),
    Claim(
        "README.md",
        "| нули | {:.6f} | {:.6f} | {:.0f} % | {:.0f} % |",
        "history['zeros'][0][1]",
        loss("zeros"),
        right("zeros", "train"),
        right("zeros", "test"),
    ),
    Claim(
        "README.md",
        "| случайные числа, умноженные на {:.0f} | бесконечность | {:.4f} | {:.0f} % | {:.0f} % |",
        FACTOR,
        loss("random"),
        right("random", "train"),
        right("random", "test"),
    ),
    Claim(
        "README.md",
        "| He | {:.6f} | {:.6f} | {:.0f} % | {:.0f} % |",
        "history['he'][0][1]",
        loss("he"),
        right("he", "train"),
        right("he", "test"),
    ),
    Claim("README.md", "**{:.6f}** — это ln {:.0f}", "np.log(2)", f"np.exp({loss('zeros')})"),
    Claim("README.md", "вероятность {:.1f} и ничему", "forward_propagation(train_X, trained['zeros'])[0].mean()"),
    Claim("README.md", "с множителем {:.0f} потери", FACTOR),
    Claim("README.md", "С {:d} вариантами", "len(KERNELS['x86_64'])"),
    Claim("README.md", "при {:d} сдвигах", "NUDGES"),
    Measured(
        "README.md",
        "потери на итерации {} были от {} до {}, а после всех обновлений — от {} до {}",
        "python tools/measure_spread.py",
        "numbers[1] <= dict(history['random'])[numbers[0]] <= numbers[2]"
        f" and numbers[3] <= {loss('random')} <= numbers[4]",
    ),
    Claim("README.md", "для всех {:d} точек", "train_Y.size + test_Y.size"),
    Claim("README.md", "с числом {:.4f} (", loss("random")),
    Claim("README.md", "(допуск {})", "cells['accuracy-random'].split(' < ')[1].split()[0]"),
    Claim("README.md", "Все {:.0f} обучения", "len(trained)"),
]

TEACHER = [
    *(
        Claim(
            "docs/teacher.md",
            f"initialize_parameters_{kind}` | {{:d}} | {{:d}} — веса{draw}; {{:d}} — смещения",
            f"EXERCISES['{kind}'].points",
            f"EXERCISES['{kind}'].weight_points",
            *extra,
            f"EXERCISES['{kind}'].bias_points",
        )
        for kind, draw, extra in [
            ("zeros", " `np.zeros(...)`", []),
            ("random", " `np.random.randn(...) * {:.0f}` при начальном состоянии генератора {:d}", [FACTOR, "SEED"]),
            (
                "he",
                " `np.random.randn(...) * np.sqrt({:.0f} / layers_dims[l - 1])` при начальном состоянии генератора"
                " {:d}",
                ["7 * STD['he'](7, 9) ** 2", "SEED"],
            ),
        ]
    ),
    Claim("docs/teacher.md", "| **{:d}** |", POINTS),
    Claim("docs/teacher.md", "`** {:.1f}`", "np.log(np.sqrt(7)) / np.log(7)"),
    Claim("docs/teacher.md", "за функцию {:d} балла или 0", MOST),
    Claim(
        "docs/teacher.md",
        "так же, как {:d} из {:d} функций",
        "sum('random' in exercise.draw for exercise in EXERCISES.values())",
        "len(EXERCISES)",
    ),
    Claim("docs/teacher.md", "от 0 до {:d} |", MOST),
    Claim("docs/teacher.md", "все {:d} баллов", POINTS),
    Claim("docs/teacher.md", "больше {:d} МБ |", "marks.LARGEST_NOTEBOOK >> 20"),
    Claim("docs/teacher.md", "в секундах ({})", r"found('grading/__main__.py', r'\"--timeout\".*?default=(\d+)')"),
    Claim("docs/teacher.md", "оценки; {:d} — команда", "command.FAILED"),
    Claim("docs/teacher.md", "нет; {:d} — проверка прервана", "command.INTERRUPTED"),
    Claim("docs/teacher.md", "только {:d} функции", "len(EXERCISES)"),
    Claim(
        "docs/teacher.md",
        "начиная с версии {})",
        r"found('grading/confined/confinement.py', r'Landlock \(Linux (\d)\.(\d+)\)')",
    ),
    Claim("docs/teacher.md", "не больше {} МБ)", r"found('docs/teacher.md', r'--tmpfs /tmp:size=(\d+)m')"),
    Claim("docs/teacher.md", "тесты по {:d} балла", MOST),
    Claim(
        "docs/teacher.md",
        "`np.random.seed({:d})` в {:d} оцениваемых",
        "SEED",
        "sum(f'np.random.seed({SEED})' in source for name, source in cells.items() if name.startswith('graded'))",
    ),
    Measured(
        "docs/teacher.md",
        "из состояний от {} до {} только {} оставляет He ниже {} %",
        "python tools/measure_seeds.py",
        "numbers[:2] == (1, SEEDS) and shares('he', int(numbers[2]))[0] < numbers[3] / 100 < shares('he', 6)[0]",
    ),
    Claim(
        "docs/teacher.md",
        "({:.0f} % против {:.0f} % при весах, умноженных на {:.0f})",
        "100 * shares('he', 7)[0]",
        "100 * shares('random', 7)[0]",
        FACTOR,
    ),
    Claim("docs/teacher.md", "у He их не меньше {:.0f} %", "100 * shares('he', 6)[0]"),
    Claim("docs/teacher.md", "а у весов × {:.0f} — не больше {:.0f} %", FACTOR, "100 * shares('random', 4)[0]"),
    Claim("CONTRIBUTING.md", "`Y` is ({:d}, m)", "train_Y.shape[0]"),
    Claim("CONTRIBUTING.md", "`b<l>` is (n<l>, {:d})", "trained['he']['b2'].shape[1]"),
]

LISTS = [SECTIONS_0_TO_5, SECTION_6, README, TEACHER]

# Why a number is no result -> a pattern. Where the pattern quotes the number itself, another one is noticed.
EXCEPTIONS = [
    ("команды оболочки", r"^```(?:bash|powershell)$.*?^```$"),
    ("адрес", r"\]\([^)]*\)"),
    ("таблицу пишет tools/refresh_notebook.py", r"\A\*\*Ожидаемый результат\*\*.*"),
    ("числа измеряет и пишет python -m benchmarks", r"<!-- python -m benchmarks: начало -->.*?конец -->"),
    ("номер раздела", r"^#+ \d[\d.]*|[Рр]аздел\w*\s\d(?:(?:\sи\s|–)\d)*|(?<![\d,.])6\.[1-7](?!\d|,\d)"),
    ("номер вопроса", r"^\*\*\d\.\*\*|вопрос\s\d"),
    ("номер слоя", r"сло[йяею]\s[12]\b"),
    ("код, который выполняет tests/test_explanations.py", r"^```python$.*?^```$"),
    ("варианты ответа", r"порядка 10, 1000 или \$10\^6\$"),
    ("основание степени", r"10(?=\^)"),
    ("год статьи", r"(?:al\.|ICCV|AISTATS), \d{4}"),
    ("номер слоя в формуле", r"\^\{\[(?:\d|[lL]-1)\](?:\\,T)?\}|\[l - 1\]|n<l-1>"),
    ("квадрат", r"\^2"),
    ("название", r"x86-64|Notebook\s7|PYTHONUTF8=1"),
    ("проверено вручную", r"и\s3\.13\)"),
    ("ноль баллов", r"от\s0\sдо|или\s0,"),
    ("код удачного завершения", r"Код завершения\s0\s"),
    ("обещание, а не измерение", r"На двух ядрах это занимает около десяти минут|больше пяти секунд"),
    ("команды названы рядом", r"общее для этих двух команд"),
    ("описание машины", r"на одной машине с двумя ядрами"),
]
