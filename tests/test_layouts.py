"""Whose is what lies there: a small class in each layout that learning systems and teachers make."""

import os
import sys
from pathlib import Path

import pytest

if sys.platform != "linux":
    pytest.skip("the grader needs Linux", allow_module_level=True)

from classes import MOST, grade, lines, marked, put, rows, scores, use_fakes, zipped

from grading.names import alphabetical, participant, student_of
from grading.page import page
from grading.submissions import find_submissions


@pytest.fixture(autouse=True)
def fakes(monkeypatch, tmp_path):
    use_fakes(monkeypatch, tmp_path)


ATTEMPT = "_attempt_2026-01-10-12-30-00"
# name: (files, worth some points or "" for what is no notebook, {student: score})
LAYOUTS = {
    "Moodle": (
        {"Иванов Иван_11_assignsubmission_file_/lab.ipynb": 4, "Петрова Анна_12_assignsubmission_file_/a.pdf": ""},
        {"Иванов Иван": 4, "Петрова Анна": 0},
    ),
    "Moodle without folders": (
        {
            "Иванов Иван_11_assignsubmission_file_lab.ipynb": 4,
            "Иванов Иван_11_assignsubmission_onlinetext_onlinetext.html": "",
            "Петрова_12_assignsubmission_file_lab.ipynb": 5,
        },
        {"Иванов Иван": 4, "Петрова": 5},
    ),
    "Moodle's blind marking": (
        {
            "Участник_11_assignsubmission_file_/lab.ipynb": 4,
            "Участник_12_assignsubmission_file_/lab.ipynb": 5,
            "Участник_13_assignsubmission_file_/a.pdf": "",
            "Participant_14_assignsubmission_file_/a.txt": "",
        },
        {"Участник 11": 4, "Участник 12": 5, "Участник 13": 0, "Participant 14": 0},
    ),
    "Moodle's namesakes": (
        {"Ким Ян_11_assignsubmission_file_/lab.ipynb": 4, "Ким Ян_12_assignsubmission_file_/lab.ipynb": 5},
        {"Ким Ян (11)": 4, "Ким Ян (12)": 5},
    ),
    "Moodle's only student": ({"Иванов_11_assignsubmission_file_/работа/lab.ipynb": 4}, {"Иванов": 4}),
    "Moodle's downloads by groups": (
        {
            "Группа 1/Иванов_11_assignsubmission_file_/lab.ipynb": 4,
            "Группа 2/Ким_12_assignsubmission_file_/lab.ipynb": 5,
        },
        {"Иванов": 4, "Ким": 5},
    ),
    "ILIAS": (
        {"Übung 1/Abgaben/Иванов_Иван_ivanov_301/lab.ipynb": 4, "Übung 1/Abgaben/Ким_Ян_kim_302/20260110_lab.ipynb": 5},
        {"Иванов_Иван_ivanov_301": 4, "Ким_Ян_kim_302": 5},
    ),
    "Blackboard": (
        {
            f"Лаб 1_ivanov{ATTEMPT}_Initialization.ipynb": 4,
            f"Лаб 1_ivanov{ATTEMPT}.txt": "",
            f"Лаб 1_kim{ATTEMPT}.txt": "",
        },
        {"ivanov": 4, "kim": 0},
    ),
    "Gradescope": (
        {
            "assignment_7_export/submission_1/lab.ipynb": 4,
            "assignment_7_export/submission_2/lab.ipynb": 5,
            "assignment_7_export/submission_metadata.yml": "",
        },
        {"submission_1": 4, "submission_2": 5},
    ),
    "Gradescope's only student": ({"assignment_7_export/submission_1/a/lab.ipynb": 4}, {"submission_1": 4}),
    "Teams": (
        {
            "Submitted files/Иванов Иван/Лаба/Version 1/lab.ipynb": 4,
            "Submitted files/Ким Ян/Лаба/Version 1/lab.ipynb": 5,
        },
        {"Иванов Иван": 4, "Ким Ян": 5},
    ),
    "a folder around, a stray file": (
        {"Работы/Иванов/lab.ipynb": 4, "Работы/Ким/lab.ipynb": 5, "прочти.txt": ""},
        {"Иванов": 4, "Ким": 5},
    ),
    "a stray file within": (
        {"Работы/Иванов/lab.ipynb": 4, "Работы/Ким/lab.zip": zipped({"lab.ipynb": 5}), "Работы/прочти.txt": ""},
        {"Иванов": 4, "Ким": 5},
    ),
    "files": ({"Иванов.ipynb": 4, "Ким.ipynb.txt": 5, "Юн.py": ""}, {"Иванов": 4, "Ким": 5, "Юн": 0}),
    "files without a notebook": ({"Иванов.py": "", "Ким.pdf": ""}, {"Иванов": 0, "Ким": 0}),
    "archives": (
        {"Иванов.zip": zipped({"Лаба/lab.ipynb": 4}), "Ким.zip": zipped({"lab.ipynb": 5})},
        {"Иванов": 4, "Ким": 5},
    ),
    "what is no submission": (
        {
            "Иванов.ipynb": 4,
            "init_utils.py": "",
            "старые оценки.csv": "",
            "журнал.xlsx": zipped({"xl/workbook.xml": ""}),
            "старые отзывы/Иванов.ipynb.html": page(marked("Иванов.ipynb", 4, student="Иванов")),
        },
        {"Иванов": 4},
    ),
}


@pytest.mark.parametrize("packed", [False, True], ids=["folder", "archive"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_student_is_himself(layout, packed):
    files, expected = LAYOUTS[layout]
    if packed:
        put("class.zip", zipped(files))
    else:
        for name, content in files.items():
            put(f"class/{name}", content)
    grade("class.zip" if packed else "class")
    assert scores() == {student: str(score) for student, score in expected.items()}
    assert len(lines()) == 1 + len(expected)


@pytest.mark.parametrize("packed", [False, True], ids=["folder", "archive"])
def test_an_assumption_is_said_and_the_option_changes_it(packed, capsys):
    files = {"Работы/Иванов/lab.ipynb": 4, "Работы/Ким/lab.ipynb": 5}
    for name, content in files.items():
        put(f"class/{name}", content)
    put("class.zip", zipped(files))
    path = "class.zip" if packed else "class"
    grade(path)
    assert "«Работы» — папка вокруг группы" in (said := capsys.readouterr().out) and "--level 1" in said
    grade(path, "--csv", "второй.csv", "--level", "1")
    assert [row["student"] for row in rows("второй.csv").values()] == ["Работы", "Работы"]


@pytest.mark.parametrize(
    "files",
    [
        {"Группа/Иванов.ipynb": 4, "Группа/Ким.ipynb": 5},
        {"Übung 1/Иванов_301/lab.ipynb": 4},
        {"Группа/Ким_11_assignsubmission_file_/lab.ipynb": 4, "Иванов/lab.ipynb": 4},
        {"1/Иванов/lab.ipynb": 4, "1/Ким/lab.ipynb": 5, "2/Юн/lab.ipynb": 3, "2/Ян/lab.ipynb": 3},
    ],
)
def test_groups_that_are_taken_for_students_are_named(files, capsys):
    for name, content in files.items():
        put(f"class/{name}", content)
    grade("class")
    assert "--level 2" in capsys.readouterr().out
    grade("class", "--csv", "второй.csv", "--level", "2")
    assert len(rows("второй.csv", key="student")) == len(files)
    assert "--level" not in capsys.readouterr().out


def test_a_class_is_the_same_with_the_folder_around_and_without():
    for name in ("Иванов", "Ким"):
        put(f"class/Работы/{name}/lab.ipynb", 4)
    grade("class")
    put("class/Работы/Ким/lab.ipynb", 5)
    for path in ("class/Работы", "class/Работы/Ким", "class"):
        grade(path)
        assert scores() == {"Иванов": "4", "Ким": "5"}, path


def test_what_is_no_submission_is_named(capsys):
    put("class/Иванов.ipynb", 4)
    put("class/старые оценки.csv", "")
    grade("class")
    assert "Это не работы студентов: старые оценки.csv." in capsys.readouterr().out


@pytest.mark.parametrize("name", ["ведомость.csv", "оценки прошлые.xlsx", "init_utils.py"])
def test_a_table_alone_is_refused(name, capsys):
    put(name, "a,b\n1,2\n")
    grade(name, status=2)
    assert f"есть только {name}" in capsys.readouterr().err


def test_pages_of_an_earlier_run_are_not_what_a_student_handed_in():
    put("class/Иванов/отчёт.pdf", "")
    put("class/Иванов/Тест.html", page(marked("Иванов/Тест", 4, student="Иванов")))
    put("class/Ким/lab.ipynb", MOST)
    grade("class")
    assert rows()["Иванов"]["feedback"] == "блокнота нет: есть только отчёт.pdf"


def test_a_name_within_a_students_folder_gives_him_no_other_number():
    put("class/Иванов/Ким_12_assignsubmission_file_/lab.ipynb", MOST)
    put("class/Юн/lab.ipynb", 1)
    put("class/Ян/lab.ipynb", 1)
    put("m.csv", "Идентификатор,Оценка\nУчастник 12,\n")
    grade("class", "--moodle", "m.csv")
    assert scores()["Иванов"] == str(MOST) and lines("m.csv")[1] == ["Участник 12", ""]


def test_two_names_that_read_alike_are_two_submissions():
    for encoding in ("cp866", "cp1251"):
        folder = os.fsencode("class/") + "Иванов".encode(encoding)
        os.makedirs(folder)
        with open(folder + b"/lab.ipynb", "w") as file:
            file.write('{"cells": [], "metadata": {"points": 4}, "nbformat": 4, "nbformat_minor": 5}')
    assert [s.name for s in find_submissions(["class"], "class").submissions] == [
        "Иванов/lab.ipynb",
        "Иванов/lab.ipynb (2)",
    ]


@pytest.mark.parametrize("ending", ["_", ""])
def test_moodle_gives_each_page_back_to_its_participant(ending):
    """Its importer takes what lies in a folder with the name that it gave."""
    folders = [f"{name}_assignsubmission_file{ending}" for name in ("Иванов_11", "Ким_12")]
    put(f"class/{folders[0]}/lab.ipynb", MOST)
    put(f"class/{folders[1]}/a.pdf", "")
    grade("class", "--feedback", "отзывы")
    assert sorted(path.parent.name for path in Path("отзывы").rglob("*.html")) == folders


@pytest.mark.parametrize(
    ("name", "student", "number"),
    [
        ("Иванов/lab.ipynb", "Иванов", ""),
        ("Иванов И.И.ipynb.txt", "Иванов И.И", ""),
        ("Иванов.zip/a/lab.ipynb", "Иванов", ""),
        ("Иванов Иван_12_assignsubmission_file_/lab.ipynb", "Иванов Иван", "12"),
        ("Ким_5_12_assignsubmission_file_lab 2.ipynb", "Ким_5", "12"),
        ("Participant_12_assignsubmission_file_/lab.ipynb", "Participant 12", "12"),
        ("Иванов_1/lab.ipynb", "Иванов_1", ""),
    ],
)
def test_whose_a_name_is(name, student, number):
    assert student_of(name) == student and participant(name) == ((student, number) if number else None)


def test_names_stand_in_the_order_of_the_russian_alphabet():
    names = ["Абрамов", "Дятлова", "Ежов", "Ёлкина", "Жуков", "Иванов/lab.ipynb", "Иванова/lab.ipynb"]
    assert sorted(set(names), key=alphabetical) == names
