"""Float32 matrix products: square ones, and a batch of queries by keys whose axes are permuted, as attention has them."""

import torch

from common import median_seconds, row


def run(_):
    for size in (256, 512, 1024):
        a, b = torch.randn(size, size), torch.randn(size, size)
        product = torch.empty(size, size)
        rate(f"gemm.{size}", size ** 3, lambda: torch.mm(a, b))
        rate(f"gemm_out.{size}", size ** 3, lambda: torch.mm(a, b, out=product))
    batch, heads, length, width = 8, 8, 128, 64
    queries = torch.randn(batch, length, heads, width).permute(0, 2, 1, 3)
    keys = torch.randn(batch, length, heads, width).permute(0, 2, 3, 1)
    scores = torch.empty(batch, heads, length, length)
    rate("gemm.attention_scores", batch * heads * length * length * width, lambda: torch.matmul(queries, keys))
    rate("gemm_out.attention_scores", batch * heads * length * length * width, lambda: torch.matmul(queries, keys, out=scores))


def rate(name, multiplications, action):
    row(name, "GFLOP/s", 2 * multiplications / median_seconds(action) / 1e9)
