"""What a submission is called, and whose it is: readable names from the bytes of a file system or an archive."""

import os
import re
import unicodedata
import zlib
from collections import Counter

# how often a letter stands in Russian text, from the most frequent on, and what no name is likely to hold
LETTERS = "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё"
CODE_PAGES = ("cp866", "cp1251", "cp437")
SAMPLE = 10_000  # bytes from which the code page is guessed
PAGE_BEGINNING = (
    '<!DOCTYPE html>\n<html lang="ru">\n<head>\n<meta charset="utf-8">\n<title>Проверка работы «Инициализация»'
)
LONGEST_NAME = 200  # bytes of a file's or folder's name; " (2)" and ".html" must find room in 255

# <имя>_<номер участника>_assignsubmission_file_<имя файла>: a folder, or a file, of Moodle's archive
MOODLE = re.compile(r"(?P<student>.+?)_(?P<number>\d+)_assignsubmission_[a-z]+(?P<file>_.*)?", re.DOTALL)
BLIND = ("Участник", "Participant")  # the name is hidden
# <задание>_<логин>_attempt_<время>_<имя файла>: a file of Blackboard's archive
BLACKBOARD = re.compile(r"(?P<number>.+_(?P<student>[^_]+))_attempt_\d{4}(-\d\d){5}([_.].*)?", re.DOTALL)
GRADESCOPE = re.compile(r"submission_\d+")
SUFFIXES = re.compile(
    r"(\.(ipynb|txt|json|html?|pdf|py|docx?|odt|rtf|md|png|jpe?g|csv|xlsx?|download|bak|zip|rar|7z|tar|t?gz|t?bz2?|t?xz))+$",
    re.IGNORECASE,
)


def readable_name(name, page=None):
    """The name of a file as one line of text in one normal form; `name`: text from the system, or bytes."""
    raw = os.fsencode(name) if isinstance(name, str) else name
    return one_line(unicodedata.normalize("NFC", decode(raw, page)))


def one_line(text):
    """Printable characters only; text that no encoding accepts is replaced."""
    text = text.encode("utf-8", "replace").decode()
    return "".join(c if c.isprintable() else " " for c in text)


def shortened(name, most=LONGEST_NAME):
    """A name of at most so many bytes, as file systems count; the ending and a trace of the rest stay."""
    raw = name.encode()
    if len(raw) <= most:
        return name
    mark = f"…{zlib.crc32(raw):08x}"
    ending = os.path.splitext(name)[1]
    ending = ending if len(ending.encode()) <= 20 else ""
    return raw[: most - len((mark + ending).encode())].decode(errors="ignore") + mark + ending


def decode(raw, page=None):
    """The text of a name in UTF-8 or in an old code page: the given one, or the one in which it reads best."""
    return raw.decode() if is_utf_8(raw) else raw.decode(page or code_page([raw]), "replace")


def code_page(names):
    """The old code page in which these names, which have the same one, read best; None if all are UTF-8."""
    sample = b""
    for raw in names:
        if len(sample) < SAMPLE and not is_utf_8(raw):
            sample += raw[:SAMPLE] + b" "
    return min(CODE_PAGES, key=lambda page: strangeness(sample.decode(page, "replace"))) if sample else None


def is_utf_8(raw):
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


def strangeness(text):
    """The sum of the letters' surprises, in bits or so."""
    total, before = 0, " "
    for letter in text:
        if letter.lower() in LETTERS:
            total += 2 + LETTERS.index(letter.lower()) / 5
            if (letter.isupper() and before.islower()) or (before.isascii() and before.isalpha()):
                total += 5  # a capital inside a word, two alphabets in one
        elif not letter.isascii():
            total += 4 if letter in "№«»–—" else 15 if not letter.isalpha() else 8 if letter < "\u0250" else 9
        before = letter
    return total


def participant(submission):
    """(name, number) of the participant that a learning system has written into the name, None if it has none.

    The outermost folder that says so counts: what lies in it is a student's.
    """
    for part in submission.split("/"):
        if match := MOODLE.fullmatch(part):
            name, number = match["student"], match["number"]
            return (f"{name} {number}" if name in BLIND else name), number
        if match := BLACKBOARD.fullmatch(part):
            return match["student"], match["number"]
        if GRADESCOPE.fullmatch(part):
            return part, ""
    return None


def is_participants_folder(name):
    """Whether Moodle has named a folder so: what lies in one of this name goes back to the participant."""
    match = MOODLE.fullmatch(name)
    return bool(match) and match["file"] in (None, "_")


def student_of(submission, level=1):
    """The student's name: the participant's, else the first `level` folders, or the file without its ending."""
    if found := participant("/".join(submission.split("/")[:level])):
        return found[0]
    *folders, last = submission.split("/")[:level]
    return "/".join([*folders, SUFFIXES.sub("", last) or last])


def tell_apart(people):
    """{(name, number): the name as it is shown}, «Иванов Иван (12)» if there are several of it."""
    times = Counter(name for name, _ in people)
    return {(name, n): f"{name} ({n})" if n and times[name] > 1 else name for name, n in people}


def alphabetical(name):
    """The key to sort names by: Ё comes after Е, a folder before another one whose name goes on."""
    return [part.casefold().replace("ё", "е\uffff") for part in name.split("/")], name
