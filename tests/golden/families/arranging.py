"""Rearranging, norms, products and contractions, scans, order, and small linear systems, with their gradients."""

import torch
import torch.nn.functional as F

from .golden import DTYPES, Family, Samples


def build():
    family = Family("arranging")
    for dtype in DTYPES:
        arranging(family, dtype)
        contractions(family, dtype)
        scans(family, dtype)
        order(family, dtype)
        linear_algebra(family, dtype)
        extremes(family, dtype)
        scatter(family, dtype)
        determinants(family, dtype)
    return family


def arranging(family, dtype):
    samples = Samples("arranging", dtype)
    cube = samples.normal(2, 5, 4)
    for size, dim in ((2, 1), (3, -1), (7, 0)):
        # The parts in reverse, so that the gradient tells them apart.
        family.differentiate("split", f"{size}, dim {dim}", dtype,
                             lambda input: torch.cat(list(reversed(input.split(size, dim))), dim), {"input": cube},
                             {"size": size, "dim": dim})
    for chunks, dim in ((2, 1), (3, -1), (4, 1)):
        family.differentiate("chunk", f"{chunks}, dim {dim}", dtype,
                             lambda input: torch.cat(list(reversed(input.chunk(chunks, dim))), dim), {"input": cube},
                             {"chunks": chunks, "dim": dim})
    for shift, dim in ((1, 0), (-2, 1), (7, 2)):
        family.differentiate("roll", f"{shift}, dim {dim}", dtype, lambda input: input.roll(shift, dim),
                             {"input": cube}, {"shift": shift, "dim": dim})
    for dims in ([0], [1, 2], [0, 1, 2]):
        family.differentiate("flip", " ".join(map(str, dims)), dtype, lambda input: input.flip(dims), {"input": cube},
                             {"dims": dims})
    for counts in ([2, 1, 3], [2, 2, 1, 1], [1, 3, 2]):
        family.differentiate("repeat", " ".join(map(str, counts)), dtype, lambda input: input.repeat(counts),
                             {"input": cube}, {"counts": counts})
    for counts in ([3], [2, 1], [2, 1, 1, 2]):
        family.differentiate("tile", " ".join(map(str, counts)), dtype, lambda input: input.tile(counts),
                             {"input": cube}, {"counts": counts})
    for count, dim in ((2, 0), (3, 1), (2, -1)):
        family.differentiate("repeat_interleave", f"{count}, dim {dim}", dtype,
                             lambda input: input.repeat_interleave(count, dim), {"input": cube},
                             {"count": count, "dim": dim})
    for diagonal in (-2, 0, 1):
        for kind, function in (("triu", torch.triu), ("tril", torch.tril)):
            family.differentiate(kind, f"diagonal {diagonal}", dtype, lambda input: function(input, diagonal),
                                 {"input": cube}, {"diagonal": diagonal})
    for offset, dim1, dim2 in ((0, -2, -1), (1, 0, 1), (-2, 1, 2), (9, 1, 2), (1, 2, 0)):
        family.differentiate("diagonal", f"{offset}, {dim1} {dim2}", dtype,
                             lambda input: torch.diagonal(input, offset, dim1, dim2), {"input": cube},
                             {"offset": offset, "dim1": dim1, "dim2": dim2})
    for shape in ((3, 3), (2, 5), (1, 4)):  # of matrices with more rows than columns PyTorch's own gradient is wrong
        family.differentiate("trace", f"{shape[0]}x{shape[1]}", dtype, torch.trace, {"input": samples.normal(*shape)})
    for left, right in ((3, 4), (1, 5), (2, 2)):
        family.differentiate("outer", f"{left} by {right}", dtype, lambda input, other: torch.outer(input, other),
                             {"input": samples.normal(left), "other": samples.normal(right)})
    for mask in ((2, 5, 4), (5, 1), (4,)):
        flags = samples.flags(*mask)
        name = "x".join(map(str, mask))
        family.differentiate("masked_fill", name, dtype, lambda input, mask: input.masked_fill(mask, -1.5),
                             {"input": cube, "mask": flags}, {"value": -1.5})
        family.differentiate("masked_select", name, dtype, lambda input, mask: input.masked_select(mask),
                             {"input": cube, "mask": flags})
    for mask in ((2, 5, 4), (2, 5), (2,)):
        family.differentiate("index_mask", "x".join(map(str, mask)), dtype, lambda input, mask: input[mask],
                             {"input": cube, "mask": samples.flags(*mask)})
    for indices in ([1, 0, 1], [-1, -2], [[0, 1], [1, 1]]):
        family.differentiate("index", str(indices), dtype, lambda input, index: input[index],
                             {"input": cube, "index": torch.tensor(indices)})
    for name, values in (("ties", samples.integers(0, 3, 3, 4)), ("distinct", samples.normal(5)),
                         ("one", samples.normal(1, 1))):
        family.differentiate("nonzero", name, dtype, torch.nonzero, {"input": values})
        unique, inverse, counts = torch.unique(values, return_inverse=True, return_counts=True)
        family.add("unique", name, dtype, inputs={"input": values},
                   outputs={"output": unique, "inverse": inverse, "counts": counts})
    for minimum in (-0.5, 0.0, 1.0):
        ties = samples.integers(-2, 3, 3, 4)
        family.differentiate("clamp_min", str(minimum), dtype, lambda input: torch.clamp_min(input, minimum),
                             {"input": ties}, {"bound": minimum})
        family.differentiate("clamp_max", str(minimum), dtype, lambda input: torch.clamp_max(input, minimum),
                             {"input": ties}, {"bound": minimum})


EQUATIONS = [
    ("ij,jk->ik", (3, 4), (4, 5)),
    ("ij,jk", (3, 4), (4, 5)),
    ("bij,bjk->bik", (2, 3, 4), (2, 4, 5)),
    ("i,j->ij", (3,), (4,)),
    ("i,i->", (4,), (4,)),
    ("ii->i", (4, 4)),
    ("ii", (4, 4)),
    ("ijk->kij", (2, 3, 4)),
    ("ijk->j", (2, 3, 4)),
    ("...ij,...jk->...ik", (2, 1, 3, 4), (5, 4, 2)),
    ("b...i,ij->b...j", (2, 3, 4), (4, 5)),
    ("bi,oij,bj->bo", (3, 4), (2, 4, 5), (3, 5)),
    ("bqhd,bkhd->bhqk", (2, 3, 2, 4), (2, 5, 2, 4)),
    ("ij,ij->i", (3, 4), (3, 4)),
    ("iij,jk->ik", (3, 3, 4), (4, 2)),
]


def contractions(family, dtype):
    samples = Samples("contractions", dtype)
    for equation, *shapes in EQUATIONS:
        inputs = {name: samples.normal(*shape) for name, shape in zip(("a", "b", "c"), shapes)}
        family.differentiate("einsum", equation, dtype, lambda **factors: torch.einsum(equation, *factors.values()),
                             inputs, {"equation": equation})
    cube = samples.normal(3, 4, 5)
    cube[cube == 0] = 0.25
    for power in (2, 1, 3, 0.5, float("inf"), float("-inf"), 0):
        for dims in ([0, 1, 2], [1], [0, 2]):
            options = {"power": str(power), "dim": dims}
            family.differentiate("norm", f"{power}, {dims}", dtype,
                                 lambda input: torch.linalg.vector_norm(input, power, dims), {"input": cube}, options)
    zeros = torch.zeros(3, 4, dtype=DTYPES[dtype])
    zeros[1, 2] = 2
    for power in (2, 3, 1):
        family.differentiate("norm", f"{power}, rows of zeros", dtype,
                             lambda input: torch.linalg.vector_norm(input, power, [1]), {"input": zeros},
                             {"power": str(power), "dim": [1]})
    for name, values in (("no zero", samples.between(0.5, 2, 3, 4)),
                         ("one zero", torch.tensor([[0, 2, 3], [1, 0, 2], [4, 1, 2]], dtype=DTYPES[dtype])),
                         ("two zeros", torch.tensor([[0, 2, 0], [0, 0, 0], [4, 0, 0]], dtype=DTYPES[dtype]))):
        family.differentiate("prod", f"{name}, all", dtype, lambda input: input.prod(), {"input": values}, {"dim": None})
        for dim in (0, -1):
            family.differentiate("prod", f"{name}, {dim}", dtype, lambda input: input.prod(dim), {"input": values},
                                 {"dim": dim})
            family.differentiate("cumprod", f"{name}, {dim}", dtype, lambda input: input.cumprod(dim),
                                 {"input": values}, {"dim": dim})
    for left, right, dim in (((3, 4), (3, 4), 1), ((3, 4), (4,), 1), ((2, 3, 4), (3, 1), 1)):
        name = f"{'x'.join(map(str, left))} with {'x'.join(map(str, right))}"
        family.differentiate("cosine_similarity", name, dtype,
                             lambda input, other: F.cosine_similarity(input, other, dim),
                             {"input": samples.normal(*left), "other": samples.normal(*right)}, {"dim": dim})


def scans(family, dtype):
    samples = Samples("scans", dtype)
    for shape, dim in (((2, 3, 4), 0), ((2, 3, 4), 1), ((2, 3, 4), -1), ((7,), 0), ((1, 1), 1)):
        name = f"{'x'.join(map(str, shape))} dim {dim}"
        values = {"input": samples.normal(*shape, std=1.5)}
        options = {"dim": dim}
        family.differentiate("cumsum", name, dtype, lambda input: input.cumsum(dim), values, options)
        family.differentiate("cumprod", name, dtype, lambda input: input.cumprod(dim), values, options)
        family.differentiate("logcumsumexp", name, dtype, lambda input: input.logcumsumexp(dim), values, options)
    large = {"input": samples.normal(3, 5, std=60)}
    family.differentiate("logcumsumexp", "large", dtype, lambda input: input.logcumsumexp(1), large, {"dim": 1})


def order(family, dtype):
    samples = Samples("order", dtype)
    for label, cube in (("distinct", samples.shuffled([value / 4 - 5 for value in range(60)]).reshape(3, 4, 5)),
                        ("ties", samples.integers(0, 3, 3, 4, 5))):
        for dim in (0, 1, -1):
            for descending in (False, True):
                name = f"{label}, dim {dim}{', descending' if descending else ''}"
                options = {"dim": dim, "descending": descending}
                family.differentiate("sort", name, dtype,
                                     lambda input: torch.sort(input, dim=dim, descending=descending, stable=True)[0],
                                     {"input": cube}, options)
                family.differentiate("argsort", name, dtype,
                                     lambda input: torch.argsort(input, dim=dim, descending=descending, stable=True),
                                     {"input": cube}, options)
            for fraction in (0.0, 0.3, 0.5, 1.0):
                if label == "distinct":
                    family.differentiate("quantile", f"{fraction}, dim {dim}", dtype,
                                         lambda input: torch.quantile(input, fraction, dim=dim), {"input": cube},
                                         {"fraction": fraction, "dim": dim})
        family.differentiate("median", label, dtype, lambda input: input.median(), {"input": cube}, {"dim": None})
    distinct = samples.shuffled([value / 4 - 5 for value in range(60)]).reshape(3, 4, 5)
    for dim in (0, 1, -1):
        family.differentiate("median", f"dim {dim}", dtype, lambda input: input.median(dim)[0], {"input": distinct},
                             {"dim": dim})
        for largest in (True, False):
            family.differentiate("topk", f"dim {dim}, {'largest' if largest else 'smallest'}", dtype,
                                 lambda input: input.topk(2, dim, largest)[0], {"input": distinct},
                                 {"dim": dim, "k": 2, "largest": largest})


def linear_algebra(family, dtype):
    samples = Samples("linear algebra", dtype)

    def regular(*shape):
        return samples.normal(*shape) + 3 * torch.eye(shape[-1], dtype=DTYPES[dtype])

    for left, right in (((3, 3), (3, 2)), ((1, 1), (1, 4)), ((2, 4, 4), (2, 4, 3)), ((4, 4), (2, 4, 1)), ((3, 3), (3,))):
        name = f"{'x'.join(map(str, left))}, {'x'.join(map(str, right))}"
        family.differentiate("solve", name, dtype, lambda input, other: torch.linalg.solve(input, other),
                             {"input": regular(*left), "other": samples.normal(*right)})
        if len(right) == 1:
            continue
        for upper in (False, True):
            for unit in (False, True):
                family.differentiate(
                    "solve_triangular", f"{name}, {'upper' if upper else 'lower'}{', unit' if unit else ''}", dtype,
                    lambda input, other: torch.linalg.solve_triangular(input, other, upper=upper, unitriangular=unit),
                    {"input": regular(*left), "other": samples.normal(*right)}, {"upper": upper, "unit": unit})
    pivots = torch.tensor([[0, 2, 1], [1, 0, 3], [2, 1, 0]], dtype=DTYPES[dtype])
    family.differentiate("solve", "zeros on the diagonal", dtype, lambda input, other: torch.linalg.solve(input, other),
                         {"input": pivots, "other": samples.normal(3, 2)})
    for shape in ((3, 3), (1, 1), (2, 4, 4)):
        name = "x".join(map(str, shape))
        family.differentiate("inverse", name, dtype, lambda input: torch.linalg.inv(input), {"input": regular(*shape)})
        root = samples.normal(*shape)
        family.differentiate("cholesky", name, dtype,
                             lambda input: torch.linalg.cholesky(input @ input.mT + torch.eye(shape[-1], dtype=input.dtype)),
                             {"input": root})


def extremes(family, dtype):
    samples = Samples("running extremes", dtype)
    for shape, dim in (((2, 3, 4), 0), ((2, 3, 4), 1), ((2, 3, 4), -1), ((7,), 0), ((1, 1), 1)):
        for kind, function in (("cummax", torch.cummax), ("cummin", torch.cummin)):
            name = f"{'x'.join(map(str, shape))} dim {dim}"
            family.differentiate(kind, name, dtype, lambda input: function(input, dim)[0], {"input": samples.normal(*shape)}, {"dim": dim})
            family.differentiate(f"{kind}_places", name, dtype, lambda input: function(input, dim)[1],
                                 {"input": samples.integers(-2, 3, *shape)}, {"dim": dim})


def scatter(family, dtype):
    samples = Samples("scatter", dtype)
    for shape, dim in (((2, 3, 4), 0), ((2, 3, 4), 1), ((2, 3, 4), -1), ((7,), 0)):
        # Each index once, since PyTorch leaves open which of several counts.
        index = samples.normal(*shape).argsort(dim).narrow(dim, 0, max(1, shape[dim] - 1))
        values = {"input": samples.normal(*shape), "index": index, "src": samples.normal(*index.shape)}
        name = f"{'x'.join(map(str, shape))} dim {dim}"
        family.differentiate("scatter", name, dtype, lambda input, index, src: torch.scatter(input, dim, index, src), values, {"dim": dim})
        family.differentiate("scatter_value", name, dtype, lambda input, index: torch.scatter(input, dim, index, 2.5),
                             {"input": values["input"], "index": samples.indices(shape[dim], *index.shape)}, {"dim": dim})


def determinants(family, dtype):
    samples = Samples("determinants", dtype)
    for shape in ((3, 3), (1, 1), (2, 4, 4), (2, 1, 5, 5)):
        name = "x".join(map(str, shape))
        family.differentiate("det", name, dtype, lambda input: torch.linalg.det(input), {"input": samples.normal(*shape)})
        family.differentiate("slogdet", name, dtype, lambda input: torch.linalg.slogdet(input)[1], {"input": samples.normal(*shape)})
        family.differentiate("sign_det", name, dtype, lambda input: torch.linalg.slogdet(input)[0].detach(), {"input": samples.normal(*shape)})
    pivots = torch.tensor([[0, 2, 1], [1, 0, 3], [2, 1, 0]], dtype=DTYPES[dtype])
    family.differentiate("det", "zeros on the diagonal", dtype, lambda input: torch.linalg.det(input), {"input": pivots})
