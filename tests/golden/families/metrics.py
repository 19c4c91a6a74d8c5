"""Metrics of classification and regression, from their definitions: pairs are compared, and thresholds tried, one by one.

What is undefined is what scikit-learn and torchmetrics make of it: 0 / 0 is 0 in precision, recall and F; a class without yes (or
without no) has no ROC-AUC and one without yes no average precision, written as -1 and left out of the mean.
"""

import math

import torch

from .golden import DTYPES, Family, Samples

IGNORED = -100
AVERAGES = ("macro", "micro", "weighted")


def build():
    family = Family("metrics")
    for dtype in DTYPES:
        classes(family, dtype)
        labels(family, dtype)
        numbers(family, dtype)
    return family


def classes(family, dtype):
    """Scores with ties; class 3 is never true, class 4 never predicted or true in the second case; some labels are ignored."""
    samples = Samples("metrics of classes", dtype)
    for name, shape, count in (("vectors", (), 24), ("images", (2, 3), 5)):
        scores = (samples.integers(0, 8, count, 5, *shape) / 4).to(DTYPES[dtype])
        target = samples.indices(3, count, *shape)
        target[::5] = IGNORED
        if name == "images":
            scores[:, 4] = -3
        rows = scores.movedim(1, -1).reshape(-1, 5).double().tolist()
        pairs = [(row, label) for row, label in zip(rows, target.reshape(-1).tolist()) if label != IGNORED]
        truths = [label for _, label in pairs]
        guesses = [ranked(row)[0] for row, _ in pairs]
        outputs = {
            "accuracy": mean(guess == label for guess, label in zip(guesses, truths)),
            "top_2": mean(label in ranked(row)[:2] for row, label in pairs),
            "top_3": mean(label in ranked(row)[:3] for row, label in pairs),
            "confusion": torch.tensor([[sum(t == row and g == column for t, g in zip(truths, guesses)) for column in range(5)]
                                       for row in range(5)]),
            "perplexity": math.exp(mean(math.log(sum(math.exp(x) for x in row)) - row[label] for row, label in pairs)),
        }
        decisions = [[(guess == c, label == c) for guess, label in zip(guesses, truths)] for c in range(5)]
        present = [c for c in range(5) if c in guesses or c in truths]
        counted(outputs, decisions, present)
        curves(outputs, [[(row[c], label == c) for row, label in pairs] for c in range(5)])
        family.add("classes", name, dtype, options={"ignored": IGNORED}, inputs={"input": scores, "target": target}, outputs=rounded(outputs, dtype))


def labels(family, dtype):
    """Yes and no of several labels; nothing is ever true of label 2, nothing predicted of label 3."""
    samples = Samples("metrics of labels", dtype)
    for name, shape in (("one", (30,)), ("four", (20, 4)), ("images", (6, 4, 2))):
        scores = (samples.integers(0, 11, *shape) / 10).to(DTYPES[dtype])
        target = samples.flags(*shape).to(DTYPES[dtype])
        if len(shape) > 1:
            target[:, 2] = 0
            scores[:, 3] /= 4
        target[::3] = torch.where(samples.flags(*target[::3].shape), IGNORED, target[::3])
        columns = 1 if len(shape) == 1 else 4
        rows = scores.reshape(-1, 1) if columns == 1 else scores.movedim(1, -1).reshape(-1, 4)
        truth = target.reshape(-1, 1) if columns == 1 else target.movedim(1, -1).reshape(-1, 4)
        table = [[(s, t) for s, t in zip(*row)] for row in zip(rows.double().tolist(), truth.tolist())]
        known = [[(s, t == 1) for s, t in (row[c] for row in table) if t != IGNORED] for c in range(columns)]
        decisions = [[(s > 0.5, t) for s, t in column] for column in known]
        right = [[guess == t for guess, t in column] for column in decisions]
        outputs = {
            "accuracy": mean(x for column in right for x in column),
            "exact_match": mean(all((s > 0.5) == (t == 1) for s, t in row if t != IGNORED)
                                for row in table if any(t != IGNORED for _, t in row)),
            "confusion": torch.tensor([[sum(t == row and g == column for decided in decisions for g, t in decided)
                                        for column in (False, True)] for row in (False, True)]),
        }
        average(outputs, "multi_label_accuracy", [mean(column) for column in right], outputs["accuracy"],
                [sum(t for _, t in column) for column in decisions], range(columns))
        counted(outputs, decisions, range(columns))
        curves(outputs, known)
        family.add("labels", name, dtype, options={"ignored": IGNORED}, inputs={"input": scores, "target": target}, outputs=rounded(outputs, dtype))


def numbers(family, dtype):
    """Regression, of one output and of three, the second of which is constant."""
    samples = Samples("metrics of numbers", dtype)
    for name, shape in (("one", (24,)), ("three", (24, 3))):
        target = samples.normal(*shape, mean=2) + 100
        prediction = (target + samples.normal(*shape, std=0.5)).to(DTYPES[dtype])
        if len(shape) > 1:
            target[:, 1] = 0.1
        p = prediction.double().reshape(24, -1).T.tolist()
        t = target.double().reshape(24, -1).T.tolist()
        pairs = [pair for columns in zip(p, t) for pair in zip(*columns)]
        squares = mean((a - b) ** 2 for a, b in pairs)
        scores = [r2(*columns) for columns in zip(p, t)]
        outputs = {
            "mae": mean(abs(a - b) for a, b in pairs),
            "mse": squares,
            "rmse": math.sqrt(squares),
            "mape": mean(abs(a - b) / max(abs(b), 1.17e-6) for a, b in pairs),
            "r2": mean(scores),
            "r2/per_class": torch.tensor(scores, dtype=torch.float64),
        }
        if len(shape) > 1:
            outputs["cosine"] = mean(cosine(a, b) for a, b in zip(zip(*p), zip(*t)))
        family.add("numbers", name, dtype, inputs={"input": prediction, "target": target.to(DTYPES[dtype])}, outputs=rounded(outputs, dtype))


def counted(outputs, decisions, present):
    """Precision, recall and F of pairs (predicted, true) of each class."""
    both = [pair for column in decisions for pair in column]
    support = [sum(t for _, t in column) for column in decisions]
    for name, value in (("precision", precision), ("recall", recall), ("f1", lambda x: f_score(x, 1)), ("f0.5", lambda x: f_score(x, 0.5))):
        average(outputs, name, [value(column) for column in decisions], value(both), support, present)


def curves(outputs, columns):
    """ROC-AUC and average precision of pairs (score, true) of each class."""
    pooled = [pair for column in columns for pair in column]
    for name, value in (("auroc", auroc), ("average_precision", average_precision)):
        values = [value(column) for column in columns]
        defined = [c for c in range(len(columns)) if values[c] != -1]
        average(outputs, name, values, value(pooled), [sum(t for _, t in column) if values[c] != -1 else 0 for c, column in enumerate(columns)],
                defined)


def average(outputs, name, values, micro, support, present):
    outputs[f"{name}/macro"] = mean(values[c] for c in present)
    outputs[f"{name}/micro"] = float(micro)
    outputs[f"{name}/weighted"] = ratio(sum(v * s for v, s in zip(values, support)), sum(support))
    outputs[f"{name}/per_class"] = torch.tensor(values, dtype=torch.float64)


def precision(pairs):
    return ratio(sum(g and t for g, t in pairs), sum(g for g, _ in pairs))


def recall(pairs):
    return ratio(sum(g and t for g, t in pairs), sum(t for _, t in pairs))


def f_score(pairs, beta):
    p, r = precision(pairs), recall(pairs)
    return ratio((1 + beta ** 2) * p * r, beta ** 2 * p + r)


def auroc(pairs):
    """How many of all pairs of a yes and a no are in order; a tie is half of one."""
    yes = [s for s, t in pairs if t]
    no = [s for s, t in pairs if not t]
    if not yes or not no:
        return -1.0
    return sum((a > b) + 0.5 * (a == b) for a in yes for b in no) / (len(yes) * len(no))


def average_precision(pairs):
    """Every score is a threshold: the recall it adds, times its precision."""
    if not any(t for _, t in pairs):
        return -1.0
    total, before = 0.0, 0.0
    for threshold in sorted({s for s, _ in pairs}, reverse=True):
        decided = [(s >= threshold, t) for s, t in pairs]
        total += (recall(decided) - before) * precision(decided)
        before = recall(decided)
    return total


def r2(prediction, target):
    center = math.fsum(target) / len(target)
    if len(set(target)) == 1:
        return 1.0 if prediction == target else 0.0
    return 1 - math.fsum((p - t) ** 2 for p, t in zip(prediction, target)) / math.fsum((t - center) ** 2 for t in target)


def cosine(a, b):
    return math.fsum(x * y for x, y in zip(a, b)) / (max(math.hypot(*a), 1e-8) * max(math.hypot(*b), 1e-8))


def ranked(row):
    """The classes from the highest score down; of equal ones the first."""
    return sorted(range(len(row)), key=lambda c: (-row[c], c))


def ratio(part, whole):
    return part / whole if whole else 0.0


def rounded(outputs, dtype):
    """Everything but counts in the dtype of the case."""
    tensors = {key: value if isinstance(value, torch.Tensor) else torch.tensor(value, dtype=torch.float64) for key, value in outputs.items()}
    return {key: value if value.dtype == torch.int64 else value.to(DTYPES[dtype]) for key, value in tensors.items()}


def mean(values):
    values = list(values)
    return math.fsum(values) / len(values)
