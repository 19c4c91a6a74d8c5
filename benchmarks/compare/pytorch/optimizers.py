"""One optimizer step over ten million parameters in fifty tensors, tensor by tensor and with the foreach kernels."""

import torch

from common import median_seconds, row

TENSORS, SHAPE = 50, (400, 500)


def run(_):
    for name, rule, options in (("sgd_momentum", torch.optim.SGD, {"lr": 1e-4, "momentum": 0.9}),
                                ("adam", torch.optim.Adam, {"lr": 1e-4})):
        for label, foreach in (("loop", False), ("foreach", True)):
            parameters = [torch.randn(SHAPE, requires_grad=True) for _ in range(TENSORS)]
            for parameter in parameters:
                parameter.grad = torch.randn(SHAPE)
            optimizer = rule(parameters, foreach=foreach, **options)
            row(f"optimizer.{name}.{label}", "us", median_seconds(optimizer.step) * 1e6)
