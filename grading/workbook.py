"""The table as a workbook of Excel; what else a teacher has put into it stays."""

import io

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from grading.names import one_line
from grading.tables import Table

LONGEST_CELL = 32_767
WIDTHS = {"student": 28, "submission": 40, "nbval": 18, "feedback": 80}


def read_workbook(path):
    """The table on the first sheet; ValueError if the file is no workbook."""
    try:
        sheet = load_workbook(path).worksheets[0]
    except Exception as error:
        raise ValueError(f"это не книга Excel ({error})") from None
    lines = [["" if value is None else value for value in line] for line in sheet.iter_rows(values_only=True)]
    if not lines:
        return Table([])
    columns = [str(value) for value in lines[0]]
    rows = [dict(zip(columns, line, strict=True)) for line in lines[1:]]
    while rows and not any(value != "" for value in rows[-1].values()):
        rows.pop()
    return Table(columns, rows)


def workbook_bytes(path, table):
    """The workbook that is there, or a new one, with the table on its first sheet."""
    if path.exists() and path.stat().st_size:
        book = load_workbook(path)
        sheet = book.worksheets[0]
        if sheet.max_row - 1 > len(table.rows):
            sheet.delete_rows(len(table.rows) + 2, sheet.max_row)
    else:
        book = Workbook()
        sheet = book.active
        sheet.title = "Оценки"
        sheet.freeze_panes = "A2"
    new = sheet.max_row <= 1
    fill(sheet, 1, table.columns)
    for number, row in enumerate(table.rows, start=2):
        fill(sheet, number, [row.get(column, "") for column in table.columns])
    if new:
        for number, column in enumerate(table.columns, start=1):
            sheet.cell(1, number).font = Font(bold=True)
            sheet.column_dimensions[get_column_letter(number)].width = WIDTHS.get(column, 11)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def fill(sheet, number, values):
    """Write a row: numbers as numbers; text as text, even if it looks like a formula, unless it was one before."""
    for column, value in enumerate(values, start=1):
        cell = sheet.cell(number, column)
        if cell.data_type == "f" and cell.value == value:
            continue
        if isinstance(value, str):
            value = (
                int(value)
                if value.isascii() and value.isdigit() and len(value) < 10 and str(int(value)) == value
                else value
            )
        if isinstance(value, str):
            cell.value = None
            if value:
                cell.value = one_line(value)[:LONGEST_CELL]
                cell.data_type = "s"  # never a formula
        else:
            cell.value = value
