using System.IO.Compression;

namespace DeepSharp.Persistence;

/// <summary>Tensors by name in NumPy's npz format: a ZIP archive of npy files.</summary>
/// <remarks>The same tensors give the same bytes. See <see cref="Npy"/> for what can be read.</remarks>
public static class Npz
{
    private const string Extension = ".npy";

    private static readonly Misfit s_noArray = new($"an array, whose name ends with {Extension}", "another file");

    // The first moment that a ZIP archive can name; the time of writing would make each file another.
    private static readonly DateTimeOffset s_time = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Writes tensors to a file, whole or not at all.</summary>
    /// <param name="path">The file; an old one is replaced when the new one is complete.</param>
    /// <param name="tensors">The tensors by name; they stand in the file in the order of their names.</param>
    /// <param name="compress">Whether to compress: smaller and slower. Noise, such as weights, gains little.</param>
    /// <exception cref="ArgumentException">A name is empty or longer than a ZIP archive allows, or elements are BFloat16.</exception>
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
    /// <param name="maxBytes">The most bytes that the tensors may take together; null for what the file can hold: 1,032 times its length,
    /// which is the most that compression makes of zeros.</param>
    /// <param name="convert">Whether integers that no tensor has become larger ones: of 8 and 16 bits Int32, unsigned ones of 32 and 64 bits
    /// Int64. They count by the bytes that they have in the file.</param>
    /// <returns>The tensors by name, without the <c>.npy</c> that their files end with. What no tensor can hold is left out, and said to be
    /// so: arrays of strings, objects, fields, complex and, unless they are converted, other numbers, encrypted ones, those compressed by other
    /// methods than deflate, and files that are no arrays, such as a README, under their whole names. Folders are passed over.</returns>
    /// <exception cref="FileNotFoundException">There is no such file, or it is a folder.</exception>
    /// <exception cref="InvalidDataException">It is no ZIP archive with npy files, a name comes twice, members overlap, they take more than the
    /// bytes allowed, a checksum is wrong, or a member breaks a rule of its format; the message names the file, what was expected and what
    /// was found.</exception>
    public static TensorDictionary Load(string path, Device? device = null, long? maxBytes = null, bool convert = false)
    {
        using FileStream file = InputFile.Open(path, "a ZIP archive", seeks: true);
        ZipReader archive = new(file, path);
        TensorDictionary tensors = new(path);
        long left = maxBytes ?? long.MaxValue;
        bool hasArrays = false;
        try
        {
            foreach (ZipMember member in archive.Members.Where(static member => !IsFolder(member)))
            {
                bool isArray = member.Name.EndsWith(Extension, StringComparison.Ordinal);
                string name = isArray ? member.Name[..^Extension.Length] : member.Name;
                if (tensors.Has(name))
                {
                    throw new InvalidDataException($"{path}: expected every name once, found '{name}' again.");
                }

                hasArrays |= isArray;
                if ((isArray ? ZipReader.MisfitOf(member) : s_noArray) is { } misfit)
                {
                    tensors.Skip(name, misfit.ToString());
                    continue;
                }

                left -= member.Size;
                if (left < 0)
                {
                    throw new InvalidDataException(
                        $"{path}: expected at most {maxBytes:N0} bytes, as was asked for, found {member.Size:N0} for '{name}' that are too many.");
                }

                Read(archive, member, name, device, path, convert, tensors);
            }

            return hasArrays || tensors.Skipped.Count == 0
                ? tensors
                : throw new InvalidDataException(
                    $"{path}: expected members that end with {Extension}, found none among the {tensors.Skipped.Count:N0}, such as '{tensors.Skipped.Keys.First()}'.");
        }
        catch
        {
            tensors.Discard();
            throw;
        }
    }

    private static void Read(ZipReader archive, ZipMember member, string name, Device? device, string path, bool convert, TensorDictionary tensors)
    {
        using Stream content = archive.Open(member);
        ByteSource source = new(content, $"{path}, member {member.Name}", sums: true);
        NpyHeader header = NpyHeader.Read(source);
        if (header.MisfitOf(convert) is { } misfit)
        {
            tensors.Skip(name, misfit.ToString());
            return;
        }

        long bytes = header.ByteCount;
        if (source.Count + bytes != member.Size)
        {
            throw source.Bad($"{bytes:N0} bytes of the elements behind {source.Count:N0} of the header", $"{member.Size:N0} bytes in all");
        }

        Tensor tensor;
        try
        {
            tensor = Npy.Read(source, header, device);
        }
        catch (InvalidDataException error) when (ForeignFormat.Unfit(error) is not null)
        {
            tensors.Skip(name, ForeignFormat.Unfit(error)!);
            return;
        }

        if (source.Sum != member.Crc32)
        {
            tensor.Dispose();
            throw source.Bad($"the checksum {member.Crc32:X8}", $"{source.Sum:X8}");
        }

        tensors.Add(name, tensor);
    }

    private static bool IsFolder(ZipMember member) => member.Name.EndsWith('/') && member.Size == 0;
}
