"""MNIST from the bundled files as float32 tensors in memory, normalised the usual way."""

import gzip
from pathlib import Path

import torch

FOLDER = Path(__file__).resolve().parents[3] / "examples" / "data" / "mnist"
MEAN, STD = 0.1307, 0.3081


def load(split):
    """Images [n, 784] and labels [n] of "train" or "t10k"."""
    images = read(f"{split}-images-idx3-ubyte.gz", 16).reshape(-1, 784)
    labels = read(f"{split}-labels-idx1-ubyte.gz", 8).long()
    return images.float().div_(255).sub_(MEAN).div_(STD), labels


def read(name, header):
    with gzip.open(FOLDER / name) as file:
        return torch.frombuffer(bytearray(file.read()), dtype=torch.uint8)[header:]
