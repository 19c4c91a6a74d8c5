"""Jacobians, Hessians, and their products with vectors: torch.autograd.functional."""

import torch
from torch.autograd import functional

from .golden import DTYPES, Family, Samples


def build():
    family = Family("derivatives")
    for dtype in DTYPES:
        samples = Samples("derivatives", dtype)
        x, y, v, u = samples.normal(2, 3), samples.normal(3, 2), samples.normal(2, 3), samples.normal(3, 2)
        for name, function in FUNCTIONS.items():
            output = function(x, y)
            w = samples.normal(*output.shape)
            jacobian = functional.jacobian(function, (x, y))
            add(family, "jacobian", name, dtype, {"x": x, "y": y}, dict(zip("xy", jacobian)))
            products = functional.vjp(function, (x, y), w)
            add(family, "vjp", name, dtype, {"x": x, "y": y, "w": w}, {"output": products[0], **dict(zip("xy", products[1]))})
            product = functional.jvp(function, (x, y), (v, u))
            add(family, "jvp", name, dtype, {"x": x, "y": y, "v": v, "u": u}, {"output": product[0], "product": product[1]})
        for name, function in VALUES.items():
            hessian = functional.hessian(function, (x, y))
            add(family, "hessian", name, dtype, {"x": x, "y": y}, {a + b: hessian[i][j] for i, a in enumerate("xy") for j, b in enumerate("xy")})
            products = functional.hvp(function, (x, y), (v, u))
            add(family, "hvp", name, dtype, {"x": x, "y": y, "v": v, "u": u}, {"output": products[0], **dict(zip("xy", products[1]))})
    return family


def add(family, kind, name, dtype, inputs, outputs):
    family.add(kind, name, dtype, inputs=inputs, outputs=outputs)


FUNCTIONS = {
    "product": lambda x, y: x @ y,
    "tanh of the first": lambda x, y: x.tanh(),
    "softmax": lambda x, y: torch.softmax(x @ y, 1)[0],
    "value": lambda x, y: (x.exp() * y.T).sum(),
}

VALUES = {
    "cubic": lambda x, y: ((x @ y) ** 3).sum(),
    "linear": lambda x, y: (2 * x).sum() + y.sum(),
    "log-sum-exp": lambda x, y: torch.logsumexp((x @ y).reshape(-1), 0) + x.sin().sum(),
}
