"""How the web site is put together; what the command refuses is in test_handout, the site itself in test_browser."""

import zipfile

import pytest

from common.lab import HELPERS, NOTEBOOK, WHY
from handout import site
from handout.__main__ import main
from handout.blank import blank_text, read, without_outputs


def test_a_wrong_file_is_named(tmp_path):
    (tmp_path / "numpy.whl").write_bytes(b"another")
    with pytest.raises(site.Refusal, match=r"файл numpy\.whl — не тот"):
        site.check(tmp_path, {"numpy.whl": "0" * 64})
    site.check(tmp_path, {"numpy.whl": site.digest(tmp_path / "numpy.whl")})


def test_the_old_site_comes_back_if_the_new_one_cannot_take_its_place(tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "index.html").touch()
    with pytest.raises(FileNotFoundError):
        site.put(tmp_path / "missing", tmp_path / "out", tmp_path / "old")
    assert [*tmp_path.rglob("*")] == [tmp_path / "out", tmp_path / "out" / "index.html"]


def test_a_wheel_without_what_is_unused(tmp_path):
    source, copy = tmp_path / "scipy-1-py3-none-any.whl", tmp_path / "copy.whl"
    with zipfile.ZipFile(source, "w") as archive:
        for name in ("scipy/stats/__init__.py", "scipy/stats/tests/test_stats.py", "scipy/linalg.pyi"):
            archive.writestr(name, name)
    site.copy_wheel(source, copy)
    assert zipfile.ZipFile(copy).namelist() == ["scipy/stats/__init__.py"]


@pytest.mark.parametrize(
    ("options", "notebooks"),
    [
        ([], {NOTEBOOK: blank_text, WHY: lambda: without_outputs(read(WHY))}),
        (["--lab-only"], {NOTEBOOK: blank_text}),
        (["--completed"], {NOTEBOOK: None, WHY: None}),
        (["--completed", "--lab-only"], {NOTEBOOK: None}),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_which_files_a_student_gets_and_where_the_start_page_leads(tmp_path, monkeypatch, capsys, options, notebooks):
    def build(work, texts, distribution):
        expected = {path: text() if text else path.read_text("utf-8") for path, text in notebooks.items()}
        assert texts == expected | {HELPERS: HELPERS.read_text("utf-8")} and str(distribution) == "pyodide"
        (work / "site" / site.PYODIDE).mkdir(parents=True)
        site.render("site", work / "site", licenses={}, **site.start(work / "site", WHY in texts))
        return work / "site"

    monkeypatch.setattr(site, "build", build)
    out = tmp_path / "out"
    assert main(["site", str(out), "--pyodide", "pyodide", *options]) == 0
    assert f"Записано: {out}" in capsys.readouterr().out
    page = (out / "index.html").read_text(encoding="utf-8")
    assert [path for path in (NOTEBOOK, WHY) if f"path={path.name}" in page] == [*notebooks]
