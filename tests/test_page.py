"""The lab as one HTML page: no network, no script, no raw TeX, every figure described; also in headless Chromium."""

import re
import shutil

import nbformat
import pytest

from common.command import Refusal
from common.lab import NOTEBOOK, WHY
from handout.__main__ import main

pytest.importorskip("ziamath", reason="no ziamath: pip install -r tests/thorough.txt")
from bs4 import BeautifulSoup

from handout import page

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
PNG = {"image/png": PIXEL}
WIDGET = {"application/vnd.jupyter.widget-view+json": {"model_id": "1"}, "text/plain": "interactive(children=())"}
SLIDERS = "Здесь в Jupyter появляются ползунки: на странице их нет."
FORMULAS = r"""
$0{,}5$, $\overline{a_{пред}^2}$, $\sum_{i=1}^{n} w_i$, $\mathrm{ReLU}$, $\underbrace{a + b}_{\text{слой}}$, $a < b$

$$\sigma^2 = \dfrac{2}{\text{размер предыдущего слоя}}$$

\begin{equation}z = \begin{cases} 1 & \text{если } x > 0 \\ 0 & \text{иначе} \end{cases}\end{equation}
"""


def markdown(source, **other):
    return nbformat.v4.new_markdown_cell(source, **other)


def code(*outputs, **metadata):
    """A cell with these outputs: bundles, or whole ones."""
    whole = [o if "output_type" in o else nbformat.v4.new_output("display_data", o) for o in outputs]
    return nbformat.v4.new_code_cell("1", outputs=whole, metadata=metadata)


def make_page(folder, cells):
    """The page of a notebook with these cells, parsed; the notebook lies in the folder."""
    nbformat.write(nbformat.v4.new_notebook(cells=list(cells)), folder / "Initialization.ipynb")
    return BeautifulSoup(page.page_text(folder / "Initialization.ipynb"), "html.parser")


@pytest.fixture(scope="module", params=[NOTEBOOK, WHY], ids=lambda path: path.stem)
def cells(request):
    """The cells of one notebook, then of the other."""
    return nbformat.read(request.param, as_version=4).cells


@pytest.fixture(scope="module")
def lab_page(cells, tmp_path_factory):
    return make_page(tmp_path_factory.mktemp("lab"), cells)


def visible_text(soup):
    """What is read on the page, formulas and code apart."""
    soup = BeautifulSoup(str(soup.main), "html.parser")
    for tag in soup(["math", "svg", "code", "pre"]):
        tag.decompose()
    return soup.get_text()


# --- the lab ---


def test_the_page_needs_nothing_but_itself(lab_page):
    assert lab_page.html["lang"] == "ru"
    assert not lab_page(["script", "iframe", "object", "embed"])
    assert [link["href"] for link in lab_page("link")] == ["data:,"]
    assert {tag["src"].partition(",")[0] for tag in lab_page(src=True)} == {"data:image/png;base64"}
    assert not re.search(r"url\(|@import", lab_page.style.string)


def test_every_formula_is_drawn_and_none_is_left_as_tex(lab_page, cells):
    text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    expected = re.findall(r"\$[^$]+\$", re.sub(r"```.*?```|`[^`\n]*`", "", text, flags=re.DOTALL))
    drawn = lab_page.select(".math")
    assert len(drawn) == len(expected) > 40
    assert all(formula.svg and formula.math for formula in drawn)
    assert not re.search(r"[$\\]", visible_text(lab_page))


def test_every_cell_is_there(lab_page, cells):
    """Its code, folded if it only makes a figure; what it printed; its figures with their description."""
    figures = 0
    for cell in [cell for cell in cells if cell.cell_type == "code"]:
        section = lab_page.find("section", id=cell.id)
        assert cell.source.strip() in section.select_one(".highlight").get_text()
        folds = section.select("details.source")
        assert len(folds) == cell.metadata.get("jupyter", {}).get("source_hidden", 0)
        assert all(fold.summary.string == "Показать код рисунка" and fold.pre and not fold.img for fold in folds)
        printed = [output.text for output in cell.outputs if output.output_type == "stream"]
        shown = [output.get_text() for output in section.select("pre.output")]
        assert shown == (printed if cell.id != "play-sliders" else [])
        notes = [note.string for note in section.select("p.output")]
        assert notes == ([SLIDERS] if cell.id == "play-sliders" else [])
        count = sum("image/png" in output.get("data", {}) for output in cell.outputs)
        assert [image["alt"] for image in section("img")] == [cell.metadata.get("alt")] * count
        figures += count
    assert all(len(answer(True)) > 1 for answer in lab_page.select("details:not(.source)"))
    assert len(lab_page("img")) == figures > 5 and lab_page.select("details.source")


def test_contents_lead_to_every_heading(lab_page, cells):
    text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    headings = re.findall(r"^#{2,3} (.+)$", re.sub(r"```.*?```|\*", "", text, flags=re.DOTALL), re.MULTILINE)
    links = lab_page.nav("a")
    assert [link.string for link in links] == headings
    assert all(lab_page.find(["h2", "h3"], id=link["href"][1:]).get_text() == link.string for link in links)
    assert lab_page.title.string == cells[0].source.split("\n")[0].removeprefix("# ")
    assert not lab_page("a", href=re.compile(r"\.ipynb$"))
    assert lab_page.nav["aria-label"] == "Содержание"


def test_the_blank_page_has_no_solutions():
    soup = BeautifulSoup(page.page_text(NOTEBOOK, blank=True), "html.parser")
    assert "parameters['W' + str(l)] = None" in soup.find("section", id="graded-he").get_text()
    assert not soup("img") and not soup.select(".output")


# --- notebooks that a teacher may write ---


def test_hard_formulas(tmp_path):
    soup = make_page(tmp_path, [markdown("# Формулы\n" + FORMULAS)])
    assert len(soup.select(".math")) == 8 and len(soup.select(".display .math")) == 2
    assert not re.search(r"[$\\{}]", visible_text(soup))


@pytest.mark.parametrize(
    ("cell", "where", "shown"),
    [
        (code(PNG, PNG, alt="Два кольца."), "img[alt]", [f"Два кольца. (Рисунок {i} из 2)" for i in (1, 2)]),
        (code({**WIDGET, **PNG}, alt="Рисунок."), "img[alt]", ["Рисунок."]),
        (code(WIDGET), ".output", [SLIDERS]),
        (code({"text/html": "<table><td>7</td></table><script>1</script>"}), ".output .scroll td", ["7"]),
        (code({"text/latex": "$x^2$", "text/plain": "x^2"}), ".output .math msup", ["x2"]),
        (code(nbformat.v4.new_output("execute_result", {"text/plain": "<42>"})), "pre.output", ["<42>"]),
        (code(nbformat.v4.new_output("error", traceback=["\x1b[31mОшибка\x1b[0m"])), "pre.output", ["Ошибка"]),
        (markdown("![Файл](рис.png)"), "img[src]", ["data:image/png;base64,UE5H"]),
        (markdown("![1](attachment:a)", attachments={"a": PNG}), "img[src]", [f"data:image/png;base64,{PIXEL}"]),
    ],
)
def test_what_else_a_cell_may_show(tmp_path, cell, where, shown):
    (tmp_path / "рис.png").write_bytes(b"PNG")
    soup = make_page(tmp_path, [cell])
    attribute = where[4:-1] if where.startswith("img") else ""
    found = soup.main.select(where)
    assert [tag[attribute] if attribute else tag.get_text().strip() for tag in found] == shown
    assert not soup("script") and "interactive" not in soup.main.get_text()


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        (code(PNG), "рисунок без описания"),
        (code(PNG, alt=" "), "рисунок без описания"),
        (markdown("![](attachment:a.png)", attachments={"a.png": PNG}), "рисунок без описания"),
        (markdown("![рисунок](https://example.org/a.png)"), "не войдёт в страницу"),
        (markdown("<script src='https://example.org/a.js'></script>"), "не войдёт в страницу"),
        (markdown("![рисунок](attachment:a.png)"), "нет вложения a.png"),
        (markdown(r"$x$ и $\foo{x}$"), r"\foo"),
        (markdown(r"$\frac{1}$"), r"\frac{1}"),
    ],
)
def test_notebooks_that_are_refused(tmp_path, cell, words):
    with pytest.raises(Refusal, match=re.escape(words)):
        make_page(tmp_path, [cell])


def test_the_command(tmp_path, monkeypatch, capsys):
    make_page(tmp_path, [markdown("# Страница")])
    monkeypatch.setattr("handout.__main__.NOTEBOOK", tmp_path / "Initialization.ipynb")
    target = tmp_path / "out.html"
    assert main(["page", str(target)]) == 0 and "Записано" in capsys.readouterr().out
    assert main(["page", str(target)]) == 2 and "только с ключом --force" in capsys.readouterr().err
    assert main(["page", str(target), "--force"]) == 0 and "<h1" in target.read_text(encoding="utf-8")
    target = shutil.copyfile(NOTEBOOK, tmp_path / "another.ipynb")
    assert main(["page", str(target), "--force"]) == 2 and "он не заменяется" in capsys.readouterr().err


# --- in a browser ---


@pytest.fixture
def tab(lab_page, browser, tmp_path):
    """The page in a browser that has no network; what it asks for and says is noted."""
    (tmp_path / "lab.html").write_text(str(lab_page), encoding="utf-8")
    tab = browser.new_context(offline=True, viewport={"width": 1280, "height": 900}).new_page()
    asked, said = [], []
    tab.on("request", lambda request: request.url.startswith("data:") or asked.append(request.url))
    tab.on("console", lambda message: said.append(message.text))
    tab.on("pageerror", lambda error: said.append(str(error)))
    tab.goto((tmp_path / "lab.html").as_uri())
    yield tab
    assert (asked, said) == ([(tmp_path / "lab.html").as_uri()], [])


@pytest.mark.thorough
def test_in_a_browser_without_network(tab):
    assert tab.evaluate("[...document.images].every(image => image.naturalWidth > 0 && image.alt)")
    widths = tab.locator(".math svg").evaluate_all("all => all.map(svg => svg.getBoundingClientRect().width)")
    assert min(widths) > 3
    answer = tab.locator("details:not(.source)").first
    assert not answer.locator("p").first.is_visible()
    answer.locator("summary").click()
    assert answer.locator("p").first.is_visible()

    tab.set_viewport_size({"width": 390, "height": 800})
    for change in ("", "document.querySelectorAll('details').forEach(fold => fold.open = true)"):
        tab.evaluate(change)
        assert tab.evaluate("document.documentElement.scrollWidth") == 390
    # nothing is cut off at the edge but what can be scrolled by itself
    cut = """all => all.filter(e => e.getBoundingClientRect().right > 390)
        .filter(e => !e.closest('.highlight, .output, .scroll, math')).map(e => e.outerHTML.slice(0, 100))"""
    assert tab.locator("main *").evaluate_all(cut) == []


@pytest.mark.thorough
def test_on_paper(tab):
    tab.set_viewport_size({"width": 680, "height": 900})  # the width of A4 without its margins
    tab.emulate_media(media="print")
    height = "getBoundingClientRect().height"
    folds = f"all => all.map(fold => fold.{height} / fold.firstElementChild.{height})"
    assert min(tab.locator("details:not(.source)").evaluate_all(folds)) > 2
    assert not any(fold.is_visible() for fold in tab.locator("details.source").all())
    wide = tab.locator("pre").evaluate_all("all => all.filter(pre => pre.scrollWidth > pre.clientWidth + 1).length")
    assert wide == 0 and tab.evaluate("document.documentElement.scrollWidth") == 680
    assert tab.pdf(format="A4", prefer_css_page_size=True).startswith(b"%PDF")
