"""The lab as one HTML file that needs no network and no script: formulas are drawn when it is made."""

import base64
import functools
import mimetypes
import re
from html import escape
from pathlib import Path
from urllib.parse import unquote

import nbformat
import ziamath
from bs4 import BeautifulSoup
from jinja2 import pass_context
from latex2mathml.converter import convert
from nbconvert import HTMLExporter
from nbconvert.filters.markdown_mistune import InvalidNotebook, IPythonRenderer, MarkdownWithMath
from pygments.formatters import HtmlFormatter

from common.command import Refusal
from common.lab import NOTEBOOK, WHY
from handout.blank import blank_text, read

TEMPLATE = Path(__file__).parent / "page_template"
# what is shown of an output: the first of these that it has; the state of a widget is none of them
SHOWN = ["image/svg+xml", "image/png", "image/jpeg", "text/html", "text/markdown", "text/latex", "text/plain"]
ziamath.config.svg2 = False  # each letter is drawn where it stands: no ids, which would be the same in all formulas
TEXT_SIZE, FORMULA_SIZE = 16, 17.5  # side by side, the letters of both look equally large


def page_text(path, blank=False):
    """A notebook, or the blank version of the lab, as the text of a page; Refusal if it can't be one."""
    notebook = nbformat.reads(blank_text(), as_version=4) if blank else read(path)
    exporter = HTMLExporter(
        template_name=TEMPLATE.name,
        extra_template_basedirs=[str(TEMPLATE.parent)],
        language_code="ru",
        filters={"markdown2html": markdown_to_html},
    )
    exporter.config.NbConvertBase.display_data_priority = SHOWN
    resources = {
        "metadata": {"name": path.stem},
        "highlight_css": HtmlFormatter().get_style_defs(".highlight"),
    }
    try:
        html, _ = exporter.from_notebook_node(notebook, resources)
    except InvalidNotebook as error:
        raise Refusal(f"нет вложения {str(error).rpartition(': ')[2]}") from None
    page = BeautifulSoup(html, "html.parser")
    embed_images(page, path.parent)
    describe_figures(page, notebook)
    for link in page("a", href=[NOTEBOOK.name, WHY.name]):
        link.unwrap()  # the other notebook does not lie beside the page
    add_contents(page)
    for table in page("table"):
        table.wrap(page.new_tag("div", attrs={"class": "scroll", "tabindex": "0"}))
    check(page)
    return str(page)


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


@pass_context
def markdown_to_html(context, source):
    renderer = Renderer(escape=False, attachments=context.get("cell", {}).get("attachments", {}))
    return MarkdownWithMath(renderer=renderer).render(source)


@functools.cache
def formula(tex, inline=True):
    """A formula twice: drawn for the eyes, written as MathML for a screen reader."""
    try:
        mathml = convert(tex, display="inline" if inline else "block")
        drawing = ziamath.Latex(tex, size=FORMULA_SIZE, inline=inline, color="currentColor")
        svg = drawing.svg()
    except Exception as error:
        raise Refusal(f"формула не разобрана ({type(error).__name__}): {tex.strip()}") from None
    if unknown := re.search(r"\\[a-zA-Z]+", mathml):
        raise Refusal(f"в формуле неизвестная команда {unknown[0]}: {tex.strip()}")
    drawn = BeautifulSoup(svg, "html.parser").svg
    lengths = {"width": float(drawn["width"]), "vertical-align": drawing.getyofst()}
    style = "; ".join(f"{name}: {length / TEXT_SIZE:.3f}em" for name, length in lengths.items())
    del drawn["width"], drawn["height"]
    drawn.attrs.update({"style": style, "aria-hidden": "true"})
    return f'<span class="math">{mathml}{drawn}</span>'


# --- the whole page ---


def add_contents(page):
    """Put a table of contents after the first cell, and the first heading into the title."""
    headings = page(["h1", "h2", "h3"])
    if not headings:
        return
    page.title.string = headings[0].get_text()
    items = [f'<li class="{h.name}"><a href="#{escape(h["id"])}">{escape(h.get_text())}</a></li>' for h in headings[1:]]
    contents = f'<p>Содержание</p><ul>{"".join(items)}</ul>'
    nav = BeautifulSoup(f'<nav class="contents" aria-label="Содержание">{contents}</nav>', "html.parser")
    page.main.section.insert_after(nav)


def describe_figures(page, notebook):
    """Give each figure of a cell, as its text alternative, the sentence in the metadata of the cell."""
    for cell in notebook.cells:
        alt = cell.metadata.get("alt", "").strip()
        figures = page.find("section", id=cell.id)("img", alt="")
        for i, figure in enumerate(figures, 1):
            figure["alt"] = f"{alt} (Рисунок {i} из {len(figures)})" if alt and len(figures) > 1 else alt


def embed_images(page, folder):
    """Take in the image files that lie beside the notebook."""
    for image in page("img", src=True):
        file = folder / unquote(image["src"])
        if not image["src"].startswith("data:") and file.is_file():
            data = base64.b64encode(file.read_bytes()).decode()
            image["src"] = f"data:{mimetypes.guess_type(file)[0]};base64,{data}"


def check(page):
    """Refuse a page that would ask the network for something, or shows an image without a description."""
    for tag in page(src=True):
        if not tag["src"].startswith("data:"):
            raise Refusal(f"это не войдёт в страницу, которой не нужна сеть: {tag['src']}")
        if tag.name == "img" and not tag.get("alt", "").strip():
            where = "у рисунка кода место для него — метаданные ячейки, имя alt"
            raise Refusal(f"в ячейке {tag.find_parent('section')['id']} рисунок без описания: {where}")
