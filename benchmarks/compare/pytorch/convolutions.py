"""Forward and backward of convolutions, with the gradients of image, weight and bias."""

import torch
import torch.nn.functional as F

from common import median_seconds, row

# The same rows as Measure/ConvolutionRow.cs has: text, batch, inputs, outputs, size, kernel, stride, padding, groups.
ROWS = [
    ("3x3", 128, 1, 16, 28, 3, 1, 1, 1),
    ("3x3", 128, 16, 32, 14, 3, 1, 1, 1),
    ("3x3", 16, 64, 64, 56, 3, 1, 1, 1),
    ("3x3", 16, 256, 256, 14, 3, 1, 1, 1),
    ("3x3", 16, 512, 512, 7, 3, 1, 1, 1),
    ("3x3s2", 16, 64, 128, 56, 3, 2, 1, 1),
    ("7x7s2", 8, 3, 64, 112, 7, 2, 3, 1),
    ("5x5", 128, 6, 16, 14, 5, 1, 2, 1),
    ("1x1", 16, 64, 128, 56, 1, 1, 0, 1),
    ("1x1s2", 16, 64, 128, 56, 1, 2, 0, 1),
    ("depthwise3x3", 16, 96, 96, 56, 3, 1, 1, 96),
    ("depthwise3x3s2", 16, 96, 96, 56, 3, 2, 1, 96),
    ("transposed4x4s2", 16, 64, 32, 28, 4, 2, 1, 1),
]


def run(_):
    for text, batch, inputs, outputs, size, kernel, stride, padding, groups in ROWS:
        measure(text, batch, inputs, outputs, size, kernel, stride, padding, groups)


def measure(text, batch, inputs, outputs, size, kernel, stride, padding, groups):
    transposed = text.startswith("transposed")
    shape = (inputs, outputs, kernel, kernel) if transposed else (outputs, inputs // groups, kernel, kernel)
    x = torch.randn(batch, inputs, size, size, requires_grad=True)
    weight = torch.randn(shape, requires_grad=True)
    bias = torch.randn(outputs, requires_grad=True)

    def forward():
        if transposed:
            return F.conv_transpose2d(x, weight, bias, stride, padding)
        return F.conv2d(x, weight, bias, stride, padding, 1, groups)

    upstream = torch.randn_like(forward())

    def step():
        x.grad = weight.grad = bias.grad = None
        forward().backward(upstream)

    row(f"convolution.{text}.{batch}x{inputs}to{outputs}x{size}", "us", median_seconds(step) * 1e6)
