"""Learning-rate schedules: the rate, and the momentum where the schedule moves it, before each of sixty steps and
after the last."""

import warnings

import torch
from torch.optim import lr_scheduler as lrs
from torch.optim.swa_utils import SWALR

from .golden import Family

STEPS = 60


def build():
    family = Family("schedules")
    simple(family)
    functions(family)
    averaging(family)
    cycles(family)
    combined(family)
    plateau(family)
    return family


def simple(family):
    for kind, schedule, variants in (
            ("step", lrs.StepLR, [{"step_size": 15}, {"step_size": 7, "gamma": 0.5}]),
            ("multi_step", lrs.MultiStepLR, [{"milestones": [10, 25, 26, 50]},
                                             {"milestones": [5, 5, 30], "gamma": 0.5}]),
            ("exponential", lrs.ExponentialLR, [{"gamma": 0.9}]),
            ("cosine", lrs.CosineAnnealingLR, [{"T_max": 60}, {"T_max": 20, "eta_min": 0.01}]),
            ("cosine_restarts", lrs.CosineAnnealingWarmRestarts, [
                {"T_0": 15}, {"T_0": 8, "T_mult": 2}, {"T_0": 10, "T_mult": 3, "eta_min": 0.02}]),
            ("linear", lrs.LinearLR, [{}, {"start_factor": 0.1, "end_factor": 0.8, "total_iters": 20}]),
            ("polynomial", lrs.PolynomialLR, [{"total_iters": 40}, {"total_iters": 60, "power": 2.5}]),
            ("constant", lrs.ConstantLR, [{}, {"factor": 0.25, "total_iters": 20}])):
        for options in variants:
            record(family, kind, options, 0.1, lambda optimizer: schedule(optimizer, **options))


def functions(family):
    """Schedules by a function of the count; the option is the function as C# and Python both write it."""
    for text in ("1 / (1 + 0.1 * t)", "t % 10 < 5 ? 1 : 0.5"):
        python = "1 if t % 10 < 5 else 0.5" if "?" in text else text
        function = eval(f"lambda t: {python}")
        record(family, "lambda", {"factor": text}, 0.1, lambda optimizer: lrs.LambdaLR(optimizer, function))
    record(family, "multiplicative", {"factor": "t <= 20 ? 0.9 : 1"}, 0.1,
           lambda optimizer: lrs.MultiplicativeLR(optimizer, lambda t: 0.9 if t <= 20 else 1))


def averaging(family):
    """The way to the constant rate of stochastic weight averaging."""
    for options in ({"anneal_strategy": "cos"}, {"anneal_strategy": "linear"}):
        options = {"swa_lr": 0.02, "anneal_epochs": 25, **options}
        record(family, "swa", options, 0.1, lambda optimizer: SWALR(optimizer, **options))


def cycles(family):
    for options in ({}, {"anneal_strategy": "linear"}, {"three_phase": True}, {"pct_start": 0.5, "div_factor": 10.0},
                    {"anneal_strategy": "linear", "three_phase": True, "final_div_factor": 100.0},
                    {"cycle_momentum": False}, {"base_momentum": 0.8, "max_momentum": 0.9}):
        options = {"max_lr": 0.5, "total_steps": STEPS + 1, **options}
        record(family, "one_cycle", options, 0.1, lambda optimizer: lrs.OneCycleLR(optimizer, **options))
    for options in ({}, {"mode": "triangular2"}, {"mode": "exp_range", "gamma": 0.97}, {"step_size_down": 12},
                    {"mode": "exp_range", "gamma": 0.95, "cycle_momentum": False},
                    {"mode": "triangular2", "base_momentum": 0.7, "max_momentum": 0.85}):
        options = {"base_lr": 0.01, "max_lr": 0.3, "step_size_up": 8, **options}
        record(family, "cyclic", options, 0.1, lambda optimizer: lrs.CyclicLR(optimizer, **options))


def combined(family):
    def parts(optimizer):
        return [lrs.LinearLR(optimizer, start_factor=0.1, total_iters=5), lrs.ExponentialLR(optimizer, gamma=0.95)]

    described = [{"kind": "linear", "start_factor": 0.1, "end_factor": 1.0, "total_iters": 5},
                 {"kind": "exponential", "gamma": 0.95}]
    record(family, "chained", {"schedulers": described}, 0.1,
           lambda optimizer: lrs.ChainedScheduler(parts(optimizer)))
    record(family, "sequential", {"schedulers": described, "milestones": [10]}, 0.1,
           lambda optimizer: lrs.SequentialLR(optimizer, parts(optimizer), milestones=[10]))
    record(family, "sequential", {
        "schedulers": [{"kind": "constant", "factor": 0.5, "total_iters": 8}, {"kind": "linear", "start_factor": 1.0,
                       "end_factor": 0.2, "total_iters": 20}, {"kind": "cosine", "T_max": 25, "eta_min": 0.001}],
        "milestones": [8, 30]}, 0.1,
        lambda optimizer: lrs.SequentialLR(optimizer, [
            lrs.ConstantLR(optimizer, factor=0.5, total_iters=8),
            lrs.LinearLR(optimizer, start_factor=1.0, end_factor=0.2, total_iters=20),
            lrs.CosineAnnealingLR(optimizer, T_max=25, eta_min=0.001)], milestones=[8, 30]))


def record(family, kind, options, rate, make):
    rates, momenta = follow(rate, make)
    outputs = {"lr": rates[:, 0], "lr.second": rates[:, 1]}
    if len(set(momenta.tolist())) > 1:
        outputs["momentum"] = momenta
    label = ", ".join(f"{key} {value}" for key, value in options.items() if not isinstance(value, list)
                      or key == "milestones")
    family.add(kind, label or "default", "", options={"lr": rate, "lr.second": rate / 2, "momentum": 0.9, **options},
               outputs=outputs)


def follow(rate, make):
    """Runs a schedule over two parameter groups, of which the second has half the rate where the schedule allows."""
    parameters = [torch.zeros(1, requires_grad=True) for _ in range(2)]
    optimizer = torch.optim.SGD([{"params": [parameters[0]]}, {"params": [parameters[1]], "lr": rate / 2}], lr=rate,
                                momentum=0.9)
    with warnings.catch_warnings():
        # SequentialLR calls its parts in a way that PyTorch itself has declared obsolete.
        warnings.simplefilter("ignore", UserWarning)
        schedule = make(optimizer)
        rates, momenta = [], []
        for step in range(STEPS + 1):
            rates.append([group["lr"] for group in optimizer.param_groups])
            momenta.append(optimizer.param_groups[0]["momentum"])
            optimizer.step()
            if step < STEPS:
                schedule.step()
    return torch.tensor(rates, dtype=torch.float64), torch.tensor(momenta, dtype=torch.float64)


# A series that falls, stalls, rises, falls by less than the usual threshold, and stalls again.
SERIES = ([1.0, 0.8, 0.65, 0.55, 0.5] + [0.5] * 9 + [0.52, 0.51, 0.53, 0.49999, 0.49998, 0.49997]
          + [0.45, 0.4] + [0.41] * 12 + [0.39, 0.389, 0.388, 0.3] + [0.3] * 22)


def plateau(family):
    for options in ({}, {"patience": 3}, {"patience": 2, "cooldown": 4}, {"patience": 3, "threshold_mode": "abs",
                    "threshold": 0.005}, {"patience": 3, "threshold": 0.05}, {"patience": 1, "min_lr": 0.02},
                    {"patience": 2, "factor": 0.5, "eps": 0.01}, {"patience": 0},
                    {"mode": "max", "patience": 3}, {"mode": "max", "patience": 3, "threshold_mode": "abs",
                    "threshold": 0.005}):
        series = [-value for value in SERIES] if options.get("mode") == "max" else SERIES
        if options.get("mode") == "max" and "threshold_mode" not in options:
            series = [2 - value for value in SERIES]  # a relative threshold wants positive values
        schedule, rates = observe(series, options)
        label = ", ".join(f"{key} {value}" for key, value in options.items()) or "default"
        family.add("plateau", label, "", options={"lr": 0.1, **options},
                   inputs={"series": torch.tensor(series, dtype=torch.float64)},
                   outputs={"lr": rates},
                   state={"num_bad_epochs": schedule.num_bad_epochs, "cooldown_counter": schedule.cooldown_counter,
                          "best": float(schedule.best)})


def observe(series, options):
    """A plateau schedule that has seen a series, and the rates before and after each value."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
    schedule = lrs.ReduceLROnPlateau(optimizer, **options)
    rates = [0.1]
    for value in series:
        schedule.step(value)
        rates.append(optimizer.param_groups[0]["lr"])
    return schedule, torch.tensor(rates, dtype=torch.float64)
