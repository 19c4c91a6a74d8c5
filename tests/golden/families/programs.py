"""Programs: random sequences of operators, with their gradients and the gradients of those.

Each instruction appends a value to a list that begins with the inputs; "x", "y" and "z" are places in the list. The last
value is the output. Views of views, broadcasting, empty axes and values that are used twice meet here as no hand-written
case would have them. PROGRAMS=5000 in the environment makes that many, for a long run.
"""

import os
import random

import torch
import torch.nn.functional as F

from .golden import Family, Samples, leaf

COUNT = 150
LARGEST = 200  # elements
UNARY = {"tanh": torch.tanh, "sigmoid": torch.sigmoid, "sin": torch.sin, "cos": torch.cos, "erf": torch.erf, "abs": torch.abs,
         "neg": torch.neg, "relu": torch.relu, "silu": F.silu, "softplus": F.softplus, "gelu": F.gelu, "elu": F.elu,
         "gelu_tanh": lambda x: F.gelu(x, approximate="tanh"), "leaky_relu": F.leaky_relu,
         "exp": lambda x: torch.exp(torch.tanh(x)), "log": lambda x: torch.log(x * x + 1),
         "sqrt": lambda x: torch.sqrt(x * x + 1), "square": lambda x: torch.square(torch.tanh(x)),
         "affine": lambda x: x * 1.5 - 0.25, "clamp": lambda x: x.clamp(-0.7, 0.9), "contiguous": lambda x: x.contiguous()}
BINARY = {"add": torch.add, "sub": torch.sub, "mul": lambda x, y: torch.tanh(x) * y, "div": lambda x, y: x / (y * y + 1),
          "maximum": torch.maximum, "minimum": torch.minimum, "pow": lambda x, y: (x.abs() + 0.5) ** torch.tanh(y)}
REDUCTIONS = {"sum": torch.sum, "mean": torch.mean, "amax": torch.amax, "amin": torch.amin, "logsumexp": torch.logsumexp,
              "var": torch.var}


class Unfit(Exception):
    """The values at hand do not fit the operator."""


def need(condition):
    if not condition:
        raise Unfit


class Writer:
    """Draws the instructions of one program, and runs them."""

    def __init__(self, seed, inputs):
        self._draw = random.Random(seed)
        self.values = list(inputs)
        self.code = []

    def instruction(self):
        kind = self._draw.choice([
            *[self.unary] * 4, *[self.binary] * 5, *[self.reduction] * 3, *[self.matmul] * 2, self.permute, self.slice, self.pick, self.reshape, self.expand, self.unsqueeze, self.squeeze, self.softmax, self.linear,
            self.join, self.where, self.index_select, self.gather, self.scatter_add, self.index_add, self.norm,
            self.cross_entropy])
        place = len(self.values) - 1 if self._draw.random() < 0.6 else self._draw.randrange(len(self.values))
        x = self.values[place]
        try:
            entry, value = kind(x)
            need(value.numel() <= LARGEST and value.dim() <= 5)
        except (Unfit, RuntimeError, IndexError):
            return
        self.code.append({**entry, "x": place})
        self.values.append(value)

    def other(self):
        place = self._draw.randrange(len(self.values))
        return place, self.values[place]

    def axis(self, x):
        need(x.dim() > 0)
        return self._draw.randrange(x.dim())

    def unary(self, x):
        name = self._draw.choice(list(UNARY))
        return {"op": name}, UNARY[name](x)

    def binary(self, x):
        name = self._draw.choice(list(BINARY))
        place, y = self.other()
        need(name not in ("maximum", "minimum") or y is not x)
        return {"op": name, "y": place}, BINARY[name](x, y)

    def reduction(self, x):
        name = self._draw.choice(list(REDUCTIONS))
        need(x.dim() > 0)
        axes = sorted(self._draw.sample(range(x.dim()), self._draw.randint(1, x.dim())))
        count = 1
        for axis in axes:
            count *= x.shape[axis]
        need(count >= {"sum": 0, "var": 2}.get(name, 1))
        keep = self._draw.random() < 0.5
        return {"op": name, "axes": axes, "keep": keep}, REDUCTIONS[name](x, dim=axes, keepdim=keep)

    def permute(self, x):
        need(x.dim() > 1)
        axes = list(range(x.dim()))
        self._draw.shuffle(axes)
        return {"op": "permute", "axes": axes}, x.permute(axes)

    def slice(self, x):
        axis = self.axis(x)
        start = self._draw.randint(0, x.shape[axis])
        end = self._draw.randint(start, x.shape[axis])
        need(end > start or self._draw.random() < 0.1)
        step = self._draw.choice([1, 1, 2, 3])
        places = (slice(None),) * axis + (slice(start, end, step),)
        return {"op": "slice", "axis": axis, "start": start, "end": end, "step": step}, x[places]

    def pick(self, x):
        axis = self.axis(x)
        need(x.shape[axis] > 0)
        place = self._draw.randrange(-x.shape[axis], x.shape[axis])
        return {"op": "pick", "axis": axis, "place": place}, x.select(axis, place)

    def reshape(self, x):
        need(x.numel() > 0)
        dims, rest = [], x.numel()
        for prime in (2, 3, 5):
            while rest % prime == 0 and len(dims) < 3 and self._draw.random() < 0.6:
                dims.append(prime)
                rest //= prime
        dims.append(rest)
        self._draw.shuffle(dims)
        return {"op": "reshape", "shape": dims}, x.reshape(dims)

    def expand(self, x):
        shape = [self._draw.choice([2, 3]) if dim == 1 else dim for dim in x.shape]
        shape = [2, *shape] if self._draw.random() < 0.3 else shape
        return {"op": "expand", "shape": shape}, x.expand(shape)

    def unsqueeze(self, x):
        axis = self._draw.randint(0, x.dim())
        return {"op": "unsqueeze", "axis": axis}, x.unsqueeze(axis)

    def squeeze(self, x):
        need(1 in x.shape)
        return {"op": "squeeze"}, x.squeeze()

    def softmax(self, x):
        axis = self.axis(x)
        name = self._draw.choice(["softmax", "log_softmax"])
        return {"op": name, "axis": axis}, getattr(torch, name)(x, axis)

    def matmul(self, x):
        place, y = self.other()
        need(x.dim() >= 2 and y.dim() >= 2)
        across = x.shape[-1] != y.shape[-2]
        return {"op": "matmul", "y": place, "across": across}, torch.tanh(x @ (y.transpose(-1, -2) if across else y))

    def linear(self, x):
        place, y = self.other()
        need(y.dim() == 2)
        return {"op": "linear", "y": place}, torch.tanh(F.linear(x, y))

    def join(self, x):
        place, y = self.other()
        name = self._draw.choice(["cat", "stack"])
        axis = self.axis(x)
        need(x.dim() == y.dim())
        return {"op": name, "y": place, "axis": axis}, getattr(torch, name)([x, y], axis)

    def where(self, x):
        (first, y), (second, z) = self.other(), self.other()
        return {"op": "where", "y": first, "z": second}, torch.where(x > 0.1, y, z)

    def index_select(self, x):
        axis = self.axis(x)
        need(x.shape[axis] > 0)
        indices = [self._draw.randrange(x.shape[axis]) for _ in range(self._draw.randint(1, 5))]
        return {"op": "index_select", "axis": axis, "indices": indices}, x.index_select(axis, torch.tensor(indices))

    def gather(self, x):
        axis = self.axis(x)
        shape = list(x.shape)
        shape[axis] = self._draw.randint(1, 3)
        indices = self.indices(x.shape[axis], shape)
        return {"op": "gather", "axis": axis, "shape": shape, "indices": indices.flatten().tolist()}, x.gather(axis, indices)

    def scatter_add(self, x):
        place, y = self.other()
        axis = self.axis(x)
        need(y.dim() == x.dim() and all(y.shape[i] == x.shape[i] for i in range(x.dim()) if i != axis))
        indices = self.indices(x.shape[axis], y.shape)
        return {"op": "scatter_add", "y": place, "axis": axis, "shape": list(y.shape),
                "indices": indices.flatten().tolist()}, x.scatter_add(axis, indices, y)

    def index_add(self, x):
        place, y = self.other()
        axis = self.axis(x)
        need(y.dim() == x.dim() and all(y.shape[i] == x.shape[i] for i in range(x.dim()) if i != axis))
        indices = self.indices(x.shape[axis], [y.shape[axis]])
        return {"op": "index_add", "y": place, "axis": axis, "indices": indices.tolist()}, x.index_add(axis, indices, y)

    def norm(self, x):
        name = self._draw.choice(["layer_norm", "batch_norm"])
        need(x.numel() > 0 and x.dim() > 1)
        if name == "layer_norm":
            need(x.shape[-1] > 1)
            return {"op": name}, F.layer_norm(x, x.shape[-1:], eps=0.1)
        need(x.numel() > x.shape[1])
        return {"op": name}, F.batch_norm(x, None, None, training=True, eps=0.1)

    def cross_entropy(self, x):
        need(x.dim() == 2 and x.numel() > 0)
        labels = self.indices(x.shape[1], [x.shape[0]])
        reduction = self._draw.choice(["none", "sum", "mean"])
        smoothing = self._draw.choice([0, 0.1])
        return {"op": "cross_entropy", "labels": labels.tolist(), "reduction": reduction, "smoothing": smoothing}, \
            F.cross_entropy(x, labels, reduction=reduction, label_smoothing=smoothing)

    def indices(self, count, shape):
        need(count > 0)
        size = 1
        for dim in shape:
            size *= dim
        return torch.tensor([self._draw.randrange(count) for _ in range(size)], dtype=torch.int64).reshape(list(shape))


def build():
    family = Family("programs")
    count = int(os.environ.get("PROGRAMS", COUNT))
    seed = 0
    while len(family) < count:
        add(family, seed)
        seed += 1
    return family


def add(family, seed):
    draw = random.Random(f"programs, {seed}")
    samples = Samples(f"programs, {seed}")
    inputs = {}
    for name in "abc"[:draw.randint(1, 3)]:
        shape = [draw.choice([1, 2, 3, 4, 5]) for _ in range(draw.choice([0, 1, 2, 2, 3, 3, 4]))]
        if shape and draw.random() < 0.05:
            shape[draw.randrange(len(shape))] = 0
        if torch.Size(shape).numel() > LARGEST:
            return
        # Four decimals: with two, some meet a kink or a tie, where the last bit decides.
        inputs[name] = (samples.normal(*shape) + samples.between(-0.5, 0.5, *shape) / 100).round(decimals=4)
    leaves = {key: leaf(value) for key, value in inputs.items()}
    writer = Writer(seed, leaves.values())
    for _ in range(40):
        writer.instruction()
        if len(writer.code) == 8:
            break
    output = writer.values[-1]
    if not output.requires_grad:
        return
    upstream = samples.between(-1, 1, *output.shape)
    first = gradients((output * upstream).sum(), leaves, create_graph=True)
    directions = {f"direction.{key}": samples.between(-1, 1, *value.shape) for key, value in leaves.items()}
    scalar = sum((gradient * direction).sum() for gradient, direction in zip(first.values(), directions.values()))
    second = gradients(scalar, leaves) if scalar.requires_grad else {key: torch.zeros_like(value) for key, value in inputs.items()}
    largest = max((float(value.detach().abs().max()) for value in [output, *first.values(), *second.values()] if value.numel()),
                  default=0)
    if not largest < 1e4:
        return  # cancellation would leave too few digits to compare
    family.add("program", str(seed), "float64", options={"code": writer.code}, inputs={**inputs, **directions},
               output_gradients={"output": upstream},
               outputs={"output": output, **{f"first.{key}": value for key, value in first.items()}}, gradients=second)


def gradients(scalar, leaves, create_graph=False):
    """The gradient with respect to each leaf; adding zero makes numbers of PyTorch's zeros without memory."""
    found = torch.autograd.grad(scalar, list(leaves.values()), create_graph=create_graph, allow_unused=True)
    return {key: torch.zeros_like(value) if gradient is None else gradient + 0
            for (key, value), gradient in zip(leaves.items(), found)}
