"""The grid of a workbook's first sheet; whatever else is in the workbook is left to openpyxl as it was."""

import io
import re
import zipfile

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

LONGEST_CELL = 32_767
WIDTHS = {"student": 28, "submission": 40, "nbval": 18, "feedback": 80}
NUMBER = re.compile(r"(0|[1-9][0-9]{0,8})(\.[0-9]*[1-9])?")
# openpyxl reads and writes no such things: they would be lost
LOST = {"xl/charts/": "диаграммы", "xl/pivotTables/": "сводные таблицы", "xl/vbaProject": "макросы"}


class WorkbookGrid:
    """The cells of the first sheet, as text; see tables.CsvGrid."""

    def __init__(self, path=None):
        """ValueError if the file is no workbook, or one that we can't keep as it is."""
        if path is None:
            self.book = Workbook()
            self.sheet = self.book.active
            self.sheet.title = "Оценки"
        else:
            self.book = load(path)
            self.sheet = self.book.worksheets[0]
        filled = [cell for line in self.sheet.iter_rows() for cell in line if cell.value is not None]
        self.height = max((cell.row for cell in filled), default=0)
        self.width = max((cell.column for cell in filled), default=0)

    def get(self, line, place):
        value = self.sheet.cell(line + 1, place + 1).value
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        return "" if value is None else str(value)

    def put(self, line, place, text):
        """Numbers as numbers; text as text, even if it looks like a formula."""
        cell = self.sheet.cell(line + 1, place + 1)
        if NUMBER.fullmatch(text):
            cell.value = float(text) if "." in text else int(text)
        else:
            cell.value = text[:LONGEST_CELL]
            cell.data_type = "s" if text else "n"
        self.height, self.width = max(self.height, line + 1), max(self.width, place + 1)

    def add_title(self, text):
        if not self.height:
            self.sheet.freeze_panes = "A2"
        self.put(0, place := self.width, text)
        self.sheet.cell(1, place + 1).font = Font(bold=True)
        self.sheet.column_dimensions[get_column_letter(place + 1)].width = WIDTHS.get(text, 11)
        return place

    def clear(self):
        self.sheet.delete_rows(1, self.sheet.max_row)
        self.height = self.width = 0

    def data(self):
        data = io.BytesIO()
        self.book.save(data)
        return data.getvalue()


def load(path):
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
        book = load_workbook(path)
    except Exception as error:
        raise ValueError(f"это не книга Excel ({type(error).__name__})") from None
    if lost := [words for name, words in LOST.items() if any(other.startswith(name) for other in names)]:
        raise ValueError(f"в ней {', '.join(lost)}: при записи они пропали бы. Перенесите их в другую книгу")
    return book
