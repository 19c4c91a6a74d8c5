"""Gradients of gradients.

first.NAME is the gradient of sum(output * output gradient) with respect to the input NAME, and the recorded gradients
are those of sum over all inputs of sum(first.NAME * direction.NAME). Inputs called "target" and "mask" are constants.
"""

import torch
import torch.nn.functional as F

from .golden import DTYPES, Family, Samples, leaf

CONSTANTS = ("target", "mask")


def build():
    family = Family("second_order")
    for dtype in DTYPES:
        for kind, function, inputs in cases(dtype):
            add(family, kind, dtype, function, inputs)
    return family


def cases(dtype):
    samples = Samples("second order", dtype)
    x = samples.normal(3, 4)
    positive = samples.between(0.3, 2, 3, 4)
    labels = torch.tensor([2, 0, 3, 1, 1])
    logits = samples.normal(5, 4)
    classes = samples.between(0.1, 1, 5, 4)
    yield "tanh_chain", lambda x: torch.tanh(torch.tanh(x) * x), {"x": x}
    for kind, function in (("sigmoid", torch.sigmoid), ("gelu", F.gelu), ("silu", F.silu), ("softplus", F.softplus),
                           ("elu", F.elu), ("exp", torch.exp), ("sin", torch.sin)):
        yield kind, function, {"x": x}
    yield "gelu_tanh", lambda x: F.gelu(x, approximate="tanh"), {"x": x}
    for kind, function in (("log", torch.log), ("sqrt", torch.sqrt), ("rsqrt", torch.rsqrt),
                           ("reciprocal", torch.reciprocal)):
        yield kind, function, {"x": positive}
    yield "div_broadcast", torch.div, {"x": x, "y": samples.between(0.5, 2, 4)}
    yield "pow_broadcast", torch.pow, {"x": positive, "y": samples.between(0.5, 3, 3, 1)}
    yield "mul_broadcast", torch.mul, {"x": samples.normal(3, 1), "y": samples.normal(4)}
    yield "matmul_chain", lambda x, a, b: torch.tanh(x @ a) @ b, {"x": x, "a": samples.normal(4, 5),
                                                                 "b": samples.normal(5, 2)}
    yield "batched_matmul", torch.matmul, {"x": samples.normal(2, 3, 4), "y": samples.normal(4, 2)}
    yield "softmax", lambda x: torch.softmax(x, dim=1), {"x": x}
    yield "log_softmax", lambda x: torch.log_softmax(x, dim=1), {"x": x}
    yield "logsumexp", lambda x: torch.logsumexp(x, dim=1), {"x": x}
    yield "var", lambda x: torch.var(x, dim=0), {"x": x}
    yield "cross_entropy", F.cross_entropy, {"input": logits, "target": labels}
    yield "cross_entropy_of_linear", lambda x, w, target: F.cross_entropy(x @ w, target), {
        "x": samples.normal(5, 3), "w": samples.normal(3, 4), "target": labels}
    yield "mse", F.mse_loss, {"x": x, "y": samples.normal(3, 4)}
    yield "huber", F.huber_loss, {"input": x, "target": samples.normal(3, 4)}
    yield "bce_with_logits", F.binary_cross_entropy_with_logits, {"input": logits, "target": classes}
    yield "bce", F.binary_cross_entropy, {"input": samples.between(0.05, 0.95, 5, 4), "target": classes}
    yield "batch_norm", lambda x, weight, bias: F.batch_norm(x, None, None, weight, bias, training=True), {
        "x": samples.normal(6, 3, std=1.5), "weight": samples.between(0.5, 1.5, 3), "bias": samples.normal(3)}
    yield "batch_norm_tanh", lambda x, weight, bias: torch.tanh(
        F.batch_norm(x, None, None, weight, bias, training=True)), {
        "x": samples.normal(6, 3, std=1.5), "weight": samples.between(0.5, 1.5, 3), "bias": samples.normal(3)}


def add(family, kind, dtype, function, inputs):
    samples = Samples(f"second order, {kind}", dtype)
    leaves = {key: leaf(value) for key, value in inputs.items() if key not in CONSTANTS}
    constants = {key: value for key, value in inputs.items() if key in CONSTANTS}
    output = function(*leaves.values(), **constants)
    upstream = samples.between(-1, 1, *output.shape)
    first = torch.autograd.grad((output * upstream).sum(), list(leaves.values()), create_graph=True)
    directions = {f"direction.{key}": samples.between(-1, 1, *value.shape) for key, value in leaves.items()}
    scalar = sum((gradient * direction).sum() for gradient, direction in zip(first, directions.values()))
    second = torch.autograd.grad(scalar, list(leaves.values()), allow_unused=True)
    gradients = {key: torch.zeros_like(inputs[key]) if value is None else value for key, value in zip(leaves, second)}
    family.add(kind, "", dtype, inputs={**inputs, **directions},
               output_gradients={"output": upstream},
               outputs={"output": output, **{f"first.{key}": value for key, value in zip(leaves, first)}},
               gradients=gradients)
