"""Running nbval, as a grader does, on a copy of the lab in a folder of its own."""

import re
import shutil
import subprocess
import sys
from typing import NamedTuple

import nbformat

from common.lab import HELPERS, NOTEBOOK, ROOT, WHY  # noqa: F401

# Other programs may take a port that was chosen for the kernel before it listens there (nteract/papermill#511):
# then no cell has run, and nbval reports an error of each, not a failure
KERNEL_NOT_STARTED = re.compile(r"^E +RuntimeError: .*[Kk]ernel", re.MULTILINE)


class Verdict(NamedTuple):
    """What nbval said: its exit status, the ids of the cells that failed, its output."""

    status: int
    failed: set
    output: str


def copy_lab(folder):
    for path in (NOTEBOOK, WHY, HELPERS):
        shutil.copyfile(path, folder / path.name)
    return folder


def change(path, old, new):
    """Replace `old`, which must stand in the file, by `new`."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def run_nbval(folder, path=NOTEBOOK):
    """The command of the README, on a notebook in the folder."""
    command = [sys.executable, "-m", "pytest", "--nbval", path.name, "--color=no", "-rf"]
    for _ in range(2):
        result = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300)
        if not KERNEL_NOT_STARTED.search(result.stdout):
            break
    code_cells = [cell for cell in nbformat.read(folder / path.name, as_version=4).cells if cell.cell_type == "code"]
    failed = {code_cells[int(n)].id for n in re.findall(r"^FAILED .*::Cell (\d+)", result.stdout, re.MULTILINE)}
    return Verdict(result.returncode, failed, result.stdout + result.stderr)
