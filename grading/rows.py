"""A row of the grade book: what stands in it, whose it is, what counts."""

import re

from grading.names import alphabetical, one_line, participant, tell_apart
from init_utils import EXERCISES

MAX_SCORE = sum(exercise.points for exercise in EXERCISES.values())
COLUMNS = ("student", "submission", "status", *EXERCISES, "score", "max_score", "nbval", "feedback")
NOTES = re.compile(r"^(не засчитывается \(засчитана .*?\)|за .*? больше баллов в другом его файле, .*?) \| ")
LONGEST_CELL = 30_000  # a spreadsheet takes some more


def row_of(mark):
    """The row of one submission."""
    points = [mark.points(method) for method in EXERCISES] + [mark.score]
    if mark.ungraded:
        points = [""] * len(points)
    feedback = one_line(mark.feedback)[:LONGEST_CELL]
    values = [mark.student, mark.submission, mark.status, *points, MAX_SCORE, mark.nbval, feedback]
    return dict(zip(COLUMNS, map(str, values), strict=True))


def is_ungraded(row):
    """Whether the grader itself failed: there are no points, not even zero."""
    return row["score"] == ""


def number(text):
    """A number as people of any country write it, None if it is none."""
    try:
        return float(re.sub(r"\s", "", text).replace(",", "."))
    except ValueError:
        return None


def points(row):
    """The score, None if it is no number."""
    return number(row["score"])


def is_set_by_hand(row):
    """Whether the score is another than the functions add up to: then a teacher has written it."""
    if is_ungraded(row) or not all(method in row for method in EXERCISES):
        return False
    own = [number(row[method]) for method in EXERCISES]
    if None in own:  # all: we have failed, and a teacher has not; some: a column of ours was deleted
        return not any(row[method] for method in EXERCISES)
    return points(row) != sum(own)


def person(row):
    """Who handed in: two students of the same name have different numbers in Moodle."""
    found = participant(row["submission"])
    return found if found and row["student"].startswith(found[0]) else (row["student"], "")


def grouped(things, key):
    """{key: the things that have it}."""
    groups = {}
    for thing in things:
        groups.setdefault(key(thing), []).append(thing)
    return groups


def by_name(row):
    return alphabetical(row["submission"])


def worth(row):
    """Of several submissions of a student the best counts, above all what a teacher has put into words."""
    return -1 if is_ungraded(row) else float("inf") if points(row) is None else points(row)


def counts(row):
    return bool(row["submission"]) and not row.get("feedback", "").startswith("не засчитывается")


def annotate(rows):
    """Say in the rows of each student which of his submissions counts; tell students of one name apart."""
    of_person = grouped(rows, person)
    shown = tell_apart(of_person)
    for who, own in of_person.items():
        best = min(own, key=lambda row: (-worth(row), by_name(row)))
        for row in own:
            if row["student"] == who[0]:
                row["student"] = shown[who]
            note = note_beside(best, own) if row is best else not_counted(row, best)
            row["feedback"] = note + NOTES.sub("", row.get("feedback", ""), count=1)


def not_counted(row, best):
    return f"не засчитывается (засчитана {best['submission']}) | " if row["submission"] != best["submission"] else ""


def note_beside(best, own):
    """What has more points in another file of the same student: he may have written one function a file."""
    others = {}
    for method in EXERCISES:
        most = max(own, key=lambda row: (number(row.get(method, "")) or 0, row is best))
        if most is not best and (number(most.get(method, "")) or 0) > (number(best.get(method, "")) or 0):
            others.setdefault(most["submission"], []).append(method)
    said = [f"за {', '.join(methods)} больше баллов в другом его файле, {name}" for name, methods in others.items()]
    return f"{'; '.join(said)} | " if said else ""
