"""Forward and backward of what a network consists of."""

import torch
import torch.nn.functional as F

from common import median_seconds, row


def run(_):
    cross_entropy(128, 10)
    cross_entropy(4096, 1000)
    normalization("batch_norm", torch.nn.BatchNorm1d, 128, 256)
    normalization("layer_norm", torch.nn.LayerNorm, 128, 256)
    normalization("layer_norm", torch.nn.LayerNorm, 4096, 512)
    function("gelu", F.gelu, 1 << 20)


def cross_entropy(rows, classes):
    logits = torch.randn(rows, classes, requires_grad=True)
    labels = torch.randint(classes, (rows,))

    def step():
        logits.grad = None
        F.cross_entropy(logits, labels).backward()

    row(f"gradient.cross_entropy.{rows}x{classes}", "us", median_seconds(step) * 1e6)


def normalization(name, make, rows, features):
    """In training mode; batch norm with running statistics."""
    layer = make(features)
    x = torch.randn(rows, features, requires_grad=True)
    upstream = torch.randn(rows, features)

    def step():
        x.grad = layer.weight.grad = layer.bias.grad = None
        layer(x).backward(upstream)

    row(f"gradient.{name}.{rows}x{features}", "us", median_seconds(step) * 1e6)


def function(name, formula, size):
    x = torch.randn(size, requires_grad=True)
    upstream = torch.randn(size)

    def step():
        x.grad = None
        formula(x).backward(upstream)

    row(f"gradient.{name}.1M", "us", median_seconds(step) * 1e6)
