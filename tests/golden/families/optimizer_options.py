"""Optimizers in all combinations of their options: thirty steps on the surfaces of the family optimizers.

To keep the file small only every fifth point is recorded; the gradients, which tests need in float32, all of them. The way up
the negative surface with the option maximize is made as well: it must be the same to the last bit.

A trajectory says something only where it does not hang on the last bit of its start. Each is made again from starts that
differ by one unit in the last place: rules must hardly notice, and of L-BFGS, whose searches amplify such differences
without bound, only the steps before it does are recorded.
"""

import itertools
import math

import torch

from .golden import DTYPES, Family, leaf
from .optimizers import LBFGS_STEPS, RULES, STARTS, STEPS, SURFACES, descend_lbfgs

EVERY = 5
# How far points may move for one unit in the last place, in terms of 1 + |point|.
SENSITIVITY = {"float32": 2e-6, "float64": 2e-11}

DECAYS = [0.0, 0.1]

# Each rule's options with the values to combine.
OPTIONS = {
    torch.optim.SGD: {"momentum": [0.0, 0.9], "dampening": [0.0, 0.5], "nesterov": [False, True], "weight_decay": DECAYS},
    torch.optim.RMSprop: {"alpha": [0.99, 0.8], "eps": [1e-8, 1e-2], "centered": [False, True], "momentum": [0.0, 0.9],
                          "weight_decay": DECAYS},
    torch.optim.Adagrad: {"lr_decay": [0.0, 0.1], "initial_accumulator_value": [0.0, 0.5], "eps": [1e-10, 1e-2],
                          "weight_decay": DECAYS},
    torch.optim.Adam: {"betas": [(0.9, 0.999), (0.7, 0.8)], "eps": [1e-8, 1e-2], "amsgrad": [False, True],
                       "weight_decay": DECAYS},
    torch.optim.AdamW: {"betas": [(0.9, 0.999), (0.7, 0.8)], "eps": [1e-8, 1e-2], "amsgrad": [False, True],
                        "weight_decay": [0.0, 0.01, 0.2]},
    torch.optim.Adadelta: {"rho": [0.9, 0.5], "eps": [1e-6, 1e-2], "weight_decay": DECAYS},
    torch.optim.Adamax: {"betas": [(0.9, 0.999), (0.7, 0.8)], "eps": [1e-8, 1e-2], "weight_decay": DECAYS},
    torch.optim.NAdam: {"betas": [(0.9, 0.999), (0.7, 0.8)], "eps": [1e-8, 1e-2], "momentum_decay": [4e-3, 0.1],
                        "weight_decay": DECAYS, "decoupled_weight_decay": [False, True]},
    torch.optim.RAdam: {"betas": [(0.9, 0.999), (0.7, 0.8), (0.9, 0.5)], "eps": [1e-8, 1e-2], "weight_decay": DECAYS,
                        "decoupled_weight_decay": [False, True]},
    torch.optim.ASGD: {"lambd": [1e-4, 0.1], "alpha": [0.75, 0.5], "t0": [1e6, 8.0], "weight_decay": DECAYS},
    torch.optim.Rprop: {"etas": [(0.5, 1.2), (0.3, 1.5)], "step_sizes": [(1e-6, 50.0), (1e-3, 0.1)]},
}

LBFGS = {"max_iter": [1, 4, 8], "max_eval": [None, 3], "history_size": [1, 3, 100], "line_search_fn": [None, "strong_wolfe"]}


def build():
    family = Family("optimizer_options")
    rates = {rule: {"quadratic": quadratic, "rosenbrock": rosenbrock} for rule, quadratic, rosenbrock, _ in RULES}
    rates[torch.optim.NAdam]["rosenbrock"] = 0.02  # at 0.05 it jumps from side to side, and rounding grows
    for dtype in DTYPES:
        torch.set_default_dtype(DTYPES[dtype])  # as in the family optimizers
        for rule, values in OPTIONS.items():
            for options in combinations(values):
                if valid(options):
                    for surface in SURFACES:
                        add(family, dtype, rule, surface, {"lr": rates[rule][surface], **options})
        for options in combinations(LBFGS):
            for surface in SURFACES:
                add_lbfgs(family, dtype, surface, options)
    torch.set_default_dtype(torch.float32)
    return family


def combinations(values):
    return [dict(zip(values, choice)) for choice in itertools.product(*values.values())]


def valid(options):
    if options.get("decoupled_weight_decay") and not options["weight_decay"]:
        return False
    return not options.get("nesterov") or (options["momentum"] > 0 and options["dampening"] == 0)


def label(options):
    return ", ".join(f"{key} {value}" for key, value in options.items() if key != "lr")


def nudged(surface, dtype):
    """Starts that differ from the surface's by one unit in the last place of a coordinate."""
    start = torch.tensor(STARTS[surface], dtype=DTYPES[dtype])
    for index in range(len(start)):
        for direction in (-math.inf, math.inf):
            moved = start.clone()
            moved[index] = torch.nextafter(start[index], torch.tensor(direction, dtype=start.dtype))
            yield moved.tolist()


def movement(points, others):
    """How far points lie apart, step by step, in terms of 1 + |point|."""
    return ((points - others).abs() / (1 + points.abs())).amax(1)


def add(family, dtype, rule, surface, options):
    points, gradients, optimizer = descend(dtype, rule, surface, options)
    if dtype == "float64":
        moved = max(movement(points, descend(dtype, rule, surface, options, start)[0]).max() for start in nudged(surface, dtype))
        if moved > SENSITIVITY[dtype]:
            raise ValueError(f"{rule.__name__}, {options}: a last bit moves the points by {moved:.2g}")
    others, _, _ = descend(dtype, rule, surface, {**options, "maximize": True})
    if not torch.equal(points, others):
        raise ValueError(f"{rule.__name__}, {options}: maximising the negative takes another way")
    family.add(rule.__name__.lower(), f"{surface}, {label(options)}", dtype,
               options={"surface": surface, **options},
               outputs={"points": points[EVERY - 1::EVERY]}, gradients={"point": gradients} if dtype == "float32" else None)


def descend(dtype, rule, surface, options, start=None):
    """The points after each step and the gradients given to it, of the negative surface to maximise it."""
    point = leaf(torch.tensor(start or STARTS[surface], dtype=DTYPES[dtype]))
    optimizer = rule([point], **options)
    points, gradients = [], []
    for _ in range(STEPS):
        optimizer.zero_grad()
        value = SURFACES[surface](point)
        (-value if options.get("maximize") else value).backward()
        gradients.append(point.grad.clone())
        optimizer.step()
        points.append(point.detach().clone())
    return torch.stack(points), torch.stack(gradients), optimizer


def add_lbfgs(family, dtype, surface, options):
    options = {"lr": 1.0 if options["line_search_fn"] or surface == "quadratic" else 0.1, **options}
    points, values, evaluations, optimizer = descend_lbfgs(dtype, STARTS[surface], surface, options, LBFGS_STEPS)
    steps = LBFGS_STEPS
    for start in nudged(surface, dtype):
        others, _, counts, _ = descend_lbfgs(dtype, start, surface, options, LBFGS_STEPS)
        agree = (movement(points, others) <= SENSITIVITY[dtype]) & (evaluations == counts)
        steps = min(steps, int(agree.long().cumprod(0).sum()))
    if steps == 0:  # in float32, when already the first step iterates until rounding is all that is left
        return
    family.add("lbfgs", f"{surface}, {label(options)}", dtype, options={"surface": surface, **optimizer.defaults},
               outputs={"points": points[:steps], "values": values[:steps], "evaluations": evaluations[:steps]})
