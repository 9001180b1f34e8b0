"""Time the grader: 100 submissions without nbval, and with nbval against plain nbval runs of the same sections.

    python tools/measure_grading.py [--submissions 100] [--rounds 3]

Prints seconds, the peak of memory for a quarter of the submissions and for all of them, and the average time
of a submission with nbval (two at a time) as a share of one plain run, measured alternately.
"""

import argparse
import statistics
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from common.lab import HELPERS, ROOT, required_sections

AT_A_TIME = 2


def seconds(*command, cwd):
    start = time.perf_counter()
    subprocess.run([sys.executable, "-m", *command], cwd=cwd, check=True, capture_output=True)
    return time.perf_counter() - start


def peak_memory(*command, cwd):
    """Megabytes, of the largest of the processes."""
    script = f"import resource, subprocess, sys; subprocess.run({[sys.executable, '-m', *command]!r}, check=True, " + (
        "stdout=subprocess.DEVNULL); print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)"
    )
    return int(subprocess.run([sys.executable, "-c", script], cwd=cwd, check=True, capture_output=True).stdout)


def make_group(folder, size):
    """`size` copies of the completed lab, each in a folder of its own."""
    for number in range(size):
        (folder / f"student {number}").mkdir(parents=True)
        nbformat.write(required_sections(), folder / f"student {number}" / "Initialization.ipynb")
    return str(folder)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--submissions", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()

    with TemporaryDirectory() as folder:
        folder = Path(folder)
        whole = make_group(folder / "whole", options.submissions)
        quarter = make_group(folder / "quarter", options.submissions // 4)
        few = make_group(folder / "few", 2 * AT_A_TIME)
        plain = folder / "plain"
        make_group(plain, 1)
        (plain / "student 0" / HELPERS.name).write_bytes(HELPERS.read_bytes())

        times = [seconds("grading", "grade", whole, "--quick", cwd=ROOT) for _ in range(options.rounds)]
        print(f"--quick, {options.submissions} submissions: {spread(times, 's')}")
        for group, size in ((quarter, options.submissions // 4), (whole, options.submissions)):
            print(
                f"peak of memory, {size} submissions: {peak_memory('grading', 'grade', group, '--quick', cwd=ROOT)} MB"
            )

        ratios, plain_times, graded_times = [], [], []
        for _ in range(options.rounds):
            command = ("pytest", "--nbval", "Initialization.ipynb", "-p", "no:cacheprovider", "-q")
            before = seconds(*command, cwd=plain / "student 0")
            graded = seconds("grading", "grade", few, "--jobs", str(AT_A_TIME), cwd=ROOT) / (2 * AT_A_TIME)
            after = seconds(*command, cwd=plain / "student 0")
            plain_times += [before, after]
            graded_times.append(graded)
            ratios.append(graded / statistics.mean([before, after]))
        print(f"one plain nbval run: {spread(plain_times, 's')}")
        print(f"one submission with nbval, {AT_A_TIME} at a time: {spread(graded_times, 's')}")
        print(f"ratio: {spread(ratios, '')}")


def spread(values, unit):
    return f"median {statistics.median(values):.2f} {unit} ({min(values):.2f} … {max(values):.2f})"


if __name__ == "__main__":
    main()
