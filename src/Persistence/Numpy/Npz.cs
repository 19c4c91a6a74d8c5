using System.IO.Compression;

namespace DeepSharp.Persistence;

/// <summary>Tensors by name in NumPy's npz format: a ZIP archive of npy files.</summary>
/// <remarks>The same tensors give the same bytes. See <see cref="Npy"/> for what can be read.</remarks>
public static class Npz
{
    private const string Extension = ".npy";

    // The first moment that a ZIP archive can name; the time of writing would make each file another.
    private static readonly DateTimeOffset s_time = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Writes tensors to a file, whole or not at all.</summary>
    /// <param name="path">The file; an old one is replaced when the new one is complete.</param>
    /// <param name="tensors">The tensors by name; they stand in the file in the order of their names.</param>
    /// <param name="compress">Whether to compress: smaller and slower. Noise, such as weights, gains little.</param>
    /// <exception cref="ArgumentException">A name is empty or longer than a ZIP archive allows.</exception>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder or the file may not be written.</exception>
    public static void Save(string path, IReadOnlyDictionary<string, Tensor> tensors, bool compress = false)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        foreach ((string name, Tensor value) in tensors)
        {
            if (name.Length == 0 || value is null)
            {
                throw new ArgumentException($"Npz: '{name}' is {(value is null ? "null" : "no name")}.", nameof(tensors));
            }
        }

        AtomicFile.Write(path, stream =>
        {
            using ZipArchive archive = new(stream, ZipArchiveMode.Create, leaveOpen: true);
            foreach ((string name, Tensor value) in tensors.OrderBy(static pair => pair.Key, StringComparer.Ordinal))
            {
                ZipArchiveEntry entry = archive.CreateEntry(name + Extension, compress ? CompressionLevel.Optimal : CompressionLevel.NoCompression);
                entry.LastWriteTime = s_time;
                using Stream content = entry.Open();
                Npy.Write(content, value);
            }
        });
    }

    /// <summary>Reads all tensors of a file, compressed or not.</summary>
    /// <param name="path">The file.</param>
    /// <param name="device">Where the tensors are made; <see cref="Device.Default"/> if null.</param>
    /// <returns>The tensors by name, without the <c>.npy</c> that their files end with.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is no ZIP archive of npy files, a name comes twice, a checksum is wrong, or a
    /// member breaks a rule of its format; the message names the file, what was expected and what was found.</exception>
    public static IReadOnlyDictionary<string, Tensor> Load(string path, Device? device = null)
    {
        using FileStream file = ByteSource.Open(path);
        Dictionary<string, Tensor> tensors = [];
        try
        {
            using ZipArchive archive = new(file, ZipArchiveMode.Read, leaveOpen: true);
            foreach (ZipArchiveEntry entry in archive.Entries)
            {
                string name = NameOf(entry.FullName, path);
                if (tensors.ContainsKey(name))
                {
                    throw new InvalidDataException($"{path}: expected every name once, found '{name}' again.");
                }

                tensors.Add(name, Read(entry, $"{path}, member {entry.FullName}", device));
            }

            return tensors;
        }
        catch (Exception error)
        {
            foreach (Tensor tensor in tensors.Values)
            {
                tensor.Dispose();
            }

            if (IsOfTheArchive(error) && !error.Message.StartsWith(path, StringComparison.Ordinal))
            {
                throw new InvalidDataException($"{path}: expected a ZIP archive, found damage: {error.Message}", error);
            }

            throw;
        }
    }

    private static Tensor Read(ZipArchiveEntry entry, string name, Device? device)
    {
        using Stream content = entry.Open();
        ByteSource source = new(content, name, sums: true);
        Tensor tensor = Npy.Read(source, device);
        if (source.Sum == entry.Crc32)
        {
            return tensor;
        }

        tensor.Dispose();
        throw source.Bad($"the checksum {entry.Crc32:X8}", $"{source.Sum:X8}");
    }

    private static string NameOf(string member, string path) => member.EndsWith(Extension, StringComparison.Ordinal)
        ? member[..^Extension.Length]
        : throw new InvalidDataException($"{path}: expected members that end with {Extension}, found '{member}'.");

    // What ZipArchive throws on archives that are damaged, as was found by trying thousands of damaged ones.
    private static bool IsOfTheArchive(Exception error) =>
        error is InvalidDataException or EndOfStreamException or ArgumentException or NotSupportedException or OverflowException;
}
