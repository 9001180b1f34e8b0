"""A table in a file: .csv as spreadsheets of any country save it, or .xlsx; columns of others are kept."""

import codecs
import csv
import importlib.util
import io
import re
from dataclasses import dataclass, field

from common.command import Refusal
from common.files import replace_file
from grading.names import one_line

BOM = "utf-8-sig"
FORMULA = re.compile(r"\s*'*\s*[=+\-@]")


@dataclass
class Table:
    """Rows as {column: text}, and how the file was written."""

    columns: list
    rows: list = field(default_factory=list)
    delimiter: str = ","
    encoding: str = BOM


def is_workbook(path):
    """Whether the name says so; refuses what can't be written, now rather than after the grading."""
    suffix = path.suffix.lower()
    if suffix in (".xls", ".ods"):
        raise Refusal(f"таблицы {suffix} не пишутся, только .xlsx и .csv: {path}")
    if suffix == ".xlsx" and not importlib.util.find_spec("openpyxl"):
        raise Refusal("для .xlsx нужен openpyxl; установите его: python -m pip install -r grading/requirements.txt")
    return suffix == ".xlsx"


def read_table(path):
    """The table in a file; ValueError if there is none in it."""
    if is_workbook(path):
        from grading.workbook import read_workbook

        return read_workbook(path)
    return parse(path.read_bytes())


def parse(data):
    """The table in the bytes of a .csv; ValueError if there is none."""
    text, encoding = decode(data)
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    if not lines:
        return Table([])
    columns = lines[0]
    rows = [
        dict(zip(columns, map(from_cell, line + [""] * (len(columns) - len(line))), strict=False))
        for line in lines[1:]
        if line
    ]
    return Table(columns, rows, delimiter, encoding)


def decode(data):
    """(text, encoding): UTF-8, with or without a byte-order mark, what Excel calls Unicode, or cp1251."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16"), "utf-16"
    try:
        return data.decode(BOM), BOM if data.startswith(codecs.BOM_UTF8) else "utf-8"
    except UnicodeDecodeError:
        return data.decode("cp1251"), "cp1251"


def write_table(path, table):
    """Replace the file by the table, whole or not at all."""
    if is_workbook(path):
        from grading.workbook import workbook_bytes

        replace_file(path, workbook_bytes(path, table), durable=True)
    else:
        replace_file(path, csv_text(table).encode(BOM), durable=True)


def csv_text(table, header=True):
    text = io.StringIO()
    writer = csv.writer(text, delimiter=table.delimiter, lineterminator="\n")
    if header:
        writer.writerow(table.columns)
    writer.writerows([to_cell(row.get(column, "")) for column in table.columns] for row in table.rows)
    return text.getvalue()


def to_cell(value):
    """A value for one cell: no line breaks, nothing that a spreadsheet would take for a formula."""
    text = one_line(str(value))
    return "'" + text if FORMULA.match(text) else text


def from_cell(text):
    """What `to_cell` was given."""
    return text[1:] if text.startswith("'") and FORMULA.match(text) else text
