#!/usr/bin/env python3
"""The PyTorch side of the comparison: prints one line per measurement, `pytorch ROW UNIT VALUE`.

Lines that start with # describe the machine and the libraries. Each section runs in a process of its own, so that
neither memory nor warmed-up state leaks from one into the next.
"""

import argparse
import importlib
import os
import subprocess
import sys

SECTIONS = {
    "mlp": ("networks", "mlp"),
    "mlp_dataloader": ("networks", "mlp_dataloader"),
    "small": ("networks", "small"),
    "lenet": ("networks", "lenet"),
    "gemm": ("gemm", "run"),
    "optimizers": ("optimizers", "run"),
    "operators": ("operators", "run"),
    "gradients": ("gradients", "run"),
    "convolutions": ("convolutions", "run"),
    "layers": ("layers", "run"),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", action="append", choices=SECTIONS, metavar="NAME",
                        help=f"a section to run, may be repeated; all by default: {', '.join(SECTIONS)}")
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="threads to compute with (default: all cores)")
    parser.add_argument("--epochs", type=int, default=3, help="epochs of the networks (default: 3)")
    arguments = parser.parse_args()

    sections = arguments.only or list(SECTIONS)
    if len(sections) > 1:
        return max(run_alone(section, arguments) for section in sections)
    # OpenBLAS and OpenMP read this when torch is first imported.
    os.environ["OMP_NUM_THREADS"] = str(arguments.threads)
    common = importlib.import_module("common")
    common.prepare(arguments.threads)
    module, function = SECTIONS[sections[0]]
    getattr(importlib.import_module(module), function)(arguments)
    return 0


def run_alone(section, arguments):
    return subprocess.run([sys.executable, __file__, "--only", section, "--threads", str(arguments.threads),
                           "--epochs", str(arguments.epochs)]).returncode


if __name__ == "__main__":
    sys.exit(main())
