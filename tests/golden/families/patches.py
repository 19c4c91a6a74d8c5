"""Patches of images as columns and back, and channels shuffled into pixels."""

import torch
import torch.nn.functional as F

from .golden import DTYPES, Family, Samples

# Shape, kernel, dilation, padding, stride.
CASES = (
    ((2, 3, 5, 6), [2, 3], [1, 1], [0, 0], [1, 1]),
    ((1, 2, 7, 7), [3, 3], [1, 1], [1, 1], [2, 2]),
    ((1, 1, 8, 5), [3, 2], [2, 1], [2, 1], [1, 3]),
    ((3, 2, 4, 4), [4, 4], [1, 1], [0, 0], [1, 1]),
    ((2, 6, 5), [2, 2], [1, 2], [1, 0], [2, 1]),
)


def build():
    family = Family("patches")
    for dtype in DTYPES:
        samples = Samples("patches", dtype)
        for shape, kernel, dilation, padding, stride in CASES:
            options = {"kernel_size": kernel, "dilation": dilation, "padding": padding, "stride": stride, "output_size": list(shape[-2:])}
            image = samples.normal(*shape)
            family.differentiate("unfold", f"{list(shape)} {kernel}", dtype, lambda input: F.unfold(input, kernel, dilation, padding, stride),
                                 {"input": image}, options)
            columns = samples.normal(*F.unfold(image, kernel, dilation, padding, stride).shape)
            family.differentiate("fold", f"{list(shape)} {kernel}", dtype,
                                 lambda input: F.fold(input, shape[-2:], kernel, dilation, padding, stride), {"input": columns}, options)
        for shape, factor in (((2, 8, 3, 4), 2), ((1, 9, 2, 1), 3), ((4, 3, 5), 2), ((2, 3, 4, 1, 2), 2)):
            family.differentiate("pixel_shuffle", f"{list(shape)} {factor}", dtype, lambda input: F.pixel_shuffle(input, factor),
                                 {"input": samples.normal(*shape)}, {"factor": factor})
        for shape, factor in (((2, 2, 6, 4), 2), ((1, 1, 3, 9), 3), ((3, 4, 6), 2), ((2, 3, 1, 2, 2), 2)):
            family.differentiate("pixel_unshuffle", f"{list(shape)} {factor}", dtype, lambda input: F.pixel_unshuffle(input, factor),
                                 {"input": samples.normal(*shape)}, {"factor": factor})
        for shape, groups in (((2, 6, 3), 2), ((1, 12, 2, 2), 3)):
            family.differentiate("channel_shuffle", f"{list(shape)} {groups}", dtype, lambda input: torch.channel_shuffle(input, groups),
                                 {"input": samples.normal(*shape)}, {"groups": groups})
    return family
