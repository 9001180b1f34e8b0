"""Execute Initialization.ipynb from a fresh kernel, store its outputs, renew the README's figure.

    python tools/refresh_notebook.py

The files are replaced only after every cell has run without an error and without a word on stderr. What
Jupyter adds on the way (timings, the version of this machine's Python) is left out, so that a diff shows
only what changed in the lab.
"""

import base64
import os
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOK = ROOT / "Initialization.ipynb"
README_FIGURE = ("boundary-he", ROOT / "docs" / "boundary-he.png")
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
LANGUAGE = {"name": "python", "pygments_lexer": "ipython3"}


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


def clean(notebook):
    """Keep only the metadata that the lab needs: the kernel, the language, the tags of cells."""
    notebook.metadata = nbformat.from_dict({"kernelspec": KERNEL, "language_info": LANGUAGE})
    for cell in notebook.cells:
        cell.metadata = nbformat.from_dict({k: v for k, v in cell.metadata.items() if k == "tags"})


def figure(notebook, cell_id):
    """The bytes of the picture that the cell `cell_id` has drawn."""
    (cell,) = [cell for cell in notebook.cells if cell.id == cell_id]
    (png,) = [o["data"]["image/png"] for o in cell.outputs if "image/png" in o.get("data", {})]
    return base64.b64decode(png)


def replace(path, content):
    """Write beside `path`, then rename: the old file is whole until the new one is."""
    temporary = path.with_name(path.name + ".tmp")
    try:
        temporary.write_bytes(content)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def main():
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    execute(notebook, ROOT)
    clean(notebook)
    nbformat.validate(notebook)
    replace(NOTEBOOK, (nbformat.writes(notebook) + "\n").encode())
    cell_id, path = README_FIGURE
    replace(path, figure(notebook, cell_id))
    print(f"{NOTEBOOK.name}: {len(notebook.cells)} cells, {NOTEBOOK.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
