"""What works along rows: RMS norm and softmax under a mask, with their gradients and the gradients of those.

The mask is True where an element is left out, as `masked_fill` has it, and broadcasts to the input. No row is left out altogether,
for PyTorch answers NaN there. Kinds that end in _second_order have the form of the family second_order.
"""

import torch
import torch.nn.functional as F

from . import second_order
from .golden import DTYPES, Family, Samples


def build():
    family = Family("rows")
    for dtype in DTYPES:
        rms_norm(family, dtype)
        masked_softmax(family, dtype)
    return family


def rms_norm(family, dtype):
    """An epsilon of null is the machine epsilon of the dtype."""
    samples = Samples("rms norm", dtype)
    for name, shape, eps in (("vector", (5,), 1e-5), ("matrix", (4, 7), 1e-6), ("cube", (2, 3, 4), 1e-2), ("long rows", (2, 33), None),
                             ("one column", (3, 1), 1e-5), ("longer rows", (2, 131), 1e-5)):
        inputs = {"input": samples.normal(*shape, mean=0.5, std=1.5)}
        for suffix, weight in (("", {"weight": samples.between(0.5, 1.5, shape[-1])}), (", no weight", {})):
            family.differentiate("rms_norm", name + suffix, dtype,
                                 lambda input, weight=None: F.rms_norm(input, shape[-1:], weight, eps), {**inputs, **weight},
                                 {"eps": eps})
    family.differentiate("rms_norm", "small and large", dtype, lambda input: F.rms_norm(input, (4,), None, 1e-5),
                         {"input": torch.tensor([[1e-4, -2e-4, 0, 3e-4], [1e3, -2e3, 500, 0], [0, 0, 0, 0]], dtype=DTYPES[dtype])},
                         {"eps": 1e-5})
    second_order.add(family, "rms_norm_second_order", dtype, lambda x, weight: F.rms_norm(x, x.shape[-1:], weight, 1e-5),
                     {"x": samples.normal(3, 5), "weight": samples.between(0.5, 1.5, 5)})


def masked_softmax(family, dtype):
    samples = Samples("masked softmax", dtype)
    causal = torch.ones(5, 5).triu(1).bool()
    for name, shape, dim, mask in (
            ("matrix", (4, 7), 1, some(samples, 4, 7, dim=1)), ("columns", (4, 7), 0, some(samples, 4, 7, dim=0)),
            ("cube, mask of rows", (3, 4, 5), -1, some(samples, 5, dim=0)), ("cube, mask of columns", (3, 4, 5), 2, some(samples, 3, 1, 5, dim=2)),
            ("causal", (2, 3, 5, 5), -1, causal), ("padding", (2, 3, 4, 6), -1, torch.arange(6) >= torch.tensor([4, 6]).reshape(2, 1, 1, 1)),
            ("long rows", (2, 131), 1, some(samples, 2, 131, dim=1)), ("nothing masked", (3, 4), 1, torch.zeros(3, 4, dtype=torch.bool)),
            ("one left", (3, 4), 1, torch.eye(4)[:3] == 0)):
        family.differentiate("masked_softmax", name, dtype, lambda input, mask: softmax(input, mask, dim),
                             {"input": samples.normal(*shape, std=2), "mask": mask}, {"dim": dim})
    family.differentiate("masked_softmax", "the largest masked", dtype, lambda input, mask: softmax(input, mask, 1),
                         {"input": torch.tensor([[1e3, 1, 2, -3], [5, 80, -80, 500]], dtype=DTYPES[dtype]),
                          "mask": torch.tensor([[True, False, False, False], [False, False, False, True]])}, {"dim": 1})
    mask = some(samples, 3, 5, dim=1)
    second_order.add(family, "masked_softmax_second_order", dtype, lambda x, mask: softmax(x, mask, 1),
                     {"x": samples.normal(3, 5), "mask": mask})


def softmax(input, mask, dim):
    return torch.softmax(input.masked_fill(mask, float("-inf")), dim)


def some(samples, *shape, dim):
    """About half the elements, but never all along the axis."""
    mask = samples.flags(*shape)
    mask.select(dim, shape[dim] // 2).fill_(False)
    return mask
