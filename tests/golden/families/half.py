"""16-bit floats: rounding from float32, and products with their gradients. All numbers are written as float32, which holds them."""

import torch

from .golden import Family, Samples

TYPES = {"float16": torch.float16, "bfloat16": torch.bfloat16}


def build():
    family = Family("half")
    for name, dtype in TYPES.items():
        rounding(family, name, dtype)
        product(family, name, dtype)
    return family


def rounding(family, name, dtype):
    """Numbers of all sizes, ties between neighbours, and numbers that become subnormal or zero."""
    samples = Samples(f"half/cast/{name}", "float32")
    base = samples.normal(64)
    scales = [2.0 ** e for e in (-26, -24, -20, -15, -14, -10, -1, 0, 5, 14)]
    values = torch.cat([base * scale for scale in scales])
    values = values[values.abs() < 65504]
    exact = base.to(dtype).float()
    step = (exact.abs() * torch.finfo(dtype).eps / 4).sign()
    ties = exact + step * 2.0 ** torch.floor(torch.log2(exact.abs())) * torch.finfo(dtype).eps / 2
    values = torch.cat([values, ties, torch.tensor([0.0, 65503.9, 1e-30])])
    family.add("cast", name, "", options={"to": name}, inputs={"input": values}, outputs={"output": values.to(dtype).float()})


def product(family, name, dtype):
    """Products with sums in float32, rounded once. (PyTorch's own on this processor may add up in bfloat16.)"""
    samples = Samples(f"half/matmul/{name}", "float32")
    a = samples.normal(7, 33).to(dtype).requires_grad_()
    b = samples.normal(33, 5).to(dtype).requires_grad_()
    upstream = samples.normal(7, 5).to(dtype)
    output = (a.float() @ b.float()).to(dtype)
    grad_a, grad_b = torch.autograd.grad(output, (a, b), upstream)
    family.add(
        "matmul", name, "", inputs={"a": a.float(), "b": b.float()}, output_gradients={"output": upstream.float()},
        outputs={"output": output.float()}, gradients={"a": grad_a.float(), "b": grad_b.float()})
