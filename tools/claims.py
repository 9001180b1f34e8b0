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
        "вероятность класса {:.0f}, по мнению сети; если она больше ${:.1f}$, сеть относит точку к классу {:.0f}",
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
        "С итерации {:.0f} по {:.0f} они выше, чем при больших случайных весах, с итерации {:.0f} — ниже",
        "min(i for (i, he), (_, random) in zip(history['he'], history['random']) if random < he)",
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
    Claim("why-zeros", "$n^{{[l]}} = {:.0f}$", "np.linalg.matrix_rank(np.round(pick(snapshots[15000], 0)['W1'], 10))"),
    Claim("random", "`np.random.randn(.., ..) * {:.0f}`", FACTOR),
    Claim("random", "размеры она принимает {:.0f} аргументами", "np.random.RandomState(0).randn(4, 7).ndim"),
    Claim("random", "`np.random.seed({:d})`", "SEED"),
    Claim("conclusions", "при {:.0f} способах", "len(EXERCISES)"),
    Claim("he", r"- $\sqrt{{\dfrac{{{:.0f}}}{{n^{{[l-1]}}}}}}$ — так", "7 * STD['xavier'](7, 9) ** 2"),
    Claim("he", r"равна $\dfrac{{{:.0f}}}{{n^{{[l-1]}} + n", "(7 + 9) * STD['glorot'](7, 9) ** 2"),
    Claim("he", r"- $\sqrt{{\dfrac{{{:.0f}}}{{n^{{[l-1]}}}}}}$ — в He", "7 * STD['he'](7, 9) ** 2"),
    Claim("he", r"на $\sqrt{{\dfrac{{{:.0f}}}{{\text{{размер", "7 * STD['he'](7, 9) ** 2"),
]


ONE, TWO = "sigmoid(99)", "1 / sigmoid(0)"  # what a probability is of; half of the sums pass a ReLU
SMALL = "STD['small'](7, 9)"
LARGE = "STD['random'](7, 9)"
XAVIER, GLOROT, HE = "7 * STD['xavier'](7, 9) ** 2", "16 * STD['glorot'](7, 9) ** 2", "7 * STD['he'](7, 9) ** 2"
DEPTH, WIDTH = "len(deep) - 1", "deep[0]"
FEW, FAST = "train.__defaults__[0]", "train.__defaults__[1]"
HALF = "constant_start['W1'].max()"
LOGITS = "forward(starts['random'])[2]"
AT_START, AFTER = (f"evaluate(pick(snapshots[{moment}], 0))" for moment in (0, 15000))
SHARP = "float(re.search(r'losses < ([\\d.]+)', cells['luck-training'])[1])"
SATURATED = "float(re.search(r'- 0.5\\) > ([\\d.]+)', cells['inside-numbers'])[1])"
SMALL_ENOUGH = "np.sqrt(2 / 200)"  # the deviation that suits a width of 200
TANH = "signal(random_start(STD['{kind}'], 3, deep), np.tanh, lambda a: 1 - a**2)[{direction}][{layer}].std()"
ALPHA = 0.2
LEAK = f"(1 + {ALPHA}**2)"
GROUPS = "[evaluate(train(stack([random_start(STD['{kind}'], 20 * i + j) for j in range(20)])))[0] for i in range(10)]"
RISKY = f"100 * np.mean(np.concatenate({GROUPS}) > {SHARP})"  # of two hundred networks, twenty at a time


def ratio(which, moment, network):
    """The smallest or largest update over weights among the three layers, in per cent."""
    return f"100 * {which}(ratio[{network}] for ratio in inside[{moment}]['ratio'])"


SECTION_6 = [
    Claim(ANYWHERE, "× {:.0f}", LARGE),
    Claim("zeros-answer", "начинает с ln {:.0f}.", TWO),
    Claim("library-answer", "почти с ln {:.0f}.", TWO),
    Claim(
        "why",
        "темп обучения — {:.1f}, а итераций — {:.0f}; у `model()` — {:.2f} и {:.0f}.",
        FAST,
        FEW,
        "model.__defaults__[0]",
        ITERATIONS,
    ),
    Claim("symmetry", "скажем {:.1f}?", HALF),
    Claim("symmetry", "{:.0f} сетей — веса {:.1f},", "len(starts)", HALF),
    Claim("symmetry", "после {:.0f} итераций", "max(snapshots)"),
    Claim("symmetry-answer", "**{:.1f}.** Сеть учится", HALF),
    Claim("symmetry-answer", "с {:.4f} до {:.4f}. Но", f"{AT_START}[0]", f"{AFTER}[0]"),
    Claim("symmetry-answer", "{:.0f} прямых совпадают", "len(constant_start['W1'])"),
    Claim("symmetry-answer", "ответов {:.0f} %", f"100 * {AFTER}[1]"),
    Claim("symmetry-answer", "в конце, на {:.2f}.", "max(shifts['constant'])"),
    Claim("symmetry-answer", "Прямых {:.0f}, симметрия", "count_lines(pick(snapshots[15000], 1))"),
    Claim("symmetry-answer", "первые {:.0f} итераций они прыгают на {:.1f}", "100", "shifts['random'][0]"),
    Claim(
        "symmetry-answer", "последние {:.0f} сдвигаются лишь на {:.2f}", "max(snapshots) - 1000", "shifts['random'][2]"
    ),
    Claim("symmetry-answer", "до итерации {:.0f} прямые", "1000"),
    Claim("symmetry-answer", "от центра на {:.2f}", "shifts['he'][2]"),
    Claim("zeros-allowed", "синих точек {:.0f} больше", "part_Y.sum() / (1 - part_Y).sum()"),
    Claim("zeros-allowed", "из {:.0f} случаев", "len(zeros_in) + 1"),
    Claim("zeros-answer", "]}} = {:.0f}$: учится", "abs(zeros_in['только W3 = 0'][0]['W3']).max()"),
    Claim("zeros-answer", "потерь {:.2f} (у He", "np.median(zeros_losses['только W3 = 0'])"),
    Claim("zeros-answer", "]}} = {:.0f}$: нет", "abs(zeros_in['только W1 = 0'][0]['W1']).max()"),
    Claim("zeros-answer", "{:.0f} точек против {:.0f}.", "part_Y.sum()", "(1 - part_Y).sum()"),
    Claim("zeros-answer", "уменьшаются до {:.4f}", "part_loss"),
    Claim("zeros-answer", "ln {:.0f} ≈ {:.4f}", "np.exp(zeros_part['b3'].item())", "zeros_part['b3'].item()"),
    Claim("zeros-answer", "до ln {:.0f}. -", TWO),
    Claim(
        "zeros-answer",
        "не сделать: {:.4f} —",
        "-sum(share * np.log(share) for share in (part_Y.mean(), 1 - part_Y.mean()))",
    ),
    Claim("zeros-answer", "«класс {:.0f} с вероятностью {:.2f}»", "part_Y.max()", "sigmoid(zeros_part['b3'].item())"),
    Claim(
        "inside",
        "ориентир — $10^{{{:.0f}}}$",
        "np.log10(float(re.search(r'axhline\\((\\S+?),', cells['inside-figure'])[1]))",
    ),
    Claim("inside", "меньше {:.2f} или больше {:.2f}", f"0.5 - {SATURATED}", f"0.5 + {SATURATED}"),
    Claim("inside", "На итерации {:.0f}?", "5000"),
    Claim("inside-answer", "слоёв на {:.0f}–{:.0f} % их", ratio("min", 0, 1), ratio("max", 0, 1)),
    Claim("inside-answer", "у He — на {:.2f}–{:.1f} %", ratio("min", 0, 2), ratio("max", 0, 2)),
    Claim("inside-answer", "становится на {:.0f} больше", "inside[1000]['dead'][1] - inside[0]['dead'][1]"),
    Claim("inside-answer", "На итерации {:.0f} отношение", "5000"),
    Claim("inside-answer", "темп {:.2f} для", "model.__defaults__[0]"),
    Claim("scale", "от {:.1f} до {:.0f} и", "min(scales)", "max(scales)"),
    Claim("scale", "обучим {:.0f} сетей", "scale_losses.shape[1]"),
    Claim("scale-answer", "($k = {:.1f}$) потери остались около ln {:.0f} ≈ {:.2f}", "scales[0]", TWO, "medians[0]"),
    Claim("scale-answer", "веса {:.0f} других слоёв", "len(LAYERS) - 2"),
    Claim(
        "scale-answer",
        "слоя 2 на {:.2f} %",
        f"100 * np.median(look_inside(scale_starts[scales[0]], learning_rate={FAST})['ratio'][1])",
    ),
    Claim("scale-answer", r"$k \ge {:.0f}$", "scales[-2]"),
    Claim(
        "scale-answer",
        "шаг меняет их на {:.0f}–{:.0f} %",
        *(f"100 * float(printed['scale-training'].splitlines()[{row}].split()[-1])" for row in (-2, -1)),
    ),
    Claim("scale-answer", "$s = {:.0f}$, а", LARGE),
    Claim(
        "scale-answer",
        "в {:.0f} слоях оно равно {:.0f}; {:.2f} и {:.2f}",
        "len(LAYERS) - 1",
        *(f"STD['he'](LAYERS[{layer}], 1)" for layer in range(3)),
    ),
    Claim(
        "scale-answer", "$k$ — от {:.0f} до {:.0f}.", *(f"{LARGE} / STD['he'](LAYERS[{layer}], 1)" for layer in (0, 1))
    ),
    Claim(
        "scale-answer",
        "— от {:.0f} до {:.0f}. He",
        *(f"[k for k, m in zip(scales, medians) if m < 0.15][{i}]" for i in (0, -1)),
    ),
    Claim("scale-answer", "и $k = {:.0f}$ вредит", "[k for k, m in zip(scales, medians) if m < 0.15][-1]"),
    Claim(
        "scale-answer",
        "за {:.0f} слоёв набегает $k^{{{:.0f}}}$, и даже ${:.0f}^{{{:.0f}}}$ — это {:.0f} порядков",
        DEPTH,
        DEPTH,
        "scales[5]",
        DEPTH,
        "np.floor(30 * np.log10(3))",
    ),
    Claim("luck", "равно {:.0f}. Вдруг", "SEED"),
    Claim("luck", "$k = {:.0f}$ и $k = {:.0f}$.", "min(luck)", "max(luck)"),
    Claim("luck", "из {:.0f} потери меньше {:.1f}?", "luck[1].size", SHARP),
    Claim("luck", "лучшей при $k = {:.0f}$?", "max(luck)"),
    Claim("luck", "ещё {:.0f} итераций", FEW),
    Claim(
        "luck-answer", "меньше {:.1f} у {:.0f} сетей из {:.0f},", SHARP, f"np.sum(luck[1] < {SHARP})", "luck[1].size"
    ),
    Claim("luck-answer", ", при $k = {:.0f}$ — ни", "max(luck)"),
    Claim(
        "luck-answer",
        "сеть He ({:.1f}) хуже лучшей при $k = {:.0f}$ ({:.1f})",
        "luck[1].max()",
        "max(luck)",
        "luck[10].min()",
    ),
    Claim("luck-answer", "ещё {:.0f} итераций — и потери {:.2f}", FEW, "evaluate(longer)[0]"),
    Claim("luck-answer", "состоянием {:.0f} — это", "SEED"),
    Claim("luck-answer", "потери {:.4f}, здесь {:.4f}", "evaluate(trained['he'])[0]", "luck[1][3]"),
    Claim(
        "luck-answer",
        "темп в {:.0f} раз больше, а итераций в {:.0f} раз меньше",
        f"{FAST} / model.__defaults__[0]",
        f"{ITERATIONS} / {FEW}",
    ),
    Claim("play", "при $k = {:.0f}$ — невезучее", "draw_training.__defaults__[0]"),
    Claim("play", "]}} = {:.0f}$?", "0 * draw_training.__defaults__[0]"),
    Claim("signal", "стоит {:.0f}, делённое", HE),
    Claim("signal", "{:.0f} слоёв по {:.0f} нейронов", DEPTH, WIDTH),
    Claim("signal", "in}}}}s^2/{:.0f}$", TWO),
    Claim("signal", "out}}}}s^2/{:.0f}$", TWO),
    Claim("signal", r"$s = {:.2f}$? При $s = {:.0f}$? А {:.0f} слоёв?", SMALL, LARGE, DEPTH),
    Claim(
        "signal-answer",
        r"на $\sqrt{{{:.0f}s^2/{:.0f}}} = {:.0f}s$: при $s = {:.2f}$ слой ослабляет сигнал в {:.0f} раз",
        WIDTH,
        TWO,
        f"np.sqrt({WIDTH} / 2)",
        SMALL,
        "round((signals['small'][0][1].std() / signals['small'][0][30].std()) ** (1 / 29))",
    ),
    Claim(
        "signal-answer",
        "при $s = {:.0f}$ усиливает в {:.0f}.",
        LARGE,
        "(signals['random'][0][30].std() / signals['random'][0][1].std()) ** (1 / 29)",
    ),
    Claim(
        "signal-answer",
        "За {:.0f} слоёв набегает $10^{{{:.0f}}}$ и $10^{{{:.0f}}}$",
        DEPTH,
        *(f"np.log10(signals['{kind}'][0][30].std())" for kind in ("small", "random")),
    ),
    Claim(
        "signal-answer",
        "При ${:.0f}/n_{{\\mathrm{{in}}}}$ оно падает на {:.0f} с половиной",
        XAVIER,
        "np.floor(-np.log10(signals['xavier'][0][30].std()))",
    ),
    Claim("signal-answer", "только при ${:.0f}/n_", HE),
    Claim("signal-answer", r"\sqrt{{{:.0f} - {:.0f}/\pi}} \approx {:.2f}$", ONE, ONE, "np.sqrt(1 - 1 / np.pi)"),
    Claim("glorot", "$s^2 = {:.0f}/(n_", GLOROT),
    Claim("glorot", "чередуется, {:.0f}, {:.0f}, {:.0f}, {:.0f}…", *(f"uneven[{layer}]" for layer in range(4))),
    Claim("glorot", "правиле — ${:.0f}/n_", XAVIER),
    Claim("glorot", "до слоя {:.0f}?", DEPTH),
    Claim("glorot-answer", "каждые {:.0f} слоя", "len(set(uneven))"),
    Claim(
        "glorot-answer",
        r"\frac{{{:.0f}\cdot {:.0f}}}{{{:.0f}}}\cdot\frac{{{:.0f}\cdot {:.0f}}}{{{:.0f}}}\cdot\frac14 = {:.2f}$",
        GLOROT,
        "max(uneven)",
        "sum(set(uneven))",
        GLOROT,
        "min(uneven)",
        "sum(set(uneven))",
        "np.prod([n * STD['glorot'](n, 250 - n) ** 2 / 2 for n in (50, 200)])",
    ),
    Claim(
        "glorot-answer",
        "при ${:.0f}/n_{{\\mathrm{{in}}}}$ — на ${:.2f}$",
        XAVIER,
        "np.prod([n * STD['xavier'](n, 250 - n) ** 2 / 2 for n in (50, 200)])",
    ),
    Claim(
        "glorot-answer",
        "отличаются примерно {:.0f}.",
        "theory(STD['he'], uneven)[1][1] / uneven_signals['he'][1][1].std()",
    ),
    Claim("information", "до слоя {:.0f}. А", DEPTH),
    Claim(
        "information",
        "на {:.0f} случайных примерах ({:.0f} — направления",
        "len(('first', 'second'))",
        "cosine(np.ones((3, 2)))",
    ),
    Claim("information", "около {:.0f}. Каким он станет в слое {:.0f}?", "cosines[0]", DEPTH),
    Claim("information-answer", "до {:.2f} в слое 1 и до {:.2f} в слое {:.0f}", "cosines[1]", "cosines[30]", DEPTH),
    Claim("information-answer", "с {:.2f} до {:.2f}, хотя", "spreads[1]", "spreads[30]"),
    Claim("information-answer", "при $k > {:.0f}$", "relu(-9)"),
    Claim("library", r"от ${:.0f}/\sqrt", "-np.sqrt(3) * 3 * STD['library'](9, 1)"),
    Claim("library", r"до ${:.0f}/\sqrt", "np.sqrt(3) * 3 * STD['library'](9, 1)"),
    Claim("library", r"$s = {:.0f}/\sqrt{{{:.0f}n_", ONE, "1 / (9 * STD['library'](9, 1) ** 2)"),
    Claim("library", "в слое {:.0f} по", DEPTH),
    Claim("library", "уменьшить в {:.0f} раз", "starts['he']['W3'].max() / (0.1 * starts['he']['W3']).max()"),
    Claim(
        "library-answer", "на ${:.0f}/{:.0f}$, и через {:.0f} слоёв", ONE, "2 / (7 * STD['library'](7, 9) ** 2)", DEPTH
    ),
    Claim(
        "library-answer",
        r"${:.1f}\cdot10^{{{:.0f}}}$",
        *(
            f"{part}(f\"{{signal(random_start(STD['library'], 3, deep))[0][30].std():.1e}}\".split('e')[{i}])"
            for i, part in enumerate(("float", "int"))
        ),
    ),
    Claim("library-answer", "весов: {:.2f} при всех {:.0f} правилах", "max(normalized.values())", "len(normalized)"),
    Claim(
        "library-answer",
        "вместо {:.2f}–{:.2f} потери начинаются с {:.2f}–{:.2f}",
        "he_losses.min()",
        "he_losses.max()",
        "small_losses.min()",
        "small_losses.max()",
    ),
    Claim("library-answer", "Dense({:.0f}, ", "LAYERS[1]"),
    Claim("library-answer", "дисперсия ${:.0f}/n_", XAVIER),
    Claim("infinity", "больше примерно {:.0f}, то", "min(z for z in np.arange(30, 40, 0.1) if sigmoid(z) == 1)"),
    Claim(
        "infinity",
        r"то ${:.0f} - \sigma(z) = {:.0f}/({:.0f}+e^{{z}})$ меньше $10^{{{:.0f}}}$",
        ONE,
        ONE,
        ONE,
        "np.round(np.log10(1 / (1 + np.exp(37))))",
    ),
    Claim("infinity", "ровно до {:.0f}.", "sigmoid(40.0)"),
    Claim("infinity", r"-\ln({:.0f} - \sigma(z)) = \ln({:.0f} + e^{{z}})$", ONE, ONE),
    Claim("infinity", r"-\ln\sigma(z) = \ln({:.0f} + e^{{-z}})$", ONE),
    Claim("infinity", r"logaddexp({:.0f}, z)` — это $\ln(e^{:.0f} + e^z)", "relu(-9)", "relu(-9)"),
    Claim("infinity-answer", "Потери равны {:.2f}:", "evaluate(starts['random'])[0]"),
    Claim(
        "infinity-answer",
        "больше {:.0f}, значит, все {:.0f} выходов округлились до {:.0f}, и у всех {:.0f} красных",
        f"np.floor({LOGITS}.min())",
        f"np.sum(sigmoid({LOGITS}) == 1)",
        f"sigmoid({LOGITS}).min()",
        f"np.sum(sigmoid({LOGITS})[train_Y == 0] == 1)",
    ),
    Claim("rounding", "после {:.0f} итераций", ITERATIONS),
    Claim("rounding-answer", "с $10^{{{:.0f}}}$ до", "np.floor(np.log10(divergences['random'][0]))"),
    Claim("rounding-answer", "за {:.0f} шагов оно", "early[-1]"),
    Claim("rounding-answer", "все {:.0f} предсказаний", "here.size"),
    Claim("practice-negative", "равны не {:.1f}, а {:.1f}:", HALF, f"-{HALF}"),
    Claim(
        "practice-negative",
        "равны {:.4f}. Выходы",
        "evaluate(train({name: -value for name, value in constant_start.items()}))[0]",
    ),
    Claim(
        "practice-negative",
        "все {:.0f} его нейронов",
        "look_inside({name: -value for name, value in constant_start.items()})['dead']",
    ),
    Claim("practice-width", "$s = {:.1f}$ — правильное", SMALL_ENOUGH),
    Claim("practice-width", "в слое {:.0f} должен", DEPTH),
    Claim("practice-width", r"\sqrt{{{:.0f}/n}} = {:.1f}$ получаем $n = {:.0f}$", HE, SMALL_ENOUGH, "2 / 0.1**2"),
    Claim(
        "practice-width",
        "при ширине {:.0f} то же {:.1f} усиливает сигнал {:.0f} в каждом",
        "4 * 200",
        SMALL_ENOUGH,
        "np.sqrt(800 * 0.1**2 / 2)",
    ),
    Claim("practice-one", "сети {:.0f} под корнем на {:.0f}:", HE, XAVIER),
    Claim("practice-one", "range({:.0f})", "luck[1].size"),
    Claim("practice-one", "из {:.0f} потери больше {:.1f}?", "luck[1].size", SHARP),
    Claim("practice-one", "По {:.0f} сетям не сказать", "luck[1].size"),
    Claim(
        "practice-one",
        "по {:.0f}: потери больше {:.1f} у {:.0f} % сетей He и у {:.0f} % сетей с {:.0f} под",
        "200",
        SHARP,
        RISKY.format(kind="he"),
        RISKY.format(kind="xavier"),
        XAVIER,
    ),
    Claim("practice-one", "За {:.0f} слоя множитель {:.1f} не", "len(LAYERS) - 1", "STD['xavier'](7, 9) ** 2 * 7 / 2"),
    Claim("practice-one", "за {:.0f} слоёв", DEPTH),
    Claim("practice-tanh", "lambda a: {:.0f} - a**{:.0f})`", ONE, TWO),
    Claim("practice-tanh", "дисперсии, ${:.0f}/n_{{\\mathrm{{in}}}}$ или ${:.0f}/n_", XAVIER, HE),
    Claim("practice-tanh", '"he"], {:.0f}, deep)', "SEED"),
    Claim("practice-tanh", "в слое {:.0f}? А", DEPTH),
    Claim("practice-tanh", "лучше ${:.0f}/n_", HE),
    Claim(
        "practice-tanh",
        "отклонение {:.2f}, а при ${:.0f}/n_",
        TANH.format(kind="he", direction=0, layer=30),
        XAVIER,
    ),
    Claim("practice-tanh", "$ — {:.2f}. Взрыва", TANH.format(kind="xavier", direction=0, layer=30)),
    Claim("practice-tanh", r"|\tanh z| < {:.0f}$", "np.tanh(99)"),
    Claim("practice-tanh", "ни одна: при ${:.0f}/n_", HE),
    Claim(
        "practice-tanh",
        "градиент вырастает до {:.1f}, при ${:.0f}/n_",
        TANH.format(kind="he", direction=1, layer=1),
        XAVIER,
    ),
    Claim("practice-tanh", "уменьшается до {:.2f}", TANH.format(kind="xavier", direction=1, layer=1)),
    Claim("practice-leaky", r"возвращает не {:.0f}, а $\alpha z$", "relu(-9)"),
    Claim(
        "practice-leaky",
        r"за {:.0f} слоёв сигнал, если при $\alpha = {:.1f}$ оставить $s^2 = {:.0f}/n_",
        DEPTH,
        f"{ALPHA}",
        HE,
    ),
    Claim("practice-leaky", r"\,({:.0f} + \alpha^2)/{:.0f}$", ONE, TWO),
    Claim("practice-leaky", r"\dfrac{{{:.0f}}}{{({:.0f} + \alpha^2)", HE, ONE),
    Claim(
        "practice-leaky",
        "оставить ${:.0f}/n_{{\\mathrm{{in}}}}$, средний квадрат растёт в {:.2f} раза за слой, а за {:.0f} слоёв",
        HE,
        LEAK,
        DEPTH,
    ),
    Claim("practice-leaky", r"${:.2f}^{{{:.0f}}} \approx {:.1f}$ раза", LEAK, f"({DEPTH}) / 2", f"{LEAK} ** 15"),
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
    Claim("docs/teacher.md", "больше {:d} МБ |", "submissions.LARGEST_NOTEBOOK >> 20"),
    Claim("docs/teacher.md", "в секундах ({})", r"found('grading/__main__.py', r'\"--timeout\".*?default=(\d+)')"),
    Claim("docs/teacher.md", "оценки; {:d} — команда", "command.FAILED"),
    Claim("docs/teacher.md", "нет; {:d} — проверка прервана", "command.INTERRUPTED"),
    Claim("docs/teacher.md", "`курс/группа/студент` — {:d} (", "'курс/группа/студент'.count('/')"),
    Claim("docs/teacher.md", "— 2 ({}) |", r"found('grading/__main__.py', r'\"--level\".*?default=(\d+)')"),
    Claim("docs/teacher.md", "со {:d} файлов", "archives.MOST_MEMBERS"),
    Claim("docs/teacher.md", "parallel, {} части:", r"found('docs/teacher.md', r'--part {}/(\d+)')"),
    Measured(
        "docs/teacher.md",
        "заняла {} с одного ядра, а повторное выполнение — {} с на каждый",
        "python tools/measure_grading.py",
        "0 < numbers[0] < 2 and 5 < numbers[1] < 40",
    ),
    Claim(
        "docs/teacher.md",
        "{:d} работ — это около {:.0f} ядро-часов на оценки и не больше {:.0f} на",
        "100_000",
        r"100_000 * float(found('docs/teacher.md', r'заняла (\d+),(\d+)\sс')) / 3600",
        r"-(-100_000 * int(found('docs/teacher.md', r'выполнение — (\d+)\sс')) // 36_000) * 10",
    ),
    Claim("docs/teacher.md", "только {:d} функции", "len(EXERCISES)"),
    Claim("docs/teacher.md", "у которых все {:d} функции", "len(EXERCISES)"),
    Claim("docs/teacher.md", "завершается с кодом {:d},", "command.FAILED"),
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
    ("настройки кластера", r"^```yaml$.*?^```$"),
    ("пример изменения оценки", r"«Иванов: 4 → 6»"),
    ("вид архива", r"\.7z"),
    ("адрес", r"\]\([^)]*\)"),
    ("таблицу пишет tools/refresh_notebook.py", r"\A\*\*Ожидаемый результат\*\*.*"),
    ("числа измеряет и пишет python -m benchmarks", r"<!-- python -m benchmarks: начало -->.*?конец -->"),
    ("номер раздела", r"^#+ \d[\d.]*|[Рр]аздел\w*\s\d(?:(?:\sи\s|–)\d)*|(?<![\d,.])6\.[1-8](?!\d|,\d)"),
    ("номер вопроса", r"^\*\*\d\.\*\*|вопрос\s\d"),
    ("номер слоя", r"сло[йяею]\s[12]\b"),
    ("код, который выполняет tests/test_explanations.py", r"^```python$.*?^```$"),
    ("варианты ответа", r"порядка 10, 1000 или \$10\^6\$"),
    ("основание степени", r"10(?=\^)"),
    ("год статьи", r"(?:al\.|ICCV|AISTATS), \d{4}|, \d{4}(?=\])"),
    ("оценка, а не измерение", r"около 40\sминут"),
    ("номер слоя в формуле", r"\^\{\[(?:\d|[lL]-1)\](?:\\,T)?\}|\[l - 1\]|n<l-1>"),
    ("квадрат", r"\^2"),
    ("название", r"x86-64|Notebook\s7|PYTHONUTF8=1"),
    ("проверено вручную", r"и\s3\.13\)"),
    ("ноль баллов", r"от\s0\sдо|или\s0,"),
    ("код удачного завершения", r"Код завершения\s0\s"),
    ("обещание, а не измерение", r"На двух ядрах это занимает около двадцати минут|больше пяти секунд"),
    ("команды названы рядом", r"общее для этих двух команд"),
    ("описание машины", r"на одной машине с двумя ядрами"),
]
