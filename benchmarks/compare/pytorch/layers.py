"""Forward and backward of pooling, recurrence and attention."""

import torch
from torch import nn
import torch.nn.functional as F

from common import median_seconds, row


def run(_):
    max_pool(128, 16, 28)
    lstm(32, 50, 64, 128)
    attention(8, 4, 256, 32)


def max_pool(batch, channels, size):
    x = torch.randn(batch, channels, size, size, requires_grad=True)
    upstream = torch.randn(batch, channels, size // 2, size // 2)
    measure(f"layer.max_pool.{batch}x{channels}x{size}", [x], lambda: F.max_pool2d(x, 2).backward(upstream))


def lstm(batch, length, inputs, units):
    layer = nn.LSTM(inputs, units, batch_first=True)
    x = torch.randn(batch, length, inputs, requires_grad=True)
    upstream = torch.randn(batch, length, units)
    measure(f"layer.lstm.{batch}x{length}x{inputs}to{units}", [x, *layer.parameters()], lambda: layer(x)[0].backward(upstream))


def attention(batch, heads, length, width):
    inputs = [torch.randn(batch, heads, length, width, requires_grad=True) for _ in range(3)]
    upstream = torch.randn(batch, heads, length, width)
    measure(f"layer.causal_attention.{batch}x{heads}x{length}x{width}", inputs,
            lambda: F.scaled_dot_product_attention(*inputs, is_causal=True).backward(upstream))


def measure(name, tensors, action):
    def step():
        for tensor in tensors:
            tensor.grad = None
        action()

    row(name, "us", median_seconds(step) * 1e6)
