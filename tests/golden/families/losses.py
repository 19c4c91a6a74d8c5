"""Losses with their gradients: every reduction, and the options that change the denominator of the mean."""

import itertools

import torch
import torch.nn.functional as F

from .golden import DTYPES, Family, Samples

REDUCTIONS = ("mean", "sum", "none")


def build():
    family = Family("losses")
    for dtype in DTYPES:
        cross_entropy_labels(family, dtype)
        cross_entropy_probabilities(family, dtype)
        regression(family, dtype)
        binary(family, dtype)
    return family


def add(family, kind, name, dtype, function, inputs, options, constants):
    """One case for each reduction."""
    for reduction in REDUCTIONS:
        family.differentiate(kind, f"{name}, {reduction}" if name else reduction, dtype,
                             lambda **tensors: function(**tensors, **options, reduction=reduction), inputs,
                             {**options, "reduction": reduction}, constants)


def cross_entropy_labels(family, dtype):
    samples = Samples("cross entropy", dtype)
    logits = samples.normal(6, 4, std=1.5)
    labels = torch.tensor([3, 0, 1, 1, 2, 3])
    ignored = torch.tensor([3, -100, 1, -100, 2, 0])
    weight = torch.tensor([0.5, 2, 1.25, 0.75], dtype=DTYPES[dtype])
    for weighted, smoothing, ignore in itertools.product((False, True), (0.0, 0.1), (None, -100, 1)):
        options = {"label_smoothing": smoothing, "ignore_index": -100 if ignore is None else ignore}
        inputs = {"input": logits, "target": ignored if ignore == -100 else labels}
        parts = [f"smoothing {smoothing}"] if smoothing else []
        if weighted:
            inputs["weight"] = weight
            parts.append("weights")
        if ignore is not None:
            parts.append(f"ignore {ignore}")
        add(family, "cross_entropy", " + ".join(["labels", *parts]), dtype, F.cross_entropy, inputs, options,
            ("target", "weight"))

    add(family, "cross_entropy", "labels, logits of hundreds", dtype, F.cross_entropy,
        {"input": samples.normal(3, 5, std=200), "target": torch.tensor([0, 4, 2])},
        {"label_smoothing": 0.0, "ignore_index": -100}, ("target",))
    add(family, "cross_entropy", "labels, 2x4x3 logits", dtype, F.cross_entropy,
        {"input": samples.normal(2, 4, 3), "target": samples.indices(4, 2, 3), "weight": weight},
        {"label_smoothing": 0.2, "ignore_index": -100}, ("target", "weight"))
    add(family, "cross_entropy", "labels, 2x1 logits", dtype, F.cross_entropy,
        {"input": samples.normal(2, 1), "target": torch.tensor([0, 0])},
        {"label_smoothing": 0.0, "ignore_index": -100}, ("target",))


def cross_entropy_probabilities(family, dtype):
    samples = Samples("cross entropy with probabilities", dtype)
    logits = samples.normal(5, 4, std=1.5)
    target = torch.tensor([[0.1, 0.2, 0.3, 0.4], [1, 0, 0, 0], [0.25, 0.25, 0.25, 0.25], [0, 0.5, 0.5, 0],
                           [0.7, 0.1, 0.1, 0.1]], dtype=DTYPES[dtype])
    weight = torch.tensor([0.5, 2, 1.25, 0.75], dtype=DTYPES[dtype])
    for weighted, smoothing in itertools.product((False, True), (0.0, 0.1)):
        inputs = {"input": logits, "target": target, **({"weight": weight} if weighted else {})}
        parts = ([f"smoothing {smoothing}"] if smoothing else []) + (["weights"] if weighted else [])
        add(family, "cross_entropy_probabilities", " + ".join(parts) or "plain", dtype, F.cross_entropy, inputs,
            {"label_smoothing": smoothing}, ("target", "weight"))


def regression(family, dtype):
    samples = Samples("regression", dtype)
    inputs = {"input": samples.normal(5, 3, std=1.5), "target": samples.normal(5, 3)}
    inputs["target"][1] = inputs["input"][1]  # a residual of zero has subgradient zero
    inputs["target"][2, 0] = inputs["input"][2, 0] + 1
    inputs["target"][2, 1] = inputs["input"][2, 1] - 1
    add(family, "mse", "", dtype, F.mse_loss, inputs, {}, ())
    add(family, "l1", "", dtype, F.l1_loss, inputs, {}, ())
    for delta in (0.5, 1.0, 2.5):
        add(family, "huber", f"delta {delta}", dtype, F.huber_loss, inputs, {"delta": delta}, ("target",))


def binary(family, dtype):
    samples = Samples("binary", dtype)
    target = torch.tensor([[0, 1, 1], [1, 0, 0], [0.25, 0.5, 0.9], [1, 1, 0]], dtype=DTYPES[dtype])
    weight = samples.between(0.2, 2, 4, 3)
    class_weight = torch.tensor([0.5, 2, 1.5], dtype=DTYPES[dtype])

    probabilities = {"input": samples.between(0.02, 0.98, 4, 3), "target": target}
    add(family, "bce", "plain", dtype, F.binary_cross_entropy, probabilities, {}, ("target",))
    add(family, "bce", "weight", dtype, F.binary_cross_entropy, {**probabilities, "weight": weight}, {},
        ("target", "weight"))
    # Certain and wrong: PyTorch limits each logarithm to -100. (The gradient at 0 and 1 is a limit as well.)
    certain = {"input": torch.tensor([0, 1, 0, 1], dtype=DTYPES[dtype]),
               "target": torch.tensor([0, 1, 1, 0], dtype=DTYPES[dtype])}
    add(family, "bce", "probabilities 0 and 1", dtype, F.binary_cross_entropy, certain, {}, ("target",))

    logits = {"input": samples.normal(4, 3, std=2), "target": target}
    with_logits = F.binary_cross_entropy_with_logits
    constants = ("target", "weight", "pos_weight")
    add(family, "bce_with_logits", "plain", dtype, with_logits, logits, {}, constants)
    add(family, "bce_with_logits", "weight", dtype, with_logits, {**logits, "weight": weight}, {}, constants)
    add(family, "bce_with_logits", "class weight", dtype, with_logits, {**logits, "weight": class_weight}, {}, constants)
    add(family, "bce_with_logits", "pos_weight", dtype, with_logits, {**logits, "pos_weight": class_weight}, {}, constants)
    add(family, "bce_with_logits", "weight + pos_weight", dtype, with_logits,
        {**logits, "weight": weight, "pos_weight": class_weight}, {}, constants)
    large = {"input": torch.tensor([-100, -40, 40, 100, 100, -100], dtype=DTYPES[dtype]),
             "target": torch.tensor([0, 1, 0, 1, 0, 1], dtype=DTYPES[dtype])}
    add(family, "bce_with_logits", "large logits", dtype, with_logits, large, {}, constants)
