"""Batched products of factors that are views: permuted, as the queries and keys of attention are, and expanded.

"input" and "other" are the tensors in memory; the factors are views of them by the options: first `input_axes` and `other_axes`
permute, then `input_shape` and `other_shape` expand; null leaves a factor as it is. Gradients are those of the tensors in memory.
Kinds that end in _second_order have the form of the family second_order, their factors are x and y.
"""

import torch

from . import second_order
from .golden import DTYPES, Family, Samples

# name, shape and axes of input, shape and axes of other, and the shapes to expand to
CASES = [
    ("attention, queries by keys", (2, 5, 3, 4), (0, 2, 1, 3), (2, 6, 3, 4), (0, 2, 3, 1), None, None),
    ("attention, weights by values", (2, 3, 5, 6), None, (2, 6, 3, 4), (0, 2, 1, 3), None, None),
    ("attention, one head of keys for all", (2, 5, 3, 4), (0, 2, 1, 3), (2, 6, 1, 4), (0, 2, 3, 1), None, None),
    ("attention, keys expanded", (2, 5, 3, 4), (0, 2, 1, 3), (2, 6, 1, 4), (0, 2, 3, 1), None, (2, 3, 4, 6)),
    ("attention, larger than tiles", (1, 37, 2, 19), (0, 2, 1, 3), (1, 35, 2, 19), (0, 2, 3, 1), None, None),
    ("attention, one step", (3, 1, 2, 8), (0, 2, 1, 3), (3, 9, 2, 8), (0, 2, 3, 1), None, None),
    ("batches in another order", (3, 2, 4, 5), (1, 0, 2, 3), (2, 3, 5, 2), None, None, None),
    ("both orders", (3, 2, 4, 5), (1, 0, 3, 2), (2, 4, 3, 6), (0, 2, 1, 3), None, None),
    ("broadcast of both", (2, 1, 4, 5), None, (1, 3, 5, 2), None, None, None),
    ("broadcast of both, transposed", (2, 1, 5, 4), (0, 1, 3, 2), (3, 2, 5), (0, 2, 1), None, None),
    ("input expanded over the batch", (4, 5), None, (3, 5, 2), None, (3, 4, 5), None),
    ("both expanded over the batch", (4, 5), None, (5, 2), None, (2, 3, 4, 5), (2, 3, 5, 2)),
    ("rows expanded", (2, 1, 5), None, (2, 5, 3), None, (2, 4, 5), None),
    ("inner axis expanded", (2, 4, 1), None, (2, 5, 3), None, (2, 4, 5), None),
    ("batch axis last in memory", (4, 5, 3), (2, 0, 1), (5, 2, 3), (2, 0, 1), None, None),
]


def build():
    family = Family("products")
    for dtype in DTYPES:
        samples = Samples("products", dtype)
        for name, shape, axes, other_shape, other_axes, expanded, other_expanded in CASES:
            inputs = {"input": samples.normal(*shape), "other": samples.normal(*other_shape)}
            family.differentiate("matmul", name, dtype,
                                 lambda input, other: view(input, axes, expanded) @ view(other, other_axes, other_expanded), inputs,
                                 {"input_axes": axes, "other_axes": other_axes, "input_shape": expanded, "other_shape": other_expanded})
        second_order.add(family, "attention_second_order", dtype, lambda x, y: torch.tanh(view(x, (0, 2, 1, 3), None) @ view(y, (0, 2, 3, 1), None)),
                         {"x": samples.normal(2, 3, 2, 4, std=0.5), "y": samples.normal(2, 5, 1, 4, std=0.5)})
    return family


def view(tensor, axes, shape):
    tensor = tensor.permute(axes) if axes else tensor
    return tensor.expand(shape) if shape else tensor
