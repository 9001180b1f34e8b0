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


class Table:
    """The rows of a grid below its first line, which holds titles: {title: text}, one for each line.

    The grid: see CsvGrid, and workbook.WorkbookGrid, which has the same methods. A row that is added comes to the end.
    `columns`: ours; what is put into one is a single line that begins no formula. Of the others only empty cells are
    filled.
    """

    def __init__(self, grid, columns):
        self.grid, self.columns, self.places = grid, columns, {}
        for place in range(grid.width):
            if title := grid.get(0, place):
                self.places.setdefault(title, place)
        self.rows = [{title: self.get(line, title) for title in self.places} for line in range(1, grid.height)]

    def get(self, line, title):
        text = self.grid.get(line, self.places[title])
        return HARMLESS_FORMULA.sub("", text) if title in self.columns else text

    def add_columns(self, titles):
        """New columns stand right of everything, also of cells without a title."""
        for title in titles:
            self.places[title] = self.grid.add_title(title)

    def clear(self):
        self.grid.clear()
        self.places, self.rows = {}, []

    def save(self, path):
        """Replace the file by the table, whole or not at all: the cells that are otherwise now, and no other."""
        for line, row in enumerate(self.rows, start=1):
            self.add_columns(title for title in row if title not in (*self.places, *self.columns))
            for title in self.places.keys() & row.keys():
                if self.get(line, title) != (text := row[title]):
                    text = harmless(one_line(text)) if title in self.columns else text
                    self.grid.put(line, self.places[title], text)
        replace_file(path, self.grid.data(), durable=True)


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
        """How many lines there are up to the last one that is not blank."""
        return max((number for number, line in enumerate(self.lines, start=1) if any(line)), default=0)

    @property
    def width(self):
        return max(map(len, self.lines), default=0)

    def get(self, line, place):
        """The text of a cell, "" where there is none."""
        cells = self.lines[line] if line < len(self.lines) else []
        return unquoted(cells[place]) if place < len(cells) else ""

    def put(self, line, place, text):
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

    def data(self):
        lines = zip(self.lines, self.ends, strict=True)
        text = "".join(self.delimiter.join(line) + end for line, end in lines)
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
