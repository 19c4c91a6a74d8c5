"""Tensor operators with their gradients: element-wise, broadcasting, reductions, products, indexing, views."""

import torch
import torch.nn.functional as F

from .golden import DTYPES, Family, Samples


def build():
    family = Family("operators")
    for dtype in DTYPES:
        unary(family, dtype)
        clamp(family, dtype)
        binary(family, dtype)
        reductions(family, dtype)
        extremes(family, dtype)
        matmul(family, dtype)
        indexing(family, dtype)
        views(family, dtype)
    return family


UNARY = [
    ("neg", torch.neg, "any"),
    ("abs", torch.abs, "any"),
    ("square", torch.square, "any"),
    ("sign", torch.sign, "any"),
    ("floor", torch.floor, "any"),
    ("ceil", torch.ceil, "any"),
    ("round", torch.round, "any"),
    ("exp", torch.exp, "any"),
    ("expm1", torch.expm1, "any"),
    ("sin", torch.sin, "any"),
    ("cos", torch.cos, "any"),
    ("tanh", torch.tanh, "any"),
    ("sigmoid", torch.sigmoid, "any"),
    ("erf", torch.erf, "any"),
    ("reciprocal", torch.reciprocal, "positive"),
    ("log", torch.log, "positive"),
    ("log1p", torch.log1p, "positive"),
    ("sqrt", torch.sqrt, "positive"),
    ("rsqrt", torch.rsqrt, "positive"),
]


def unary(family, dtype):
    samples = Samples("unary", dtype)
    domains = {"any": samples.normal(4, 5, std=1.5), "positive": samples.between(0.05, 6, 4, 5)}
    # Zeros, halves (round to even) and whole numbers are where kinks and jumps lie.
    domains["any"][0] = torch.tensor([0, 0.5, 1.5, -2.5, 3], dtype=DTYPES[dtype])
    for kind, function, domain in UNARY:
        family.differentiate(kind, "", dtype, lambda input: function(input), {"input": domains[domain]})
    for exponent, domain in ((2, "any"), (3, "any"), (0, "any"), (1, "any"), (-1, "positive"), (0.5, "positive"),
                             (-1.5, "positive")):
        family.differentiate("pow_scalar", f"exponent {exponent}", dtype, lambda input: torch.pow(input, exponent),
                             {"input": domains[domain]}, {"exponent": exponent})


def clamp(family, dtype):
    values = torch.tensor([-2, -1, -0.5, 0, 0.5, 1, 1.5, 3], dtype=DTYPES[dtype])
    for name, options in (("both", {"min": -1.0, "max": 1.0}), ("min", {"min": -0.5, "max": None}),
                          ("max", {"min": None, "max": 0.5})):
        family.differentiate("clamp", name, dtype, lambda input: torch.clamp(input, **options), {"input": values},
                             options)


BROADCASTS = [((3, 4), (3, 4)), ((3, 4), (4,)), ((3, 4), (3, 1)), ((3, 1), (1, 4)), ((2, 3, 4), (3, 1)), ((5,), ()),
              ((2, 1, 3), (4, 1))]

COMPARISONS = [("eq", torch.eq), ("ne", torch.ne), ("lt", torch.lt), ("le", torch.le), ("gt", torch.gt),
               ("ge", torch.ge)]


def binary(family, dtype):
    arithmetic = [("add", torch.add), ("sub", torch.sub), ("mul", torch.mul), ("div", torch.div), ("pow", torch.pow)]
    for left, right in BROADCASTS:
        name = f"{shape_text(left)} with {shape_text(right)}"
        samples = Samples(f"binary, {name}", dtype)
        general = {"input": samples.normal(*left), "other": samples.normal(*right)}
        positive = {"input": samples.between(0.2, 3, *left), "other": samples.between(0.2, 3, *right)}
        for kind, function in arithmetic:
            family.differentiate(kind, name, dtype, lambda input, other: function(input, other),
                                 positive if kind in ("div", "pow") else general)
        # Small whole numbers make ties, whose gradient PyTorch shares equally between the two sides.
        ties = {"input": samples.integers(0, 3, *left), "other": samples.integers(0, 3, *right)}
        for kind, function in (("maximum", torch.maximum), ("minimum", torch.minimum)):
            family.differentiate(kind, name, dtype, lambda input, other: function(input, other), ties)
        for kind, function in COMPARISONS:
            family.differentiate(kind, name, dtype, lambda input, other: function(input, other), ties)

    samples = Samples("where", dtype)
    for condition, left, right in (((3, 4), (3, 4), (3, 4)), ((4,), (3, 1), (3, 4)), ((2, 3, 1), (4,), ())):
        inputs = {"condition": samples.flags(*condition), "input": samples.normal(*left),
                  "other": samples.normal(*right)}
        family.differentiate("where", " ".join(map(shape_text, (condition, left, right))), dtype,
                             lambda condition, input, other: torch.where(condition, input, other), inputs)


def reductions(family, dtype):
    cube = Samples("reductions", dtype).normal(3, 4, 5, std=1.5)
    every = [0, 1, 2]
    for axes in (every, [0], [1], [2], [-1], [0, 2], [1, 2]):
        for keep in (False, True):
            name = axes_text(axes, keep)
            options = {"dim": axes, "keepdim": keep}
            for kind, function in (("sum", torch.sum), ("mean", torch.mean), ("logsumexp", torch.logsumexp)):
                family.differentiate(kind, name, dtype, lambda input: function(input, dim=axes, keepdim=keep),
                                     {"input": cube}, options)
            for unbiased in (True, False) if not keep or axes == [0] else ():
                for kind, function in (("var", torch.var), ("std", torch.std)):
                    family.differentiate(kind, f"{name}, {'unbiased' if unbiased else 'biased'}", dtype,
                                         lambda input: function(input, dim=axes, unbiased=unbiased, keepdim=keep),
                                         {"input": cube}, {**options, "unbiased": unbiased})
    large = Samples("large logsumexp", dtype).normal(3, 4, std=100)
    family.differentiate("logsumexp", "large values", dtype, lambda input: torch.logsumexp(input, dim=1),
                         {"input": large}, {"dim": [1], "keepdim": False})
    offset = Samples("large mean", dtype).normal(6, 3, mean=1000)
    family.differentiate("var", "mean 1000", dtype, lambda input: torch.var(input, dim=0), {"input": offset},
                         {"dim": [0], "keepdim": False, "unbiased": True})


def extremes(family, dtype):
    """Maxima and minima among ties. amax and amin (any axes) and the maximum of everything share the gradient equally
    among ties; max and min along one axis pick one element and give it all."""
    samples = Samples("extremes", dtype)
    for label, cube in (("distinct", samples.shuffled([value / 4 - 5 for value in range(60)]).reshape(3, 4, 5)),
                        ("ties", samples.integers(0, 3, 3, 4, 5))):
        for axes in ([0, 1, 2], [0], [1], [-1], [0, 2]):
            for keep in (False, True):
                for kind, function in (("amax", torch.amax), ("amin", torch.amin)):
                    family.differentiate(kind, f"{label}, {axes_text(axes, keep)}", dtype,
                                         lambda input: function(input, dim=axes, keepdim=keep), {"input": cube},
                                         {"dim": axes, "keepdim": keep})
        for axis in (0, 1, -1):
            for kind, function in (("max_along_dim", torch.max), ("min_along_dim", torch.min)):
                family.differentiate(kind, f"{label}, dim {axis}", dtype,
                                     lambda input: dict(zip(("values", "indices"), function(input, dim=axis))),
                                     {"input": cube}, {"dim": axis, "keepdim": False})
        for kind, function in (("max_of_all", torch.max), ("min_of_all", torch.min)):
            family.differentiate(kind, label, dtype, lambda input: function(input), {"input": cube})
        for kind, function in (("argmax", torch.argmax), ("argmin", torch.argmin)):
            for axis in (None, 0, 1, -1):
                family.differentiate(kind, f"{label}, dim {axis}", dtype, lambda input: function(input, dim=axis),
                                     {"input": cube}, {"dim": axis, "keepdim": False})
            family.differentiate(kind, f"{label}, dim 1, keepdim", dtype,
                                 lambda input: function(input, dim=1, keepdim=True), {"input": cube},
                                 {"dim": 1, "keepdim": True})


def matmul(family, dtype):
    samples = Samples("matmul", dtype)
    for left, right in (((3, 4), (4, 5)), ((1, 1), (1, 1)), ((5, 1), (1, 3)), ((1, 7), (7, 1)), ((17, 33), (33, 9)),
                        ((4,), (4,)), ((3, 4), (4,)), ((4,), (4, 5)), ((2, 3, 4), (2, 4, 5)), ((2, 3, 4), (4, 5)),
                        ((3, 4), (2, 4, 5)), ((2, 1, 3, 4), (5, 4, 2)), ((2, 3, 4), (4,)), ((4,), (2, 4, 3))):
        family.differentiate("matmul", f"{shape_text(left)} by {shape_text(right)}", dtype,
                             lambda input, other: torch.matmul(input, other),
                             {"input": samples.normal(*left), "other": samples.normal(*right)})


def indexing(family, dtype):
    samples = Samples("indexing", dtype)
    table = samples.normal(4, 5)
    for dim, shape in ((0, (3, 5)), (1, (4, 7)), (0, (2, 3)), (1, (2, 2))):
        inputs = {"input": table, "index": samples.indices(table.shape[dim], *shape)}
        family.differentiate("gather", f"dim {dim}, {shape_text(shape)}", dtype,
                             lambda input, index: torch.gather(input, dim, index), inputs, {"dim": dim})
    for dim, index in ((0, [2, 0, 2, 2]), (1, [4, 4, 1]), (0, [3])):
        family.differentiate("index_select", f"dim {dim}, {len(index)} indices", dtype,
                             lambda input, index: torch.index_select(input, dim, index),
                             {"input": table, "index": torch.tensor(index)}, {"dim": dim})
    for dim, shape in ((0, (6, 5)), (1, (4, 7)), (0, (2, 3))):
        inputs = {"input": table, "index": samples.indices(table.shape[dim], *shape), "src": samples.normal(*shape)}
        family.differentiate("scatter_add", f"dim {dim}, {shape_text(shape)}", dtype,
                             lambda input, index, src: torch.scatter_add(input, dim, index, src), inputs, {"dim": dim})
    family.differentiate("one_hot", "", dtype, lambda input: F.one_hot(input, 5), {"input": samples.indices(5, 2, 3)},
                         {"num_classes": 5})


def views(family, dtype):
    samples = Samples("views", dtype)
    cube = samples.normal(2, 3, 4)
    family.differentiate("transpose", "0 and 2", dtype, lambda input: input.transpose(0, 2), {"input": cube},
                         {"dim0": 0, "dim1": 2})
    family.differentiate("permute", "2 0 1", dtype, lambda input: input.permute(2, 0, 1), {"input": cube},
                         {"dims": [2, 0, 1]})
    family.differentiate("reshape", "of a transpose", dtype, lambda input: input.transpose(0, 2).reshape(3, 8),
                         {"input": cube}, {"shape": [3, 8]})
    family.differentiate("slice", "[1, :, 1:4:2]", dtype, lambda input: input[1, :, 1:4:2], {"input": cube})
    family.differentiate("slice", "[..., -1]", dtype, lambda input: input[..., -1], {"input": cube})
    family.differentiate("expand", "3x1 to 2x3x4", dtype, lambda input: input.expand(2, 3, 4),
                         {"input": samples.normal(3, 1)}, {"shape": [2, 3, 4]})
    parts = {"first": samples.normal(2, 3), "second": samples.normal(2, 1), "third": samples.normal(2, 2)}
    family.differentiate("cat", "dim 1", dtype, lambda **tensors: torch.cat(list(tensors.values()), dim=1), parts,
                         {"dim": 1})
    parts = {"first": samples.normal(2, 3), "second": samples.normal(2, 3)}
    for dim in (0, 1, 2):
        family.differentiate("stack", f"dim {dim}", dtype,
                             lambda **tensors: torch.stack(list(tensors.values()), dim=dim), parts, {"dim": dim})


def shape_text(shape):
    return "x".join(map(str, shape)) or "scalar"


def axes_text(axes, keep):
    return f"dims {' '.join(map(str, axes))}" + (", keepdim" if keep else "")
