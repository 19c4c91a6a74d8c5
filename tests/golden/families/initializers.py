"""Initialisers: not the random values, but the range or deviation that PyTorch asks its generator for."""

import math

from torch.nn import init

from .golden import Family

SHAPES = [(3, 5), (256, 784), (10, 128), (1, 1), (8, 3, 3), (16, 4, 3, 3), (6, 1, 5, 7), (4, 3, 2, 3, 5)]


class Recorder:
    """Stands in for a tensor and remembers what it was to be filled with."""

    def __init__(self, shape):
        self.shape = shape

    def dim(self):
        return len(self.shape)

    ndimension = dim

    def size(self, axis):
        return self.shape[axis]

    def uniform_(self, low, high, generator=None):
        return {"low": float(low), "high": float(high)}

    def normal_(self, mean, std, generator=None):
        return {"mean": float(mean), "std": float(std)}


def build():
    family = Family("initializers")
    for shape in SHAPES:
        add_shape(family, shape)
    return family


def add_shape(family, shape):
    name = "x".join(map(str, shape))
    fan_in, fan_out = init._calculate_fan_in_and_fan_out(Recorder(shape))
    family.add("fans", name, "", options={"shape": shape}, outputs={"fan_in": fan_in, "fan_out": fan_out})

    def add(kind, label, outputs, **options):
        family.add(kind, f"{name}{label}", "", options={"shape": shape, **options}, outputs=outputs)

    for gain in (1.0, 5 / 3):
        add("xavier_uniform", f", gain {gain:.4g}", init.xavier_uniform_(Recorder(shape), gain), gain=gain)
        add("xavier_normal", f", gain {gain:.4g}", init.xavier_normal_(Recorder(shape), gain), gain=gain)
    for mode in ("fan_in", "fan_out"):
        for slope in (0.0, 0.2):
            options = {"a": slope, "mode": mode, "nonlinearity": "leaky_relu"}
            label = f", {mode}, slope {slope}"
            add("kaiming_uniform", label, init.kaiming_uniform_(Recorder(shape), **options), **options)
            add("kaiming_normal", label, init.kaiming_normal_(Recorder(shape), **options), **options)
    # LeCun's initialiser is He's with gain 1, which PyTorch writes as the "linear" nonlinearity.
    options = {"mode": "fan_in", "nonlinearity": "linear"}
    add("lecun_uniform", "", init.kaiming_uniform_(Recorder(shape), **options), **options)
    add("lecun_normal", "", init.kaiming_normal_(Recorder(shape), **options), **options)
    # What torch.nn.Linear and the convolutions do unasked; their bias is uniform in ±1/√fan_in.
    add("default_weight", "", init.kaiming_uniform_(Recorder(shape), a=math.sqrt(5)))
    add("default_bias", "", Recorder(shape).uniform_(-1 / math.sqrt(fan_in), 1 / math.sqrt(fan_in)))
