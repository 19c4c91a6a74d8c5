"""Networks whose state dicts PyTorch wrote as safetensors files, with their outputs; and names and shapes of the state of single layers."""

import json
import struct

import torch
from torch import nn

from .golden import Family, Samples


class Files(Family):
    """A family that writes state dicts as files beside its JSON: FOLDER/state_dicts/NAME.safetensors."""

    def __init__(self, name):
        super().__init__(name)
        self.states = {}

    def write(self, folder):
        (folder / self.name).mkdir(exist_ok=True)
        for name, state in self.states.items():
            (folder / self.name / f"{name}.safetensors").write_bytes(safetensors(state))
        return super().write(folder)


def safetensors(state):
    """The format's description: github.com/huggingface/safetensors. In the order of the reference implementation: wide types first, then by name."""
    kinds = {torch.float32: "F32", torch.int64: "I64"}
    header, data = {"__metadata__": {"format": "pt"}}, b""
    for key in sorted(state, key=lambda key: (-state[key].element_size(), key)):
        raw = state[key].detach().contiguous().numpy().tobytes()
        header[key] = {"dtype": kinds[state[key].dtype], "shape": list(state[key].shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + data


class CNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, 8, 3, padding=1), nn.BatchNorm2d(8)
        self.conv2, self.bn2 = nn.Conv2d(8, 12, 3, padding=1, bias=False), nn.BatchNorm2d(12)
        self.pool, self.fc1, self.bn3, self.fc2 = nn.MaxPool2d(2), nn.Linear(48, 16), nn.BatchNorm1d(16), nn.Linear(16, 5)

    def forward(self, x):
        x = self.pool(self.bn1(self.conv1(x)).relu())
        x = self.pool(self.bn2(self.conv2(x)).relu())
        return self.fc2(self.bn3(self.fc1(x.flatten(1))).relu())


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(20, 6)
        self.lstm = nn.LSTM(6, 7, num_layers=2, batch_first=True, bidirectional=True)
        self.fc = nn.Linear(14, 4)

    def forward(self, x):
        return self.fc(self.lstm(self.embedding(x))[0].mean(1))


class Block(nn.Module):
    """torchvision's BasicBlock."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs)
        self.conv2, self.bn2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False), nn.BatchNorm2d(outputs)
        self.downsample = None if stride == 1 and inputs == outputs else nn.Sequential(
            nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        y = self.bn2(self.conv2(self.bn1(self.conv1(x)).relu()))
        return (y + (x if self.downsample is None else self.downsample(x))).relu()


class ResNet18(nn.Module):
    """torchvision's resnet18, with fewer channels."""

    def __init__(self, width, classes):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, width, 7, 2, 3, bias=False), nn.BatchNorm2d(width)
        self.maxpool, self.avgpool = nn.MaxPool2d(3, 2, 1), nn.AdaptiveAvgPool2d(1)
        for stage in range(4):
            outputs = width << stage
            setattr(self, f"layer{stage + 1}", nn.Sequential(
                Block(outputs if stage == 0 else outputs // 2, outputs, 1 if stage == 0 else 2), Block(outputs, outputs, 1)))
        self.fc = nn.Linear(8 * width, classes)

    def forward(self, x):
        x = self.maxpool(self.bn1(self.conv1(x)).relu())
        for stage in range(4):
            x = getattr(self, f"layer{stage + 1}")(x)
        return self.fc(self.avgpool(x).flatten(1))


def encoder(norm_first):
    layer = nn.TransformerEncoderLayer(8, 2, 16, 0.1, batch_first=True, norm_first=norm_first)
    return nn.TransformerEncoder(layer, 2, norm=nn.LayerNorm(8), enable_nested_tensor=False)


NETWORKS = {
    "cnn": (CNN, lambda samples: samples.normal(4, 3, 8, 8)),
    "lstm": (Classifier, lambda samples: samples.indices(20, 3, 9)),
    "encoder": (lambda: encoder(False), lambda samples: samples.normal(2, 5, 8)),
    "encoder_norm_first": (lambda: encoder(True), lambda samples: samples.normal(2, 5, 8)),
    "resnet18": (lambda: ResNet18(8, 10), lambda samples: samples.normal(2, 3, 64, 64)),
}


def build():
    family = Files("state_dicts")
    for name, (make, sample) in NETWORKS.items():
        torch.manual_seed(1)
        model, samples = make(), Samples(f"state dicts, {name}", "float32")
        with torch.no_grad():
            for parameter in model.parameters():
                if parameter.dim() == 1:  # so that no norm has a plain one or zero
                    parameter.add_(0.3 * torch.randn(parameter.shape))
        input = sample(samples)
        if name in ("cnn", "resnet18"):
            model.train()
            for _ in range(3):  # statistics other than the first ones
                model(sample(samples))
        family.states[name] = {key: value.clone() for key, value in model.state_dict().items()}
        model.eval()
        outputs = {"eval": model(input)}
        gradients, state, inputs = {}, {}, {"input": input}
        if name == "cnn":
            model.train()
            inputs["target"] = samples.indices(5, 4)
            outputs["train"] = model(input)
            outputs["loss"] = nn.functional.cross_entropy(outputs["train"], inputs["target"])
            outputs["loss"].backward()
            gradients = {key: value.grad for key, value in model.named_parameters()}
            state = {key: value for key, value in model.state_dict().items() if "running" in key or "num" in key}
        family.add("network", name, "float32", inputs=inputs, outputs=outputs, gradients=gradients, state=state)
    for name, layer in LAYERS.items():
        family.add("names", name, "float32", outputs={"none": torch.zeros(1)}, state={key: torch.zeros_like(value) for key, value in layer().state_dict().items()})
    return family


LAYERS = {
    "linear": lambda: nn.Linear(2, 3), "linear, no bias": lambda: nn.Linear(2, 3, bias=False), "bilinear": lambda: nn.Bilinear(2, 3, 2),
    "conv1d": lambda: nn.Conv1d(2, 4, 3, groups=2), "conv2d": lambda: nn.Conv2d(2, 3, (1, 2), bias=False), "conv3d": lambda: nn.Conv3d(1, 2, (1, 2, 1)),
    "conv_transpose1d": lambda: nn.ConvTranspose1d(2, 4, 3, groups=2), "conv_transpose2d": lambda: nn.ConvTranspose2d(2, 3, 2),
    "conv_transpose3d": lambda: nn.ConvTranspose3d(1, 2, (1, 2, 1)),
    "batch_norm": lambda: nn.BatchNorm2d(3), "batch_norm, average of all": lambda: nn.BatchNorm1d(3, momentum=None),
    "batch_norm, plain": lambda: nn.BatchNorm1d(3, affine=False, track_running_stats=False),
    "instance_norm": lambda: nn.InstanceNorm1d(3), "instance_norm, all": lambda: nn.InstanceNorm2d(3, affine=True, track_running_stats=True),
    "layer_norm": lambda: nn.LayerNorm([2, 3]), "rms_norm": lambda: nn.RMSNorm(3), "group_norm": lambda: nn.GroupNorm(2, 4), "prelu": lambda: nn.PReLU(3),
    "embedding": lambda: nn.Embedding(4, 2), "embedding_bag": lambda: nn.EmbeddingBag(4, 2),
    "rnn": lambda: nn.RNN(2, 3, 2, bidirectional=True), "lstm": lambda: nn.LSTM(2, 3, 2), "gru": lambda: nn.GRU(2, 3, bias=False, bidirectional=True),
    "lstm, projection": lambda: nn.LSTM(2, 4, 2, bidirectional=True, proj_size=3),
    "rnn_cell": lambda: nn.RNNCell(2, 3), "lstm_cell": lambda: nn.LSTMCell(2, 3), "gru_cell": lambda: nn.GRUCell(2, 3, bias=False),
    "attention": lambda: nn.MultiheadAttention(4, 2), "attention, widths": lambda: nn.MultiheadAttention(4, 2, bias=False, kdim=3, vdim=2),
    "attention, added biases": lambda: nn.MultiheadAttention(4, 2, add_bias_kv=True),
    "encoder_layer": lambda: nn.TransformerEncoderLayer(4, 2, 3), "decoder_layer": lambda: nn.TransformerDecoderLayer(4, 2, 3),
    "transformer": lambda: nn.Transformer(4, 2, 2, 1, 3), "weight_norm": lambda: nn.utils.parametrizations.weight_norm(nn.Linear(2, 3)),
    "spectral_norm": lambda: nn.utils.parametrizations.spectral_norm(nn.Linear(2, 3)),
}
