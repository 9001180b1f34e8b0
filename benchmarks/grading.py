"""The seconds of one core that grading takes, as docs/teacher.md tells them: python -m benchmarks.grading."""

import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from common.lab import NOTEBOOK, ROOT


def seconds(works, *options):
    start = time.perf_counter()
    command = [sys.executable, "-m", "grading", "grade", works, "--jobs", "1", *options]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return time.perf_counter() - start


def main(count=40):
    with TemporaryDirectory() as works:
        for number in range(count):  # copies of the completed lab
            (Path(works) / f"student {number}.ipynb").write_bytes(NOTEBOOK.read_bytes())
        quick = seconds(works, "--quick")
        print(f"оценка: {quick / count:.2f} с на работу")
        again = seconds(works, "--fresh") - quick  # all have the same functions, which are executed once
        print(f"повторное выполнение: {again:.0f} с на каждый вариант функций")


if __name__ == "__main__":
    main()
