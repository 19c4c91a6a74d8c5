using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;
using DeepSharp.Persistence;

namespace DeepSharp.Exchange;

/// <summary>A file of torch.save that is open: what its pickle holds, and where the elements of its storages are.</summary>
/// <remarks>
/// Since PyTorch 1.6 a file is a ZIP archive, in which <c>data.pkl</c> is the pickle and <c>data/KEY</c> the elements of each storage, as they are.
/// Before, it was four pickles (a magic number, the protocol, the machine, the object), a fifth with the keys of the storages, and then these,
/// each a count of 8 bytes and the elements. Source: torch/serialization.py of PyTorch 2.6.
/// </remarks>
internal sealed class TorchArchive : IDisposable
{
    private const string Magic = "the number 119547037146038801333356";
    private const string PickleName = "data.pkl";
    private const long LegacyProtocol = 1001;

    private readonly FileStream _file;
    private readonly string _path;
    private readonly Dictionary<string, (long Start, long Length, uint Sum)> _storages = [];
    private readonly HashSet<string> _checked = [];

    internal TorchArchive(string path)
    {
        _path = path;
        _file = InputFile.Open(path, "a file of torch.save", seeks: true);
        try
        {
            Span<byte> start = stackalloc byte[4];
            int read = _file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
            Root = start[..read].StartsWith("PK"u8) ? OpenZip() : read > 0 && start[0] == 0x80 ? OpenLegacy() : throw Bad(
                "a file of torch.save: a ZIP archive, or a pickle", $"the bytes {Convert.ToHexString(start[..read])}{(read == 0 ? "of an empty file" : "")}");
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    /// <summary>What the file holds.</summary>
    internal object? Root { get; }

    /// <summary>The bytes of the pickle.</summary>
    internal long PickleLength { get; private set; }

    /// <summary>The bytes of the file.</summary>
    internal long Length => _file.Length;

    /// <summary>Whether the most significant byte of an element comes first.</summary>
    internal bool IsBigEndian { get; private set; }

    public void Dispose() => _file.Dispose();

    internal InvalidDataException Bad(string expected, string found, Exception? cause = null) => new($"{_path}: expected {expected}, found {found}.", cause);

    /// <summary>Reads bytes of a storage, which are checked to be in it.</summary>
    internal void Read(TorchStorage storage, int elementSize, long start, Span<byte> target)
    {
        (long from, long length, uint sum) = Find(storage, elementSize);
        long at = (storage.Offset * elementSize) + start;
        if (at + target.Length > length)
        {
            throw Bad($"{at + target.Length:N0} bytes in the storage '{storage.Key}'", $"{length:N0}");
        }

        if (sum != 0 && _checked.Add(storage.Key))
        {
            Check(storage.Key, from, length, sum);
        }

        _file.Position = from + at;
        if (_file.ReadAtLeast(target, target.Length, throwOnEndOfStream: false) < target.Length)
        {
            throw Bad($"the storage '{storage.Key}' whole", "that the file has become shorter");
        }
    }

    /// <summary>Throws unless a storage is there and as long as its tensors say.</summary>
    internal void Require(TorchStorage storage, int elementSize) => _ = Find(storage, elementSize);

    private (long Start, long Length, uint Sum) Find(TorchStorage storage, int elementSize)
    {
        if (!_storages.TryGetValue(storage.Key, out (long Start, long Length, uint Sum) found))
        {
            throw Bad($"the elements of the storage '{Unpickler.Short(storage.Key)}'", "none");
        }

        // A storage of plain bytes counts them.
        Int128 wanted = ((Int128)storage.Offset + storage.Count) * (storage.Type is null ? 1 : elementSize);
        return wanted <= found.Length && (storage.IsPart || wanted == found.Length)
            ? found
            : throw Bad($"{wanted:N0} bytes in the storage '{Unpickler.Short(storage.Key)}'", $"{found.Length:N0}");
    }

    private object? OpenZip()
    {
        ZipReader archive = new(_file, _path);
        ZipMember[] pickles = [.. archive.Members.Where(static member =>
            member.Name == PickleName || member.Name.EndsWith("/" + PickleName, StringComparison.Ordinal))];
        if (pickles.Length != 1)
        {
            bool isScript = archive.Members.Any(static member => member.Name.EndsWith("/constants.pkl", StringComparison.Ordinal));
            throw Bad($"one {PickleName} in the archive", isScript ? "a program of TorchScript" : $"{pickles.Length}");
        }

        string folder = pickles[0].Name[..^PickleName.Length];
        if (archive.Members.Any(member => member.Name == folder + "constants.pkl"))
        {
            throw Bad("tensors of torch.save", "a program of TorchScript: save its state dict, torch.save(module.state_dict(), path)");
        }

        HashSet<string> names = [];
        foreach (ZipMember member in archive.Members)
        {
            if (!names.Add(member.Name))
            {
                throw Bad("every name once in the archive", $"'{Unpickler.Short(member.Name)}' again");
            }

            if (member.Method != 0 || member.IsEncrypted)
            {
                throw Bad("members as they are, which is how torch.save writes them", $"'{Unpickler.Short(member.Name)}' compressed or encrypted");
            }

            if (member.Name == folder + "byteorder")
            {
                IsBigEndian = ByteOrder(member) == "big";
            }
            else if (member.Name.StartsWith(folder + "data/", StringComparison.Ordinal))
            {
                _storages.Add(member.Name[(folder.Length + "data/".Length)..], (member.DataStart, member.Size, member.Crc32));
            }
        }

        if (pickles[0].Crc32 != 0)
        {
            Check(PickleName, pickles[0].DataStart, pickles[0].Size, pickles[0].Crc32);
        }

        Unpickler unpickler = new(new PickleInput(_file, _path, pickles[0].DataStart, pickles[0].End));
        object? root = unpickler.Load();
        PickleLength = unpickler.Length;
        return root;
    }

    private string ByteOrder(ZipMember member)
    {
        byte[] text = new byte[Math.Min(member.Size, 16)];
        _file.Position = member.DataStart;
        _file.ReadExactly(text);
        string order = Encoding.ASCII.GetString(text);
        return order is "little" or "big" ? order : throw Bad("the byte order little or big", $"'{order}'");
    }

    private object? OpenLegacy()
    {
        PickleInput input = new(_file, _path, 0, _file.Length);
        Unpickler unpickler = new(input);
        if (unpickler.Load() is not PickleText { Text: Magic })
        {
            throw Bad("the magic number of torch.save", "a pickle of something else, which torch.save has not written");
        }

        if (unpickler.Load() is not LegacyProtocol)
        {
            throw Bad($"the protocol {LegacyProtocol}", "another one");
        }

        if (unpickler.Load() is not PickleDictionary about)
        {
            throw Bad("a dictionary about the machine that wrote the file", "something else");
        }

        IsBigEndian = about.Get("little_endian") is false;
        object? root = unpickler.Load();
        PickleLength = unpickler.Length;
        if (unpickler.Load() is not List<object?> keys)
        {
            throw Bad("the keys of the storages", "something else");
        }

        Dictionary<string, TorchStorage> storages = unpickler.Storages;
        long at = input.Position;
        Span<byte> word = stackalloc byte[sizeof(long)];
        foreach (object? item in keys)
        {
            if (item is not string key || !storages.TryGetValue(key, out TorchStorage? storage))
            {
                throw Bad("keys of storages that tensors are views of", item is string other ? $"'{Unpickler.Short(other)}'" : "another value");
            }

            _file.Position = at;
            if (_file.ReadAtLeast(word, word.Length, throwOnEndOfStream: false) < word.Length)
            {
                throw Bad($"the length of the storage '{Unpickler.Short(key)}'", "the end of the file");
            }

            long count = BinaryPrimitives.ReadInt64LittleEndian(word);
            int size = storage.Type?.Size ?? 1;
            long left = _file.Length - at - sizeof(long);
            if (count < 0 || (Int128)count * size > left)
            {
                throw Bad($"the {count:N0} elements of the storage '{Unpickler.Short(key)}'", $"{left:N0} bytes up to the end of the file");
            }

            if (!_storages.TryAdd(key, (at + sizeof(long), count * size, 0)))
            {
                throw Bad("every storage once", $"'{Unpickler.Short(key)}' again");
            }

            at += sizeof(long) + (count * size);
        }

        return at == _file.Length ? root : throw Bad("the end of the file behind the storages", $"{_file.Length - at:N0} more bytes");
    }

    private void Check(string name, long start, long length, uint sum)
    {
        using PartStream part = new(_file, start, length);
        Crc32 found = new();
        found.Append(part);
        if (found.GetCurrentHashAsUInt32() != sum)
        {
            throw Bad($"the checksum {sum:X8} of '{Unpickler.Short(name)}'", $"{found.GetCurrentHashAsUInt32():X8}: the file is damaged");
        }
    }
}
