"""Interpolation to a size or by factors, in every mode."""

import torch.nn.functional as F

from .golden import DTYPES, Family, Samples

# Shape, size, scale_factor.
CASES = (
    ((2, 3, 5), [10], None),
    ((1, 2, 7), [3], None),
    ((2, 1, 6), None, [1.7]),
    ((1, 1, 1), [4], None),
    ((2, 2, 3, 4), [6, 8], None),
    ((1, 3, 4, 5), [7, 3], None),
    ((1, 2, 5, 6), None, [2, 1.5]),
    ((2, 1, 5, 4), None, [0.6, 2.3]),
    ((1, 2, 3, 1), [1, 5], None),
    ((1, 2, 2, 3, 4), [4, 6, 8], None),
    ((2, 1, 4, 3, 2), [3, 5, 4], None),
    ((1, 1, 3, 2, 4), None, [1.5, 2, 0.7]),
)
MODES = {1: ("nearest", "nearest-exact", "linear"), 2: ("nearest", "nearest-exact", "bilinear", "bicubic"),
         3: ("nearest", "nearest-exact", "trilinear")}


def build():
    family = Family("upsampling")
    for dtype in DTYPES:
        samples = Samples("upsampling", dtype)
        for shape, size, factors in CASES:
            for mode in MODES[len(shape) - 2]:
                for align in (None,) if mode.startswith("nearest") else (False, True):
                    family.differentiate(mode, f"{list(shape)} {size or factors}{' aligned' if align else ''}", dtype,
                                         lambda input: F.interpolate(input, size, factors, mode, align), {"input": samples.normal(*shape)},
                                         {"size": size, "scale_factor": factors, "align_corners": bool(align)})
    return family
