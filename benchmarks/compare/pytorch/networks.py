"""Training on MNIST, as somebody with the data in memory writes it."""

import resource
import statistics
import time

import torch
from torch import nn
import torch.nn.functional as F

import mnist
from common import row

STEPS_PER_BLOCK = 50


def mlp(arguments):
    """784-256-128-10 with batch norm and ReLU, Adam, batches of 128 picked by index."""
    train("mlp", make_mlp(), lambda parameters: torch.optim.Adam(parameters, lr=1e-3), 128, arguments.epochs, by_index)


def mlp_dataloader(arguments):
    """The same with TensorDataset and DataLoader."""
    train("mlp_dataloader", make_mlp(), lambda parameters: torch.optim.Adam(parameters, lr=1e-3), 128,
          arguments.epochs, by_loader)


def small(arguments):
    """784-32-10 with ReLU, SGD with momentum, batches of 32: a step is nearly all overhead."""
    model = nn.Sequential(nn.Linear(784, 32), nn.ReLU(), nn.Linear(32, 10))
    train("small", model, lambda parameters: torch.optim.SGD(parameters, lr=0.02, momentum=0.9), 32, arguments.epochs,
          by_index)


def lenet(arguments):
    """Two convolutions of 3 x 3 with poolings, 1 to 16 to 32 channels, then 1568-128-10; Adam, batches of 128."""
    model = nn.Sequential(nn.Unflatten(1, (1, 28, 28)), nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
                          nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
                          nn.Linear(1568, 128), nn.ReLU(), nn.Linear(128, 10))
    train("lenet", model, lambda parameters: torch.optim.Adam(parameters, lr=1e-3), 128, arguments.epochs, by_index)


def make_mlp():
    return nn.Sequential(nn.Linear(784, 256), nn.BatchNorm1d(256), nn.ReLU(), nn.Linear(256, 128), nn.BatchNorm1d(128),
                         nn.ReLU(), nn.Linear(128, 10))


def by_index(images, labels, batch):
    """The batches of an epoch."""
    order = torch.randperm(len(images))
    for start in range(0, len(order), batch):
        index = order[start:start + batch]
        yield images[index], labels[index]


def by_loader(images, labels, batch):
    yield from torch.utils.data.DataLoader(torch.utils.data.TensorDataset(images, labels), batch, shuffle=True)


def train(name, model, make_optimizer, batch, epochs, batches):
    images, labels = mnist.load("train")
    optimizer = make_optimizer(model.parameters())
    blocks, epoch_seconds = [], []
    model.train()
    for _ in range(epochs):
        start = mark = time.perf_counter()
        for step, (x, y) in enumerate(batches(images, labels, batch), 1):
            optimizer.zero_grad(set_to_none=True)
            F.cross_entropy(model(x), y).backward()
            optimizer.step()
            if step % STEPS_PER_BLOCK == 0:
                now = time.perf_counter()
                blocks.append((now - mark) / STEPS_PER_BLOCK)
                mark = now
        epoch_seconds.append(time.perf_counter() - start)
    row(f"{name}.step", "us", statistics.median(blocks) * 1e6)
    row(f"{name}.epoch", "s", statistics.median(epoch_seconds))
    row(f"{name}.accuracy_after_{epochs}", "percent", accuracy(model))
    row(f"{name}.peak_memory", "MB", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6)


def accuracy(model):
    images, labels = mnist.load("t10k")
    model.eval()
    with torch.no_grad():
        return 100 * (model(images).argmax(dim=1) == labels).float().mean().item()
