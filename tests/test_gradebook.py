"""From the archive of a class to the grade book: no student, no mark and no column of a teacher's is lost."""

import csv
import io
import os
import random
import shutil
import signal
import subprocess
import sys
import tarfile
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import pytest
from conftest import ROOT
from submissions import function, submission, write

if sys.platform != "linux":
    pytest.skip("the grader needs Linux", allow_module_level=True)

from grading import group
from grading.__main__ import main
from grading.gradebook import Gradebook
from grading.marks import FunctionMark, Mark
from grading.names import decode, participant_number, student_of
from grading.submissions import find_submissions
from init_utils import EXERCISES

HEADER = "student,submission,status,zeros,random,he,score,max_score,nbval,feedback"
NOTEBOOK = '{"cells": [], "metadata": {"points": %d}, "nbformat": 4, "nbformat_minor": 5}'


class FakeGrader:
    """Gives the points that the file says, at once: what is tested here is the way of the marks."""

    broken = frozenset()

    def __init__(self, folder, layer_lists, timeout, quick):
        pass

    def grade(self, data, name):
        if name in self.broken:
            raise OSError(24, "Too many open files")
        points = int(data.split(b'"points": ')[1].split(b"}")[0])
        each = [min(2, max(0, points - 2 * i)) for i in range(len(EXERCISES))]
        status = "ok" if points == 6 else "wrong"
        return Mark(name, {m: FunctionMark(status, p > 0, p > 1) for m, p in zip(EXERCISES, each, strict=True)})

    def reexecute(self, mark):
        mark.nbval = "passed"

    def kill(self):
        pass

    def close(self):
        pass


@pytest.fixture(autouse=True)
def quick(request, monkeypatch):
    if "real" not in request.node.name:
        monkeypatch.setattr(group, "Grader", FakeGrader)
        monkeypatch.setattr(group, "missing_protection", list)
    monkeypatch.setenv("COLUMNS", "200")
    FakeGrader.broken = frozenset()


@pytest.fixture
def works(tmp_path, monkeypatch):
    """A folder of a class, in the current folder."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "работы"
    for student, points in {"Иванов": 4, "Иванова": 6, "Петрова": 5, "Сидоров": 0}.items():
        put(folder / student / "lab.ipynb", points)
    return folder


def put(path, content):
    """A file: bytes, text, or a notebook that is worth some points."""
    path.parent.mkdir(parents=True, exist_ok=True)
    content = NOTEBOOK % content if isinstance(content, int) else content
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def grade(*arguments, status=0):
    assert main(["grade", *map(str, arguments)]) == status


def lines(path="оценки.csv", encoding="utf-8-sig", delimiter=","):
    """The cells of a table."""
    return list(csv.reader(io.StringIO(Path(path).read_bytes().decode(encoding), newline=""), delimiter=delimiter))


def rows(path="оценки.csv", key="submission"):
    titles, *table = lines(path)
    return {row[key]: row for row in (dict(zip(titles, line, strict=True)) for line in table)}


def zipped(files):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, NOTEBOOK % content if isinstance(content, int) else content)
    return data.getvalue()


def legacy_zip(files, encoding):
    """A .zip whose names are bytes of an old code page: names of the same length stand there first."""
    places = {f"{i:0{len(name.encode(encoding))}}": name for i, name in enumerate(files, 1)}
    data = zipped({place: files[name] for place, name in places.items()})
    for place, name in places.items():
        data = data.replace(place.encode(), name.encode(encoding))
    return data


# --- every student has a row ---


def test_42_hand_ins_are_42_rows(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    works = tmp_path / "работы"
    for number in range(30):
        put(works / f"Студент {number}" / "Initialization.ipynb", 6)
    notebook = NOTEBOOK % 6
    for name, content in {
        "текст/Initialization.ipynb.txt": notebook,
        "json/Initialization.ipynb.json": "\ufeff" + notebook,
        "большие/LAB.IPYNB": notebook,
        "без расширения/работа": notebook,
        "unicode/lab.ipynb.txt": notebook.encode("utf-16"),
        "архив/lab.zip": zipped({"a/lab.ipynb": 6, "a/init_utils.py": ""}),
        "программа/solution.py": "print()",
        "помощник/init_utils.py": "",
        "скрытое/.ipynb_checkpoints/lab-checkpoint.ipynb": notebook,
        "рар/lab.rar": b"Rar!\x1a\x07\x00",
    }.items():
        put(works / name, content)
    (works / "пусто").mkdir()
    (works / "ссылка").symlink_to("Студент 1")
    put(works / ".DS_Store", "")
    grade("работы", "--quick", "--csv", "оценки.csv", "--feedback", "отзывы")

    table = rows(key="student")
    assert len(table) == 42 == len(lines()) - 1 and lines()[0] == HEADER.split(",")
    for student in ("текст", "json", "большие", "без расширения", "unicode", "архив"):
        assert (table[student]["status"], table[student]["score"]) == ("ok", "6"), student
    assert table["архив"]["submission"] == "архив/lab.zip/a/lab.ipynb"
    words = {
        "программа": "solution.py",
        "помощник": "init_utils.py",
        "скрытое": "скрытое (.ipynb_checkpoints)",
        "пусто": "пуста",
        "ссылка": "ссылка, она не открывается",
    }
    for student, what in words.items():
        assert (table[student]["status"], table[student]["score"]) == ("missing", "0"), student
        assert what in table[student]["feedback"] and "блокнота нет" in table[student]["feedback"]
        assert "0 из 6" in (tmp_path / "отзывы" / f"{student}.html").read_text(encoding="utf-8")
    assert table["рар"]["status"] == "unreadable" and "распакуйте" in table["рар"]["feedback"]


@pytest.mark.parametrize(
    "paths", [["работы/"], ["./работы"], ["{}"], ["работы/../работы"], ["работы/Иванов", "работы/Петрова/lab.ipynb"]]
)
def test_a_file_has_the_same_name_however_its_path_is_spelled(works, paths):
    grade(*(path.format(works) for path in paths), "--quick", "--csv", "оценки.csv")
    assert rows()["Иванов/lab.ipynb"]["student"] == "Иванов" and "Петрова/lab.ipynb" in rows()


@pytest.mark.parametrize("path", ["работы/Иванов", "работы/Иванов/lab.ipynb", "работы/Новиков"])
def test_the_table_tells_which_folder_is_the_class(works, path):
    grade("работы", "--quick", "--csv", "оценки.csv")
    put(works / "Новиков" / "lab.ipynb", 6)
    put(works / "Иванов" / "lab.ipynb", 6)
    grade(path, "--quick", "--csv", "оценки.csv")
    name = "Новиков" if "Новиков" in path else "Иванов"
    assert rows()[f"{name}/lab.ipynb"]["score"] == "6" and len(rows()) == 4 + (name == "Новиков")


def test_whose_a_hand_in_is():
    moodle = "Иванов Иван_1234567_assignsubmission_file_"
    names = {
        "Иванов/lab.ipynb": ("Иванов", ""),
        "Иванов.ipynb": ("Иванов", ""),
        "Иванов И.И.ipynb.txt": ("Иванов И.И", ""),
        "Иванов.zip/a/lab.ipynb": ("Иванов", ""),
        f"{moodle}/lab.ipynb": ("Иванов Иван", "1234567"),
        f"{moodle}lab 2.ipynb": ("Иванов Иван", "1234567"),
        f"{moodle[:-1]}/lab.zip/lab.ipynb": ("Иванов Иван", "1234567"),
        "Иванов_1/lab.ipynb": ("Иванов_1", ""),
    }
    assert {name: (student_of(name), participant_number(name)) for name in names} == names
    assert student_of("группа 1/Иванов/lab.ipynb", level=2) == "группа 1/Иванов"


def test_of_two_attempts_the_better_counts_and_the_table_says_so(works, capsys):
    put(works / "Иванов" / "вторая.ipynb", 5)
    put(works / "Архивов.zip", zipped({"lab.ipynb": 1}))
    grade("работы", "--quick", "--csv", "оценки.csv")
    table = rows()
    assert table["Иванов/lab.ipynb"]["feedback"].startswith("не засчитывается (засчитана Иванов/вторая.ipynb) | ")
    assert "не засчитывается" not in table["Иванов/вторая.ipynb"]["feedback"]
    assert table["Архивов.zip/lab.ipynb"]["student"] == "Архивов"
    assert "Сдали несколько работ" in capsys.readouterr().out
    put(works / "Иванов" / "lab.ipynb", 6)
    grade("работы/Иванов", "--quick", "--csv", "оценки.csv")
    assert rows()["Иванов/вторая.ipynb"]["feedback"].startswith("не засчитывается")
    assert rows()["Иванов/lab.ipynb"]["feedback"] == "всё верно"


def test_groups_in_folders(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("1/Иванов", "1/Петрова", "2/Иванов"):
        put(tmp_path / "курс" / name / "lab.ipynb", 6)
    (tmp_path / "курс" / "2" / "Пустов").mkdir()
    grade("курс", "--quick", "--csv", "оценки.csv", "--level", "2")
    assert list(rows(key="student")) == ["1/Иванов", "1/Петрова", "2/Иванов", "2/Пустов"]


def test_our_own_files_are_nobodys_hand_in(works):
    for _ in range(2):
        grade("работы", "--quick", "--csv", "работы/оценки.csv", "--feedback", "работы/отзывы")
    assert len(rows("работы/оценки.csv")) == 4


# --- the grade book survives ---


def test_a_second_run_of_three_changes_three_rows(works, capsys):
    grade("работы", "--quick", "--csv", "оценки.csv", "--feedback", "отзывы")
    before = rows()
    put(works / "Иванов" / "lab.ipynb", 6)
    capsys.readouterr()
    grade("работы/Иванов", "работы/Иванова", "работы/Петрова", "--quick", "--csv", "оценки.csv", "--feedback", "отзывы")
    after = rows()
    assert list(after) == list(before) and after["Иванов/lab.ipynb"]["score"] == "6"
    assert {k: v for k, v in after.items() if k[:7] != "Иванов/"} == {
        k: v for k, v in before.items() if k[:7] != "Иванов/"
    }
    assert "Иванов: 4 → 6, wrong → ok" in capsys.readouterr().out
    assert len(list((works.parent / "отзывы").rglob("*.html"))) == 4
    assert "6 из 6" in (works.parent / "отзывы" / "Иванов" / "lab.ipynb.html").read_text(encoding="utf-8")


def test_what_was_missing_comes_and_what_was_there_stays(works, capsys):
    put(works / "Питонов" / "lab.py", "")
    grade("работы", "--quick", "--csv", "оценки.csv", "--feedback", "отзывы")
    (works / "Иванов" / "lab.ipynb").unlink()
    put(works / "Питонов" / "lab.ipynb", 6)
    grade("работы", "--quick", "--csv", "оценки.csv", "--feedback", "отзывы")
    table = rows(key="student")
    assert len(table) == 5 and table["Иванов"]["score"] == "4" and table["Питонов"]["score"] == "6"
    assert not (works.parent / "отзывы" / "Питонов.html").exists()
    said = capsys.readouterr().out
    assert "Питонов: 0 → 6, missing → ok" in said and "прежняя строка оставлена:\n  Иванов" in said


@pytest.mark.parametrize(("encoding", "delimiter"), [("utf-8", ","), ("cp1251", ";"), ("utf-16", "\t")])
def test_a_table_that_a_spreadsheet_has_saved_is_updated(works, encoding, delimiter):
    put(works / "=1+1" / "lab.ipynb", 3)
    grade("работы", "--quick", "--csv", "оценки.csv")
    saved = [[*line, "заметка" if i else "своё"] for i, line in enumerate(lines())] + [["Среднее"] + [""] * 10]
    with open("оценки.csv", "w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(saved)
    put(works / "=1+1" / "lab.ipynb", 6)
    grade("работы", "--quick", "--csv", "оценки.csv")
    after = lines(delimiter=delimiter)
    assert Path("оценки.csv").read_bytes()[:3] == b"\xef\xbb\xbf"
    assert [line[1] for line in after] == [line[1] for line in saved] and after[-1][0] == "Среднее"
    assert [line[-1] for line in after] == [line[-1] for line in saved]
    assert [line[6] for line in after if "1+1" in line[1]] == ["6"]


@pytest.mark.parametrize("content", ["фамилия,телефон\nИванов,1\n", "old", b"\x00\xff\xfe\x98binary", "a;b\n1;2\n"])
@pytest.mark.parametrize("name", ["оценки.csv", "оценки.xlsx"])
def test_a_table_that_is_not_ours_is_refused(works, name, content, capsys):
    if name.endswith(".xlsx"):
        pytest.importorskip("openpyxl")
    path = put(works.parent / name, content)
    before = path.read_bytes()
    for more in ([], ["--fresh"]):
        grade("работы", "--quick", "--csv", name, *more, status=2)
    assert path.read_bytes() == before and "таблица" in capsys.readouterr().err


def test_fresh_begins_anew(works):
    grade("работы", "--quick", "--csv", "оценки.csv", "--feedback", "отзывы")
    grade("работы/Иванов", "работы/Петрова", "--quick", "--csv", "оценки.csv", "--feedback", "отзывы", "--fresh")
    assert list(rows()) == ["Иванов/lab.ipynb", "Петрова/lab.ipynb"]
    assert len(list((works.parent / "отзывы").rglob("*.html"))) == 2


@pytest.mark.parametrize("more", [[], ["--fresh"]])
def test_our_own_failure_loses_no_old_mark(works, capsys, more):
    grade("работы", "--quick", "--csv", "оценки.csv")
    before = rows()
    put(works / "Новиков" / "lab.ipynb", 6)
    FakeGrader.broken = {"Иванов/lab.ipynb", "Новиков/lab.ipynb"}
    grade("работы", "--quick", "--csv", "оценки.csv", *more, status=2)
    table = rows()
    assert table["Иванов/lab.ipynb"] == before["Иванов/lab.ipynb"]
    assert (table["Новиков/lab.ipynb"]["status"], table["Новиков/lab.ipynb"]["score"]) == ("crashed", "")
    said = capsys.readouterr()
    assert "прежняя строка оставлена:\n  Иванов/lab.ipynb" in said.out and "Новиков/lab.ipynb" in said.err
    FakeGrader.broken = frozenset()
    grade("работы", "--quick", "--csv", "оценки.csv")
    assert rows()["Новиков/lab.ipynb"]["score"] == "6"


def test_an_error_in_one_page_costs_that_page_only(works, monkeypatch, capsys):
    from grading import report

    page = report.page
    monkeypatch.setattr(report, "page", lambda mark: {}[0] if "Иванов/" in mark.submission else page(mark))
    grade("работы", "--quick", "--csv", "оценки.csv", "--feedback", "отзывы", status=2)
    assert len(rows()) == 4 and len(list((works.parent / "отзывы").rglob("*.html"))) == 3
    assert "Иванов/lab.ipynb.html: KeyError" in capsys.readouterr().err


def test_marks_are_written_before_nbval_and_verdicts_survive_a_quick_run(works, monkeypatch):
    seen = []

    def reexecute(self, mark):
        seen.append([row["score"] for row in rows().values()])
        mark.nbval = "passed"

    monkeypatch.setattr(FakeGrader, "reexecute", reexecute)
    grade("работы", "--csv", "оценки.csv", "--jobs", "1")
    assert seen == [["4", "6", "5", "0"]] * 4
    put(works / "Иванов" / "lab.ipynb", 5)
    grade("работы", "--quick", "--csv", "оценки.csv")
    assert [row["nbval"] for row in rows().values()] == ["", "passed", "passed", "passed"]


def test_a_re_execution_that_fails_costs_no_mark(works, monkeypatch, capsys):
    monkeypatch.setattr(FakeGrader, "reexecute", lambda self, mark: 1 / 0)
    grade("работы", "--csv", "оценки.csv", status=2)
    assert [row["score"] for row in rows().values()] == ["4", "6", "5", "0"]
    assert "не выполнены повторно: Иванов/lab.ipynb" in capsys.readouterr().err


def book_with(path, name):
    book = Gradebook(path)
    book.put(dict.fromkeys(HEADER.split(","), "1") | {"submission": name, "student": name})
    return book


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
        for step in range(5):
            book_with(tmp_path / "оценки.csv", f"{number} {step}").write()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(one, range(8)))
    assert len(rows(tmp_path / "оценки.csv")) == 40
    assert [path.name for path in tmp_path.iterdir()] == ["оценки.csv"]


SLOW = """
import os, sys
sys.path[:0] = [{tests!r}, {root!r}]
import test_gradebook as t
from grading import group, results
group.Grader, group.missing_protection = t.FakeGrader, list
results.BETWEEN_WRITES, results.SHARE_OF_WRITES = 0, 1
for line in sys.stdin:  # a run for each line, in a process of its own
    if pid := os.fork():
        print(pid, flush=True)
        os.waitpid(pid, 0)
        print("ended", flush=True)
    else:
        sys.stdout = sys.stderr
        while True:
            t.main(["grade", "works", "--csv", "marks.csv", "--feedback", "pages"])
            if line == "once\\n":
                os._exit(0)
"""


@pytest.mark.seconds(10)
def test_killed_at_ten_random_moments_the_table_is_old_or_new_never_less(tmp_path):
    for number in range(42):
        put(tmp_path / "works" / f"{number:02}" / "lab.ipynb", number % 7)
    code = SLOW.format(tests=str(ROOT / "tests"), root=str(ROOT))
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    seen = 0
    with subprocess.Popen([sys.executable, "-c", code], cwd=tmp_path, text=True, **pipes) as server:

        def start(line):
            server.stdin.write(line)
            server.stdin.flush()
            return int(server.stdout.readline())

        for attempt in range(10):
            pid = start("for ever\n")
            time.sleep(random.Random(attempt).uniform(0.01, 0.6))
            os.kill(pid, signal.SIGKILL)
            assert server.stdout.readline() == "ended\n"
            if (tmp_path / "marks.csv").exists():
                table = rows(tmp_path / "marks.csv")
                assert len(table) >= seen and all(r["score"] == str(int(r["student"]) % 7) for r in table.values())
                seen = len(table)
        assert seen > 0
        start("once\n")
        assert server.stdout.readline() == "ended\n"
        server.stdin.close()
    assert len(rows(tmp_path / "marks.csv")) == 42


# --- archives ---


@pytest.mark.parametrize("around", ["", "работы/", "что-то/"])
def test_the_archive_of_a_class(tmp_path, monkeypatch, around):
    monkeypatch.chdir(tmp_path)
    inner = zipped({"Лаба/lab.ipynb": 5})
    files = {"Иванов/lab.ipynb": 6, "Петрова/lab.zip": inner, "Питонов/a.py": "", "__MACOSX/Иванов/._lab.ipynb": ""}
    put(tmp_path / "работы.zip", zipped({around + name: content for name, content in files.items()}))
    grade("работы.zip", "--quick", "--csv", "оценки.csv")
    assert {name: row["score"] for name, row in rows().items()} == {
        "Иванов/lab.ipynb": "6",
        "Петрова/lab.zip/Лаба/lab.ipynb": "5",
        "Питонов": "0",
    }
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == []


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_tar_archives(tmp_path, monkeypatch, mode):
    monkeypatch.chdir(tmp_path)
    name = f"работы.tar{mode[1:].replace(':', '.')}"
    put(tmp_path / "Иванов" / "lab.ipynb", 6)
    put(tmp_path / "Петрова" / "большой.bin", os.urandom(100_000))
    with tarfile.open(name, mode) as archive:
        archive.add("Иванов")
        archive.add("Петрова")
    grade(name, "--quick", "--csv", "оценки.csv")
    assert {n: (row["status"], row["score"]) for n, row in rows().items()} == {
        "Иванов/lab.ipynb": ("ok", "6"),
        "Петрова": ("missing", "0"),
    }


NAMES = ["Иванов Иван/Лабораторная.ipynb", "Щукина Ёлка/Инициализация.ipynb", "Юй/lab.ipynb"]


@pytest.mark.parametrize("encoding", ["cp866", "cp1251", "utf-8"])
def test_names_of_old_archives_come_out_right(tmp_path, monkeypatch, encoding):
    monkeypatch.chdir(tmp_path)
    put(tmp_path / "работы.zip", legacy_zip(dict.fromkeys(NAMES, 6), encoding))
    grade("работы.zip", "--quick", "--csv", "оценки.csv")
    assert list(rows()) == sorted(NAMES)


def test_names_of_old_file_systems_come_out_right(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, encoding in {"Иванов": "cp866", "Петрова": "cp1251", "Сидоров": "utf-8"}.items():
        folder = os.fsencode(tmp_path) + b"/works/" + name.encode(encoding)
        os.makedirs(folder)
        with open(folder + b"/lab.ipynb", "w") as file:
            file.write(NOTEBOOK % 6)
    put(tmp_path / "works" / "Й" / "lab.ipynb", 6)  # as macOS writes Й
    grade("works", "--quick", "--csv", "оценки.csv", "--feedback", "pages")
    assert list(rows(key="student")) == sorted(["Иванов", "Петрова", "Сидоров", "Й"])
    assert (tmp_path / "pages" / "Иванов" / "lab.ipynb.html").exists()


@pytest.mark.parametrize("encoding", ["cp866", "cp1251"])
def test_code_pages_are_told_apart(encoding):
    for name in [
        "лог",
        "Ёлкин",
        "ЛАБОРАТОРНАЯ",
        "Работа по Python",
        "Юля",
        "ИВАНОВ ИВАН",
        "ДЗ_Юрьев.ipynb",
        "Мяо",
        "Яна",
    ]:
        assert decode(name.encode(encoding)) == name


def hostile(kind):
    data = io.BytesIO()
    if kind == "a link in a tar":
        with tarfile.open(fileobj=data, mode="w") as archive:
            info = tarfile.TarInfo("Иванов/lab.ipynb")
            info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
            archive.addfile(info)
        return "x.tar", data.getvalue()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        if kind == "outside":
            archive.writestr("../../lab.ipynb", NOTEBOOK % 6)
        elif kind == "absolute":
            archive.writestr("C:\\lab.ipynb", NOTEBOOK % 6)
        elif kind == "a link":
            info = zipfile.ZipInfo("Иванов/lab.ipynb")
            info.external_attr = 0o120777 << 16
            archive.writestr(info, "/etc/passwd")
        elif kind == "a bomb":
            archive.writestr("Иванов/lab.ipynb", b"0" * (120 << 20))
        else:
            for number in range(50):
                archive.writestr(f"{number}/lab.ipynb", "")
    return "x.zip", data.getvalue()


HOSTILE = {
    "outside": "файл вне папки архива: ../../lab.ipynb",
    "absolute": "файл вне папки архива: C:/lab.ipynb",
    "a link": "в нём ссылка: Иванов/lab.ipynb",
    "a link in a tar": "ссылка или устройство: Иванов/lab.ipynb",
    "a bomb": "распакованный, он занял бы 120 МБ",
    "too many members": "в нём больше 40 файлов",
}


@pytest.mark.parametrize(("kind", "words"), HOSTILE.items())
def test_hostile_archives_are_refused(works, kind, words, monkeypatch, capsys):
    monkeypatch.setattr(archives, "MOST_MEMBERS", 40)
    name, data = hostile(kind)
    put(works.parent / name, data)
    grade(name, "--quick", "--csv", "оценки.csv", status=2)
    assert words in capsys.readouterr().err and not (works.parent / "оценки.csv").exists()
    put(works / "Хакеров" / name, data)
    grade("работы", "--quick", "--csv", "оценки.csv")
    row = rows()[f"Хакеров/{name}"]
    assert (row["status"], row["score"], len(rows())) == ("unreadable", "0", 5) and words in row["feedback"]


@pytest.mark.parametrize(
    "data", [b"", b"PK\x03\x04broken", zipped({"a/lab.ipynb": 6})[:-30]], ids=["empty", "no archive", "cut off"]
)
def test_a_broken_archive_is_a_row(works, data):
    put(works / "Ломов" / "lab.zip", data)
    grade("работы", "--quick", "--csv", "оценки.csv")
    assert rows()["Ломов/lab.zip"]["status"] == "unreadable" and "lab.zip" in rows()["Ломов/lab.zip"]["feedback"]


# --- the workbook and Moodle's worksheet ---


def test_the_workbook(works):
    openpyxl = pytest.importorskip("openpyxl")
    put(works / "=1+1" / "lab.ipynb", 3)
    grade("работы", "--quick", "--csv", "оценки.xlsx")
    book = openpyxl.load_workbook("оценки.xlsx")
    sheet = book.active
    assert [cell.value for cell in sheet[1]] == HEADER.split(",")
    assert [cell.value for cell in sheet[2]][:7] == ["=1+1", "=1+1/lab.ipynb", "wrong", 2, 1, 0, 3]
    assert sheet["A2"].data_type == "s" and sheet["G2"].data_type == "n"
    sheet["K1"], sheet["K3"] = "итог", "=G3*10"
    sheet["G3"].font = openpyxl.styles.Font(italic=True)
    book.create_sheet("своё")["A1"] = "план"
    book.save("оценки.xlsx")

    put(works / "Иванов" / "lab.ipynb", 6)
    put(works / "Абрамов" / "lab.ipynb", 1)
    grade("работы", "--quick", "--csv", "оценки.xlsx")
    book = openpyxl.load_workbook("оценки.xlsx")
    sheet = book.worksheets[0]
    assert [sheet.cell(i, 1).value for i in range(2, 8)] == [
        "=1+1",
        "Иванов",
        "Иванова",
        "Петрова",
        "Сидоров",
        "Абрамов",
    ]
    assert (sheet["G3"].value, sheet["G3"].font.italic, sheet["K3"].value, sheet["A2"].data_type) == (
        6,
        True,
        "=G3*10",
        "s",
    )
    assert book["своё"]["A1"].value == "план"


MOODLE_EN = (
    'Identifier,"Full name",Status,Grade,"Maximum grade","Grade can be changed",'
    '"Last modified (grade)","Feedback comments"\r\n'
    '"Participant 11","Иванов Иван","Submitted",,100.00,Yes,-,""\r\n'
    '"Participant 12","Петрова, Анна","Submitted",50.00,100.00,Yes,-,"line 1\nline 2"\r\n'
    '"Participant 13","Сидоров","No submission",,100.00,Yes,-,""\r\n'
    '"Participant 14","Закрытов","Submitted",10.00,100.00,No,-,""\r\n'
)
MOODLE_RU = (
    "Идентификатор;Полное имя;Оценка;Максимальная оценка;Оценка может быть изменена;Отзыв\n"
    "Участник 11;Иванов Иван;;6,00;Да;\nУчастник 12;Петрова, Анна;1,00;6,00;Да;старый\n"
    "Участник 13;Сидоров;;6,00;Да;\nУчастник 14;Закрытов;2,00;6,00;Нет;\n"
)


@pytest.mark.parametrize(
    ("text", "encoding", "delimiter", "grades"),
    [
        (MOODLE_EN, "utf-8", ",", ["100.00", "66.67", "", "10.00"]),
        (MOODLE_RU, "cp1251", ";", ["6,00", "4,00", "", "2,00"]),
        (MOODLE_RU, "utf-8-sig", ";", ["6,00", "4,00", "", "2,00"]),
    ],
)
def test_moodles_worksheet(tmp_path, monkeypatch, capsys, text, encoding, delimiter, grades):
    monkeypatch.chdir(tmp_path)
    for name, points in {"Иванов Иван_11": 6, "Петрова Анна_12": 4, "Закрытов_14": 6, "Чужой_99": 6}.items():
        put(tmp_path / "работы" / f"{name}_assignsubmission_file_" / "lab.ipynb", points)
    put(tmp_path / "работы" / "Сидоров" / "lab.ipynb", 6)  # a name, but no number: never guessed
    put(tmp_path / "m.csv", text.encode(encoding))
    grade("работы", "--quick", "--csv", "оценки.csv", "--moodle", "m.csv")

    def cells(data):
        return list(csv.reader(io.StringIO(data.decode(encoding), newline=""), delimiter=delimiter))

    before, after = cells(text.encode(encoding)), cells((tmp_path / "m.csv").read_bytes())
    filled = [i for i, title in enumerate(before[0]) if title in ("Grade", "Feedback comments", "Оценка", "Отзыв")]
    assert [line[filled[0]] for line in after[1:]] == grades
    assert after[1][filled[1]] == "всё верно" and after[4][filled[1]] == ""
    for old, new in zip(before, after, strict=True):
        assert [v for i, v in enumerate(old) if i not in filled] == [v for i, v in enumerate(new) if i not in filled]
    said = capsys.readouterr().out
    assert "заполнено строк: 2" in said and "Сидоров (" in said and "Чужой" in said and "Закрытов (" in said
    assert f"Петрова, Анна: {before[2][filled[0]]} → {grades[1]}" in said


def test_a_file_that_is_no_worksheet_is_refused(works, capsys):
    put(works.parent / "m.csv", "a,b\n1,2\n")
    grade("работы", "--quick", "--moodle", "m.csv", status=2)
    assert "не ведомость Moodle" in capsys.readouterr().err and (works.parent / "m.csv").read_text() == "a,b\n1,2\n"


# --- parts ---


def test_parts_and_their_merge_are_the_whole(works, capsys):
    put(works / "Питонов" / "a.py", "")
    put(works / "Иванов" / "вторая.ipynb", 6)
    grade("работы", "--csv", "все.csv")
    for part in range(1, 10):
        grade("работы", "--csv", f"{part}.csv", "--part", f"{part}/9")
        assert len(rows(f"{part}.csv")) == (part <= 6)
    assert main(["merge", "оценки.csv", *(f"{part}.csv" for part in range(9, 0, -1))]) == 0
    assert Path("оценки.csv").read_bytes() == Path("все.csv").read_bytes()
    assert main(["merge", "оценки.csv", "1.csv", "no.csv"]) == 2
    assert "нет таблицы: no.csv" in capsys.readouterr().err


@pytest.mark.seconds(10)
@pytest.mark.skipif(not shutil.which("parallel"), reason="GNU parallel is not installed")
def test_gnu_parallel_grades_parts(works):
    """The teacher's recipe, with two works in two parts."""
    for student in ("Петрова", "Сидоров"):
        shutil.rmtree(works / student)
    for student in ("Иванов", "Иванова"):
        write(works / student / "lab.ipynb", submission())
    command = f"{sys.executable} -m grading grade работы --part {{}}/2 --jobs 1 --csv части/{{}}.csv --quick"
    Path("части").mkdir()
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "HOME": str(works.parent)}
    subprocess.run(
        ["parallel", command, ":::", "1", "2"], env=environment, check=True, capture_output=True, timeout=300
    )
    assert main(["merge", "оценки.csv", "части/1.csv", "части/2.csv"]) == 0
    assert {name: row["score"] for name, row in rows().items()} == {"Иванов/lab.ipynb": "6", "Иванова/lab.ipynb": "6"}


def test_merge_shows_what_changes_and_keeps_marks(works, capsys):
    grade("работы", "--quick", "--csv", "1.csv")
    put(works / "Иванов" / "lab.ipynb", 6)
    FakeGrader.broken = {"Петрова/lab.ipynb"}
    grade("работы", "--quick", "--csv", "2.csv", status=2)
    capsys.readouterr()
    assert main(["merge", "1.csv", "2.csv"]) == 0
    assert "Иванов: 4 → 6" in capsys.readouterr().out
    assert rows("1.csv")["Петрова/lab.ipynb"]["score"] == "5"


@pytest.mark.parametrize("part", ["0/3", "4/3", "x", "1/0", "-1/3"])
def test_a_part_that_does_not_exist_is_refused(works, part):
    with pytest.raises(SystemExit):
        main(["grade", "работы", "--quick", f"--part={part}"])


def test_the_summary(works, capsys):
    grade("работы", "--quick")
    said = capsys.readouterr().out
    assert "3.75, 4.5 из 6" in said  # 4, 6, 5, 0
    assert "random: полный балл │ 75%" in said and "he: полный балл     │ 25%" in said


def test_parts_of_a_large_class_are_found_in_seconds(tmp_path):
    for number in range(2000):
        os.makedirs(tmp_path / "w" / str(number))
        (tmp_path / "w" / str(number) / "lab.ipynb").touch()
    started = time.process_time()
    assert len(find_submissions([tmp_path / "w"], tmp_path)) == 2000
    assert time.process_time() - started < 2


@pytest.mark.seconds(5)
def test_a_real_class_from_its_archive_to_the_grade_book(tmp_path, monkeypatch):
    """The real grader, in one run."""
    monkeypatch.chdir(tmp_path)
    wrong = function("he", "np.random.randn(layers_dims[l], layers_dims[l - 1])")
    write(tmp_path / "Иванов.ipynb", submission(he=wrong))
    files = {
        "Иванов/lab.ipynb": (tmp_path / "Иванов.ipynb").read_text(encoding="utf-8"),
        "Петрова/Initialization.ipynb.txt": nbformat.writes(submission()),
    }
    put(tmp_path / "работы.zip", zipped(files))
    grade("работы.zip", "--quick", "--csv", "оценки.csv")
    assert {row["student"]: row["score"] for row in rows().values()} == {"Иванов": "5", "Петрова": "6"}


@pytest.fixture(autouse=True)
def cache(monkeypatch, tmp_path):
    from grading import verdicts
    monkeypatch.setattr(verdicts, "user_cache_path", lambda name: tmp_path / ".cache")
