"""Execute Initialization.ipynb and Why.ipynb from fresh kernels, store their outputs, renew what is made from them.

    python tools/refresh_notebook.py [--quick] [NOTEBOOK…]

That is: the tables «Ожидаемый результат», the README's figure, the metadata for nbgrader, the rubric. The files are
replaced only after every cell has run without an error and without a word on stderr, and no check has printed
False. What Jupyter adds on the way (timings, the version of this machine's Python) is left out, so that a diff shows
only what changed in the lab. Then tools/text_numbers.py names the numbers of the text that have no source in it;
this takes half a minute, --quick leaves it out.
"""

import argparse
import base64
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import nbformat
from nbclient import NotebookClient

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from common.files import replace_file
from common.lab import NOTEBOOK, ROOT, WHY
from init_utils import EXERCISES, SEED, function_name

TEACHER = ROOT / "docs" / "teacher.md"
RUBRIC = re.compile(r"(?<=\n\| Подзадача \| Баллы \| Что оценивается \|\n).*?(?=\n\n)", re.DOTALL)
README_FIGURE = ("compare-boundaries", ROOT / "docs" / "boundaries.png")
ANSWERS = ("потом стало больше 0.01",)  # lines of which False is the answer; of all others it is a failed check
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
LANGUAGE = {"name": "python", "pygments_lexer": "ipython3"}
WIDGET = "application/vnd.jupyter.widget-view+json"  # means nothing without the kernel that has made it
KEPT = ("tags", "alt", "jupyter")  # nbval's exemption, the text alternative of a figure, source_hidden

# What nbgrader takes a cell for, by its id; the cells that are not named here are the student's own.
ANSWER = {"solution": True, "grade": False, "locked": False}
TEST = {"solution": False, "grade": True, "locked": True}
READ_ONLY = {"solution": False, "grade": False, "locked": True}
ROLES = {"imports": READ_ONLY, "model": READ_ONLY}
for method, exercise in EXERCISES.items():
    ROLES |= {f"graded-{method}": ANSWER, f"check-{method}": {**TEST, "points": exercise.points}}
    ROLES |= {f"{name}-{method}": READ_ONLY for name in ("train", "accuracy", "predictions", "boundary")}


def execute(notebook, folder):
    """Run all cells in `folder`; outputs and execution counts are stored in `notebook`."""
    client = NotebookClient(
        notebook, kernel_name="python3", resources={"metadata": {"path": str(folder)}}, coalesce_streams=True
    )
    client.execute()
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if output.get("name") == "stderr":
                sys.exit(f"cell {cell.id} wrote to stderr, nothing stored:\n{output.text}")


def refuse_failed_checks(notebook):
    """Stop if a cell has printed a bare False: what the line before it says does not hold."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            for line in output.get("text", "").splitlines():
                if re.search(r"\bFalse\b", line) and not any(words in line for words in ANSWERS):
                    sys.exit(
                        f"Ячейка {cell.id}: проверка не выполнена, ничего не сохранено:\n{line}\n"
                        "Исправьте то, с чем ячейка сравнивает. Если False здесь не ошибка, а ответ, "
                        "допишите слова строки в ANSWERS в tools/refresh_notebook.py."
                    )


def clean(notebook):
    """Keep only the metadata that the lab needs: the kernel, the language, nbgrader's roles and KEPT; no widget."""
    notebook.metadata = nbformat.from_dict({"kernelspec": KERNEL, "language_info": LANGUAGE})
    for cell in notebook.cells:
        metadata = {key: value for key, value in cell.metadata.items() if key in KEPT}
        if cell.id in ROLES:
            metadata["nbgrader"] = {"schema_version": 3, "grade_id": cell.id, "task": False, **ROLES[cell.id]}
        cell.metadata = nbformat.from_dict(metadata)
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(WIDGET, None)


def renew_expected_tables(notebook):
    """Write into each table «Ожидаемый результат» what the cell above it has printed."""
    for above, cell in pairwise(notebook.cells):
        if cell.id.startswith("expected-"):
            values = re.findall(
                r"^(\w\d) = (.*?)(?=\n\w\d = |\Z)", above.outputs[0]["text"].rstrip(), re.MULTILINE | re.DOTALL
            )
            rows = [f"<tbody><tr><th>{name}</th><td><pre>{value}</pre></td></tr></tbody>" for name, value in values]
            cell.source = "\n".join(["**Ожидаемый результат**:", "", "<table>", *rows, "</table>"])


def rubric():
    """The rows of the teacher's table, below its heading."""
    rows = ["|:--|:-:|:--|"]
    for method, exercise in EXERCISES.items():
        weights = exercise.draw if exercise.factor.startswith("1 ") else f"{exercise.draw} * {exercise.factor}"
        seed = f" при начальном состоянии генератора {SEED}" if "random" in exercise.draw else ""
        rows.append(
            f"| {exercise.title}: `{function_name(method)}` | {exercise.points} "
            f"| {exercise.weight_points} — веса `{weights}`{seed}; {exercise.bias_points} — смещения, нули |"
        )
    rows.append(f"| **Всего** | **{sum(exercise.points for exercise in EXERCISES.values())}** | |")
    return "\n".join(rows)


def renew_rubric(text):
    """The teacher's page with the rubric that follows from EXERCISES."""
    changed, count = RUBRIC.subn(lambda _: rubric(), text)
    if count != 1:
        sys.exit(f"{TEACHER.name}: one table «Подзадача» expected, {count} found; nothing stored")
    return changed


def figure(notebook, cell_id):
    """The bytes of the picture that the cell `cell_id` has drawn."""
    (cell,) = [cell for cell in notebook.cells if cell.id == cell_id]
    (png,) = [o["data"]["image/png"] for o in cell.outputs if "image/png" in o.get("data", {})]
    return base64.b64decode(png)


def refreshed(path):
    """The notebook with the outputs of a new run; exits if a cell or one of its checks fails."""
    notebook = nbformat.read(path, as_version=4)
    execute(notebook, ROOT)
    refuse_failed_checks(notebook)
    renew_expected_tables(notebook)
    clean(notebook)
    nbformat.validate(notebook)
    return notebook


def main(arguments=()):
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("notebooks", nargs="*", type=Path, default=[NOTEBOOK, WHY], help="by default both")
    parser.add_argument("--quick", action="store_true", help="do not check the numbers of the text")
    options = parser.parse_args(arguments)
    notebooks = {path.resolve(): refreshed(path) for path in options.notebooks}
    contents = {path: nbformat.writes(notebook) + "\n" for path, notebook in notebooks.items()}
    if NOTEBOOK in notebooks:
        cell_id, path = README_FIGURE
        contents[path] = figure(notebooks[NOTEBOOK], cell_id)
        contents[TEACHER] = renew_rubric(TEACHER.read_text(encoding="utf-8"))
    for path, content in contents.items():
        replace_file(path, content)
    for path, notebook in notebooks.items():
        print(f"{path.name}: {len(notebook.cells)} cells, {path.stat().st_size / 1e6:.2f} MB", flush=True)
    if not options.quick:
        subprocess.run([sys.executable, "-m", "tools.text_numbers"], cwd=ROOT)


if __name__ == "__main__":
    main(sys.argv[1:])
