"""Find the graded functions in the text of a notebook, without running any of it.

The functions are found by name in the parsed code of the cells. With each come the top-level
statements that it needs: imports, helper functions, constants.
"""

import ast
import contextlib
import difflib
import hashlib
import json
import re
import symtable
import sys
from collections import defaultdict

import nbformat
from IPython.core.inputtransformer2 import TransformerManager

from grading.confined.calling import LONGEST_LINE, shorten

# cell magics after which the cell is not Python
OTHER_LANGUAGES = {
    "bash",
    "cmd",
    "file",
    "html",
    "javascript",
    "js",
    "latex",
    "markdown",
    "perl",
    "pypy",
    "python2",
} | {"ruby", "script", "sh", "svg", "SVG", "system", "sx", "writefile", "!"}
# limits in characters and lines, not in seconds: what is graded must not depend on how busy the machine is
LONGEST_CODE = 2_000_000
LONGEST_WITH_MAGICS, MOST_MAGICS = 20_000, 40  # a cell for IPython's parser of magics, which takes its time
TIMED = re.compile(r"^(\s*)%time[ \t]+", re.MULTILINE)  # a statement follows
LINE_MAGIC = re.compile(r"^([ \t]*)(?:[%!?].*|[\w.]+\?\??[ \t]*)$", re.MULTILINE)
ASSIGNED_MAGIC = re.compile(r"^([^#'\"=\n]*[\w\])]\s*=[ \t]*)[%!].*$", re.MULTILINE)
NOT_PYTHON = (SyntaxError, ValueError, RecursionError, MemoryError)

PYLAB = re.compile(r"^%pylab\b.*$", re.MULTILINE)
PYLAB_MODULES = ("pylab", "matplotlib.pylab")
PYLAB_IMPORTS = """
import numpy
import numpy as np
from numpy.fft import *
from numpy.random import *
from numpy.linalg import *
from numpy import *
"""  # what pylab takes from NumPy, in its order: the last one counts


def extract(data, names):
    """For each of the functions: its code, or why there is none.

    `data`: the bytes of a notebook file. Returns {name: {"code": text, "program": the same for the same code},
    {"elsewhere": words}, {"similar": another name} or what `failure` returns}; a name that stands nowhere has no entry.
    Raises ValueError if the file is not a notebook.
    """
    cells = cells_of(data)
    statements, broken = [], {}
    for source in [source for kind, source in cells if kind == "code"]:
        try:
            statements += [Statement(node) for node in parse(source).body]
        except NOT_PYTHON as error:
            for name in names:
                if re.search(rf"^\s*def\s+{name}\b", source, re.MULTILINE):
                    broken[name] = failure(error, source)

    index = Index(statements)
    result = {}
    for name in names:
        if name in index.binding:
            result[name] = needed_code(name, index)
        elif name in broken:
            result[name] = broken[name]
        elif words := elsewhere(name, cells):
            result[name] = {"elsewhere": words}
        elif similar := difflib.get_close_matches(name, set(index.binding) - set(names), n=1, cutoff=0.85):
            result[name] = {"similar": similar[0]}
    return result


def cells_of(data):
    """(type, source) of the cells of a notebook of any nbformat version."""
    try:
        notebook = nbformat.reads(data.decode("utf-8-sig"), as_version=4)
        cells = [(str(cell.cell_type), str(cell.source).lstrip("\ufeff")) for cell in notebook.cells]
    except RecursionError:
        raise ValueError("в файле слишком глубокая вложенность") from None
    except Exception as error:
        raise ValueError(recognize(data)) from error
    if sum(len(source) for kind, source in cells if kind == "code") > LONGEST_CODE:
        raise ValueError(
            f"в ячейках больше {LONGEST_CODE // 1_000_000} млн знаков кода. Уберите из них данные и сохраните ещё раз"
        )
    return cells


# how something else than a notebook begins, or what stands in it -> what it is and what to do
OTHER_FILES = (
    (rb"\A\s*\Z", "файл пуст. Сохраните блокнот и сдайте его ещё раз"),
    (
        rb"^(<{7}|>{7}) ",
        "в файле остались метки слияния Git (<<<<<<<, =======, >>>>>>>). Оставьте одну из двух версий, уберите метки "
        "и проверьте, что блокнот открывается в Jupyter",
    ),
    (
        rb"(?i)\A(\xef\xbb\xbf)?\s*<(!doctype|html|head|\?xml|!--)",
        "это веб-страница (HTML), а не блокнот. В Jupyter выберите File → Download и сдайте файл .ipynb",
    ),
    (rb"\APK\x03\x04", "это архив или документ Office, а не блокнот. Сдайте сам файл .ipynb"),
    (rb"\A%PDF", "это PDF, а не блокнот. Сдайте сам файл .ipynb"),
    (rb"\A(\xff\xfe|\xfe\xff)", "файл в кодировке UTF-16, а блокнот хранится в UTF-8. Сохраните его в UTF-8"),
)
TRUNCATED = "файл обрывается на середине. Сохраните блокнот в Jupyter и сдайте его ещё раз"
NOT_A_NOTEBOOK = "это не блокнот Jupyter. Откройте работу в Jupyter, сохраните её и сдайте файл .ipynb"


def recognize(data):
    """What a file is that no notebook could be read from, and what to do about it."""
    for pattern, words in OTHER_FILES:
        if re.search(pattern, data, re.MULTILINE):
            return words
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if error.end == len(data) and data.lstrip().startswith(b"{"):
            return TRUNCATED  # in the middle of a letter
        with contextlib.suppress(Exception):
            nbformat.reads(data.decode("cp1251"), as_version=4)
            return "файл в кодировке Windows-1251, а блокнот хранится в UTF-8. Сохраните его в UTF-8"
        return NOT_A_NOTEBOOK
    if text.lstrip().startswith("{"):
        try:
            json.loads(text)
        except RecursionError:
            return NOT_A_NOTEBOOK
        except ValueError as error:
            if error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated"):
                return TRUNCATED
            return f"файл испорчен, ошибка в строке {error.lineno}. Сдайте файл, который открывает Jupyter"
        return NOT_A_NOTEBOOK
    with contextlib.suppress(*NOT_PYTHON):
        if any(isinstance(node, ast.FunctionDef | ast.Import) for node in ast.parse(text).body):
            return "это программа на Python, а не блокнот. Сдайте файл .ipynb"
    return NOT_A_NOTEBOOK


def elsewhere(name, cells):
    """Where else than at the top level of a code cell the function stands, "" if nowhere."""
    definition = re.compile(rf"^([ \t]*#)?.*\bdef\s+{name}\b", re.MULTILINE)
    for kind, source in cells:
        if not (found := definition.search(source)):
            continue
        if kind != "code":
            return {"markdown": "в текстовой ячейке (Markdown)", "raw": "в ячейке Raw"}.get(kind, "не в ячейке с кодом")
        if found[1]:
            return "в комментарии: перед её строками стоит #"
        if not without_cell_magics(source):
            return f"в ячейке, которая начинается с {source.split()[0][:20]} и потому не выполняется как код Python"
        return surroundings(name, source)
    return ""


def surroundings(name, source):
    """What the function stands in, in a code cell."""

    def holds(node):
        return any(isinstance(part, FUNCTIONS) and part.name == name for part in ast.walk(node))

    with contextlib.suppress(*NOT_PYTHON):
        for node in ast.walk(parse(source)):
            if isinstance(node, ast.ClassDef) and holds(node):
                return f"внутри класса {node.name}"
            if isinstance(node, FUNCTIONS) and node.name != name and holds(node):
                return f"внутри функции {node.name}"
    return "внутри строки в кавычках"


FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def parse(source):
    """The syntax tree of a cell that Python would accept; magics and shell lines do nothing in it."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        tree = parse_with_magics(PYLAB.sub(pylab_imports, TIMED.sub(r"\1", without_cell_magics(source))))
    tree = OneByOne().visit(tree)
    compile(tree, "cell", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)  # finds the errors that only a compiler sees
    return tree


def parse_with_magics(source):
    magics = len(LINE_MAGIC.findall(source)) + len(ASSIGNED_MAGIC.findall(source))
    if len(source) <= LONGEST_WITH_MAGICS and magics <= MOST_MAGICS:
        with contextlib.suppress(RuntimeError):  # more of them than IPython looks through
            return WithoutMagics().visit(ast.parse(TransformerManager().transform_cell(source)))
    return ast.parse(ASSIGNED_MAGIC.sub(r"\1None", LINE_MAGIC.sub(r"\1pass", source)))


def pylab_imports(line):
    return "import numpy, numpy as np" if "--no-import-all" in line[0] else PYLAB_IMPORTS


def without_cell_magics(source):
    """The Python below the lines with `%%`, "" if it is another language."""
    while (source := source.lstrip()).startswith("%%"):
        first, _, source = source.partition("\n")
        if first[2:].split()[:1] and first[2:].split()[0] in OTHER_LANGUAGES:
            return ""
    return source


class WithoutMagics(ast.NodeTransformer):
    """Replace get_ipython().….(…), which IPython makes of `%magic` and `!command`, by None."""

    def visit_Call(self, node):
        self.generic_visit(node)
        root = node.func
        while isinstance(root, ast.Attribute):
            root = root.value
        if isinstance(root, ast.Call) and isinstance(root.func, ast.Name) and root.func.id == "get_ipython":
            return ast.copy_location(ast.Constant(None), node)
        return node


class OneByOne(ast.NodeTransformer):
    """`import a, b` becomes two statements: a module that is missing here must not take the others with it.

    Of pylab only the part that is NumPy's is imported: the other draws.
    """

    def visit_Import(self, node):
        return [ast.copy_location(ast.Import([alias]), node) for alias in node.names]

    def visit_ImportFrom(self, node):
        if node.module in PYLAB_MODULES and node.names[0].name == "*":
            return [ast.copy_location(statement, node) for statement in ast.parse(PYLAB_IMPORTS).body]
        return node


class Statement:
    """A statement outside functions: its code, the names that it binds, uses, changes and passes to a function."""

    def __init__(self, node):
        self.code = ast.unparse(node)
        self.node = node
        table = symtable.symtable(self.code, "cell", "exec")
        self.uses = set(global_names(table))
        self.changes = set(changed_names(node))
        self.passes = set(passed_names(node))
        self.binds = {s.get_name() for s in table.get_symbols() if s.is_assigned() or s.is_imported()}
        if isinstance(node, ast.AnnAssign) and node.value is None:
            self.binds = set()
        if any(is_for_everything(part) for part in ast.walk(node)):
            self.binds.add(EVERYWHERE)


EVERYWHERE = "*"  # the name that every function needs: from … import *, from __future__ import …


def is_for_everything(node):
    return isinstance(node, ast.ImportFrom) and bool({"*", "annotations"} & {alias.name for alias in node.names})


def global_names(table):
    """The names that a statement, or a function in it, takes from the notebook."""
    for symbol in table.get_symbols():
        if symbol.is_global() or (table.get_type() == "module" and symbol.is_referenced()):
            yield symbol.get_name()
    for child in table.get_children():
        yield from global_names(child)


def changed_names(node):
    """The names whose objects a statement changes, or may change: x.a = 1, x[0] = 1, x.append(1), @x."""
    for part in ast.walk(node):
        target = part
        if isinstance(part, ast.Call):
            target = part.func
        elif isinstance(part, ast.FunctionDef | ast.ClassDef):
            yield from names_in(*part.decorator_list)
        elif not isinstance(getattr(part, "ctx", None), ast.Store):
            continue
        if isinstance(target, ast.Attribute | ast.Subscript):
            while isinstance(target, ast.Attribute | ast.Subscript):
                target = target.value
            if isinstance(target, ast.Name):
                yield target.id


def passed_names(node):
    """The names whose objects a statement hands to a function, which may change them: f(x)."""
    for part in ast.walk(node):
        if isinstance(part, ast.Call):
            yield from names_in(*part.args, *part.keywords)


def names_in(*nodes):
    for node in nodes:
        yield from (part.id for part in ast.walk(node) if isinstance(part, ast.Name))


def binds_otherwise_than_by_import(node, name):
    """Not so `try: import a as name`, `except ImportError: import b as name`."""
    return any(
        (isinstance(part, ast.Name) and part.id == name and not isinstance(part.ctx, ast.Load))
        or (isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and part.name == name)
        for part in ast.walk(node)
    )


class Index:
    """Which of the statements, by number, bind a name and which may change its object."""

    def __init__(self, statements):
        self.statements = statements
        self.binding, self.changing, self.passing = (defaultdict(list) for _ in range(3))
        for number, statement in enumerate(statements):
            for names, index in (
                (statement.binds, self.binding),
                (statement.changes, self.changing),
                (statement.passes, self.passing),
            ):
                for name in names:
                    index[name].append(number)

    def needed_for(self, name, last):
        """The statements that make the object with this name what it is when statement `last` has run.

        A name that is bound only below, too: the function is called when all cells have run.
        """
        binding = self.binding.get(name, [])
        bound = [number for number in binding if number <= last]
        end = last if bound else len(self.statements)
        bound = bound or binding
        kinds = {self.kind(number, name) for number in bound}
        if kinds <= {"import", "constant"}:
            return bound
        changing = self.changing.get(name, [])
        if not kinds <= {"import", "constant", "definition"}:  # who is handed a function does not change it
            changing = changing + self.passing.get(name, [])
        return bound + [number for number in changing if number <= end]

    def kind(self, number, name):
        """Of what a statement binds to the name: an import, a constant, a definition, or "" for all else."""
        statement = self.statements[number]
        if not binds_otherwise_than_by_import(statement.node, name):
            return "import"
        if isinstance(statement.node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            return "definition"
        value = getattr(statement.node, "value", None)
        is_assignment = isinstance(statement.node, ast.Assign | ast.AnnAssign | ast.AugAssign)
        return "constant" if is_assignment and self.is_constant(value, {name}) else ""

    def is_constant(self, value, seen):
        """Whether an expression surely has a value that nothing can change: a number, a text, a tuple of them."""
        if isinstance(value, ast.Tuple):
            return all(self.is_constant(part, seen) for part in value.elts)
        if isinstance(value, ast.Call):
            value_of = ast.unparse(value.func)
            if value_of.rpartition(".")[2] not in SCALAR_FUNCTIONS:
                return False
            return all(self.is_constant(argument, seen) for argument in value.args)
        if isinstance(value, ast.Attribute):
            return ast.unparse(value) in ("np.pi", "np.e", "numpy.pi", "numpy.e", "math.pi", "math.e")
        if isinstance(value, ast.Name):
            if value.id in seen:
                return True
            places = self.binding.get(value.id, [])
            nodes = [self.statements[place].node for place in places]
            return bool(nodes) and all(
                isinstance(node, ast.Assign) and self.is_constant(node.value, seen | {value.id}) for node in nodes
            )
        if isinstance(value, ast.BinOp | ast.UnaryOp):
            parts = [part for part in ast.iter_child_nodes(value) if isinstance(part, ast.expr)]
            return all(self.is_constant(part, seen) for part in parts)
        return isinstance(value, ast.Constant)


# of a number they make a number
SCALAR_FUNCTIONS = {"int", "float", "str", "abs", "round", "sqrt", "exp", "log", "power", "pow", "float32", "float64"}


def needed_code(name, index):
    """The definition of `name` that counts, the last, with all that the notebook did before for what it uses."""
    last = index.binding[name][-1]
    needed, queue = set(), [name, EVERYWHERE]
    seen = set(queue)
    try:
        while queue:
            for number in index.needed_for(queue.pop(), last):
                if number not in needed:
                    needed.add(number)
                    new = index.statements[number].uses - seen
                    seen |= new
                    queue += new
        code = "\n\n".join(index.statements[number].code for number in sorted(needed))
        return {"code": code, "program": program(code)}
    except NOT_PYTHON as error:
        return failure(error)


# what a newer Python accepts, as an older one complains or as it is written -> the version
NEWER_PYTHON = (
    (r"f-string", (3, 12)),
    (r"(?m)^\s*type\s+\w+\s*(\[[^\]]*\]\s*)?=[^=]", (3, 12)),
    (r"(?m)^\s*(async\s+)?(def|class)\s+\w+\s*\[", (3, 12)),
    (r"multiple exception types must be parenthesized", (3, 14)),
    (r"(?m)^\s*(async\s+)?(def|class)\s+\w+\s*\[[^\]]*=", (3, 13)),
    (r"(?<!['\"\w])[tT][rR]?['\"]", (3, 14)),
)


def newer_python(error):
    """The version of Python that may accept what this one does not, "" if that is not the reason."""
    line = getattr(error, "text", None) or ""
    text = f"{getattr(error, 'msg', '')}\n{line}"
    versions = [version for pattern, version in NEWER_PYTHON if re.search(pattern, text)]
    newer = [version for version in versions if version > sys.version_info[:2]]
    return ".".join(map(str, max(newer))) if newer else ""


def failure(error, source=""):
    """A syntax error, the line that it is about, the Python that may know better; whether a solution is missing."""
    line = shorten((getattr(error, "text", None) or "").strip(), LONGEST_LINE)
    above = [text.split("#")[0].strip() for text in source.splitlines()[: (getattr(error, "lineno", 0) or 1) - 1]]
    empty_body = isinstance(error, IndentationError) and "".join(above).endswith(":")
    return {
        "kind": type(error).__name__,
        "message": shorten(str(getattr(error, "msg", None) or error), LONGEST_LINE),
        "line": "" if empty_body else line,
        "python": newer_python(error),
        "unfinished": empty_body or bool(re.search(r"=\s*(#.*)?$", line)),
    }


# whoever uses one of these can see what `program` leaves out
LOOKING_AT_CODE = {"getattr", "vars", "dir", "eval", "exec", "globals", "locals", "compile", "help", "open"}
HARMLESS_MODULES = {"numpy", "math", "random"}


def program(code):
    """The same text for the same programs: syntax trees are compared, without docstrings that nobody reads."""
    try:
        tree = ast.parse(code)
        if not looks_at_code(tree):
            tree = WithoutDocstrings().visit(tree)
        text = ast.dump(tree)
    except NOT_PYTHON:
        text = code
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def looks_at_code(tree):
    for node in ast.walk(tree):
        names = [getattr(node, field, None) for field in ("id", "attr", "name", "module")]
        if any(isinstance(name, str) and (name in LOOKING_AT_CODE or name.startswith("__")) for name in names):
            return True
        modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        modules += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        if any(module.partition(".")[0] not in HARMLESS_MODULES for module in modules):
            return True
    return False


class WithoutDocstrings(ast.NodeTransformer):
    def visit_FunctionDef(self, node):
        self.generic_visit(node)
        if ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:] or [ast.Pass()]
        return node
