"""Call a student's function and describe what it returned in JSON, which cannot carry code."""

import __future__

import ast
import linecache
import math
import traceback

import numpy as np

LARGEST_ARRAY = 5_000  # larger ones have a wrong shape anyway: their numbers are not sent
CHANGED = "аргумент layers_dims изменён"
MOST_KEYS, LONGEST_KEY, LONGEST_TEXT, LONGEST_LINE = 40, 40, 600, 200


FUTURE = "from __future__ import annotations"
# what the lab's own modules bring along with `import *`, where such a module is missing
BROUGHT_ALONG = {"np": np, "numpy": np, "math": math}


def call(code, name, layer_lists):
    """What `name` returned in two calls for each list of sizes, and whether it changed the list; or {"error": text}."""
    failures, answers, given, sizes = [], [], [], []
    try:
        function = define(code, name, failures)
        np.random.seed()  # a function that forgets its own seed must not inherit a lucky one
        for sizes in layer_lists:
            given = [list(sizes), list(sizes)]
            answers.append([*(pack(function(argument)) for argument in given), given[0] != sizes])
        return {"answers": answers}
    except BaseException as error:
        text = describe(error)
        if isinstance(error, NameError) and failures:  # the name is missing because of what failed before
            text += f"; до этого: {describe(failures[0])}"
        if given and given[0] != sizes:
            text += f"; {CHANGED}"
        return {"error": shorten(text, LONGEST_TEXT)}


def define(code, name, failures=None):
    """The function with this name that the code defines, in a namespace of its own.

    The statements are executed one by one; one that fails is left out, like a cell that was not run, and its error
    is appended to `failures`. Marks and re-execution both get the function from here.
    """
    namespace = {"__name__": "__main__", "np": np, "display": print, "get_ipython": lambda: None}
    failures = [] if failures is None else failures
    source = source_name(name)
    linecache.cache[source] = (len(code), None, code.splitlines(keepends=True), source)
    future = __future__.annotations.compiler_flag if FUTURE in code else 0
    for statement in ast.parse(code).body:
        try:
            exec(compile(ast.Module([statement], []), source, "exec", future), namespace)
        except Exception as error:
            failures.append(error)
            if is_star_import(statement) and isinstance(error, ModuleNotFoundError):
                namespace |= BROUGHT_ALONG | namespace
    if name not in namespace:
        raise failures[-1] if failures else NameError(f"name {name!r} is not defined")
    return namespace[name]


def source_name(name):
    """What the code of a function is called where Python names files."""
    return f"submission: {name}"


def is_star_import(statement):
    return isinstance(statement, ast.ImportFrom) and statement.names[0].name == "*"


def pack(parameters):
    """The returned dictionary as plain lists of numbers, with the type and shape of each value."""
    if not isinstance(parameters, dict):
        return {"type": type_name(parameters)}
    if len(parameters) > MOST_KEYS:
        return {"type": f"dict ({len(parameters)} ключей)"}
    return {"type": "dict", "values": {pack_key(key): pack_value(value) for key, value in parameters.items()}}


def pack_key(key):
    """The key; one that is no string becomes its type, so that it cannot pass for a right one."""
    return str(key)[:LONGEST_KEY] if isinstance(key, str) else f"<{type_name(key)}>"


def pack_value(value):
    if not isinstance(value, np.ndarray) or isinstance(value, np.matrix):  # for a matrix * means another thing
        return {"type": type_name(value)}
    value = np.asarray(value)
    packed = {"type": "ndarray", "shape": value.shape, "kind": value.dtype.kind}
    if value.dtype.kind in "biuf" and value.size <= LARGEST_ARRAY:
        packed["numbers"] = value.astype(float).ravel().tolist()
    return packed


def type_name(value):
    return "None" if value is None else type(value).__name__


def unpack(packed):
    """What `pack` described. A value that is no array of numbers becomes an empty one of its type."""
    if packed["type"] != "dict":
        return stand_in(packed["type"])
    values = list(packed["values"].items())[:MOST_KEYS]
    return {str(key)[:LONGEST_KEY]: unpack_value(value) for key, value in values}


def unpack_value(packed):
    if packed["type"] != "ndarray":
        return stand_in(packed["type"])
    shape = tuple(int(n) for n in packed["shape"])
    if "numbers" in packed:
        return np.array(packed["numbers"], dtype=float).reshape(shape)
    kind = complex if packed["kind"] == "c" else object
    return np.broadcast_to(np.zeros((), dtype=kind), shape)  # a view of one value, which no check computes with


def stand_in(name):
    """An empty value of the type with this name; of a type of NumPy's, if it is a single number."""
    empty = {"None": None, "list": [], "tuple": (), "str": "", "float": 0.0, "int": 0, "bool": False, "set": set()}
    if name in empty:
        return empty[name]
    kind = np.sctypeDict.get(name, object)
    return kind(0) if issubclass(kind, np.number) else type(name[:LONGEST_KEY], (), {})()


def describe(error):
    """The error and the student's line that raised it."""
    text = shorten(f"{type(error).__name__}: {error}".removesuffix(": "), LONGEST_TEXT // 2)
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.line for frame in frames if frame.filename.startswith(source_name(""))]
    return f"{text}, строка «{shorten(lines[-1], LONGEST_LINE)}»" if lines else text


def shorten(text, most):
    """At most so many characters, cut between words."""
    if len(text) <= most:
        return text
    cut = text[: most - 1]
    return (cut.rsplit(None, 1)[0] if cut.split(None, 1)[1:] else cut) + "…"
