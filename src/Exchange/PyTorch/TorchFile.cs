using DeepSharp.Persistence;

namespace DeepSharp.Exchange;

/// <summary>Tensors in a file that <c>torch.save</c> wrote: a state dict, or a checkpoint with several (<c>.pt</c>, <c>.pth</c>, <c>.ckpt</c>,
/// <c>.bin</c>).</summary>
/// <remarks>
/// <para>Both forms are read: the ZIP archive of PyTorch 1.6 and later, and the one before. Such a file is a program for Python's pickle, which
/// can run anything there. Here nothing is run: what it may hold is tensors, parameters, dictionaries, lists, tuples, numbers and texts, and the
/// first name of anything else is an error that says it. A whole network (<c>torch.save(model)</c>) is such an error; save its
/// <c>state_dict()</c>.</para>
/// <para>Views of one storage become tensors of their own. PyTorch's names and layouts are those of DeepSharp's layers.</para>
/// </remarks>
/// <example><code>
/// model.LoadState(TorchFile.Load("model.pt"));
/// model.LoadState(TorchFile.Load("checkpoint.pt", at: "model_state_dict"));
/// </code></example>
public static class TorchFile
{
    /// <summary>Reads the tensors of a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="at">The dictionary to take, such as <c>state_dict</c> in a checkpoint, or dictionaries in one another, joined with dots; null for
    /// the whole file.</param>
    /// <param name="device">Where the tensors are made; <see cref="Device.Default"/> if null.</param>
    /// <param name="convert">Whether elements that no tensor has become those of the smallest type that holds them all, without a change of value:
    /// 8-bit floats Float32, int8, int16 and uint16 Int32, uint32 and uint64 Int64.</param>
    /// <param name="maxBytes">The most bytes that the tensors may take together; null for a megabyte and 16 times the file's length. Views of one
    /// storage can take more than the file, and a hostile one has very many.</param>
    /// <returns>The tensors by name. Names of dictionaries in one another are joined with dots, and places in lists count from 0; a file of one
    /// tensor alone has it as <c>tensor</c>. Numbers, texts and what no tensor can hold are left out, and said to be so (<see cref="TensorDictionary.Skipped"/>).</returns>
    /// <exception cref="FileNotFoundException">There is no such file, or it is a folder.</exception>
    /// <exception cref="KeyNotFoundException">There is no such dictionary; the message says what there is.</exception>
    /// <exception cref="InvalidDataException">It is no file of torch.save, uses a name that is not on the list, breaks a rule of the format, or holds
    /// more than the bytes allowed; the message names the file, what was expected and what was found.</exception>
    public static TensorDictionary Load(string path, string? at = null, Device? device = null, bool convert = false, long? maxBytes = null)
    {
        using TorchArchive archive = new(path);
        object? root = at is null ? archive.Root : Find(archive, path, at);
        TorchNames names = new(archive);
        names.Add("", root);
        TorchReader reader = new(archive, device, convert);
        Dictionary<string, Tensor> tensors = [];
        Dictionary<string, string> skipped = new(names.Others);
        long most = maxBytes ?? ((1 << 20) + (16 * archive.Length));
        long left = most;
        try
        {
            foreach ((string name, TorchTensor tensor) in names.Tensors)
            {
                if (reader.MisfitOf(tensor) is { } misfit)
                {
                    skipped.Add(name, misfit);
                    continue;
                }

                left -= TorchReader.BytesOf(tensor);
                if (left < 0)
                {
                    throw archive.Bad(
                        $"at most {most:N0} bytes of tensors",
                        $"'{Unpickler.Short(name)}' with {TorchReader.BytesOf(tensor):N0} that are too many: allow more with maxBytes");
                }

                if (reader.Read(tensor, out string? unfit) is { } read)
                {
                    tensors.Add(name, read);
                }
                else
                {
                    skipped.Add(name, unfit!);
                }
            }
        }
        catch
        {
            foreach (Tensor tensor in tensors.Values)
            {
                tensor.Dispose();
            }

            throw;
        }

        return new TensorDictionary(path, tensors, skipped);
    }

    private static object? Find(TorchArchive archive, string path, string at)
    {
        object? here = archive.Root;
        string rest = at;
        while (here is PickleDictionary dictionary)
        {
            // A key may have dots itself.
            if (dictionary.Entries.FirstOrDefault(entry => entry.Key == rest) is { Key: not null } last)
            {
                return last.Value;
            }

            (string Key, object? Value) next = dictionary.Entries.FirstOrDefault(entry =>
                entry.Value is PickleDictionary && rest.StartsWith(entry.Key + ".", StringComparison.Ordinal));
            if (next.Key is null)
            {
                break;
            }

            here = next.Value;
            rest = rest[(next.Key.Length + 1)..];
        }

        string[] keys = archive.Root is PickleDictionary all ? [.. all.Entries.Take(20).Select(static entry => Unpickler.Short(entry.Key))] : [];
        throw new KeyNotFoundException($"{path} has no '{at}'; it has: {(keys.Length == 0 ? "no keys" : string.Join(", ", keys))}.");
    }
}
