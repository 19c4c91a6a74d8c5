"""Padding in every mode, over axes of images."""

import torch.nn.functional as F

from .golden import DTYPES, Family, Samples

# Shape and padding, last axis first.
CASES = (
    ((2, 3, 7), [2, 3]),
    ((1, 2, 4), [0, 3]),
    ((2, 1, 5, 6), [1, 2, 3, 0]),
    ((1, 3, 4, 4), [3, 3, 3, 3]),
    ((2, 2, 3, 17), [0, 1, 2, 2]),
    ((1, 2, 3, 4, 5), [2, 1, 0, 3, 2, 1]),
    ((2, 1, 2, 3, 3), [1, 1, 1, 1, 1, 1]),
    ((1, 2, 6, 5), [-1, 2, 1, -2]),
)


def build():
    family = Family("padding")
    for dtype in DTYPES:
        samples = Samples("padding", dtype)
        for shape, padding in CASES:
            for mode in ("constant", "reflect", "replicate", "circular"):
                if mode == "reflect" and any(p >= shape[-1 - i // 2] for i, p in enumerate(padding)):
                    continue
                value = 1.5 if mode == "constant" and shape[0] == 1 else 0
                family.differentiate(mode, f"{list(shape)} {padding}", dtype, lambda input: F.pad(input, padding, mode, value if value else None),
                                     {"input": samples.normal(*shape)}, {"padding": padding, "value": value})
        family.differentiate("constant", "five axes", dtype, lambda input: F.pad(input, [1, 0, 0, 2, 1, 1, 0, 1, 2, 0], "constant", 0.25),
                             {"input": samples.normal(2, 1, 2, 3, 2)}, {"padding": [1, 0, 0, 2, 1, 1, 0, 1, 2, 0], "value": 0.25})
    return family
