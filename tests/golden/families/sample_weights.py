"""Losses with weights of samples, from scikit-learn: its weighted means, of classes and of numbers."""

import torch
from sklearn.metrics import log_loss, mean_absolute_error, mean_squared_error
from sklearn.utils.class_weight import compute_class_weight

from .golden import Family, Samples


def build():
    family = Family("sample_weights")
    samples = Samples("sample weights", "float64")
    scores = samples.normal(23, 4)
    labels = samples.indices(4, 23)
    weights = samples.integers(0, 9, 23).double() / 4
    balanced = torch.tensor(compute_class_weight("balanced", classes=torch.unique(labels).numpy(), y=labels.numpy()))
    of_classes = balanced[labels]
    probabilities = torch.softmax(scores, 1).numpy()
    family.add(
        "classes", "labels", "float64", inputs={"input": scores, "target": labels, "weights": weights, "class_weights": balanced},
        outputs={
            "loss": torch.tensor(log_loss(labels, probabilities, sample_weight=weights), dtype=torch.float64),
            "balanced": torch.tensor(log_loss(labels, probabilities, sample_weight=weights * of_classes), dtype=torch.float64),
        })
    numbers = samples.normal(23, 3)
    target = samples.normal(23, 3)
    family.add(
        "numbers", "three", "float64", inputs={"input": numbers, "target": target, "weights": weights},
        outputs={
            "mse": torch.tensor(mean_squared_error(target, numbers, sample_weight=weights), dtype=torch.float64),
            "mae": torch.tensor(mean_absolute_error(target, numbers, sample_weight=weights), dtype=torch.float64),
        })
    return family
