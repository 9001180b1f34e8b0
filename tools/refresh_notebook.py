"""Execute Initialization.ipynb and Why.ipynb from fresh kernels, store their outputs, renew what is made from them.

    python tools/refresh_notebook.py [NOTEBOOK…]

That is: the tables «Ожидаемый результат», the metadata for nbgrader, the rubric, the README's figure and its number
of cells. The files are replaced only after every cell has run without an error and without a word on stderr, and no
check has printed False. What Jupyter adds on the way (timings, the version of this machine's Python) is left out, so
that a diff shows only what changed in the lab.
"""

import base64
import re
import sys
from itertools import pairwise
from pathlib import Path

import nbformat
from nbclient import NotebookClient

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from common.files import replace_file
from common.lab import NOTEBOOK, ROOT, WHY
from init_utils import EXERCISES, SEED, function_name

ANSWERS = ("потом стало больше 0.01",)  # lines of which False is the answer; of all others it is a failed check
METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python", "pygments_lexer": "ipython3"},
}
KEPT = ("tags", "alt", "jupyter")  # of a cell's metadata: nbval's exemption, text alternative, source_hidden
WIDGET = "application/vnd.jupyter.widget-view+json"  # means nothing without the kernel that has made it

# What nbgrader takes a cell for, by its id; the cells that are not named here are the student's own.
READ_ONLY = {"solution": False, "grade": False, "locked": True}
ROLES = {"imports": READ_ONLY, "model": READ_ONLY}
for method, exercise in EXERCISES.items():
    ROLES[f"graded-{method}"] = {"solution": True, "grade": False, "locked": False}
    ROLES[f"check-{method}"] = {"solution": False, "grade": True, "locked": True, "points": exercise.points}
    ROLES |= {f"{name}-{method}": READ_ONLY for name in ("train", "accuracy", "predictions", "boundary")}


def execute(notebook):
    """Run all cells; outputs and execution counts are stored in `notebook`."""
    place = {"metadata": {"path": str(ROOT)}}
    NotebookClient(notebook, kernel_name="python3", resources=place, coalesce_streams=True).execute()


def refuse_failed_checks(notebook):
    """Stop if a cell wrote to stderr, or printed a bare False: what the line before it says does not hold."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if output.get("name") == "stderr":
                sys.exit(f"Ячейка {cell.id} напечатала в stderr, ничего не сохранено:\n{output.text}")
            for line in output.get("text", "").splitlines():
                if re.search(r"\bFalse\b", line) and not any(words in line for words in ANSWERS):
                    sys.exit(
                        f"Ячейка {cell.id}: проверка не выполнена, ничего не сохранено:\n{line}\n"
                        "Исправьте то, с чем ячейка сравнивает. Если False здесь не ошибка, а ответ, "
                        "допишите слова строки в ANSWERS в tools/refresh_notebook.py."
                    )


def renew(notebook):
    """Write what each cell has printed into the table «Ожидаемый результат» below it; keep only what the lab needs."""
    notebook.metadata = nbformat.from_dict(METADATA)
    for above, cell in pairwise([None, *notebook.cells]):
        metadata = {key: value for key, value in cell.metadata.items() if key in KEPT}
        if cell.id in ROLES:
            metadata["nbgrader"] = {"schema_version": 3, "grade_id": cell.id, "task": False, **ROLES[cell.id]}
        cell.metadata = nbformat.from_dict(metadata)
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(WIDGET, None)
        if cell.id.startswith("expected-"):
            printed = "".join(output.get("text", "") for output in above.get("outputs", []))
            values = re.findall(r"^(\w\d) = (.*?)(?=\n\w\d = |\n*\Z)", printed, re.MULTILINE | re.DOTALL)
            rows = [f"<tbody><tr><th>{name}</th><td><pre>{value}</pre></td></tr></tbody>" for name, value in values]
            cell.source = "\n".join(["**Ожидаемый результат**:", "", "<table>", *rows, "</table>"])


def rubric():
    """The rows of the teacher's table, below its heading."""
    rows = ["|:--|:-:|:--|"]
    for method, exercise in EXERCISES.items():
        seed = f" при начальном состоянии генератора {SEED}" if "random" in exercise.formula else ""
        rows.append(
            f"| {exercise.title}: `{function_name(method)}` | {exercise.points} "
            f"| {exercise.weight_points} — веса `{exercise.formula}`{seed}; {exercise.bias_points} — смещения, нули |"
        )
    rows.append(f"| **Всего** | **{sum(exercise.points for exercise in EXERCISES.values())}** | |")
    return "\n".join(rows)


def derived(notebook):
    """{path: content} of what follows from the lab: the documents with its rubric and number of cells, its figure."""
    (figure,) = [cell for cell in notebook.cells if cell.id == "compare-boundaries"]
    (png,) = [output.data["image/png"] for output in figure.outputs if "image/png" in output.get("data", {})]
    number = sum(cell.cell_type == "code" for cell in notebook.cells)
    documents = {
        ROOT / "README.md": (r"`\d+ passed`", f"`{number} passed`"),
        ROOT / "docs" / "teacher.md": (r"(?<=\| Подзадача \| Баллы \| Что оценивается \|\n)(\|.*\n)*", rubric() + "\n"),
    }
    contents = {ROOT / "docs" / "boundaries.png": base64.b64decode(png)}
    for path, (pattern, new) in documents.items():
        text, count = re.subn(pattern, lambda _, new=new: new, path.read_text(encoding="utf-8"))
        contents[path] = text.encode()
        assert count == 1, f"{path.name}: {pattern} expected once, found {count} times; nothing stored"
    return contents


def main(*paths):
    contents = {}
    for path in paths or (NOTEBOOK, WHY):
        notebook = nbformat.read(path, as_version=4)
        execute(notebook)
        refuse_failed_checks(notebook)
        renew(notebook)
        contents[path] = nbformat.writes(notebook) + "\n"
        if path.resolve() == NOTEBOOK:
            contents |= derived(notebook)
    for path, content in contents.items():
        replace_file(path, content)
        print(f"{path.name}: {len(content) / 1e6:.2f} MB")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
