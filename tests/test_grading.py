"""The grader: fair to right answers, strict with wrong ones, safe from hostile ones."""

import functools
import itertools
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import psutil
import pytest
from classes import rows
from conftest import ROOT
from mistakes import RETURNED, STOPPED
from submissions import ORACLE, SEEDED, completed, function, submission, write

from common import files
from grading import group
from grading.__main__ import main
from grading.confined import confinement, sandbox
from grading.confined.unpacking import TOO_LARGE
from grading.marks import Grader, draw_layer_lists
from grading.rows import COLUMNS

PR_SET_CHILD_SUBREAPER = 36
GRADING = [sys.executable, "-m", "grading", "grade"]
LAB, HELPERS, README = (ROOT / name for name in ("Initialization.ipynb", "init_utils.py", "README.md"))
OUT, IN = "layers_dims[l]", "layers_dims[l - 1]"
R, HE = f"np.random.randn({OUT}, {IN})", f"np.sqrt(2 / {IN})"
SQRT = f"{R} * math.sqrt(2 / {IN})"


def one(method, weights=None, *cells, **more):
    """A submission in which one function is another; the cells stand above the functions."""
    return submission(*cells, **{method: function(method, weights, **more)})


zeros, random, he = (functools.partial(one, method) for method in ORACLE)


def he_with(old, new, *cells):
    """A submission with something else in the code of its last function."""
    return submission(*cells, he=function("he").replace(old, new, 1))


def around(notebook, first=None, last=None):
    """The notebook with another first cell, or with one more at its end."""
    if first:
        notebook.cells[0].source = first
    if last:
        notebook.cells.append(nbformat.v4.new_code_cell(last))
    return notebook


@pytest.fixture(scope="module")
def grader(tmp_path_factory):
    grader = Grader(tmp_path_factory.mktemp("g"), draw_layer_lists(), timeout=5, quick=True)
    yield grader
    grader.close()


@pytest.fixture
def grade(grader):
    """Marks one notebook without nbval."""
    return lambda notebook: grader.grade(nbformat.writes(notebook).encode(), "x.ipynb")


def command(*arguments):
    """Call the command line; returns the exit status."""
    try:
        return main(["grade", *map(str, arguments)])
    except SystemExit as left:
        return left.code


# --- right answers ---

PYLAB = """def initialize_parameters_he(d):
    seed(3)
    p = {}
    for l in range(1, len(d)):
        p[f"W{l}"], p[f"b{l}"] = randn(d[l], d[l - 1]) * sqrt(2 / d[l - 1]), zeros((d[l], 1))
    return p
"""
LAMBDA = """initialize_parameters_he = lambda d: (np.random.seed(3), {k: v for l in range(1, len(d)) for k, v in {
    f'W{l}': np.random.randn(d[l], d[l - 1]) * np.sqrt(2 / d[l - 1]), f'b{l}': np.zeros((d[l], 1))}.items()})[1]
"""
POOL = "import concurrent.futures as c\nwith c.ThreadPoolExecutor(16) as p: list(p.map(abs, range(32)))"
PICTURE = "import matplotlib; matplotlib.use('Agg')\nimport matplotlib.pyplot as plt\nplt.plot([1])"
SAME_HE = function("he")
LOG = "def log(f):\n    return lambda *a: f(*a)"
REGISTER = "SCALES = {}\ndef register(f):\n    SCALES[f.__name__] = f\n    return f"
CUPY = "try:\n    import cupy as np\nexcept ImportError:\n    import numpy as np"
SLOW = "import time\ndef train(x): time.sleep(12)\n"
RIGHT_ANSWERS = {
    "the completed lab": completed(),
    "lists and shape=": zeros(f"np.zeros([{OUT}, {IN}])", bias=f"np.zeros(shape=({OUT}, 1))"),
    "other zeros": zeros(f"np.full(({OUT}, {IN}), 0.)", bias=f"np.zeros(({OUT}, 1), int)"),
    "np.multiply": random(f"np.multiply({R}, 10)"),
    "/ 0.1": random(f"{R} / 0.1"),
    "np.random.normal": random(f"np.random.normal(0, 10, ({OUT}, {IN}))"),
    "standard_normal": random(f"np.random.standard_normal(({OUT}, {IN})) * 10"),
    "** 0.5": he(f"{R} * (2 / {IN}) ** 0.5"),
    "math with its import above": he(SQRT, "import math"),
    "math with its import inside": he(f"{R} * sqrt(2 / {IN})", seed=f"from math import sqrt; {SEEDED}"),
    "math with its import in another cell": he(f"{R} * sqrt(2 / {IN})", "from math import *"),
    "a helper and a constant": he(f"{R} * s({IN})", "import math\nF = 2", "def s(n):\n    return math.sqrt(F / n)"),
    "local names that the notebook uses too": submission("parameters = no_such_function()\nL = 1 / 0"),
    "prints and warnings": he(seed=f"import warnings; warnings.warn('!'); print('ok' * 1000); {SEEDED}"),
    "None overwritten below": he(loop="parameters['W' + str(l)] = None"),
    "the last definition": submission(function("he", "None"), function("he", "1 / 0")),
    "the last definition, a broken one before": submission("def initialize_parameters_he(layers_dims)\n    pass"),
    "a later draft that does not parse": around(submission(), last="def initialize_parameters_he(d:\n    pass"),
    "a magic before the function": he_with("def", "%matplotlib inline\n!echo hello\ndef"),
    "a magic in the function": he(loop="%time 1\nfiles = !ls"),
    "two cell magics": he_with("def", "%%capture\n%%time\ndef"),
    "a timed statement": he_with("parameters['W'", "%time parameters['W'"),
    "a magic in a long cell": he_with("def", "%matplotlib inline\n" + "# ...\n" * 5_000 + "def"),
    "shell lines": he_with("def", "!ls\n" * 50 + "def", "!ls\n" * 50 + "x = !ls\n" * 50),
    "names of IPython's": he(loop="display(parameters)\nshell = get_ipython()"),
    "a cell in another language": submission("%%bash\necho 'def initialize_parameters_he('"),
    "a default and a type hint": he_with("(layers_dims)", "(layers_dims: list[int], seed: int = 3) -> dict"),
    "annotations of the future": he_with("_dims)", "_dims: List[int])", "from __future__ import annotations"),
    "a condition around": submission(he="if True:\n" + re.sub("(?m)^", "    ", function("he"))),
    "a constant by a condition": random(f"{R} * K", "FLAG = True\nif FLAG:\n    K = 10\nelse:\n    K = 1"),
    "a constant step by step": random(f"{R} * K", "K = 5\nK *= 2"),
    "a constant in a dictionary": random(f"{R} * C['k']", "C = {}\nC['k'] = 3\nC.update(k=10)"),
    "a constant in a class": random(f"{R} * C.k", "class C: pass\nC.k = 10"),
    "a constant that changes": submission(random="K = 10\n" + function("random", f"{R} * K"), he="K = 2\n" + SAME_HE),
    "constants below": around(random(f"{R} * K", seed="np.random.seed(SEED)"), last="SEED, K = 3, 10"),
    "an import that may fail": random(f"{R} * K", "try:\n    from nothing import K\nexcept ImportError:\n    K = 10"),
    "a walrus": random(f"{R} * K", "print(K := 10)"),
    "a loop": random(f"{R} * K", "for K in (1, 10):\n    pass"),
    "a comprehension with the same name": random(f"{R} * K", "K = 10", "squares = [K for K in range(3)]"),
    "a decorated function": submission(LOG, he=function("he") + "\n{0} = log({0})".format("initialize_parameters_he")),
    "a table filled by a decorator": random(f"{R} * SCALES['ten']()", REGISTER, "@register\ndef ten(): return 10"),
    "a list filled by a function": random(f"{R} * K[0]", "K = []\ndef fill(k): k.append(10)", "fill(K)"),
    "more keys": he(loop="parameters['Wshape'] = 1; parameters['best'] = parameters['cache'] = None"),
    "keys of NumPy's": he_with("'W' + str(l)", "np.str_('W' + str(l))"),
    "temporary files": he(loop="import tempfile\nfor _ in range(300): tempfile.NamedTemporaryFile().close()"),
    "threads": he(loop=POOL),
    "a picture": he(loop=PICTURE),
    "a lambda": submission(he=LAMBDA),
    "a missing package in one line": around(he(SQRT), "import no_such_package as tf, numpy as np, math"),
    "a star that may fail": he(f"{R} * sqrt(2 / {IN})", "try:\n    from math import *\nexcept ImportError:\n    pass"),
    "all of other modules": around(he(SQRT), "from init_utils import *\nfrom public_tests import *"),
    "%pylab": around(submission(he=PYLAB), "%pylab inline"),
    "all of pylab": around(submission(he=PYLAB), "from pylab import *"),
    "NumPy one way or the other": around(submission(SLOW + "x = np.zeros(train(1))"), CUPY),
    "no import of NumPy": around(submission(), "pass"),
    "a slow statement with the seed": he(None, SLOW + "SEED = 3\nloss = train(SEED)", seed="np.random.seed(SEED)"),
    "a slow statement with a draft": submission(function("he", "1"), SLOW + "train(initialize_parameters_he)"),
    "a slow statement with a constant": random(f"{R} * K", SLOW + "K = np.sqrt(100)\ntrain(K)"),
    "hostile cells": submission("?" * 1000 + "\n" + "a." * 500 + "?", "x = " + "+".join("1" * 400), "global q; q = 1"),
}  # fmt: skip


@pytest.mark.parametrize("notebook", RIGHT_ANSWERS.values(), ids=RIGHT_ANSWERS)
def test_right_answers_get_all_points(grade, notebook):
    mark = grade(notebook)
    assert (mark.status, mark.score, mark.feedback) == ("ok", 6, "всё верно")


# --- wrong answers ---


def in_cell(kind):
    """A notebook whose last function stands in a cell of another kind."""
    notebook = submission()
    notebook.cells[-1] = getattr(nbformat.v4, f"new_{kind}_cell")(function("he"))
    return notebook


QUOTES = '"' * 3
DEF = "def initialize_parameters_he(layers_dims)"
FROM_THE_TABLE = f"{DEF}:\n    return {{'W1': np.array([[1.78862847, 0.43650985]]), 'b1': np.array([[0.0]])}}"
KEYS = "class Key:\n    def __init__(self, name): self.name = name\n    def __str__(self): return self.name\n\n"
KEYS += function("he").replace("return parameters", "return {Key(k): v for k, v in parameters.items()}")
GRAVEST = {"zeros": function("zeros", "None"), "random": function("random", "1 / 0"), "he": function("he", "np.eye(3)")}
DEEPER = re.sub("(?m)^", "    ", function("he"))
# the notebook -> its status, the points of the three functions, words of the diagnosis
WRONG_ANSWERS = {
    "both": (random(R, bias="0"), "wrong", "202", "одно значение"),
    "the numbers of the expected table": (submission(he=FROM_THE_TABLE), "wrong", "220", "ключ 'W2'"),
    "None left": (he("None", bias="None"), "incomplete", "220", "None"),
    "no such function": (submission(he="def initialize_he(layers_dims):\n    pass"), "incomplete", "220", "нет"),
    "does not parse": (submission(he=f"{DEF}\n    pass"), "error", "220", "SyntaxError"),
    "only compiling tells": (submission(he="def initialize_parameters_he(d, d):\n  0"), "error", "220", "SyntaxError"),
    "too complex to take out": (he("+".join(["1"] * 400)), "error", "220", ""),
    "raises without end": (he(loop="raise ValueError('слово ' * 1000)"), "error", "220", "слово слово…"),
    "not implemented": (submission(he=f"{DEF}:\n    raise NotImplementedError"), "incomplete", "220", "закончено"),
    "raises SystemExit": (he("__import__('sys').exit()"), "error", "220", "SystemExit"),
    "no end": (submission(he=f"{DEF}:\n    while True: pass"), "timeout", "220", "5 с"),
    "the gravest counts": (submission(**GRAVEST), "error", "101", "ZeroDivisionError"),
    "objects": (he(f"({R} * {HE}).astype(object)"), "wrong", "221", "object"),
    "a number of NumPy": (he(bias="np.float64(0)"), "wrong", "221", "а не одно значение"),
    "an uncalled function": (he("np.zeros"), "wrong", "221", "builtin_function"),
    "a huge array": (he("np.broadcast_to(0.0, (10**9, 10**9))"), "wrong", "221", "формы"),
    "keys that only look right": (submission(he=KEYS), "wrong", "220", "<Key>"),
    "too many layers": (he(loop="parameters.update({f'W{i}': 0 for i in range(99, 199)})"), "wrong", "220", "ключей"),
    "a missing module": (he(f"{R} * s", "from no_module import s"), "error", "220", "нет пакета no_module"),
    "in a class": (submission(he=f"class A:\n{DEEPER}"), "incomplete", "220", "внутри класса A"),
    "in a function": (submission(he=f"def a():\n{DEEPER}"), "incomplete", "220", "внутри функции a"),
    "in a string": (submission(he=QUOTES + function("he") + QUOTES), "incomplete", "220", "внутри строки"),
    "commented out": (submission(he=re.sub("(?m)^", "# ", function("he"))), "incomplete", "220", "в комментарии"),
    "in another language": (he_with("def", "%%bash\ndef"), "incomplete", "220", "начинается с %%bash"),
    "in Markdown": (in_cell("markdown"), "incomplete", "220", "в текстовой ячейке (Markdown)"),
    "in a raw cell": (in_cell("raw"), "incomplete", "220", "в ячейке Raw"),
}  # fmt: skip


@pytest.mark.parametrize(("notebook", "status", "points", "words"), WRONG_ANSWERS.values(), ids=WRONG_ANSWERS)
def test_wrong_answers_lose_their_point(grade, notebook, status, points, words):
    mark = grade(notebook)
    assert mark.status == status, mark.feedback
    assert "".join(str(mark.points(method)) for method in ORACLE) == points
    assert words in mark.feedback
    assert "\n" not in mark.feedback and len(mark.feedback) < 1000


@pytest.mark.parametrize("step", [5, pytest.param(1, marks=pytest.mark.thorough)])
def test_usual_mistakes_cost_what_is_wrong_and_are_explained(grade, step):
    of_method = [[case for case in (RETURNED | STOPPED).values() if case.method == method] for method in ORACLE]
    for cases in list(itertools.zip_longest(*of_method))[::step]:
        cases = [case for case in cases if case and case.id != "numpy-2"]
        mark = grade(submission(**{case.method: case.code for case in cases}))
        for case in cases:
            function = mark.functions[case.method]
            assert function.points == (0 if case in STOPPED.values() else case.points), (case.code, mark.feedback)
            assert case.words in mark.feedback and function.status != "ok", (case.code, mark.feedback)


@pytest.mark.parametrize(
    ("old", "new"), [("'W' + str(l)", "f'{'W'}{l}'"), ("he(", "he[T]("), ("def", "type P = dict\ndef")]
)
def test_a_newer_python_is_named_where_it_may_be_needed(grade, old, new):
    notebook = he_with(old, new)
    notebook.metadata.language_info = {"name": "python", "version": "3.99.1"}
    mark = grade(notebook)
    if sys.version_info >= (3, 12):
        assert mark.score == 6
    else:
        assert "а работа сохранена в 3.99: возможно" in mark.feedback


def test_unseen_sizes_are_large_and_differ_from_run_to_run():
    lists = [draw_layer_lists()["he"] for _ in range(5)]
    assert all(shown == [2, 4, 1] for shown, *_ in lists)
    assert len({str(unseen) for _, *unseen in lists}) > 1
    assert all(min(sizes) > 4 and len(set(sizes)) == len(sizes) for _, *unseen in lists for sizes in unseen)


# --- files ---

COMPLETED = LAB.read_bytes()
OLD_FORMAT = nbformat.v3.writes_json(nbformat.convert(completed(), 3)).encode()
DEEP_EXPRESSION = submission(he="x = " + "-" * 50_000 + "1\n" + function("he"))
# a file -> its status, words of what it is and what to do
FILES = {
    "nbformat 3": (OLD_FORMAT, "ok", ""),
    "byte-order mark": (b"\xef\xbb\xbf" + COMPLETED, "ok", ""),
    "no cells": (b'{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}', "incomplete", ""),
    "a deep expression": (nbformat.writes(DEEP_EXPRESSION).encode(), "error", ""),
    "empty": (b"", "unreadable", "файл пуст"),
    "truncated": (COMPLETED[: len(COMPLETED) // 2], "unreadable", "обрывается на середине"),
    "not a notebook": (b'{"cells": 1}', "unreadable", ""),
    "no text": (os.urandom(10_000), "unreadable", ""),
    "deep": (b"[" * 1_000_000, "unreadable", ""),
    "a merge conflict": (COMPLETED.replace(b' "cells"', b'<<<<<<< HEAD\n "cells"'), "unreadable", "метки слияния Git"),
    "a web page": (b"<!DOCTYPE html><html></html>", "unreadable", "веб-страница (HTML), а не блокнот"),
    "Windows-1251": (COMPLETED.decode().encode("cp1251", "replace"), "unreadable", "в кодировке Windows-1251"),
    "broken": (COMPLETED.replace(b'"cell_type"', b'"cell_type', 1), "unreadable", "испорчен, ошибка в строке"),
    "an archive": (b"PK\x03\x04", "unreadable", "архив"),
    "a program": (b"import numpy as np\nx = 1\n", "unreadable", "программа на Python"),
    "text": ("Готово".encode(), "unreadable", "не блокнот Jupyter"),
    "data in cells": (nbformat.writes(submission("x = 1" + "1" * 3_000_000)).encode(), "unreadable", "млн знаков кода"),
}  # fmt: skip


@pytest.mark.parametrize(("data", "status", "words"), FILES.values(), ids=FILES)
def test_files_are_read_or_recognized(grader, data, status, words):
    mark = grader.grade(data, "x.ipynb")
    assert mark.status == status and words in mark.feedback, mark.feedback
    assert not words or "не прочитан" not in mark.feedback


def test_a_file_of_200_mb_links_and_pipes_are_not_read(tmp_path):
    with open(tmp_path / "x.ipynb", "wb") as file:
        file.truncate(200 << 20)
    write(tmp_path / "best.ipynb", submission())
    (tmp_path / "link.ipynb").symlink_to("best.ipynb")
    os.mkfifo(tmp_path / "pipe.ipynb")
    for paths in ([tmp_path], sorted(tmp_path.glob("*.ipynb"))):
        assert command(*paths, "--quick", "--csv", tmp_path / "marks.csv") == 0
        found = rows(tmp_path / "marks.csv")
        (tmp_path / "marks.csv").unlink()
        assert found.pop("best.ipynb")["status"] == "ok"
        assert {name: (row["status"], row["score"], row["feedback"]) for name, row in found.items()} == {
            "link.ipynb": ("unreadable", "0", "это ссылка, она не открывается"),
            "pipe.ipynb": ("unreadable", "0", "это не обычный файл"),
            "x.ipynb": ("unreadable", "0", TOO_LARGE),
        }


# --- hostile code ---

LONG_ERROR = '{"failure": {"kind": "%s"}}' % ("A" * 10**5)
FALSE_KIND = '{"answers": [[{"type": "dict", "values": {"W1": {"type": "ndarray", "shape": [2], "kind": "(2,,"}}}]]}'
C = "import ctypes; c = ctypes.CDLL(None, use_errno=True)\n"
# the body of initialize_parameters_he -> the status of the submission. None does harm if it succeeds: it asks for what
# changes nothing (signal 0, the size that a file has, flags of none), or for a bounded number; then it returns None.
ATTACKS = {
    "leaves at once": ("import os; os._exit(0)", "crashed"),
    "crashes the interpreter": ("import ctypes; ctypes.string_at(0)", "crashed"),
    "aborts": ("import os; os.abort()", "crashed"),
    "kills its parent": ("import os; os.kill(os.getppid(), 0)", "error"),
    "kills everything": ("import os; os.kill(-1, 0)", "error"),
    "forks": ("import os\nif not os.fork(): os._exit(0)", "error"),
    "starts a program": ("import subprocess; subprocess.run(['/bin/true'])", "error"),
    "becomes a program": ("import os; os.execv('/bin/true', ['true'])", "error"),
    "takes all memory": ("x = [np.empty(1 << 24) for _ in range(64)]", "error"),
    "writes a huge file": ("open('x', 'wb').write(b'x' * (1 << 26))", "error"),
    "writes many files": ("for i in range(500): open(str(i), 'wb').write(b'x' * 10**6)", "error"),
    "writes elsewhere": ("open('/tmp/grading-attack', 'w')", "error"),
    "reads the solution": (f"open({str(HELPERS)!r}).read()", "error"),
    "imports the solution": ("from init_utils import _right_parameters", "error"),
    "reads the notebook": (f"open({str(LAB)!r})", "error"),
    "empties a file": (f"import os; os.truncate({str(README)!r}, {README.stat().st_size})", "error"),
    "looks into other processes": ("open('/proc/self/environ').read()", "error"),
    "reads the passwords": ("open('/etc/passwd').read()", "error"),
    "opens the network": ("import socket; socket.socket()", "error"),
    "opens a Unix socket": ("import socket; socket.socket(socket.AF_UNIX)", "error"),
    "sends a datagram": ("import socket as s; s.socketpair(1, s.SOCK_DGRAM)[0].sendto(b'x', '/tmp/x')", "error"),
    "prints without end": ("while True: print('x' * 10**6)", "timeout"),
    "sleeps": ("import time; time.sleep(1000)", "timeout"),
    "ignores signals": ("import signal; signal.pthread_sigmask(0, range(1, 65))\nwhile True: pass", "timeout"),
    "stops itself": ("import signal; signal.raise_signal(signal.SIGSTOP)", "error"),
    "writes nonsense to the result": ("import os; os.write(4, b'{'); os._exit(0)", "crashed"),
    "writes a false result": ("import os; os.write(4, b'{\"answers\": 6}'); os._exit(0)", "crashed"),
    "writes an endless result": ("import os\nwhile True: os.write(4, b'1' * (1 << 20))", "crashed"),
    "writes a deep result": ("import os; os.write(4, b'[' * 10**6); os._exit(0)", "crashed"),
    "writes a long error": (f"import os; os.write(4, b'{LONG_ERROR}'); os._exit(0)", "error"),
    "writes a wrong kind": (f"import os; os.write(4, b'{FALSE_KIND}'); os._exit(0)", "crashed"),
    "puts code into the result": (
        "class Evil:\n    def __reduce__(self): return print, ('evil',)\nreturn {'W1': Evil()}", "wrong"),
    "changes NumPy": ("np.allclose = np.isclose = lambda *a, **k: True; return {'W1': np.ones((4, 2))}", "wrong"),
    "an array equal to all": (
        "class Sly(np.ndarray):\n    def __eq__(self, x): return 1\nreturn {'W1': np.ones((4, 2)).view(Sly)}", "wrong"),
    "returns billions": ("return {'W1': np.ones((4, 2)), 'Wz': np.broadcast_to(0.0, (10**6, 10**6))}", "wrong"),
    "makes deep folders": ("import os\nfor _ in range(1500): os.mkdir('d'); os.chdir('d')", "error"),
    "makes a closed folder": ("import os; os.mkdir('d', 0o300)", "error"),
    "races its watch": ("for _ in range(300): open('a', 'w').close(); __import__('os').unlink('a')", "incomplete"),
    "names the machine": ("import socket; socket.sethostname(socket.gethostname())", "error"),
    "makes a file that stays": ("import fcntl; fcntl.ioctl(open('x', 'w'), 0x40086602, bytes(8))", "error"),
    "reads the memory that others share": (
        C + "if c.shmat(0, None, 0) == -1 and ctypes.get_errno() == 1: raise OSError", "error"),
    "calls what is newer than Landlock": (  # setxattrat
        C + "if c.syscall(463, 0, 0, 0, 0, 0, 0) == -1 and ctypes.get_errno() == 38: raise OSError", "error"),
    "outlives the grader": (C + "if c.prctl(1, 0) == -1: raise OSError", "error"),
    "leaves memory": ("from multiprocessing import shared_memory as s; s.SharedMemory('grading', True, 9)", "error"),
    "starts threads": (
        "import threading, time; threading.stack_size(1 << 15)\n"
        "for _ in range(300): threading.Thread(target=time.sleep, args=(9,)).start()", "error"),
    "locks others out of a library": ("import fcntl, os; fcntl.fcntl(os.open(os.__file__, 0), 1024, 1)", "error"),
    "has the kernel send signals": (
        "import fcntl, os, socket; fcntl.fcntl(socket.socketpair()[0], fcntl.F_SETOWN, os.getppid())", "error"),
}  # fmt: skip


def attack(body):
    return submission(he=f"{DEF}:\n" + re.sub("(?m)^", "    ", body))


@pytest.fixture
def processes():
    """A function: the processes that have come from this one since, also those whose parent has died."""
    confinement.check(confinement.libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0))
    before = psutil.Process().children(recursive=True)

    def running():
        since = set(psutil.Process().children(recursive=True)) - set(before)
        return {process for process in since if process.is_running() and process.status() != psutil.STATUS_ZOMBIE}

    return running


needs_protection = pytest.mark.skipif(bool(confinement.missing_protection()), reason="no Landlock or no seccomp here")


@needs_protection
def test_hostile_submissions_are_contained_and_honest_ones_get_their_marks(tmp_path, processes):
    folder = tmp_path / "group"
    for name, (body, _) in ATTACKS.items():
        write(folder / name / "work.ipynb", attack(body))
        write(folder / name / "work honest.ipynb", submission())
    write(folder / "files" / "work honest.ipynb", submission())
    for name in ("conftest.py", "numpy.py", "init_utils.py"):
        (folder / "files" / name).write_text("raise SystemExit")

    assert command(folder, "--csv", tmp_path / "marks.csv", "--quick", "--timeout", 1) == 0
    marks = rows(tmp_path / "marks.csv")
    assert len(marks) == 2 * len(ATTACKS) + 1
    assert {name: marks[f"{name}/work.ipynb"]["status"] for name in ATTACKS} == {n: s for n, (_, s) in ATTACKS.items()}
    for name, mark in marks.items():
        points = [mark[method] for method in ORACLE]
        if name.endswith("honest.ipynb"):
            assert (points, mark["status"]) == (["2", "2", "2"], "ok"), name
        else:
            assert points[:2] == ["2", "2"] and int(points[2]) < 2, name
    assert not processes()
    assert not Path("/tmp/grading-attack").exists() and not Path("/dev/shm/grading").exists()


# --- the re-execution by nbval ---

# tried in the kernel only; what is refused is silent, so that the verdict is «passed» if all is
LOOKS = f"""if 'JPY_PARENT_PID' in os.environ:
    for path in ({str(LAB)!r}, "Initialization.ipynb", "/etc/passwd", os.path.dirname(os.environ["HOME"]), "/tmp"):
        for look in (open, os.listdir):
            with contextlib.suppress(OSError): print(look(path))
    for number in set(range(1, 400000)) - {{os.getpid()}}:
        with contextlib.suppress(OSError): print(os.kill(number, 0))"""
ESCAPES = """if 'JPY_PARENT_PID' in os.environ:
    for number in range(3, 256):
        with contextlib.suppress(OSError): os.write(number, b'{"cell": 1, "outcome": "passed"}')
    return np.zeros(3)"""
THREADS = """if 'JPY_PARENT_PID' in os.environ:
    threading.stack_size(1 << 15)
    with contextlib.suppress(RuntimeError):
        for _ in range(300): threading.Thread(target=time.sleep, args=(1,)).start()
        os._exit(1)"""


@needs_protection
@pytest.mark.thorough
def test_nbval_says_which_cells_differ_whatever_the_code_tries(tmp_path):
    works = {
        "right": submission(),
        "wrong": he(f"{R} * 0.5"),
        "prints": zeros(loop="print(l)"),
        "missing": submission(random="pass"),
        "looks around": he(None, "import os, contextlib", loop=LOOKS),
        "escapes": he(None, "import os, contextlib", loop=ESCAPES),
        "bomb": zeros(None, "import os, contextlib, threading, time", loop=THREADS),
    }
    for name, notebook in works.items():
        write(tmp_path / "group" / f"{name}.ipynb", notebook)
    assert command(tmp_path / "group", "--csv", tmp_path / "marks.csv", "--feedback", tmp_path / "pages") == 0
    marks = {name.removesuffix(".ipynb"): row for name, row in rows(tmp_path / "marks.csv").items()}
    verdicts = {name: mark["nbval"] for name, mark in marks.items()}

    assert {name for name, mark in marks.items() if mark["score"] == "6"} == {*works} - {"wrong", "missing"}
    assert verdicts["right"] == verdicts["looks around"] == verdicts["bomb"] == "passed"
    assert verdicts["wrong"].startswith("check-he show-he train-he accuracy-he")
    assert verdicts["prints"] == "check-zeros show-zeros train-zeros"
    assert "train-random" in verdicts["missing"] and "train-he" not in verdicts["missing"]
    assert "show-he" in verdicts["escapes"] or verdicts["escapes"] in ("timeout", "crashed")

    page = (tmp_path / "pages" / "wrong.ipynb.html").read_text(encoding="utf-8")
    assert "5 из 6" in page and "<li>" in page and "функций с ошибками («He-инициализация»), отличаются" in page
    assert "совпадают" in (tmp_path / "pages" / "right.ipynb.html").read_text(encoding="utf-8")


# --- the command ---


def test_names_and_errors_of_all_kinds_are_shown_and_their_pages_are_safe(tmp_path, capsys, monkeypatch):
    folder = tmp_path / "Группа 1"
    names = ["Иванов Иван/Моя работа.ipynb", "=1+1.ipynb", "<b>&.ipynb", "[red]x.ipynb", "a\nb.ipynb", "UPPER.IPYNB"]
    for name in names:
        write(folder / name, he(loop="raise ValueError('<script>')"))
    write(folder / "blank.ipynb", zeros("None", bias="None"))
    write(folder / ".ipynb_checkpoints" / "work-checkpoint.ipynb", submission())
    monkeypatch.setenv("COLUMNS", "200")
    assert command(folder, "--csv", tmp_path / "marks.csv", "--feedback", tmp_path / "pages", "--quick") == 0
    written = {"=1+1.ipynb": "'=1+1.ipynb", "a\nb.ipynb": "a b.ipynb"}
    assert {*rows(tmp_path / "marks.csv")} == {*(written.get(name, name) for name in names), "blank.ipynb"}
    pages = [page.read_text(encoding="utf-8") for page in (tmp_path / "pages").rglob("*.html")]
    assert len(pages) == len(names) + 1
    assert not any("<script>" in page or "<b>&" in page for page in pages)
    said = capsys.readouterr().out
    assert "[red]x " in said and {("6", "he"), ("1", "zeros")} <= set(re.findall(r"│ +(\d+) +│ (\w+) +│", said))


def test_on_standard_output_a_notebook_is_a_line_and_a_folder_has_a_header(tmp_path, capsys):
    write(tmp_path / "x.ipynb", submission())
    line = "x,x.ipynb,ok,2,2,2,6,6,,всё верно\n"
    for path, expected in {tmp_path / "x.ipynb": line, tmp_path: f"{','.join(COLUMNS)}\n{line}"}.items():
        assert command(path, "--csv", "-", "--quick") == 0
        said = capsys.readouterr()
        assert said.out == expected and "1 из 1" in said.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("nowhere", "нет такого файла или папки"),
        ("empty", "не найдено ни одной работы"),
        ("good --csv no/such/folder/x.csv", "нельзя записать таблицу"),
        ("good --csv empty", "нельзя записать таблицу"),
        ("good/x.ipynb --csv good/x.ipynb", "стёрла бы проверяемую работу"),
        ("good --feedback file", "нельзя писать в папку"),
        ("good --jobs 0", "положительное число"),
        ("good --csv=", "пустая строка"),
        ("good --timeout x", "ожидалось положительное число"),
    ],
)
def test_work_that_cannot_be_done_is_refused(tmp_path, monkeypatch, capsys, arguments, words):
    monkeypatch.chdir(tmp_path)
    Path("empty").mkdir()
    Path("file").write_text("old")
    work = write(Path("good/x.ipynb"), submission())
    before = work.read_bytes()
    assert command(*arguments.split(), "--quick") == 2
    assert words in capsys.readouterr().err
    assert Path("file").read_text() == "old" and work.read_bytes() == before


def test_other_systems_are_refused_in_one_line(monkeypatch, capsys):
    monkeypatch.setattr(sys, "platform", "darwin")
    assert command("x.ipynb") == 2
    assert capsys.readouterr().err == "grading: проверка работ возможна только в Linux, а здесь darwin.\n"


def test_missing_protection_is_reported(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(confinement, "landlock_version", lambda: 0)
    write(tmp_path / "x.ipynb", submission())
    command(tmp_path, "--quick")
    assert "Здесь нет Landlock" in capsys.readouterr().out


def wait_for_a_sleeping_child(processes):
    """Until the same processes, the command, its worker and that one's child, are there for two seconds."""
    for _ in range(60):
        seen = processes()
        time.sleep(2)
        if len(seen) == 3 and processes() == seen:
            return
    pytest.fail(f"the grader has {len(seen)} processes, not 3 that stay")


def reset_signals():
    """As a terminal sets them, however this test run was started."""
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupt_keeps_what_is_graded_and_leaves_no_process(tmp_path, processes, number):
    write(tmp_path / "a.ipynb", submission())
    for i in range(4):
        write(tmp_path / f"b{i}.ipynb", attack("import time; time.sleep(1000)"))
    marks = tmp_path / "marks.csv"
    line = [*GRADING, tmp_path, "--csv", marks, "--quick", "--jobs", "1", "--timeout", "600"]
    with subprocess.Popen(
        line, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, preexec_fn=reset_signals
    ) as grading:
        try:
            wait_for_a_sleeping_child(processes)
            grading.send_signal(number)
            _, errors = grading.communicate(timeout=30)
        finally:
            grading.kill()
    assert grading.returncode == 130 and b"Traceback" not in errors, errors
    assert list(rows(marks)) == ["a.ipynb"]
    assert not processes()


@pytest.mark.parametrize(("failures", "status"), [(3, 0), (99, 2)], ids=["once", "each time"])
def test_the_graders_own_failure_is_tried_again_and_nobodys_mark(tmp_path, monkeypatch, capsys, failures, status):
    start, failed = sandbox.Sandbox.start, []

    def fail(self):
        failed.append(self)
        if len(failed) > failures:
            return start(self)
        raise BlockingIOError(11, "Resource temporarily unavailable")

    for name in ("a.ipynb", "b.ipynb"):
        write(tmp_path / name, submission())
    monkeypatch.setattr(sandbox.Sandbox, "start", fail)
    monkeypatch.setattr(group, "check_system", lambda folder: None)
    marks, pages = tmp_path / "marks.csv", tmp_path / "pages"
    assert command(tmp_path, "--csv", marks, "--feedback", pages, "--quick", "--jobs", "1") == status
    words = "эти работы не оценены, проверьте их ещё раз: a.ipynb, b.ipynb"
    assert (words in capsys.readouterr().err) == bool(status)
    found = [(row["status"], row["score"], row["he"]) for row in rows(marks).values()]
    assert found == [("crashed", "", "") if status else ("ok", "6", "2")] * 2
    assert len(list(pages.iterdir())) == (0 if status else 2)


def test_a_link_to_the_table_is_followed_one_where_a_page_goes_is_not(tmp_path):
    (tmp_path / "precious").write_text("old")
    (tmp_path / "link.csv").symlink_to("marks.csv")
    group = tmp_path / "group"
    for name in ("link", "pipe"):
        write(group / f"{name}.ipynb", submission())
    (group / "link.ipynb.html").symlink_to(tmp_path / "precious")
    os.mkfifo(group / "pipe.ipynb.html")
    reader = os.open(group / "pipe.ipynb.html", os.O_RDONLY | os.O_NONBLOCK)  # or who writes there would wait for one
    assert command(group, "--feedback", group, "--csv", tmp_path / "link.csv", "--quick") == 0
    os.close(reader)
    assert (tmp_path / "link.csv").is_symlink() and len(rows(tmp_path / "marks.csv")) == 2
    assert (tmp_path / "precious").read_text() == "old"
    for name in ("link", "pipe"):
        page = group / f"{name}.ipynb.html"
        assert page.is_file() and not page.is_symlink() and "6 из 6" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("streams", "status"),
    [("> /dev/full", 2), ("--csv - > /dev/full", 2), ("<&- >&- 2>&-", 0), ("> /dev/null", 0)],
    ids=["full", "the table, full", "closed", "no Cyrillic"],
)
def test_the_table_is_written_whatever_the_terminal_takes(tmp_path, streams, status):
    write(tmp_path / "x.ipynb", submission())
    line = f"{shlex.join(GRADING)} . --quick --csv marks.csv {streams}"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "ascii"}
    result = subprocess.run(["sh", "-c", line], cwd=tmp_path, env=environment, stderr=subprocess.PIPE, timeout=60)
    assert result.returncode == status and b"Traceback" not in result.stderr, result.stderr
    assert "--csv -" in streams or rows(tmp_path / "marks.csv")["x.ipynb"]["score"] == "6"


def test_existing_files_are_replaced_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "marks.csv"
    path.write_text("old")
    monkeypatch.setattr(os, "replace", lambda *_: {}["no space"])
    with pytest.raises(KeyError):
        files.replace_file(path, "new")
    assert path.read_text() == "old" and list(tmp_path.iterdir()) == [path]
