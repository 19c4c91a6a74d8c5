using System.Globalization;
using System.IO.Hashing;
using System.Text;

namespace DeepSharp.Persistence;

/// <summary>A checksum of a safetensors file, which the format has none of: XXH3 of the elements, then of the strings in the order of their keys.</summary>
internal static class Checksum
{
    /// <summary>The string that holds it.</summary>
    internal const string Key = "xxh3";

    /// <summary>Of what is to be written.</summary>
    internal static string Of(IEnumerable<Tensor> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        XxHash3 hash = new();
        foreach (Tensor tensor in tensors)
        {
            TensorBytes.Write(tensor, hash.Append);
        }

        return End(hash, metadata);
    }

    /// <summary>Of what has been written: the elements are what a stream has left.</summary>
    internal static string Of(Stream elements, IReadOnlyDictionary<string, string> metadata)
    {
        XxHash3 hash = new();
        hash.Append(elements);
        return End(hash, metadata);
    }

    private static string End(XxHash3 hash, IReadOnlyDictionary<string, string> metadata)
    {
        foreach ((string key, string value) in metadata.Where(static pair => pair.Key != Key).OrderBy(static pair => pair.Key, StringComparer.Ordinal))
        {
            hash.Append(Encoding.UTF8.GetBytes($"{key}\0{value}\0"));
        }

        return hash.GetCurrentHashAsUInt64().ToString("x16", CultureInfo.InvariantCulture);
    }
}
