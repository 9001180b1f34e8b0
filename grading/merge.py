"""Join the tables that the parts of a run have written."""

from pathlib import Path

from common.command import Refusal, in_russian
from common.files import check_writable
from grading.gradebook import Gradebook, is_ungraded
from grading.tables import is_workbook


def merge_tables(target, parts):
    """The whole run of `merge`; returns the exit status."""
    absent = [part for part in parts if not Path(part).is_file()]
    if absent:
        raise Refusal(f"нет таблицы: {', '.join(absent)}")
    try:
        is_workbook(Path(target))
        check_writable(Path(target))
    except OSError as error:
        raise Refusal(f"нельзя записать таблицу {target}: {in_russian(error)}") from None
    book = Gradebook(target)
    for part in parts:
        for row in Gradebook(part).table.rows:
            name = row["submission"]
            old = book.new.get(name)
            if old and str(old["score"]) != str(row["score"]):
                print(f"В частях по-разному: {name}: {old['score']}, {row['score']} ({part})")
            if name and not (old and is_ungraded(row)):
                book.put(row)
    try:
        book.write()
    except OSError as error:
        raise Refusal(f"нельзя записать таблицу {target}: {in_russian(error)}") from None
    for line in book.changes():
        print(line)
    print(f"Записано: {target}, работ: {len(book.table.rows)}.")
    return 0
