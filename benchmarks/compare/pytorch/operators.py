"""Single operators. A row with _out writes into a tensor that is there already; the others make their result, as code
normally does, which for large tensors costs PyTorch fresh memory from the system each time."""

import torch
import torch.nn.functional as F

from common import median_seconds, row

SIZES = {"1K": 1 << 10, "64K": 1 << 16, "1M": 1 << 20, "16M": 1 << 24}
ROW = 256


def run(_):
    with torch.no_grad():
        for label, size in SIZES.items():
            element_wise(label, size)
    cross_entropy(128, 10)
    cross_entropy(4096, 1000)
    batch_norm(128, 256)


def element_wise(label, size):
    x, y, out = torch.randn(size), torch.randn(size), torch.empty(size)
    rows = x.view(-1, ROW)
    for name, action in (
            ("add", lambda: torch.add(x, y)),
            ("add_out", lambda: torch.add(x, y, out=out)),
            ("exp", lambda: torch.exp(x)),
            ("exp_out", lambda: torch.exp(x, out=out)),
            ("tanh", lambda: torch.tanh(x)),
            ("tanh_out", lambda: torch.tanh(x, out=out)),
            ("sigmoid", lambda: torch.sigmoid(x)),
            ("sigmoid_out", lambda: torch.sigmoid(x, out=out)),
            ("relu", lambda: torch.relu(x)),
            ("gelu", lambda: F.gelu(x)),
            ("sum", lambda: torch.sum(x)),
            (f"softmax_rows_of_{ROW}", lambda: torch.softmax(rows, dim=1)),
            ("copy", lambda: x.clone()),
            ("copy_out", lambda: out.copy_(x)),
            ("chain_of_5", lambda: chain(x)),
            ("chain_of_5_out", lambda: chain_in_place(out.copy_(x)))):
        row(f"{name}.{label}", "us", median_seconds(action) * 1e6)


def chain(x):
    return torch.clamp(F.leaky_relu((x * 0.5 + 1).abs(), 0.1).square(), 0.1, 4)


def chain_in_place(x):
    return F.leaky_relu(x.mul_(0.5).add_(1).abs_(), 0.1, inplace=True).square_().clamp_(0.1, 4)


def cross_entropy(rows, classes):
    """Forward and backward."""
    logits = torch.randn(rows, classes, requires_grad=True)
    labels = torch.randint(classes, (rows,))

    def step():
        logits.grad = None
        F.cross_entropy(logits, labels).backward()

    row(f"softmax_cross_entropy.{rows}x{classes}", "us", median_seconds(step) * 1e6)


def batch_norm(rows, features):
    """Forward and backward in training mode, with running statistics."""
    layer = torch.nn.BatchNorm1d(features)
    x = torch.randn(rows, features, requires_grad=True)
    upstream = torch.randn(rows, features)

    def step():
        x.grad = layer.weight.grad = layer.bias.grad = None
        layer(x).backward(upstream)

    row(f"batch_norm.{rows}x{features}", "us", median_seconds(step) * 1e6)
