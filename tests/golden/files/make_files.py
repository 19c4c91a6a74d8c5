"""Makes the files that tests/Persistence.Tests reads and compares with. Needs Python 3 and NumPy only.

    python3 make_files.py

safetensors files are written here by the format's description (github.com/huggingface/safetensors), with nothing but struct and
json; npy and npz files are NumPy's own. Values are small formulas, so that the tests can work them out again:

    floats   (i - 3) / 2          integers   i * i - 5          bytes   7 i mod 256          truth   i mod 3 == 0
"""
import json
import struct
import zipfile
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent


def values(dtype, *shape):
    count = int(np.prod(shape, dtype=np.int64))
    i = np.arange(count, dtype=np.int64)
    kind = np.dtype(dtype).kind
    data = (i - 3) / 2 if kind == "f" else i * i - 5 if kind == "i" else 7 * i % 256 if kind == "u" else i % 3 == 0
    return data.astype(dtype).reshape(shape)


def bfloat16(array):
    """The upper halves of float32 numbers; the values here fit exactly."""
    return (array.astype("<f4").view("<u4") >> 16).astype("<u2")


def safetensors(name, tensors, metadata=None, header_order=None, pad=8):
    """tensors: name -> (dtype name, array or its bytes as an integer array, shape), in the order of their bytes."""
    offsets, data = {}, b""
    for key, (kind, array) in tensors.items():
        raw = np.ascontiguousarray(array).tobytes()
        offsets[key] = {"dtype": kind, "shape": list(array.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    header = {} if metadata is None else {"__metadata__": metadata}
    header.update((key, offsets[key]) for key in header_order or tensors)
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    if pad:
        text += b" " * (-(8 + len(text)) % pad)
    (HERE / name).write_bytes(struct.pack("<Q", len(text)) + text + data)


def make_safetensors():
    # In the order of the reference implementation: wide types first, then by name.
    safetensors("canonical.safetensors", {
        "longs": ("I64", values("<i8", 4)),
        "doubles": ("F64", values("<f8", 3, 2)),
        "a.weight": ("F32", values("<f4", 2, 3)),
        "empty": ("F32", values("<f4", 0, 5)),
        "scalar": ("F32", values("<f4")),
        "ints": ("I32", values("<i4", 2, 2, 2)),
        "bytes": ("U8", values("u1", 40)),
        "größe": ("BOOL", values("?", 7)),
    }, metadata={"format": "pt", "note": 'quotes " and \\ and ü'})
    # Any order is allowed, as are elements that are not aligned, halves, and spaces around nothing.
    safetensors("unordered.safetensors", {
        "mask": ("BOOL", values("?", 3)),
        "half": ("F16", values("<f2", 2, 4)),
        "brain": ("BF16", bfloat16(values("<f4", 5))),
        "wide": ("F64", values("<f8", 2)),
    }, header_order=["wide", "mask", "brain", "half"], pad=0)
    safetensors("nothing.safetensors", {})
    # Known to the format, but no tensor of ours.
    safetensors("unsupported.safetensors", {"good": ("F32", values("<f4", 2)), "odd": ("I16", values("<i2", 2))})
    # The names of a PyTorch Sequential(Linear(3, 2), BatchNorm1d(2)).
    safetensors("pytorch.safetensors", {
        "0.weight": ("F32", values("<f4", 2, 3)),
        "0.bias": ("F32", values("<f4", 2)),
        "1.weight": ("F32", values("<f4", 2) + np.float32(3)),
        "1.bias": ("F32", values("<f4", 2) + np.float32(4)),
        "1.running_mean": ("F32", values("<f4", 2) + np.float32(5)),
        "1.running_var": ("F32", values("<f4", 2) + np.float32(6)),
        "1.num_batches_tracked": ("I64", values("<i8")),
    }, metadata={"format": "pt"})


def make_npy():
    for name, array in {
        "f4": values("<f4", 2, 3), "f8": values("<f8", 3, 2), "i4": values("<i4", 7), "i8": values("<i8", 2, 2, 2),
        "u1": values("u1", 40), "b1": values("?", 7), "scalar": values("<f4"), "empty": values("<f4", 0, 5),
    }.items():
        np.save(HERE / f"{name}.npy", array)
    np.save(HERE / "fortran.npy", np.asfortranarray(values("<f8", 2, 3, 4)))
    np.save(HERE / "big_endian.npy", values(">i4", 2, 3))
    np.save(HERE / "half.npy", values("<f2", 2, 3))
    np.save(HERE / "unsupported.npy", values("<i2", 3))
    for version in (2, 3):
        with open(HERE / f"version{version}.npy", "wb") as file:
            np.lib.format.write_array(file, values("<f4", 2, 3), version=(version, 0))


def make_npz():
    # numpy.savez stamps members with fixed times already, so these are the same bytes each time.
    arrays = {"a": values("<f4", 2, 3), "b.c": values("<i8", 4), "großes": values("?", 7)}
    np.savez(HERE / "stored.npz", **arrays)
    np.savez_compressed(HERE / "compressed.npz", zeros=np.zeros((50, 40), "<f4"), **arrays)
    with zipfile.ZipFile(HERE / "stranger.npz", "w") as archive:
        archive.writestr(zipfile.ZipInfo("readme.txt"), "not an array")


if __name__ == "__main__":
    make_safetensors()
    make_npy()
    make_npz()
