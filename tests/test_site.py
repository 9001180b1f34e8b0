"""The lab as a web site: what the command refuses, and the site itself in headless Chromium with no other host."""

import functools
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import zipfile
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import nbformat
import pytest
from submissions import completed
from test_notebook import BEGIN, GRADED

from handout import site
from handout.__main__ import main

OFFLINE = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "", "PIP_CONFIG_FILE": os.devnull, "PIP_EXTRA_INDEX_URL": ""}
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
EXEMPT = "train-random"
ERROR, STDERR = (f"[data-mime-type='application/vnd.jupyter.{name}']" for name in ("error", "stderr"))
SECONDS = 150  # for all cells
TEXTS = """cells => cells.map(cell => [...cell.querySelectorAll('.jp-OutputArea-output')]
    .filter(output => output.dataset.mimeType && !output.querySelector('img'))
    .map(output => output.textContent).join(''))"""
PROMPTS = """count => [...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')]
    .filter(prompt => /^\\[\\d+\\]:$/.test(prompt.textContent)).length >= count"""

unproven = pytest.mark.skip(reason="written, not yet seen to pass: see the open issue on the site")


# --- what is refused ---


@pytest.fixture
def offline(monkeypatch):
    for name, value in OFFLINE.items():
        monkeypatch.setenv(name, value)


def refused(capsys, *arguments):
    assert main(["site", *map(str, arguments)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    return line


def test_no_network(tmp_path, offline, capsys):
    assert "проверьте сеть" in refused(capsys, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_is_not_replaced(tmp_path, offline, capsys):
    out = tmp_path / "out"
    (out / "static" / "pyodide").mkdir(parents=True)
    assert "--force" in refused(capsys, out)
    assert "проверьте сеть" in refused(capsys, out, "--force")
    assert (out / "static" / "pyodide").is_dir() and list(tmp_path.iterdir()) == [out]


def test_a_folder_that_is_no_site_is_never_replaced(tmp_path, capsys):
    (tmp_path / "оценки.csv").write_text("мои", encoding="utf-8")
    assert "не собранный сайт" in refused(capsys, tmp_path, "--force")
    assert "имя папки" in refused(capsys, tmp_path / "оценки.csv", "--force")
    assert (tmp_path / "оценки.csv").read_text(encoding="utf-8") == "мои"


def test_a_folder_that_cannot_be_made(tmp_path, offline, capsys):
    (tmp_path / "file").touch()
    assert "сайт не собран" in refused(capsys, tmp_path / "file" / "out")


def test_a_wrong_file_is_named(tmp_path):
    (tmp_path / "numpy.whl").write_bytes(b"another")
    with pytest.raises(site.Refusal, match=r"numpy\.whl — не тот"):
        site.check(tmp_path, {"numpy.whl": "0" * 64})
    with pytest.raises(site.Refusal, match=r"нет файла scipy\.whl"):
        site.check(tmp_path, {"scipy.whl": "0" * 64})
    site.check(tmp_path, {"numpy.whl": site.digest(tmp_path / "numpy.whl")})


def test_the_old_site_comes_back_if_the_new_one_cannot_take_its_place(tmp_path):
    old, kept = tmp_path / "out", tmp_path / "old"
    old.mkdir()
    (old / "index.html").touch()
    built = tmp_path / "built"
    built.mkdir()
    (tmp_path / "file").touch()
    with pytest.raises(OSError):
        site.put(Unmovable(built), old, kept)
    assert (old / "index.html").exists() and not kept.exists()


class Unmovable:
    def __init__(self, path):
        self.chmod = path.chmod

    def rename(self, _):
        raise OSError(28, "No space left on device")


def test_every_file_is_pinned():
    files = [site.LOCK["pyodide"]["files"], *(site.LOCK[name] for name in ("carrier", "kernel", "environment"))]
    for name, sha256 in [item for part in files for item in part.items()]:
        assert re.fullmatch(r"[0-9a-f]{64}", sha256), name


def test_a_wheel_without_what_is_unused(tmp_path):
    source, copies = tmp_path / "scipy-1-py3-none-any.whl", [tmp_path / "a.whl", tmp_path / "b.whl"]
    with zipfile.ZipFile(source, "w") as archive:
        for name in ("scipy/stats/__init__.py", "scipy/stats/tests/test_stats.py", "scipy/linalg.pyi"):
            archive.writestr(name, name)
    for copy in copies:
        site.copy_wheel(source, copy)
    assert zipfile.ZipFile(copies[0]).namelist() == ["scipy/stats/__init__.py"]
    assert copies[0].read_bytes() == copies[1].read_bytes()


# --- the site in a browser ---


def build(folder, *options):
    command = [sys.executable, "-m", "handout", "site", folder, *options]
    result = subprocess.run(command, cwd=site.HERE.parent, capture_output=True, encoding="utf-8", timeout=600)
    if "проверьте сеть" in result.stderr:
        pytest.skip(f"no package registry: {result.stderr}")
    assert (result.returncode, result.stderr) == (0, "")
    return folder


@pytest.fixture(scope="module")
def blank_site(tmp_path_factory):
    if not CHROMIUM:
        pytest.skip("no Chromium or Chrome on the PATH")
    return build(tmp_path_factory.mktemp("blank") / "site")


@pytest.fixture(scope="module")
def completed_site(blank_site, tmp_path_factory):
    """The same site with the completed lab: nothing but this file differs (a second build would tell no more)."""
    folder = shutil.copytree(blank_site, tmp_path_factory.mktemp("completed") / "site")
    shutil.copyfile(site.NOTEBOOK, folder / "files" / site.NOTEBOOK.name)
    return folder


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def copyfile(self, source, output):
        try:
            super().copyfile(source, output)
        except ConnectionError:  # the browser has left the page
            self.close_connection = True


class Visit:
    """A student's browser at the site; every other host is blocked, and noted."""

    def __init__(self, folder, driver):
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=folder))
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.address = f"http://127.0.0.1:{self.server.server_port}/"
        self.browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        context = self.browser.new_context(accept_downloads=True)
        self.elsewhere = []
        context.route(lambda url: not url.startswith((self.address, "data:", "blob:")), self.block)
        self.page = context.new_page()
        self.page.goto(self.address)
        self.page.get_by_role("link", name="Начать работу").click()
        self.page.locator(".jp-Notebook .jp-Cell").first.wait_for(timeout=90_000)

    def block(self, route):
        self.elsewhere.append(route.request.url)
        route.abort()

    def menu(self, menu, command):
        self.page.get_by_role("menuitem", name=menu, exact=True).click()
        self.page.locator(f".lm-Menu-item[data-command='{command}']").first.click()

    def run_all(self):
        self.menu("Выполнить", "runmenu:run-all")

    def close(self):
        self.browser.close()
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def visit():
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="no playwright: pip install -r tests/requirements.txt"
    )
    visits = []
    with playwright.sync_playwright() as driver:
        yield lambda folder: visits.append(Visit(folder, driver)) or visits[-1]
        for one in visits:
            one.close()


def stored_text(cell):
    return "".join(
        output.get("text") or output.get("data", {}).get("text/plain", "")
        for output in cell.outputs
        if "image/png" not in output.get("data", {})
    )


@unproven
def test_the_completed_lab_prints_what_is_stored(completed_site, visit):
    cells = [cell for cell in completed().cells if cell.cell_type == "code"]
    student = visit(completed_site)
    student.run_all()
    student.page.wait_for_function(PROMPTS, arg=len(cells), timeout=1000 * SECONDS)
    assert student.page.locator(f"{ERROR}, {STDERR}").all_text_contents() == []
    shown = student.page.locator(".jp-CodeCell").evaluate_all(TEXTS)
    for cell, text in zip(cells, shown, strict=True):
        if cell.id != EXEMPT and "widget" not in cell.source:
            assert text.split() == stored_text(cell).split(), cell.id
    assert student.elsewhere == []


@unproven
def test_the_way_of_a_student(blank_site, visit, tmp_path):
    student = visit(blank_site)
    page = student.page
    student.run_all()
    page.locator(ERROR).first.wait_for(timeout=1000 * SECONDS)
    assert "initialize_parameters_zeros(" in page.locator(ERROR).first.text_content()
    assert "Упражнение не закончено" in page.locator(ERROR).first.text_content()

    solved = {cell.id: cell.source for cell in completed().cells if cell.id in GRADED}
    for source in solved.values():
        name = re.search(r"def (\w+)", source)[1]
        cell = page.locator(".jp-CodeCell", has_text=f"def {name}(").filter(has_text=BEGIN)
        cell.locator(".cm-content").click()
        page.keyboard.press("Control+A")
        page.keyboard.insert_text(source)
    page.keyboard.press("Control+S")
    page.wait_for_timeout(2000)
    with page.expect_download() as download:
        student.menu("Файл", "docmanager:download")
    handed_in = tmp_path / "Иванова" / "Initialization.ipynb"
    handed_in.parent.mkdir()
    download.value.save_as(handed_in)
    found = {cell.id: cell.source for cell in nbformat.read(handed_in, as_version=4).cells if cell.id in GRADED}
    assert found == solved
    command = [sys.executable, "-m", "grading", "grade", handed_in, "--quick", "--csv", "-"]
    result = subprocess.run(command, cwd=site.HERE.parent, capture_output=True, encoding="utf-8", timeout=120)
    assert ",ok,2,2,2,6,6," in result.stdout, result.stdout + result.stderr
    assert student.elsewhere == []


@unproven
def test_the_site_names_its_licences_and_no_other_host(blank_site):
    settings = json.loads((blank_site / "jupyter-lite.json").read_text(encoding="utf-8"))["jupyter-config-data"]
    kernel = settings["litePluginSettings"]["@jupyterlite/pyodide-kernel-extension:kernel"]
    assert kernel["disablePyPIFallback"] and kernel["pyodideUrl"].startswith("./")
    licences = (blank_site / "licenses.html").read_text(encoding="utf-8")
    for wheel in (blank_site / site.PYODIDE).glob("*.whl"):
        assert "<summary>{} {}</summary>".format(*wheel.name.split("-")[:2]) in licences
    assert "Mozilla Public License" in licences and "PSF LICENSE AGREEMENT" in licences.upper()
