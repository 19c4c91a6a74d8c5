"""Optimizers: thirty steps on two surfaces in two variables, and gradient clipping.

quadratic:  25 x² + 3 x y + y² / 2        from (1.5, -2);   Hessian with condition number 60
rosenbrock: (1 - x)² + 100 (y - x²)²      from (-1.2, 1)

Outputs are the point after each step and the value before it; the gradients are those the optimizer was given at each
step, so that an update rule can also be checked one step at a time.
"""

import torch

from .golden import DTYPES, Family, Samples, leaf

STEPS = 30
STARTS = {"quadratic": [1.5, -2.0], "rosenbrock": [-1.2, 1.0]}


def quadratic(point):
    x, y = point
    return 25 * x * x + 3 * x * y + 0.5 * y * y


def rosenbrock(point):
    x, y = point
    return (1 - x) ** 2 + 100 * (y - x * x) ** 2


SURFACES = {"quadratic": quadratic, "rosenbrock": rosenbrock}

# A rule, the learning rates for the quadratic and for Rosenbrock, and the option sets to try it with.
RULES = [
    (torch.optim.SGD, 0.01, 0.0005, [
        {}, {"momentum": 0.9}, {"momentum": 0.9, "dampening": 0.5}, {"momentum": 0.9, "nesterov": True},
        {"weight_decay": 0.1}, {"momentum": 0.8, "weight_decay": 0.1},
        {"momentum": 0.9, "nesterov": True, "weight_decay": 0.05}]),
    (torch.optim.RMSprop, 0.05, 0.02, [
        {}, {"alpha": 0.9}, {"eps": 1e-2}, {"centered": True}, {"momentum": 0.9}, {"weight_decay": 0.1},
        {"centered": True, "momentum": 0.5, "alpha": 0.9, "weight_decay": 0.05}]),
    (torch.optim.Adagrad, 0.5, 0.2, [
        {}, {"lr_decay": 0.1}, {"initial_accumulator_value": 0.5}, {"eps": 1e-2}, {"weight_decay": 0.1},
        {"lr_decay": 0.05, "initial_accumulator_value": 0.1, "weight_decay": 0.05}]),
    (torch.optim.Adam, 0.1, 0.05, [
        {}, {"betas": (0.8, 0.99)}, {"betas": (0.0, 0.9)}, {"eps": 1e-2}, {"amsgrad": True}, {"weight_decay": 0.1},
        {"amsgrad": True, "betas": (0.7, 0.8), "weight_decay": 0.05}]),
    (torch.optim.AdamW, 0.1, 0.05, [
        {}, {"weight_decay": 0.0}, {"weight_decay": 0.2}, {"betas": (0.8, 0.99), "eps": 1e-3},
        {"amsgrad": True, "betas": (0.7, 0.8), "weight_decay": 0.05}]),
    (torch.optim.Adadelta, 1.0, 1.0, [
        {}, {"rho": 0.5}, {"eps": 1e-3}, {"weight_decay": 0.1}, {"rho": 0.8, "eps": 1e-2, "weight_decay": 0.05}]),
    (torch.optim.Adamax, 0.1, 0.05, [
        {}, {"betas": (0.8, 0.9)}, {"eps": 1e-2}, {"weight_decay": 0.1}]),
    (torch.optim.NAdam, 0.1, 0.05, [
        {}, {"betas": (0.8, 0.9)}, {"momentum_decay": 0.05}, {"weight_decay": 0.1}, {"eps": 1e-2},
        {"weight_decay": 0.1, "decoupled_weight_decay": True}]),
    (torch.optim.RAdam, 0.02, 0.001, [
        {}, {"betas": (0.8, 0.9)}, {"betas": (0.9, 0.5)}, {"weight_decay": 0.1}, {"eps": 1e-2},
        {"weight_decay": 0.1, "decoupled_weight_decay": True}]),
    (torch.optim.ASGD, 0.01, 0.0005, [
        {}, {"t0": 10.0}, {"lambd": 0.1, "alpha": 0.5}, {"t0": 5.0, "weight_decay": 0.1}]),
    (torch.optim.Rprop, 0.05, 0.02, [
        {}, {"etas": (0.3, 1.5)}, {"step_sizes": (1e-3, 0.1)}]),
]

LBFGS_STEPS = 10
LBFGS = [{"max_iter": 4}, {"max_iter": 1, "history_size": 3}, {"max_iter": 4, "line_search_fn": "strong_wolfe"},
         {"max_iter": 8, "history_size": 2, "line_search_fn": "strong_wolfe"}]


def build():
    family = Family("optimizers")
    for dtype in DTYPES:
        # Some rules keep scalars (NAdam's product of momenta, ASGD's rate) in tensors of the default dtype.
        torch.set_default_dtype(DTYPES[dtype])
        for rule, quadratic_rate, rosenbrock_rate, changes in RULES:
            for change in changes:
                for surface, rate in (("quadratic", quadratic_rate), ("rosenbrock", rosenbrock_rate)):
                    trajectory(family, dtype, rule, surface, {"lr": rate, **change})
        if dtype == "float64":  # in float32 its path hangs on the last bits, line search or not
            for change in LBFGS:
                for surface in SURFACES:
                    lbfgs(family, dtype, surface, change)
        adafactor(family, dtype)
        groups(family, dtype)
        clipping(family, dtype)
    torch.set_default_dtype(torch.float32)
    return family


def trajectory(family, dtype, rule, surface, options):
    point = leaf(torch.tensor(STARTS[surface], dtype=DTYPES[dtype]))
    optimizer = rule([point], **options)
    points, values, gradients = [], [], []
    for _ in range(STEPS):
        optimizer.zero_grad()
        value = SURFACES[surface](point)
        value.backward()
        gradients.append(point.grad.clone())
        optimizer.step()
        values.append(value.detach())
        points.append(point.detach().clone())
    add(family, dtype, rule, surface, optimizer, options, torch.stack(points), torch.stack(values), optimizer.state[point],
        gradients={"point": torch.stack(gradients)})


def lbfgs(family, dtype, surface, change):
    """L-BFGS evaluates the surface several times a step; the counts are recorded."""
    options = {"lr": 1.0 if "line_search_fn" in change or surface == "quadratic" else 0.1, **change}
    points, values, evaluations, optimizer = descend_lbfgs(dtype, STARTS[surface], surface, options, LBFGS_STEPS)
    add(family, dtype, torch.optim.LBFGS, surface, optimizer, options, points, values, {},
        outputs={"evaluations": evaluations})


def descend_lbfgs(dtype, start, surface, options, steps):
    """The points after each step, the values before it, and the evaluations up to it."""
    point = leaf(torch.tensor(start, dtype=DTYPES[dtype]))
    optimizer = torch.optim.LBFGS([point], **options)
    points, values, evaluations = [], [], []

    def closure():
        optimizer.zero_grad()
        value = SURFACES[surface](point)
        value.backward()
        return value

    for _ in range(steps):
        values.append(optimizer.step(closure).detach())
        points.append(point.detach().clone())
        evaluations.append(optimizer.state[point]["func_evals"])
    return torch.stack(points), torch.stack(values), torch.tensor(evaluations), optimizer


def add(family, dtype, rule, surface, optimizer, options, points, values, state, outputs=None, gradients=None):
    """Records the trajectory with all options, those left at their defaults too, and the state the rule made use of."""
    used = {key: value for key, value in optimizer.defaults.items()
            if key not in ("foreach", "maximize", "capturable", "differentiable", "fused")}
    label = ", ".join(f"{key} {value}" for key, value in options.items() if key != "lr") or "default"
    family.add(rule.__name__.lower(), f"{surface}, {label}", dtype, options={"surface": surface, **used},
               inputs={"start": torch.tensor(STARTS[surface], dtype=DTYPES[dtype])},
               outputs={"points": points, "values": values, **(outputs or {})},
               gradients=gradients, state={key: value for key, value in state.items() if value is not None})


ADAFACTOR = [{}, {"lr": 0.1}, {"beta2_decay": -0.5}, {"d": 1.5}, {"eps": (None, 2.0)}, {"weight_decay": 0.1},
             {"d": 1.2, "beta2_decay": -0.6, "weight_decay": 0.05, "maximize": True}]


def adafactor(family, dtype):
    """Adafactor tells matrices from vectors, so it gets one of each and a stack of matrices, and gradients that are given, which
    grow every fourth step, so that steps are clipped: gradient.NAME holds those of all steps. Every fifth point is recorded.
    PyTorch decays weights by lr and not, as the paper does the step, by min(lr, 1 / sqrt(step)): the same at these rates."""
    samples = Samples("adafactor", dtype)
    starts = {"matrix": samples.normal(3, 4), "vector": samples.normal(5), "matrices": samples.normal(2, 4, 2)}
    gradients = {key: torch.stack([samples.normal(*value.shape, std=1 + step % 4) for step in range(STEPS)]) for key, value in starts.items()}
    for options in ADAFACTOR:
        parameters = {key: leaf(value) for key, value in starts.items()}
        optimizer = torch.optim.Adafactor(parameters.values(), **options)
        points = {key: [] for key in starts}
        for step in range(STEPS):
            for key, parameter in parameters.items():
                parameter.grad = gradients[key][step].clone()
            optimizer.step()
            for key, parameter in parameters.items():
                points[key].append(parameter.detach().clone())
        label = ", ".join(f"{key} {value}" for key, value in options.items()) or "default"
        eps1, eps2 = optimizer.defaults["eps"]
        family.add("adafactor", label, dtype,
                   options={"eps1": eps1, "eps2": eps2, **{key: optimizer.defaults[key] for key in (
                       "lr", "beta2_decay", "d", "weight_decay", "maximize")}},
                   inputs={**starts, **{f"gradient.{key}": value for key, value in gradients.items()}},
                   outputs={key: torch.stack(value)[4::5] for key, value in points.items()})


def groups(family, dtype):
    """Two parameter groups with options of their own: the first on the quadratic, the second on Rosenbrock."""
    for rule, shared, second in ((torch.optim.SGD, {"lr": 0.01, "momentum": 0.9}, {"lr": 0.0005, "weight_decay": 0.1}),
                                 (torch.optim.Adam, {"lr": 0.1}, {"lr": 0.02, "betas": (0.8, 0.9)}),
                                 (torch.optim.AdamW, {"lr": 0.1, "weight_decay": 0.0}, {"weight_decay": 0.3})):
        starts = {key: torch.tensor(value, dtype=DTYPES[dtype]) for key, value in STARTS.items()}
        first_point, second_point = (leaf(value) for value in starts.values())
        optimizer = rule([{"params": [first_point]}, {"params": [second_point], **second}], **shared)
        points = {key: [] for key in STARTS}
        for _ in range(STEPS):
            optimizer.zero_grad()
            (quadratic(first_point) + rosenbrock(second_point)).backward()
            optimizer.step()
            for key, point in zip(points, (first_point, second_point)):
                points[key].append(point.detach().clone())
        family.add("groups", rule.__name__.lower(), dtype,
                   options={"rule": rule.__name__.lower(), "shared": shared, "second": second}, inputs=starts,
                   outputs={key: torch.stack(value) for key, value in points.items()})


def clipping(family, dtype):
    samples = Samples("clipping", dtype)
    originals = {"a": samples.normal(3, 2, std=3), "b": samples.normal(4), "c": samples.normal(1, 1)}

    def clip(name, options, clipper):
        tensors = [leaf(value) for value in originals.values()]
        for tensor, value in zip(tensors, originals.values()):
            tensor.grad = value.clone()
        norm = clipper(tensors)
        family.add(name.split(",")[0], name.partition(", ")[2], dtype, options=options, inputs=originals,
                   outputs={**{key: tensor.grad for key, tensor in zip(originals, tensors)},
                            **({} if norm is None else {"norm": norm})})

    for kind in (1.0, 2.0, 3.0, float("inf")):
        for limit in (1.5, 100.0):
            clip(f"clip_grad_norm, norm {kind}, limit {limit}", {"max_norm": limit, "norm_type": str(kind)},
                 lambda tensors: torch.nn.utils.clip_grad_norm_(tensors, limit, kind))
    clip("clip_grad_value, 0.75", {"clip_value": 0.75}, lambda tensors: torch.nn.utils.clip_grad_value_(tensors, 0.75))
