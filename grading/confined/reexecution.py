"""Put a student's functions into a pristine copy of the lab and let nbval re-execute it."""

import contextlib
import json
import os
import select
import socket
import time
from pathlib import Path

from matplotlib import font_manager

from common.lab import HELPERS, NOTEBOOK, read_notebook
from grading.confined.confinement import children_with_too_many_threads
from grading.confined.folders import temporary_folder
from grading.confined.sandbox import Servant, clean_environment

ZYGOTE = Path(__file__).with_name("zygote.py")
PROVISIONER = "forked-kernel"  # see run_nbval.py
LONGEST = 180  # seconds for the whole notebook
STARTING = 60  # seconds until the zygote answers
LARGEST_VERDICT = 1 << 20


class ReexecutionFailure(Exception):
    """nbval or the kernel can't start here: it says nothing about the student's code."""


class Reexecution(Servant):
    """Runs nbval, one notebook after another, in children of a zygote (see zygote.py)."""

    def run(self, functions):
        """Returns the cells that differ: {id: kind of difference}; raises TimeoutError or ChildProcessError.

        `functions`: {id of the graded cell: (name, code)}, the code None if there is no function to run.
        """
        with temporary_folder(dir=self.folder) as folder:
            folder = Path(folder)
            notebook = prepare(folder, functions)
            cells = [cell.id for cell in notebook.cells if cell.cell_type == "code"]
            lines = self.execute(folder)
            outcomes = {line["cell"]: line for line in lines if "cell" in line}
            if not self.killed and outcomes.get(0, {}).get("outcome") != "passed":
                raise ReexecutionFailure("ядро Jupyter не запускается")  # the first cell has no student's code
            if not lines or "finished" not in lines[-1]:
                raise ChildProcessError
            return {
                name: outcomes.get(number, {}).get("kind", "")
                for number, name in enumerate(cells)
                if outcomes.get(number, {}).get("outcome") != "passed"
            }

    def execute(self, folder):
        """The lines that run_nbval.py writes."""
        if self.killed:
            raise ChildProcessError
        reading, writing = os.pipe()
        try:
            try:
                self.send(folder, writing)
            finally:
                os.close(writing)
            text = read_until(
                reading, time.monotonic() + LONGEST, lambda: children_with_too_many_threads(self.process.pid)
            )
            if not self.answers():
                self.end()
        except BaseException:
            self.end()
            raise
        finally:
            os.close(reading)
        return [json.loads(line) for line in text.splitlines()]

    def send(self, folder, writing):
        """Give a work to the zygote, which is started if there is none."""
        work = {
            "notebook": str(folder / "lab" / NOTEBOOK.name),
            "modules": str(folder / "modules"),
            "environment": environment(folder),
        }
        try:
            if not self.process:
                self.start()
            socket.send_fds(self.control, [json.dumps(work).encode()], [writing])
        except OSError as error:
            raise ReexecutionFailure(f"процесс повторного выполнения не запускается: {error.strerror}") from error

    def start(self):
        home = Path(self.folder) / "zygote"
        home.mkdir(exist_ok=True)
        write_font_list(home)
        super().start(ZYGOTE, home, environment(home) | {"MPLCONFIGDIR": str(home)})

    def answers(self):
        """Whether the zygote says that the work is done and its children have ended."""
        with contextlib.suppress(OSError):
            return bool(select.select([self.control], [], [], STARTING)[0] and self.control.recv(100))
        return False


def prepare(folder, functions):
    """Lay out what nbval and the kernel need in an empty folder; returns the notebook."""
    import nbformat  # takes seconds to load

    for name in ("lab", "modules", "home", "run", "jupyter/kernels/python3"):
        (folder / name).mkdir(parents=True)
    notebook = read_notebook()
    for cell in notebook.cells:
        if cell.id in functions:
            cell.source = cell_with(*functions[cell.id])
    nbformat.write(notebook, folder / "lab" / NOTEBOOK.name)
    (folder / "modules" / HELPERS.name).write_bytes(HELPERS.read_bytes())
    write_font_list(folder / "home")
    kernel = {
        "argv": ["{connection_file}"],
        "display_name": "Python 3 (confined)",
        "language": "python",
        "metadata": {"kernel_provisioner": {"provisioner_name": PROVISIONER}},
    }
    (folder / "jupyter" / "kernels" / "python3" / "kernel.json").write_text(json.dumps(kernel))
    return notebook


def cell_with(name, code):
    """The cell that defines a student's function as the marks do: what fails beside it is left out."""
    if code is None:
        return f"def {name}(layers_dims):\n    raise NotImplementedError"
    return f"from grading.confined.calling import define\n{name} = define({code!r}, {name!r})"


def write_font_list(folder):
    """Spare matplotlib the search for fonts."""
    font_list = folder / f"fontlist-v{font_manager.FontManager.__version__}.json"
    font_manager.json_dump(font_manager.fontManager, font_list)


def environment(folder):
    return {
        **clean_environment(folder / "home"),
        "MPLCONFIGDIR": str(folder / "home"),
        "JUPYTER_PATH": str(folder / "jupyter"),
        "JUPYTER_RUNTIME_DIR": str(folder / "run"),
        "TMPDIR": str(folder / "run"),  # Jupyter writes the connection file here
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }


def read_until(descriptor, end, is_too_much):
    """What comes over a pipe until it is closed; an error when `end` passes first or something gets too much."""
    text = bytearray()
    while len(text) < LARGEST_VERDICT:
        if time.monotonic() > end:
            raise TimeoutError
        if is_too_much():
            raise ChildProcessError
        if select.select([descriptor], [], [], 0.2)[0]:
            part = os.read(descriptor, 1 << 16)
            if not part:
                break
            text += part
    return text.decode()
