"""The notebook where students open it: JupyterLab 4 and Notebook 7 in headless Chromium."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
from urllib.request import urlopen

import nbformat
import pytest
from nbval_runs import copy_lab
from submissions import completed

playwright = pytest.importorskip("playwright.sync_api", reason="no playwright: pip install -r tests/requirements.txt")
pytestmark = pytest.mark.seconds(60)
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
if not CHROMIUM:
    pytest.skip("no Chromium or Chrome on the PATH", allow_module_level=True)

# command -> the address of the notebook
PAGES = {"lab": "lab/tree/Initialization.ipynb", "notebook": "notebooks/Initialization.ipynb"}
SECONDS = 400  # for all cells
STARTED = "() => /^\\[(\\*|\\d+)\\]:$/.test(document.querySelector('.jp-CodeCell .jp-InputArea-prompt').textContent)"
FINISHED = """count => {
    const shown = document.querySelectorAll('.jp-CodeCell .jp-InputArea-prompt');
    const prompts = [...shown].map(prompt => prompt.textContent);
    return prompts.length === count && prompts.every(text => /^\\[\\d+\\]:$/.test(text));
}"""


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


def run_all(page):
    """Choose "Run All Cells" until it is heard: on a busy machine "idle" is shown before the kernel is there."""
    for _ in range(5):
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.locator(".lm-Menu-itemLabel").get_by_text("Run All Cells", exact=True).click()
        with contextlib.suppress(playwright.TimeoutError):
            page.wait_for_function(STARTED, timeout=20_000)
            return


def test_run_all_cells(address, notebook):
    code_cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    unfolded = [cell for cell in code_cells if "jupyter" not in cell.metadata]  # a folded cell shows no number
    figures = sum("image/png" in output.get("data", {}) for cell in code_cells for output in cell.outputs)
    markdown = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(address)
        page.locator(".jp-Notebook .jp-Cell").first.wait_for(timeout=60_000)
        page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for(timeout=60_000)  # a kernel is there
        run_all(page)
        page.wait_for_function(FINISHED, arg=len(unfolded), timeout=1000 * SECONDS)

        errors = page.locator("[data-mime-type='application/vnd.jupyter.error']")
        assert errors.all_text_contents() == []
        assert page.locator("[data-mime-type='application/vnd.jupyter.stderr']").all_text_contents() == []
        widths = page.locator(".jp-OutputArea img").evaluate_all("images => images.map(image => image.naturalWidth)")
        assert len(widths) == figures and min(widths) > 500
        tables = page.locator(".jp-MarkdownCell table")
        assert tables.count() == markdown.count("<table>") + markdown.count("\n|:-")
        assert "17.88628473" in tables.nth(1).text_content()
        assert page.locator(".jp-MarkdownCell details").count() == markdown.count("<details>")
        browser.close()
