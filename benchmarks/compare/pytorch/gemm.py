"""Square float32 matrix products."""

import torch

from common import median_seconds, row


def run(_):
    for size in (256, 512, 1024):
        a, b = torch.randn(size, size), torch.randn(size, size)
        product = torch.empty(size, size)
        row(f"gemm.{size}", "GFLOP/s", 2 * size ** 3 / median_seconds(lambda: torch.mm(a, b, out=product)) / 1e9)
