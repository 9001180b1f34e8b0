"""The same training compiled by Numba: how fast this CPU can go when nothing is allocated on the way.

The inner loop always runs over the examples, which lie side by side in memory: the compiler can then take
several at a time. For sums it may do so only if it is allowed to change their order ("reassoc").
"""

import math

import numpy as np
from numba import njit

compiled = njit(fastmath={"reassoc", "contract"})


@compiled
def weighted_sums(W, x, b, z):
    """z = W x + b"""
    for i in range(len(W)):
        z[i] = b[i, 0]
        for j in range(len(x)):
            for example in range(x.shape[1]):
                z[i, example] += W[i, j] * x[j, example]


@compiled
def relu(z, a):
    for i in range(len(z)):
        for example in range(z.shape[1]):
            a[i, example] = max(z[i, example], 0.0)


@compiled
def output_and_loss(z, Y, dz):
    """dz = (a - Y) / m for a = sigmoid(z); returns the loss."""
    m = Y.shape[1]
    loss = 0.0
    for example in range(m):
        a, y = 1 / (1 + math.exp(-z[0, example])), Y[0, example]
        loss -= math.log(abs(a - (1 - y)))
        dz[0, example] = (a - y) / m
    return loss / m


@compiled
def gradient_of_sums(W, dz, a, dz_previous):
    """dz of the layer before: (W^T dz) * (a > 0)"""
    for j in range(len(a)):
        dz_previous[j] = 0
        for i in range(len(dz)):
            for example in range(a.shape[1]):
                dz_previous[j, example] += W[i, j] * dz[i, example]
        for example in range(a.shape[1]):
            dz_previous[j, example] = dz_previous[j, example] if a[j, example] > 0 else 0.0


@compiled
def update(W, b, dz, a, learning_rate):
    """W and b minus learning_rate times their gradients, dz a^T and the sum of dz"""
    for i in range(len(dz)):
        for j in range(len(a)):
            dW = 0.0
            for example in range(a.shape[1]):
                dW += dz[i, example] * a[j, example]
            W[i, j] -= learning_rate * dW
        db = 0.0
        for example in range(dz.shape[1]):
            db += dz[i, example]
        b[i, 0] -= learning_rate * db


@compiled
def train(X, Y, W1, b1, W2, b2, W3, b3, learning_rate, iterations):
    """Change the parameters in place; return the loss before the last update."""
    m, loss = X.shape[1], 0.0
    z1, z2, z3 = np.empty((len(W1), m)), np.empty((len(W2), m)), np.empty((1, m))
    a1, a2 = np.empty_like(z1), np.empty_like(z2)
    dz1, dz2, dz3 = np.empty_like(z1), np.empty_like(z2), np.empty_like(z3)
    for _ in range(iterations):
        weighted_sums(W1, X, b1, z1)
        relu(z1, a1)
        weighted_sums(W2, a1, b2, z2)
        relu(z2, a2)
        weighted_sums(W3, a2, b3, z3)
        loss = output_and_loss(z3, Y, dz3)
        gradient_of_sums(W3, dz3, a2, dz2)
        gradient_of_sums(W2, dz2, a1, dz1)
        update(W3, b3, dz3, a2, learning_rate)
        update(W2, b2, dz2, a1, learning_rate)
        update(W1, b1, dz1, X, learning_rate)
    return loss
