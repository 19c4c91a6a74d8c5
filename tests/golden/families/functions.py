"""Further element-wise functions and activations: moderate inputs, and the places where functions bend or leave their domain."""

import torch
import torch.nn.functional as F

from .golden import DTYPES, Family, Samples

FUNCTIONS = [
    ("tan", torch.tan, (-1.2, 1.2)),
    ("asin", torch.asin, (-0.98, 0.98)),
    ("acos", torch.acos, (-0.98, 0.98)),
    ("atan", torch.atan, (-5, 5)),
    ("sinh", torch.sinh, (-4, 4)),
    ("cosh", torch.cosh, (-4, 4)),
    ("asinh", torch.asinh, (-9, 9)),
    ("acosh", torch.acosh, (1.05, 9)),
    ("atanh", torch.atanh, (-0.97, 0.97)),
    ("erfc", torch.erfc, (-3, 3)),
    ("erfinv", torch.erfinv, (-0.97, 0.97)),
    ("lgamma", torch.lgamma, (0.2, 14)),
    ("lgamma_negative", torch.lgamma, (-2.9, -2.1)),
    ("digamma", torch.digamma, (0.2, 14)),
    ("digamma_negative", torch.digamma, (-1.9, -1.1)),
    ("trunc", torch.trunc, (-4, 4)),
]

ACTIVATIONS = [
    ("selu", "", F.selu, {}),
    ("celu", "default", F.celu, {"alpha": 1.0}),
    ("celu", "alpha 0.5", F.celu, {"alpha": 0.5}),
    ("mish", "", F.mish, {}),
    ("hardswish", "", F.hardswish, {}),
    ("hardsigmoid", "", F.hardsigmoid, {}),
    ("hardtanh", "default", F.hardtanh, {"min_val": -1.0, "max_val": 1.0}),
    ("hardtanh", "-3 to 0.5", F.hardtanh, {"min_val": -3.0, "max_val": 0.5}),
    ("relu6", "", F.relu6, {}),
    ("hardshrink", "default", F.hardshrink, {"lambd": 0.5}),
    ("hardshrink", "lambda 3", F.hardshrink, {"lambd": 3.0}),
    ("softshrink", "default", F.softshrink, {"lambd": 0.5}),
    ("softshrink", "lambda 3", F.softshrink, {"lambd": 3.0}),
    ("tanhshrink", "", F.tanhshrink, {}),
    ("threshold", "", F.threshold, {"threshold": 0.5, "value": -2.0}),
    ("logsigmoid", "", F.logsigmoid, {}),
    ("softsign", "", F.softsign, {}),
    ("softplus", "default", F.softplus, {"beta": 1.0, "threshold": 20.0}),
    ("softplus", "beta 2, threshold 3", F.softplus, {"beta": 2.0, "threshold": 3.0}),
]

# Where the pieces of the functions above meet, and far away.
CORNERS = [-100, -20, -3, -1, -0.5, 0, 0.5, 1, 1.5, 3, 6, 20, 100]


def build():
    family = Family("functions")
    for dtype in DTYPES:
        samples = Samples("functions", dtype)
        for kind, function, (low, high) in FUNCTIONS:
            for shape in ((4, 5), (3,), (2, 1, 3)):
                family.differentiate(kind, "x".join(map(str, shape)), dtype, lambda input: function(input),
                                     {"input": samples.between(low, high, *shape)})
        moderate = samples.normal(4, 5, std=1.5)
        corners = torch.tensor(CORNERS, dtype=DTYPES[dtype])
        for kind, name, function, options in ACTIVATIONS:
            for label, values in (("moderate", moderate), ("corners", corners)):
                family.differentiate(kind, f"{name}, {label}" if name else label, dtype,
                                     lambda input: function(input, **options), {"input": values}, options)
        for shape, count in (((4, 3), 1), ((4, 3), 3), ((2, 3, 4), 3), ((5,), 1)):
            family.differentiate("prelu", f"{'x'.join(map(str, shape))}, {count}", dtype,
                                 lambda input, weight: F.prelu(input, weight),
                                 {"input": samples.normal(*shape), "weight": samples.between(0.1, 0.5, count)})
        for shape, dim in (((4, 6), -1), ((4, 6), 0), ((2, 4, 3), 1)):
            inputs = {"input": samples.normal(*shape)}
            name = f"{'x'.join(map(str, shape))} dim {dim}"
            family.differentiate("glu", name, dtype, lambda input: F.glu(input, dim), inputs, {"dim": dim})
            family.differentiate("swiglu", name, dtype, lambda input: swiglu(input, dim), inputs, {"dim": dim})
            family.differentiate("softmin", name, dtype, lambda input: F.softmin(input, dim), inputs, {"dim": dim})
        for left, right in (((3, 4), (3, 4)), ((3, 4), (4,)), ((2, 1, 3), (4, 1))):
            name = f"{'x'.join(map(str, left))} with {'x'.join(map(str, right))}"
            pair = {"input": samples.normal(*left), "other": samples.normal(*right)}
            apart = {"input": samples.normal(*left, std=3), "other": samples.between(0.6, 2, *right)}
            family.differentiate("atan2", name, dtype, lambda input, other: torch.atan2(input, other), pair)
            family.differentiate("fmod", name, dtype, lambda input, other: torch.fmod(input, other), apart)
            family.differentiate("remainder", name, dtype, lambda input, other: torch.remainder(input, other), apart)
            family.differentiate("lerp", name, dtype, lambda input, other: torch.lerp(input, other, 0.3), pair,
                                 {"weight": 0.3})
            weighted = {**pair, "weight": samples.between(0, 1, *right)}
            family.differentiate("lerp_tensor", name, dtype, lambda input, other, weight: torch.lerp(input, other, weight),
                                 weighted)
    return family


def swiglu(input, dim):
    gate, value = input.chunk(2, dim)
    return F.silu(gate) * value
