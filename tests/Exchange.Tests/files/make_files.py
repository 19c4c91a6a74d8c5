"""Networks as PyTorch exports them to ONNX, with inputs, outputs and gradients. Run here, with torch and onnx installed: python3 make_files.py"""
import numpy
import torch
from torch import nn


class Cnn(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 8, 3, stride=2, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(8)
        self.conv2 = nn.Conv2d(8, 8, 3, padding=1, groups=4)
        self.bn2 = nn.BatchNorm2d(8)
        self.pool = nn.MaxPool2d(2)
        self.head = nn.Linear(8 * 2 * 2, 5)

    def forward(self, x):
        x = torch.relu(self.bn1(self.conv1(x)))
        x = x + torch.nn.functional.silu(self.bn2(self.conv2(x)))
        return self.head(torch.nn.functional.adaptive_avg_pool2d(self.pool(x), 2).flatten(1))


class Text(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(11, 8)
        layer = nn.TransformerEncoderLayer(8, 2, 16, dropout=0.0, activation="gelu", batch_first=True, norm_first=True)
        self.encoder = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.head = nn.Linear(8, 3)

    def forward(self, tokens):
        x = self.embed(tokens)
        x = self.encoder(x, mask=nn.Transformer.generate_square_subsequent_mask(6))
        return self.head(x.mean(1))


class Recurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(4, 3, num_layers=2, batch_first=True, bidirectional=True)
        self.gru = nn.GRU(6, 5, batch_first=True)

    def forward(self, x):
        return self.gru(self.lstm(x)[0])[0]


def make(name, model, x):
    model.train()
    for _ in range(3):
        model(x)  # batch norm sees something
    model.eval()
    with torch.no_grad():
        y = model(x)
    torch.onnx.export(
        model, (x,), f"{name}.onnx", opset_version=17, input_names=["x"], output_names=["y"], dynamic_axes={"x": {0: "batch"}, "y": {0: "batch"}},
        training=torch.onnx.TrainingMode.EVAL if name == "recurrent" else torch.onnx.TrainingMode.PRESERVE,
        do_constant_folding=name == "recurrent", dynamo=False)
    model.train()
    z = model(x)
    (z * z).mean().backward()
    tensors = {"x": x, "y": y, "z": z.detach()}
    tensors.update({f"grad.{n}": p.grad for n, p in model.named_parameters()})
    numpy.savez_compressed(f"{name}.npz", **{n: t.detach().numpy() for n, t in tensors.items()})


torch.manual_seed(3)
make("cnn", Cnn(), torch.randn(4, 3, 16, 16))
make("text", Text(), torch.randint(0, 11, (2, 6)))
make("recurrent", Recurrent(), torch.randn(2, 7, 4))
