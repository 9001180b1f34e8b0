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
from types import SimpleNamespace

import pytest

if sys.platform != "linux":
    pytest.skip("the grader needs Linux", allow_module_level=True)

from classes import MOST, NOTEBOOK, FakeGrader, grade, put, rows, use_fakes, zipped

from common.lab import ROOT
from grading import finding, group, opening
from grading.confined import confinement, folders, limits, run_nbval, sandbox, unpacking, worker
from grading.confined.unpacking import PACKED
from grading.names import LONGEST_NAME, shortened

HONEST = {"Иванов/lab.ipynb", "Петрова/lab.zip/lab.ipynb", "Сидорова/lab.tar.gz/lab.ipynb"}
LARGEST_FILE = 16 << 20  # that a run may write: none of the hostile archives here is larger
JUPYTERS = "Clear Outputs of All Cells"  # the words of a menu
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


def zeros(megabytes):
    """A tar.gz with a file of so many, made in no time: gzip files may be joined."""
    return gzip.compress(header("a.bin", megabytes << 20)) + gzip.compress(bytes(16 << 20)) * (megabytes >> 4)


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
    "zips of zeros in a zip": ("x.zip", lambda: zip_of_zips(12), "слишком много блокнотов"),
    "zeros without end": (
        "x.tar.gz",
        lambda: zeros(1200),
        "слишком велик",
    ),
    "entries on one member in bz2": (
        "x.zip",
        lambda: many_entries_on_one_member(100, zipfile.ZIP_BZIP2),
        "сжат способом bzip2",
    ),
    "entries on one member": ("x.zip", lambda: many_entries_on_one_member(100), "слишком много блокнотов"),
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
    said = " | ".join(row["feedback"].replace(JUPYTERS, "") for row in own)
    assert 0 < len(own) <= opening.MOST_WORKS + 1 and len(own) + len(HONEST) == len(table)
    assert words in said and not LATIN_SENTENCE.search(said), said
    assert all(row["score"] == "0" for row in own) and max(map(len, said.split(" | "))) < 1000


def test_what_was_found_before_the_end_of_the_budget_counts(works):
    put(works / "Усердный" / "x.zip", many(2 * opening.MOST_WORKS, "%02d.ipynb", NOTEBOOK % MOST))
    put(works / "Усердный" / "a.ipynb", MOST)
    grade("работы")
    scores = [row["score"] for row in rows().values() if row["student"] == "Усердный"]
    assert scores.count(str(MOST)) == opening.MOST_WORKS and scores.count("0") == 1


def test_all_archives_of_a_student_have_one_budget(works, monkeypatch):
    monkeypatch.setattr(
        finding, "OF_A_STUDENT", finding.OF_A_STUDENT.__class__(**{**vars(finding.OF_A_STUDENT), "members": 30})
    )
    for number in range(4):
        put(works / "Хакеров" / f"{number}.zip", many(12, "%02d.txt", b"x"))
    grade("работы")
    assert rows()["Хакеров/2.zip"]["feedback"].startswith("в архиве слишком много файлов и папок")
    assert {place for place, row in rows().items() if row["score"] == str(MOST)} == HONEST


def test_the_time_of_a_student_is_bounded(works, monkeypatch):
    monkeypatch.setattr(
        finding, "OF_A_STUDENT", finding.OF_A_STUDENT.__class__(**{**vars(finding.OF_A_STUDENT), "seconds": 1})
    )
    for number in range(3):
        put(works / "Хакеров" / f"{number}.tar.gz", zeros(960))
    started = time.monotonic()
    grade("работы")
    said = {row["feedback"].partition("| ")[2] or row["feedback"] for row in rows().values() if row["score"] == "0"}
    assert any("не удалось прочитать за 1 с" in words for words in said), said
    assert any("ушло всё отведённое время" in words for words in said) and time.monotonic() - started < 20


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
    assert statuses.count("timeout") == 3 and {p for p, row in rows().items() if row["score"] == str(MOST)} == HONEST


# --- the archive of a class ---


def test_tar_of_the_current_folder(works):
    subprocess.run(["tar", "czf", "class.tar.gz", "-C", "работы", "."], check=True)
    grade("class.tar.gz")
    assert {place: row["score"] for place, row in rows().items()} == dict.fromkeys(HONEST, str(MOST))


@pytest.mark.parametrize(
    "make", [lambda: b"PK\x03\x04", lambda: tarred({"a": b"x" * 9999})[:90], lambda: many(9, "%d")[:-9]]
)
def test_a_broken_class_archive_is_one_line(tmp_path, make, capsys):
    put("class.zip" if make().startswith(b"PK") else "class.tgz", make())
    grade(next(name for name in os.listdir() if name.startswith("class")), status=2)
    error = capsys.readouterr().err
    assert "не открыт: повреждён" in error and error.count("\n") == 1 and not os.path.exists("оценки.csv")


def test_a_hostile_archive_in_that_of_a_class(works):
    put(works / "Хакеров" / "x.zip", zip_of_zips(12))
    put(
        "class.zip",
        zipped({f"{s}/{f}": (works / s / f).read_bytes() for s in os.listdir(works) for f in os.listdir(works / s)}),
    )
    grade("class.zip")
    assert {place for place, row in rows().items() if row["score"] == str(MOST)} == HONEST


# --- everything takes time in proportion ---


def old_names(count):
    data = many(count, "Student%04d/lab.ipynb", NOTEBOOK % MOST)
    return data.replace(b"Student", "Студент".encode("cp866"))


@pytest.mark.parametrize(
    ("make", "count"),
    [(lambda: old_names(2_000), 2_000), (lambda: many(100_000, "%06d/"), 100_000)],
    ids=["names", "folders"],
)
def test_a_large_archive_takes_seconds(tmp_path, make, count):
    put("class.zip", make())
    started = time.process_time()
    with finding.Finder(tmp_path) as finder:
        found = finder.look_into_the_class_archive("class.zip")
    assert len(found) == count and time.process_time() - started < 5
    assert count > 2_000 or found[0].name == "Студент0000/lab.ipynb"


# --- errors of the system are nobody's mark ---


def no_room(*_, **__):
    raise OSError(errno.ENOSPC, "No space left on device")


def no_process(*_):
    raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")


def cannot_read(self):
    raise OSError(errno.EIO, "Input/output error")


@pytest.mark.parametrize(
    ("owner", "name", "fail", "words"),
    [
        (opening, "tempfile", SimpleNamespace(NamedTemporaryFile=no_room), "на диске нет места"),
        (sandbox.Sandbox, "start", no_process, "не хватает процессов"),
        (opening.StoredFile, "open", cannot_read, "ошибка диска"),
    ],
    ids=["no room", "no process", "cannot read"],
)
def test_what_the_system_refuses_is_no_mark(works, monkeypatch, capsys, owner, name, fail, words):
    with monkeypatch.context() as patch:
        patch.setattr(owner, name, fail)
        try:
            grade("работы", status=2)
        finally:
            patch.undo()
            monkeypatch.chdir(works.parent)
    row = next(row for row in rows().values() if row["student"] == "Петрова")
    assert (row["score"], row["status"]) == ("", "unreadable") and words in row["feedback"]
    assert "не оценены" in capsys.readouterr().err


def test_a_full_disk_costs_no_point(works, monkeypatch, tmp_path):
    """A real one: a file system of 200 KB, which an honest archive fills."""
    small = tmp_path / "t"
    small.mkdir()
    if (
        os.geteuid()
        or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=200k", "t", small], capture_output=True).returncode
    ):
        pytest.skip("only root can mount a small file system")
    try:
        monkeypatch.setattr(tempfile, "tempdir", str(small))
        noise = "".join(map(chr, random.Random(0).choices(range(0x400, 0x4FF), k=400_000)))
        put(works / "Честный" / "lab.zip", zipped({"lab.ipynb": NOTEBOOK % MOST + " " * 9 + noise}))
        grade("работы", status=2)
        table = rows(key="student")
        assert table["Честный"]["score"] == "" and "на диске нет места" in table["Честный"]["feedback"]
        assert {place for place, row in rows().items() if row["score"] == str(MOST)} == HONEST
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

WRITERS = {
    "keeps deleted files open": (
        "k = []\nwhile True:\n k.append(open('x', 'wb', 0)); os.unlink('x'); k[-1].write(b'x' * 10**6)"
    ),
    "renames a folder": (
        "n = 0\nwhile True:\n n += 1; os.makedirs(f'{n}/d'); open(f'{n}/d/x', 'wb').write(b'x' * 200000)\n"
        " os.rename(f'{n}', f'r{n}')"
    ),
    "links": "open('x', 'w').close()\nfor n in range(10**6): os.link('x', str(n))",
    "makes unnamed files": (
        "k = []\nwhile True:\n k.append(os.open('.', os.O_TMPFILE | os.O_RDWR)); os.write(k[-1], b'x' * 200000)"
    ),
}


@pytest.mark.skipif(bool(confinement.missing_protection()), reason="no Landlock or no seccomp here")
@pytest.mark.parametrize("body", WRITERS.values(), ids=WRITERS)
def test_what_a_function_writes_is_bounded(tmp_path, body):
    indented = "".join(f"\n    {line}" for line in f"import os\n{body}".split("\n"))
    before = free_blocks(tmp_path)
    box = sandbox.Sandbox(tmp_path)
    try:
        least = []
        watcher = threading.Thread(
            target=lambda: [least.append(free_blocks(tmp_path)) or time.sleep(0.02) for _ in range(50)]
        )
        watcher.start()
        outcome, _, _ = box.call(5, f"def f(sizes):{indented}", "f", [[1, 1]])
        watcher.join()
    finally:
        box.end()
    assert outcome == "error" and before - min(least) < 100 << 20


def free_blocks(path):
    found = os.statvfs(path)
    return found.f_bfree * found.f_frsize


def test_a_function_that_saves_a_small_file_is_right(tmp_path):
    box = sandbox.Sandbox(tmp_path)
    try:
        code = "def f(sizes):\n    np.save('w.npy', np.ones(sizes))\n    return {'W1': np.load('w.npy')}"
        assert box.call(5, code, "f", [[1, 1], [2, 2], [3, 3]])[0] == "done"
    finally:
        box.end()


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
    assert {row["student"] for row in table.values()} == {f"{number:04}" for number in range(count)} | {
        p.split("/")[0] for p in HONEST
    }
    assert {table[place]["score"] for place in HONEST} == {str(MOST)}
