#!/usr/bin/env python3
"""Makes every golden file in this folder again: python3 make_golden.py [FAMILY ...]."""

import sys
from pathlib import Path

import torch

from families import (activations, convolution, half, initializers, layers, losses, operators, optimizer_options, optimizers,
                      pooling, products, programs, residual, rows, schedule_options, schedules, second_order, training)

FAMILIES = {module.__name__.rpartition(".")[2]: module for module in (
    activations, convolution, half, initializers, layers, losses, operators, optimizer_options, optimizers, pooling, products, programs,
    residual, rows, schedule_options, schedules, second_order, training)}


def main(names):
    unknown = [name for name in names if name not in FAMILIES]
    if unknown:
        sys.exit(f"no family called {', '.join(unknown)}; there are {', '.join(FAMILIES)}")
    torch.set_num_threads(1)  # the order of sums, hence the last bit, must not depend on the machine's cores
    for name in names or FAMILIES:
        family = FAMILIES[name].build()
        path = family.write(Path(__file__).parent)
        print(f"{path.name}: {len(family)} cases, {path.stat().st_size / 1024:.0f} KiB")


if __name__ == "__main__":
    main(sys.argv[1:])
