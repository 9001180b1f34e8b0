"""Put a student's functions into the lab and let nbval re-execute it."""

import json

import matplotlib

from common.lab import HELPERS, read_notebook
from grading.confined.sandbox import Sandbox, SandboxFailure, receive

SECONDS = 180  # for the whole notebook


class Reexecution(Sandbox):
    """Runs nbval, one notebook after another (see run_nbval.py)."""

    def environment(self):
        return super().environment() | {"MPLCONFIGDIR": matplotlib.get_cachedir()}  # where the list of fonts lies

    def run(self, functions):
        """Returns the cells that differ: {id: kind of difference}; raises TimeoutError or ChildProcessError.

        `functions`: {id of the graded cell: (name, code)}, the code None if there is no function to run.
        Raises SandboxFailure if nbval or the kernel can't start here: it says nothing about the student's code.
        """
        import nbformat  # takes seconds to load

        notebook = read_notebook()
        for cell in notebook.cells:
            if cell.id in functions:
                cell.source = cell_with(*functions[cell.id])
        task = {"notebook": nbformat.writes(notebook), "helpers": HELPERS.read_text(encoding="utf-8")}
        outcome, answer = self.give("reexecute", task, receive, SECONDS, SECONDS)
        if outcome in ("timeout", "cpu"):
            raise TimeoutError
        differences = dict(json.loads(line) for line in answer.splitlines(keepends=True) if line.endswith(b"\n"))
        if differences.get(0, "") is not None:
            raise SandboxFailure("ядро Jupyter не запускается")  # the first cell has no student's code
        if "finished" not in differences:
            raise ChildProcessError
        cells = enumerate(cell.id for cell in notebook.cells if cell.cell_type == "code")
        kinds = {name: differences.get(number, "") for number, name in cells}
        return {name: kind for name, kind in kinds.items() if kind is not None}


def cell_with(name, code):
    """The cell that defines a student's function as the marks do: what fails beside it is left out."""
    if code is None:
        return f"def {name}(layers_dims):\n    raise NotImplementedError"
    return f"from grading.confined.calling import define\n{name} = define({code!r}, {name!r})"
