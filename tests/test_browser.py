"""The notebooks where students open them: JupyterLab 4, Notebook 7 and the web site, in headless Chromium."""

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import nbformat
import pytest
from nbval_runs import copy_lab
from submissions import GRADED, completed

from common.lab import NOTEBOOK, ROOT, WHY
from handout import site
from handout.blank import BEGIN, without_outputs

expect = pytest.importorskip("playwright.sync_api", reason="no playwright: pip install -r tests/thorough.txt").expect
pytestmark = pytest.mark.thorough

SECONDS = 900  # for all cells
ERROR, STDERR = (f"[data-mime-type='application/vnd.jupyter.{name}']" for name in ("error", "stderr"))
TEXTS = """cells => cells.map(cell => [...cell.querySelectorAll('.jp-OutputArea-output')]
    .filter(output => output.dataset.mimeType && !output.querySelector('img'))
    .map(output => output.textContent).join(''))"""


# --- what a student does ---


def wait_for_notebook(page):
    page.locator(".jp-Notebook .jp-Cell").first.wait_for(timeout=90_000)
    page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for(timeout=90_000)


def choose(page, menu, command):
    page.get_by_role("menuitem", name=re.compile(f"^({menu})$")).click()
    page.locator(f".lm-Menu-item[data-command='{command}']").first.click()


def accept(dialog):
    print("JupyterLab asks:", dialog.inner_text())
    dialog.locator(".jp-mod-accept").click()


def prompts(page):
    return page.locator(".jp-CodeCell .jp-InputArea-prompt")


def images(page):
    return page.locator(".jp-OutputArea img")


def run_all(page):
    """Choose "Run All Cells" until it is heard: on a busy machine "idle" is shown before the kernel is there."""
    # A busy machine may lose a kernel as it starts: JupyterLab says so and starts another, as a student lets it do
    page.add_locator_handler(page.locator(".jp-Dialog").last, accept, no_wait_after=True)  # it may ask twice
    for _ in range(5):
        choose(page, "Run|Выполнить", "runmenu:run-all")
        with contextlib.suppress(AssertionError):
            expect(prompts(page).first).to_have_text(re.compile(r"^\[(\*|\d+)\]:$"), timeout=20_000)
            return
    raise AssertionError("«Run All Cells» was chosen five times, and no cell has started")


def move_a_slider(page):
    """Move one, and wait until the picture below is drawn anew."""
    cell = page.locator(".jp-CodeCell", has=page.locator(".widget-slider"))
    before = cell.locator("img").get_attribute("src")
    cell.locator(".noUi-handle").nth(1).press("ArrowRight")
    expect(cell.locator("img")).not_to_have_attribute("src", before, timeout=60_000)


# --- where it is served ---


@contextlib.contextmanager
def jupyter(program, folder):
    """JupyterLab or Notebook beside the notebooks, without outputs; gives its address."""
    copy_lab(folder)
    for path in (NOTEBOOK, WHY):
        (folder / path.name).write_text(without_outputs(nbformat.read(path, as_version=4)), encoding="utf-8")
    folders = {f"JUPYTER_{name}_DIR": str(folder / "jupyter" / name) for name in ("CONFIG", "DATA", "RUNTIME")}
    settings = folder / "jupyter" / "CONFIG" / "lab" / "user-settings" / "@jupyterlab" / "notebook-extension"
    settings.mkdir(parents=True)  # all cells in the page, also those that are not in sight
    (settings / "tracker.jupyterlab-settings").write_text('{"windowingMode": "none"}')
    options = ["--port=0", "--ip=127.0.0.1", "--no-browser", "--allow-root", "--IdentityProvider.token="]
    command = [sys.executable, "-m", "jupyter", program, *options]
    environment = {**os.environ, **folders, "HOME": str(folder)}
    end = time.monotonic() + 60
    with (
        open(folder / "log", "w") as log,
        subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log) as server,
    ):
        try:
            while not (found := [*folder.glob("jupyter/RUNTIME/jpserver-*.json")]):  # written when it listens
                assert server.poll() is None and time.monotonic() < end, (folder / "log").read_text()
                time.sleep(0.2)
            yield f"http://127.0.0.1:{json.loads(found[0].read_text())['port']}/"
        finally:
            server.terminate()


class Handler(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def send_header(self, name, value):
        if name == "Content-Length":
            self.server.sent.append(int(value))
        super().send_header(name, value)


@contextlib.contextmanager
def visit(browser, folder, link="Начать работу"):
    """A student comes to the site, which lies in a subfolder, reads the start page and follows a link."""
    elsewhere = []
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=folder.parent)) as server:
        server.sent = []  # bytes
        threading.Thread(target=server.serve_forever, daemon=True).start()
        host = f"http://127.0.0.1:{server.server_port}/"
        ours = (host, "data:", "blob:")
        context = browser.new_context(accept_downloads=True)
        context.on("request", lambda request: request.url.startswith(ours) or elsewhere.append(request.url))
        page = context.new_page()
        page.goto(host + folder.name + "/")
        megabytes = int(re.search(r"загрузить около (\d+) МБ", page.content())[1])
        page.get_by_role("link", name=link).click()
        wait_for_notebook(page)
        yield SimpleNamespace(page=page, sent=server.sent, megabytes=megabytes)
        server.shutdown()
    assert elsewhere == []


@pytest.fixture(scope="module")
def blank_site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("blank") / "site"
    command = [sys.executable, "-m", "handout", "site", folder]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", timeout=600)
    if "пакеты не скачаны" in result.stderr:
        pytest.skip(f"no package registry: {result.stderr}")
    assert (result.returncode, result.stderr) == (0, "")
    return folder


@pytest.fixture(scope="module")
def completed_site(blank_site, tmp_path_factory):
    """The same site with the completed lab, as --completed lays it down."""
    folder = shutil.copytree(blank_site, tmp_path_factory.mktemp("completed") / "site")
    site.add_lab(folder, site.lab_texts(completed=True))
    return folder


# --- all cells ---


def stored_text(cell):
    texts = [output for output in cell.outputs if "image/png" not in output.get("data", {})]
    return "".join(output.get("text") or output.get("data", {}).get("text/plain", "") for output in texts)


def run_and_compare(page, path):
    """Run all cells: no error, each figure drawn, each text as stored."""
    cells = nbformat.read(path, as_version=4).cells
    code_cells = [cell for cell in cells if cell.cell_type == "code"]
    unfolded = [cell for cell in code_cells if "jupyter" not in cell.metadata]  # a folded cell shows no number
    figures = sum("image/png" in output.get("data", {}) for cell in code_cells for output in cell.outputs)
    markdown = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    run_all(page)
    expect(prompts(page)).to_have_text([re.compile(r"^\[\d+\]:$")] * len(unfolded), timeout=1000 * SECONDS)
    expect(images(page)).to_have_count(figures, timeout=60_000)
    assert page.locator(f"{ERROR}, {STDERR}").all_text_contents() == []
    assert min(images(page).evaluate_all("all => all.map(image => image.naturalWidth)")) > 400
    assert page.locator(".jp-MarkdownCell table").count() == markdown.count("<table>") + markdown.count("\n|:-")
    assert page.locator(".jp-MarkdownCell details").count() == markdown.count("<details>")
    shown = page.locator(".jp-CodeCell").evaluate_all(TEXTS)
    differ = {
        cell.id for cell, text in zip(code_cells, shown, strict=True) if text.split() != stored_text(cell).split()
    }
    exempt = {cell.id for cell in code_cells if "nbval-ignore-output" in cell.metadata.get("tags", [])}
    assert differ <= exempt | {"play-sliders"}
    if path == WHY:
        move_a_slider(page)
        assert page.locator(ERROR).count() == 0


@pytest.mark.parametrize(("program", "path"), [("lab/tree", NOTEBOOK), ("lab/tree", WHY), ("notebooks", NOTEBOOK)])
def test_in_jupyter(browser, tmp_path, program, path):
    with jupyter({"notebooks": "notebook"}.get(program, "lab"), tmp_path) as host:
        page = browser.new_page()
        address = f"{host}{program}/{path.name}"
        page.goto(address)
        wait_for_notebook(page)
        run_and_compare(page, path)
        if path == WHY:
            stay_without_a_kernel(page, address)


def stay_without_a_kernel(page, address):
    """Saved, its kernel shut down, opened again: no sliders, but every picture and what to run."""
    figures = images(page).count()
    with page.expect_response(lambda answer: answer.request.method == "PUT" and "/api/contents/" in answer.url):
        page.keyboard.press("Control+s")
    with page.expect_response(lambda answer: answer.request.method == "DELETE" and "/api/sessions/" in answer.url):
        choose(page, "Kernel", "kernelmenu:shutdown")
    page.goto(address + "?reset")
    wait_for_notebook(page)
    page.get_by_text("Error displaying widget").wait_for(timeout=60_000)
    expect(images(page)).to_have_count(figures, timeout=60_000)
    assert page.locator(".jp-OutputArea").get_by_text("Выполните все ячейки выше этой").is_visible()


@pytest.mark.parametrize(("link", "path"), [("Начать работу", NOTEBOOK), ("Почему так происходит", WHY)])
def test_in_the_completed_site(browser, completed_site, link, path):
    with visit(browser, completed_site, link) as student:
        run_and_compare(student.page, path)
        # when the kernel is faster than what the start page loads ahead, some files come twice
        assert 0.9 * student.megabytes < sum(student.sent) / 1e6 < 1.4 * student.megabytes
        if path == NOTEBOOK:
            with student.page.context.expect_page() as other:
                student.page.locator(f".jp-MarkdownCell a[href$='{WHY.name}']").last.click()
            other.value.get_by_role("heading", name="Почему так происходит").wait_for(timeout=90_000)


# --- the site of a student ---


def test_the_way_of_a_student(browser, blank_site, tmp_path):
    handed_in = tmp_path / "Иванова" / NOTEBOOK.name
    solved = {cell.id: cell.source for cell in completed().cells if cell.id in GRADED}
    with visit(browser, blank_site) as student:
        page = student.page
        run_all(page)
        message = page.locator(f"{ERROR}, {STDERR}").first  # here the two lines of an error are a text on stderr
        message.wait_for(timeout=1000 * SECONDS)
        assert "initialize_parameters_zeros(" in message.text_content()
        assert "Упражнение не закончено: замените None решением." in message.text_content()

        for name, source in solved.items():
            cell = page.locator(".jp-CodeCell", has_text=f"def {GRADED[name]}(").filter(has_text=BEGIN)
            cell.locator(".cm-content").click()
            page.keyboard.press("Control+A")
            page.keyboard.insert_text(source)
        page.keyboard.press("Control+S")
        page.wait_for_timeout(2000)
        page.reload()
        wait_for_notebook(page)
        with page.expect_download() as download:
            choose(page, "Файл", "docmanager:download")
        download.value.save_as(handed_in)
    found = {cell.id: cell.source for cell in nbformat.read(handed_in, as_version=4).cells if cell.id in GRADED}
    assert found == solved
    command = [sys.executable, "-m", "grading", "grade", handed_in, "--quick", "--csv", "-"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", timeout=120)
    assert ",ok,2,2,2,6,6," in result.stdout, result.stdout + result.stderr


def test_the_site_names_its_licences_and_no_other_host(blank_site):
    settings = json.loads((blank_site / "jupyter-lite.json").read_text(encoding="utf-8"))["jupyter-config-data"]
    kernel = settings["litePluginSettings"]["@jupyterlite/pyodide-kernel-extension:kernel"]
    assert kernel["disablePyPIFallback"] and kernel["pyodideUrl"].startswith("./")
    licences = (blank_site / "licenses.html").read_text(encoding="utf-8")
    for wheel in (blank_site / site.PYODIDE).glob("*.whl"):
        assert "<summary>{} {}</summary>".format(*wheel.name.split("-")[:2]) in licences
    assert "Mozilla Public License" in licences and "PYTHON SOFTWARE FOUNDATION LICENSE" in licences
