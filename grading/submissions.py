"""Find the hand-ins."""

import os
from pathlib import Path

from common.command import Refusal


def find_submissions(paths):
    """{name of the submission: its file}, in the order of names."""
    found = {}

    def add(name, path):
        parts = [part for part in Path(name).parts if part not in ("..", os.sep)]
        name, number = str(Path(*parts)), 2
        while name in found:
            name, number = f"{Path(*parts)} ({number})", number + 1
        found[name] = path

    for path in map(Path, paths):
        if path.is_dir():
            for file in sorted(notebooks(path)):
                add(file.relative_to(path) if len(paths) == 1 and file != path else file, file)
        elif path.exists() or path.is_symlink():
            add(path.name if len(paths) == 1 else path, path)
        else:
            raise Refusal(f"нет такого файла или папки: {path}")
    if not found:
        raise Refusal(f"не найдено ни одного блокнота *.ipynb: {', '.join(paths)}")
    return found


def notebooks(folder):
    """All *.ipynb in a folder, Jupyter's own copies left out; a folder that can't be opened stands for itself."""
    closed = []
    for where, folders, files in os.walk(folder, onerror=lambda error: closed.append(Path(error.filename))):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (Path(where) / name for name in files if name.lower().endswith(".ipynb") and name[0] != ".")
    yield from closed
