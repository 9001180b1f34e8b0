"""Look into an archive without unpacking it: what it holds, under readable names; a hostile one is refused."""

import bz2
import gzip
import lzma
import os
import posixpath
import re
import stat
import struct
import tarfile
import tempfile
import threading
import zipfile
import zlib
from dataclasses import dataclass
from functools import lru_cache

from grading.names import decode, readable_name

MOST_MEMBERS = 100_000
LARGEST_ARCHIVE = 4 << 30  # bytes, unpacked
LARGEST_TAR = 1 << 30  # it is unpacked to be looked at
SMALLEST_BOMB, COMPRESSION_OF_A_BOMB = 100 << 20, 200
DEEPEST = 3  # an archive in an archive in the archive of the class

DOCUMENTS = (".docx", ".xlsx", ".pptx", ".odt", ".ods", ".odp", ".epub", ".jar", ".whl", ".npz", ".npy", ".pth", ".pt")
SIGNATURES = {
    b"PK\x03\x04": "zip",
    b"PK\x05\x06": "zip",
    b"\x1f\x8b": "gz",
    b"BZh": "bz2",
    b"\xfd7zXZ\0": "xz",
    b"Rar!": "rar",
    b"7z\xbc\xaf": "7z",
}
NAMES = re.compile(r"\.(zip|tar|tgz|tbz2?|txz|tar\.(gz|bz2|xz))$", re.IGNORECASE)
DECOMPRESSORS = {"gz": gzip.open, "bz2": bz2.open, "xz": lzma.open, "tar": open}
BROKEN = (OSError, EOFError, zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, ValueError, struct.error)


class Refused(Exception):
    """The archive is not opened; the text says why."""


@dataclass
class ZipMember:
    """A file in a zip archive."""

    archive: str
    info: zipfile.ZipInfo

    def read(self, most):
        try:
            archive, lock = opened(self.archive)
            with lock, archive.open(self.info) as file:
                return file.read(most)
        except RuntimeError:
            raise ValueError("архив закрыт паролем") from None
        except NotImplementedError:
            raise ValueError("способ сжатия в архиве не поддерживается") from None
        except (*BROKEN, MemoryError):
            raise ValueError("архив повреждён") from None


@dataclass
class StoredMember:
    """A file of a tar archive, unpacked to a place of ours; only its beginning, if nobody will read the rest."""

    path: str

    def read(self, most):
        with open(self.path, "rb") as file:
            return file.read(most)


def kind_of(name, head):
    """zip, tar, rar, …: what an archive is by its first bytes, or at least by its name; "" for another file."""
    if name.lower().endswith(DOCUMENTS):
        return ""
    found = next((kind for signature, kind in SIGNATURES.items() if head.startswith(signature)), "")
    if found in ("gz", "bz2", "xz") and not NAMES.search(name):
        return ""  # one packed file: data
    if not found and NAMES.search(name):
        found = "tar" if head[257:262] == b"ustar" else "?"
    return found


def members(path, kind, shelf, wanted):
    """(parts of the name, member) for each file and each empty folder (member None), nothing being unpacked.

    `shelf`: a folder for what must be unpacked; `wanted(name, head)`: whether somebody will read a file of a tar.
    """
    try:
        if kind == "zip":
            yield from zip_members(path)
        elif kind in DECOMPRESSORS:
            yield from tar_members(path, kind, shelf, wanted)
        elif kind == "?":
            raise Refused("повреждён, или это не архив")
        else:
            raise Refused(f"архивы {kind} не открываются; распакуйте его")
    except BROKEN as error:
        raise Refused(f"повреждён ({error})") from None


@lru_cache(maxsize=8)
def opened(path):
    return zipfile.ZipFile(path), threading.Lock()


def zip_members(path):
    archive, _ = opened(path)
    infos = archive.infolist()
    check_size(len(infos), sum(info.file_size for info in infos), LARGEST_ARCHIVE, os.path.getsize(path))
    raw_names = [raw_name(info) for info in infos]
    for info, raw in zip(infos, raw_names, strict=True):
        name = readable_path(decode(raw, *raw_names[:1000]))
        check_name(name)
        if stat.S_ISLNK(info.external_attr >> 16):
            raise Refused(f"в нём ссылка: {name}")
    names = [readable_path(decode(raw, *raw_names[:1000])) for raw in raw_names]
    for name, info in zip(names, infos, strict=True):
        if not name.endswith("/"):
            yield parts_of(name), ZipMember(path, info)
        elif not any(other.startswith(name) for other in names if other != name):
            yield parts_of(name), None


def raw_name(info):
    """The bytes of a member's name, in UTF-8 if the archive says what it is."""
    if info.flag_bits & 0x800:
        return info.orig_filename.encode("utf-8", "surrogateescape")
    raw = info.orig_filename.encode("cp437")
    extra = info.extra
    while len(extra) >= 4:  # Info-ZIP's field with the name in UTF-8
        tag, size = struct.unpack_from("<HH", extra)
        if tag == 0x7075 and size > 5 and zlib.crc32(raw) == struct.unpack_from("<I", extra, 5)[0]:
            return extra[9 : 4 + size]
        extra = extra[4 + size :]
    return raw


def tar_members(path, kind, shelf, wanted):
    with (
        DECOMPRESSORS[kind](path, "rb") as file,
        tarfile.open(fileobj=Bounded(file), mode="r|", errors="surrogateescape") as archive,
    ):
        total = count = 0
        for info in archive:
            count, total = count + 1, total + info.size
            check_size(count, total, LARGEST_TAR, os.path.getsize(path))
            name = readable_path(decode(os.fsencode(info.name)))
            check_name(name)
            if info.isfile():
                content = archive.extractfile(info)
                head = content.read(512)
                with tempfile.NamedTemporaryFile(dir=shelf, delete=False) as copy:
                    copy.write(head)
                    while wanted(name, head) and (part := content.read(1 << 20)):
                        copy.write(part)
                yield parts_of(name), StoredMember(copy.name)
            elif info.isdir():
                yield parts_of(name), None
            else:
                raise Refused(f"в нём ссылка или устройство: {name}")


class Bounded:
    """A file of which only so much is read: nobody knows how large an archive is before it is unpacked."""

    def __init__(self, file):
        self.file, self.rest = file, LARGEST_TAR + (64 << 20)

    def read(self, size):
        if self.rest < size:
            raise Refused(f"распакованный, он больше {LARGEST_TAR >> 20} МБ")
        self.rest -= size
        return self.file.read(size)


def check_size(count, total, largest, packed):
    if count > MOST_MEMBERS:
        raise Refused(f"в нём больше {MOST_MEMBERS} файлов")
    if total > largest or (total > SMALLEST_BOMB and total > COMPRESSION_OF_A_BOMB * packed):
        raise Refused(f"распакованный, он занял бы {total >> 20} МБ")


def check_name(name):
    if name.startswith("/") or name[1:2] == ":" or ".." in name.split("/"):
        raise Refused(f"файл вне папки архива: {name}")


def readable_path(text):
    return readable_name(text.replace("\\", "/"))


def parts_of(name):
    return tuple(part for part in posixpath.normpath(name).split("/") if part != ".")
