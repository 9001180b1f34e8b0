"""Look into an archive that a student has handed in, in a confined child (see worker.py): nothing in it is trusted.

What is found goes out at once, so that it counts even if the rest can't be looked at. Whatever an archive holds,
archives in it included, comes out of one budget; what its headers say about sizes counts for nothing.
"""

import errno
import gzip
import io
import os
import re
import stat
import struct
import tarfile
import time
import zipfile
import zlib
from dataclasses import asdict, dataclass

from grading.names import PAGE_BEGINNING, code_page, is_utf_8, readable_name, shortened

LARGEST_NOTEBOOK = 30 << 20
LARGEST_INNER_ARCHIVE = 200 << 20
DEEPEST = 3  # an archive in an archive in the archive of the class
DEEPEST_FOLDER = 40
LONGEST_PATH, LONGEST_SHOWN = 2_000, 100  # characters
NAMES_OF_A_TAR = 20  # enough to tell its code page
MOST_OTHERS = 100  # files of a student's that are no work and are named
HEAD = 512
TOO_LARGE = (
    f"файл больше {LARGEST_NOTEBOOK >> 20} МБ. Очистите в Jupyter результаты (Edit → Clear Outputs of All Cells) "
    "и сохраните его ещё раз"
)
HAND_IN_THE_NOTEBOOK = "Сдайте сам блокнот .ipynb"
TOO_MUCH = {
    "members": "в архиве слишком много файлов и папок, просмотрены не все",
    "size": "распакованный архив слишком велик, просмотрен не весь",
    "works": "в архиве слишком много блокнотов, взяты не все",
}

DOCUMENTS = (".docx", ".xlsx", ".pptx", ".odt", ".ods", ".odp", ".epub", ".jar", ".whl", ".npz", ".npy", ".pth", ".pt")
SIGNATURES = {
    b"PK\x03\x04": "zip",
    b"PK\x05\x06": "zip",
    b"\x1f\x8b": "gz",
    b"BZh": "bz2",
    b"\xfd7zXZ\0": "xz",
    b"\x28\xb5\x2f\xfd": "zst",
    b"Rar!": "rar",
    b"7z\xbc\xaf": "7z",
}
ONE_PACKED_FILE = ("gz", "bz2", "xz", "zst")  # unless the name says that it is a tar
OPENED = ("zip", "gz", "tar", "?")  # "?": only its name is that of an archive
NAMES = re.compile(r"\.(zip|rar|7z|tar|tgz|tbz2?|txz|tzst|tar\.(gz|bz2|xz|zst))$", re.IGNORECASE)
METHODS = {9: "Deflate64", 12: "bzip2", 14: "LZMA", 93: "Zstandard", 95: "xz", 98: "PPMd"}
READ_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
SYSTEM_FILES = {"__macosx", "__pycache__", "thumbs.db", "desktop.ini"}
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
# the keys of a notebook, in any order
NOTEBOOK_KEYS = (re.compile(rb'"(cells|worksheets)"\s*:\s*\['), re.compile(rb'"nbformat"\s*:\s*\d'))
PACKED = b"\0packed\n"  # then a zlib stream: what we keep takes no more room than what was handed in
# the file itself can't be read; all other errors come from what is in it
SYSTEM_ERRORS = (errno.EIO, errno.ESTALE, errno.ETIMEDOUT, errno.ENXIO, errno.EREMOTEIO, errno.ENOMEM)


@dataclass
class Budget:
    """What the archives of one student, or the archive of a class, may still take."""

    members: int
    size: int  # bytes that come out of the archives
    works: int
    seconds: float


class NotLookedAt(Exception):
    """An archive is not looked at, or not all of it; the text says why."""


class Spent(Exception):
    """The budget is used up: nothing else is looked at; the text says what there is too much of."""


def unpack(file, send, name, budget, depth, whole_class):
    """Send what is in a file: `send(kind, parts, reason, data)` for each finding, at last what the budget has left.

    `depth`: in how many archives the file itself lies; `whole_class`: archives in this one are sent as they are.
    """
    looker = Looker(Budget(**budget), send, whole_class)
    try:
        if starts_with(file, PACKED):
            file = io.BytesIO(plain(file.read(), LARGEST_INNER_ARCHIVE))
        looker.look(file, (), name, depth)
    except Spent as spent:
        send("refused", (), f"{spent}. {HAND_IN_THE_NOTEBOOK}")
    except OSError as error:
        send("closed", (), errno.errorcode.get(error.errno, ""))
    looker.budget.seconds -= time.process_time()
    send("end", (), left=asdict(looker.budget))


def starts_with(file, beginning):
    found = file.read(len(beginning)) == beginning
    file.seek(0)
    return found


def plain(data, most=LARGEST_NOTEBOOK):
    """The bytes of a file that was kept packed, in UTF-8 if they were in UTF-16."""
    if data.startswith(PACKED):
        data = zlib.decompressobj().decompress(data[len(PACKED) :], most)
    return data.decode("utf-16", "replace").encode() if data.startswith(UTF_16) else data


class Looker:
    """Looks at a file, and at what is in it if it is an archive."""

    def __init__(self, budget, send, whole_class):
        self.budget = budget
        self.send_out = send
        self.whole_class = whole_class
        self.sent = 0
        self.others = 0

    def send(self, kind, parts, reason="", data=None):
        """Pass on a finding; `parts`: its place below the file that was handed in."""
        self.sent += 1
        if kind in ("notebook", "refused") or (kind in ("link", "special") and is_notebook_name(parts[-1])):
            self.spend("works", 1)
        elif not self.whole_class:
            self.others += 1
            if self.others > MOST_OTHERS:
                return
        packed = None if data is None else PACKED + zlib.compress(data, 1)
        self.send_out(kind, [shortened(part) for part in parts], reason, packed)

    def spend(self, what, number):
        left = getattr(self.budget, what) - number
        if left < 0:
            raise Spent(TOO_MUCH[what])
        setattr(self.budget, what, left)

    def look(self, file, parts, name, depth):
        """A file: a notebook, an archive, or neither. Its own place is ()."""
        head = file.read(HEAD)
        kind = kind_of(name, head)
        if kind and kind not in OPENED:
            self.send("refused", parts, not_opened(kind))
        elif kind and self.whole_class and parts:
            try:
                self.send("archive", parts, data=inner_archive(head, file))
            except NotLookedAt as reason:
                self.send("refused", parts, f"архив {shortened(name)}: {reason}")
        elif kind:
            self.look_into(file, head, kind, parts, name, depth)
        elif is_notebook_name(name) or may_be_notebook(head):
            self.look_at_notebook(file, head, parts, name)
        else:
            self.send("page" if head.startswith(PAGE_BEGINNING.encode()) else "file", parts)

    def look_at_notebook(self, file, head, parts, name):
        data = head + file.read(LARGEST_NOTEBOOK + 1 - len(head))
        if not is_notebook_name(name) and not is_notebook(data):
            self.send("file", parts)
        elif len(data) > LARGEST_NOTEBOOK:
            self.send("refused", parts, TOO_LARGE)
        else:
            self.send("notebook", parts, data=data if parts else None)

    def look_into(self, file, head, kind, parts, name, depth):
        """What is in an archive, and why not all of it is looked at."""
        before = self.sent
        try:
            if depth >= DEEPEST:
                raise NotLookedAt("слишком много архивов друг в друге")
            if kind == "?":
                raise NotLookedAt("повреждён, или это не архив")
            if parts:  # a member of an archive
                file = io.BytesIO(inner_archive(head, file))
            file.seek(0)
            if kind == "zip":
                self.look_into_zip(file, parts, depth)
            else:
                self.look_into_tar(gzip.GzipFile(fileobj=file) if kind == "gz" else file, parts, depth)
            if self.sent == before:
                self.send("empty", parts)
        except Exception as error:
            reason = words(error)  # raises what is no fault of the archive
            advice = "" if self.whole_class else f". {HAND_IN_THE_NOTEBOOK}"
            self.send("refused", parts, f"архив {shortened(name)}: {reason}{advice}")

    def look_into_zip(self, file, parts, depth):
        archive = zipfile.ZipFile(file)
        infos = archive.infolist()
        seen = infos[: self.budget.members]
        self.budget.members -= len(seen)
        raws = [raw_name(info) for info in seen]
        page = code_page(raws)
        members = {}
        for info, raw in zip(seen, raws, strict=True):
            if inner := self.place(raw, page, parts):
                members[inner] = info  # of several with one name the last counts, as when they are unpacked
        filled = folders_around(members)
        for inner, info in sorted(members.items(), key=lambda item: not is_notebook_name(item[0][-1])):
            if info.filename.endswith(("/", "\\")):
                if inner not in filled:
                    self.send("empty", (*parts, *inner))
            elif stat.S_ISLNK(info.external_attr >> 16):
                self.send("link", (*parts, *inner))
            else:
                self.look_at_zip_member(archive, info, (*parts, *inner), depth)
        if len(seen) < len(infos):
            self.spend("members", 1)

    def look_at_zip_member(self, archive, info, parts, depth):
        name = parts[-1]
        try:
            if info.flag_bits & 1:
                raise NotLookedAt("закрыт паролем")
            if info.compress_type not in READ_METHODS:
                raise NotLookedAt(
                    f"сжат способом {METHODS.get(info.compress_type, info.compress_type)}, он не открывается"
                )
            with archive.open(info) as member:
                self.look(Counted(member, self), parts, name, depth + 1)
        except Exception as error:
            reason = words(error)
            if is_notebook_name(name) or kind_of(name, b""):
                self.send("refused", parts, f"в архиве файл {reason}. {HAND_IN_THE_NOTEBOOK}")
            else:
                self.send("file", parts)

    def look_into_tar(self, file, parts, depth):
        old_names, page, folders, filled = [], None, {}, set()
        with tarfile.open(fileobj=Counted(file, self), mode="r|", errors="surrogateescape") as archive:
            for info in archive:
                self.spend("members", 1)
                raw = os.fsencode(info.name[-LONGEST_PATH - 1 :])
                if len(old_names) < NAMES_OF_A_TAR and not is_utf_8(raw):
                    old_names.append(raw)
                    page = code_page(old_names)
                if not (inner := self.place(raw, page, parts)):
                    continue
                folders_around([inner], filled)
                if info.isdir():
                    folders[inner] = None
                elif info.isfile():
                    self.look(archive.extractfile(info), (*parts, *inner), inner[-1], depth + 1)
                else:
                    self.send("link" if info.issym() or info.islnk() else "special", (*parts, *inner))
        for inner in folders:
            if inner not in filled:
                self.send("empty", (*parts, *inner))

    def place(self, raw, page, parts):
        """The parts of a member's name; () for the archive's own folder, what is hidden and what can't be named."""
        name = readable_name(raw[-LONGEST_PATH:], page).replace("\\", "/")
        if name.startswith("/") or name[1:2] == ":" or ".." in name.split("/"):
            raise NotLookedAt(f"файл вне папки архива: {name[:LONGEST_SHOWN]}")
        inner = tuple(part for part in name.split("/") if part not in ("", "."))
        hidden = next((number for number, part in enumerate(inner, 1) if is_hidden(part)), 0)
        if hidden:
            self.send("hidden", (*parts, *inner[:hidden]))
        elif len(raw) > LONGEST_PATH or len(inner) > DEEPEST_FOLDER:
            kind = "refused" if is_notebook_name(inner[-1]) else "file"
            self.send(kind, (*parts, inner[-1]), "имя файла слишком длинное. Переименуйте его")
        else:
            return inner
        return ()


class Counted:
    """A file of which each byte that is read counts."""

    def __init__(self, file, looker):
        self.file, self.looker = file, looker

    def read(self, size):
        data = self.file.read(size)
        self.looker.spend("size", len(data))
        return data


def inner_archive(head, file):
    """All bytes of an archive in an archive."""
    data = head + file.read(LARGEST_INNER_ARCHIVE)
    if len(data) > LARGEST_INNER_ARCHIVE:
        raise NotLookedAt(f"больше {LARGEST_INNER_ARCHIVE >> 20} МБ")
    return data


def folders_around(names, found=None):
    """All folders in which something with one of these names lies."""
    found = set() if found is None else found
    for name in names:
        while (name := name[:-1]) and name not in found:
            found.add(name)
    return found


def raw_name(info):
    """The bytes of a member's name, in UTF-8 if the archive says what it is."""
    if info.flag_bits & 0x800:
        return info.orig_filename.encode("utf-8", "surrogateescape")
    raw = info.orig_filename.encode("cp437")
    extra = info.extra
    while len(extra) >= 4:  # Info-ZIP's field with the name in UTF-8
        tag, size = struct.unpack_from("<HH", extra)
        if tag == 0x7075 and size > 5 and extra[5:9] == struct.pack("<I", zlib.crc32(raw)):
            return extra[9 : 4 + size]
        extra = extra[4 + size :]
    return raw


def words(error):
    """What is wrong with an archive; raises what is not its fault."""
    if isinstance(error, Spent) or (isinstance(error, OSError) and error.errno in SYSTEM_ERRORS):
        raise error
    if isinstance(error, NotLookedAt):
        return str(error)
    return "слишком велик" if isinstance(error, MemoryError) else "повреждён"


def kind_of(name, head):
    """zip, tar, rar, …: what an archive is by its first bytes, or at least by its name; "" for another file."""
    if name.lower().endswith(DOCUMENTS):
        return ""
    found = next((kind for signature, kind in SIGNATURES.items() if head.startswith(signature)), "")
    if found in ONE_PACKED_FILE and not NAMES.search(name):
        return ""  # one packed file: data
    if not found and NAMES.search(name):
        found = "tar" if head[257:262] == b"ustar" else "?"
    return found


def not_opened(kind):
    return f"архивы {kind} не открываются. Распакуйте его или сдайте архив .zip"


def is_notebook_name(name):
    return name.lower().endswith(".ipynb")


def may_be_notebook(head):
    return head.startswith(UTF_16) or head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{")


def is_notebook(data):
    """Whether a file with another name holds a notebook."""
    try:
        return all(key.search(plain(data)) for key in NOTEBOOK_KEYS)
    except ValueError:
        return False


def is_hidden(name):
    return name.startswith(".") or name.lower() in SYSTEM_FILES
