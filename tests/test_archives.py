"""What lies in a folder or an archive: every submission is found, whatever it is called and packed in."""

import os
import subprocess
import time

import nbformat
import pytest
from classes import MOST, NOTEBOOK, grade, lines, put, rows, zipped
from classes import fakes as fakes
from submissions import function, submission

from grading.names import decode
from grading.rows import COLUMNS
from grading.submissions import find_submissions
from init_utils import EXERCISES


def legacy_zip(files, encoding):
    """A .zip whose names are bytes of an old code page: names of the same length stand there first."""
    places = {f"{i:0{len(name.encode(encoding))}}": name for i, name in enumerate(files, 1)}
    data = zipped({place: files[name] for place, name in places.items()})
    for place, name in places.items():
        data = data.replace(place.encode(), name.encode(encoding))
    return data


def test_42_hand_ins_are_42_rows(tmp_path):
    works = tmp_path / "работы"
    for number in range(30):
        put(works / f"Студент {number}" / "Initialization.ipynb", MOST)
    notebook = NOTEBOOK % MOST
    for name, content in {
        "текст/Initialization.ipynb.txt": notebook,
        "json/Initialization.ipynb.json": "\ufeff" + notebook,
        "большие/LAB.IPYNB": notebook,
        "без расширения/работа": notebook,
        "unicode/lab.ipynb.txt": notebook.encode("utf-16"),
        "архив/lab.zip": zipped({"a/lab.ipynb": MOST, "a/init_utils.py": ""}),
        "программа/solution.py": "print()",
        "помощник/init_utils.py": "",
        "скрытое/.ipynb_checkpoints/lab-checkpoint.ipynb": notebook,
        "рар/lab.rar": b"Rar!\x1a\x07\x00",
    }.items():
        put(works / name, content)
    (works / "пусто").mkdir()
    (works / "ссылка").symlink_to("Студент 1")
    put(works / ".DS_Store", "")
    grade("работы", "--feedback", "отзывы")

    table = rows(key="student")
    assert len(table) == 42 == len(lines()) - 1 and lines()[0] == [*COLUMNS]
    for student in ("текст", "json", "большие", "без расширения", "unicode", "архив"):
        assert (table[student]["status"], table[student]["score"]) == ("ok", str(MOST)), student
    assert table["архив"]["submission"] == "архив/lab.zip/a/lab.ipynb"
    for student, what in {
        "программа": "solution.py",
        "помощник": "init_utils.py",
        "скрытое": "скрытое (.ipynb_checkpoints)",
        "пусто": "пуста",
        "ссылка": "ссылка, она не открывается",
    }.items():
        assert (table[student]["status"], table[student]["score"]) == ("missing", "0"), student
        assert what in table[student]["feedback"] and "блокнота нет" in table[student]["feedback"]
        assert f"0 из {MOST}" in (tmp_path / "отзывы" / f"{student}.html").read_text(encoding="utf-8")
    assert table["рар"]["status"] == "unreadable" and "Распакуйте" in table["рар"]["feedback"]


@pytest.mark.parametrize("around", ["", "работы/", "что-то/"])
def test_the_archive_of_a_class(tmp_path, around):
    inner = zipped({"Лаба/lab.ipynb": 5})
    files = {"Иванов/lab.ipynb": MOST, "Петрова/lab.zip": inner, "Питонов/a.py": "", "__MACOSX/Иванов/._lab.ipynb": ""}
    put(tmp_path / "работы.zip", zipped({around + name: content for name, content in files.items()}))
    grade("работы.zip")
    assert {name: row["score"] for name, row in rows().items()} == {
        "Иванов/lab.ipynb": str(MOST),
        "Петрова/lab.zip/Лаба/lab.ipynb": "5",
        "Питонов": "0",
    }
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == []


@pytest.mark.parametrize("options", ["cf", "czf"])
@pytest.mark.parametrize("what", [["Иванов", "Петрова"], ["."]], ids=["folders", "the current folder"])
def test_tar_archives(tmp_path, options, what):
    put("работы/Иванов/lab.ipynb", MOST)
    put("работы/Петрова/большой.bin", os.urandom(100_000))
    name = "class.tar" if options == "cf" else "class.tar.gz"
    subprocess.run(["tar", options, name, "-C", "работы", *what], check=True)
    grade(name)
    expected = {"Иванов/lab.ipynb": ("ok", str(MOST)), "Петрова": ("missing", "0")}
    assert {place: (row["status"], row["score"]) for place, row in rows().items()} == expected


NAMES = ["Иванов Иван/Лабораторная.ipynb", "Щукина Ёлка/Инициализация.ipynb", "Юй/lab.ipynb"]


@pytest.mark.parametrize("encoding", ["cp866", "cp1251", "utf-8"])
def test_names_of_old_archives_come_out_right(tmp_path, encoding):
    put(tmp_path / "работы.zip", legacy_zip(dict.fromkeys(NAMES, MOST), encoding))
    grade("работы.zip")
    assert list(rows()) == sorted(NAMES)


def test_names_of_old_file_systems_come_out_right(tmp_path):
    for name, encoding in {"Иванов": "cp866", "Петрова": "cp1251", "Сидоров": "utf-8"}.items():
        folder = os.fsencode(tmp_path) + b"/works/" + name.encode(encoding)
        os.makedirs(folder)
        with open(folder + b"/lab.ipynb", "w") as file:
            file.write(NOTEBOOK % MOST)
    put(tmp_path / "works" / "Й" / "lab.ipynb", MOST)  # as macOS writes Й
    grade("works", "--feedback", "pages")
    assert list(rows(key="student")) == sorted(["Иванов", "Петрова", "Сидоров", "Й"])
    assert (tmp_path / "pages" / "Иванов" / "lab.ipynb.html").exists()


@pytest.mark.parametrize("encoding", ["cp866", "cp1251"])
def test_code_pages_are_told_apart(encoding):
    for name in ("лог", "Ёлкин", "ЛАБОРАТОРНАЯ", "Работа по Python", "Юля", "ИВАНОВ ИВАН", "ДЗ_Юрьев.ipynb", "Мяо"):
        assert decode(name.encode(encoding)) == name


def test_parts_of_a_large_class_are_found_in_seconds(tmp_path):
    for number in range(2000):
        os.makedirs(tmp_path / "w" / str(number))
        (tmp_path / "w" / str(number) / "lab.ipynb").touch()
    started = time.process_time()
    assert len(find_submissions([tmp_path / "w"], tmp_path).submissions) == 2000
    assert time.process_time() - started < 2


def test_a_real_class_from_its_archive_to_the_grade_book(tmp_path, monkeypatch):
    """The real grader, in one run."""
    monkeypatch.undo()
    monkeypatch.chdir(tmp_path)
    biased = function("he", bias="np.ones((layers_dims[l], 1))")
    files = {
        "Иванов/lab.ipynb": nbformat.writes(submission(he=biased)),
        "Петрова/Initialization.ipynb.txt": nbformat.writes(submission()),
    }
    put("работы.zip", zipped(files))
    grade("работы.zip")
    points = {student: int(row["score"]) for student, row in rows(key="student").items()}
    assert points == {"Иванов": MOST - EXERCISES["he"].bias_points, "Петрова": MOST}
