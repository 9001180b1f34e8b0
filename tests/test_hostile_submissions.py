"""One hostile archive among honest works: it is a row of its student's, and costs nobody else a point or a second."""

import errno
import gzip
import io
import os
import random
import re
import resource
import struct
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
import warnings
import zipfile
import zlib
from dataclasses import replace
from functools import cache
from types import SimpleNamespace

import pytest
from classes import MOST, NOTEBOOK, FakeGrader, grade, put, rows, zipped
from classes import fakes as fakes

from common.lab import ROOT
from grading import finding, group, opening
from grading.confined import confinement, folders, limits, run_nbval, sandbox, unpacking, worker
from grading.confined.unpacking import PACKED
from grading.names import LONGEST_NAME, shortened, student_of

HONEST = {"Иванов/lab.ipynb", "Петрова/lab.zip/lab.ipynb", "Сидорова/lab.tar.gz/lab.ipynb"}
LARGEST_FILE = 16 << 20  # that a run may write: none of the hostile archives here is larger
JUPYTERS = "Clear Outputs of All Cells"  # the words of a menu
LATIN_SENTENCE = re.compile(r"[A-Za-z]+ [A-Za-z]+ [A-Za-z]+")  # the words of a library
ENDLESS = b"0" * (31 << 20)


def honest():
    """Who has all points."""
    return {place for place, row in rows().items() if row["score"] == str(MOST)}


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


def header(name, size=0, kind=b"0", length=None):
    """A block of a tar archive; the size as it is, even a negative one; for GNU's sparse files the length, too."""
    info = tarfile.TarInfo(name)
    info.type = kind
    block = bytearray(info.tobuf(tarfile.GNU_FORMAT))
    block[124:136] = b"\xff" * 4 + struct.pack(">q", size) if size < 0 else b"%011o\0" % size
    if length:
        block[386:410] = b"%011o\0%011o\0" % (length, 0)
        block[483:495] = b"\x80" + length.to_bytes(11, "big")
    block[148:156] = b"%06o\0 " % (sum(block[:148]) + sum(block[156:512]) + 8 * 32)
    return bytes(block)


def long_name(name):
    data = name + b"\0"
    return header("././@LongLink", len(data), b"L") + data + bytes(-len(data) % 512)


def end_of_tar(*blocks):
    return gzip.compress(b"".join(blocks) + bytes(1024))


def zeros(megabytes):
    """A tar.gz with a file of so many, made in no time: gzip files may be joined."""
    return gzip.compress(header("a.bin", megabytes << 20)) + gzip.compress(bytes(16 << 20)) * (megabytes >> 4)


def with_field(data, place, value):
    """A zip with another number in the headers of its last member: at this place of the central one."""
    for signature, offset in ((b"PK\x03\x04", place - 2), (b"PK\x01\x02", place)):
        start = data.rindex(signature) + offset
        data = data[:start] + struct.pack("<H", value) + data[start + 2 :]
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


def nested(depth):
    data = zipped({"lab.ipynb": MOST})
    for _ in range(depth):
        data = zipped({"x.zip": data})
    return data


def zips_of_zeros():
    return zipped(dict.fromkeys((f"{n}.zip" for n in range(12)), many_entries_on_one_member(3)))


def link(kind):
    data = io.BytesIO()
    if kind == "x.tar":
        info = tarfile.TarInfo("Иванов/lab.ipynb")
        info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
        with tarfile.open(fileobj=data, mode="w") as archive:
            archive.addfile(info)
    else:
        info = zipfile.ZipInfo("Иванов/lab.ipynb")
        info.external_attr = 0o120777 << 16
        with zipfile.ZipFile(data, "w") as archive:
            archive.writestr(info, "/etc/passwd")
    return data.getvalue()


SPARSE = header("lab.ipynb", kind=b"S", length=5 * 10**9)  # a file that has no data
LAB = zipped({"lab.ipynb": MOST})
OUTSIDE = zipped({"../../lab.ipynb": MOST})
TOO_MANY, BROKEN = "слишком много блокнотов", "повреждён"


@cache
def hostile():
    """{student: (the name of the file, its bytes, words of the row that says what it is)}."""
    return {
        "outside": ("x.zip", OUTSIDE, "файл вне папки архива: ../../lab.ipynb"),
        "absolute": ("x.zip", zipped({"C:\\lab.ipynb": MOST}), "файл вне папки архива: C:/lab.ipynb"),
        "a link": ("x.zip", link("x.zip"), "это ссылка"),
        "a link in a tar": ("x.tar", link("x.tar"), "это ссылка"),
        "a bomb": ("x.zip", zipped({"Иванов/lab.ipynb": b"0" * (120 << 20)}), "файл больше"),
        "a version that nobody reads": ("x.zip", with_field(LAB, 6, 99), BROKEN),
        "long names before long names": ("x.tar.gz", end_of_tar(*[long_name(b"a")] * 1200), BROKEN),
        "negative": ("x.tar.gz", end_of_tar(header("a/", -512, b"5"), SPARSE), ""),
        "an endless file": ("x.tar.gz", end_of_tar(SPARSE), "файл больше 30 МБ"),
        "zips of zeros in a zip": ("x.zip", zips_of_zeros(), TOO_MANY),
        "zeros without end": ("x.tar.gz", zeros(1200), "слишком велик"),
        "bz2 in a zip": ("x.zip", many_entries_on_one_member(100, zipfile.ZIP_BZIP2), "сжат способом bzip2"),
        "entries on one member": ("x.zip", many_entries_on_one_member(100), TOO_MANY),
        "40 MB": ("x.tar.gz", end_of_tar(long_name(b"a" * (40 << 20)), header("lab.ipynb")), ""),
        "long": ("x.tar.gz", end_of_tar(long_name(b"a" * 140_000 + b".ipynb"), header("lab.ipynb")), "слишком длинное"),
        "20,000 empty folders": ("x.zip", many(20_000, "%05d/"), "папка пуста"),
        "8,000 members of one name": ("x.zip", many(8_000, "lab.ipynb", NOTEBOOK % 0), ""),
        "8,000 notebooks": ("x.zip", many(8_000, "%04d.ipynb", NOTEBOOK % 0), TOO_MANY),
        "a zip in itself, nearly": ("x.zip", nested(10), "слишком много архивов друг в друге"),
        "more members than there are": ("x.zip", many(70_000, "%05d")[:-20], BROKEN),
        "encrypted": ("x.zip", with_field(LAB, 8, 1), "закрыт паролем"),
        "deflate64": ("x.zip", with_field(LAB, 10, 9), "сжат способом Deflate64"),
        "zstd in a zip": ("x.zip", with_field(LAB, 10, 93), "сжат способом Zstandard"),
        "cut off": ("x.tar.gz", tarred({"a.bin": random.Random(1).randbytes(9999)})[:5000], BROKEN),
        "a cut off zip": ("x.zip", LAB[:-30], BROKEN),
        "no archive": ("x.zip", b"hello", "повреждён, или это не архив"),
        "empty": ("x.zip", b"", "x.zip"),
        "nothing but a beginning": ("x.zip", b"PK\x03\x04broken", BROKEN),
        "bz2": ("x.tar.bz2", b"BZh91AY", "архивы bz2 не открываются"),
        "xz": ("x.txz", b"\xfd7zXZ\0", "архивы xz не открываются"),
        "zstd": ("x.tar.zst", b"\x28\xb5\x2f\xfd", "архивы zst не открываются"),
        "rar": ("x.rar", b"Rar!\x1a\x07\0", "архивы rar не открываются"),
        "7z": ("x.7z", b"7z\xbc\xaf\x27\x1c", "архивы 7z не открываются"),
        "what only looks packed by us": ("x.zip", PACKED + zlib.compress(b"0" * (1 << 20)), "не архив"),
    }


def test_a_hostile_archive_is_a_row_of_its_student(works):
    for student, (name, data, _) in hostile().items():
        put(works / student / name, data)
    started = time.monotonic()
    grade("работы", "--feedback", "отзывы")
    assert time.monotonic() - started < 90
    assert honest() == HONEST and {row["student"] for row in rows().values()} == {*hostile(), *map(student_of, HONEST)}
    for student, (_, _, words) in hostile().items():
        own = [row for row in rows().values() if row["student"] == student]
        said = " | ".join(row["feedback"].replace(JUPYTERS, "").replace(f"{student}/", "") for row in own)
        assert words in said and not LATIN_SENTENCE.search(said), said
        assert len(own) <= opening.MOST_WORKS + 1 and all(row["score"] == "0" for row in own), student
        assert max(map(len, said.split(" | "))) < 1000


def test_what_was_found_before_the_end_of_the_budget_counts(works):
    put(works / "Усердный" / "x.zip", many(2 * opening.MOST_WORKS, "%02d.ipynb", NOTEBOOK % MOST))
    put(works / "Усердный" / "a.ipynb", MOST)
    grade("работы")
    scores = [row["score"] for row in rows().values() if row["student"] == "Усердный"]
    assert scores.count(str(MOST)) == opening.MOST_WORKS and scores.count("0") == 1


@pytest.mark.parametrize(
    ("budget", "archive", "words"),
    [
        ({"members": 30}, many(12, "%02d.txt", b"x"), ["в архиве слишком много файлов и папок"]),
        ({"seconds": 1}, zeros(960), ["не удалось прочитать за 1 с", "ушло всё отведённое время"]),
    ],
    ids=["members", "seconds"],
)
def test_all_archives_of_a_student_have_one_budget(works, monkeypatch, budget, archive, words):
    monkeypatch.setattr(finding, "OF_A_STUDENT", replace(finding.OF_A_STUDENT, **budget))
    for number in range(4):
        put(works / "Хакеров" / f"{number}.{'zip' if archive[:2] == b'PK' else 'tar.gz'}", archive)
    started = time.monotonic()
    grade("работы")
    said = " | ".join(row["feedback"] for row in rows().values())
    assert all(text in said for text in words) and honest() == HONEST and time.monotonic() - started < 20


def test_works_that_never_end_cost_one_student_only(works, monkeypatch):
    class Slow(FakeGrader):
        def grade(self, data, name):
            if "Хакеров" in name:
                clock.append(clock[-1] + 30)
            return super().grade(data, name)

    clock = [0]
    monkeypatch.setattr(group, "Grader", Slow)
    monkeypatch.setattr(group.time, "monotonic", lambda: clock[-1])
    put(works / "Хакеров" / "x.zip", zipped({f"{number}.ipynb": 0 for number in range(8)}))
    grade("работы", "--jobs", "1")
    statuses = [row["status"] for row in rows().values() if row["student"] == "Хакеров"]
    assert statuses.count("timeout") == 3 and honest() == HONEST


# --- the archive of a class ---


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"PK\x03\x04", BROKEN),
        (tarred({"a": b"x" * 9999})[:90], BROKEN),
        (many(9, "%d")[:-9], BROKEN),
        (OUTSIDE, "файл вне папки архива: ../../lab.ipynb"),
    ],
    ids=["a beginning", "a cut off tar", "a cut off zip", "outside"],
)
def test_a_broken_class_archive_is_one_line(data, words, capsys):
    name = put("class.zip" if data[:2] == b"PK" else "class.tgz", data).name
    grade(name, status=2)
    error = capsys.readouterr().err
    assert words in error and error.count("\n") == 1 and not os.path.exists("оценки.csv")


def test_a_hostile_archive_in_that_of_a_class(works):
    put(works / "Хакеров" / "x.zip", zips_of_zeros())
    files = {path.relative_to(works).as_posix(): path.read_bytes() for path in works.rglob("*.*")}
    put("class.zip", zipped(files))
    grade("class.zip")
    assert honest() == HONEST


# --- everything takes time in proportion ---


def test_a_large_archive_takes_seconds(tmp_path):
    names = many(2_000, "Student%04d/lab.ipynb", NOTEBOOK % MOST).replace(b"Student", "Студент".encode("cp866"))
    for data, count, first in ((names, 2_000, "Студент0000/lab.ipynb"), (many(100_000, "%06d/"), 100_000, "000000")):
        put("class.zip", data)
        started = time.process_time()
        with finding.Finder(tmp_path) as finder:
            found = finder.look_into_the_class_archive("class.zip")
        assert (len(found), found[0].name) == (count, first) and time.process_time() - started < 5


# --- errors of the system are nobody's mark ---


def fails(number):
    def fail(*_, **__):
        raise OSError(number, os.strerror(number))

    return fail


@pytest.mark.parametrize(
    ("owner", "name", "fail", "words"),
    [
        (opening, "tempfile", SimpleNamespace(NamedTemporaryFile=fails(errno.ENOSPC)), "на диске нет места"),
        (sandbox.Sandbox, "start", fails(errno.EAGAIN), "не хватает процессов"),
        (opening.StoredFile, "open", fails(errno.EIO), "ошибка диска"),
    ],
    ids=["no room", "no process", "cannot read"],
)
def test_what_the_system_refuses_is_no_mark(works, monkeypatch, capsys, owner, name, fail, words):
    with monkeypatch.context() as patch:
        patch.setattr(owner, name, fail)
        grade("работы", status=2)
    row = next(row for row in rows().values() if row["student"] == "Петрова")
    assert (row["score"], row["status"]) == ("", "unreadable") and words in row["feedback"]
    assert "не оценены" in capsys.readouterr().err


def test_a_full_disk_costs_no_point(works, monkeypatch, tmp_path):
    """A real one: a file system of 200 KB, which an honest archive fills."""
    small = tmp_path / "t"
    small.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=200k", "t", small]
    if os.geteuid() or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("only root can mount a small file system")
    try:
        monkeypatch.setattr(tempfile, "tempdir", str(small))
        noise = "".join(map(chr, random.Random(0).choices(range(0x400, 0x4FF), k=400_000)))
        put(works / "Честный" / "lab.zip", zipped({"lab.ipynb": NOTEBOOK % MOST + " " * 9 + noise}))
        grade("работы", status=2)
        table = rows(key="student")
        assert table["Честный"]["score"] == "" and "на диске нет места" in table["Честный"]["feedback"]
        assert honest() == HONEST
    finally:
        subprocess.run(["umount", "-l", small], check=True)


# --- what we write is bounded ---


@pytest.mark.parametrize("length", [100, 124, 127])
def test_a_long_cyrillic_name_has_a_page(works, length):
    name = "Щ" * (length - 6) + ".ipynb"
    put(works / name, MOST)
    grade("работы", "--feedback", "отзывы")
    assert len([page for page in os.listdir("отзывы") if page.startswith("Щ")]) == 1


def test_a_shortened_name_is_short_has_its_ending_and_is_itself():
    names = {shortened("Щ" * 300 + f"{number}.ipynb") for number in range(10)}
    assert len(names) == 10 and all(len(n.encode()) <= LONGEST_NAME and n.endswith(".ipynb") for n in names)
    assert shortened("Иванов.ipynb") == "Иванов.ipynb"


def test_no_page_goes_through_a_link_of_a_student(works, tmp_path):
    (tmp_path / "outside").mkdir()
    put(works / "Хакеров" / "work\x01.zip", zipped({"lab.ipynb": MOST}))
    (works / "Хакеров" / "work .zip").symlink_to(tmp_path / "outside")
    grade("работы", "--feedback", "работы")
    assert os.listdir(tmp_path / "outside") == []
    assert (works / "Хакеров" / "work .zip — отзыв" / "lab.ipynb.html").is_file()


# --- runs that were killed ---


def test_what_a_killed_run_has_left_is_removed_and_nothing_else(tmp_path):
    code = f"""
import os, sys
sys.path.insert(0, {str(ROOT)!r})
from grading.confined.folders import run_folder
with run_folder({str(tmp_path)!r}) as folder:
    open(folder + "/archive", "w").close()
    print(folder, flush=True)
    sys.stdin.read()
"""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with (
        subprocess.Popen([sys.executable, "-c", code], **pipes) as killed,
        subprocess.Popen([sys.executable, "-c", code], **pipes) as alive,
    ):
        left, living = killed.stdout.readline().strip(), alive.stdout.readline().strip()
        killed.kill()
        killed.wait()
        put(tmp_path / "grading-results" / "оценки.csv", "")  # a teacher's
        with folders.run_folder(tmp_path):
            assert not os.path.exists(left) and os.path.exists(living + "/archive")
        alive.communicate()
    assert sorted(name for name in os.listdir(tmp_path) if name.startswith("grading-")) == ["grading-results"]


# --- the files that a student's function writes ---

# functions that write without end, in four ways that counting files by name does not see
WRITERS = {
    "keeps deleted files": "k = []\nwhile 1: k.append(open('x', 'wb', 0)); os.unlink('x'); k[-1].write(b'x' * 10**6)",
    "renames a folder": "for n in range(10**6):\n os.makedirs(f'{n}/d'); open(f'{n}/d/x', 'wb').write(b'x' * 200000)\n"
    " os.rename(f'{n}', f'r{n}')",
    "links": "open('x', 'w').close()\nfor n in range(10**6): os.link('x', str(n))",
    "makes unnamed files": "k = []\nwhile 1: k.append(os.open('.', os.O_TMPFILE | 2)); os.write(k[-1], b'x' * 200000)",
}


@pytest.fixture
def write_with(tmp_path):
    """A function that lets a student's function run: how it ended, how many bytes of the disk were taken meanwhile."""
    box = sandbox.Sandbox(tmp_path)

    def run(code):
        free, before, ended = [], os.statvfs(tmp_path), threading.Event()

        def look():
            while not ended.wait(0.02):
                free.append(os.statvfs(tmp_path).f_bfree)

        watcher = threading.Thread(target=look)
        watcher.start()
        outcome, _, _ = box.call(5, "import os\ndef f(sizes):\n" + re.sub("(?m)^", "    ", code), "f", [[1, 1], [2, 2]])
        ended.set()
        watcher.join()
        return outcome, (before.f_bfree - min(free, default=before.f_bfree)) * before.f_frsize

    yield run
    box.end()


@pytest.mark.skipif(bool(confinement.missing_protection()), reason="no Landlock or no seccomp here")
@pytest.mark.parametrize("code", WRITERS.values(), ids=WRITERS)
def test_what_a_function_writes_is_bounded(write_with, code):
    outcomes, taken = zip(*(write_with(code) for _ in range(3)), strict=True)  # others may write at the same time
    assert {*outcomes} == {"error"} and min(taken) < 100 << 20


def test_a_function_that_saves_a_small_file_is_right(write_with):
    outcome, _ = write_with("np.save('w.npy', np.ones(sizes))\nreturn {'W1': np.load('w.npy')}")
    assert outcome == "done"


# --- the limits of a container ---


def test_fewer_works_run_in_little_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(limits, "CGROUPS", tmp_path)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(16)))
    for most, quick, jobs in ((4 << 30, False, 4), (4 << 30, True, 12), (1 << 29, False, 1), ("max", False, 16)):
        put(tmp_path / "memory.max", f"{most}\n")
        assert limits.jobs_within_limits(16, quick) == jobs


def test_the_guide_names_the_limits():
    guide = (ROOT / "docs" / "teacher.md").read_text(encoding="utf-8").replace("\u00a0", " ")
    budget = opening.OF_A_STUDENT
    for words in (
        f"{budget.members:,} файлов, {budget.size >> 30} ГБ распакованного".replace(",", " ", 1),
        f"{budget.works} работ, {budget.seconds:g} с процессорного времени",
        f"не больше {unpacking.LARGEST_NOTEBOOK >> 20} МБ",
        f"больше {group.MOST_TIMEOUTS} пределов",
        f"{worker.MOST_FILES} файлов по {worker.FILE_SIZE >> 10} КБ",
        f"{run_nbval.MOST_FILES} по {run_nbval.FILE_SIZE >> 20} МБ",
        f"{limits.MEMORY >> 20} МБ на работу, с `--quick` — {limits.MEMORY_QUICK >> 20} МБ",
    ):
        assert words in guide, words


# --- a fuzz ---

SEEDS = {
    "x.zip": lambda: zipped({"a/lab.ipynb": MOST, "a/b/": "", "b.zip": zipped({"lab.ipynb": 1}), "c.bin": b"x" * 999}),
    "x.tar": lambda: tarred({"a/lab.ipynb": NOTEBOOK % MOST, "б" * 90: "x" * 2000}, "w"),
    "x.tar.gz": lambda: tarred({"a/lab.ipynb": NOTEBOOK % MOST, "b.bin": "x" * 2000}),
}


def mutated(data, dice):
    """A few bytes changed, repeated, taken out, or the rest cut off."""
    data = bytearray(data)
    for _ in range(dice.choice((1, 1, 2, 4, 8))):
        place = dice.randrange(len(data))
        what = dice.randrange(5)
        if what == 0:
            data[place] = dice.choice((0, 1, 0x7F, 0x80, 0xFF, dice.randrange(256)))
        elif what == 1:
            data[place : place + 4] = dice.choice((b"\xff" * 4, b"\0" * 4, struct.pack("<I", dice.randrange(1 << 32))))
        elif what == 2:
            data[place:place] = data[place : place + dice.randrange(1, 600)]
        elif what == 3:
            del data[place : place + dice.randrange(1, 600)]
        else:
            data[place : place + 8] = b"%d" % dice.randrange(1 << 40)
        data = data or bytearray(b"x")
    return bytes(data)


@pytest.mark.parametrize("count", [100, pytest.param(3000, marks=pytest.mark.thorough)])
def test_mutated_archives_lose_nobody(works, count):
    dice = random.Random(count)
    for number in range(count):
        name, make = dice.choice(list(SEEDS.items()))
        data = make()
        if name == "x.tar.gz" and dice.random() < 0.7:  # what is packed
            data = gzip.compress(mutated(gzip.decompress(data), dice))
        else:
            data = mutated(data, dice)
        put(works / f"{number:04}" / name, data)
    grade("работы", "--feedback", "отзывы")
    table = rows()
    students = {f"{number:04}" for number in range(count)} | {student_of(place) for place in HONEST}
    assert {row["student"] for row in table.values()} == students
    assert {table[place]["score"] for place in HONEST} == {str(MOST)}
