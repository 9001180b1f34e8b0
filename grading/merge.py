"""Join the tables that the parts of a run have written."""

from pathlib import Path

from common.command import Refusal, in_russian
from common.files import check_writable
from grading.gradebook import Gradebook, is_workbook
from grading.rows import is_ungraded


def merge_tables(target, parts):
    """The whole run of `merge`; returns the exit status."""
    absent = [part for part in parts if not Path(part).is_file()]
    if absent:
        raise Refusal(f"нет таблицы: {', '.join(absent)}")
    try:
        is_workbook(Path(target))
        check_writable(Path(target))
        book = Gradebook(target)
        for part in parts:
            for row in Gradebook(part).submissions:
                old = book.new.get(row["submission"])
                if old and old["score"] != row["score"]:
                    print(f"В частях по-разному: {row['submission']}: {old['score']}, {row['score']} ({part})")
                if not (old and is_ungraded(row)):
                    book.put(row)
        book.write()
    except OSError as error:
        raise Refusal(f"нельзя записать таблицу {target}: {in_russian(error)}") from None
    for line in [*book.changes(), *book.scores_by_hand()]:
        print(line)
    print(f"Записано: {target}, работ: {len(book.submissions)}.")
    return 0
