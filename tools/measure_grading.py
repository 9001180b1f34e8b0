"""Time the grader: 100 submissions without nbval, and with nbval against plain nbval runs of the same sections.

    python tools/measure_grading.py [--submissions 100] [--rounds 3]
    python tools/measure_grading.py --class-of 40 [--before FOLDER] [--nbgrader]

The first prints seconds, the peak of memory for a quarter of the submissions and for all of them, and the average time
of a submission with nbval (two at a time) as a share of one plain run, measured alternately.

The second grades a class like those whose works are public (of 40: 22 with the same three functions, 10 right but
written otherwise, 8 wrong), one after another by this grader, twice, by that of an earlier copy of the project in
FOLDER, and by nbgrader's `autograde` (which must be installed).
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from common.lab import HELPERS, NOTEBOOK, ROOT, read_notebook
from handout.blank import ASSIGNMENT

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
        nbformat.write(read_notebook(), folder / f"student {number}" / "Initialization.ipynb")
    return str(folder)


def variants(size):
    """The code of the graded cells of each work, by the cell's id: what it changes in the completed lab."""
    plain, otherwise = round(size * 22 / 40), round(size * 10 / 40)
    for number in range(size):
        factor = 10 if number < plain + otherwise else 11 + number
        name = "parameters" if number < plain else f"parameters_{number}"  # another syntax tree
        yield (
            lambda source, name=name, factor=factor: (
                source.replace("parameters[", f"{name}[")
                .replace("parameters = {}", f"{name} = {{}}")
                .replace("return parameters", f"return {name}")
                .replace("* 10", f"* {factor}")
            )
        )


def make_course(folder, size):
    """nbgrader's course with the works of a class handed in; returns their folder."""
    run("-m", "handout", "course", str(folder), cwd=ROOT)
    nbgrader("generate_assignment", ASSIGNMENT, course=folder)
    solved = {cell.id: cell.source for cell in read_notebook().cells}
    for number, change in enumerate(variants(size)):
        work = nbformat.read(folder / "release" / ASSIGNMENT / NOTEBOOK.name, as_version=4)
        for cell in work.cells:
            if cell.id.startswith("graded-"):
                cell.source = change(solved[cell.id])
        place = folder / "submitted" / f"student{number:03}" / ASSIGNMENT
        place.mkdir(parents=True)
        nbformat.write(work, place / NOTEBOOK.name)
        (place / HELPERS.name).write_bytes(HELPERS.read_bytes())
    return folder / "submitted"


def nbgrader(*arguments, course):
    own = {f"JUPYTER_{name}_DIR": str(course / "jupyter" / name) for name in ("CONFIG", "DATA", "RUNTIME")}
    path = os.path.dirname(sys.executable) + os.pathsep + os.environ["PATH"]  # it calls alembic
    run("-m", "nbgrader", *arguments, cwd=course, env={**os.environ, **own, "HOME": str(course), "PATH": path})


def run(*arguments, **options):
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True, **options)


def measure_class(size, before, with_nbgrader):
    with TemporaryDirectory() as folder:
        course = Path(folder) / "course"
        works = make_course(course, size)
        grade = ("-m", "grading", "grade", str(works), "--jobs", str(AT_A_TIME))
        graders = {"this grader": lambda: run(*grade, "--fresh", cwd=ROOT)}
        graders["this grader, a second time"] = lambda: run(*grade, cwd=ROOT)
        if before:
            graders["the earlier one"] = lambda: run(*grade, cwd=before)
        if with_nbgrader:
            graders["nbgrader autograde"] = lambda: nbgrader("autograde", ASSIGNMENT, course=course)
        ours = None
        for name, work in graders.items():
            start = time.perf_counter()
            work()
            taken = time.perf_counter() - start
            ours = ours or taken
            print(f"{name}, {size} works: {taken:.0f} s" + (f", ours takes {ours / taken:.2f} of it" * (taken != ours)))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--submissions", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--class-of", type=int, metavar="N")
    parser.add_argument("--before", metavar="FOLDER")
    parser.add_argument("--nbgrader", action="store_true")
    options = parser.parse_args()
    if options.class_of:
        measure_class(options.class_of, options.before, options.nbgrader)
        return

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
            graded = seconds("grading", "grade", few, "--fresh", "--jobs", str(AT_A_TIME), cwd=ROOT) / (2 * AT_A_TIME)
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
