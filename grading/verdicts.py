"""What nbval said of functions, kept in the user's cache folder: the same functions are not executed again."""

import contextlib
import hashlib
import json
import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from platformdirs import user_cache_path

from common.files import replace_file
from common.lab import HELPERS, NOTEBOOK

FOLDER = "initialization-lab"
CONFINED = Path(__file__).with_name("confined")
PACKAGES = (
    *("numpy", "scipy", "matplotlib", "scikit-learn", "nbval", "pytest"),
    *("ipykernel", "ipython", "jupyter_client", "nbformat"),
)
LARGEST = 1 << 16  # bytes


class Verdicts:
    """Only whole verdicts are kept: {cell that differs: kind of difference}. `fresh`: known ones are not used."""

    def __init__(self, fresh=False):
        self.fresh = fresh
        self.folder = user_cache_path(FOLDER) / "verdicts" / surroundings()

    def get(self, program):
        """The verdict, None if it is not known; what can't be read, or is damaged, is not known."""
        if self.fresh:
            return None
        try:
            with self.path(program).open("rb") as file:
                verdict = json.loads(file.read(LARGEST))
            return verdict["differing"] if is_verdict(verdict) else None
        except (OSError, ValueError, RecursionError):
            return None

    def put(self, program, differing):
        with contextlib.suppress(OSError):  # a cache that can't be written is none
            self.folder.mkdir(parents=True, exist_ok=True)
            replace_file(self.path(program), json.dumps({"differing": differing}), follow=False)

    def path(self, program):
        return self.folder / f"{digest(json.dumps(program))}.json"


def is_verdict(verdict):
    differing = verdict.get("differing") if isinstance(verdict, dict) else None
    return isinstance(differing, dict) and all(isinstance(kind, str) for kind in differing.values())


def surroundings():
    """What a verdict depends on beside the functions: the lab, the code that executes it, versions, the machine."""
    files = [NOTEBOOK, HELPERS, *sorted(CONFINED.glob("*.py"))]
    contents = [hashlib.sha256(path.read_bytes()).hexdigest() for path in files]
    return digest(json.dumps([sys.version, platform.machine(), *map(version_of, PACKAGES), *contents]))


def version_of(package):
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()
