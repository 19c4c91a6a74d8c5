"""Recurrent layers over whole sequences, ragged ones too, and their cells."""

import torch
from torch.func import functional_call
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from .golden import DTYPES, Family, Samples

LAYERS = {"rnn_tanh": (torch.nn.RNN, {"nonlinearity": "tanh"}), "rnn_relu": (torch.nn.RNN, {"nonlinearity": "relu"}),
          "lstm": (torch.nn.LSTM, {}), "gru": (torch.nn.GRU, {})}

CELLS = {"rnn_cell_tanh": (torch.nn.RNNCell, {"nonlinearity": "tanh"}),
         "rnn_cell_relu": (torch.nn.RNNCell, {"nonlinearity": "relu"}), "lstm_cell": (torch.nn.LSTMCell, {}),
         "gru_cell": (torch.nn.GRUCell, {})}

# Steps, batch (None: one sequence without a batch), inputs, units; options; whether states are given; lengths.
CASES = [
    ("plain", 4, 3, 2, 3, {}, False, None),
    ("one step", 1, 2, 3, 5, {}, True, None),
    ("one sequence", 3, None, 2, 4, {"bidirectional": True}, True, None),
    ("two layers, both directions, state", 4, 3, 2, 5, {"num_layers": 2, "bidirectional": True}, True, None),
    ("batch first, no bias, wide", 3, 5, 4, 17, {"batch_first": True, "bias": False}, False, None),
    ("ragged", 5, 3, 2, 4, {"bidirectional": True}, False, [2, 5, 3]),
    ("ragged, two layers, state, batch first", 4, 4, 3, 3,
     {"num_layers": 2, "bidirectional": True, "batch_first": True}, True, [4, 1, 3, 1]),
]


PROJECTED = [
    ("projected", 4, 3, 2, 5, {"proj_size": 3}, False, None),
    ("projected, one sequence, state", 3, None, 2, 4, {"proj_size": 2, "bidirectional": True}, True, None),
    ("projected, two layers, both directions, state, no bias", 4, 3, 2, 5, {"num_layers": 2, "bidirectional": True, "proj_size": 2, "bias": False}, True, None),
    ("projected, ragged, both directions, state, batch first", 5, 3, 2, 4, {"bidirectional": True, "batch_first": True, "proj_size": 3}, True, [2, 5, 3]),
]


def build():
    family = Family("recurrent")
    for dtype in DTYPES:
        for case in PROJECTED:
            sequence(family, "lstm", torch.nn.LSTM, {}, dtype, *case)
        for kind, (layer, fixed) in LAYERS.items():
            for case in CASES:
                sequence(family, kind, layer, fixed, dtype, *case)
        for kind, (cell, fixed) in CELLS.items():
            for name, batch, inputs, units, bias, given in (("batch", 3, 4, 5, True, True), ("from zeros", 2, 3, 9, True, False),
                                                            ("one sample, no bias", None, 2, 4, False, True)):
                step(family, kind, cell, fixed, dtype, name, batch, inputs, units, bias, given)
    return family


def parameters(module, samples):
    return {key: samples.normal(*value.shape, std=0.5) for key, value in module.named_parameters()}


def sequence(family, kind, layer, fixed, dtype, name, steps, batch, inputs, units, options, given, lengths):
    module = layer(inputs, units, **fixed, **options).to(DTYPES[dtype])
    samples = Samples(f"{kind}, {name}", dtype)
    first = options.get("batch_first", False)
    shape = (steps, inputs) if batch is None else (batch, steps, inputs) if first else (steps, batch, inputs)
    count = options.get("num_layers", 1) * (2 if options.get("bidirectional") else 1)
    state = (count, units) if batch is None else (count, batch, units)
    tensors = {"input": samples.normal(*shape), **parameters(module, samples)}
    if given:
        tensors["hidden"] = samples.normal(*state[:-1], options.get("proj_size") or units)
        if kind == "lstm":
            tensors["cell"] = samples.normal(*state)

    def function(input, hidden=None, cell=None, **weights):
        states = None if hidden is None else (hidden, cell) if kind == "lstm" else hidden
        x = input if lengths is None else pack_padded_sequence(input, lengths, batch_first=first, enforce_sorted=False)
        output, last = functional_call(module, weights, (x, states))
        if lengths is not None:
            output, _ = pad_packed_sequence(output, batch_first=first, total_length=steps)
        if kind == "lstm":
            return {"output": output, "hidden": last[0], "cell": last[1]}
        return {"output": output, "hidden": last}

    family.differentiate(kind, name, dtype, function, tensors,
                         {"inputs": inputs, "units": units, "lengths": lengths, "bias": True, "num_layers": 1,
                          "bidirectional": False, "batch_first": False, **options})


def step(family, kind, cell, fixed, dtype, name, batch, inputs, units, bias, given):
    module = cell(inputs, units, bias=bias, **fixed).to(DTYPES[dtype])
    samples = Samples(f"{kind}, {name}", dtype)
    head = () if batch is None else (batch,)
    tensors = {"input": samples.normal(*head, inputs), **parameters(module, samples)}
    if given:
        tensors["hidden"] = samples.normal(*head, units)
        if kind == "lstm_cell":
            tensors["cell"] = samples.normal(*head, units)

    def function(input, hidden=None, cell=None, **weights):
        states = None if hidden is None else (hidden, cell) if kind == "lstm_cell" else hidden
        last = functional_call(module, weights, (input, states))
        return {"hidden": last[0], "cell": last[1]} if kind == "lstm_cell" else {"hidden": last}

    family.differentiate(kind, name, dtype, function, tensors, {"inputs": inputs, "units": units, "bias": bias})
