"""The notebooks where students open them: JupyterLab 4 and Notebook 7 in headless Chromium."""

import json
import os
import subprocess
import sys
import time

import nbformat
import pytest
from jupyter_page import (
    ERROR,
    STDERR,
    choose,
    move_a_slider,
    run_all,
    wait_for_notebook,
    wait_until_all_have_run,
)
from nbval_runs import copy_lab

from common.lab import NOTEBOOK, WHY
from handout.blank import without_outputs

pytestmark = pytest.mark.thorough

SECONDS = 400  # for all cells
IMAGES = "document.querySelectorAll('.jp-OutputArea img').length"


@pytest.fixture(params=[("lab", NOTEBOOK), ("lab", WHY), ("notebook", NOTEBOOK)], ids=lambda p: f"{p[0]}-{p[1].stem}")
def opened(request, tmp_path):
    """A server of Jupyter in a folder with the notebooks, their outputs cleared: address, path of the notebook."""
    program, path = request.param
    text = without_outputs(nbformat.read(path, as_version=4))
    (copy_lab(tmp_path) / path.name).write_text(text, encoding="utf-8")
    folders = {f"JUPYTER_{name}_DIR": str(tmp_path / "jupyter" / name) for name in ("CONFIG", "DATA", "RUNTIME")}
    settings = tmp_path / "jupyter" / "CONFIG" / "lab" / "user-settings" / "@jupyterlab" / "notebook-extension"
    settings.mkdir(parents=True)  # all cells in the page, also those that are not in sight
    (settings / "tracker.jupyterlab-settings").write_text('{"windowingMode": "none"}')
    options = ["--port=0", "--ip=127.0.0.1", "--no-browser", "--allow-root", "--IdentityProvider.token="]
    with open(tmp_path / "log", "w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyter", program, *options],
            cwd=tmp_path,
            env={**os.environ, **folders, "HOME": str(tmp_path)},
            stdout=log,
            stderr=log,
        )
    try:
        port = wait_for_port(tmp_path / "jupyter" / "RUNTIME", server, tmp_path / "log")
        place = "notebooks" if program == "notebook" else "lab/tree"
        yield f"http://127.0.0.1:{port}/{place}/{path.name}", path
    finally:
        server.terminate()
        server.wait(timeout=60)


def wait_for_port(folder, server, log):
    """The port that the server has taken, as it writes it down when it listens."""
    end = time.monotonic() + 60
    while not (found := [*folder.glob("jpserver-*.json")]):
        assert server.poll() is None and time.monotonic() < end, log.read_text()
        time.sleep(0.2)
    return json.loads(found[0].read_text())["port"]


def test_run_all_cells(browser, opened):
    address, path = opened
    cells = nbformat.read(path, as_version=4).cells
    code_cells = [cell for cell in cells if cell.cell_type == "code"]
    figures = sum("image/png" in output.get("data", {}) for cell in code_cells for output in cell.outputs)
    markdown = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    page = browser.new_page()
    page.goto(address)
    wait_for_notebook(page)
    run_all(page)
    wait_until_all_have_run(page, code_cells, SECONDS)
    page.wait_for_function(f"n => {IMAGES} === n", arg=figures, timeout=60_000)  # a folded cell shows no number
    assert page.locator(f"{ERROR}, {STDERR}").all_text_contents() == []
    assert min(page.locator(".jp-OutputArea img").evaluate_all("all => all.map(image => image.naturalWidth)")) > 400
    tables = page.locator(".jp-MarkdownCell table")
    assert tables.count() == markdown.count("<table>") + markdown.count("\n|:-")
    assert page.locator(".jp-MarkdownCell details").count() == markdown.count("<details>")
    if path == WHY:
        move_a_slider(page)
        stay_without_a_kernel(page, address, figures)


def stay_without_a_kernel(page, address, figures):
    """Saved, its kernel shut down, opened again: no sliders, but every picture and what to run."""
    with page.expect_response(lambda answer: answer.request.method == "PUT" and "/api/contents/" in answer.url):
        page.keyboard.press("Control+s")
    with page.expect_response(lambda answer: answer.request.method == "DELETE" and "/api/sessions/" in answer.url):
        choose(page, "Kernel", "kernelmenu:shutdown")
    page.goto(address + "?reset")
    wait_for_notebook(page)
    page.get_by_text("Error displaying widget").wait_for(timeout=60_000)
    page.wait_for_function(f"n => {IMAGES} === n", arg=figures, timeout=60_000)
    assert page.locator(".jp-OutputArea").get_by_text("Выполните все ячейки выше этой").is_visible()
