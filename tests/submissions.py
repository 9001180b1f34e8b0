"""Students' notebooks for the tests of the grader, made from the code of their functions."""

import nbformat
import numpy as np

from common.lab import read_notebook
from init_utils import EXERCISES, SEED, function_name

GRADED = {f"graded-{method}": function_name(method) for method in EXERCISES}

ORACLE = {  # the weights as a student writes them: independent of the table EXERCISES
    "zeros": "np.zeros((layers_dims[l], layers_dims[l - 1]))",
    "random": "np.random.randn(layers_dims[l], layers_dims[l - 1]) * 10",
    "he": "np.random.randn(layers_dims[l], layers_dims[l - 1]) * np.sqrt(2 / layers_dims[l - 1])",
}
BIAS = "np.zeros((layers_dims[l], 1))"
SEEDED = f"np.random.seed({SEED})"


def function(method, weights=None, bias=BIAS, seed=SEEDED, loop=""):
    """The code of one function, right but for what is given."""
    lines = [
        f"def initialize_parameters_{method}(layers_dims):",
        f"    {seed if method != 'zeros' else ''}",
        "    parameters = {}",
        "    L = len(layers_dims)",
        "    for l in range(1, L):",
        *(f"        {line}" for line in loop.split("\n")),
        f"        parameters['W' + str(l)] = {weights or ORACLE[method]}",
        f"        parameters['b' + str(l)] = {bias}",
        "    return parameters",
    ]
    return "\n".join(lines) + "\n"


def defined(method, **changes):
    """The function itself."""
    namespace = {"np": np}
    exec(function(method, **changes), namespace)
    return namespace[function_name(method)]


def submission(*cells, **functions):
    """A notebook: the lab's first cells, then `cells`, then the three functions, right where none is given."""
    codes = [functions.get(method, function(method)) for method in ORACLE]
    sources = ["import numpy as np\nimport matplotlib.pyplot as plt", *cells, *codes]
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources if source])


def write(path, notebook):
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)
    return path


completed = read_notebook
