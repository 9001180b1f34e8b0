"""The lab as one HTML file that needs no network and no script: formulas are drawn when it is made."""

import functools
import re
from pathlib import Path

import nbformat
import ziamath
from bs4 import BeautifulSoup
from latex2mathml.converter import convert
from nbconvert import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from pygments.formatters import HtmlFormatter

from common.lab import NOTEBOOK
from handout.blank import blank_text

TEMPLATE = Path(__file__).parent / "page_template"
# what is shown of an output: the first of these that it has; the state of a widget is none of them
SHOWN = ["image/svg+xml", "image/png", "image/jpeg", "text/html", "text/markdown", "text/latex", "text/plain"]
PIXELS = 18  # the size of a letter in a formula; the text around it has 16
HTTP = re.compile(r"(https?:)?//", re.IGNORECASE)


def page_text(blank=False):
    """The completed lab, or its blank version, as the text of a page; ValueError if the notebook can't be one."""
    text = blank_text() if blank else NOTEBOOK.read_text(encoding="utf-8")
    try:
        notebook = nbformat.reads(text, as_version=4)
    except Exception as error:
        raise ValueError(f"{NOTEBOOK.name} не прочитан ({type(error).__name__})") from None
    exporter = HTMLExporter(
        template_name=TEMPLATE.name,
        extra_template_basedirs=[str(TEMPLATE.parent)],
        language_code="ru",
        filters={"markdown2html": markdown_to_html},
    )
    exporter.config.NbConvertBase.display_data_priority = SHOWN
    resources = {
        "metadata": {"name": NOTEBOOK.stem},
        "highlight_css": HtmlFormatter().get_style_defs(".highlight"),
        "alts": [alt for cell in notebook.cells for alt in alternatives(cell)],
    }
    page = BeautifulSoup(exporter.from_notebook_node(notebook, resources)[0], "html.parser")
    add_contents(page)
    share_glyphs(page)
    for table in page("table"):
        table.wrap(page.new_tag("div", attrs={"class": "scroll", "tabindex": "0"}))
    check(page)
    return str(page)


# --- figures ---


def alternatives(cell):
    """A text alternative for each figure of a cell, from its metadata: a sentence for all, or a list of sentences."""
    images = [output for output in cell.get("outputs", []) if set(SHOWN[:3]) & set(output.get("data", {}))]
    alt = cell.metadata.get("alt") or []
    if isinstance(alt, str):
        count = len(images)
        alt = [alt] if count == 1 else [f"{alt} (Рисунок {number} из {count})" for number in range(1, count + 1)]
    if len(alt) != len(images) and images:
        raise ValueError(
            f"в ячейке {cell.id} рисунков: {len(images)}, описаний: {len(alt)}; "
            "запишите описание рисунка в метаданные ячейки под именем alt"
        )
    return alt if images else []


# --- text and formulas ---


class Renderer(IPythonRenderer):
    """Markdown as in Jupyter, but formulas become pictures with MathML, and headings keep their text as their id."""

    def heading(self, text, level, **attributes):
        name = BeautifulSoup(text, "html.parser").get_text().strip().replace(" ", "-")
        return f'<h{level} id="{self.escape_html(name)}">{text}</h{level}>\n'

    def inline_math(self, body):
        return formula(body)

    def block_math(self, body):
        return f'<span class="display">{formula(body, inline=False)}</span>'

    def latex_environment(self, name, body):
        return self.block_math(rf"\begin{{{name}}}{body}\end{{{name}}}")


def markdown_to_html(source):
    renderer = Renderer(escape=False, embed_images=True, path=str(NOTEBOOK.parent))
    return MarkdownWithMath(renderer=renderer).render(source)


@functools.cache
def formula(tex, inline=True):
    """A formula twice: drawn for the eyes, written as MathML for a screen reader."""
    try:
        mathml = convert(tex, display="inline" if inline else "block")
        drawing = ziamath.Latex(tex, size=PIXELS, inline=inline, color="currentColor")
        svg = drawing.svg()
    except Exception as error:
        raise ValueError(f"формула не разобрана ({type(error).__name__}): {tex.strip()}") from None
    if unknown := re.search(r"\\[a-zA-Z]+", mathml):
        raise ValueError(f"в формуле неизвестная команда {unknown[0]}: {tex.strip()}")
    depth = f'<svg aria-hidden="true" style="vertical-align: {drawing.getyofst():.1f}px" '
    return f'<span class="math">{mathml}{svg.replace("<svg ", depth, 1)}</span>'


def share_glyphs(page):
    """Keep the shape of each letter once for all formulas, instead of once in every formula."""
    glyphs = page.new_tag("svg", attrs={"width": 0, "height": 0, "aria-hidden": "true", "style": "position: absolute"})
    known = set()
    for symbol in page("symbol"):
        symbol.extract()
        if symbol["id"] not in known:
            known.add(symbol["id"])
            glyphs.append(symbol)
    page.body.insert(0, glyphs)


# --- the whole page ---


def add_contents(page):
    """Put a table of contents after the first cell, and the first heading into the title."""
    headings = page(["h1", "h2", "h3"])
    if not headings:
        return
    page.title.string = headings[0].get_text()
    contents = BeautifulSoup(
        '<nav class="contents" aria-label="Содержание"><p>Содержание</p><ul></ul></nav>', "html.parser"
    )
    top = contents.ul
    for heading in headings[1:]:
        item = page.new_tag("li")
        link = page.new_tag("a", href=f"#{heading['id']}")
        link.string = heading.get_text()
        item.append(link)
        if heading.name == "h3" and top.contents:
            last = top.contents[-1]
            if not last.ul:
                last.append(page.new_tag("ul"))
            last.ul.append(item)
        else:
            top.append(item)
    page.main.section.insert_after(contents)


def check(page):
    """Refuse a page that would ask the network for something, or shows an image without a description."""
    for tag in page(src=True):
        if not tag["src"].startswith("data:"):
            raise ValueError(f"это не войдёт в страницу, которой не нужна сеть: {tag['src']}")
        if tag.name == "img" and not tag.get("alt", "").strip():
            raise ValueError(f"рисунок без описания, ячейка {tag.find_parent('section')['id']}")
