"""Attention, its layers, transformers and encodings of positions. Masks of truth values say what takes part."""

import math

import torch
import torch.nn.functional as F
from torch.func import functional_call

from .golden import DTYPES, Family, Samples


def build():
    family = Family("attention")
    for dtype in DTYPES:
        products(family, dtype)
        multi_head(family, dtype)
        transformers(family, dtype)
        positions(family, dtype)
        weights(family, dtype)
        transformer(family, dtype)
    return family


def allowing(samples, *shape):
    """A mask under which every query sees the first key."""
    mask = samples.flags(*shape)
    mask[..., 0] = True
    return mask


def products(family, dtype):
    samples = Samples("attention", dtype)
    cases = [
        # Leading axes of query, key and value; queries, keys, depth, width; options; mask.
        ("plain", ((2, 3),) * 3, 5, 7, 4, 6, {}, None),
        ("matrices", ((),) * 3, 3, 2, 8, 8, {"scale": 0.7}, None),
        ("causal", ((2, 1),) * 3, 9, 9, 3, 5, {"is_causal": True}, None),
        ("causal, more keys", ((1,),) * 3, 4, 7, 3, 3, {"is_causal": True}, None),
        ("causal, more queries", ((1,),) * 3, 7, 4, 3, 3, {"is_causal": True}, None),
        ("blocks", ((1, 1),) * 3, 53, 70, 5, 3, {}, None),
        ("mask of truth", ((2, 2),) * 3, 4, 5, 3, 3, {}, "truth"),
        ("mask of numbers", ((2, 2),) * 3, 4, 5, 3, 3, {}, "numbers"),
        ("shared keys", ((2, 3), (1, 1), (1, 1)), 4, 5, 3, 2, {}, None),
    ]
    for name, (lead_q, lead_k, lead_v), queries, keys, depth, width, options, kind in cases:
        inputs = {"query": samples.normal(*lead_q, queries, depth), "key": samples.normal(*lead_k, keys, depth),
                  "value": samples.normal(*lead_v, keys, width)}
        if kind == "truth":
            inputs["mask"] = allowing(samples, lead_q[0], 1, queries, keys)
        elif kind == "numbers":
            inputs["mask"] = samples.normal(queries, keys)

        def function(query, key, value, mask=None):
            lead = torch.broadcast_shapes(query.shape[:-2], key.shape[:-2])
            return F.scaled_dot_product_attention(query.expand(*lead, *query.shape[-2:]), key.expand(*lead, *key.shape[-2:]),
                                                  value.expand(*lead, *value.shape[-2:]), mask, 0.0, **options)

        family.differentiate("product", name, dtype, function, inputs, {"is_causal": False, "scale": None, **options})


def loaded(module, samples, dtype):
    return module.to(DTYPES[dtype]), {key: samples.normal(*value.shape, std=0.4) for key, value in module.named_parameters()}


def multi_head(family, dtype):
    cases = [
        ("itself", 4, 2, {}, 3, 3, False, None, None, False),
        ("batch first, no bias, causal", 6, 3, {"batch_first": True, "bias": False}, 4, 4, False, None, None, True),
        ("other widths, padding", 4, 2, {"kdim": 3, "vdim": 5, "batch_first": True}, 2, 5, True, "padding", None, False),
        ("mask of truth", 4, 2, {}, 3, 5, True, None, "truth", False),
        ("mask of numbers, padding", 4, 1, {"batch_first": True}, 3, 4, True, "padding", "numbers", False),
    ]
    for name, features, heads, options, queries, keys, cross, padded, kind, causal in cases:
        samples = Samples(f"multi head, {name}", dtype)
        module, weights = loaded(torch.nn.MultiheadAttention(features, heads, **options), samples, dtype)
        first = options.get("batch_first", False)
        batch = 2

        def sequence(length, width):
            return samples.normal(*((batch, length, width) if first else (length, batch, width)))

        inputs = {"query": sequence(queries, features)}
        if cross:
            inputs["key"] = sequence(keys, options.get("kdim", features))
            inputs["value"] = sequence(keys, options.get("vdim", features))
        if padded:
            inputs["padding"] = allowing(samples, batch, keys)
        if kind == "truth":
            inputs["mask"] = allowing(samples, queries, keys)
        elif kind == "numbers":
            inputs["mask"] = samples.normal(queries, keys)

        def function(query, key=None, value=None, padding=None, mask=None, **weights):
            key = query if key is None else key
            value = query if value is None else value
            if mask is not None and mask.dtype == torch.bool:
                mask = ~mask
            if causal:
                mask = ~torch.ones(queries, keys, dtype=torch.bool).tril()
            if padding is not None:
                padding = ~padding
                if mask is not None and mask.dtype != torch.bool:
                    padding = torch.zeros(padding.shape, dtype=mask.dtype).masked_fill(padding, -math.inf)
            return functional_call(module, weights, (query, key, value),
                                   {"key_padding_mask": padding, "attn_mask": mask, "need_weights": False})[0]

        family.differentiate("multi_head", name, dtype, function, {**inputs, **weights},
                             {"features": features, "heads": heads, "causal": causal, "bias": True, "kdim": None, "vdim": None,
                              "batch_first": False, **options})


def transformers(family, dtype):
    nn = torch.nn
    for name, options, activation in (("norm last", {}, "relu"), ("norm first, batch first", {"norm_first": True, "batch_first": True}, "gelu")):
        samples = Samples(f"transformer, {name}", dtype)
        first = options.get("batch_first", False)
        shape, memory = ((2, 3, 4), (2, 5, 4)) if first else ((3, 2, 4), (5, 2, 4))
        causal = ~torch.ones(3, 3, dtype=torch.bool).tril()
        given = {"activation": activation, "norm_first": False, "batch_first": False, **options}

        layer = nn.TransformerEncoderLayer(4, 2, 6, 0.0, activation, **options)
        module, weights = loaded(nn.TransformerEncoder(layer, 2, nn.LayerNorm(4), enable_nested_tensor=False), samples, dtype)
        padding = allowing(samples, 2, 3)

        def encode(input, padding, **weights):
            return functional_call(module, weights, (input,), {"mask": causal, "src_key_padding_mask": ~padding})

        family.differentiate("encoder", name, dtype, encode, {"input": samples.normal(*shape), "padding": padding, **weights}, given)

        layer = nn.TransformerDecoderLayer(4, 2, 6, 0.0, activation, **options)
        decoder, weights = loaded(nn.TransformerDecoder(layer, 2), samples, dtype)
        padding = allowing(samples, 2, 5)

        def decode(input, memory, padding, **weights):
            return functional_call(decoder, weights, (input, memory), {"tgt_mask": causal, "memory_key_padding_mask": ~padding})

        family.differentiate("decoder", name, dtype, decode,
                             {"input": samples.normal(*shape), "memory": samples.normal(*memory), "padding": padding, **weights}, given)


def positions(family, dtype):
    samples = Samples("positions", dtype)
    for features in (4, 7):
        def waves(input):
            p = torch.arange(input.shape[0], dtype=torch.float64).unsqueeze(1)
            table = torch.zeros(input.shape[0], features, dtype=torch.float64)
            rate = torch.exp(torch.arange(0, features, 2, dtype=torch.float64) * (-math.log(10000.0) / features))
            table[:, 0::2] = torch.sin(p * rate)
            table[:, 1::2] = torch.cos(p * rate[:features // 2])
            return input + table.to(input.dtype).unsqueeze(1)

        family.differentiate("sinusoidal", f"{features} features", dtype, waves, {"input": samples.normal(5, 2, features)}, {"features": features})

    for features, start in ((4, 0), (6, 3)):
        def rotate(input):
            # Complex numbers: another way to the same turn.
            half = features // 2
            x = torch.complex(input[..., :half].double(), input[..., half:].double())
            angle = torch.outer(torch.arange(start, start + input.shape[-2], dtype=torch.float64),
                                10000.0 ** (-2 * torch.arange(half, dtype=torch.float64) / features))
            y = x * torch.polar(torch.ones_like(angle), angle)
            return torch.cat([y.real, y.imag], -1).to(input.dtype)

        family.differentiate("rotary", f"{features} features from {start}", dtype, rotate, {"input": samples.normal(2, 5, features)},
                             {"features": features, "start": start})


def weights(family, dtype):
    """With added keys and values, and the weights, averaged over the heads or of each."""
    cases = [
        ("weights", {}, 3, 4, None, None, False),
        ("learned key", {"add_bias_kv": True}, 3, 4, None, None, True),
        ("zero key, padding", {"add_zero_attn": True, "batch_first": True}, 4, 3, "padding", None, False),
        ("both keys, causal, no bias", {"add_bias_kv": True, "add_zero_attn": True, "bias": False}, 4, 4, None, "causal", True),
        ("both keys, mask of numbers, padding", {"add_bias_kv": True, "add_zero_attn": True}, 3, 4, "padding", "numbers", False),
        ("both keys, mask of truth", {"add_bias_kv": True, "add_zero_attn": True, "batch_first": True}, 3, 4, None, "truth", True),
        ("one sequence", {"add_bias_kv": True}, None, 4, None, None, True),
    ]
    for name, options, queries, keys, padded, kind, average in cases:
        samples = Samples(f"attention weights, {name}", dtype)
        module, own = loaded(torch.nn.MultiheadAttention(4, 2, **options), samples, dtype)
        first = options.get("batch_first", False)

        def sequence(length):
            return samples.normal(length, 4) if queries is None else samples.normal(*((2, length, 4) if first else (length, 2, 4)))

        inputs = {"query": sequence(queries or 3), "key": sequence(keys), "value": sequence(keys)}
        if padded:
            inputs["padding"] = allowing(samples, 2, keys)
        if kind == "truth":
            inputs["mask"] = allowing(samples, queries, keys)
        elif kind == "numbers":
            inputs["mask"] = samples.normal(queries, keys)

        def function(query, key, value, padding=None, mask=None, **own):
            if mask is not None and mask.dtype == torch.bool:
                mask = ~mask
            if kind == "causal":
                mask = ~torch.ones(queries, keys, dtype=torch.bool).tril()
            if padding is not None:
                padding = ~padding
                if mask is not None and mask.dtype != torch.bool:
                    padding = torch.zeros(padding.shape, dtype=mask.dtype).masked_fill(padding, -math.inf)
            output, weights = functional_call(module, own, (query, key, value), {"key_padding_mask": padding, "attn_mask": mask,
                                                                                "average_attn_weights": average})
            return {"output": output, "weights": weights}

        family.differentiate("weights", name, dtype, function, {**inputs, **own},
                             {"average": average, "causal": kind == "causal", "bias": True, "add_bias_kv": False, "add_zero_attn": False, "batch_first": False,
                              **options})


def transformer(family, dtype):
    for name, options in (("norm last", {}), ("norm first, batch first", {"norm_first": True, "batch_first": True})):
        samples = Samples(f"whole transformer, {name}", dtype)
        module, own = loaded(torch.nn.Transformer(4, 2, 2, 1, 6, 0.0, **options), samples, dtype)
        first = options.get("batch_first", False)
        inputs = {"source": samples.normal(*((2, 5, 4) if first else (5, 2, 4))), "target": samples.normal(*((2, 3, 4) if first else (3, 2, 4))),
                  "padding": allowing(samples, 2, 5), "mask": allowing(samples, 5, 5)}
        causal = ~torch.ones(3, 3, dtype=torch.bool).tril()

        def function(source, target, padding, mask, **own):
            return functional_call(module, own, (source, target), {"src_mask": ~mask, "tgt_mask": causal, "src_key_padding_mask": ~padding,
                                                                   "memory_key_padding_mask": ~padding})

        family.differentiate("transformer", name, dtype, function, {**inputs, **own}, {"norm_first": False, "batch_first": False, **options})
