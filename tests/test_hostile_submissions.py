"""One hostile archive among honest works: it is a row of its student's, and costs nobody else a point or a second."""

import gzip
import io
import random
import re
import resource
import struct
import sys
import tarfile
import time
import warnings
import zipfile
import zlib

import pytest

if sys.platform != "linux":
    pytest.skip("the grader needs Linux", allow_module_level=True)

from classes import MOST, NOTEBOOK, grade, put, rows, use_fakes, zipped

from grading import opening
from grading.confined.unpacking import PACKED, TOO_LARGE

HONEST = {"Иванов/lab.ipynb", "Петрова/lab.zip/lab.ipynb", "Сидорова/lab.tar.gz/lab.ipynb"}
LARGEST_FILE = 8 << 20  # that a run may write: none of the hostile archives here is larger
LATIN_SENTENCE = re.compile(r"[A-Za-z]+ [A-Za-z]+ [A-Za-z]+")  # the words of a library
ENDLESS = b"0" * (31 << 20)


@pytest.fixture(autouse=True)
def fakes(monkeypatch, tmp_path):
    use_fakes(monkeypatch, tmp_path)


@pytest.fixture
def works(tmp_path):
    """A class of three, each with all points."""
    put(tmp_path / "работы" / "Иванов" / "lab.ipynb", MOST)
    put(tmp_path / "работы" / "Петрова" / "lab.zip", zipped({"lab.ipynb": MOST}))
    put(tmp_path / "работы" / "Сидорова" / "lab.tar.gz", tarred({"lab.ipynb": NOTEBOOK % MOST}))
    return tmp_path / "работы"


@pytest.fixture(autouse=True)
def small_files_only():
    """Whatever this process writes, and what its children write, no file is larger than this."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def tarred(files, mode="w:gz"):
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode=mode) as archive:
        for name, content in files.items():
            content = content.encode() if isinstance(content, str) else content
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return data.getvalue()


def header(name, size=0, kind=b"0"):
    """A block of a tar archive; the size as it is, even a negative one."""
    info = tarfile.TarInfo(name)
    info.type = kind
    block = bytearray(info.tobuf(tarfile.GNU_FORMAT))
    block[124:136] = b"\xff" * 4 + struct.pack(">q", size) if size < 0 else b"%011o\0" % size
    block[148:156] = b"%06o\0 " % (sum(block[:148]) + sum(block[156:512]) + 8 * 32)
    return bytes(block)


def sparse(name, size):
    """A file of GNU tar that has no data and is as long as it says."""
    block = bytearray(header(name, 0, b"S"))
    block[386:410] = b"%011o\0%011o\0" % (size, 0)
    block[483:495] = b"\x80" + size.to_bytes(11, "big")
    block[148:156] = b"%06o\0 " % (sum(block[:148]) + sum(block[156:512]) + 8 * 32)
    return bytes(block)


def long_name(name):
    data = name + b"\0"
    return header("././@LongLink", len(data), b"L") + data + bytes(-len(data) % 512)


def end_of_tar(*blocks):
    return gzip.compress(b"".join(blocks) + bytes(1024))


def with_version(data, version):
    place = data.rindex(b"PK\x01\x02")
    return data[: place + 6] + struct.pack("<H", version) + data[place + 8 :]


def with_method(data, method):
    local, central = data.index(b"PK\x03\x04") + 8, data.rindex(b"PK\x01\x02") + 10
    for place in (local, central):
        data = data[:place] + struct.pack("<H", method) + data[place + 2 :]
    return data


def encrypted(data):
    local, central = data.index(b"PK\x03\x04") + 6, data.rindex(b"PK\x01\x02") + 8
    for place in (local, central):
        data = data[:place] + struct.pack("<H", 1) + data[place + 2 :]
    return data


def many_entries_on_one_member(count, method=zipfile.ZIP_DEFLATED, content=ENDLESS):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", method) as archive:
        archive.writestr("0000.ipynb", content)
    data = data.getvalue()
    start, end = data.index(b"PK\x01\x02"), data.index(b"PK\x05\x06")
    entries = b"".join(data[start:end].replace(b"0000", b"%04d" % n) for n in range(count))
    ending = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, count, count, len(entries), start, 0)
    return data[:start] + entries + ending


def many(count, name, content=b""):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive, warnings.catch_warnings(action="ignore"):
        for number in range(count):
            archive.writestr(zipfile.ZipInfo(name % number if "%" in name else name), content)
    return data.getvalue()


def zip_of_zips(count):
    one = many_entries_on_one_member(3)
    return zipped({f"{n}.zip": one for n in range(count)})


# file -> (its bytes, words of the row that says so)
HOSTILE = {
    "a version that nobody reads": ("x.zip", lambda: with_version(zipped({"lab.ipynb": MOST}), 99), "повреждён"),
    "long names before long names": ("x.tar.gz", lambda: end_of_tar(*[long_name(b"a")] * 1200), "повреждён"),
    "a folder of negative size, an endless file": (
        "x.tar.gz",
        lambda: end_of_tar(header("a/", -512, b"5"), sparse("lab.ipynb", 5 * 10**9)),
        "",
    ),
    "an endless file": ("x.tar.gz", lambda: end_of_tar(sparse("lab.ipynb", 5 * 10**9)), "файл больше 30 МБ"),
    "zips of zeros in a zip": ("x.zip", lambda: zip_of_zips(12), "слишком"),
    "entries on one member in bz2": (
        "x.zip",
        lambda: many_entries_on_one_member(100, zipfile.ZIP_BZIP2),
        "сжат способом bzip2",
    ),
    "entries on one member": ("x.zip", lambda: many_entries_on_one_member(100), "слишком"),
    "a name of 40 MB": (
        "x.tar.gz",
        lambda: end_of_tar(long_name(b"a" * (40 << 20)), header("lab.ipynb")),
        "",
    ),
    "a name of 140,000 letters": (
        "x.tar.gz",
        lambda: end_of_tar(long_name(b"a" * 140_000 + b".ipynb"), header("lab.ipynb")),
        "имя файла слишком длинное",
    ),
    "20,000 empty folders": ("x.zip", lambda: many(20_000, "%05d/"), "папка пуста"),
    "8,000 members of one name": ("x.zip", lambda: many(8_000, "lab.ipynb", NOTEBOOK % 0), ""),
    "8,000 notebooks": ("x.zip", lambda: many(8_000, "%04d.ipynb", NOTEBOOK % 0), "слишком много блокнотов"),
    "a zip in itself, nearly": ("x.zip", lambda: nested(10), "слишком много архивов друг в друге"),
    "more members than there are": ("x.zip", lambda: many(70_000, "%05d")[:-20], "повреждён"),
    "encrypted": ("x.zip", lambda: encrypted(zipped({"lab.ipynb": MOST})), "закрыт паролем"),
    "deflate64": ("x.zip", lambda: with_method(zipped({"lab.ipynb": MOST}), 9), "сжат способом Deflate64"),
    "zstd in a zip": ("x.zip", lambda: with_method(zipped({"lab.ipynb": MOST}), 93), "сжат способом Zstandard"),
    "cut off": ("x.tar.gz", lambda: tarred({"a.bin": random.Random(1).randbytes(9999)})[:5000], "повреждён"),
    "no archive": ("x.zip", lambda: b"hello", "повреждён, или это не архив"),
    "bz2": ("x.tar.bz2", lambda: b"BZh91AY", "архивы bz2 не открываются"),
    "xz": ("x.txz", lambda: b"\xfd7zXZ\0", "архивы xz не открываются"),
    "zstd": ("x.tar.zst", lambda: b"\x28\xb5\x2f\xfd", "архивы zst не открываются"),
    "rar": ("x.rar", lambda: b"Rar!\x1a\x07\0", "архивы rar не открываются"),
    "7z": ("x.7z", lambda: b"7z\xbc\xaf\x27\x1c", "архивы 7z не открываются"),
    "what only looks packed by us": ("x.zip", lambda: PACKED + zlib.compress(b"0" * (1 << 20)), "не архив"),
}


def nested(depth):
    data = zipped({"lab.ipynb": MOST})
    for _ in range(depth):
        data = zipped({"x.zip": data})
    return data


@pytest.mark.parametrize(("name", "make", "words"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_archive_is_a_row_of_its_student(works, name, make, words):
    put(works / "Хакеров" / name, make())
    started = time.monotonic()
    grade("работы", "--feedback", "отзывы")
    assert time.monotonic() - started < 30
    table = rows()
    assert {place: row["score"] for place, row in table.items() if place in HONEST} == dict.fromkeys(HONEST, str(MOST))
    own = [row for row in table.values() if row["student"] == "Хакеров"]
    said = " | ".join(row["feedback"] for row in own)
    assert 0 < len(own) <= opening.MOST_WORKS + 1 and len(own) + len(HONEST) == len(table)
    assert words in said and not LATIN_SENTENCE.search(said.replace(TOO_LARGE, "")), said
    assert all(row["score"] == "0" for row in own) and max(map(len, said.split(" | "))) < 1000
