"""Who takes part. Each contestant is made from the data and gives back a function train(iterations).

All train the lab's network from its He start by full-batch gradient descent, compute the loss in every
iteration, and return the parameters as the lab keeps them: a dictionary of W1, b1, ...
"""

import importlib.util
import warnings
from unittest.mock import Mock

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from benchmarks import textbook, tightest
from common.lab import HELPERS
from tools import lab_cells

LEARNING_RATE = 0.01
FORMULAS = ("forward_propagation", "compute_loss", "backward_propagation", "update_parameters")


def start(n_x):
    """The parameters from which the lab's He training starts."""
    return lab_cells.run()["initialize_parameters_he"]([n_x, 10, 5, 1])


# --- through the notebook's own model() ---


def through_model(X, Y, module=None):
    """The notebook's model(), on the functions of another module if one is given. No loss curve is drawn."""
    lab = lab_cells.run()
    if module:
        lab.update({name: getattr(module, name) for name in FORMULAS})
    lab["plt"] = Mock()

    def train(iterations):
        return lab["model"](X, Y, learning_rate=LEARNING_RATE, num_iterations=iterations, print_cost=False)

    return train


def helpers(X, Y):
    return through_model(X, Y)


def textbook_formulas(X, Y):
    return through_model(X, Y, textbook)


def tightest_calls(X, Y):
    return through_model(X, Y, tightest)


def unchecked_helpers(X, Y):
    """init_utils without its input checks; two comparisons with NaN remain."""
    spec = importlib.util.spec_from_file_location("unchecked", HELPERS)
    unchecked = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(unchecked)
    unchecked._checked_layers = lambda X, parameters: unchecked._get_layers(parameters)
    unchecked._check_answers = unchecked._check_cache = lambda *arguments: None

    def update_parameters(parameters, grads, learning_rate):
        updated = {}
        for name, value in parameters.items():
            gradient = grads["d" + name]
            updated[name] = value - learning_rate * gradient
        return updated

    unchecked.update_parameters = update_parameters
    return through_model(X, Y, unchecked)


# --- other libraries ---


def scikit_learn(X, Y):
    classifier = MLPClassifier(
        hidden_layer_sizes=(10, 5),
        solver="sgd",
        learning_rate_init=LEARNING_RATE,
        momentum=0,
        alpha=0,
        batch_size=X.shape[1],
        shuffle=False,
        warm_start=True,
        n_iter_no_change=np.inf,  # otherwise it remembers the losses of the training before, and stops early
    )
    features, labels = X.T.copy(), Y[0]
    classifier.partial_fit(features, labels, classes=[0, 1])  # makes the arrays, which then get the lab's values
    parameters = start(X.shape[0])

    def train(iterations):
        classifier.coefs_ = [parameters[f"W{layer}"].T.copy() for layer in (1, 2, 3)]
        classifier.intercepts_ = [parameters[f"b{layer}"][:, 0].copy() for layer in (1, 2, 3)]
        classifier.set_params(max_iter=iterations)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # it stops where it is told to
            classifier.fit(features, labels)
        trained = {f"W{layer}": W.T for layer, W in enumerate(classifier.coefs_, start=1)}
        return trained | {f"b{layer}": b[:, None] for layer, b in enumerate(classifier.intercepts_, start=1)}

    return train


def numba(X, Y):
    from benchmarks import compiled

    X = np.ascontiguousarray(X)
    parameters = start(X.shape[0])

    def train(iterations):
        trained = {name: value.copy() for name, value in parameters.items()}
        compiled.train(X, Y, **trained, learning_rate=LEARNING_RATE, iterations=iterations)
        return trained

    return train


def pytorch(X, Y):
    import torch

    torch.set_num_threads(1)  # threads that wait for each other only slow down arrays as small as these
    features, labels = torch.from_numpy(X.T.copy()), torch.from_numpy(Y.T.astype(float))
    parameters = start(X.shape[0])
    sizes = [X.shape[0], 10, 5, 1]
    layers = [torch.nn.Linear(sizes[i], sizes[i + 1], dtype=torch.float64) for i in range(3)]
    network = torch.nn.Sequential(layers[0], torch.nn.ReLU(), layers[1], torch.nn.ReLU(), layers[2], torch.nn.Sigmoid())
    cross_entropy = torch.nn.BCELoss()

    def train(iterations):
        with torch.no_grad():
            for number, layer in enumerate(layers, start=1):
                layer.weight.copy_(torch.from_numpy(parameters[f"W{number}"]))
                layer.bias.copy_(torch.from_numpy(parameters[f"b{number}"][:, 0]))
        optimizer = torch.optim.SGD(network.parameters(), lr=LEARNING_RATE)
        for _ in range(iterations):
            optimizer.zero_grad()
            loss = cross_entropy(network(features), labels)
            loss.backward()
            optimizer.step()
        trained = {f"W{number}": layer.weight.detach().numpy() for number, layer in enumerate(layers, start=1)}
        return trained | {f"b{number}": layer.bias.detach().numpy()[:, None] for number, layer in enumerate(layers, 1)}

    return train


OURS, TEXTBOOK = "`init_utils.py`", "формулы исходного курса"
NUMPY = {TEXTBOOK: textbook_formulas, OURS: helpers}
ALWAYS = {
    **NUMPY,
    "`init_utils.py` без проверок входных данных": unchecked_helpers,
    "NumPy без проверок и без оглядки на наглядность": tightest_calls,
    "scikit-learn, `MLPClassifier`": scikit_learn,
}
OPTIONAL = {"numba": ("Numba: скомпилированный цикл", numba), "torch": ("PyTorch", pytorch)}
