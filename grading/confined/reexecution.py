"""Put a student's functions into a pristine copy of the lab and let nbval re-execute it."""

import json
import os
import select
import subprocess
import sys
import time
from pathlib import Path

import nbformat
from matplotlib import font_manager

from common.files import folder_size, temporary_folder
from common.lab import HELPERS, NOTEBOOK, required_sections
from grading.confined.confinement import children_with_too_many_threads
from grading.confined.sandbox import clean_environment

HERE = Path(__file__).parent
LONGEST = 180  # seconds for the whole notebook
LARGEST_VERDICT = 1 << 20
FOLDER_SIZE = 64 << 20


class Reexecution:
    """Runs nbval, one notebook after another."""

    def __init__(self, folder):
        self.folder = folder
        self.process = None
        self.killed = False

    def run(self, codes):
        """Returns the ids of the cells that differ; raises TimeoutError or ChildProcessError.

        `codes`: the code that takes the place of each graded cell, by the cell's id.
        """
        with temporary_folder(dir=self.folder) as folder:
            folder = Path(folder)
            notebook = prepare(folder, codes)
            cells = [cell.id for cell in notebook.cells if cell.cell_type == "code"]
            lines = self.execute(folder)
            if not lines or "finished" not in lines[-1]:
                raise ChildProcessError
            passed = {line["cell"] for line in lines[:-1] if line["outcome"] == "passed"}
            return [name for number, name in enumerate(cells) if number not in passed]

    def execute(self, folder):
        """The lines that run_nbval.py writes."""
        if self.killed:
            raise ChildProcessError
        reading, writing = os.pipe()
        try:
            arguments = (folder / "lab" / NOTEBOOK.name, writing, os.getpid())
            self.process = subprocess.Popen(
                [sys.executable, "-I", HERE / "run_nbval.py", *map(str, arguments)],
                pass_fds=[writing],
                env=environment(folder),
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        finally:
            os.close(writing)
        try:
            text = read_until(reading, time.monotonic() + LONGEST, lambda: self.is_overfull(folder))
        finally:
            os.close(reading)
            self.end()
        return [json.loads(line) for line in text.splitlines()]

    def is_overfull(self, folder):
        """The student's code takes more disk or starts more threads than it should."""
        return folder_size(folder) > FOLDER_SIZE or children_with_too_many_threads(self.process.pid)

    def end(self):
        """No process is left behind: the kernel dies with nbval."""
        if self.process:
            self.process.kill()
            self.process.wait()

    def kill(self):
        """End nbval from another thread; a `run` that waits for it raises ChildProcessError."""
        self.killed = True
        self.end()


def prepare(folder, codes):
    """Lay out what nbval and the kernel need in an empty folder; returns the notebook."""
    for name in ("lab", "modules", "home", "run", "jupyter/kernels/python3"):
        (folder / name).mkdir(parents=True)
    notebook = required_sections()
    for cell in notebook.cells:
        cell.source = codes.get(cell.id, cell.source)
    nbformat.write(notebook, folder / "lab" / NOTEBOOK.name)
    (folder / "modules" / HELPERS.name).write_bytes(HELPERS.read_bytes())
    font_list = folder / "home" / f"fontlist-v{font_manager.FontManager.__version__}.json"
    font_manager.json_dump(font_manager.fontManager, font_list)
    kernel = {
        "argv": [sys.executable, "-I", str(HERE / "confined_kernel.py"), "{connection_file}", str(folder / "modules")],
        "display_name": "Python 3 (confined)",
        "language": "python",
    }
    (folder / "jupyter" / "kernels" / "python3" / "kernel.json").write_text(json.dumps(kernel))
    return notebook


def environment(folder):
    return {
        **clean_environment(folder / "home"),
        "MPLCONFIGDIR": str(folder / "home"),
        "JUPYTER_PATH": str(folder / "jupyter"),
        "JUPYTER_RUNTIME_DIR": str(folder / "run"),
        "TMPDIR": str(folder / "run"),  # Jupyter writes the connection file here
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }


def read_until(descriptor, end, is_overfull):
    """What comes over a pipe until it is closed; an error when `end` passes first or something gets too full."""
    text = bytearray()
    while len(text) < LARGEST_VERDICT:
        if time.monotonic() > end:
            raise TimeoutError
        if is_overfull():
            raise ChildProcessError
        if select.select([descriptor], [], [], 0.2)[0]:
            part = os.read(descriptor, 1 << 16)
            if not part:
                break
            text += part
    return text.decode()
