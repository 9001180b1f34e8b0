"""Files that are written whole or not at all, on any system."""

import contextlib
import os
import stat
import tempfile


def replace_file(path, content, follow=True, durable=False):
    """Write a text, or bytes, beside `path`, then rename: the old file is whole until the new one is.

    `follow`: a link is followed, a device or a pipe takes the text as it comes, the file keeps its rights; otherwise
    a new file takes their place.
    `durable`: this holds even if the power fails.
    """
    if isinstance(content, str):
        content = content.encode()
    if follow:
        path = path.resolve()
        if path.exists() and not path.is_file():
            path.write_bytes(content)
            return
    rights = os.stat(path) if follow and path.exists() else None
    file = new_file_beside(path)
    try:
        with file:
            file.write(content)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        if rights and hasattr(os, "chown"):
            with contextlib.suppress(OSError):
                os.chown(file.name, rights.st_uid, rights.st_gid)
        os.chmod(file.name, stat.S_IMODE(rights.st_mode) if rights else 0o666 & ~UMASK)
        os.replace(file.name, path)
    except BaseException:
        os.unlink(file.name)
        raise


def new_file_beside(path):
    return tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", suffix=".tmp", delete=False)


def check_writable(path):
    """Raise OSError if a file could not be put at `path`; leaves nothing behind."""
    path = path.resolve()
    if path.is_dir():
        raise IsADirectoryError(f"это папка: {path}")
    if not path.exists() or path.is_file():
        with new_file_beside(path) as file:
            os.unlink(file.name)


def current_umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask


UMASK = current_umask()
