"""Pooling over one, two and three axes, over a grid of options: values, positions and gradients."""

import torch
import torch.nn.functional as F

from .golden import DTYPES, Family, Samples

MAX = (F.max_pool1d, F.max_pool2d, F.max_pool3d)
AVERAGE = (F.avg_pool1d, F.avg_pool2d, F.avg_pool3d)
ADAPTIVE_MAX = (F.adaptive_max_pool1d, F.adaptive_max_pool2d, F.adaptive_max_pool3d)
ADAPTIVE_AVERAGE = (F.adaptive_avg_pool1d, F.adaptive_avg_pool2d, F.adaptive_avg_pool3d)

# Shape, kernel, stride, padding, dilation, ceil_mode; over all axes behind the first two.
WINDOWS = (
    ((2, 3, 11), [2], [2], [0], [1], False),
    ((2, 3, 11), [3], [2], [1], [1], True),
    ((1, 2, 12), [3], [1], [1], [3], False),
    ((1, 1, 40), [40], [1], [20], [1], False),
    ((2, 2, 6, 8), [2, 2], [2, 2], [0, 0], [1, 1], False),
    ((1, 3, 7, 5), [3, 3], [2, 2], [1, 1], [1, 1], False),
    ((2, 1, 7, 6), [3, 2], [2, 3], [1, 0], [1, 1], True),
    ((1, 2, 9, 10), [3, 4], [2, 1], [1, 2], [2, 3], True),
    ((1, 2, 5, 33), [5, 17], [1, 4], [0, 8], [1, 1], False),
    ((1, 2, 4, 5, 6), [2, 2, 2], [2, 2, 2], [0, 0, 0], [1, 1, 1], False),
    ((2, 1, 5, 4, 7), [3, 2, 3], [2, 1, 2], [1, 1, 0], [1, 1, 2], True),
    ((1, 1, 3, 6, 6), [1, 3, 2], [1, 3, 1], [0, 1, 1], [2, 1, 1], False),
)

OUTPUTS = (((2, 3, 10), [4]), ((1, 2, 5), [7]), ((2, 2, 7, 9), [3, 4]), ((1, 3, 6, 6), [1, 1]), ((1, 2, 3, 4), [5, 2]), ((1, 2, 5, 4, 7), [2, 3, 3]))


def build():
    family = Family("pooling")
    for dtype in DTYPES:
        samples = Samples("pooling", dtype)
        for shape, kernel, stride, padding, dilation, ceil in WINDOWS:
            axes = len(kernel)
            options = {"kernel": kernel, "stride": stride, "padding": padding, "dilation": dilation, "ceil_mode": ceil}
            name = f"{list(shape)} {kernel} {stride} {padding} {dilation} {ceil}"

            # Of whole numbers several are equal.
            for what, x in (("", samples.normal(*shape)), (", ties", samples.integers(0, 3, *shape))):
                family.differentiate("max_pool", name + what, dtype,
                                     lambda input: places(MAX[axes - 1](input, kernel, stride, padding, dilation, ceil, True)), {"input": x}, options)
            if set(dilation) != {1}:
                continue
            for include in (True, False):
                family.differentiate("avg_pool", f"{name} {include}", dtype,
                                     lambda input: AVERAGE[axes - 1](input, kernel, stride, padding, ceil, include),
                                     {"input": samples.normal(*shape)}, {**options, "count_include_pad": include})
            if axes > 1:
                family.differentiate("avg_pool", f"{name} divisor", dtype,
                                     lambda input: AVERAGE[axes - 1](input, kernel, stride, padding, ceil, True, 5),
                                     {"input": samples.normal(*shape)}, {**options, "count_include_pad": True, "divisor": 5})
        for shape, outputs in OUTPUTS:
            axes = len(outputs)
            name = f"{list(shape)} {outputs}"
            family.differentiate("adaptive_max_pool", name, dtype, lambda input: places(ADAPTIVE_MAX[axes - 1](input, outputs, True)),
                                 {"input": samples.normal(*shape)}, {"outputs": outputs})
            family.differentiate("adaptive_avg_pool", name, dtype, lambda input: ADAPTIVE_AVERAGE[axes - 1](input, outputs),
                                 {"input": samples.normal(*shape)}, {"outputs": outputs})
    return family


def places(both):
    return {"output": both[0], "indices": both[1]}
