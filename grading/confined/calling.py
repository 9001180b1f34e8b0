"""Call a student's function and describe what it returned in JSON, which cannot carry code."""

import __future__

import ast
import linecache
import traceback

import numpy as np

LARGEST_ARRAY = 5_000  # larger ones have a wrong shape anyway: their numbers are not sent
MOST_KEYS, LONGEST_KEY, LONGEST_TEXT = 40, 40, 300


FUTURE = "from __future__ import annotations"


def call(code, name, layer_lists):
    """For each list of layer sizes, what `name` returned in two calls, or {"error": text}."""
    namespace = {"__name__": "__main__", "np": np, "display": print, "get_ipython": lambda: None}
    failures = []
    try:
        failures = define(code, name, namespace)
        np.random.seed()  # a function that forgets its own seed must not inherit a lucky one
        function = namespace[name]
        return {"answers": [[pack(function(list(sizes))) for _ in range(2)] for sizes in layer_lists]}
    except BaseException as error:
        text = describe(error)
        if isinstance(error, NameError) and failures:  # the name is missing because of what failed before
            text += f"; до этого: {describe(failures[0])}"
        return {"error": text[:LONGEST_TEXT]}


def define(code, name, namespace):
    """Execute the statements one by one; one that fails is left out, like a cell that was not run.

    Returns the errors of those left out; raises the last of them if the function was not defined.
    """
    linecache.cache["submission"] = (len(code), None, code.splitlines(keepends=True), "submission")
    failures = []
    future = __future__.annotations.compiler_flag if FUTURE in code else 0
    for statement in ast.parse(code).body:
        try:
            exec(compile(ast.Module([statement], []), "submission", "exec", future), namespace)
        except Exception as error:
            failures.append(error)
    if name not in namespace:
        raise failures[-1] if failures else NameError(f"name {name!r} is not defined")
    return failures


def pack(parameters):
    """The returned dictionary as plain lists of numbers, with the type and shape of each value."""
    if not isinstance(parameters, dict):
        return {"type": type_name(parameters)}
    if len(parameters) > MOST_KEYS:
        return {"type": f"dict ({len(parameters)} ключей)"}
    return {"type": "dict", "values": {pack_key(key): pack_value(value) for key, value in parameters.items()}}


def pack_key(key):
    """The key; one that is no string becomes its type, so that it cannot pass for a right one."""
    return key[:LONGEST_KEY] if type(key) is str else f"<{type_name(key)}>"


def pack_value(value):
    if not isinstance(value, np.ndarray):
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
    text = f"{type(error).__name__}: {error}"[:LONGEST_TEXT]
    lines = [frame.line for frame in traceback.extract_tb(error.__traceback__) if frame.filename == "submission"]
    return f"{text}, строка «{lines[-1][:200]}»" if lines else text
