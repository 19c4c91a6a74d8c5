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


def element_wise(label, size):
    x, y, out = torch.randn(size), torch.randn(size), torch.empty(size)
    rows, out_rows = x.view(-1, ROW), out.view(-1, ROW)
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
            ("relu_out", lambda: torch.clamp_min(x, 0, out=out)),
            ("gelu", lambda: F.gelu(x)),
            ("gelu_out", lambda: torch._C._nn.gelu(x, out=out)),
            ("sum", lambda: torch.sum(x)),
            (f"softmax_rows_of_{ROW}", lambda: torch.softmax(rows, dim=1)),
            (f"softmax_rows_of_{ROW}_out", lambda: torch.softmax(rows, dim=1, out=out_rows)),
            (f"log_softmax_rows_of_{ROW}", lambda: torch.log_softmax(rows, dim=1)),
            (f"log_softmax_rows_of_{ROW}_out", lambda: torch.log_softmax(rows, dim=1, out=out_rows)),
            ("copy", lambda: x.clone()),
            ("copy_out", lambda: out.copy_(x)),
            ("chain_of_5", lambda: chain(x)),
            ("chain_of_5_out", lambda: chain_in_place(out.copy_(x)))):
        row(f"{name}.{label}", "us", median_seconds(action) * 1e6)


def chain(x):
    return torch.clamp(F.leaky_relu((x * 0.5 + 1).abs(), 0.1).square(), 0.1, 4)


def chain_in_place(x):
    return F.leaky_relu(x.mul_(0.5).add_(1).abs_(), 0.1, inplace=True).square_().clamp_(0.1, 4)
