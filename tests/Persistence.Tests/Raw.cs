using System.Buffers.Binary;
using System.Text;

namespace DeepSharp.Tests;

/// <summary>safetensors files byte by byte, right or wrong.</summary>
internal static class Raw
{
    internal static byte[] Bytes(ReadOnlySpan<byte> header, ReadOnlySpan<byte> data)
    {
        byte[] length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        return [.. length, .. header, .. data];
    }

    internal static void Write(string path, string header, byte[] data) => File.WriteAllBytes(path, Bytes(Encoding.UTF8.GetBytes(header), data));
}
