"""Find the graded functions in the text of a notebook, without running any of it.

The functions are found by name in the parsed code of the cells. With each come the top-level
statements that it needs: imports, helper functions, constants.
"""

import ast
import contextlib
import difflib
import json
import re
import symtable
import sys

import nbformat
from IPython.core.inputtransformer2 import TransformerManager

from grading.confined.calling import LONGEST_LINE, shorten

# a cell magic after which the cell is not Python
OTHER_LANGUAGE = re.compile(
    r"%%(!|(bash|cmd|file|html|javascript|js|latex|markdown|perl|pypy|python2|ruby|script|sh|svg|SVG|system|sx|writefile)\b)"
)
TIMED = re.compile(r"^(\s*)%time[ \t]+", re.MULTILINE)  # a statement follows
PYLAB = re.compile(r"^%pylab\b.*$", re.MULTILINE)
LONGEST_CODE = 2_000_000  # characters
NOT_PYTHON = (SyntaxError, ValueError, RuntimeError, MemoryError)  # RuntimeError: too deep, or too many magics
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
DEFINITIONS = (*FUNCTIONS, ast.ClassDef)


def extract(data, names):
    """For each of the functions: its code, or why there is none.

    `data`: the bytes of a notebook file. Returns {name: {"code": text}, {"elsewhere": words},
    {"similar": another name} or what `failure` returns}; a name that stands nowhere has no entry.
    Raises ValueError if the file is not a notebook.
    """
    cells, version = read(data)
    statements, broken = [], {}
    for source in [source for kind, source in cells if kind == "code"]:
        try:
            statements += map(Statement, parse(source).body)
        except NOT_PYTHON as error:
            for name in names:
                if re.search(rf"^\s*def\s+{name}\b", source, re.MULTILINE):
                    broken[name] = failure(error, source, version)

    bound = {name for statement in statements for name in statement.binds}
    result = {}
    for name in names:
        if name in bound:
            result[name] = needed_code(name, statements)
        elif name in broken:
            result[name] = broken[name]
        elif words := elsewhere(name, cells):
            result[name] = {"elsewhere": words}
        elif similar := difflib.get_close_matches(name, bound - set(names), n=1, cutoff=0.85):
            result[name] = {"similar": similar[0]}
    return result


# --- the file ---


def read(data):
    """The cells of a notebook of any nbformat version, (type, source), and the Python that it was saved with."""
    try:
        notebook = nbformat.reads(data.decode("utf-8-sig"), as_version=4)
        cells = [(str(cell.cell_type), str(cell.source).lstrip("\ufeff")) for cell in notebook.cells]
        version = str(notebook.metadata.get("language_info", {}).get("version", ""))
    except RecursionError:
        raise ValueError("в файле слишком глубокая вложенность") from None
    except Exception as error:
        raise ValueError(recognize(data)) from error
    if sum(len(source) for kind, source in cells if kind == "code") > LONGEST_CODE:
        raise ValueError(
            f"в ячейках больше {LONGEST_CODE // 1_000_000} млн знаков кода. Уберите из них данные и сохраните ещё раз"
        )
    return cells, version


TRUNCATED = "файл обрывается на середине. Сохраните блокнот в Jupyter и сдайте его ещё раз"
NOT_A_NOTEBOOK = "это не блокнот Jupyter. Откройте работу в Jupyter, сохраните её и сдайте файл .ipynb"
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
    (rb"^(import|from) \w|^def \w+\(", "это программа на Python, а не блокнот. Сдайте файл .ipynb"),
)


def recognize(data):
    """What a file is that no notebook could be read from, and what to do about it."""
    for pattern, words in OTHER_FILES:
        if re.search(pattern, data, re.MULTILINE):
            return words
    try:
        json.loads(data.decode("utf-8-sig"))
    except RecursionError:
        pass
    except UnicodeDecodeError as error:
        if error.end == len(data) and data.startswith(b"{"):
            return TRUNCATED  # in the middle of a letter
        with contextlib.suppress(Exception):
            nbformat.reads(data.decode("cp1251"), as_version=4)
            return "файл в кодировке Windows-1251, а блокнот хранится в UTF-8. Сохраните его в UTF-8"
    except json.JSONDecodeError as error:
        if data.lstrip().startswith(b"{"):
            if error.pos >= len(error.doc.rstrip()) or error.msg.startswith("Unterminated"):
                return TRUNCATED
            return f"файл испорчен, ошибка в строке {error.lineno}. Сдайте файл, который открывает Jupyter"
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
        with contextlib.suppress(*NOT_PYTHON):
            for node in ast.walk(parse(source)):
                inside = [part.name for part in ast.walk(node) if isinstance(part, FUNCTIONS) and part is not node]
                if isinstance(node, DEFINITIONS) and name in inside:
                    return f"внутри {'класса' if isinstance(node, ast.ClassDef) else 'функции'} {node.name}"
        return "внутри строки в кавычках"
    return ""


# --- the cells ---


def parse(source):
    """The syntax tree of a cell that Python would accept; magics and shell lines do nothing in it."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        source = TIMED.sub(r"\1", without_cell_magics(source))
        source = PYLAB.sub("import numpy, numpy as np\nfrom pylab import *", source)
        tree = WithoutMagics().visit(ast.parse(TransformerManager().transform_cell(source)))
    tree = OneByOne().visit(tree)
    compile(tree, "cell", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)  # finds the errors that only a compiler sees
    return tree


def without_cell_magics(source):
    """The Python below the lines with `%%`, "" if it is another language."""
    while (source := source.lstrip()).startswith("%%"):
        if OTHER_LANGUAGE.match(source):
            return ""
        source = source.partition("\n")[2]
    return source


class WithoutMagics(ast.NodeTransformer):
    """Replace get_ipython().….(…), which IPython makes of `%magic` and `!command`, by None."""

    def visit_Call(self, node):
        self.generic_visit(node)
        root = root_of(node.func)
        if isinstance(root, ast.Call) and ast.unparse(root.func) == "get_ipython":
            return ast.copy_location(ast.Constant(None), node)
        return node


class OneByOne(ast.NodeTransformer):
    """`import a, b` becomes two statements: a module that is missing here must not take the others with it."""

    def visit_Import(self, node):
        return [ast.copy_location(ast.Import([alias]), node) for alias in node.names]


# --- what a function needs ---

EVERYWHERE = "*"  # the name that every function needs: from … import *, from __future__ import …
# of a number they make a number
SCALAR_FUNCTIONS = {"int", "float", "str", "abs", "round", "sqrt", "exp", "log", "power", "pow", "float32", "float64"}
COLLECTIONS = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp, ast.GeneratorExp, ast.Lambda)


class Statement:
    """A statement outside functions: its code, the names that it binds, uses, changes and passes to a function."""

    def __init__(self, node):
        self.node, self.code = node, ast.unparse(node)
        table = symtable.symtable(self.code, "cell", "exec")
        self.uses = set(global_names(table))
        self.imports = {s.get_name() for s in table.get_symbols() if s.is_imported() and not s.is_assigned()}
        self.binds = self.imports | {s.get_name() for s in table.get_symbols() if s.is_assigned()}
        self.changes, self.passes = set(), set()
        for part in ast.walk(node):
            self.look_at(part)
        if isinstance(node, ast.AnnAssign) and node.value is None:
            self.binds = set()

    def look_at(self, part):
        """x.a = 1, x[0] = 1, x.append(1) and @x may change the object called x; so may f(x), to which it is passed."""
        if isinstance(part, ast.ImportFrom) and {"*", "annotations"} & {alias.name for alias in part.names}:
            self.binds.add(EVERYWHERE)
        if isinstance(part, DEFINITIONS):
            self.changes |= names_in(*part.decorator_list)
        if isinstance(part, ast.Call):
            self.passes |= names_in(*part.args, *part.keywords)
        target = part.func if isinstance(part, ast.Call) else part
        is_changed = target is not part or isinstance(getattr(part, "ctx", None), ast.Store)
        if is_changed and isinstance(target, ast.Attribute | ast.Subscript):
            self.changes |= {root.id for root in [root_of(target)] if isinstance(root, ast.Name)}

    def binds_what_may_change(self):
        """Whether a function that is handed the object may change it: not so a definition, a number, a text."""
        if isinstance(self.node, DEFINITIONS):
            return False
        value = getattr(self.node, "value", None)
        if value is None or isinstance(value, ast.Name):
            return True
        calls = [part.func for part in ast.walk(value) if isinstance(part, ast.Call)]
        makes_numbers = all(ast.unparse(call).rpartition(".")[2] in SCALAR_FUNCTIONS for call in calls)
        return not makes_numbers or any(isinstance(part, COLLECTIONS) for part in ast.walk(value))


def root_of(node):
    """What stands before all the dots and brackets."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node


def names_in(*nodes):
    return {part.id for node in nodes for part in ast.walk(node) if isinstance(part, ast.Name)}


def global_names(table):
    """The names that a statement, or a function in it, takes from the notebook."""
    for symbol in table.get_symbols():
        if symbol.is_global() or (table.get_type() == "module" and symbol.is_referenced()):
            yield symbol.get_name()
    for child in table.get_children():
        yield from global_names(child)


def needed_code(name, statements):
    """The definition of `name` that counts, the last, with all that the notebook did before for what it uses."""
    last = max(number for number, statement in enumerate(statements) if name in statement.binds)
    needed, queue, seen = set(), [name, EVERYWHERE], {name, EVERYWHERE}
    try:
        while queue:
            for number in statements_for(queue.pop(), statements, last) - needed:
                needed.add(number)
                new = statements[number].uses - seen
                seen |= new
                queue += new
        return {"code": "\n\n".join(statements[number].code for number in sorted(needed))}
    except NOT_PYTHON as error:
        return failure(error)


def statements_for(name, statements, last):
    """The numbers of the statements that make the object with this name what it is when statement `last` has run.

    A name that is bound only below, too: the function is called when all cells have run.
    """
    binding = [number for number, statement in enumerate(statements) if name in statement.binds]
    bound = [number for number in binding if number <= last]
    end = last if bound else len(statements)
    found = set(bound or binding)
    makers = [statements[number] for number in found]
    if all(name in maker.imports for maker in makers):
        return found
    may_be_passed = any(maker.binds_what_may_change() for maker in makers)
    for number, statement in enumerate(statements[: end + 1]):
        if name in statement.changes or (may_be_passed and name in statement.passes):
            found.add(number)
    return found


def failure(error, source="", version=""):
    """A syntax error, the line that it is about, the newer Python of the student; whether a solution is missing."""
    line = shorten((getattr(error, "text", None) or "").strip(), LONGEST_LINE)
    above = [text.split("#")[0].strip() for text in source.splitlines()[: (getattr(error, "lineno", 0) or 1) - 1]]
    empty_body = isinstance(error, IndentationError) and "".join(above).endswith(":")
    found = re.match(r"3\.(\d{1,2})\b", version)
    return {
        "kind": type(error).__name__,
        "message": shorten(str(getattr(error, "msg", None) or error), LONGEST_LINE),
        "line": "" if empty_body else line,
        "python": found[0] if found and int(found[1]) > sys.version_info.minor else "",
        "unfinished": empty_body or bool(re.search(r"=\s*(#.*)?$", line)),
    }
