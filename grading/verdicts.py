"""What nbval said of functions, kept in the user's cache folder: the same functions are not executed again."""

import contextlib
import functools
import hashlib
import json
import platform
import sys
from importlib.metadata import version
from pathlib import Path

from platformdirs import user_cache_path

from common.files import replace_file
from common.lab import HELPERS, NOTEBOOK

CONFINED = Path(__file__).with_name("confined")
PACKAGES = (
    *("numpy", "scipy", "matplotlib", "scikit-learn", "nbval", "pytest"),
    *("ipykernel", "ipython", "jupyter_client", "nbformat"),
)


class Verdicts:
    """Only whole verdicts are kept: {cell that differs: kind of difference}. `fresh`: known ones are not used."""

    def __init__(self, fresh=False):
        self.fresh = fresh

    @functools.cached_property
    def folder(self):
        return user_cache_path("initialization-lab") / "verdicts" / surroundings()

    def get(self, program):
        """The verdict, None if it is not known; what can't be read, or is damaged, is not known."""
        if self.fresh:
            return None
        try:
            kinds = json.loads(self.path(program).read_bytes())
        except (OSError, ValueError, RecursionError):
            return None
        is_whole = isinstance(kinds, dict) and all(isinstance(kind, str) for kind in kinds.values())
        return kinds if is_whole else None

    def put(self, program, kinds):
        with contextlib.suppress(OSError):  # a cache that can't be written is none
            self.folder.mkdir(parents=True, exist_ok=True)
            replace_file(self.path(program), json.dumps(kinds), follow=False)

    def path(self, program):
        return self.folder / f"{digest(json.dumps(program))}.json"


def surroundings():
    """What a verdict depends on beside the functions: the lab, the code that executes it, versions, the machine."""
    files = [NOTEBOOK, HELPERS, *sorted(CONFINED.glob("*.py"))]
    contents = [hashlib.sha256(path.read_bytes()).hexdigest() for path in files]
    return digest(json.dumps([sys.version, platform.machine(), *map(version, PACKAGES), *contents]))


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()
