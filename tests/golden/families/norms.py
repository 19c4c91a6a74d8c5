"""Normalisations of channels and of several axes."""

import torch
import torch.nn.functional as F

from .golden import DTYPES, Family, Samples

SHAPES = ((2, 4, 5), (3, 6, 4, 3), (1, 4, 2, 3, 2), (2, 12, 1, 7))


def build():
    family = Family("norms")
    for dtype in DTYPES:
        samples = Samples("norms", dtype)
        for shape, axes in (((2, 3, 4), 2), ((3, 2, 5, 3), 3), ((4, 3), 2), ((2, 1, 3, 2), 2)):
            tail = shape[-axes:]
            for affine in (True, False):
                inputs = {"input": samples.normal(*shape, mean=0.5, std=1.5)}
                if affine:
                    inputs |= {"weight": samples.between(0.5, 1.5, *tail), "bias": samples.normal(*tail)}
                options = {"normalized_shape": list(tail), "eps": 1e-3}
                family.differentiate("layer_norm", f"{list(shape)} over {axes}, {'affine' if affine else 'plain'}", dtype,
                                     lambda input, weight=None, bias=None: F.layer_norm(input, tail, weight, bias, 1e-3), inputs, options)
                inputs.pop("bias", None)
                family.differentiate("rms_norm", f"{list(shape)} over {axes}, {'affine' if affine else 'plain'}", dtype,
                                     lambda input, weight=None: F.rms_norm(input, tail, weight, 1e-3), inputs, options)
        for shape in (*SHAPES, (5, 8)):
            for groups in (1, 2, shape[1]):
                if groups == shape[1] and len(shape) == 2:
                    continue
                for affine in (True, False):
                    inputs = {"input": samples.normal(*shape, mean=0.5, std=1.5)}
                    if affine:
                        inputs |= {"weight": samples.between(0.5, 1.5, shape[1]), "bias": samples.normal(shape[1])}
                    family.differentiate("group_norm", f"{list(shape)} {groups} {'affine' if affine else 'plain'}", dtype,
                                         lambda input, weight=None, bias=None: F.group_norm(input, groups, weight, bias, 1e-4), inputs,
                                         {"groups": groups, "eps": 1e-4})
        for shape in SHAPES:
            for size in (1, 2, 3, 5):
                family.differentiate("local_response_norm", f"{list(shape)} {size}", dtype,
                                     lambda input: F.local_response_norm(input, size, 0.3, 0.6, 1.5), {"input": samples.normal(*shape)},
                                     {"size": size, "alpha": 0.3, "beta": 0.6, "k": 1.5})
            for affine in (True, False):
                for track in (True, False):
                    instance_norm(family, dtype, samples, shape, affine, track)
    return family


def instance_norm(family, dtype, samples, shape, affine, track):
    """Two training steps and an evaluation; outputs of each, the state and the gradients of all three together."""
    kinds = (torch.nn.InstanceNorm1d, torch.nn.InstanceNorm2d, torch.nn.InstanceNorm3d)
    layer = kinds[len(shape) - 3](shape[1], 1e-3, 0.3, affine, track).to(DTYPES[dtype])
    inputs = {"input": samples.normal(*shape, mean=0.5, std=1.5), "second": samples.normal(*shape, mean=-0.5)}
    if affine:
        inputs |= {"weight": samples.between(0.5, 1.5, shape[1]), "bias": samples.normal(shape[1])}

    def run(input, second, **parameters):
        call = lambda x: torch.func.functional_call(layer, parameters, (x,))
        layer.train()
        outputs = {"train": call(input), "train.2": call(second)}
        layer.eval()
        return {**outputs, "eval": call(input)}

    family.differentiate("instance_norm", f"{list(shape)} {'affine' if affine else 'plain'} {'tracked' if track else 'untracked'}", dtype, run, inputs,
                         {"eps": 1e-3, "momentum": 0.3, "affine": affine, "track_running_stats": track},
                         state=lambda: {"running_mean": layer.running_mean.clone(), "running_var": layer.running_var.clone()} if track else {})
