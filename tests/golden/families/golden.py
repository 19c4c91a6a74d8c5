"""What every family needs: fixed sample values, cases with gradients, and the JSON they are written to."""

import json
import math
import random
import subprocess

import numpy
import torch

DTYPES = {"float32": torch.float32, "float64": torch.float64}


class Samples:
    """Reproducible values, drawn from a generator seeded by a text.

    They are rounded to two decimals, which keeps the files short, and they do not depend on torch's generator, on
    the dtype, or on which other cases exist.
    """

    def __init__(self, seed, dtype="float64"):
        self._random = random.Random(seed)
        self._dtype = DTYPES[dtype]

    def normal(self, *shape, mean=0.0, std=1.0):
        """Normal values; with few elements, `between` covers a range more evenly."""
        return self._tensor(shape, lambda: self._random.gauss(mean, std))

    def between(self, low, high, *shape):
        """Uniform values in [low, high)."""
        return self._tensor(shape, lambda: self._random.uniform(low, high))

    def integers(self, low, high, *shape):
        """Whole numbers in [low, high), as floats: small ranges make ties."""
        return self._tensor(shape, lambda: self._random.randrange(low, high))

    def indices(self, count, *shape):
        """Indices (int64) in [0, count)."""
        return torch.tensor([self._random.randrange(count) for _ in range(math.prod(shape))]).reshape(shape)

    def flags(self, *shape):
        """Booleans, about half of them true."""
        return torch.tensor([self._random.random() < 0.5 for _ in range(math.prod(shape))]).reshape(shape)

    def shuffled(self, values):
        """The given values in another order, as a float vector."""
        values = list(values)
        self._random.shuffle(values)
        return torch.tensor(values, dtype=self._dtype)

    def _tensor(self, shape, draw):
        values = [round(draw(), 2) for _ in range(math.prod(shape))]
        return torch.tensor(values, dtype=self._dtype).reshape(shape)


class Family:
    """A golden file: cases under one name."""

    def __init__(self, name):
        self.name = name
        self._cases = {}

    def add(self, kind, name, dtype, *, options=None, inputs=None, output_gradients=None, outputs=None,
            gradients=None, state=None):
        """Adds a case; its full name is kind/name/dtype and must be new."""
        full_name = "/".join(part for part in (kind, name, dtype) if part)
        if full_name in self._cases:
            raise ValueError(f"{self.name}: two cases are called {full_name}")
        head = json.dumps({"name": full_name, "kind": kind, "dtype": dtype, "options": options or {}},
                          separators=(",", ":"), allow_nan=False)
        groups = {"inputs": inputs, "outputGradients": output_gradients, "outputs": outputs, "gradients": gradients,
                  "state": state}
        bodies = [encode_group(full_name, group, tensors or {}) for group, tensors in groups.items()]
        self._cases[full_name] = ",".join([head.removesuffix("}"), *bodies]) + "}"

    def differentiate(self, kind, name, dtype, function, inputs, options=None, constants=(), state=None):
        """Adds a case whose outputs are `function(**inputs)` and whose gradients are those of
        sum(output * output gradient) over all floating-point outputs, with fixed output gradients.

        `function` returns a tensor (recorded as "output") or a dictionary. No gradient is taken for integer and
        Boolean inputs and for those named in `constants`. A callable `state` is asked for the state after the call.
        """
        leaves = {key: leaf(value, key not in constants) for key, value in inputs.items()}
        outputs = function(**leaves)
        if isinstance(outputs, torch.Tensor):
            outputs = {"output": outputs}
        samples = Samples(f"{self.name}/{kind}/{name}/output gradients", dtype)
        output_gradients = {key: samples.between(-1, 1, *value.shape)
                            for key, value in outputs.items() if value.requires_grad}
        gradients = {}
        if output_gradients:
            scalar = sum((outputs[key] * weights).sum() for key, weights in output_gradients.items())
            wanted = {key: value for key, value in leaves.items() if value.requires_grad}
            found = torch.autograd.grad(scalar, list(wanted.values()), allow_unused=True)
            gradients = {key: value for key, value in zip(wanted, found) if value is not None}
        self.add(kind, name, dtype, options=options, inputs=inputs, output_gradients=output_gradients,
                 outputs=outputs, gradients=gradients, state=state() if callable(state) else state)

    def write(self, folder):
        """Writes FOLDER/NAME.json, one case a line, and returns the path."""
        cases = ",\n".join(self._cases.values())
        path = folder / f"{self.name}.json"
        path.write_text(f'{{"torch":{json.dumps(torch_version())},"cases":[\n{cases}\n]}}\n', encoding="utf-8")
        return path

    def __len__(self):
        return len(self._cases)


def leaf(value, differentiable=True):
    """A fresh leaf with the value's data; it requires a gradient if it can have one and should."""
    copy = value.detach().clone()
    return copy.requires_grad_() if differentiable and copy.is_floating_point() else copy


def encode_group(case, group, tensors):
    """The JSON member "group":{"key":tensor, ...}."""
    members = ",".join(f'"{key}":{encode(case, key, value)}' for key, value in tensors.items())
    return f'"{group}":{{{members}}}'


def encode(case, key, value):
    """The JSON form of a tensor or number: shape, dtype, and the values in row-major order.

    It is put together by hand because json.dumps has no form for the shortest text of a float32.
    """
    tensor = value.detach() if isinstance(value, torch.Tensor) else torch.tensor(
        value, dtype=torch.float64 if isinstance(value, float) else None)
    if tensor.is_floating_point() and not torch.isfinite(tensor).all():
        raise ValueError(f"{case}: {key} holds a value that is not finite")
    shape = ",".join(map(str, tensor.shape))
    dtype = str(tensor.dtype).removeprefix("torch.")
    data = ",".join(shortest(value) for value in tensor.contiguous().numpy().reshape(-1))
    return f'{{"shape":[{shape}],"dtype":"{dtype}","data":[{data}]}}'


def shortest(value):
    """The shortest text that reads back as exactly this value of this dtype."""
    if isinstance(value, numpy.bool_):
        return "1" if value else "0"
    text = str(value)
    return text.removesuffix(".0") if isinstance(value, numpy.floating) else text


def torch_version():
    """The version of PyTorch; Debian's package calls itself 1.13.0a0, so its own version is added where there is one."""
    try:
        package = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", "python3-torch"], check=True,
                                 capture_output=True, text=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return torch.__version__
    return f"{torch.__version__} (Debian {package})"
