"""Find the graded functions in the text of a notebook, without running any of it.

The functions are found by name in the parsed code of the cells. With each come the top-level
statements that it needs: imports, helper functions, constants.
"""

import ast
import re
import symtable

import nbformat
from IPython.core.inputtransformer2 import TransformerManager

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
LONGEST_WITH_MAGICS = 20_000  # characters: IPython's parser of magics is not made for hostile text
TIMED = re.compile(r"^(\s*)%time[ \t]+", re.MULTILINE)  # a statement follows
LINE_MAGIC = re.compile(r"^([ \t]*)[%!?].*$", re.MULTILINE)
NOT_PYTHON = (SyntaxError, ValueError, RecursionError, MemoryError)


def extract(data, names):
    """For each of the functions that the notebook defines: its code, or the error in it.

    `data`: the bytes of a notebook file. Returns {name: {"code": text} or {"error": text}}. Raises
    ValueError if the file is not a notebook.
    """
    statements, broken = [], {}
    for source in code_cells(data):
        try:
            statements += [Statement(node) for node in parse(source).body]
        except NOT_PYTHON as error:
            for name in names:
                if re.search(rf"^\s*def\s+{name}\b", source, re.MULTILINE):
                    broken[name] = describe(error)

    result = {}
    for name in names:
        if any(name in statement.binds for statement in statements):
            result[name] = needed_code(name, statements)
        elif name in broken:
            result[name] = {"error": broken[name]}
    return result


def code_cells(data):
    """The sources of the code cells of a notebook of any nbformat version."""
    try:
        notebook = nbformat.reads(data.decode("utf-8-sig"), as_version=4)
        return [str(cell.source) for cell in notebook.cells if cell.cell_type == "code"]
    except RecursionError:
        raise ValueError("слишком глубокая вложенность") from None
    except Exception as error:
        raise ValueError("это не блокнот Jupyter") from error


def parse(source):
    """The syntax tree of a cell that Python would accept; magics and shell lines do nothing in it."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        source = TIMED.sub(r"\1", without_cell_magics(source))
        if len(source) <= LONGEST_WITH_MAGICS:
            tree = WithoutMagics().visit(ast.parse(TransformerManager().transform_cell(source)))
        else:
            tree = ast.parse(LINE_MAGIC.sub(r"\1pass", source))
    compile(tree, "cell", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)  # finds the errors that only a compiler sees
    return tree


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


class Statement:
    """A statement outside functions: its code, the names that it binds or changes, the names that it uses."""

    def __init__(self, node):
        self.code = ast.unparse(node)
        self.is_import = isinstance(node, ast.Import | ast.ImportFrom)
        table = symtable.symtable(self.code, "cell", "exec")
        self.uses = set(global_names(table))
        self.changes = set(changed_names(node))
        self.binds = {s.get_name() for s in table.get_symbols() if s.is_assigned() or s.is_imported()}
        if isinstance(node, ast.AnnAssign) and node.value is None:
            self.binds = set()
        if self.is_import and {"*", "annotations"} & {alias.name for alias in node.names}:
            self.binds.add(EVERYWHERE)


EVERYWHERE = "*"  # the name that every function needs: from … import *, from __future__ import …


def global_names(table):
    """The names that a statement, or a function in it, takes from the notebook."""
    for symbol in table.get_symbols():
        if symbol.is_global() or (table.get_type() == "module" and symbol.is_referenced()):
            yield symbol.get_name()
    for child in table.get_children():
        yield from global_names(child)


def changed_names(node):
    """The names whose objects a statement may change: x.a = 1, x[0] = 1, x.append(1), f(x), @x."""
    for part in ast.walk(node):
        target = part
        if isinstance(part, ast.Call):
            yield from names_in(*part.args, *part.keywords)
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


def names_in(*nodes):
    for node in nodes:
        yield from (part.id for part in ast.walk(node) if isinstance(part, ast.Name))


def needed_code(name, statements):
    """The definition of `name` that counts, the last, with all that the notebook did before for what it uses."""
    last = max(i for i, statement in enumerate(statements) if name in statement.binds)
    needed, queue = set(), [name, EVERYWHERE]
    seen = set(queue)
    try:
        while queue:
            wanted = queue.pop()
            places = [i for i, statement in enumerate(statements) if wanted in statement.binds]
            if not all(statements[i].is_import for i in places):
                places = [i for i, s in enumerate(statements) if wanted in s.binds | s.changes]
            for i in set([i for i in places if i <= last] or places) - needed:
                needed.add(i)
                new = statements[i].uses - seen
                seen |= new
                queue += new
        return {"code": "\n\n".join(statements[i].code for i in sorted(needed))}
    except NOT_PYTHON as error:
        return {"error": describe(error)}


def describe(error):
    """A syntax error with the line that it is about, in one line of text."""
    line = (getattr(error, "text", None) or "").strip()[:200]
    return f"{type(error).__name__}: {getattr(error, 'msg', None) or error}" + (f", строка «{line}»" if line else "")
