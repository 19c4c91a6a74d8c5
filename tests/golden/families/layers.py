"""Layers: linear, batch and layer normalisation, embedding, flatten."""

import torch
import torch.nn.functional as F

from .golden import DTYPES, Family, Samples, leaf


def build():
    family = Family("layers")
    for dtype in DTYPES:
        linear(family, dtype)
        batch_norm(family, dtype)
        layer_norm(family, dtype)
        embedding(family, dtype)
        flatten(family, dtype)
    return family


def linear(family, dtype):
    samples = Samples("linear", dtype)
    for name, shape, outs in (("5x6 to 3", (5, 6), 3), ("1x3 to 7", (1, 3), 7), ("vector of 4 to 3", (4,), 3),
                              ("2x3x5 to 4", (2, 3, 5), 4), ("7x1 to 1", (7, 1), 1), ("19x37 to 11", (19, 37), 11)):
        inputs = {"input": samples.normal(*shape), "weight": samples.normal(outs, shape[-1], std=0.5),
                  "bias": samples.normal(outs)}
        family.differentiate("linear", name, dtype, F.linear, inputs, {"bias": True})
        if name in ("5x6 to 3", "2x3x5 to 4"):
            del inputs["bias"]
            family.differentiate("linear", f"{name}, no bias", dtype, F.linear, inputs, {"bias": False})


BATCH_NORM = [
    ("default", {}),
    ("epsilon 0.001", {"eps": 1e-3}),
    ("epsilon 0.1", {"eps": 0.1}),
    ("momentum 0.3", {"momentum": 0.3}),
    ("cumulative average", {"momentum": None}),
    ("not affine", {"affine": False}),
    ("no running statistics", {"track_running_stats": False}),
]


def batch_norm(family, dtype):
    """Three training steps, then evaluation.

    Outputs and gradients of "train" belong to the first step on input.1, those of "eval" to input.1 after all three.
    The state is recorded after one step and after three.
    """
    for name, changes in BATCH_NORM:
        run_batch_norm(family, dtype, name, changes, Samples("batch norm", dtype), mean=0.5, std=1.5)
    # A mean that is large beside the deviation is where E[x²] - E[x]² loses its digits.
    run_batch_norm(family, dtype, "mean 1000", {}, Samples("batch norm, offset", dtype), mean=1000.0, std=1.0)
    for name, axes in (("1d", (3,)), ("2d", (2, 3)), ("3d", (2, 1, 3))):
        for options_name, changes in BATCH_NORM:
            run_batch_norm(family, dtype, f"{name}, {options_name}", changes, Samples(f"batch norm, {name}", dtype), mean=0.5, std=1.5,
                           axes=axes)
    # A feature that is the same in the whole batch has variance 0: epsilon alone carries it.
    run_batch_norm(family, dtype, "constant feature", {}, Samples("batch norm, constant", dtype), mean=0.0, std=1.0,
                   constant=True)


def run_batch_norm(family, dtype, name, changes, samples, mean, std, constant=False, axes=()):
    features = 4
    options = {"eps": 1e-5, "momentum": 0.1, "affine": True, "track_running_stats": True, **changes}
    kinds = {0: torch.nn.BatchNorm1d, 1: torch.nn.BatchNorm1d, 2: torch.nn.BatchNorm2d, 3: torch.nn.BatchNorm3d}
    layer = kinds[len(axes)](features, **options).to(DTYPES[dtype])
    inputs = {f"input.{step}": samples.normal(rows, features, *axes, mean=mean, std=std)
              for step, rows in (((1, 6), (2, 6), (3, 5)) if not axes else ((1, 2), (2, 2), (3, 3)))}
    if constant:
        inputs["input.1"][:, 2] = 0.25
    parameters = {}
    if layer.affine:
        parameters = {"weight": samples.between(0.5, 1.5, features), "bias": samples.normal(features)}
        with torch.no_grad():
            layer.weight.copy_(parameters["weight"])
            layer.bias.copy_(parameters["bias"])

    outputs, output_gradients, gradients, state = {}, {}, {}, {}
    first = inputs["input.1"]

    def pass_through(phase, upstream):
        batch = leaf(first)
        output = layer(batch)
        wanted = {"input": batch, **dict(layer.named_parameters())}
        found = torch.autograd.grad((output * upstream).sum(), list(wanted.values()))
        outputs[phase] = output
        output_gradients[phase] = upstream
        gradients.update({f"{phase}.{key}": value for key, value in zip(wanted, found)})

    def remember(step):
        if layer.track_running_stats:
            state.update({f"running_mean.{step}": layer.running_mean.clone(),
                          f"running_var.{step}": layer.running_var.clone(),
                          f"num_batches_tracked.{step}": layer.num_batches_tracked.clone()})

    pass_through("train", samples.between(-1, 1, *first.shape))
    remember(1)
    with torch.no_grad():
        layer(inputs["input.2"])
        outputs["train.3"] = layer(inputs["input.3"])
    remember(3)
    layer.eval()
    pass_through("eval", samples.between(-1, 1, *first.shape))
    family.add("batch_norm", name, dtype, options=options, inputs={**inputs, **parameters},
               output_gradients=output_gradients, outputs=outputs, gradients=gradients, state=state)


def layer_norm(family, dtype):
    samples = Samples("layer norm", dtype)
    for name, shape, eps in (("vector", (5,), 1e-5), ("matrix", (4, 7), 1e-5), ("cube", (2, 3, 4), 1e-2),
                             ("long rows", (2, 33), 1e-5)):
        inputs = {"input": samples.normal(*shape, mean=0.5, std=1.5)}
        affine = {"weight": samples.between(0.5, 1.5, shape[-1]), "bias": samples.normal(shape[-1])}
        for suffix, parameters in (("", affine), (", not affine", {})):
            family.differentiate("layer_norm", name + suffix, dtype,
                                 lambda input, weight=None, bias=None: F.layer_norm(input, shape[-1:], weight, bias, eps),
                                 {**inputs, **parameters}, {"eps": eps})


def embedding(family, dtype):
    samples = Samples("embedding", dtype)
    table = samples.normal(7, 3)
    for name, index, padding in (("vector", samples.indices(7, 5), None), ("matrix", samples.indices(7, 4, 3), None),
                                 ("one row many times", torch.tensor([2, 2, 2, 2, 5]), None),
                                 ("padding row 1", torch.tensor([[1, 0, 6], [3, 1, 1]]), 1)):
        family.differentiate("embedding", name, dtype,
                             lambda input, weight: F.embedding(input, weight, padding_idx=padding),
                             {"input": index, "weight": table}, {"padding_idx": padding})


def flatten(family, dtype):
    samples = Samples("flatten", dtype)
    cube = samples.normal(2, 3, 2, 2)
    for start, end in ((1, -1), (0, -1), (1, 2), (2, 3)):
        family.differentiate("flatten", f"{start} to {end}", dtype, lambda input: torch.flatten(input, start, end),
                             {"input": cube}, {"start_dim": start, "end_dim": end})
