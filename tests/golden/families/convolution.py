"""Convolutions and transposed convolutions of one to three axes, as torch.nn's layers compute them.

Options are the layer's arguments. Kinds that end in _second_order have the form of the family second_order, with the inputs x, weight
and bias.
"""

import torch

from . import second_order
from .golden import DTYPES, Family, Samples

# name, shape of the input, output channels, kernel, further arguments
CONVOLUTIONS = [
    ("1d, plain", (2, 3, 9), 4, 3, {}),
    ("1d, one element", (1, 1, 1), 1, 1, {}),
    ("1d, stride and padding", (3, 2, 10), 5, 4, {"stride": 3, "padding": 2}),
    ("1d, dilation", (2, 4, 13), 3, 3, {"dilation": 3, "padding": 1}),
    ("1d, groups", (2, 6, 7), 9, 2, {"groups": 3}),
    ("1d, depthwise", (2, 5, 8), 5, 3, {"groups": 5, "padding": 1}),
    ("1d, same, even kernel", (2, 2, 7), 3, 4, {"padding": "same", "dilation": 2}),
    ("1d, no bias", (2, 3, 6), 2, 3, {"bias": False}),
    ("1d, without batch", (3, 8), 4, 3, {"padding": 1}),
    ("1d, long", (1, 2, 300), 3, 5, {"stride": 2, "padding": 2}),
    ("1d, reflect", (2, 2, 6), 3, 3, {"padding": 2, "padding_mode": "reflect"}),
    ("1d, replicate", (2, 2, 5), 3, 4, {"padding": 3, "padding_mode": "replicate"}),
    ("1d, circular", (2, 2, 5), 3, 3, {"padding": 2, "padding_mode": "circular", "stride": 2}),
    ("2d, plain", (2, 3, 6, 5), 4, 3, {}),
    ("2d, padding", (3, 2, 5, 7), 17, 3, {"padding": 1}),
    ("2d, kernel 1", (2, 5, 3, 4), 6, 1, {}),
    ("2d, kernel 1, stride 2", (2, 3, 5, 4), 4, 1, {"stride": 2}),
    ("2d, kernel 5", (1, 2, 8, 6), 3, 5, {"padding": 2}),
    ("2d, kernel 7, stride 2", (1, 3, 11, 9), 5, 7, {"stride": 2, "padding": 3}),
    ("2d, oblong", (2, 2, 7, 9), 3, (2, 3), {"stride": (1, 2), "padding": (1, 0), "dilation": (2, 1)}),
    ("2d, stride wider than kernel", (2, 2, 9, 8), 3, 2, {"stride": 3}),
    ("2d, kernel as large as the input", (2, 3, 4, 5), 2, (4, 5), {}),
    ("2d, much padding", (1, 2, 2, 3), 2, 2, {"padding": 3}),
    ("2d, groups", (2, 6, 5, 5), 4, 3, {"groups": 2, "padding": 1}),
    ("2d, depthwise", (2, 4, 6, 5), 4, 3, {"groups": 4, "padding": 1}),
    ("2d, depthwise, twice as many, stride 2", (2, 3, 7, 6), 6, 3, {"groups": 3, "stride": 2, "padding": 1}),
    ("2d, same", (2, 2, 5, 4), 3, (4, 3), {"padding": "same"}),
    ("2d, valid", (2, 2, 5, 4), 3, 2, {"padding": "valid", "stride": 2}),
    ("2d, no bias, many channels", (1, 21, 4, 4), 19, 3, {"bias": False, "padding": 1}),
    ("2d, without batch", (3, 5, 6), 2, 3, {"padding": 1}),
    ("2d, reflect", (2, 2, 5, 4), 3, 3, {"padding": (2, 1), "padding_mode": "reflect"}),
    ("2d, replicate", (1, 2, 3, 4), 2, 3, {"padding": 2, "padding_mode": "replicate"}),
    ("2d, circular", (1, 2, 4, 5), 2, 3, {"padding": 1, "padding_mode": "circular"}),
    ("2d, reflect, same", (1, 2, 5, 6), 2, (2, 4), {"padding": "same", "padding_mode": "reflect"}),
    ("3d, plain", (2, 2, 4, 5, 3), 3, 2, {}),
    ("3d, padding", (1, 2, 3, 4, 5), 4, 3, {"padding": 1}),
    ("3d, oblong", (2, 2, 5, 4, 6), 3, (3, 1, 2), {"stride": (2, 1, 2), "padding": (1, 0, 1), "dilation": (1, 1, 2)}),
    ("3d, groups", (1, 4, 3, 4, 3), 6, 2, {"groups": 2, "padding": 1, "stride": 2}),
    ("3d, depthwise", (2, 3, 3, 3, 4), 3, 3, {"groups": 3, "padding": 1}),
    ("3d, replicate", (1, 1, 3, 2, 4), 2, 2, {"padding": 1, "padding_mode": "replicate"}),
    ("3d, circular", (1, 2, 3, 2, 4), 2, (2, 2, 3), {"padding": (1, 1, 2), "padding_mode": "circular"}),
]

TRANSPOSED = [
    ("1d, plain", (2, 3, 5), 4, 3, {}),
    ("1d, stride and padding", (2, 2, 4), 3, 4, {"stride": 3, "padding": 2}),
    ("1d, output padding", (2, 3, 5), 2, 3, {"stride": 2, "padding": 1, "output_padding": 1}),
    ("1d, stride wider than kernel", (2, 2, 4), 3, 2, {"stride": 4}),
    ("1d, groups and dilation", (2, 4, 5), 6, 3, {"groups": 2, "dilation": 2}),
    ("2d, plain", (2, 3, 3, 4), 2, 3, {}),
    ("2d, stride 2", (2, 3, 4, 3), 5, 3, {"stride": 2, "padding": 1, "output_padding": 1}),
    ("2d, kernel 4, stride 2", (1, 5, 3, 3), 13, 4, {"stride": 2, "padding": 1}),
    ("2d, kernel 1", (2, 3, 4, 3), 4, 1, {}),
    ("2d, oblong", (2, 2, 3, 4), 3, (2, 3), {"stride": (3, 1), "padding": (0, 1), "dilation": (1, 2), "output_padding": (2, 1)}),
    ("2d, groups", (2, 4, 3, 3), 6, 3, {"groups": 2, "stride": 2}),
    ("2d, depthwise", (2, 3, 4, 4), 3, 3, {"groups": 3, "padding": 1, "stride": 2}),
    ("2d, no bias", (1, 2, 3, 3), 2, 2, {"bias": False, "stride": 2}),
    ("2d, without batch", (3, 4, 5), 2, 3, {"padding": 1}),
    ("3d, plain", (2, 2, 2, 3, 2), 3, 2, {}),
    ("3d, stride 2", (1, 3, 2, 3, 2), 2, 3, {"stride": 2, "padding": 1, "output_padding": (1, 0, 1)}),
    ("3d, oblong", (1, 2, 3, 2, 3), 2, (1, 3, 2), {"stride": (1, 2, 3), "groups": 2, "dilation": (1, 1, 2)}),
]

SECOND_ORDER = [
    ("conv1d", (2, 2, 6), 3, 3, {"stride": 2, "padding": 1}),
    ("conv2d", (2, 2, 4, 5), 3, 3, {"padding": 1}),
    ("conv2d_groups", (1, 4, 5, 4), 4, (2, 3), {"stride": 2, "padding": 1, "dilation": (2, 1), "groups": 2}),
    ("conv3d", (1, 2, 3, 3, 3), 2, 2, {"padding": 1}),
    ("conv_transpose1d", (2, 2, 4), 2, 3, {"stride": 2}),
    ("conv_transpose2d", (1, 2, 3, 3), 2, 3, {"stride": 2, "padding": 1, "output_padding": 1}),
    ("conv_transpose3d", (1, 1, 2, 2, 2), 2, 2, {"stride": (2, 1, 2)}),
]


def build():
    family = Family("convolution")
    for dtype in DTYPES:
        for kind, cases in (("conv", CONVOLUTIONS), ("conv_transpose", TRANSPOSED)):
            for name, shape, outputs, kernel, arguments in cases:
                axes = int(name[0])
                unbatched = len(shape) == axes + 1
                function, inputs = layer(f"{kind}{axes}d", name, shape[0 if unbatched else 1], outputs, kernel, arguments, dtype)
                inputs = {"input": Samples(f"convolution/{kind}/{name}", dtype).normal(*shape), **inputs}
                family.differentiate(f"{kind}{axes}d", name, dtype, function, inputs, {"outputs": outputs, "kernel": kernel, **arguments})
        for name, shape, outputs, kernel, arguments in SECOND_ORDER:
            kind = name.removesuffix("_groups")
            function, inputs = layer(kind, name, shape[1], outputs, kernel, arguments, dtype)
            second_order.add(family, f"{name}_second_order", dtype,
                             lambda x, weight, bias: torch.tanh(function(x, weight, bias)),
                             {"x": Samples(f"convolution/{name}", dtype).normal(*shape, std=0.5), **inputs})
    return family


def layer(kind, name, channels, outputs, kernel, arguments, dtype):
    """The function of input, weight and bias that torch.nn's layer is, and values for the parameters."""
    prefix, axes = kind[:-2], kind[-2]
    made = getattr(torch.nn, f"{'ConvTranspose' if 'transpose' in prefix else 'Conv'}{axes}d")(channels, outputs, kernel, **arguments)
    made = made.to(DTYPES[dtype])
    samples = Samples(f"convolution/{kind}/{name}/parameters", dtype)
    values = {key: samples.normal(*value.shape, std=0.5) for key, value in made.named_parameters()}

    def function(input, weight, bias=None):
        parameters = {"weight": weight} if bias is None else {"weight": weight, "bias": bias}
        return torch.func.functional_call(made, parameters, (input,))

    return function, values
