using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace DeepSharp.Tests;

/// <summary>Files of safetensors written by hand, after the format's description: the header's length, the header in JSON, the numbers.</summary>
internal static class SafeTensorsBytes
{
    internal static string Write(string path, string metadata, params (string Name, int[] Shape, float[] Values)[] tensors)
    {
        List<string> entries = metadata.Length == 0 ? [] : [$"\"__metadata__\":{metadata}"];
        List<byte> numbers = [];
        foreach ((string name, int[] shape, float[] values) in tensors)
        {
            int start = numbers.Count;
            numbers.AddRange(MemoryMarshal.AsBytes<float>(values));
            entries.Add(string.Create(
                CultureInfo.InvariantCulture, $"\"{name}\":{{\"dtype\":\"F32\",\"shape\":[{string.Join(',', shape)}],\"data_offsets\":[{start},{numbers.Count}]}}"));
        }

        byte[] header = Encoding.UTF8.GetBytes($"{{{string.Join(',', entries)}}}");
        byte[] length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        File.WriteAllBytes(path, [.. length, .. header, .. numbers]);
        return path;
    }
}
