using DeepSharp.Persistence;

namespace DeepSharp.Exchange;

/// <summary>An element type of PyTorch.</summary>
/// <param name="Name">PyTorch's name of it.</param>
/// <param name="Size">The bytes of an element.</param>
/// <param name="DType">What a tensor has it as, or null.</param>
/// <param name="Foreign">What it is converted from where no tensor has it, or null.</param>
internal sealed record TorchType(string Name, int Size, DType? DType, ForeignFormat? Foreign = null)
{
    private static readonly Dictionary<string, TorchType> s_types = ((TorchType[])
    [
        new("float64", 8, DeepSharp.DType.Float64), new("float32", 4, DeepSharp.DType.Float32), new("float16", 2, DeepSharp.DType.Float16),
        new("bfloat16", 2, DeepSharp.DType.BFloat16), new("int64", 8, DeepSharp.DType.Int64), new("int32", 4, DeepSharp.DType.Int32),
        new("uint8", 1, DeepSharp.DType.UInt8), new("bool", 1, DeepSharp.DType.Bool),
        Other("int8", "I8"), Other("int16", "I16"), Other("uint16", "U16"), Other("uint32", "U32"), Other("uint64", "U64"),
        Other("float8_e4m3fn", "F8_E4M3"), Other("float8_e5m2", "F8_E5M2"), Other("float8_e4m3fnuz", "F8_E4M3FNUZ"),
        Other("float8_e5m2fnuz", "F8_E5M2FNUZ"), Other("float8_e8m0fnu", "F8_E8M0"),
        new("complex32", 4, null), new("complex64", 8, null), new("complex128", 16, null),
        new("qint8", 1, null), new("quint8", 1, null), new("qint32", 4, null),
    ]).ToDictionary(static type => type.Name);

    // The old names of the types, which storages still have.
    private static readonly Dictionary<string, string> s_storages = new()
    {
        ["Double"] = "float64",
        ["Float"] = "float32",
        ["Half"] = "float16",
        ["BFloat16"] = "bfloat16",
        ["Long"] = "int64",
        ["Int"] = "int32",
        ["Short"] = "int16",
        ["Char"] = "int8",
        ["Byte"] = "uint8",
        ["Bool"] = "bool",
        ["ComplexDouble"] = "complex128",
        ["ComplexFloat"] = "complex64",
        ["QInt8"] = "qint8",
        ["QUInt8"] = "quint8",
        ["QInt32"] = "qint32",
    };

    /// <summary>The type of a name such as <c>torch.float32</c>.</summary>
    internal static TorchType? Of(string global) =>
        global.StartsWith("torch.", StringComparison.Ordinal) ? s_types.GetValueOrDefault(global["torch.".Length..]) : null;

    /// <summary>The type of a storage's class, such as <c>torch.FloatStorage</c> or <c>torch.cuda.HalfStorage</c>; null for others.</summary>
    internal static TorchType? OfStorage(string global)
    {
        const string Ending = "Storage";
        string name = global.StartsWith("torch.cuda.", StringComparison.Ordinal) ? global["torch.cuda.".Length..]
            : global.StartsWith("torch.", StringComparison.Ordinal) ? global["torch.".Length..] : "";
        return name.EndsWith(Ending, StringComparison.Ordinal) && s_storages.TryGetValue(name[..^Ending.Length], out string? type) ? s_types[type] : null;
    }

    private static TorchType Other(string name, string format)
    {
        ForeignFormat foreign = ForeignFormat.Of(format)!;
        return new TorchType(name, foreign.Size, null, foreign);
    }
}
