"""Numbers of the prose that its section does not print, and what computes them."""

from typing import NamedTuple


class Row(NamedTuple):
    place: str  # the id of a cell, or a file
    number: str  # as the text writes it
    expression: str  # in the namespace of both notebooks' definitions, with NumPy and tools.measure


LARGE = "random_start(STD['random'], 3)"
AHEAD = "np.sum([measure.loss('he', i) > measure.loss('random', i) for i in range(1000, 8000, 1000)])"
ROWS = [
    Row("task", "2", "train_X.shape[0]"),
    Row("task", "2", "test_X.shape[0]"),
    Row("task", "300", "train_X.shape[1]"),
    Row("task", "100", "test_X.shape[1]"),
    Row("task", "0", "train_Y[0][np.hypot(*train_X).argmax()]"),  # the outer ring is red
    Row("task", "1", "train_Y[0][np.hypot(*train_X).argmin()]"),
    Row("run-random", "0,693", "np.log(2)"),
    Row("why-random", "1", "min(measure.step('random', 0))"),
    Row("why-random", "7", "max(measure.step('random', 0))"),
    Row("why-random", "0,0002", "min(measure.step('random', 5000))"),
    Row("why-random", "0,0005", "max(measure.step('random', 5000))"),
    Row("why-random", "0,005", "min(measure.step('he', 5000))"),
    Row("why-random", "0,03", "max(measure.step('he', 5000))"),
    Row("why-random", "0,346", "measure.loss('random', 75_000)"),
    Row("why-random", "0,346", "measure.loss('random', 300_000)"),
    Row("why-random", "85", "measure.right('random', 300_000)[0]"),
    Row("why-random", "84", "measure.right('random', 300_000, 'test')[0]"),
    Row("why-he", "2", "np.sum(measure.wrong('he', 15_000))"),
    Row("why-he", "4", "np.sum(measure.wrong('he', 15_000, 'test'))"),
    Row("why-he", "4000", f"1000 * {AHEAD}"),
    Row("why-he", "5000", f"1000 * ({AHEAD} + 1)"),
    Row("why-he", "300", "train_Y.size"),
    Row("why-he", "100", "test_Y.size"),
    Row("why-he", "0,69", "np.log(2)"),
    Row("why-he", "10", "STD['random'](2, 10)"),
    Row("why-he", "91", "measure.right('he', 5000)[0]"),
    Row("why-he", "70", "measure.right('random', 5000)[0]"),
    Row("he", "10", "STD['random'](2, 10)"),
    Row("run-he", "83", "measure.right('random', 15_000)[0]"),
    Row("why", "0,69", "np.log(2)"),
    Row("why", "0,5", "sigmoid(0)"),
    Row("scale-answer", "22", "10 / np.sqrt(2 / LAYERS[1])"),
    Row("signal-answer", "10^{-30}", "(10 * 0.01) ** 30"),
    Row("signal-answer", "10^{60}", "(10 * 10.0) ** 30"),
    Row("glorot-answer", "0{,}16", "2 * 200 / 250 * 2 * 50 / 250 / 4"),
    Row("glorot-answer", "0{,}25", "(1 / 2) ** 2"),
    Row("library", "6", "STD['he'](200, 200) ** 2 / (1 / (3 * 200))"),
    Row("infinity", "37", "-np.log(np.finfo(float).eps / 2)"),
    Row("infinity-answer", "62", f"np.floor(forward({LARGE})[1].min())"),
    Row("practice-negative", "0,6931", "evaluate(train(constant_start(-0.5)))[0]"),
    Row("practice-width", "800", "2 * 2**2 / 0.1**2"),
    Row("practice-tanh", "4,7", "measure.deep_tanh('he', 30)"),
    Row("practice-tanh", "140", "np.round(measure.deep_tanh('he', 100), -1)"),
    Row("practice-tanh", "0,24", "measure.deep_tanh('lecun', 30)"),
    Row("practice-tanh", "0,07", "measure.deep_tanh('lecun', 100)"),
    Row("practice-leaky", "1,04", "1 + 0.2**2"),
    Row("practice-leaky", "1{,}04", "1 + 0.2**2"),
    Row("practice-leaky", "30", "2 * 15"),
    Row("practice-leaky", "1{,}8", "(1 + 0.2**2) ** 15"),
    Row("README.md", "14 001", "max(range(0, 15_000, 1000)) + 1"),  # as many losses are printed as after 15,000
    Row("docs/teacher.md", "100 000", "opening.OF_A_STUDENT.members"),
    Row("docs/teacher.md", "67", "measure.seeds_story()[0][0]"),
    Row("docs/teacher.md", "65", "measure.seeds_story()[1][0]"),
    Row("docs/teacher.md", "97", "measure.seeds_story()[2]"),
    Row("docs/teacher.md", "89", "measure.seeds_story()[3]"),
]

# What another machine, or minutes of grading, must measure: place, number, command.
MEASURED = [
    *(("README.md", number, "tools/measure_spread.py") for number in ("0,468", "0,484", "0,38104", "0,38109")),
    ("docs/teacher.md", "0,26", "tools/measure_grading.py"),
]

# What a question or a rule of the text chooses itself: no result.
CHOSEN = [
    ("why-random", "75 000", "how long was tried: see its row"),
    ("why-random", "300 000", "how long was tried: see its row"),
    ("network", "0{,}5", "the threshold of predict_dec"),
    ("why-random", "5000", "the moment that is looked at: see its rows"),
    ("why-he", "5000", "the moment that is looked at: see its rows"),
    ("play", "10 000", "of a slider"),
    ("infinity", "1000", "a guess that is offered"),
    ("infinity", "10^6", "a guess that is offered"),
    ("practice-one", "0,3", "the threshold of the whole notebook"),
    ("docs/teacher.md", "95", "a threshold"),
]
