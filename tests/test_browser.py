"""The notebook where students open it: JupyterLab 4 and Notebook 7 in headless Chromium."""

import os
import socket
import subprocess
import sys
import time
from urllib.request import urlopen

import nbformat
import pytest
from jupyter_page import ERROR, STDERR, run_all, wait_for_notebook, wait_until_all_have_run
from nbval_runs import copy_lab
from submissions import completed

pytestmark = pytest.mark.thorough

# command -> the address of the notebook
PAGES = {"lab": "lab/tree/Initialization.ipynb", "notebook": "notebooks/Initialization.ipynb"}
SECONDS = 400  # for all cells


@pytest.fixture(params=PAGES)
def address(request, tmp_path):
    """A server of Jupyter in a folder with the lab, its outputs cleared; the address of the notebook."""
    notebook = completed()
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    nbformat.write(notebook, copy_lab(tmp_path) / "Initialization.ipynb")
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    folders = {f"JUPYTER_{name}_DIR": str(tmp_path / "jupyter" / name) for name in ("CONFIG", "DATA", "RUNTIME")}
    settings = tmp_path / "jupyter" / "CONFIG" / "lab" / "user-settings" / "@jupyterlab" / "notebook-extension"
    settings.mkdir(parents=True)  # all cells in the page, also those that are not in sight
    (settings / "tracker.jupyterlab-settings").write_text('{"windowingMode": "none"}')
    options = [f"--port={port}", "--ip=127.0.0.1", "--no-browser", "--allow-root", "--IdentityProvider.token="]
    with open(tmp_path / "log", "w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyter", request.param, *options],
            cwd=tmp_path,
            env={**os.environ, **folders, "HOME": str(tmp_path)},
            stdout=log,
            stderr=log,
        )
    try:
        wait_for(f"http://127.0.0.1:{port}/api", server, tmp_path / "log")
        yield f"http://127.0.0.1:{port}/{PAGES[request.param]}"
    finally:
        server.terminate()
        server.wait(timeout=60)


def wait_for(url, server, log):
    end = time.monotonic() + 60
    while True:
        try:
            urlopen(url, timeout=5).close()
            return
        except OSError:
            assert server.poll() is None and time.monotonic() < end, log.read_text()
            time.sleep(0.2)


def test_run_all_cells(browser, address, notebook):
    code_cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    figures = sum("image/png" in output.get("data", {}) for cell in code_cells for output in cell.outputs)
    markdown = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    page = browser.new_page()
    page.goto(address)
    wait_for_notebook(page)
    run_all(page)
    wait_until_all_have_run(page, code_cells, SECONDS)
    assert page.locator(f"{ERROR}, {STDERR}").all_text_contents() == []
    widths = page.locator(".jp-OutputArea img").evaluate_all("images => images.map(image => image.naturalWidth)")
    assert len(widths) == figures and min(widths) > 500
    tables = page.locator(".jp-MarkdownCell table")
    assert tables.count() == markdown.count("<table>") + markdown.count("\n|:-")
    assert "17.88628473" in tables.nth(1).text_content()
    assert page.locator(".jp-MarkdownCell details").count() == markdown.count("<details>")
