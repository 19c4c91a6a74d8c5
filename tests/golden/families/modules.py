"""Modules with several inputs, and layers whose weight is computed: embedding bags, bilinear forms, weight and spectral normalisation."""

import torch
import torch.nn.functional as F
from torch.nn.utils import parametrizations

from .golden import DTYPES, Family, Samples, leaf


def build():
    family = Family("modules")
    for dtype in DTYPES:
        samples = Samples("modules", dtype)
        bags(family, dtype, samples)
        for shape, second, outputs in (((4, 3), 5, 2), ((2, 3, 4), 1, 3), ((6,), 2, 4)):
            for bias in (True, False):
                inputs = {"input": samples.normal(*shape), "second": samples.normal(*shape[:-1], second),
                          "weight": samples.normal(outputs, shape[-1], second)}
                if bias:
                    inputs["bias"] = samples.normal(outputs)
                family.differentiate("bilinear", f"{list(shape)} {second} {outputs}{' bias' if bias else ''}", dtype,
                                     lambda input, second, weight, bias=None: F.bilinear(input, second, weight, bias), inputs)
        for name, make in LAYERS.items():
            for axis in (0, 1, None):
                wrapped(family, dtype, samples, "weight_norm", f"{name} {axis}", name,
                        lambda layer: parametrizations.weight_norm(layer, dim=axis), {"axis": axis})
            for steps in (1, 3):
                wrapped(family, dtype, samples, "spectral_norm", f"{name} {steps}", name,
                        lambda layer: parametrizations.spectral_norm(layer, n_power_iterations=steps), {"steps": steps})
        alpha_dropout(family, dtype)
    return family


def bags(family, dtype, samples):
    table = samples.normal(7, 3)
    for mode in ("sum", "mean", "max"):
        for padding in (None, 2):
            matrix = samples.indices(7, 4, 5)
            matrix[1] = 2
            vector = samples.indices(7, 9)
            for name, inputs, last in (("matrix", {"input": matrix}, False),
                                       ("offsets", {"input": vector, "offsets": torch.tensor([0, 3, 3, 7])}, False),
                                       ("last offset", {"input": vector, "offsets": torch.tensor([0, 4, 6, 9])}, True)):
                for weighted in (False, True) if mode == "sum" else (False,):
                    given = {**inputs, "weight": table}
                    if weighted:
                        given["weights"] = samples.normal(*inputs["input"].shape)
                    family.differentiate(
                        "embedding_bag", f"{mode}, {name}, padding {padding}{', weighted' if weighted else ''}", dtype,
                        lambda input, weight, offsets=None, weights=None: F.embedding_bag(
                            input, weight, offsets, mode=mode, per_sample_weights=weights, include_last_offset=last, padding_idx=padding),
                        given, {"mode": mode, "padding_idx": padding, "include_last_offset": last})


LAYERS = {
    "linear": (lambda: torch.nn.Linear(4, 3), (5, 4)),
    "conv2d": (lambda: torch.nn.Conv2d(2, 3, (2, 3), padding=1), (2, 2, 4, 3)),
    "conv_transpose1d": (lambda: torch.nn.ConvTranspose1d(3, 2, 3, bias=False), (2, 3, 4)),
}


def wrapped(family, dtype, samples, kind, name, layer_name, wrap, options):
    """The state before, and the outputs of a pass of training and of one of evaluation, with the gradients of both together."""
    make, shape = LAYERS[layer_name]
    layer = make().to(DTYPES[dtype])
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.copy_(samples.normal(*parameter.shape))
    torch.manual_seed(1)
    layer = wrap(layer).to(DTYPES[dtype])
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.copy_(samples.between(0.2, 1.2, *parameter.shape))
    before = {key: value.clone() for key, value in layer.state_dict().items()}
    input = leaf(samples.normal(*shape))
    layer.train()
    outputs = {"train": layer(input)}
    layer.eval()
    outputs["eval"] = layer(input)
    upstream = {key: samples.between(-1, 1, *value.shape) for key, value in outputs.items()}
    wanted = {"input": input, **dict(layer.named_parameters())}
    found = torch.autograd.grad(sum((outputs[key] * weights).sum() for key, weights in upstream.items()), list(wanted.values()))
    family.add(kind, name, dtype, options={**options, "layer": layer_name}, inputs={"input": input, **before}, output_gradients=upstream, outputs=outputs,
               gradients=dict(zip(wanted, found)), state={key: value for key, value in layer.state_dict().items() if "_u" in key or "_v" in key})


def alpha_dropout(family, dtype):
    """What becomes of zeros and ones: dropped, kept."""
    for probability in (0.1, 0.5, 0.8):
        torch.manual_seed(1)
        zeros = torch.unique(F.alpha_dropout(torch.zeros(1000, dtype=DTYPES[dtype]), probability, True))
        ones = torch.unique(F.alpha_dropout(torch.ones(1000, dtype=DTYPES[dtype]), probability, True))
        family.add("alpha_dropout", str(probability), dtype, options={"p": probability}, outputs={"zeros": zeros, "ones": ones})
