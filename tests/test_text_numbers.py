"""Every number of the prose is computed, and no other number in its place would pass."""

import contextlib
import io
import re

import nbformat
import pytest

from common.lab import NOTEBOOK
from tools import claims, refresh_notebook, text_numbers
from tools.text_numbers import WRONG, check, check_all

pytestmark = pytest.mark.seconds(100)


@pytest.fixture(scope="module")
def prose():
    return text_numbers.texts()


def objections(place, text):
    return [row for row in check(place, text) if row.verdict in WRONG]


def spoiled(prose, place, old, new):
    """The text of a place with other words in it; any space of `old` may be a no-break one."""
    pattern = re.escape(old).replace(r"\ ", r"(?:\s|~)+")
    text, count = re.subn(pattern, lambda _: new, prose[place], count=1)
    assert count == 1, (place, old)
    return text


def test_every_number_is_what_is_computed(prose):
    wrong = [row for row in check_all(prose) if row.verdict in WRONG]
    assert not wrong, "\n" + text_numbers.table(wrong)


def test_no_row_of_the_table_is_idle(prose):
    for claim in (claim for part in claims.LISTS for claim in part):
        assert any(text_numbers.pattern(claim.words).search(text) for text in prose.values()), claim
    for reason, pattern in claims.EXCEPTIONS:
        assert any(re.search(pattern, text, re.MULTILINE | re.DOTALL) for text in prose.values()), reason


FALSEHOODS = [
    ("why-random", "83 %", "38 %"),
    ("run-he", "83 %", "38 %"),
    ("run-he", "83 %", "восемьдесят четыре процента"),
    ("random", "seed(3)", "seed(9)"),
    ("luck", "равно 3", "равно 9"),
    ("numbers-random", "0,3811", "0,4444"),
    ("task", "(2, 300)", "(300, 2)"),
    ("title", "по две строки", "по три строки"),
    ("why-random", "300 000 итераций", "30 000 итераций"),
    ("why-random", "0,0002", "0,002"),
    ("he", r"\dfrac{2}{n^{[l-1]} + n", r"\dfrac{1}{n^{[l-1]} + n"),
    ("summary", "99 %", "96 %"),
    ("luck-answer", "у восьми сетей", "у девяти сетей"),
    ("infinity-answer", "1773,59", "1773,95"),
    ("README.md", "0,064810", "0,064801"),
    ("README.md", "86 % |", "83 % |"),
    ("README.md", "от 0 до 6 баллов", "от 1 до 6 баллов"),
    ("README.md", "десять испорченных", "двенадцать испорченных"),
    ("README.md", "С шестью вариантами", "С пятью вариантами"),
    ("README.md", "Python 3.11 или", "Python 3.10 или"),
    ("docs/teacher.md", "1 — веса `np.zeros", "2 — веса `np.zeros"),
    ("docs/teacher.md", "* 10` при", "* 100` при"),
    ("docs/teacher.md", "30 МБ", "30 ГБ"),
    ("docs/teacher.md", "512 МБ", "256 МБ"),
    ("docs/teacher.md", "только 7 оставляет", "только 4 оставляет"),
    ("docs/teacher.md", "130 —", "131 —"),
]


@pytest.mark.parametrize(("place", "old", "new"), FALSEHOODS)
def test_a_falsehood_is_named(prose, place, old, new):
    assert not objections(place, prose[place])
    assert objections(place, spoiled(prose, place, old, new))


def another(number):
    """A different number that looks alike; for a number in words, another word."""
    if number.lower() in text_numbers.WORDS:
        return "шесть" if text_numbers.plain(number) != "6" else "семь"
    digit = number[-1]
    return number[:-1] + str((int(digit) + 3) % 10)


def excused(place, text):
    """Where the exceptions and the measured numbers stand."""
    spans = [span for span, _ in text_numbers.exceptions(text)]
    for claim in (claim for part in claims.LISTS for claim in part):
        if isinstance(claim, claims.Measured) and claim.place == place:
            spans += [match.span() for match in text_numbers.pattern(claim.words).finditer(text)]
    return spans


def test_no_number_is_unguarded(prose):
    """Each number in turn becomes another one: the list must object, unless the number is excused."""
    unguarded, objected = [], 0
    for place, text in prose.items():
        spans = excused(place, text)
        for match in re.finditer(text_numbers.NUMBER, text):
            if objections(place, text[: match.start()] + another(match.group()) + text[match.end() :]):
                objected += 1
            elif not any(start <= match.start() and match.end() <= end for start, end in spans):
                unguarded.append(f"{place}: {text[: match.start()][-40:]}[{match.group()}]")
    assert not unguarded, "\n".join(unguarded)
    assert objected > len(prose)


# --- the refresh ---


def rerun(notebook, cell_id, old, new):
    """The notebook in which one cell has been changed and run again."""
    (cell,) = [cell for cell in notebook.cells if cell.id == cell_id]
    assert old in cell.source
    cell.source = cell.source.replace(old, new)
    with contextlib.redirect_stdout(io.StringIO()) as out:
        exec(cell.source, dict(text_numbers.names()))
    cell.outputs = [nbformat.v4.new_output("stream", name="stdout", text=out.getvalue())]
    return notebook


def test_a_wrong_loss_everywhere_stops_the_refresh_and_is_named(prose):
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    refresh_notebook.refuse_failed_checks(notebook)
    with pytest.raises(SystemExit, match=r"accuracy-random.*\n.*0\.4811.*: False"):
        refresh_notebook.refuse_failed_checks(rerun(notebook, "accuracy-random", "0.3811", "0.4811"))
    for place in ("numbers-random", "README.md"):
        assert objections(place, prose[place].replace("0,3811", "0,4811"))


def test_the_refresh_stores_nothing_after_a_failed_check(monkeypatch):
    def fail(notebook, folder):
        rerun(notebook, "accuracy-random", "0.3811", "0.4811")

    monkeypatch.setattr(refresh_notebook, "execute", fail)
    monkeypatch.setattr(refresh_notebook, "replace_file", lambda *_: pytest.fail("a file was replaced"))
    with pytest.raises(SystemExit, match="ничего не сохранено"):
        refresh_notebook.main()


# --- the list ---


def test_the_list_names_what_computes_a_number_and_what_nothing_computes(prose):
    text = spoiled(prose, "run-he", "83 %?", "83 %? А 7 нейронов?")
    (computed, unknown) = [row for row in check("run-he", text) if row.number in ("83", "7")]
    assert (computed.computed, computed.verdict) == ("83", "да") and "trained['random']" in computed.source
    assert unknown.verdict == text_numbers.UNCOMPUTED and "7 нейронов" in unknown.source


def test_a_row_whose_sentence_is_gone_is_named(prose):
    (gone,) = [row for row in objections("run-he", "Обучите сеть.") if row.verdict == text_numbers.GONE]
    assert "доля правильных ответов" in gone.number


def test_numbers_of_all_kinds_are_seen():
    text = "при 15 000 и $0{,}25$, 10^{-30}, −0,5, шести; W1, x_2, n^{[1]}, ½, x86-64, «0.5», 1–7 %, 3.11."
    numbers = [text_numbers.plain(number) for number in re.findall(text_numbers.NUMBER, text)]
    assert numbers == ["15000", "0.25", "10", "-30", "-0.5", "6", "1", "0.5", "64", "0.5", "1", "7", "3.11"]
