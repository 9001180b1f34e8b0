"""The network by the formulas of the original course, written as plainly as NumPy allows: an oracle."""

import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def forward_propagation(X, parameters):
    z1 = np.dot(parameters["W1"], X) + parameters["b1"]
    a1 = np.maximum(0, z1)
    z2 = np.dot(parameters["W2"], a1) + parameters["b2"]
    a2 = np.maximum(0, z2)
    z3 = np.dot(parameters["W3"], a2) + parameters["b3"]
    a3 = sigmoid(z3)
    W1, b1, W2, b2, W3, b3 = (parameters[name] for name in ("W1", "b1", "W2", "b2", "W3", "b3"))
    return a3, (z1, a1, W1, b1, z2, a2, W2, b2, z3, a3, W3, b3)


def compute_loss(a3, Y):
    losses = np.multiply(-np.log(a3), Y) + np.multiply(-np.log(1 - a3), 1 - Y)
    return 1 / Y.shape[1] * np.nansum(losses)


def backward_propagation(X, Y, cache):
    _, a1, _, _, _, a2, W2, _, _, a3, W3, _ = cache
    dz3 = 1 / X.shape[1] * (a3 - Y)
    dW3 = np.dot(dz3, a2.T)
    db3 = np.sum(dz3, axis=1, keepdims=True)
    da2 = np.dot(W3.T, dz3)
    dz2 = np.multiply(da2, np.int64(a2 > 0))
    dW2 = np.dot(dz2, a1.T)
    db2 = np.sum(dz2, axis=1, keepdims=True)
    da1 = np.dot(W2.T, dz2)
    dz1 = np.multiply(da1, np.int64(a1 > 0))
    dW1 = np.dot(dz1, X.T)
    db1 = np.sum(dz1, axis=1, keepdims=True)
    names = ("dz3", "dW3", "db3", "da2", "dz2", "dW2", "db2", "da1", "dz1", "dW1", "db1")
    return dict(zip(names, (dz3, dW3, db3, da2, dz2, dW2, db2, da1, dz1, dW1, db1), strict=True))


def update_parameters(parameters, grads, learning_rate):
    return {name: value - learning_rate * grads[f"d{name}"] for name, value in parameters.items()}
