"""A table in a file: our columns are found by their titles, whatever else the file holds stays as it is."""

import codecs
import re
from dataclasses import dataclass, field

from common.files import replace_file
from grading.names import one_line

BOMS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
BROKEN_QUOTES = re.compile(r'"(?:[^"]|"")*"[^"].*', re.DOTALL)
ENCODINGS = ("utf-8", "cp1251")  # without a byte-order mark
DELIMITERS = ",;\t"
# where a spreadsheet would begin a formula, whichever of the separators it splits at; a number in a list is none
FORMULA = r"(?:^|(?<=[;,\t]))(?!\s*-\d+(?:\.\d+)?(?:\s*(?:[;,\t]|$)|[\])])){}(?=[\s']*[=+\-@])"
BEGINS_FORMULA, HARMLESS_FORMULA = re.compile(FORMULA.format("")), re.compile(FORMULA.format("'"))


class Row(dict):
    """Our cells of one line, by column. `line`: which one of the file; `notes`: what another table said beside them."""

    line: int | None = None
    notes: dict = {}  # noqa: RUF012 - never changed in place


class Table:
    """The rows of a grid of cells whose first line holds titles.

    The grid: see CsvGrid, and workbook.WorkbookGrid, which has the same methods.
    """

    def __init__(self, grid, columns):
        self.grid = grid
        titles = [grid.get(0, place) for place in range(grid.width)] if grid.height else []
        self.places = {column: titles.index(column) for column in columns if column in titles}
        self.notes = {title: place for place, title in enumerate(titles) if title and title not in columns}
        self.rows = [self.row(line) for line in range(1, grid.height) if not grid.is_blank(line)]

    def row(self, line):
        row = Row({column: self.grid.get(line, place, ours=True) for column, place in self.places.items()})
        row.line = line
        return row

    def beside(self, row):
        """What stands in the titled columns that are not ours."""
        return {title: self.grid.get(row.line, place) for title, place in self.notes.items()}

    def add_columns(self, columns):
        """New columns stand right of everything, also of cells without a title."""
        for column in columns:
            self.places[column] = self.grid.add_title(column)

    def clear(self):
        self.grid.clear()
        self.places, self.notes, self.rows = {}, {}, []

    def data(self):
        """The bytes of the file: the cells that are otherwise now are written, by position, and no other."""
        for row in self.rows:
            if row.line is None:
                row.line = self.grid.height
            for column, place in self.places.items():
                if self.grid.get(row.line, place, ours=True) != (text := str(row.get(column, ""))):
                    self.grid.put(row.line, place, text, ours=True)
            for title, text in row.notes.items():
                if title not in self.notes:
                    self.notes[title] = self.grid.add_title(title)
                if text and not self.grid.get(row.line, self.notes[title]):
                    self.grid.put(row.line, self.notes[title], text)
            row.notes = {}
        return self.grid.data()

    def save(self, path):
        """Replace the file by the table, whole or not at all."""
        replace_file(path, self.data(), durable=True)


@dataclass
class CsvGrid:
    """The cells of a .csv as they stand there, quotes included: what is not written stays the same byte by byte."""

    lines: list[list[str]] = field(default_factory=list)
    ends: list[str] = field(default_factory=list)
    delimiter: str = ","
    encoding: str = "utf-8"
    bom: bytes = codecs.BOM_UTF8

    @classmethod
    def parse(cls, data):
        """ValueError if the bytes are no text."""
        bom = next((bom for bom in BOMS if data.startswith(bom)), b"")
        text, encoding = decode(data.removeprefix(bom), [BOMS[bom]] if bom else ENCODINGS)
        first = re.split("[\r\n]", text, maxsplit=1)[0]
        grid = cls([], [], max(DELIMITERS, key=first.count), encoding, bom if data else codecs.BOM_UTF8)
        cell = re.compile(rf'((?:"(?:[^"]|"")*("|\Z))?[^{grid.delimiter}\r\n]*)({grid.delimiter}|\r\n|\r|\n|\Z)')
        place, line = 0, []
        while place < len(text) or line:
            match = cell.match(text, place)
            place = match.end()
            line.append(match[1])
            if match[2] == "":
                raise ValueError(f"строка {len(grid.lines) + 1}: кавычка открыта и не закрыта")
            if match[3] != grid.delimiter:
                grid.lines.append(line)
                grid.ends.append(match[3])
                line = []
        grid.refuse_one_column()
        return grid

    def refuse_one_column(self):
        """Whoever opens a table in one column, or split at another separator, and saves it gets lines like these."""
        titles = len(self.lines[0]) if self.lines else 0
        for number, line in enumerate(self.lines, start=1):
            one_cell = len(line) == 1 or (len(line) < titles and self.delimiter in unquoted(line[0]))
            if titles > 1 and any(line) and (one_cell or any(map(BROKEN_QUOTES.fullmatch, line))):
                raise ValueError(
                    f"строка {number}: ожидалось полей: {titles}, получено: {len(line)}. Возможно, таблицу открыли "
                    "одним столбцом и сохранили; возьмите её прежнюю копию или книгу .xlsx"
                )

    @property
    def height(self):
        return len(self.lines)

    @property
    def width(self):
        return max(map(len, self.lines), default=0)

    def is_blank(self, line):
        return not any(self.lines[line])

    def get(self, line, place, ours=False):
        """The text of a cell, "" where there is none. `ours`: what was put there, if we did it."""
        raw = self.lines[line][place] if line < len(self.lines) and place < len(self.lines[line]) else ""
        text = unquoted(raw)
        return HARMLESS_FORMULA.sub("", text) if ours else text

    def put(self, line, place, text, ours=False):
        """Write a cell. `ours`: one line, and nothing that a spreadsheet would take for a formula."""
        text = harmless(one_line(text)) if ours else text
        newline = next((end for end in self.ends if end), "\n")
        while line >= len(self.lines):
            self.ends[-1:] = [end or newline for end in self.ends[-1:]]
            self.lines.append([])
            self.ends.append(newline)
        cells = self.lines[line]
        cells += [""] * (place + 1 - len(cells))
        cells[place] = quoted(text, self.delimiter)

    def add_title(self, text):
        """The place of a new column, right of everything."""
        self.put(0, place := self.width, text)
        return place

    def clear(self):
        self.lines, self.ends = [], []

    def text(self, first=0):
        """The text of the file, from a line on."""
        lines = zip(self.lines[first:], self.ends[first:], strict=True)
        return "".join(self.delimiter.join(line) + end for line, end in lines)

    def data(self):
        text = self.text()
        try:
            return self.bom + text.encode(self.encoding)
        except UnicodeEncodeError:  # a name that the old encoding has no letters for
            return codecs.BOM_UTF8 + text.encode()


def harmless(text):
    """The same text with a mark where a spreadsheet would begin a formula."""
    return BEGINS_FORMULA.sub("'", text)


def decode(data, encodings):
    """(text, encoding): the first of the encodings that fits; ValueError if none does."""
    for encoding in encodings:
        try:
            return data.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    raise ValueError("это не текст: ни UTF-8, ни cp1251")


def quoted(text, delimiter):
    return '"' + text.replace('"', '""') + '"' if re.search(f'["\r\n{delimiter}]', text) else text


def unquoted(raw):
    if not raw.startswith('"'):
        return raw
    inner = re.match(r'"((?:[^"]|"")*)"?', raw)
    return inner[1].replace('""', '"') + raw[inner.end() :]
