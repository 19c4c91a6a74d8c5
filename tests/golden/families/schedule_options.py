"""Learning-rate schedules in all combinations of their options: what the family schedules records, of one parameter group.

The values that plateau schedules see are cases of their own, series/min and series/max.
"""

import itertools

import torch
from torch.optim import lr_scheduler as lrs
from torch.optim.swa_utils import SWALR

from .golden import Family
from .schedules import SERIES, STEPS, follow, observe

# Each schedule with the values of its options to combine.
OPTIONS = [
    ("step", lrs.StepLR, {"step_size": [1, 7, 15], "gamma": [0.1, 0.5, 1.1]}),
    ("multi_step", lrs.MultiStepLR, {"milestones": [[10, 25, 26, 50], [5, 5, 30], [0, 59]], "gamma": [0.1, 0.5]}),
    ("exponential", lrs.ExponentialLR, {"gamma": [0.5, 0.9, 1.0, 1.01]}),
    ("cosine", lrs.CosineAnnealingLR, {"T_max": [7, 20, 60], "eta_min": [0.0, 0.01]}),
    ("cosine_restarts", lrs.CosineAnnealingWarmRestarts, {"T_0": [1, 8, 15], "T_mult": [1, 2, 3], "eta_min": [0.0, 0.02]}),
    ("linear", lrs.LinearLR, {"start_factor": [1 / 3, 0.1, 1.0], "end_factor": [1.0, 0.5, 0.0], "total_iters": [5, 20]}),
    ("polynomial", lrs.PolynomialLR, {"total_iters": [5, 40, 60], "power": [1.0, 0.5, 2.5]}),
    ("constant", lrs.ConstantLR, {"factor": [1 / 3, 0.25, 1.0], "total_iters": [5, 20]}),
    ("swa", SWALR, {"swa_lr": [0.02, 0.2], "anneal_epochs": [10, 25], "anneal_strategy": ["cos", "linear"]}),
    ("one_cycle", lrs.OneCycleLR, {
        "max_lr": [0.5], "total_steps": [STEPS + 1], "anneal_strategy": ["cos", "linear"], "three_phase": [False, True],
        "pct_start": [0.3, 0.45], "div_factor": [25.0, 10.0], "final_div_factor": [1e4, 100.0], "cycle_momentum": [True, False]}),
    ("cyclic", lrs.CyclicLR, {
        "base_lr": [0.01], "max_lr": [0.3], "step_size_up": [8], "mode": ["triangular", "triangular2", "exp_range"],
        "step_size_down": [None, 12], "gamma": [1.0, 0.97], "cycle_momentum": [True, False]}),
    ("cyclic", lrs.CyclicLR, {
        "base_lr": [0.01], "max_lr": [0.3], "step_size_up": [8], "mode": ["triangular", "triangular2", "exp_range"],
        "step_size_down": [None, 12], "gamma": [0.97], "base_momentum": [0.7], "max_momentum": [0.85]}),
]

FIRST = [{"kind": "linear", "start_factor": 0.1, "end_factor": 1.0, "total_iters": 5},
         {"kind": "constant", "factor": 0.5, "total_iters": 8}]
SECOND = [{"kind": "step", "step_size": 7, "gamma": 0.5}, {"kind": "multi_step", "milestones": [4, 11], "gamma": 0.2},
          {"kind": "exponential", "gamma": 0.95}, {"kind": "cosine", "T_max": 25},
          {"kind": "polynomial", "total_iters": 30, "power": 2.0}]

PLATEAU = {"mode": ["min", "max"], "threshold_mode": ["rel", "abs"], "threshold": [1e-4, 0.05], "patience": [0, 3],
           "cooldown": [0, 4], "factor": [0.1, 0.5], "min_lr": [0.0, 0.02], "eps": [1e-8, 0.01]}


def build():
    family = Family("schedule_options")
    for kind, schedule, values in OPTIONS:
        for options in combinations(values):
            record(family, kind, options, lambda optimizer: schedule(optimizer, **options))
    combined(family)
    series = {"min": SERIES, "max": [2 - value for value in SERIES]}
    for mode, values in series.items():
        family.add("series", mode, "", outputs={"series": torch.tensor(values, dtype=torch.float64)})
    for options in combinations(PLATEAU):
        schedule, rates = observe(series[options["mode"]], options)
        family.add("plateau", label(options), "", options={"lr": 0.1, **options}, outputs={"lr": rates},
                   state={"num_bad_epochs": schedule.num_bad_epochs, "cooldown_counter": schedule.cooldown_counter,
                          "best": float(schedule.best)})
    return family


def combined(family):
    """Two schedules one after the other, and two at once."""
    for first, second in itertools.product(FIRST, SECOND):
        parts = [first, second]
        name = f"{first['kind']}, {second['kind']}"
        record(family, "chained", {"schedulers": parts}, lambda optimizer: lrs.ChainedScheduler(make(optimizer, parts)), name)
        for milestone in (5, 20):
            record(family, "sequential", {"schedulers": parts, "milestones": [milestone]},
                   lambda optimizer: lrs.SequentialLR(optimizer, make(optimizer, parts), milestones=[milestone]),
                   f"{name}, milestone {milestone}")


def make(optimizer, parts):
    schedules = {kind: schedule for kind, schedule, _ in OPTIONS}
    return [schedules[part["kind"]](optimizer, **{key: value for key, value in part.items() if key != "kind"}) for part in parts]


def combinations(values):
    return [dict(zip(values, choice)) for choice in itertools.product(*values.values())]


def label(options):
    return ", ".join(f"{key} {value}" for key, value in options.items())


def record(family, kind, options, make_schedule, name=None):
    rates, momenta = follow(0.1, make_schedule)
    outputs = {"lr": rates[:, 0]}
    if len(set(momenta.tolist())) > 1:
        outputs["momentum"] = momenta
    family.add(kind, name or label(options), "", options={"lr": 0.1, **options}, outputs=outputs)
