"""Whose is what lies there: a small class in each layout that learning systems and teachers make."""

import os
from pathlib import Path

import pytest
from classes import MOST, grade, lines, marked, put, rows, scores, zipped
from classes import fakes as fakes

from grading.page import page
from grading.submissions import find_submissions

M, BLACKBOARD, EXPORT = "_assignsubmission_file_", "Лаб 1_{}_attempt_2026-01-10-12-30-00", "assignment_7_export"
# {name: {place: (points, student as he is shown; None for what is no submission)}}; points "": no notebook
# fmt: off
LAYOUTS = {
    "Moodle": {f"Иванов Иван_11{M}/lab.ipynb": (4, "Иванов Иван"), f"Петрова Анна_12{M}/a.pdf": ("", "Петрова Анна")},
    "Moodle without folders": {
        f"Иванов Иван_11{M}lab.ipynb": (4, "Иванов Иван"), f"Петрова_5_12{M}lab 2.ipynb": (5, "Петрова_5"),
        "Иванов Иван_11_assignsubmission_onlinetext_onlinetext.html": ("", None),
    },
    "Moodle's blind marking": {
        f"Участник_11{M}/lab.ipynb": (4, "Участник 11"), f"Участник_12{M}/lab.ipynb": (5, "Участник 12"),
        f"Участник_13{M}/a.pdf": ("", "Участник 13"), f"Participant_14{M}/a.txt": ("", "Participant 14"),
    },
    "Moodle's namesakes": {f"Ким Ян_{n}{M}/lab.ipynb": (points, f"Ким Ян ({n})") for n, points in ((11, 4), (12, 5))},
    "Moodle's only student": {f"Иванов_11{M}/работа/lab.ipynb": (4, "Иванов")},
    "Moodle's downloads by groups": {
        f"Группа 1/Иванов_11{M}/lab.ipynb": (4, "Иванов"), f"Группа 2/Ким_12{M}/lab.ipynb": (5, "Ким"),
    },
    "ILIAS": {
        "Übung 1/Abgaben/Иванов_Иван_ivanov_301/lab.ipynb": (4, "Иванов_Иван_ivanov_301"),
        "Übung 1/Abgaben/Ким_Ян_kim_302/20260110_lab.ipynb": (5, "Ким_Ян_kim_302"),
    },
    "Blackboard": {
        f"{BLACKBOARD.format('ivanov')}_Initialization.ipynb": (4, "ivanov"),
        f"{BLACKBOARD.format('ivanov')}.txt": ("", None), f"{BLACKBOARD.format('kim')}.txt": ("", "kim"),
    },
    "Gradescope": {
        f"{EXPORT}/submission_1/lab.ipynb": (4, "submission_1"),
        f"{EXPORT}/submission_2/lab.ipynb": (5, "submission_2"), f"{EXPORT}/submission_metadata.yml": ("", None),
    },
    "Gradescope's only student": {f"{EXPORT}/submission_1/a/lab.ipynb": (4, "submission_1")},
    "Teams": {
        "Submitted files/Иванов Иван/Лаба/Version 1/lab.ipynb": (4, "Иванов Иван"),
        "Submitted files/Ким Ян/Лаба/Version 1/lab.ipynb": (5, "Ким Ян"),
    },
    "a folder around, a stray file": {
        "Работы/Иванов/lab.ipynb": (4, "Иванов"), "Работы/Ким/lab.ipynb": (5, "Ким"), "прочти.txt": ("", None),
    },
    "a stray file within": {
        "Работы/Иванов/lab.ipynb": (4, "Иванов"), "Работы/Ким/lab.zip": (5, "Ким"), "Работы/прочти.txt": ("", None),
    },
    "files": {"Иванов_1 И.И.ipynb": (4, "Иванов_1 И.И"), "Ким.ipynb.txt": (5, "Ким"), "Юн.py": ("", "Юн")},
    "files without a notebook": {"Иванов.py": ("", "Иванов"), "Ким.pdf": ("", "Ким")},
    "archives": {"Иванов.zip": (4, "Иванов"), "Ким.zip": (5, "Ким")},
    "what is no submission": {
        "Иванов.ipynb": (4, "Иванов"), "init_utils.py": ("", None), "старые оценки.csv": ("", None),
        "журнал.xlsx": (zipped({"xl/workbook.xml": ""}), None),
        "старые отзывы/Иванов.ipynb.html": (page(marked("Иванов.ipynb", 4, student="Иванов")), None),
    },
}
# fmt: on


def class_of(files, packed=False):
    """Files with contents of these kinds, as a folder or as an archive; where it is."""
    files = {name: zipped({"Лаба/lab.ipynb": c}) if name.endswith(".zip") else c for name, c in files.items()}
    if packed:
        return str(put("class.zip", zipped(files)))
    for name, content in files.items():
        put(f"class/{name}", content)
    return "class"


packed_or_not = pytest.mark.parametrize("packed", [False, True], ids=["folder", "archive"])


@pytest.mark.parametrize("layout", LAYOUTS)
@packed_or_not
def test_every_student_is_himself(layout, packed):
    files = LAYOUTS[layout]
    grade(class_of({name: content for name, (content, _) in files.items()}, packed))
    assert scores() == {student: str(points or 0) for points, student in files.values() if student}
    assert len(lines()) == 1 + len(scores())


@pytest.mark.parametrize(
    ("level", "students", "names"),
    [
        (1, 1, ["Работы/Иванов/lab.ipynb", "Работы/Ким/lab.ipynb"]),
        (2, 2, ["Группа/Иванов.ipynb", "Группа/Ким.ipynb"]),
        (2, 1, ["Übung 1/Иванов_301/lab.ipynb"]),
        (2, 2, [f"Группа/Ким_11{M}/lab.ipynb", "Иванов/lab.ipynb"]),
        (2, 4, ["1/Иванов/lab.ipynb", "1/Ким/lab.ipynb", "2/Юн/lab.ipynb", "2/Ян/lab.ipynb"]),
    ],
)
@packed_or_not
def test_an_assumption_is_said_and_the_option_changes_it(packed, level, students, names):
    path = class_of(dict.fromkeys(names, 4), packed)
    assert f"--level {level}" in (said := grade(path)) and ("«Работы» — папка вокруг группы" in said) == (level == 1)
    assert "--level" not in grade(path, "--csv", "второй.csv", "--level", str(level))
    found = rows("второй.csv", key="student")
    assert len(found) == students and ("Работы" in found) == (level == 1)


def test_a_class_is_the_same_with_the_folder_around_and_without():
    grade(class_of({"Работы/Иванов/lab.ipynb": 4, "Работы/Ким/lab.ipynb": 4}))
    put("class/Работы/Ким/lab.ipynb", 5)
    for path in ("class/Работы", "class/Работы/Ким", "class"):
        grade(path)
        assert scores() == {"Иванов": "4", "Ким": "5"}, path


@pytest.mark.parametrize(("around", "stray"), [("", "старые оценки.csv"), ("Работы/", "прочти.txt")])
def test_what_is_no_submission_is_named(around, stray):
    path = class_of({f"{around}Иванов/lab.ipynb": 4, f"{around}Ким/lab.ipynb": 4, stray: ""})
    assert f"Это не работы студентов: {stray}." in grade(path)


@pytest.mark.parametrize("name", ["ведомость.csv", "оценки прошлые.xlsx", "init_utils.py"])
def test_a_table_alone_is_refused(name):
    put(name, "a,b\n1,2\n")
    assert f"есть только {name}" in grade(name, status=2)


def test_pages_of_an_earlier_run_are_not_what_a_student_handed_in():
    old = page(marked("Иванов/Тест", 4, student="Иванов"))
    grade(class_of({"Иванов/отчёт.pdf": "", "Иванов/Тест.html": old, "Ким/lab.ipynb": MOST}))
    assert rows()["Иванов"]["feedback"] == "блокнота нет: есть только отчёт.pdf"


def test_a_name_within_a_students_folder_gives_him_no_other_number():
    put("m.csv", "Идентификатор,Оценка\nУчастник 12,\n")
    files = {f"Иванов/Ким_12{M}/lab.ipynb": MOST, "Юн/lab.ipynb": 1, "Ян/lab.ipynb": 1}
    grade(class_of(files), "--moodle", "m.csv")
    assert scores()["Иванов"] == str(MOST) and lines("m.csv")[1] == ["Участник 12", ""]


def test_two_names_that_read_alike_are_two_submissions():
    for encoding in ("cp866", "cp1251"):
        put(os.fsdecode(b"class/" + "Иванов".encode(encoding) + b"/lab.ipynb"), 4)
    found = find_submissions(["class"], "class").submissions
    assert [submission.name for submission in found] == ["Иванов/lab.ipynb", "Иванов/lab.ipynb (2)"]


@pytest.mark.parametrize("ending", ["_", ""])
def test_moodle_gives_each_page_back_to_its_participant(ending):
    """Its importer takes what lies in a folder with the name that it gave."""
    folders = [f"{name}_assignsubmission_file{ending}" for name in ("Иванов_11", "Ким_12")]
    grade(class_of({f"{folders[0]}/lab.ipynb": MOST, f"{folders[1]}/a.pdf": ""}), "--feedback", "отзывы")
    assert sorted(path.parent.name for path in Path("отзывы").rglob("*.html")) == folders
