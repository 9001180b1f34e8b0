"""Call a student's function and describe what it returned in JSON, which cannot carry code."""

import __future__

import ast
import builtins
import errno
import linecache
import math
import threading
import traceback

import numpy as np

LARGEST_ARRAY = 5_000  # larger ones have a wrong shape anyway: their numbers are not sent
MOST_KEYS, LONGEST_KEY, LONGEST_TEXT, LONGEST_LINE = 40, 40, 600, 200
FUTURE = "from __future__ import annotations"
# what the lab's own modules bring along with `import *`, where such a module is missing
BROUGHT_ALONG = {"np": np, "numpy": np, "math": math}
REAL = {"np": np, "len": len, "range": range, "str": str}
FIELDS = ("kind", "message", "name", "owner", "line")
SOURCE = "submission: "  # the code of a function is called so where Python names files
REFUSED = "refused"  # the kind of a failure that the sandbox is to blame for, not the function
NO_RIGHT = (errno.EPERM, errno.EACCES, errno.EAGAIN, errno.EOPNOTSUPP, errno.EDQUOT, errno.EFBIG)
PLAIN = {"None": type(None)} | {kind.__name__: kind for kind in (dict, list, tuple, str, float, int, bool, set)}


def call(code, name, layer_lists):
    """What `name` returned in two calls for each list of sizes, and whether it changed the list; or {"failure": …}."""
    failures, answers, given, sizes = [], [], [], []
    try:
        function = define(code, name, failures)
        np.random.seed()  # a function that forgets its own seed must not inherit a lucky one
        for sizes in layer_lists:
            given = [list(sizes), list(sizes)]
            answers.append([*(pack(function(argument)) for argument in given), given[0] != sizes])
        return {"answers": answers}
    except BaseException as error:
        failure = describe(error)
        for statement, earlier in failures:  # the name is missing because of what failed before
            if isinstance(error, NameError) and error.name in bound_names(statement):
                failure["before"] = shorten(f"{type(earlier).__name__}: {earlier}", LONGEST_TEXT)
                failure["package"] = shorten(str(getattr(earlier, "name", "") or ""), LONGEST_KEY)
        return {"failure": {**failure, "changed": bool(given) and given[0] != sizes}}


def bound_names(statement):
    """The names that a statement would have bound, as far as it says."""
    aliases = statement.names if isinstance(statement, ast.Import | ast.ImportFrom) else []
    names = {alias.asname or alias.name.partition(".")[0] for alias in aliases}
    return names | {n.id for n in ast.walk(statement) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}


def define(code, name, failures=None):
    """The function with this name that the code defines, in a namespace of its own.

    The statements are executed one by one; one that fails is left out, like a cell that was not run, and is appended
    to `failures` with its error. Marks and re-execution both get the function from here.
    """
    namespace = {"__name__": "__main__", "np": np, "display": print, "get_ipython": lambda: None}
    failures = [] if failures is None else failures
    source = SOURCE + name
    linecache.cache[source] = (len(code), None, code.splitlines(keepends=True), source)
    future = __future__.annotations.compiler_flag if FUTURE in code else 0
    for statement in ast.parse(code).body:
        try:
            exec(compile(ast.Module([statement], []), source, "exec", future), namespace)
        except Exception as error:
            failures.append((statement, error))
            is_star_import = isinstance(statement, ast.ImportFrom) and statement.names[0].name == "*"
            if is_star_import and isinstance(error, ModuleNotFoundError):
                namespace |= BROUGHT_ALONG | namespace
    if name not in namespace:
        raise failures[-1][1] if failures else NameError(f"name {name!r} is not defined")
    return namespace[name]


def pack(parameters):
    """The returned dictionary as plain lists of numbers, with the type and shape of each value."""
    if not isinstance(parameters, dict):
        return {"type": type_name(parameters)}
    if len(parameters) > MOST_KEYS:
        return {"type": f"dict ({len(parameters)} ключей)"}
    # a key that is no string becomes its type, so that it cannot pass for a right one
    keys = [str(key)[:LONGEST_KEY] if isinstance(key, str) else f"<{type_name(key)}>" for key in parameters]
    return {"type": "dict", "values": dict(zip(keys, map(pack_value, parameters.values()), strict=True))}


def pack_value(value):
    if isinstance(value, tuple) and any(isinstance(part, np.ndarray) for part in value):
        return {"type": "tuple of arrays"}
    if type(value) is not np.ndarray:  # for a matrix * means another thing
        return {"type": type_name(value)}
    packed = {"type": "ndarray", "shape": value.shape, "kind": value.dtype.kind}
    if value.dtype.kind in "biuf" and value.size <= LARGEST_ARRAY:
        packed["numbers"] = value.astype(float).ravel().tolist()
    return packed


def type_name(value):
    return "None" if value is None else type(value).__name__


def unpack(packed):
    """What `pack` described. A value that is no array of numbers becomes an empty one of its type."""
    if "values" in packed:
        return {str(key)[:LONGEST_KEY]: unpack(value) for key, value in [*packed["values"].items()][:MOST_KEYS]}
    if packed["type"] != "ndarray":
        return stand_in(packed["type"])
    shape = tuple(int(n) for n in packed["shape"])
    if "numbers" in packed:
        return np.array(packed["numbers"], dtype=float).reshape(shape)
    kind = complex if packed["kind"] == "c" else object
    return np.broadcast_to(np.zeros((), dtype=kind), shape)  # a view of one value, which no check computes with


def stand_in(name):
    """An empty value of the type with this name; of a type of NumPy's, if it is a single number."""
    if name == "tuple of arrays":
        return (np.zeros(1),)
    kind = PLAIN.get(name) or np.sctypeDict.get(name, object)
    return kind() if name in PLAIN or issubclass(kind, np.number) else type(name[:LONGEST_KEY], (), {})()


def describe(error):
    """The fields of init_utils.Failure: what kind of error, which name has what not, the student's line.

    As init_utils.failure_of says it; init_utils itself has the right answers, so a student must not reach it here.
    """
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    inside = [frame for frame in frames if frame.f_code.co_filename.startswith(SOURCE)]
    lines = [f.line for f in traceback.extract_tb(error.__traceback__) if f.filename.startswith(SOURCE)]
    kind, owner = type(error).__name__, ""
    scope = {**vars(builtins), "np": np, **inside[0].f_globals, **inside[0].f_locals} if inside else {}
    taken = [name for name, value in REAL.items() if scope and scope[name] is not value]
    if is_refusal(error, frames):
        kind = REFUSED
    elif not inside:
        owner = "call"
    elif taken:
        owner = f"taken {taken[0]}"
    elif isinstance(error, AttributeError):
        owner = getattr(error.obj, "__name__", type(error.obj).__name__)
    elif not isinstance(scope.get("parameters", {}), dict):
        owner = "parameters"
    texts = (kind, str(error), getattr(error, "name", None) or "", owner, lines[-1] if lines else "")
    return dict(zip(FIELDS, (shorten(str(text), LONGEST_LINE) for text in texts), strict=True))


def is_refusal(error, frames):
    """Whether the sandbox has said no: a right to open, write, connect or start that the function does not have."""
    if isinstance(error, OSError):
        return error.errno in NO_RIGHT
    return isinstance(error, RuntimeError) and frames[-1].f_code.co_filename == threading.__file__


def shorten(text, most):
    """At most so many characters, cut between words."""
    if len(text) <= most:
        return text
    cut = text[: most - 1]
    return (cut.rsplit(None, 1)[0] if cut.split(None, 1)[1:] else cut) + "…"
