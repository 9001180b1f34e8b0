"""Running nbval, as a grader does, on a copy of the lab in a folder of its own."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass

import nbformat

from common.lab import HELPERS, NOTEBOOK, ROOT, WHY  # noqa: F401
from tools import lab_cells


@dataclass
class Verdict:
    """What nbval said: its exit status, the ids of the cells that failed, its output."""

    status: int
    failed: set
    output: str

    @property
    def passed(self):
        return self.status == 0 and not self.failed and "warning" not in self.output.lower()


def copy_lab(folder):
    for path in (NOTEBOOK, WHY, HELPERS):
        shutil.copyfile(path, folder / path.name)
    return folder


def edit(path, old, new):
    """Replace `old`, which must stand in the file, by `new`."""
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{old!r} is not in {path.name}"
    path.write_text(text.replace(old, new), encoding="utf-8")


def edit_cell(folder, cell_id, old, new):
    """Replace `old` by `new` in the source of one cell."""
    path = folder / NOTEBOOK.name
    notebook = nbformat.read(path, as_version=4)
    (cell,) = [cell for cell in notebook.cells if cell.id == cell_id]
    assert old in cell.source, f"{old!r} is not in cell {cell_id}"
    cell.source = cell.source.replace(old, new)
    nbformat.write(notebook, path)


def keep(folder, cell_ids):
    """Leave of the notebook the definitions and these cells."""
    path = folder / NOTEBOOK.name
    notebook = nbformat.read(path, as_version=4)
    kept = {*lab_cells.DEFINITIONS, *cell_ids}
    notebook.cells = [cell for cell in notebook.cells if cell.id in kept]
    assert {cell.id for cell in notebook.cells} == kept
    nbformat.write(notebook, path)


def command(path):
    """The command of the README."""
    return (sys.executable, "-m", "pytest", "--nbval", path.name)


FAST_START = ("-p", "nbval.plugin")  # no plugin but nbval, whatever others are installed: they start slowly

# Other programs may take a port that was chosen for the kernel before it listens there (nteract/papermill#511):
# then no cell has run, and nbval reports an error of each, not a failure
KERNEL_NOT_STARTED = re.compile(r"^E +RuntimeError: .*[Kk]ernel", re.MULTILINE)


def run_nbval(folder, path=NOTEBOOK, plugins=FAST_START, **environment):
    """`pytest --nbval` on a notebook in the folder, strict and with no other option that bears on the verdict."""
    if plugins:
        environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    for _ in range(2):
        result = subprocess.run(
            [*command(path), *plugins, "--color=no", "-rf", "-p", "no:cacheprovider"],
            cwd=folder,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            timeout=300,
        )
        if not KERNEL_NOT_STARTED.search(result.stdout):
            break
    code_cells = [c for c in nbformat.read(folder / path.name, as_version=4).cells if c.cell_type == "code"]
    failed = {code_cells[int(n)].id for n in re.findall(r"^FAILED .*::Cell (\d+)", result.stdout, re.MULTILINE)}
    return Verdict(result.returncode, failed, result.stdout + result.stderr)
