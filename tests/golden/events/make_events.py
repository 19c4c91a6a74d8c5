#!/usr/bin/env python3
"""Event files as PyTorch's SummaryWriter makes them, with fixed times: python3 make_events.py.

Needs TensorBoard's Python package (PyTorch's writer is made of its messages) and Pillow.
"""

import shutil
import tempfile
import time
from pathlib import Path

TIME = 1700000000.25
time.time = lambda: TIME

import torch  # noqa: E402
from torch.utils.tensorboard import SummaryWriter  # noqa: E402


def scalars(writer):
    for step, value in ((0, 0.5), (1, -0.25), (200, 0.0), (3000000000, 1e-30)):
        writer.add_scalar("epoch/loss", value, step)
    writer.add_scalar("a name of ü", float("nan"), 7)


def histograms(writer):
    writer.add_histogram("numbers", torch.tensor([-2.5, -0.5, 0.0, 0.0, 0.25, 1.5, 4.0, 1024.0], dtype=torch.float64), 3)
    writer.add_histogram("zeros", torch.zeros(5, dtype=torch.float64), 4)
    writer.add_histogram("one", torch.tensor([-0.75], dtype=torch.float64), 0)


def texts(writer):
    writer.add_text("model", "# Über\n\nBernoulli · 1", 5)


def images(writer):
    image = torch.arange(3 * 4 * 5, dtype=torch.uint8).reshape(3, 4, 5) * 4
    writer.add_image("image", image, 2)


def purged(writer):
    writer.add_scalar("loss", 0.125, 12)


def hyper_parameters(writer):
    from torch.utils.tensorboard.summary import hparams
    for value in hparams({"rate": 0.5}, {"epoch/loss": 0.0}):
        writer._get_file_writer().add_summary(value)
    for value in hparams({"name": "adam"}, {"epoch/loss": 0.0, "epoch/accuracy": 0.0})[:2]:
        writer._get_file_writer().add_summary(value)


def main():
    for make, purge in ((scalars, None), (histograms, None), (texts, None), (images, None), (hyper_parameters, None), (purged, 11), (purged, 0)):
        with tempfile.TemporaryDirectory() as folder:
            with SummaryWriter(folder, purge_step=purge) as writer:
                make(writer)
            (file,) = Path(folder).iterdir()
            assert file.name.startswith("events.out.tfevents.1700000000."), file.name
            name = make.__name__ + ("" if purge is None else f"_{purge}") + ".events"
            shutil.copyfile(file, Path(__file__).parent / name)
            print(name, file.stat().st_size)


if __name__ == "__main__":
    main()
