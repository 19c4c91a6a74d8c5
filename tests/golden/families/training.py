"""End to end: twenty training steps of a 12-8-5 network with batch norm, ReLU and cross-entropy, from given weights.

The batches are rows 0-15, 16-31, 32-47, 48-63 of the data, again and again; after the last step the network is
evaluated on all rows. The first linear layer has no bias: batch norm would take it out again, its gradient would be
rounding noise, and Adam scales noise up to full steps.
"""

import torch
import torch.nn.functional as F

from .golden import DTYPES, Family, Samples

STEPS, BATCH, ROWS = 20, 16, 64

OPTIMIZERS = [
    ("adam", torch.optim.Adam, {"lr": 0.02}),
    ("sgd momentum", torch.optim.SGD, {"lr": 0.1, "momentum": 0.9}),
]


def build():
    family = Family("training")
    for dtype in DTYPES:
        for name, rule, options in OPTIMIZERS:
            train(family, dtype, name, rule, options)
    return family


def train(family, dtype, name, rule, options):
    samples = Samples("training", dtype)
    features = samples.normal(ROWS, 12)
    labels = (features[:, :5] + 0.5 * features[:, 5:10]).argmax(dim=1)  # something that can be learned
    model = torch.nn.Sequential(torch.nn.Linear(12, 8, bias=False), torch.nn.BatchNorm1d(8), torch.nn.ReLU(),
                                torch.nn.Linear(8, 5)).to(DTYPES[dtype])
    start = {key: samples.between(-0.4, 0.4, *value.shape) for key, value in model.named_parameters()}
    start["1.weight"] = start["1.weight"].abs() + 0.8
    with torch.no_grad():
        for key, value in model.named_parameters():
            value.copy_(start[key])

    optimizer = rule(model.parameters(), **options)
    losses = []
    for step in range(STEPS):
        rows = slice(step * BATCH % ROWS, step * BATCH % ROWS + BATCH)
        optimizer.zero_grad()
        loss = F.cross_entropy(model(features[rows]), labels[rows])
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
    model.eval()
    with torch.no_grad():
        logits = model(features)
    family.add("mlp", name, dtype, options={"batch": BATCH, "steps": STEPS, "optimizer": rule.__name__.lower(), **options},
               inputs={"features": features, "labels": labels, **start},
               outputs={"losses": torch.stack(losses), "logits": logits, "loss": F.cross_entropy(logits, labels),
                        "correct": (logits.argmax(dim=1) == labels).sum()},
               state=dict(model.state_dict()))
