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
        further(family, dtype)
        of_pairs(family, dtype)
        of_labels(family, dtype)
        ctc(family, dtype)
        of_label_sets(family, dtype)
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


def further(family, dtype):
    samples = Samples("further losses", dtype)
    inputs = {"input": samples.normal(5, 3, std=1.5), "target": samples.normal(5, 3)}
    inputs["target"][1] = inputs["input"][1]
    for beta in (0.0, 0.5, 2.0):
        add(family, "smooth_l1", f"beta {beta}", dtype, F.smooth_l1_loss, inputs, {"beta": beta}, ())
    log = samples.normal(4, 5).log_softmax(1)
    target = torch.tensor([[0.1, 0.2, 0.3, 0.4, 0], [1, 0, 0, 0, 0], [0.2] * 5, [0, 0.5, 0.5, 0, 0]], dtype=DTYPES[dtype])
    add(family, "kl_div", "", dtype, F.kl_div, {"input": log, "target": target}, {"log_target": False}, ("target",))
    add(family, "kl_div", "logarithms", dtype, F.kl_div, {"input": log, "target": samples.normal(4, 5).log_softmax(1)}, {"log_target": True}, ())
    family.differentiate("kl_div", "rows", dtype, lambda input, target: F.kl_div(input, target, reduction="batchmean"),
                         {"input": log, "target": target}, {"log_target": False, "reduction": "mean", "rows": True}, ("target",))
    counts = samples.integers(0, 6, 4, 3)
    for full in (False, True):
        add(family, "poisson_nll", f"logarithms, full {full}", dtype, F.poisson_nll_loss, {"input": samples.normal(4, 3), "target": counts},
            {"log_input": True, "full": full}, ("target",))
        add(family, "poisson_nll", f"full {full}", dtype, F.poisson_nll_loss, {"input": samples.between(0.2, 4, 4, 3), "target": counts},
            {"log_input": False, "full": full}, ("target",))
        variance = samples.between(0.1, 3, 4, 3)
        variance[0, 0] = 0
        add(family, "gaussian_nll", f"full {full}", dtype, lambda input, target, second, **rest: F.gaussian_nll_loss(input, target, second, eps=0.01, **rest),
            {"input": samples.normal(4, 3), "target": samples.normal(4, 3), "second": variance}, {"full": full}, ())
    signs = torch.tensor([[1, -1, 1], [-1, 1, 1], [1, 1, -1], [-1, -1, 1]], dtype=DTYPES[dtype])
    add(family, "soft_margin", "", dtype, F.soft_margin_loss, {"input": samples.normal(4, 3, std=3), "target": signs}, {}, ("target",))
    for margin in (1.0, 0.4):
        add(family, "hinge_embedding", f"margin {margin}", dtype, F.hinge_embedding_loss, {"input": samples.normal(4, 3), "target": signs},
            {"margin": margin}, ("target",))


def of_pairs(family, dtype):
    samples = Samples("losses of pairs", dtype)
    sign = torch.tensor([1, -1, 1, -1, -1], dtype=DTYPES[dtype])
    for margin in (0.0, 0.3):
        add(family, "cosine_embedding", f"margin {margin}", dtype, lambda input, second, target, **rest: F.cosine_embedding_loss(input, second, target, **rest),
            {"input": samples.normal(5, 4), "second": samples.normal(5, 4), "target": sign}, {"margin": margin}, ("target",))
        add(family, "margin_ranking", f"margin {margin}", dtype, lambda input, second, target, **rest: F.margin_ranking_loss(input, second, target, **rest),
            {"input": samples.normal(5), "second": samples.normal(5), "target": sign}, {"margin": margin}, ("target",))
    for margin, power, swap in ((1.0, 2.0, False), (0.5, 1.0, False), (2.0, 3.0, True), (1.0, 2.0, True)):
        add(family, "triplet_margin", f"margin {margin}, power {power}, swap {swap}", dtype,
            lambda input, second, target, margin, power, swap, reduction: F.triplet_margin_loss(input, second, target, margin, power, swap=swap, reduction=reduction),
            {"input": samples.normal(5, 4), "second": samples.normal(5, 4), "target": samples.normal(5, 4)},
            {"margin": margin, "power": power, "swap": swap}, ())


def of_labels(family, dtype):
    samples = Samples("losses of labels", dtype)
    log = samples.normal(6, 4).log_softmax(1)
    labels = torch.tensor([3, 0, 1, 1, 2, 3])
    weight = torch.tensor([0.5, 2, 1.25, 0.75], dtype=DTYPES[dtype])
    for extra in ({}, {"weight": weight}):
        name = "weights" if extra else "plain"
        add(family, "nll", name, dtype, F.nll_loss, {"input": log, "target": labels, **extra}, {"ignore_index": -100}, ("weight",))
        add(family, "nll", f"{name}, ignored", dtype, F.nll_loss, {"input": log, "target": torch.tensor([3, -100, 1, -100, 2, 0]), **extra},
            {"ignore_index": -100}, ("weight",))
        add(family, "nll", f"{name}, 2x4x3", dtype, F.nll_loss, {"input": samples.normal(2, 4, 3).log_softmax(1), "target": samples.indices(4, 2, 3), **extra},
            {"ignore_index": 2}, ("weight",))
        for power in (1, 2):
            add(family, "multi_margin", f"{name}, power {power}", dtype,
                lambda input, target, power, margin, reduction, weight=None: F.multi_margin_loss(input, target, power, margin, weight, reduction=reduction),
                {"input": samples.normal(6, 4), "target": labels, **extra}, {"power": power, "margin": 0.8}, ("weight",))
        there = samples.flags(6, 4).to(DTYPES[dtype])
        add(family, "multilabel_soft_margin", name, dtype, F.multilabel_soft_margin_loss, {"input": samples.normal(6, 4, std=2), "target": there, **extra}, {},
            ("target", "weight"))
    there = samples.flags(6, 4).to(DTYPES[dtype])
    for gamma, alpha in ((2.0, 0.25), (0.0, None), (1.5, None)):
        add(family, "focal", f"gamma {gamma}, alpha {alpha}", dtype, focal, {"input": samples.normal(6, 4, std=2), "target": there},
            {"gamma": gamma, "alpha": alpha}, ("target",))


def of_label_sets(family, dtype):
    samples = Samples("label sets", dtype)
    labels = torch.tensor([[3, 0, -1, 1], [1, -1, -1, -1], [-1, 2, 0, 1], [0, 1, 2, 3], [2, 2, -1, 0]])
    add(family, "multilabel_margin", "", dtype, F.multilabel_margin_loss, {"input": samples.normal(5, 4), "target": labels}, {}, ())
    add(family, "multilabel_margin", "one row", dtype, F.multilabel_margin_loss, {"input": samples.normal(4), "target": labels[0]}, {}, ())


def focal(input, target, gamma, alpha, reduction):
    """The formula of the paper, from probabilities."""
    p = input.sigmoid()
    right = p * target + (1 - p) * (1 - target)
    loss = F.binary_cross_entropy_with_logits(input, target, reduction="none") * (1 - right) ** gamma
    if alpha is not None:
        loss = loss * (alpha * target + (1 - alpha) * (1 - target))
    return loss if reduction == "none" else getattr(loss, reduction)()


def ctc(family, dtype):
    """Gradients are those of the logits, since PyTorch's of the logarithms hold behind a log-softmax only."""
    samples = Samples("ctc", dtype)
    cases = (("plain", 7, 5, [[1, 2, 3], [2, 2, 4]], [7, 7], [3, 3], 0, False), ("ragged", 9, 4, [[1, 2, 3], [3, 3, 1], [2, 1, 1]], [9, 6, 4], [3, 2, 1], 0, False),
             ("empty target", 4, 3, [[1, 2], [1, 1]], [4, 4], [0, 2], 0, False), ("blank last", 6, 4, [[0, 1, 0], [2, 2, 1]], [6, 5], [3, 2], 3, False),
             ("too long", 4, 3, [[1, 1, 1], [1, 2, 1]], [4, 4], [3, 3], 0, True), ("one step", 1, 3, [[1], [2]], [1, 1], [1, 1], 0, False))
    for name, steps, classes, targets, inputs, lengths, blank, zero in cases:
        def loss(input, target, reduction, **_):
            return F.ctc_loss(input.log_softmax(2), target, torch.tensor(inputs), torch.tensor(lengths), blank, reduction, zero)
        add(family, "ctc", name, dtype, loss, {"input": samples.normal(steps, len(targets), classes), "target": torch.tensor(targets)},
            {"input_lengths": inputs, "target_lengths": lengths, "blank": blank, "zero_infinity": zero}, ())
