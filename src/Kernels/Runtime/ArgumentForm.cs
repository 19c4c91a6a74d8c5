using System.Globalization;
using System.Text.RegularExpressions;
using ILGPU.Backends;
using ILGPU.Backends.OpenCL;
using ILGPU.Backends.PTX;

namespace DeepSharp.Kernels;

/// <summary>A number of a kernel's arguments: where it stands, and its bytes.</summary>
internal readonly record struct ArgumentField(int Offset, int Size)
{
    /// <summary>The place of a number that must have so many bytes.</summary>
    internal int Of(int size) => size == Size ? Offset : throw new NotSupportedException($"ILGPU declares {Size} bytes for a number of {size}.");
}

/// <summary>The struct of arguments that the code of a kernel declares.</summary>
internal static partial class ArgumentForm
{
    /// <summary>Its numbers in their order.</summary>
    internal static List<ArgumentField> Read(CompiledKernel kernel, out int size) => kernel is PTXCompiledKernel ptx
        ? ReadPtx(ptx.PTXAssembly, out size)
        : ReadOpenCL(((CLCompiledKernel)kernel).Source, out size);

    /// <summary>By C's rules of alignment.</summary>
    internal static List<ArgumentField> ReadOpenCL(string source, out int size)
    {
        string type = LastParameter.Match(source) is { Success: true } found
            ? found.Groups[1].Value
            : throw new NotSupportedException("ILGPU's source of a kernel does not end in a struct of arguments.");
        int start = source.IndexOf($"{type}\n{{", StringComparison.Ordinal);
        start = start >= 0 ? start : source.IndexOf($"{type}\r\n{{", StringComparison.Ordinal);
        string body = source[start..source.IndexOf("};", start, StringComparison.Ordinal)];
        List<ArgumentField> fields = [];
        int offset = 0;
        int widest = 1;
        foreach (Match line in Field.Matches(body))
        {
            if (line.Groups["padding"] is { Success: true } padding)
            {
                offset += Number(padding);
                continue;
            }

            int bytes = line.Groups["type"].Value switch
            {
                "char" or "uchar" => 1,
                "short" or "ushort" or "half" => 2,
                "int" or "uint" or "float" => 4,
                "long" or "ulong" => 8,
                var other => throw new NotSupportedException($"An argument of a kernel is a {other}."),
            };
            offset = (offset + bytes - 1) / bytes * bytes;
            fields.Add(new ArgumentField(offset, bytes));
            offset += bytes;
            widest = Math.Max(widest, bytes);
        }

        size = (offset + widest - 1) / widest * widest;
        return fields;
    }

    /// <summary>PTX declares its size, and loads every number of it first.</summary>
    internal static List<ArgumentField> ReadPtx(string code, out int size)
    {
        Match entry = Entry.Match(code);
        if (!entry.Success)
        {
            throw new NotSupportedException("ILGPU's code of a kernel does not take one struct of arguments.");
        }

        size = Number(entry.Groups["size"]);
        List<ArgumentField> fields = [];
        foreach (Match load in Load.Matches(code))
        {
            if (load.Groups["name"].Value == entry.Groups["name"].Value)
            {
                int offset = load.Groups["offset"] is { Success: true } given ? Number(given) : 0;
                fields.Add(new ArgumentField(offset, Number(load.Groups["bits"]) / 8));
            }
        }

        return fields;
    }

    private static int Number(Group digits) => int.Parse(digits.ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"kernel void [^)]*?(struct \w+) \w+\)")]
    private static partial Regex LastParameter { get; }

    [GeneratedRegex(@"^\t(?<type>[\w ]+) (?:__padding\d+\[(?<padding>\d+)\]|\w+);", RegexOptions.Multiline)]
    private static partial Regex Field { get; }

    [GeneratedRegex(@"\.entry \w+\(\s*\.param \.align \d+ \.b8 (?<name>\w+)\[(?<size>\d+)\]\s*\)")]
    private static partial Regex Entry { get; }

    [GeneratedRegex(@"ld\.param\.[a-z]+(?<bits>\d+)\s+%\w+, \[(?<name>\w+?)(?:\+(?<offset>\d+))?\];")]
    private static partial Regex Load { get; }
}
