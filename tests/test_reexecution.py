"""The verdict of nbval: the same as plain nbval's, once for the same functions, never for want of resources."""

import os
import subprocess
import sys

import nbformat
import pytest
from submissions import ORACLE, function, submission, write

if sys.platform != "linux":
    pytest.skip("the grader needs Linux", allow_module_level=True)

from nbval_runs import ROOT, copy_lab, run_nbval

from common.lab import read_notebook
from grading.confined import limits, reexecution
from grading.confined.extraction import extract
from grading.group import repeats_last
from grading.marks import FunctionMark, Grader, Mark, draw_layer_lists
from grading.page import nbval_words
from init_utils import EXERCISES, function_name

reexecuted = pytest.mark.thorough


@pytest.fixture(scope="module")
def grader(tmp_path_factory):
    grader = Grader(tmp_path_factory.mktemp("g"), draw_layer_lists(), timeout=5, quick=False)
    yield grader
    grader.close()


@pytest.fixture
def verdict(grader, tmp_path):
    """The mark of a notebook after its re-execution."""

    def reexecuted(notebook):
        mark = grader.grade(write(tmp_path / "x.ipynb", notebook).read_bytes(), "x.ipynb")
        grader.reexecute(mark)
        return mark

    return reexecuted


def plain_verdict(folder, functions):
    """The ids of the cells to which plain strict nbval objects."""
    copy_lab(folder)
    notebook = read_notebook()
    for cell in notebook.cells:
        method = cell.id.removeprefix("graded-")
        cell.source = functions.get(method, cell.source)
    nbformat.write(notebook, folder / "Initialization.ipynb")
    return run_nbval(folder).failed


WAYS = {
    "right": {},
    "one prints, one stops, one is wrong": {
        "zeros": function("zeros", loop="print(l)"),
        "random": function("random", "1 / 0"),
        "he": function("he", f"{ORACLE['he']} * 2"),
    },
}


@pytest.mark.parametrize(
    "functions", [pytest.param(f, id=name, marks=() if f else reexecuted) for name, f in WAYS.items()]
)
def test_the_verdict_is_that_of_plain_strict_nbval(verdict, tmp_path, functions):
    (tmp_path / "plain").mkdir()
    assert set(verdict(submission(**functions)).differing) == plain_verdict(tmp_path / "plain", functions)


@reexecuted
def test_what_marks_leave_out_is_left_out(verdict):
    mark = verdict(submission("from public_tests import *", "import no_such_package", "print('elsewhere')"))
    assert (mark.score, mark.nbval) == (6, "passed")


def programs(*cells, **functions):
    names = [*map(function_name, EXERCISES)]
    found = extract(nbformat.writes(submission(*cells, **functions)).encode(), names)
    return [found[name]["program"] for name in names]


REMARKS = function("he").replace("(layers_dims):", '(layers_dims):\n    """Text."""  # more', 1)
OTHERS = {
    "another number": function("he", f"{ORACLE['he']} * 2"),
    "another name": function("he").replace("L = len", "n = len").replace("range(1, L)", "range(1, n)"),
    "a hint": function("he").replace("(layers_dims)", "(layers_dims: list)", 1),
    "a hint that does something": function("he").replace("(layers_dims)", "(layers_dims: print(1))", 1),
    "a default": function("he").replace("(layers_dims)", "(layers_dims, seed=3)", 1),
}


def test_the_same_program_is_recognized():
    assert programs(he=REMARKS) == programs("# another cell\nprint(1)")


@pytest.mark.parametrize("code", OTHERS.values(), ids=OTHERS)
def test_another_program_is_not_taken_for_it(code):
    assert programs(he=code)[-1] not in (programs()[-1], programs(he=REMARKS)[-1])


def test_a_docstring_that_the_code_reads_is_part_of_the_program():
    reads = "len(initialize_parameters_he.__doc__ or '')"
    documented = REMARKS.replace("L = len", f"{reads}\n    L = len")
    assert programs(he=documented) != programs(he=function("he").replace("L = len", f"{reads}\n    L = len"))


@reexecuted
def test_the_same_functions_are_executed_once(verdict, monkeypatch):
    first = verdict(submission())
    monkeypatch.setattr(reexecution.Reexecution, "run_once", lambda *_: pytest.fail("executed again"))
    assert verdict(submission(he=REMARKS)).nbval == first.nbval == "passed"


def test_nobody_waits_for_a_program_while_another_is_to_be_executed():
    marks = [Mark(name, {"he": FunctionMark("ok", program=name[0])}) for name in ("a1", "a2", "b1", "a3", "b2", "c1")]
    assert [mark.submission for mark in repeats_last(marks)] == ["a1", "b1", "c1", "a2", "a3", "b2"]


def test_a_failure_is_not_shared():
    verdicts = reexecution.Verdicts()
    with pytest.raises(ChildProcessError):
        verdicts.get("key", lambda: (_ for _ in ()).throw(ChildProcessError))
    assert verdicts.get("key", lambda: {}) == {}


def test_a_kernel_that_cannot_start_is_nobodys_verdict(tmp_path, monkeypatch):
    grader = Grader(tmp_path, draw_layer_lists(), timeout=5, quick=False)
    monkeypatch.setattr(reexecution, "ZYGOTE", tmp_path / "nothing.py")
    functions = {method: FunctionMark("ok") for method in EXERCISES}
    with pytest.raises(reexecution.ReexecutionFailure):
        grader.reexecute(Mark("x", functions))
    grader.close()


# --- what the pages say ---


def words(kinds, **statuses):
    functions = {method: FunctionMark(statuses.get(method, "ok")) for method in EXERCISES}
    return nbval_words(Mark("x", functions, nbval="x", differing=list(kinds), kinds=kinds))


def test_what_follows_from_a_wrong_function_is_said_once():
    said = words(dict.fromkeys(["show-he", "check-he", "train-he", "compare-accuracies"], ""), he="wrong")
    assert said.count("отличаются") == 1 and EXERCISES["he"].title in said and "show-he" not in said


@reexecuted
def test_harmless_differences_are_called_so(verdict):
    prints = verdict(submission(zeros=function("zeros", loop="print(l)")))
    said = nbval_words(prints)
    assert "Напечатано больше" in said and "безвредно" in said and "show-zeros" not in said
    assert "раздел «2 - Инициализация в ноль», ячейка «parameters = initialize_parameters_zeros([3, 2, 1])»" in said
    signs = verdict(submission(zeros=function("zeros", f"-{ORACLE['zeros']}")))
    assert signs.score == 6 and "-0." in nbval_words(signs) and "безвредно" in nbval_words(signs)


# --- limits ---


@pytest.fixture
def cgroup(tmp_path, monkeypatch):
    """A container's limits."""

    def set_limits(**files):
        for name, text in files.items():
            (tmp_path / name.replace("_", ".", 1)).write_text(text)
        monkeypatch.setattr(limits, "CGROUPS", tmp_path)
        monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(16)))

    return set_limits


def test_jobs_follow_the_limits_of_a_container(cgroup):
    cgroup(pids_max="128\n", pids_current="4\n", cpu_max="max 100000\n")
    fewer = limits.jobs_within_limits(16, quick=False)
    assert 1 <= fewer < 16 and fewer * limits.TASKS < 128
    cgroup(pids_max="max\n", cpu_max="250000 100000\n")
    assert limits.jobs_within_limits(16, quick=False) == 3
    cgroup(pids_max="12\n", pids_current="4\n")
    with pytest.raises(limits.TooLittle, match="pids-limit"):
        limits.jobs_within_limits(1, quick=False)


@reexecuted
def test_limits_of_the_shell_refuse_or_lower_and_cost_no_marks(tmp_path):
    write(tmp_path / "x.ipynb", submission())
    grade = f"{sys.executable} -m grading grade '{tmp_path}' --quick --csv -"
    for limit, status, said in (
        ("-n 128", 0, "x.ipynb,ok,2,2,2,6"),
        ("-v 1000000", 0, "x.ipynb,ok,2,2,2,6"),
        ("-t 8", 2, "ulimit -t 8 мал"),
        ("-f 100", 2, "ulimit -f"),
    ):
        result = subprocess.run(
            ["sh", "-c", f"ulimit {limit}; exec {grade}"], cwd=ROOT, capture_output=True, text=True, timeout=120
        )
        assert result.returncode == status and said in result.stdout + result.stderr, (limit, result.stderr)
        assert "unreadable" not in result.stdout
