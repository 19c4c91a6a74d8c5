"""Residual connections: normalisation of a sum, and networks with branches in front of a normalisation."""

import torch
import torch.nn.functional as F

from .golden import DTYPES, Family, Samples, leaf


def build():
    family = Family("residual")
    for dtype in DTYPES:
        add_layer_norm(family, dtype)
        add_batch_norm(family, dtype)
        networks(family, dtype)
    return family


def add_layer_norm(family, dtype):
    """Both the output and the sum, as networks that normalise first need them, have gradients."""
    samples = Samples("add layer norm", dtype)
    for name, shape in (("vector", (5,)), ("matrix", (4, 7)), ("cube", (2, 3, 4)), ("long rows", (2, 33))):
        inputs = {"input": samples.normal(*shape, mean=0.5, std=1.5), "residual": samples.normal(*shape)}
        affine = {"weight": samples.between(0.5, 1.5, shape[-1]), "bias": samples.normal(shape[-1])}
        for suffix, parameters in (("", affine), (", not affine", {})):
            def function(input, residual, weight=None, bias=None):
                total = input + residual
                return {"output": F.layer_norm(total, shape[-1:], weight, bias, 1e-5), "sum": total}
            family.differentiate("add_layer_norm", name + suffix, dtype, function, {**inputs, **parameters}, {"eps": 1e-5})


def add_batch_norm(family, dtype):
    samples = Samples("add batch norm", dtype)
    for name, shape in (("matrix", (6, 4)), ("images", (3, 2, 2, 3)), ("long", (2, 2, 37))):
        features = shape[1]
        inputs = {"input": samples.normal(*shape, mean=0.5, std=1.5), "residual": samples.normal(*shape),
                  "weight": samples.between(0.5, 1.5, features), "bias": samples.normal(features),
                  "running_mean": samples.normal(features), "running_var": samples.between(0.5, 1.5, features)}
        for training in (True, False):
            for activation in ("none", "relu", "gelu"):
                def function(input, residual, weight, bias, running_mean, running_var):
                    y = F.batch_norm(input + residual, running_mean.clone(), running_var.clone(), weight, bias, training, 0.1, 1e-5)
                    return y if activation == "none" else getattr(F, activation)(y)
                family.differentiate("add_batch_norm", f"{name}, {'train' if training else 'eval'}, {activation}", dtype, function,
                                     inputs, {"training": training, "activation": activation, "eps": 1e-5, "momentum": 0.1},
                                     constants=("running_mean", "running_var"))


class Residual(torch.nn.Module):
    """body(x) + shortcut(x)"""

    def __init__(self, body, shortcut=None):
        super().__init__()
        self.body = body
        if shortcut is not None:
            self.shortcut = shortcut

    def forward(self, x):
        return self.body(x) + (self.shortcut(x) if hasattr(self, "shortcut") else x)


def networks(family, dtype):
    """Two blocks, the first with a shortcut of its own; training, with the state after it, then evaluation."""
    nn = torch.nn
    for name, norm, norm_type in (("layer norm", "layer", nn.LayerNorm), ("batch norm", "batch", nn.BatchNorm1d)):
        model = nn.Sequential(
            Residual(nn.Sequential(nn.Linear(5, 8), nn.Tanh(), nn.Linear(8, 6)), nn.Linear(5, 6)), norm_type(6), nn.Sigmoid(),
            Residual(nn.Linear(6, 6)), norm_type(6)).to(DTYPES[dtype])
        samples = Samples(f"residual network, {name}", dtype)
        parameters = {key: samples.normal(*value.shape, std=0.7) for key, value in model.named_parameters()}
        with torch.no_grad():
            for key, value in model.named_parameters():
                value.copy_(parameters[key])
        given = samples.normal(7, 5)
        outputs, output_gradients, gradients = {}, {}, {}
        for phase in ("train", "eval"):
            model.train(phase == "train")
            batch = leaf(given)
            output = model(batch)
            upstream = samples.between(-1, 1, *output.shape)
            wanted = {"input": batch, **dict(model.named_parameters())}
            found = torch.autograd.grad((output * upstream).sum(), list(wanted.values()))
            outputs[phase] = output
            output_gradients[phase] = upstream
            gradients.update({f"{phase}.{key}": value for key, value in zip(wanted, found)})
        state = {key: value for key, value in model.state_dict().items() if "running" in key or "batches" in key}
        family.add("network", name, dtype, options={"norm": norm}, inputs={"input": given, **parameters},
                   output_gradients=output_gradients, outputs=outputs, gradients=gradients, state=state)
