"""The grade book: no student, no mark and nothing of a teacher's is lost, moved or changed."""

import csv
import io
import multiprocessing
import os
import random
import re
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from classes import MOST, FakeGrader, grade, lines, marked, put, rows, run, scores, text_of
from classes import fakes as fakes

from grading import group, page, results, verdicts
from grading.__main__ import main
from grading.gradebook import Gradebook
from grading.marks import FunctionMark, Mark
from grading.rows import COLUMNS, row_of
from grading.summary import frequent_mistakes
from grading.tables import CsvGrid, harmless
from init_utils import EXERCISES, Mistake

NOTES = ["заметка 1", "-1", "+7 900", "=1+1", "строка\nвторая, с «кавычками» и \"такими\""]


@pytest.fixture
def works():
    """A class of four."""
    for student, points in {"Иванов": MOST - 2, "Иванова": MOST, "Петрова": MOST - 1, "Сидоров": 0}.items():
        put(f"работы/{student}/lab.ipynb", points)
    return Path("работы")


def book_with(path, name):
    book = Gradebook(path)
    book.put(row_of(marked(name, 1, student=name)))
    return book


def edit(name, **cells):
    """A teacher writes into cells of this submission's row."""
    table = rows()
    table[name] |= cells
    write_lines([COLUMNS, *(row.values() for row in table.values())])


def write_lines(table, path="оценки.csv", encoding="utf-8", **form):
    text = io.StringIO(newline="")
    csv.writer(text, **{"lineterminator": "\n"} | form).writerows(table)
    return put(path, text.getvalue().encode(encoding)).read_bytes()


def pages():
    """{the place of each page: the points that it says}."""
    found = {path.relative_to("отзывы").as_posix(): path.read_text("utf-8") for path in Path("отзывы").rglob("*.html")}
    return {place.removesuffix(".html"): re.search(r"Баллы: (\d+)", text)[1] for place, text in found.items()}


def openpyxl():
    return pytest.importorskip("openpyxl", reason="no openpyxl: pip install -r grading/requirements.txt")


# --- rows stay where they are, and so does what a teacher wrote beside them ---


def test_what_is_not_ours_comes_out_byte_for_byte(works):
    """Columns without a title, cells right of the last one, quotes, signs and line breaks; the rights of the file."""
    put(works / "Абрамов/a.py", "")
    grade("работы")
    beside = [',"=1+1",-1', ',,+7 900,"строка\r\nвторая ""третья"""', ', заметка ,"x"', "", ",,,,далеко"]
    titles, *old = text_of().splitlines()
    last = '"Среднее\r\nвсех",,,=СРЗНАЧ(G2:G6)\r\n'
    text = f"{titles},,\r\n" + "".join(f"{line}{more}\r\n" for line, more in zip(old, beside, strict=True))
    put("оценки.csv", text + last)
    os.chmod("оценки.csv", 0o600)

    put(works / "Абрамов/lab.ipynb", MOST)
    for _ in range(2):
        grade("работы")
    abrams = ",".join(row_of(marked("Абрамов/lab.ipynb", MOST, student="Абрамов")).values())
    assert Path("оценки.csv").read_bytes() == (text.replace(old[0], abrams) + last).encode()
    assert os.stat("оценки.csv").st_mode & 0o777 == 0o600


def test_in_a_workbook_only_our_own_cells_are_written(works):
    excel = openpyxl()
    put(works / "Абрамов/a.py", "")
    grade("работы", "--csv", "оценки.xlsx")
    book = excel.load_workbook("оценки.xlsx")
    sheet, right = book.active, len(COLUMNS) + 2
    for line, note in enumerate(NOTES, start=2):
        cell = sheet.cell(line, right, note)
        cell.data_type = "f" if note.startswith("=") else "s"
        cell.comment = excel.comments.Comment(note, "я")
    sheet.cell(3, right + 1, "=G3*10").fill = excel.styles.PatternFill("solid", fgColor="FFFF00")
    sheet.cell(3, 7).font = excel.styles.Font(italic=True)
    sheet.cell(9, 1, "Среднее")
    book.create_sheet("своё")["A1"] = "план"
    book.save("оценки.xlsx")
    os.chmod("оценки.xlsx", 0o600)

    put(works / "Абрамов/lab.ipynb", MOST)
    put(works / "Андреев/lab.ipynb", 1)
    for _ in range(2):
        grade("работы", "--csv", "оценки.xlsx")
    book = excel.load_workbook("оценки.xlsx")
    sheet = book.worksheets[0]
    students = [sheet.cell(line, 1).value for line in range(2, 11)]
    assert students == ["Абрамов", "Иванов", "Иванова", "Петрова", "Сидоров", None, None, "Среднее", "Андреев"]
    assert [sheet.cell(line, right).value for line in range(2, 7)] == NOTES
    assert [sheet.cell(line, right).comment.text for line in range(2, 7)] == NOTES
    moved = sheet.cell(3, right + 1)
    assert (moved.value, moved.data_type, moved.fill.fgColor.rgb) == ("=G3*10", "f", "00FFFF00")
    score = sheet.cell(2, 1 + COLUMNS.index("score"))
    assert (score.value, score.data_type, sheet.cell(3, 7).font.italic) == (MOST, "n", True)
    assert book["своё"]["A1"].value == "план" and os.stat("оценки.xlsx").st_mode & 0o777 == 0o600


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("encoding", "delimiter"), [("utf-8", ","), ("utf-8-sig", ";"), ("cp1251", ";"), ("utf-16", "\t")]
)
def test_a_table_stays_in_the_form_in_which_a_spreadsheet_saved_it(works, encoding, delimiter, newline):
    grade("работы")
    data = write_lines(lines(), encoding=encoding, delimiter=delimiter, lineterminator=newline)
    grade("работы")
    assert Path("оценки.csv").read_bytes() == data
    put(works / "Сидоров/lab.ipynb", MOST)
    grade("работы")
    assert lines(encoding=encoding, delimiter=delimiter)[4][:2] == ["Сидоров", "Сидоров/lab.ipynb"]
    assert text_of(encoding=encoding).count(newline) == 5
    put(works / "Ωмега/lab.ipynb", 1)  # the old encoding has no such letter
    grade("работы")
    assert lines(encoding="utf-8-sig" if encoding == "cp1251" else encoding, delimiter=delimiter)[5][0] == "Ωмега"


def test_cells_are_those_of_the_csv_module_and_the_bytes_stay():
    choose = random.Random(1).choices
    for _ in range(200):
        table = [["".join(choose(["a", "ё", ",", ";", '"', "\n", "\r\n", " "], k=3)) for _ in "tuv"] for _ in range(4)]
        data = write_lines([["t", "u", "v"], *table], lineterminator=choose(["\n", "\r\n"])[0])
        grid = CsvGrid.parse(data)
        assert [[grid.get(line, place) for place in range(3)] for line in range(1, 5)] == table
        assert grid.data() == data


def test_a_deleted_column_stays_deleted_and_that_of_a_new_exercise_comes_right_of_everything(works):
    *_, last = EXERCISES
    grade("работы")
    absent = {COLUMNS.index("nbval"), COLUMNS.index(last)}
    table = [[cell for place, cell in enumerate(line) if place not in absent] for line in lines()]
    table[1] += ["", "моё"]
    write_lines(table)
    grade("работы")
    titles, first, *_ = lines()
    assert titles == [*table[0], "", "", last] and first[len(table[0]) + 1] == "моё"


@pytest.mark.parametrize("note", ["зачёл устно", "зачёл; ещё раз"])
def test_points_given_by_hand_stay_and_are_named(works, note):
    grade("работы")
    edit("Иванов/lab.ipynb", score=str(MOST), feedback=note)
    for points in (MOST - 2, MOST - 1):
        put(works / "Иванов/lab.ipynb", points)
        said, row = grade("работы"), rows()["Иванов/lab.ipynb"]
        found = (row["score"], row["feedback"], sum(int(row[method]) for method in EXERCISES))
        assert found == (str(MOST), note, points)
        assert f"вручную, оставлены:\n  Иванов: {MOST} (по функциям {points})" in said


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_no_cell_of_ours_begins_a_formula_at_any_separator(works, delimiter):
    names = ["=1+1", "x;=1+1;", "a, +cmd", "@СУММ", "'=2", "-1+1", "a, @x", "-2 +cmd|' !A0"]
    for name in names:
        put(works / name / "lab.ipynb", 3)
    for _ in range(2):
        grade("работы")
    for line in Path("оценки.csv").read_bytes().decode("utf-8-sig").split("\n"):
        cells = next(csv.reader([line], delimiter=delimiter), [])
        assert not [cell for cell in cells if cell.lstrip()[:1] in tuple("=+-@")]
    table = Gradebook("оценки.csv").table
    assert {row["student"] for row in table.rows} >= set(names) and len(table.rows) == 4 + len(names)


@pytest.mark.parametrize("text", ["[0.1, -0.2]. Верно", "-1", "1,-2", "x;y"])
def test_a_number_in_a_list_begins_no_formula(text):
    assert harmless(text) == text


def test_a_folder_that_cannot_be_read_makes_no_second_row(works, monkeypatch):
    grade("работы")
    before, listdir = text_of(), os.listdir

    def closed(path):
        if str(path).endswith("Иванов"):
            raise PermissionError(13, "Permission denied", str(path))
        return listdir(path)

    with monkeypatch.context() as patch:
        patch.setattr(os, "listdir", closed)
        said = grade("работы", status=2)
        grade("работы", "--csv", "второй.csv", status=2)
    assert text_of() == before and "не оценены: Иванов" in said and "Сдали несколько" not in said
    assert scores("второй.csv")["Иванов"] == ""
    grade("работы", "--csv", "второй.csv")  # the row of a first run is taken later
    assert sorted(text_of("второй.csv").splitlines()) == sorted(before.splitlines())


def workbook_with_a_chart():
    excel, data = openpyxl(), io.BytesIO()
    book = excel.Workbook()
    book.active.append(COLUMNS)
    book.active.add_chart(excel.chart.BarChart(), "M1")
    book.save(data)
    return data.getvalue()


@pytest.mark.parametrize(
    ("option", "content", "words"),
    [
        ("--csv=a.csv", "фамилия,телефон\nИванов,1\n", "нет столбцов"),
        ("--csv=a.csv", "old", "нет столбцов"),
        ("--csv=a.csv", b"\x00\xff\xfe\x98binary", "не текст"),
        ("--csv=a.csv", 'a;b\n1;"2\n', "кавычка открыта и не закрыта"),
        ("--csv=a.csv", ",".join(COLUMNS) + '\n"a,a/lab.ipynb,ok"\n', "строка 2: ожидалось полей: "),
        ("--csv=a.csv", ",".join(COLUMNS) + '\n"a";" b,a";" b/lab.ipynb"\n', "строка 2: ожидалось полей: "),
        ("--csv=a.xlsx", "old", "не книга Excel"),
        ("--csv=a.xlsx", workbook_with_a_chart, "диаграммы"),
        ("--moodle=a.csv", "a,b\n1,2\n", "не ведомость Moodle"),
        ("--moodle=a.csv", "Identifier,Grade can be changed\nParticipant 11,Yes\n", "не ведомость Moodle"),
    ],
)
def test_a_table_that_is_not_ours_is_refused(works, option, content, words):
    if option.endswith(".xlsx"):
        openpyxl()
    path = put(option.partition("=")[2], content() if callable(content) else content)
    before = path.read_bytes()
    for more in ([], ["--fresh"]):
        assert words in grade("работы", option, *more, status=2)
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\r\n\n"])
def test_an_empty_file_becomes_the_table(works, content):
    put("оценки.csv", content)
    grade("работы")
    assert len(rows()) == 4


@pytest.mark.parametrize("name", ["оценки.csv", "оценки.xlsx"])
def test_fresh_begins_anew(works, name):
    if name.endswith(".xlsx"):
        openpyxl()
    grade("работы", "--csv", name, "--feedback", "отзывы")
    grade("работы/Иванов", "работы/Петрова", "--csv", name, "--feedback", "отзывы", "--fresh")
    assert [row["student"] for row in Gradebook(name).table.rows] == ["Иванов", "Петрова"]
    assert len(list(Path("отзывы").rglob("*.html"))) == 2


# --- whom a run is about ---


@pytest.mark.parametrize(
    "paths",
    [["работы/"], ["./работы"], ["{}/работы"], ["работы/../работы"], ["работы/Иванов", "работы/Петрова/lab.ipynb"]],
)
def test_a_submission_has_the_same_name_however_its_path_is_spelled(works, paths):
    grade(*(path.format(os.getcwd()) for path in paths))
    assert rows()["Иванов/lab.ipynb"]["student"] == "Иванов" and "Петрова/lab.ipynb" in rows()


BETTER = ({"Иванов/lab.ipynb": MOST}, f"Иванов: {MOST - 2} → {MOST}, wrong → ok")
# what is other in the class (None: gone), words of what is said, what is graded then
SECOND_RUNS = {
    "a folder": (*BETTER, ["Иванов"]),
    "a file": (*BETTER, ["Иванов/lab.ipynb"]),
    "three": (*BETTER, ["Иванов", "Иванова", "Петрова/lab.ipynb"]),
    "who is new": ({"Новиков/lab.ipynb": MOST}, "", ["Новиков"]),
    "who is gone": ({"Иванов/lab.ipynb": None}, "прежняя строка оставлена:\n  Иванов", [""]),
    "who has come": ({"Питонов/lab.ipynb": MOST}, f"Питонов: 0 → {MOST}, missing → ok", [""]),
}


@pytest.mark.parametrize(("changes", "words", "graded"), SECOND_RUNS.values(), ids=SECOND_RUNS)
def test_a_second_run_changes_the_rows_and_pages_that_it_is_about_and_no_other(works, changes, words, graded):
    put(works / "Питонов/lab.py", "")
    grade("работы", "--feedback", "отзывы")
    before = rows()
    for name, points in changes.items():
        put(works / name, points) if points else (works / name).unlink()
    said = grade(*(f"работы/{place}" for place in graded), "--feedback", "отзывы")
    if "Питонов/lab.ipynb" in changes:  # the row and the page of what was missing
        del before["Питонов"]
    changed = {name: row["score"] for name, row in rows().items() if row != before.get(name)}
    assert changed == {name: str(points) for name, points in changes.items() if points}
    assert rows().keys() == before.keys() | changes.keys() and pages() == scores(key="submission")
    assert words in said


def test_of_two_submissions_the_better_counts_and_the_table_says_so(works):
    def feedback(name):
        return rows()[f"Иванов/{name}.ipynb"]["feedback"]

    put(works / "Иванов/вторая.ipynb", MOST - 1)
    assert "Сдали несколько работ" in grade("работы")
    assert feedback("lab").startswith("не засчитывается (засчитана Иванов/вторая.ipynb) | ")
    assert "не засчитывается" not in feedback("вторая")
    put(works / "Иванов/lab.ipynb", MOST)
    grade("работы/Иванов")
    assert feedback("вторая").startswith("не засчитывается") and feedback("lab") == "всё верно"


def test_a_function_in_another_file_is_named():
    *_, before_last, last = EXERCISES
    book = Gradebook()
    for name, method in {"a.ipynb": before_last, "b.ipynb": last}.items():
        functions = dict.fromkeys(EXERCISES, FunctionMark("incomplete")) | {method: FunctionMark("ok", 1, 1)}
        book.put(row_of(Mark(f"Иванов/{name}", functions, student="Иванов")))
    book.write()
    words = f"за {last} больше баллов в другом его файле, Иванов/b.ipynb | "
    assert book.table.rows[0]["feedback"].startswith(words)


def test_our_own_files_are_nobodys_submission(works):
    for _ in range(2):
        grade("работы", "--csv", "работы/оценки.csv", "--feedback", "работы/отзывы")
    assert len(rows("работы/оценки.csv")) == 4


# --- our own failures, other runs, an interrupt ---


@pytest.mark.parametrize("more", [[], ["--fresh"]])
def test_our_own_failure_loses_no_mark_neither_an_old_one_nor_that_of_a_teacher(works, monkeypatch, more):
    grade("работы")
    before = rows()
    new = ["Новиков/lab.ipynb", "Орлов/lab.ipynb"]
    for name in new:
        put(works / name, MOST)
    monkeypatch.setattr(FakeGrader, "broken", {"Иванов/lab.ipynb", *new})
    said, after = grade("работы", *more, status=2), rows()
    assert after["Иванов/lab.ipynb"] == before["Иванов/lab.ipynb"]
    assert [(after[name]["status"], after[name]["score"]) for name in new] == [("crashed", "")] * 2
    assert "прежняя строка оставлена:\n  Иванов/lab.ipynb" in said and new[0] in said.splitlines()[-1]
    edit(new[1], score="1")
    monkeypatch.setattr(FakeGrader, "broken", frozenset())
    grade("работы")
    assert [scores(key="submission")[name] for name in new] == [str(MOST), "1"]


def test_an_error_in_one_page_costs_that_page_only(works, monkeypatch):
    monkeypatch.setattr(results, "page", lambda mark: {}[0] if "Иванов/" in mark.submission else page.page(mark))
    assert "Иванов/lab.ipynb.html: KeyError" in grade("работы", "--feedback", "отзывы", status=2)
    assert len(rows()) == 4 and len(list(Path("отзывы").rglob("*.html"))) == 3


@pytest.mark.parametrize("look", ["exists", "is_file"])
def test_a_run_that_makes_the_table_while_another_begins_is_noticed(tmp_path, monkeypatch, look):
    path, looked = tmp_path / "оценки.csv", getattr(Path, look)
    first = [book_with(path, "first")]

    def patched(self, **options):
        found = looked(self, **options)
        if self == path and first:
            first.pop().write()
        return found

    with monkeypatch.context() as patch:
        patch.setattr(Path, look, patched)
        second = book_with(path, "second")
    for book in [*first, second]:
        book.write()
    assert rows(path).keys() == {"first", "second"}


def test_two_runs_at_the_same_time_lose_nothing_of_each_other(tmp_path):
    def one(number):
        for step in range(3):
            book_with(tmp_path / "оценки.csv", f"{number} {step}").write()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(one, range(8)))
    assert len(rows(tmp_path / "оценки.csv")) == 24
    assert [path.name for path in tmp_path.iterdir()] == ["оценки.csv"]


def always():
    results.BETWEEN_WRITES, results.SHARE_OF_WRITES = 0, 1
    while True:
        grade("works", "--csv", "marks.csv", "--feedback", "pages")


@pytest.mark.thorough
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")  # it has threads, from Python 3.12 on
def test_killed_at_random_moments_the_table_is_old_or_new_never_less():
    for number in range(42):
        put(f"works/{number:02}/lab.ipynb", number % (MOST + 1))
    seen = 0
    for attempt in range(6):
        process = multiprocessing.get_context("fork").Process(target=always)
        process.start()
        time.sleep(random.Random(attempt).uniform(0.1, 0.7))
        process.kill()
        process.join()
        if Path("marks.csv").exists():
            table = rows("marks.csv")
            assert list(table) == sorted(table) and len(table) >= seen
            assert all(row["score"] == str(int(row["student"]) % (MOST + 1)) for row in table.values())
            seen = len(table)
    assert seen > 0


# --- re-execution, and what is kept of it ---


def test_marks_are_written_before_nbval_and_verdicts_survive_a_quick_run(works, monkeypatch):
    seen = []

    def reexecute(self, mark):
        seen.append(list(scores().values()))
        mark.take_verdict({})

    monkeypatch.setattr(FakeGrader, "reexecute", reexecute)
    grade("работы", "--jobs", "1", quick=False)
    assert seen == [list(scores().values())] * 4
    put(works / "Иванов/lab.ipynb", MOST)
    grade("работы")
    assert [row["nbval"] for row in rows().values()] == ["", "passed", "passed", "passed"]


def test_a_re_execution_that_fails_costs_no_mark(works, monkeypatch):
    monkeypatch.setattr(FakeGrader, "reexecute", lambda self, mark: 1 / 0)
    assert "не выполнены повторно: Иванов/lab.ipynb" in grade("работы", quick=False, status=2)
    assert scores()["Иванова"] == str(MOST)


def executed(*more):
    """The points of the works that are executed when the class is graded."""
    FakeGrader.executed.clear()
    grade("работы", *more, quick=False)
    assert [row["nbval"] for row in rows().values()] == ["passed"] * 4
    return sorted(FakeGrader.executed)


def test_each_program_is_executed_once_and_no_more_in_a_second_run(works):
    assert len(executed()) == 4 and executed() == []
    put(works / "Иванов/lab.ipynb", MOST // 2)
    put(works / "Петрова/lab.ipynb", MOST // 2)
    assert executed() == [MOST // 2]


def test_who_has_used_up_his_time_costs_nobody_else_a_verdict(monkeypatch):
    def reexecute(self, mark):
        time.sleep(0.2)
        mark.take_verdict({})

    monkeypatch.setattr(group, "LONGEST_EXECUTION", 0.1)
    monkeypatch.setattr(FakeGrader, "reexecute", reexecute)
    for name, points in {"а/1.ipynb": 0, "а/2.ipynb": MOST, "а/3.ipynb": 1, "б/lab.ipynb": MOST}.items():
        put(f"работы/{name}", points)
    grade("работы", "--jobs", "1", quick=False)
    assert [row["nbval"] for row in rows().values()] == ["passed", "passed", "timeout", "passed"]


DAMAGED = [b"", b"{", b"[]", b'{"differing": [1]}', b"[" * 100_000, b'{"differing": {"a": 1}}']


@pytest.mark.parametrize("change", ["--fresh", "NOTEBOOK", "HELPERS", "version", *DAMAGED])
def test_what_makes_a_verdict_void(works, monkeypatch, change):
    executed()
    if change in DAMAGED:
        for path in verdicts.Verdicts().folder.iterdir():
            path.write_bytes(change)
    elif change == "version":
        monkeypatch.setattr(verdicts, "version", lambda package: "0")
    elif change != "--fresh":
        monkeypatch.setattr(verdicts, change, put("другой", getattr(verdicts, change).read_bytes() + b"\n"))
    assert len(executed(*(["--fresh"] if change == "--fresh" else []))) == 4


def test_a_time_that_ran_out_is_not_kept(works, monkeypatch):
    monkeypatch.setattr(FakeGrader, "reexecute", lambda self, mark: setattr(mark, "nbval", "timeout"))
    grade("работы", quick=False)
    assert not verdicts.Verdicts().folder.exists()


def test_a_cache_that_cannot_be_written_is_none(works, monkeypatch):
    put("file", "")
    monkeypatch.setattr(verdicts, "user_cache_path", lambda name: Path("file") / name)
    assert len(executed()) == 4


@pytest.fixture
def interrupts():
    """Ctrl-C interrupts, also where the tests were started with `&`, which ignores it; then all is as it was."""
    handlers = {number: signal.getsignal(number) for number in group.SIGNALS}
    signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    for number, handler in handlers.items():
        signal.signal(number, handler)


def test_an_interrupt_says_what_is_done_and_how_to_go_on(works, monkeypatch, interrupts):
    def interrupted(self, mark):
        if len(self.executed) == 1:
            time.sleep(0.2)
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.5)
        self.executed.append(mark.score)
        mark.take_verdict({})

    monkeypatch.setattr(FakeGrader, "reexecute", interrupted)
    said = grade("работы", "--jobs", "1", "--fresh", quick=False, status=130)
    assert said.splitlines()[-2:] == [
        "Прервано. Оценено: 4 из 4; выполнено повторно: 1 из 4. Чтобы продолжить (сделанное не повторяется):",
        "  python -m grading grade работы --jobs 1 --csv оценки.csv",
    ]


def test_an_interrupt_before_the_first_mark_changes_nothing(works, monkeypatch, interrupts):
    monkeypatch.setattr(group, "find_submissions", lambda *_: os.kill(os.getpid(), signal.SIGINT))
    assert "ничего не изменено" in grade("работы", status=130) and not Path("оценки.csv").exists()


# --- what is shown ---


def test_on_a_narrow_terminal_a_student_is_one_line(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    for number in range(28):
        put(f"works/Иванов Иван_{1234567 + number}_assignsubmission_file_/lab.ipynb", number % MOST)
    said = grade("works").splitlines()
    assert max(map(len, said)) <= 80 and len([line for line in said if line.startswith("Иванов Иван (12")]) == 28
    assert len(said) < 28 + 30


def test_the_summary_counts_students_with_decimal_commas_and_the_order_is_that_of_the_alphabet():
    points = {"Жуков": 1, "Ёлкина": 0, "Ежов": MOST, "Абрамов/lab": MOST, "Абрамов/черновик": 0}
    for name, number in points.items():
        put(f"works/{name}.ipynb", number)
    said = grade("works")
    mean, median = f"{(2 * MOST + 1) / 4:.2f} из {MOST}", f"{(MOST + 1) / 2:g} из {MOST}"
    for words in (mean.replace(".", ","), median.replace(".", ","), "студентов", "│ 4 ", "50 %"):
        assert words in said
    names = ["Абрамов", "Ежов", "Ёлкина", "Жуков"]
    assert list(rows(key="student")) == names == sorted(names, key=lambda name: said.index(f"\n{name}"))


def with_mistake(name, *mistakes):
    functions = {m: FunctionMark("wrong", mistakes=[mistake]) for m, mistake in zip(EXERCISES, mistakes, strict=False)}
    return Mark(name, functions, student="Иванов <Иван>")


def test_one_kind_of_mistake_is_one_row_and_says_its_fact():
    mistakes = [Mistake(f"f: отклонение 9.{number}e+02.", "Размер W1 — (3, 2).") for number in (3, 1, 2)]
    (mistake,) = frequent_mistakes([with_mistake(str(mistake), mistake) for mistake in mistakes])
    assert (mistake.students, mistake.words) == (3, "f: отклонение 9.1e+02.\nРазмер W1 — (3, 2).")


def test_what_does_not_count_is_in_no_statistics(works, monkeypatch):
    mistaken = with_mistake("", Mistake("Факт.", "Совет."))
    monkeypatch.setattr(FakeGrader, "grade", lambda self, data, name: Mark(name, mistaken.functions))
    for number in range(3):
        put(works / f"Иванов/{number}.ipynb", 1)
    assert [line.split()[1] for line in grade("работы").splitlines() if "Факт." in line] == ["4"]


def test_the_page_names_the_student_and_says_a_hint_once():
    facts = (f"Функция {method}: W1 имеет размер (3, 2)." for method in EXERCISES)
    mark = with_mistake("lab.ipynb", *(Mistake(fact, "Напишите np.zeros((a, b)) или <b>.") for fact in facts))
    text = page.page(mark)
    assert "<h1>Иванов &lt;Иван&gt;: " in text and "<b>" not in text
    assert text.count("np.zeros") == 1 and "<code>np.zeros((a, b))</code>" in text and "<code>(3, 2)</code>." in text
    for method in EXERCISES:
        assert page.heading(f"graded-{method}") in text


REFUSED = ["grade", "grade x --jobs", *(f"grade x --part={part}" for part in ("0/3", "4/3", "x", "1/0", "-1/3"))]


@pytest.mark.parametrize("arguments", ["--help", "grade --help", "merge --help", *REFUSED])
def test_the_command_speaks_one_language(arguments, capsys):
    with pytest.raises(SystemExit) as left:
        main(arguments.split())
    said = "".join(capsys.readouterr())
    assert left.value.code == (2 if arguments in REFUSED else 0)
    assert not re.search("usage|positional|options:|show this|exit|error|required|expected|PATH|FILE", said)


# --- Moodle's worksheet ---

# with a place for the grade and the feedback of two students, the only cells that are ours
MOODLE_EN = (
    'Identifier,"Full name",Status,Grade,"Maximum grade","Grade can be changed",'
    '"Last modified (grade)","Feedback comments"\r\n'
    '"Participant 11","Иванов Иван","Submitted",{},100.00,Yes,-,{}\r\n'
    '"Participant 12","Петрова, Анна","Submitted",{},100.00,Yes,-,{}\r\n'
    '"Participant 13","Сидоров","No submission",,100.00,Yes,-,""\r\n'
    '"Participant 14","Закрытов","Submitted",10.00,100.00,No,-,""\r\n'
)
MOODLE_RU = (
    "Идентификатор;Полное имя;Статус;Оценка;Максимальная оценка;Оценка может быть изменена;Отзыв\n"
    "Участник 11;Иванов Иван;Отправлено;{};12,00;Да;{}\nУчастник 12;Петрова, Анна;Отправлено;{};12,00;Да;{}\n"
    "Участник 13;Сидоров;Отправлено;;12,00;Да;\nУчастник 14;Закрытов;Отправлено;2,00;12,00;Нет;\n"
)
OLD_EN, OLD_RU = ("", '""', "50.00", '"line 1\nline 2"'), ("", "", "1,00", "старый")
NEW_EN, NEW_RU = ("100.00", f"{100 / MOST:.2f}"), ("12,00", f"{12 / MOST:.2f}".replace(".", ","))


@pytest.mark.parametrize(
    ("text", "old", "new", "encoding"),
    [
        (MOODLE_EN, OLD_EN, NEW_EN, "utf-8"),
        (MOODLE_RU, OLD_RU, NEW_RU, "cp1251"),
        (MOODLE_RU, OLD_RU, NEW_RU, "utf-8-sig"),
    ],
)
def test_moodles_worksheet(text, old, new, encoding):
    for name, points in {"Иванов Иван_11": MOST, "Петрова Анна_12": 1, "Закрытов_14": 1, "Чужой_99": 1}.items():
        put(f"работы/{name}_assignsubmission_file_/lab.ipynb", points)
    put("работы/Сидоров/lab.ipynb", MOST)  # a name, but no number: never guessed
    put("m.csv", text.format(*old).encode(encoding))
    said = grade("работы", "--moodle", "m.csv")
    feedback = '"Баллы: [^"]{,290}"'
    expected = re.escape(text).replace(r"\{\}", "{}").format(new[0], feedback, new[1], feedback)
    assert re.fullmatch(expected, text_of("m.csv", encoding))
    for words in ("заполнено строк: 2", "Чужой", "\n  Сидоров (", "\n  Закрытов (", f"12): {old[2]} → {new[1]}"):
        assert words in said


def test_words_instead_of_points_are_no_grade_and_a_worksheet_without_names_names_the_number(works):
    name = "Ким_11_assignsubmission_file_/lab.ipynb"
    put(works / name, MOST)
    grade("работы")
    edit(name, score="зачёт")
    worksheet = "Идентификатор,Статус,Оценка\nУчастник 11,Отправлено,\nУчастник 12,Отправлено,\n"
    put("m.csv", worksheet)
    said = grade("работы", "--moodle", "m.csv")
    assert text_of("m.csv") == worksheet
    assert "по номеру участника:\n  Участник 11: в таблице вместо баллов «зачёт»\n  Участник 12\n" in said


# --- parts ---


def test_parts_and_their_merge_are_the_whole(works):
    put(works / "Питонов/a.py", "")
    put(works / "Иванов/вторая.ipynb", MOST)
    grade("работы", "--csv", "все.csv")
    for part in range(1, 10):
        grade("работы", "--csv", f"{part}.csv", "--part", f"{part}/9")
        assert len(rows(f"{part}.csv")) == (part <= 6)
    run("merge", "оценки.csv", *(f"{part}.csv" for part in range(9, 0, -1)))
    assert text_of() == text_of("все.csv")
    assert "нет таблицы: no.csv" in run("merge", "оценки.csv", "1.csv", "no.csv", status=2)


def test_merge_shows_what_changes_and_keeps_marks_and_notes(works, monkeypatch):
    def add_notes(path, *notes):
        write_lines([[*line, note] for line, note in zip(lines(path), notes, strict=True)], path)

    grade("работы", "--csv", "1.csv")
    add_notes("1.csv", "моё", "-1", "", "", "")
    put(works / "Иванов/lab.ipynb", MOST)
    monkeypatch.setattr(FakeGrader, "broken", {"Петрова/lab.ipynb"})
    grade("работы", "--csv", "2.csv", status=2)
    add_notes("2.csv", "моё", "другое", "=1", "", "")
    assert f"Иванов: {MOST - 2} → {MOST}" in run("merge", "1.csv", "2.csv")
    assert scores("1.csv")["Петрова"] == str(MOST - 1)
    assert [line[len(COLUMNS)] for line in lines("1.csv")[:3]] == ["моё", "-1", "=1"]
