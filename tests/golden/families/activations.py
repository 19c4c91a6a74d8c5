"""Activation functions: moderate inputs with exact zeros, and inputs so large that naive formulas overflow."""

import torch
import torch.nn.functional as F

from .golden import DTYPES, Family, Samples

POINTWISE = [
    ("relu", "", F.relu, {}),
    ("leaky_relu", "default", F.leaky_relu, {"negative_slope": 0.01}),
    ("leaky_relu", "slope 0.2", F.leaky_relu, {"negative_slope": 0.2}),
    ("elu", "default", F.elu, {"alpha": 1.0}),
    ("elu", "alpha 0.5", F.elu, {"alpha": 0.5}),
    ("gelu", "exact", F.gelu, {"approximate": "none"}),
    ("gelu", "tanh", F.gelu, {"approximate": "tanh"}),
    ("silu", "", F.silu, {}),
    ("softplus", "default", F.softplus, {"beta": 1.0, "threshold": 20.0}),
    ("softplus", "beta 2, threshold 3", F.softplus, {"beta": 2.0, "threshold": 3.0}),
    ("sigmoid", "", torch.sigmoid, {}),
    ("tanh", "", torch.tanh, {}),
]

LARGE = [-100, -88, -30, -10, -5, 5, 10, 30, 88, 100]


def build():
    family = Family("activations")
    for dtype in DTYPES:
        samples = Samples("activations", dtype)
        moderate = samples.normal(4, 5, std=1.5)
        moderate[0, 0] = moderate[2, 3] = 0
        large = torch.tensor(LARGE, dtype=DTYPES[dtype])
        for kind, name, function, options in POINTWISE:
            for label, values in (("moderate", moderate), ("large", large)):
                family.differentiate(kind, f"{name}, {label}" if name else label, dtype,
                                     lambda input: function(input, **options), {"input": values}, options)

        cube = samples.normal(3, 4, 5, std=2)
        for kind, function in (("softmax", F.softmax), ("log_softmax", F.log_softmax)):
            for dim in (0, 1, 2, -1):
                family.differentiate(kind, f"3x4x5 dim {dim}", dtype, lambda input: function(input, dim=dim),
                                     {"input": cube}, {"dim": dim})
            family.differentiate(kind, "one class", dtype, lambda input: function(input, dim=1),
                                 {"input": samples.normal(4, 1)}, {"dim": 1})
            family.differentiate(kind, "large", dtype, lambda input: function(input, dim=1),
                                 {"input": samples.normal(3, 5, std=60)}, {"dim": 1})
            family.differentiate(kind, "shifted by 1000", dtype, lambda input: function(input, dim=1),
                                 {"input": samples.normal(3, 5) + 1000}, {"dim": 1})
    return family
