"""The grader: fair to right answers, strict with wrong ones, safe from hostile ones."""

import contextlib
import csv
import io
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
from conftest import ROOT
from submissions import BIAS, ORACLE, SEEDED, completed, function, submission, write

if sys.platform != "linux":
    pytest.skip("the grader needs Linux", allow_module_level=True)

from grading.confined import confinement
from grading.confined.unpacking import TOO_LARGE
from grading.marks import Grader, draw_layer_lists

PR_SET_CHILD_SUBREAPER = 36
RANDN = "np.random.randn(layers_dims[l], layers_dims[l - 1])"
HE = "np.sqrt(2 / layers_dims[l - 1])"


@pytest.fixture(scope="module")
def grader(tmp_path_factory):
    grader = Grader(tmp_path_factory.mktemp("g"), draw_layer_lists(), timeout=5, quick=True)
    yield grader
    grader.close()


@pytest.fixture
def grade(grader, tmp_path):
    """Marks one notebook without nbval."""

    def mark(notebook):
        return grader.grade(write(tmp_path / "x.ipynb", notebook).read_bytes(), "x.ipynb")

    return mark


def run(*arguments, **options):
    """The command line; returns the finished process."""
    command = [sys.executable, "-m", "grading", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600, **options)


def rows(path):
    with open(path, encoding="utf-8-sig", newline="") as file:
        return {row["submission"]: row for row in csv.DictReader(file)}


# --- right answers ---


def but(notebook, first=None, last=()):
    """The notebook with another first cell, and with cells at its end."""
    cells = [nbformat.v4.new_code_cell(source) for source in ([first] if first else [])]
    cells += notebook.cells[bool(first) :] + [nbformat.v4.new_code_cell(source) for source in last]
    return nbformat.v4.new_notebook(cells=cells)


SQRT = f"{RANDN} * math.sqrt(2 / layers_dims[l - 1])"
SEED_ABOVE = "np.random.seed(SEED)"
PYLAB = """def initialize_parameters_he(d):
    seed(3)
    p = {}
    for l in range(1, len(d)):
        p[f"W{l}"], p[f"b{l}"] = randn(d[l], d[l - 1]) * sqrt(2 / d[l - 1]), zeros((d[l], 1))
    return p
"""
SLOW = "import time\ndef train(x): time.sleep(12)\n"

HELPER = "def scale(n):\n    return math.sqrt(FACTOR / n)"
RIGHT_ANSWERS = {
    "the completed lab": completed(),
    "lists and shape=": submission(
        zeros=function("zeros", "np.zeros([layers_dims[l], layers_dims[l - 1]])", "np.zeros(shape=(layers_dims[l], 1))")
    ),
    "other zeros": submission(
        zeros=function(
            "zeros", "np.full((layers_dims[l], layers_dims[l - 1]), 0.)", "np.zeros((layers_dims[l], 1), int)"
        ),
        he=function("he", bias=f"{RANDN}[:, :1] * 0 if l < 0 else {BIAS}"),
    ),
    "10.0 *": submission(random=function("random", f"10.0 * {RANDN}")),
    "np.multiply": submission(random=function("random", f"np.multiply({RANDN}, 10)")),
    "/ 0.1": submission(random=function("random", f"{RANDN} / 0.1")),
    "np.random.normal": submission(
        random=function("random", "np.random.normal(0, 10, (layers_dims[l], layers_dims[l - 1]))"),
        he=function("he", f"np.random.normal(scale={HE}, size=(layers_dims[l], layers_dims[l - 1]))"),
    ),
    "standard_normal": submission(
        random=function("random", "np.random.standard_normal((layers_dims[l], layers_dims[l - 1])) * 10")
    ),
    "2. / n": submission(he=function("he", f"{RANDN} * np.sqrt(2. / layers_dims[l - 1])")),
    "** 0.5": submission(he=function("he", f"{RANDN} * (2 / layers_dims[l - 1]) ** 0.5")),
    "math with its import above": submission(
        he="import math\n" + function("he", f"{RANDN} * math.sqrt(2 / layers_dims[l - 1])")
    ),
    "math with its import inside": submission(
        he=function("he", f"{RANDN} * sqrt(2 / layers_dims[l - 1])", seed=f"from math import sqrt; {SEEDED}")
    ),
    "math with its import in another cell": submission(
        "from math import *", he=function("he", f"{RANDN} * sqrt(2 / layers_dims[l - 1])")
    ),
    "a helper and a constant in other cells": submission(
        "import math\nFACTOR = 2", HELPER, he=function("he", f"{RANDN} * scale(layers_dims[l - 1])")
    ),
    "local names": submission(
        he=f"def initialize_parameters_he(layers_dims):\n    {SEEDED}\n"
        """    params, rng = {}, np.random
    for i, (n_in, n_out) in enumerate(zip(layers_dims, layers_dims[1:]), 1):
        params[f"W{i}"], params["b%d" % i] = rng.randn(n_out, n_in) * np.sqrt(2 / n_in), np.zeros((n_out, 1))
    return params"""
    ),
    "a local name that the notebook uses too": submission(
        "parameters = no_such_function()\nL = 1 / 0", he=function("he")
    ),
    "prints and warnings": submission(
        he=function("he", seed=f"import warnings; warnings.warn('!'); print('ok' * 1000); {SEEDED}")
    ),
    "None overwritten below": submission(he=function("he", loop="parameters['W' + str(l)] = None")),
    "the last definition": submission(function("he", "None"), function("he", "1 / 0")),
    "the last definition, a broken one before": submission("def initialize_parameters_he(layers_dims)\n    pass"),
    "a magic before the function": submission(he="%matplotlib inline\n!echo hello\n" + function("he")),
    "a magic in the function": submission(he=function("he", loop="%time 1\nfiles = !ls")),
    "a cell magic": submission(he="%%time\n" + function("he")),
    "a cell in another language": submission("%%bash\necho 'def initialize_parameters_he('"),
    "a default and a type hint": submission(
        he=function("he").replace("(layers_dims)", "(layers_dims: list[int], seed: int = 3) -> dict", 1)
    ),
    "a condition around": submission(he="if True:\n" + "".join("    " + x + "\n" for x in function("he").split("\n"))),
    "a later draft that does not parse": nbformat.v4.new_notebook(
        cells=[*submission().cells, nbformat.v4.new_code_cell("def initialize_parameters_he(layers_dims:\n    pass")]
    ),
    "a constant by a condition": submission(
        "FLAG = True\nif FLAG:\n    K = 10\nelse:\n    K = 1", random=function("random", f"{RANDN} * K")
    ),
    "a constant step by step": submission("K = 5\nK *= 2", random=function("random", f"{RANDN} * K")),
    "a constant in a dictionary": submission(
        "C = {}\nC['k'] = 3\nC.update(k=10)", random=function("random", f"{RANDN} * C['k']")
    ),
    "a constant in a class": submission("class C: pass\nC.k = 10", random=function("random", f"{RANDN} * C.k")),
    "an import that may fail": submission(
        "try:\n    from nothing import K\nexcept ImportError:\n    K = 10", random=function("random", f"{RANDN} * K")
    ),
    "a walrus": submission("print(K := 10)", random=function("random", f"{RANDN} * K")),
    "a loop": submission("for K in (1, 10):\n    pass", random=function("random", f"{RANDN} * K")),
    "a constant that changes later": submission(
        random="K = 10\n" + function("random", f"{RANDN} * K"), he="K = 2\n" + function("he")
    ),
    "a decorated function": submission(
        "def log(f):\n    return lambda *a: f(*a)",
        he=function("he") + "initialize_parameters_he = log(initialize_parameters_he)",
    ),
    "a comprehension with the same name": submission(
        "K = 10", "squares = [K for K in range(3)]", random=function("random", f"{RANDN} * K")
    ),
    "annotations of the future": submission(
        "from __future__ import annotations",
        he=function("he").replace("(layers_dims)", "(layers_dims: List[int])", 1),
    ),
    "display": submission(he=function("he", loop="display(parameters)")),
    "two cell magics": submission(he="%%capture\n%%time\n" + function("he")),
    "a table filled by a decorator": submission(
        "SCALES = {}\ndef register(f):\n    SCALES[f.__name__] = f\n    return f",
        "@register\ndef ten(): return 10",
        random=function("random", f"{RANDN} * SCALES['ten']()"),
    ),
    "a list filled by a function": submission(
        "K = []\ndef fill(k): k.append(10)", "fill(K)", random=function("random", f"{RANDN} * K[0]")
    ),
    "a timed statement": submission(he=function("he").replace("parameters['W'", "%time parameters['W'")),
    "get_ipython": submission(he=function("he", loop="shell = get_ipython()")),
    "a magic in a long cell": submission(he="%matplotlib inline\n" + "# ...\n" * 5_000 + function("he")),
    "another key": submission(he=function("he").replace("parameters = {}", "parameters = {'cache': None}")),
    "temporary files": submission(
        he=function("he", loop="import tempfile\nfor _ in range(300): tempfile.NamedTemporaryFile().close()")
    ),
    "a thread": submission(
        he=function(
            "he",
            loop="import concurrent.futures as c\nwith c.ThreadPoolExecutor(16) as p: list(p.map(abs, range(32)))",
        )
    ),
    "a picture": submission(
        he=function(
            "he", loop="import matplotlib; matplotlib.use('Agg')\nimport matplotlib.pyplot as plt\nplt.plot([1])"
        )
    ),
    "a seed below": but(submission(he=function("he", seed=SEED_ABOVE)), last=["SEED = 3"]),
    "a constant below": but(submission(random=function("random", f"np.multiply({RANDN}, GAIN)")), last=["GAIN = 10"]),
    "a missing package in one line with others": but(
        submission(he=function("he", SQRT)), "import no_such_package as tf, numpy as np, math"
    ),
    "a star import that may fail": submission(
        "try:\n    from math import *\nexcept ImportError:\n    pass",
        he=function("he", f"{RANDN} * sqrt(2 / layers_dims[l - 1])"),
    ),
    "all of init_utils": but(submission(he=function("he", SQRT)), "from init_utils import *"),
    "all of a missing module": but(submission(he=function("he", SQRT)), "from public_tests import *"),
    "pylab": but(submission(he=PYLAB), "%pylab inline"),
    "all of pylab": but(submission(he=PYLAB), "from pylab import *"),
    "a slow statement with the seed": submission(
        SLOW + "SEED = 3\nloss = train(SEED)", he=function("he", seed=SEED_ABOVE)
    ),
    "a slow statement with a draft": submission(function("he", "1"), SLOW + "train(initialize_parameters_he)"),
    "a slow statement with a computed constant": submission(
        SLOW + "K = np.sqrt(100)\ntrain(K)", random=function("random", f"{RANDN} * K")
    ),
    "NumPy imported one way or the other": but(
        submission(SLOW + "x = np.zeros(train(1))"),
        "try:\n    import cupy as np\nexcept ImportError:\n    import numpy as np",
    ),
    "keys that begin like others": submission(
        he=function("he", loop="parameters['Wshape'] = 1; parameters['best'] = None")
    ),
    "keys of NumPy's": submission(he=function("he").replace("'W' + str(l)", "np.str_('W' + str(l))")),
    "a lambda": submission(
        he="initialize_parameters_he = lambda d: (np.random.seed(3), {k: v for l in range(1, len(d)) for k, v in "
        "{f'W{l}': np.random.randn(d[l], d[l - 1]) * np.sqrt(2 / d[l - 1]), f'b{l}': np.zeros((d[l], 1))}.items()})[1]"
    ),
    "50 shell lines": submission("!ls\n" * 50 + "x = !ls\n" * 50, he="!ls\n" * 50 + function("he")),
    "no import of NumPy": nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(function(method)) for method in ORACLE]
    ),
}


@pytest.mark.parametrize("notebook", RIGHT_ANSWERS.values(), ids=RIGHT_ANSWERS)
def test_right_answers_get_all_points(grade, notebook):
    mark = grade(notebook)
    assert (mark.status, mark.score, mark.feedback) == ("ok", 6, "всё верно")


# --- wrong answers ---


QUOTES = '"' * 3


def indented(method, by="    "):
    return "".join(f"{by}{line}\n" for line in function(method).splitlines())


def aside(kind):
    """A notebook whose last function stands in a cell of another kind."""
    notebook = submission()
    notebook.cells[-1].update(cell_type=kind)
    for field in ("outputs", "execution_count"):
        del notebook.cells[-1][field]
    return notebook


# the notebook -> status, points of the three functions, words of the diagnosis
WRONG_ANSWERS = {
    "1/n": (submission(he=function("he", f"{RANDN} * np.sqrt(1 / layers_dims[l - 1])")), "wrong", 2, 2, 1, "np.sqrt(1"),
    "bias of shape (n,)": (submission(he=function("he", bias="np.zeros(layers_dims[l])")), "wrong", 2, 2, 1, "в b1"),
    "bias of ones": (submission(zeros=function("zeros", bias=f"1 + {BIAS}")), "wrong", 1, 2, 2, "нулями"),
    "transposed": (
        submission(random=function("random", "np.random.randn(layers_dims[l - 1], layers_dims[l]) * 10")),
        "wrong", 2, 1, 2, "переставлены",
    ),
    "both": (submission(random=function("random", RANDN, "0")), "wrong", 2, 0, 2, "одно значение"),
    "seed removed": (submission(he=function("he", seed="")), "wrong", 2, 2, 1, SEEDED),
    "right for the shown sizes only": (
        submission(zeros=function("zeros", "np.zeros({1: (2, 3)}.get(l, (1, 2)))")), "wrong", 1, 2, 2, "числами",
    ),
    "the numbers of the expected table": (
        submission(
            he="def initialize_parameters_he(layers_dims):\n    parameters = "
            + repr({"W1": [[1.78862847, 0.43650985]], "b1": [[0.0]]})
            + "\n    return {name: np.array(value) for name, value in parameters.items()}"
        ),
        "wrong", 2, 2, 0, "ключ 'W2'",
    ),
    "None left": (submission(he=function("he", "None", "None")), "incomplete", 2, 2, 0, "None"),
    "half of it solved": (submission(he=function("he", bias="None")), "incomplete", 2, 2, 1, "None"),
    "no return": (submission(he=function("he").replace("return parameters", "")), "incomplete", 2, 2, 0, "return"),
    "no such function": (submission(he="def initialize_he(layers_dims):\n    pass"), "incomplete", 2, 2, 0, "нет"),
    "does not parse": (submission(he="def initialize_parameters_he(d)\n    pass"), "error", 2, 2, 0, "SyntaxError"),
    "an error that only a compiler sees": (
        submission(he="def initialize_parameters_he(layers_dims, layers_dims):\n    pass"),
        "error", 2, 2, 0, "SyntaxError",
    ),
    "raises": (submission(he=function("he", "1 / 0")), "error", 2, 2, 0, "ZeroDivisionError"),
    "an unknown name": (submission(he=function("he", f"{RANDN} * scale")), "error", 2, 2, 0, "NameError"),
    "exits": (submission(he=function("he", "exit()")), "error", 2, 2, 0, "SystemExit"),
    "raises SystemExit": (submission(he=function("he", "__import__('sys').exit()")), "error", 2, 2, 0, "SystemExit"),
    "no end": (submission(he="def initialize_parameters_he(d):\n    while True: pass"), "timeout", 2, 2, 0, "5 с"),
    "calls itself": (submission(he=function("he", "initialize_parameters_he([1, 1])")), "error", 2, 2, 0, "Recursion"),
    "the gravest counts": (
        submission(zeros=function("zeros", "None"), random=function("random", "1 / 0"), he=function("he", "np.eye(3)")),
        "error", 1, 0, 1, "ZeroDivisionError",
    ),
    "complex numbers": (submission(he=function("he", f"{RANDN} * {HE} * (1 + 0j)")), "wrong", 2, 2, 1, "complex"),
    "objects": (submission(he=function("he", f"({RANDN} * {HE}).astype(object)")), "wrong", 2, 2, 1, "object"),
    "keys that only look right": (
        submission(
            he="class Key:\n    def __init__(self, name): self.name = name\n    def __str__(self): return self.name\n\n"
            + function("he").replace("return parameters", "return {Key(k): v for k, v in parameters.items()}")
        ),
        "wrong", 2, 2, 0, "<Key>",
    ),
    "a hundred layers too many": (
        submission(he=function("he", loop="parameters.update({f'W{i}': 0 for i in range(99, 199)})")),
        "wrong", 2, 2, 0, "ключей",
    ),
    "an uncalled function": (submission(he=function("he", "np.zeros")), "wrong", 2, 2, 1, "builtin_function"),
    "a number of NumPy": (submission(he=function("he", bias="np.float64(0)")), "wrong", 2, 2, 1, "а не одно значение"),
    "a module that is not installed": (
        submission("from no_such_module import scale", he=function("he", f"{RANDN} * scale")),
        "error", 2, 2, 0, "нет пакета no_such_module",
    ),
    "raises NotImplementedError": (
        submission(he="def initialize_parameters_he(d):\n    raise NotImplementedError"),
        "incomplete", 2, 2, 0, "закончено",
    ),
    "a matrix": (submission(he=function("he", f"np.matrix({RANDN} * {HE})")), "wrong", 2, 2, 1, "matrix"),
    "a missing package": (
        submission("from no_such_package import tqdm", he=function("he", loop="tqdm(l)")), "error", 2, 2, 0,
        "нет пакета no_such_package",
    ),
    "in a class": (submission(he=f"class A:\n{indented('he')}"), "incomplete", 2, 2, 0, "внутри класса A"),
    "in a function": (submission(he=f"def a():\n{indented('he')}"), "incomplete", 2, 2, 0, "внутри функции a"),
    "in a string": (submission(he=QUOTES + function("he") + QUOTES), "incomplete", 2, 2, 0, "внутри строки"),
    "commented out": (submission(he=indented("he", "# ")), "incomplete", 2, 2, 0, "в комментарии"),
    "in another language": (submission(he="%%bash\n" + function("he")), "incomplete", 2, 2, 0, "начинается с %%bash"),
    "in Markdown": (aside("markdown"), "incomplete", 2, 2, 0, "в текстовой ячейке (Markdown)"),
    "in a raw cell": (aside("raw"), "incomplete", 2, 2, 0, "в ячейке Raw"),
    "a huge array": (submission(he=function("he", "np.broadcast_to(0.0, (10**9, 10**9))")), "wrong", 2, 2, 1, "формы"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("notebook", "status", "zeros", "random", "he", "words"), WRONG_ANSWERS.values(), ids=WRONG_ANSWERS
)
def test_wrong_answers_lose_their_point(grade, notebook, status, zeros, random, he, words):
    mark = grade(notebook)
    assert mark.status == status, mark.feedback
    assert [mark.points(method) for method in ORACLE] == [zeros, random, he]
    assert words in mark.feedback
    assert "\n" not in mark.feedback


def test_no_text_is_cut_within_a_word(grade):
    mark = grade(submission(he=function("he", loop="raise ValueError('слово ' * 1000)")))
    assert re.search(r"слово слово…", mark.feedback) and len(mark.feedback) < 1000


@pytest.mark.parametrize(
    ("code", "version"),
    [
        (function("he").replace("'W' + str(l)", "f'{'W'}{l}'"), (3, 12)),
        ("type P = dict\n" + function("he"), (3, 12)),
        (function("he").replace("he(", "he[T](", 1), (3, 12)),
    ],
)
def test_a_newer_python_is_named_where_it_may_be_needed(grade, code, version):
    notebook = submission(he=code)
    notebook.metadata.language_info = {"name": "python", "version": "3.99.1"}
    mark = grade(notebook)
    if sys.version_info >= version:
        assert mark.score == 6
    else:
        assert "а работа сохранена в 3.99: возможно" in mark.feedback


def test_unseen_sizes_differ_from_run_to_run():
    lists = [draw_layer_lists()["he"] for _ in range(5)]
    assert all(shown == [2, 4, 1] for shown, *_ in lists)
    assert len({str(unseen) for _, *unseen in lists}) > 1
    for _, *unseen in lists:
        for sizes in unseen:
            assert min(sizes) > 4 and len(set(sizes)) == len(sizes)


def test_a_hostile_cell_does_not_spoil_the_others(grade):
    mark = grade(submission("?" * 1000 + "\n" + "a." * 500 + "?", "x = " + "+".join("1" * 400), "global q; q = 1"))
    assert (mark.status, mark.score) == ("ok", 6)


def test_a_function_too_complex_to_take_out_costs_only_its_own_points(grade):
    mark = grade(submission(he=function("he", "+".join(["1"] * 400))))
    assert mark.points("zeros") == mark.points("random") == 2


# --- files ---


def old_format():
    """The completed lab in nbformat 3, worksheets and all."""
    return nbformat.v3.writes_json(nbformat.convert(completed(), 3)).encode()


COMPLETED = (ROOT / "Initialization.ipynb").read_bytes()
FILES = {
    "nbformat 3": (old_format(), "ok"),
    "byte-order mark": (b"\xef\xbb\xbf" + COMPLETED, "ok"),
    "empty": (b"", "unreadable"),
    "truncated": (COMPLETED[: len(COMPLETED) // 2], "unreadable"),
    "not a notebook": (b'{"cells": 1}', "unreadable"),
    "a list": (b"[]", "unreadable"),
    "no text": (os.urandom(10_000), "unreadable"),
    "deep": (b"[" * 1_000_000, "unreadable"),
    "no cells": (b'{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}', "incomplete"),
    "a deep expression": (
        nbformat.writes(submission(he="x = " + "-" * 50_000 + "1\n" + function("he"))).encode(),
        "error",
    ),
}


# a file -> words of what it is and what to do
OTHER_FILES = {
    "a merge conflict": (COMPLETED.replace(b' "cells"', b'<<<<<<< HEAD\n "cells"', 1), "метки слияния Git"),
    "a web page": (b"<!DOCTYPE html><html></html>", "веб-страница (HTML), а не блокнот"),
    "Windows-1251": (COMPLETED.decode().encode("cp1251", "replace"), "в кодировке Windows-1251"),
    "truncated": (COMPLETED[: len(COMPLETED) // 2], "обрывается на середине"),
    "broken": (COMPLETED.replace(b'"cell_type"', b'"cell_type', 1), "испорчен, ошибка в строке"),
    "empty": (b" ", "файл пуст"),
    "an archive": (b"PK\x03\x04", "архив"),
    "a program": (b"import numpy as np\nx = 1\n", "программа на Python"),
    "text": ("Готово".encode(), "не блокнот Jupyter"),
    "data in the cells": (nbformat.writes(submission(f"x = {'1' * 3_000_000!r}")).encode(), "млн знаков кода"),
}


@pytest.mark.parametrize(("data", "words"), OTHER_FILES.values(), ids=OTHER_FILES)
def test_files_that_cannot_be_read_are_recognized(grader, data, words):
    mark = grader.grade(data, "x.ipynb")
    assert mark.status == "unreadable" and words in mark.feedback and "не прочитан" not in mark.feedback


@pytest.mark.parametrize(("data", "status"), FILES.values(), ids=FILES)
def test_files_of_all_kinds(grader, data, status):
    mark = grader.grade(data, "x.ipynb")
    assert mark.status == status, mark.feedback


def test_a_file_of_200_mb_links_and_pipes_are_not_read(tmp_path):
    with open(tmp_path / "x.ipynb", "wb") as file:
        file.truncate(200 << 20)
    (tmp_path / "link.ipynb").symlink_to("x.ipynb")
    os.mkfifo(tmp_path / "pipe.ipynb")
    table = csv.DictReader(io.StringIO(run("grade", tmp_path, "--quick", "--csv", "-").stdout))
    assert [(row["submission"], row["status"], row["score"], row["feedback"]) for row in table] == [
        ("link.ipynb", "unreadable", "0", "это ссылка, она не открывается"),
        ("pipe.ipynb", "unreadable", "0", "это не обычный файл"),
        (
            "x.ipynb",
            "unreadable",
            "0",
            TOO_LARGE,
        ),
    ]


# --- hostile code ---

# the body of initialize_parameters_he -> the status that the submission gets
ATTACKS = {
    "leaves at once": ("import os; os._exit(0)", "crashed"),
    "crashes the interpreter": ("import ctypes; ctypes.string_at(0)", "crashed"),
    "aborts": ("import os; os.abort()", "crashed"),
    "kills its parent": ("import os, signal; os.kill(os.getppid(), signal.SIGKILL)", "error"),
    "kills everything": ("import os, signal; os.kill(-1, signal.SIGKILL)", "error"),
    "forks": ("import os\n    while True: os.fork()", "error"),
    "starts a program": ("import subprocess; subprocess.run(['/bin/sh', '-c', 'sleep 1000 &'])", "error"),
    "becomes a program": ("import os; os.execv('/bin/true', ['true'])", "error"),
    "takes all memory": ("x = [np.empty(1 << 24) for _ in range(64)]", "error"),
    "writes a huge file": ("open('x', 'wb').write(b'x' * (1 << 26))", "error"),
    "writes many files": ("for i in range(10**6): open(str(i), 'wb').write(b'x' * 10**6)", "error"),
    "writes elsewhere": ("open('/tmp/grading-attack', 'w')", "error"),
    "reads the solution": (f"return exec(open({str(ROOT / 'init_utils.py')!r}).read())", "error"),
    "imports the solution": ("from init_utils import _right_parameters", "error"),
    "reads the notebook": (f"open({str(ROOT / 'Initialization.ipynb')!r})", "error"),
    "looks into other processes": ("open('/proc/self/environ').read()", "error"),
    "reads the passwords": ("open('/etc/passwd').read()", "error"),
    "opens the network": ("import socket; socket.create_connection(('127.0.0.1', 22))", "error"),
    "opens a Unix socket": ("import socket; socket.socket(socket.AF_UNIX).connect('/run/docker.sock')", "error"),
    "prints without end": ("while True: print('x' * 10**6)", "timeout"),
    "sleeps": ("import time; time.sleep(1000)", "timeout"),
    "ignores signals": ("import signal; signal.pthread_sigmask(0, range(1, 65))\n    while True: pass", "timeout"),
    "stops itself": ("import signal; signal.raise_signal(signal.SIGSTOP)", "error"),
    "writes nonsense to the result": ("import os; os.write(4, b'{'); os._exit(0)", "crashed"),
    "writes a false result": ("import os; os.write(4, b'{\"answers\": 6}'); os._exit(0)", "crashed"),
    "writes an endless result": ("import os\n    while True: os.write(4, b'1' * (1 << 20))", "crashed"),
    "writes a deep result": ("import os; os.write(4, b'[' * 10**6); os._exit(0)", "crashed"),
    "puts code into the result": (
        "class Evil:\n        def __reduce__(self): return print, ('evil',)\n    return {'W1': Evil()}",
        "wrong",
    ),
    "changes what NumPy means": (
        "np.allclose = np.isclose = lambda *a, **k: True; return {'W1': np.ones((4, 2))}",
        "wrong",
    ),
    "an array that says it is equal": (
        "class Sly(np.ndarray):\n        def __eq__(self, other): return True\n"
        "    return {'W1': np.ones((4, 2)).view(Sly)}",
        "wrong",
    ),
    "makes deep folders": ("import os\n    for _ in range(1500): os.mkdir('d'); os.chdir('d')", "error"),
    "makes a closed folder": ("import os; os.mkdir('d', 0o300)", "error"),
    "races the supervisor": (
        "for _ in range(1000): open('a', 'w').close(); __import__('os').unlink('a')",
        "incomplete",
    ),
    "returns a view of billions": (
        "return {'W1': np.ones((4, 2)), 'Wz': np.broadcast_to(0.0, (10**6, 10**6))}",
        "wrong",
    ),
    "writes a long error": (
        "import os, json; os.write(4, json.dumps({'failure': {'kind': 'A' * 10**5}}).encode()); os._exit(0)",
        "error",
    ),
    "writes a wrong kind": (
        "import os; os.write(4, b'{\"answers\": [[{\"type\": \"dict\", \"values\": {\"W1\": {\"type\": \"ndarray\", '\n"
        "    b'\"shape\": [2], \"kind\": \"(2,,\"}}}]]}'); os._exit(0)",
        "crashed",
    ),
    "sends a datagram": (
        "import socket; socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)[0].sendto(b'x', '/tmp/x')",
        "error",
    ),
    "names the machine": ("import socket; socket.sethostname(socket.gethostname())", "error"),
    "makes a file that stays": (
        "import fcntl, struct; fcntl.ioctl(open('x', 'w'), 0x40086602, struct.pack('q', 16))",
        "error",
    ),
    "reads the memory that others share": (
        "import ctypes; c = ctypes.CDLL(None, use_errno=True)\n"
        "    if c.shmat(0, None, 0) == -1 and ctypes.get_errno() == 1: raise OSError",
        "error",
    ),
    "starts threads": (
        "import threading, time; threading.stack_size(1 << 15)\n"
        "    for _ in range(300): threading.Thread(target=time.sleep, args=(9,)).start()",
        "error",
    ),
    "locks others out of a library": ("import fcntl, os; fcntl.fcntl(os.open(os.__file__, 0), 1024, 1)", "error"),
    "has the kernel send signals": (
        "import fcntl, os, socket; fcntl.fcntl(socket.socketpair()[0], fcntl.F_SETOWN, os.getppid())",
        "error",
    ),
    "empties a file": (f"import os; os.truncate({str(ROOT / 'README.md')!r}, 0)", "error"),
    "calls what is newer than Landlock": (  # setxattrat
        "import ctypes; c = ctypes.CDLL(None, use_errno=True)\n"
        "    if c.syscall(463, 0, 0, 0, 0, 0, 0) == -1 and ctypes.get_errno() == 38: raise OSError",
        "error",
    ),
    "outlives the grader": ("import ctypes\n    if ctypes.CDLL(None).prctl(1, 0) == -1: raise OSError", "error"),
    "leaves shared memory": (
        "from multiprocessing import shared_memory as s; s.SharedMemory('grading', True, 9)",
        "error",
    ),
}


def attack(body):
    return submission(he=f"def initialize_parameters_he(layers_dims):\n    {body}\n")


@pytest.fixture
def processes():
    """A function: the numbers of the running processes that graders of this test run have started.

    Those whose parent has died become children of this process, so that other test runs are told from it.
    """
    confinement.check(confinement.libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0))

    def running():
        parents, found = {}, set()
        for path in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                parents[int(path.name)] = int((path / "stat").read_text().rpartition(")")[2].split()[1])
                if str(ROOT / "grading").encode() in (path / "cmdline").read_bytes():
                    found.add(int(path.name))
        return {number for number in found if os.getpid() in ancestors(number, parents)}

    return running


def ancestors(number, parents):
    while number := parents.get(number):
        yield number


needs_protection = pytest.mark.skipif(bool(confinement.missing_protection()), reason="no Landlock or no seccomp here")


@needs_protection
def test_hostile_submissions_are_contained_and_honest_ones_get_their_marks(tmp_path, processes):
    folder = tmp_path / "group"
    for name, (body, _) in ATTACKS.items():
        write(folder / name / "work.ipynb", attack(body))
        write(folder / name / "work honest.ipynb", submission())
    (folder / "files").mkdir()
    for name, trap in {"conftest.py": "raise SystemExit", "numpy.py": "1 / 0", "init_utils.py": "1 / 0"}.items():
        (folder / "files" / name).write_text(trap)
    write(folder / "files" / "work.ipynb", submission())
    before = processes()

    result = run("grade", folder, "--csv", tmp_path / "marks.csv", "--quick", "--timeout", 1)
    assert result.returncode == 0, result.stderr
    marks = rows(tmp_path / "marks.csv")
    assert len(marks) == 2 * len(ATTACKS) + 1
    assert {name: marks[f"{name}/work.ipynb"]["status"] for name in ATTACKS} == {n: s for n, (_, s) in ATTACKS.items()}
    for name, mark in marks.items():
        points = [mark[method] for method in ORACLE]
        if name.removesuffix("/work.ipynb") in ATTACKS:
            assert points[:2] == ["2", "2"] and int(points[2]) < 2, name
        else:
            assert (points, mark["status"]) == (["2", "2", "2"], "ok"), name
    assert processes() <= before
    assert not Path("/tmp/grading-attack").exists() and not Path("/dev/shm/grading").exists()


# --- the re-execution by nbval ---


@needs_protection
@pytest.mark.thorough
def test_nbval_says_which_cells_differ(tmp_path):
    folder = tmp_path / "group"
    write(folder / "right.ipynb", submission())
    write(folder / "wrong.ipynb", submission(he=function("he", f"{RANDN} * 0.5")))
    write(folder / "prints.ipynb", submission(zeros=function("zeros", seed="", loop="print(l)")))
    write(folder / "missing.ipynb", submission(random="pass"))
    escape = f"""
    import os, signal
    for number in range(2, 400000):
        try: os.kill(number, signal.SIGKILL)
        except OSError: pass
    for number in range(3, 256):
        try: os.write(number, b'{{"cell": 1, "outcome": "passed"}}')
        except OSError: pass
    for path in ({str(ROOT / "Initialization.ipynb")!r}, "Initialization.ipynb", "/etc/passwd"):
        try: print(open(path).read())
        except OSError: pass
    return np.zeros(3)
"""
    calls = "import os\n    if 'JPY_PARENT_PID' in os.environ: "
    look = "[os.listdir(path) for path in (os.path.dirname(os.environ['HOME']), '/tmp')]"
    code = "def initialize_parameters_he(layers_dims):\n    import os\n"
    code += f"    if 'JPY_PARENT_PID' in os.environ: {look}\n"
    write(folder / "looks around.ipynb", submission(he=code + function("he").split("\n", 1)[1]))
    write(folder / "escapes.ipynb", submission(he=f"def initialize_parameters_he(layers_dims):\n    {calls}\n{escape}"))
    result = run("grade", folder, "--csv", tmp_path / "marks.csv", "--feedback", tmp_path / "pages")
    assert result.returncode == 0, result.stderr
    marks = rows(tmp_path / "marks.csv")

    assert [marks["right.ipynb"][key] for key in ("status", "score", "nbval")] == ["ok", "6", "passed"]
    he_cells = "check-he show-he train-he accuracy-he"
    assert marks["wrong.ipynb"]["nbval"].startswith(he_cells)
    assert [marks["prints.ipynb"][key] for key in ("status", "score")] == ["ok", "6"]
    assert marks["prints.ipynb"]["nbval"] == "check-zeros show-zeros train-zeros"
    assert marks["missing.ipynb"]["status"] == "incomplete"
    assert "train-random" in marks["missing.ipynb"]["nbval"] and "train-he" not in marks["missing.ipynb"]["nbval"]
    assert "show-he" in marks["looks around.ipynb"]["nbval"]
    assert [marks["looks around.ipynb"][key] for key in ("status", "score")] == ["ok", "6"]
    assert "show-he" in marks["escapes.ipynb"]["nbval"] or marks["escapes.ipynb"]["nbval"] in ("timeout", "crashed")

    page = (tmp_path / "pages" / "wrong.ipynb.html").read_text(encoding="utf-8")
    assert "5 из 6" in page and "<li>" in page and "функций с ошибками («He-инициализация»), отличаются" in page
    assert "совпадают" in (tmp_path / "pages" / "right.ipynb.html").read_text(encoding="utf-8")


# --- the command ---


def test_names_of_all_kinds(tmp_path):
    folder = tmp_path / "Группа 1"
    names = ["Иванов Иван/Моя работа.ipynb", "=1+1.ipynb", "<b>&.ipynb", "[red]x.ipynb", "a\nb.ipynb", "UPPER.IPYNB"]
    for name in names:
        write(folder / name, submission(he=function("he", "'<script>'")))
    write(folder / ".ipynb_checkpoints" / "work-checkpoint.ipynb", submission())
    result = run("grade", folder, "--csv", tmp_path / "marks.csv", "--feedback", tmp_path / "pages", "--quick")
    assert result.returncode == 0, result.stderr
    marks = rows(tmp_path / "marks.csv")
    assert set(marks) == {
        "Иванов Иван/Моя работа.ipynb",
        "'=1+1.ipynb",
        "<b>&.ipynb",
        "[red]x.ipynb",
        "a b.ipynb",
        "UPPER.IPYNB",
    }
    pages = list((tmp_path / "pages").rglob("*.html"))
    assert len(pages) == len(names)
    for page in pages:
        assert "<script>" not in page.read_text(encoding="utf-8") and "<b>&" not in page.read_text(encoding="utf-8")
    assert "[red]x " in result.stdout


def test_one_notebook_is_one_line_of_csv(tmp_path):
    write(tmp_path / "x.ipynb", submission())
    result = run("grade", tmp_path / "x.ipynb", "--csv", "-", "--quick")
    assert result.returncode == 0
    assert result.stdout == "x,x.ipynb,ok,2,2,2,6,6,,всё верно\n"
    assert "1 из 1" in result.stderr


def test_a_folder_on_standard_output_has_a_header(tmp_path):
    write(tmp_path / "x.ipynb", submission())
    (row,) = csv.DictReader(io.StringIO(run("grade", tmp_path, "--csv", "-", "--quick").stdout))
    assert row["submission"] == "x.ipynb" and row["max_score"] == "6"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere"], "нет такого файла или папки"),
        (["empty"], "не найдено ни одной работы"),
        (["good", "--csv", "no/such/folder/x.csv"], "нельзя записать таблицу"),
        (["good", "--csv", "empty"], "нельзя записать таблицу"),
        (["good", "--feedback", "file"], "нельзя писать в папку"),
        (["good", "--jobs", "0"], "положительное число"),
        (["good", "--csv", ""], "пустая строка"),
        (["good", "--timeout", "x"], "ожидалось положительное число"),
    ],
)
def test_work_that_cannot_be_done_is_refused(tmp_path, monkeypatch, arguments, words):
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("old")
    write(tmp_path / "good" / "x.ipynb", submission())
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "grading", "grade", *arguments, "--quick"]
    result = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60)
    assert result.returncode == 2
    assert words in result.stderr and "Traceback" not in result.stderr
    assert (tmp_path / "file").read_text() == "old"


def test_other_systems_are_refused_in_one_line(monkeypatch, capsys):
    from grading.__main__ import main

    monkeypatch.setattr(sys, "platform", "darwin")
    assert main(["grade", "x.ipynb"]) == 2
    assert capsys.readouterr().err == "grading: проверка работ возможна только в Linux, а здесь darwin.\n"


def test_missing_protection_is_reported(monkeypatch, tmp_path, capsys):
    from grading.__main__ import main

    monkeypatch.setattr(confinement, "landlock_version", lambda: 0)
    write(tmp_path / "x.ipynb", submission())
    main(["grade", str(tmp_path), "--quick"])
    assert "Здесь нет Landlock" in capsys.readouterr().out


@contextlib.contextmanager
def started(*arguments):
    """The command line while it runs, with signals as a terminal sets them, however this test run was started."""

    def reset_signals():
        for number in (signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)

    command = [sys.executable, "-m", "grading", *map(str, arguments)]
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, preexec_fn=reset_signals
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def wait_for_a_sleeping_child(processes, before):
    """Until the same two processes, the worker and its child, have been there for two seconds."""
    since, seen = time.monotonic(), set()
    deadline = since + 120
    while len(seen) < 2 or time.monotonic() - since < 2:
        assert time.monotonic() < deadline, f"the grader has {len(seen)} processes, not 2 that stay"
        time.sleep(0.1)
        now = processes() - before
        if now != seen:
            since, seen = time.monotonic(), now


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupt_keeps_what_is_graded_and_leaves_no_process(tmp_path, processes, number):
    folder = tmp_path / "group"
    write(folder / "a.ipynb", submission())
    for i in range(4):
        write(folder / f"b{i}.ipynb", attack("import time; time.sleep(1000)"))
    marks = tmp_path / "marks.csv"
    before = processes()
    options = ["--quick", "--jobs", "1", "--timeout", "600"]
    with started("grade", folder, "--csv", marks, *options) as grading:
        wait_for_a_sleeping_child(processes, before)
        grading.send_signal(number)
        _, errors = grading.communicate(timeout=30)
    assert grading.returncode == 130, errors
    assert b"Traceback" not in errors
    assert list(rows(marks)) == ["a.ipynb"]
    assert processes() <= before


def test_pages_that_cannot_be_written_stop_no_other(tmp_path):
    for name in ("a.ipynb", "z.ipynb"):
        write(tmp_path / "group" / name, submission())
    (tmp_path / "pages" / "a.ipynb.html").mkdir(parents=True)
    result = run("grade", tmp_path / "group", "--feedback", tmp_path / "pages", "--quick")
    assert result.returncode == 2 and "a.ipynb.html" in result.stderr and "Traceback" not in result.stderr
    assert "6/6" in result.stdout
    assert (tmp_path / "pages" / "z.ipynb.html").exists()


def test_a_link_to_the_csv_is_followed(tmp_path):
    write(tmp_path / "x.ipynb", submission())
    (tmp_path / "link.csv").symlink_to("marks.csv")
    assert run("grade", tmp_path, "--csv", tmp_path / "link.csv", "--quick").returncode == 0
    assert (tmp_path / "link.csv").is_symlink() and "x.ipynb" in rows(tmp_path / "marks.csv")


def test_a_submission_that_is_a_link_is_not_followed(tmp_path):
    write(tmp_path / "best.ipynb", submission())
    (tmp_path / "thief.ipynb").symlink_to("best.ipynb")
    result = run("grade", tmp_path / "best.ipynb", tmp_path / "thief.ipynb", "--csv", "-", "--quick")
    statuses = [row["status"] for row in csv.DictReader(io.StringIO(result.stdout))]
    assert statuses == ["ok", "unreadable"]


def test_an_interrupt_before_anything_is_graded_leaves_the_old_csv(tmp_path, processes):
    write(tmp_path / "x.ipynb", attack("import time; time.sleep(1000)"))
    old = "submission,status,score,max_score\nx.ipynb,wrong,4,6\n"
    (tmp_path / "marks.csv").write_text(old)
    before = processes()
    with started("grade", tmp_path, "--csv", tmp_path / "marks.csv", "--timeout", "600") as grading:
        wait_for_a_sleeping_child(processes, before)
        grading.send_signal(signal.SIGINT)
        _, errors = grading.communicate(timeout=30)
    assert (grading.returncode, b"Traceback" in errors) == (130, False)
    assert (tmp_path / "marks.csv").read_text() == old


@needs_protection
@pytest.mark.thorough
def test_a_kernel_has_few_threads_at_a_time(tmp_path):
    greedy = """def initialize_parameters_zeros(layers_dims):
    import os, threading, time
    if 'JPY_PARENT_PID' in os.environ:
        threading.stack_size(1 << 15)
        try: [threading.Thread(target=time.sleep, args=(1,)).start() for _ in range(300)]
        except RuntimeError: pass
        else: os._exit(1)
"""
    write(tmp_path / "greedy.ipynb", submission(zeros=greedy + function("zeros").split("\n", 1)[1]))
    result = run("grade", tmp_path, "--csv", tmp_path / "marks.csv", "--jobs", "1")
    assert result.returncode == 0, result.stderr
    assert rows(tmp_path / "marks.csv")["greedy.ipynb"]["nbval"] == "passed"


def test_the_graders_own_failure_is_nobodys_mark(tmp_path, monkeypatch, capsys):
    from grading import group
    from grading.__main__ import main
    from grading.confined import sandbox

    for name in ("a.ipynb", "b.ipynb"):
        write(tmp_path / name, submission())
    start, broken = sandbox.Sandbox.start, []

    def fail(self):
        broken.append(self)
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(sandbox.Sandbox, "start", fail)
    monkeypatch.setattr(group, "check_system", lambda folder: None)
    arguments = ["grade", str(tmp_path), "--csv", str(tmp_path / "marks.csv"), "--feedback", str(tmp_path / "pages")]
    assert main([*arguments, "--quick"]) == 2
    said = capsys.readouterr()
    assert "эти работы не оценены, проверьте их ещё раз: a.ipynb, b.ipynb" in said.err and "0 из 2" in said.out
    for mark in rows(tmp_path / "marks.csv").values():
        assert (mark["status"], mark["score"], mark["he"]) == ("crashed", "", "")
    assert not list((tmp_path / "pages").iterdir())

    broken.clear()
    monkeypatch.setattr(sandbox.Sandbox, "start", lambda self: fail(self) if len(broken) < 3 else start(self))
    assert main([*arguments, "--quick", "--jobs", "1"]) == 0  # the second try succeeds
    assert [mark["score"] for mark in rows(tmp_path / "marks.csv").values()] == ["6", "6"]


def test_a_page_takes_the_place_of_a_students_link(tmp_path):
    (tmp_path / "precious").write_text("old")
    for name in ("link", "pipe"):
        write(tmp_path / "group" / f"{name}.ipynb", submission())
    (tmp_path / "group" / "link.ipynb.html").symlink_to(tmp_path / "precious")
    os.mkfifo(tmp_path / "group" / "pipe.ipynb.html")
    assert run("grade", tmp_path / "group", "--feedback", tmp_path / "group", "--quick").returncode == 0
    assert (tmp_path / "precious").read_text() == "old"
    for name in ("link", "pipe"):
        page = tmp_path / "group" / f"{name}.ipynb.html"
        assert page.is_file() and not page.is_symlink() and "6 из 6" in page.read_text(encoding="utf-8")


def test_the_csv_is_written_when_the_terminal_takes_nothing(tmp_path):
    write(tmp_path / "x.ipynb", submission())
    command = [sys.executable, "-m", "grading", "grade", str(tmp_path), "--quick", "--csv"]
    with open("/dev/full", "w") as full:
        result = subprocess.run(
            [*command, str(tmp_path / "marks.csv")], cwd=ROOT, stdout=full, stderr=subprocess.PIPE, timeout=60
        )
        assert (result.returncode, b"Traceback" in result.stderr) == (2, False), result.stderr
        assert rows(tmp_path / "marks.csv")["x.ipynb"]["score"] == "6"
        result = subprocess.run([*command, "-"], cwd=ROOT, stdout=full, stderr=subprocess.PIPE, timeout=60)
        assert (result.returncode, b"Traceback" in result.stderr) == (2, False), result.stderr


def test_a_terminal_without_cyrillic_and_closed_streams(tmp_path):
    write(tmp_path / "x.ipynb", submission())
    assert run("grade", tmp_path, "--quick", env={**os.environ, "PYTHONIOENCODING": "ascii"}).returncode == 0
    line = f"{sys.executable} -m grading grade '{tmp_path}' --quick --csv '{tmp_path}/marks.csv' <&- >&- 2>&-"
    assert subprocess.run(["sh", "-c", line], cwd=ROOT, timeout=60).returncode == 0
    assert rows(tmp_path / "marks.csv")["x.ipynb"]["score"] == "6"


def test_the_csv_never_replaces_a_submission(tmp_path):
    path = write(tmp_path / "x.ipynb", submission())
    before = path.read_bytes()
    result = run("grade", path, "--csv", path, "--quick")
    assert result.returncode == 2 and "стёрла бы проверяемую работу" in result.stderr
    assert path.read_bytes() == before


def test_existing_files_are_replaced_whole_or_not_at_all(tmp_path, monkeypatch):
    from common import files

    path = tmp_path / "marks.csv"
    path.write_text("old")
    monkeypatch.setattr(os, "replace", lambda *_: (_ for _ in ()).throw(OSError("no space")))
    with pytest.raises(OSError, match="no space"):
        files.replace_file(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_the_summary_names_the_most_frequent_mistakes(tmp_path):
    for i in range(3):
        write(tmp_path / f"{i}.ipynb", submission(he=function("he", f"{RANDN} * np.sqrt(1 / layers_dims[l - 1])")))
    write(tmp_path / "blank.ipynb", submission(zeros=function("zeros", "None", "None")))
    output = run("grade", tmp_path, "--quick", env={**os.environ, "COLUMNS": "200"}).stdout
    assert "Частые ошибки" in output
    assert any(line.split("│")[1].strip() == "1" and "None" in line for line in output.splitlines() if "│" in line)
    assert any(line.split("│")[1].strip() == "3" and "np.sqrt(1" in line for line in output.splitlines() if "│" in line)
