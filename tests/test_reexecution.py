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

from common.command import Refusal
from common.lab import read_notebook
from grading.confined import limits, sandbox
from grading.marks import FunctionMark, Grader, Mark, draw_layer_lists
from grading.page import nbval_words
from init_utils import EXERCISES

reexecuted = pytest.mark.thorough


@pytest.fixture(scope="module")
def grader(tmp_path_factory):
    grader = Grader(tmp_path_factory.mktemp("g"), draw_layer_lists(), timeout=5, quick=False)
    yield grader
    grader.close()


def plain_verdict(folder, functions):
    """The ids of the cells to which plain strict nbval objects."""
    copy_lab(folder)
    notebook = read_notebook()
    for cell in notebook.cells:
        method = cell.id.removeprefix("graded-")
        cell.source = functions.get(method, cell.source)
    nbformat.write(notebook, folder / "Initialization.ipynb")
    return run_nbval(folder).failed


LEFT_OUT = ("from public_tests import *", "import no_such_package", "print('elsewhere')")
# what stands before the functions, the functions -> how some cells differ
WAYS = {
    "right, beside what marks leave out": (LEFT_OUT, {}, {}),
    "a sign, an error, a print": (
        (),
        {
            "zeros": function("zeros", f"-{ORACLE['zeros']}"),
            "random": function("random", "1 / 0"),
            "he": function("he", loop="print(l)"),
        },
        {"show-zeros": "sign", "show-random": "error", "show-he": "print", "compare-accuracies": "error"},
    ),
}


@pytest.mark.parametrize(
    ("cells", "functions", "kinds"),
    [pytest.param(*row, id=name, marks=[reexecuted] if row[1] else []) for name, row in WAYS.items()],
)
def test_the_verdict_is_that_of_plain_strict_nbval(grader, tmp_path, cells, functions, kinds):
    mark = grader.grade(nbformat.writes(submission(*cells, **functions)).encode(), "x.ipynb")
    grader.reexecute(mark)
    assert mark.score == (4 if functions else 6) and mark.kinds.items() >= kinds.items()
    assert set(mark.kinds) == plain_verdict(tmp_path, functions)


def test_a_kernel_that_cannot_start_is_nobodys_verdict(tmp_path, monkeypatch):
    grader = Grader(tmp_path, draw_layer_lists(), timeout=5, quick=False)
    monkeypatch.setattr(sandbox, "WORKER", tmp_path / "nothing.py")
    functions = {method: FunctionMark("ok") for method in EXERCISES}
    with pytest.raises(sandbox.SandboxFailure):
        grader.reexecute(Mark("x", functions))
    grader.close()


# --- what the pages say ---


def test_what_follows_from_a_wrong_function_is_said_once_and_harmless_differences_are_called_so():
    def words(kinds, **statuses):
        functions = {method: FunctionMark(statuses.get(method, "ok")) for method in EXERCISES}
        return nbval_words(Mark("x", functions, nbval="x", kinds=kinds))

    said = words(dict.fromkeys(["show-he", "check-he", "train-he", "compare-accuracies"], ""), he="wrong")
    assert said.count("отличаются") == 1 and EXERCISES["he"].title in said and "show-he" not in said
    prints, signs = words({"show-zeros": "print"}), words({"show-zeros": "sign"})
    assert "Напечатано больше" in prints and "безвредно" in prints and "show-zeros" not in prints
    assert "раздел «2 - Инициализация в ноль», ячейка «parameters = initialize_parameters_zeros([3, 2, 1])»" in prints
    assert "-0." in signs and "безвредно" in signs


# --- limits ---


def test_jobs_follow_the_limits_of_a_container(tmp_path, monkeypatch):
    def jobs(asked, pids, cpu):
        for name, text in {"pids.max": pids, "pids.current": "4", "cpu.max": cpu}.items():
            (tmp_path / name).write_text(f"{text}\n")
        return limits.jobs_within_limits(asked, quick=False)

    monkeypatch.setattr(limits, "CGROUPS", tmp_path)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(16)))
    fewer = jobs(16, "128", "max 100000")
    assert 1 <= fewer < 16 and fewer * limits.TASKS < 128
    assert jobs(16, "max", "250000 100000") == 3
    with pytest.raises(Refusal, match="pids-limit"):
        jobs(1, "12", "250000 100000")


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
