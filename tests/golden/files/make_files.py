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
    # Each type of the format that no tensor of ours has, with bytes that are as many as the type's bits say, beside one that it has.
    def raw(count):
        return values("u1", count)

    kinds = {"C64": 8, "I64": 8, "U64": 8, "U32": 4, "U16": 2, "I16": 2, "I8": 1, "F8_E4M3": 1, "F8_E5M2": 1, "F8_E8M0": 1,
             "F8_E4M3FNUZ": 1, "F8_E5M2FNUZ": 1, "F6_E2M3": 0.75, "F6_E3M2": 0.75, "F4": 0.5}
    header, data = {}, b""
    for kind, size in kinds.items():
        part = raw(int(4 * size)).tobytes()
        header[kind] = {"dtype": kind, "shape": [2, 2], "data_offsets": [len(data), len(data) + len(part)]}
        data += part
    text = json.dumps(header).encode()
    (HERE / "types.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + data)
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
    # What people put beside arrays.
    with zipfile.ZipFile(HERE / "mixed.npz", "w") as archive:
        archive.writestr(zipfile.ZipInfo("README.md"), "not an array")
        archive.writestr(zipfile.ZipInfo("folder/x.npy"), (HERE / "f4.npy").read_bytes())
        notes = zipfile.ZipInfo("folder/notes")
        notes.compress_type = zipfile.ZIP_LZMA
        archive.writestr(notes, "neither")
    # Arrays that no tensor of ours holds, beside one that it does.
    np.savez(
        HERE / "types.npz", a=arrays["a"], names=np.array(["one", "two"]), raw=np.array([b"one", b"two"]), pairs=np.zeros(2, [("x", "<f4"), ("y]", "<i4", (2,))]),
        objects=np.array([None, 1], dtype=object), times=np.array(["2000-01-01"], "M8[D]"), complex=np.zeros(2, "<c8"), short=values("<i2", 3),
        void=np.zeros(2, "V5"), axes=np.zeros((1,) * 9, "<f4"))
    # Ways to compress that NumPy's zipfile knows, a folder, and an array that is stored.
    member = (HERE / "f4.npy").read_bytes()
    with zipfile.ZipFile(HERE / "methods.npz", "w") as archive:
        archive.writestr(zipfile.ZipInfo("folder/"), b"")
        for name, method in {"folder/stored": zipfile.ZIP_STORED, "lzma": zipfile.ZIP_LZMA, "bzip2": zipfile.ZIP_BZIP2, "deflated": zipfile.ZIP_DEFLATED}.items():
            info = zipfile.ZipInfo(f"{name}.npy")
            info.compress_type = method
            archive.writestr(info, member)


if __name__ == "__main__":
    make_safetensors()
    make_npy()
    make_npz()
