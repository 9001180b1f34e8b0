"""The benchmark compares like with like. How fast the helpers are is left to the command: tests share a noisy CPU."""

import subprocess
import sys
from importlib.util import find_spec

import numpy as np
import pytest
from conftest import ROOT

from benchmarks import contestants, measure, report

MAKERS = contestants.ALWAYS | {
    name: make for package, (name, make) in contestants.OPTIONAL.items() if find_spec(package)
}


@pytest.fixture
def data(lab):
    return lab["train_X"], lab["train_Y"]


@pytest.mark.parametrize("name", MAKERS)
def test_every_contestant_trains_the_same_network_each_time(data, name):
    train, train_by_textbook = MAKERS[name](*data), contestants.textbook_formulas(*data)
    for iterations in (60, 20, 40):  # each training starts anew
        trained, expected = train(iterations), train_by_textbook(iterations)
        for key, value in expected.items():
            np.testing.assert_allclose(trained[key], value, rtol=1e-10, atol=1e-12, err_msg=key)


def test_a_contestant_that_does_other_work_is_found_out(data):
    trainings = {name: make(*data) for name, make in contestants.NUMPY.items()}
    assert len(measure.check_losses(trainings, *data, iterations=20)) == 2
    lazy = {**trainings, "lazy": lambda iterations: trainings[contestants.OURS](iterations - 1)}
    with pytest.raises(SystemExit, match="lazy"):
        measure.check_losses(lazy, *data, iterations=20)


def test_helpers_need_less_memory_than_the_textbook(monkeypatch):
    monkeypatch.setattr(measure, "LARGE", 50_000)
    seconds, peaks = measure.large(contestants.NUMPY, rounds=2, iterations=2)
    assert all(len(values) == 2 and (values > 0).all() for values in seconds.values())
    assert peaks[contestants.OURS] < 0.96 * peaks[contestants.TEXTBOOK]


def test_ratios_are_taken_round_by_round():
    seconds = {"slow": np.array([2.0, 8.0, 6.0]), "fast": np.array([1.0, 2.0, 2.0])}
    assert measure.ratios(seconds, "slow")["fast"] == (2.5, 3.0, 3.5)


@pytest.mark.thorough
def test_the_command_prints_a_table_and_draws_a_figure(tmp_path):
    figure = tmp_path / "benchmark.png"
    none_else = ["--large-rounds", "0", "--notebook-rounds", "0"]
    result = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--rounds", "2", "--iterations", "20", *none_else, "--figure", figure],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    assert "All come to the loss 0.687983" in result.stdout
    for name in contestants.ALWAYS:
        assert f"| {name} | " in result.stdout
    name, _ = contestants.OPTIONAL["numba"]
    assert (f"| {name} | " if find_spec("numba") else f"{name}: left out") in result.stdout
    assert figure.read_bytes().startswith(b"\x89PNG")


@pytest.mark.thorough
@pytest.mark.parametrize("arguments", [["--rounds", "1"], ["--torch", "--notebook-rounds", "0"]])
def test_incomplete_results_are_not_published(arguments):
    command = [sys.executable, "-m", "benchmarks", "--publish", *arguments]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith("--publish needs --torch")


def test_publishing_replaces_what_stood_between_the_marks(tmp_path, monkeypatch):
    page = tmp_path / "benchmarks.md"
    monkeypatch.setattr(report, "PAGE", page)
    page.write_text(f"before\n{report.BEGIN}\nold\n{report.END}\nafter\n", encoding="utf-8")
    report.publish("new")
    assert page.read_text(encoding="utf-8") == f"before\n{report.BEGIN}\n\nnew\n\n{report.END}\nafter\n"
    page.write_text("no marks", encoding="utf-8")
    with pytest.raises(SystemExit):
        report.publish("new")
