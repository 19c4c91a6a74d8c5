namespace DeepSharp.Persistence;

/// <summary>A member of a ZIP archive, as the archive's directory and the header before its data have it.</summary>
/// <param name="Name">Its name; that of a folder ends with a slash.</param>
/// <param name="Method">The number of the compression method.</param>
/// <param name="IsEncrypted">Whether its data is encrypted.</param>
/// <param name="Crc32">The checksum of its content.</param>
/// <param name="PackedSize">The bytes that its data takes in the archive.</param>
/// <param name="Size">The bytes of its content.</param>
/// <param name="HeaderStart">Where the header before its data begins.</param>
internal sealed record ZipMember(string Name, int Method, bool IsEncrypted, uint Crc32, long PackedSize, long Size, long HeaderStart)
{
    /// <summary>Where its data begins.</summary>
    internal long DataStart { get; init; }

    /// <summary>The first byte behind its data.</summary>
    internal long End => DataStart + PackedSize;
}
