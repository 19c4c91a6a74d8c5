"""Makes the files of this folder that need PyTorch: float8.safetensors, and those in torch/. Needs PyTorch 2.6 and NumPy.

    python3 make_torch_files.py

float8.safetensors has all 256 bytes of each 8-bit float that PyTorch 2.6 knows, and beside them the numbers that PyTorch makes of them.
torch/NAME.pt and torch/NAME_legacy.pt are one object, written by torch.save in the form of today and in that of before 1.6; what is in it, as
plain contiguous tensors under flattened names, is torch/NAME.safetensors.
"""
import collections
import json
import struct
from pathlib import Path

import numpy as np
import torch

HERE = Path(__file__).parent
NAMES = {
    torch.float64: "F64", torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16", torch.int64: "I64", torch.int32: "I32",
    torch.int16: "I16", torch.int8: "I8", torch.uint8: "U8", torch.bool: "BOOL", torch.uint16: "U16", torch.uint32: "U32", torch.uint64: "U64",
    torch.float8_e4m3fn: "F8_E4M3", torch.float8_e5m2: "F8_E5M2", torch.complex64: "C64",
}


def raw(tensor):
    tensor = tensor.detach().contiguous().reshape(-1)
    return bytes(tensor.view(torch.uint8).numpy()) if tensor.numel() else b""


def write(name, tensors):
    """A safetensors file, as make_files.py writes them."""
    header, data = {}, b""
    for key, tensor in tensors.items():
        part = raw(tensor)
        header[key] = {"dtype": NAMES[tensor.dtype], "shape": list(tensor.shape), "data_offsets": [len(data), len(data) + len(part)]}
        data += part
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-(8 + len(text)) % 8)
    (HERE / name).write_bytes(struct.pack("<Q", len(text)) + text + data)


def float8():
    codes = torch.arange(256, dtype=torch.uint8)
    tensors = {}
    for name, dtype in {"F8_E4M3": torch.float8_e4m3fn, "F8_E5M2": torch.float8_e5m2,
                        "F8_E4M3FNUZ": torch.float8_e4m3fnuz, "F8_E5M2FNUZ": torch.float8_e5m2fnuz}.items():
        NAMES[dtype] = name
        tensors[f"{name}.values"] = codes.view(dtype).float()
        tensors[name] = codes.view(dtype)
    write("float8.safetensors", tensors)


def values(dtype, *shape):
    """The formulas of make_files.py."""
    count = int(np.prod(shape, dtype=np.int64))
    i = torch.arange(count)
    if dtype == torch.bool:
        return (i % 3 == 0).reshape(shape)
    if dtype == torch.uint8:
        return (7 * i % 256).to(dtype).reshape(shape)
    return ((i - 3) / 2 if dtype.is_floating_point or dtype.is_complex else i * i - 5).to(dtype).reshape(shape)


def save(name, made, flat):
    torch.save(made, HERE / "torch" / f"{name}.pt")
    torch.save(made, HERE / "torch" / f"{name}_legacy.pt", _use_new_zipfile_serialization=False)
    write(f"torch/{name}.safetensors", flat)


def main():
    (HERE / "torch").mkdir(exist_ok=True)
    float8()
    torch.manual_seed(1)

    # A network's state dict: an OrderedDict with _metadata, a parameter that stands under two names.
    model = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.BatchNorm1d(4), torch.nn.Linear(4, 4))
    model[2].weight = torch.nn.Parameter(torch.randn(4, 4))
    state = model.state_dict()
    state["tied.weight"] = state["2.weight"]
    save("state", state, state)

    # Every element type that both have. (The old form has none of the later unsigned integers and 8-bit floats.)
    types = {str(dtype)[6:]: values(dtype, 2, 3) for dtype in
             (torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8, torch.bool, torch.complex64)}
    types["scalar"], types["empty"] = values(torch.float32), values(torch.float32, 0, 5)
    save("types", types, types)
    later = {"uint16": torch.tensor([0, 1, 65535], dtype=torch.uint16), "uint32": torch.tensor([0, 1, 4294967295], dtype=torch.uint32),
             "uint64": torch.tensor([0, 1, 2 ** 63 - 1], dtype=torch.uint64),
             "float8_e4m3fn": torch.tensor([0.5, -448.0]).to(torch.float8_e4m3fn), "float8_e5m2": torch.tensor([0.25, -57344.0]).to(torch.float8_e5m2)}
    torch.save(later, HERE / "torch" / "later.pt")
    write("torch/later.safetensors", later)

    # Views of one storage: a part, a transpose, every second, expanded, a diagonal, one that overlaps itself.
    base = values(torch.float32, 4, 6)
    views = {"base": base, "part": base[1:3], "transposed": base.t(), "second": base[:, ::2], "expanded": base[0, :3].expand(4, 3),
             "diagonal": base.diagonal(), "overlapping": base.as_strided((4, 3), (1, 1), 2), "number": base[2, 3], "permuted": values(torch.int64, 2, 3, 4).permute(2, 0, 1),
             "channels_last": values(torch.float32, 2, 3, 2, 2).contiguous(memory_format=torch.channels_last)}
    save("views", views, views)

    # A checkpoint of a training: dictionaries in one another, an optimizer's state, numbers, texts, lists, None.
    net = torch.nn.Linear(2, 3)
    optimizer = torch.optim.Adam(net.parameters())
    net(torch.ones(1, 2)).sum().backward()
    optimizer.step()
    checkpoint = {
        "epoch": 7, "loss": 0.25, "name": "größe", "model_state_dict": net.state_dict(), "optimizer_state_dict": optimizer.state_dict(), "none": None,
        "large": 2 ** 70, "flag": True, "shape": torch.Size([2, 3]), "dtype": torch.float16, "list": [values(torch.int64, 2), (values(torch.float64, 1), "text")],
        "parameter": torch.nn.Parameter(values(torch.float32, 2)), "order": collections.OrderedDict(a=values(torch.bool, 2)), "bytes": b"\x00\xff",
        "set": {1, 2}, "device": torch.device("cpu"),
    }
    moments = optimizer.state_dict()["state"]
    flat = {f"model_state_dict.{key}": value for key, value in net.state_dict().items()}
    flat.update({f"optimizer_state_dict.state.{number}.{key}": value for number, slots in moments.items() for key, value in slots.items()})
    flat.update({"list.0": values(torch.int64, 2), "list.1.0": values(torch.float64, 1), "parameter": values(torch.float32, 2), "order.a": values(torch.bool, 2)})
    save("checkpoint", checkpoint, flat)
    save("single", values(torch.float32, 2, 3), {"tensor": values(torch.float32, 2, 3)})

    # A whole network instead of its state dict: a class, which nothing but Python can make.
    torch.save(torch.nn.Linear(1, 1), HERE / "torch" / "network.pt")


if __name__ == "__main__":
    main()
