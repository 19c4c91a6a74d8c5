using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace DeepSharp.Persistence;

/// <summary>The index of a model in several safetensors files: JSON whose <c>weight_map</c> says which file beside it holds which tensor.</summary>
/// <remarks>Source: the description of sharded checkpoints at huggingface.co/docs/safetensors.</remarks>
internal sealed class SafeTensorsIndex
{
    private readonly ByteSource _source;
    private readonly string _path;
    private readonly Dictionary<string, string> _files = [];
    private readonly HashSet<string> _seen = [];
    private readonly List<(string Tensor, string File)> _parts = [];

    private SafeTensorsIndex(ByteSource source, string path)
    {
        _source = source;
        _path = path;
    }

    /// <summary>The files, each once, with the first tensor that is said to be in it.</summary>
    internal IReadOnlyList<(string Tensor, string File)> Parts => _parts;

    internal static bool IsIndex(string path) => path.EndsWith(".json", StringComparison.OrdinalIgnoreCase);

    internal static SafeTensorsIndex Read(string path)
    {
        using FileStream file = InputFile.Open(path, "the index of safetensors files", seeks: true);
        ByteSource source = new(file, path);
        if (file.Length > SafeTensorsFormat.MaxHeader)
        {
            throw source.Bad($"an index of at most {SafeTensorsFormat.MaxHeader:N0} bytes", $"{file.Length:N0}");
        }

        SafeTensorsIndex index = new(source, path);
        index.Parse(source.Read((int)file.Length, "the index"));
        return index;
    }

    /// <summary>Opens one of the files.</summary>
    /// <param name="tensor">A tensor that is said to be in it.</param>
    /// <param name="file">Its name in the index.</param>
    internal SafeTensorsPart Open(string tensor, string file)
    {
        string path = Path.Combine(Path.GetDirectoryName(_path) ?? "", file);
        try
        {
            return new SafeTensorsPart(path);
        }
        catch (FileNotFoundException error)
        {
            throw new FileNotFoundException(
                $"{_path}: expected the file '{file}' beside it, which holds '{Short(tensor)}', and found none. All files that the index names belong to the model.",
                path, error);
        }
    }

    /// <summary>Throws unless each file holds the tensors that the index has in it, and no others.</summary>
    internal void Check(IReadOnlyList<SafeTensorsPart> parts)
    {
        HashSet<string> found = [];
        for (int i = 0; i < parts.Count; i++)
        {
            string file = _parts[i].File;
            foreach (SafeTensorsEntry entry in parts[i].Header.Entries)
            {
                if (!_files.TryGetValue(entry.Name, out string? wanted))
                {
                    throw _source.Bad("a file for each tensor in the weight_map", $"none for '{Short(entry.Name)}', which is in '{file}'");
                }

                if (wanted != file)
                {
                    throw _source.Bad($"'{Short(entry.Name)}' in '{wanted}'", $"it in '{file}'");
                }

                found.Add(entry.Name);
            }
        }

        foreach ((string name, string file) in _files)
        {
            if (!found.Contains(name))
            {
                throw _source.Bad($"'{Short(name)}' in '{file}'", "that this file has no such tensor");
            }
        }
    }

    private void Parse(byte[] json)
    {
        if (!Utf8.IsValid(json))
        {
            throw _source.Bad("an index in UTF-8", "bytes that are none");
        }

        bool hasMap = false;
        try
        {
            Utf8JsonReader reader = new(json, new JsonReaderOptions { MaxDepth = 32 });
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                throw _source.Bad("an index that is a JSON object", $"{reader.TokenType}");
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                bool isMap = reader.ValueTextEquals("weight_map"u8);
                reader.Read();
                if (!isMap)
                {
                    reader.Skip();
                    continue;
                }

                if (hasMap || reader.TokenType != JsonTokenType.StartObject)
                {
                    throw _source.Bad("one weight_map, an object", hasMap ? "another one" : $"{reader.TokenType}");
                }

                ParseMap(ref reader);
                hasMap = true;
            }

            // The reader throws if anything but white space follows the last brace.
            reader.Read();
        }
        catch (JsonException error)
        {
            throw _source.Bad("an index of JSON", $"an error in it: {error.Message}", error);
        }
        catch (InvalidOperationException error)
        {
            // An escape sequence that is half of a surrogate pair.
            throw _source.Bad("an index of Unicode strings", $"an error in one: {error.Message}", error);
        }

        if (!hasMap)
        {
            throw _source.Bad("the key weight_map, which says what file holds which tensor", "no such key");
        }
    }

    private void ParseMap(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            reader.Read();
            if (reader.TokenType != JsonTokenType.String)
            {
                throw _source.Bad($"the name of a file for '{Short(name)}'", $"{reader.TokenType} {Short(Encoding.UTF8.GetString(reader.ValueSpan))}".TrimEnd());
            }

            string file = reader.GetString()!;
            if (!IsBelow(file))
            {
                throw _source.Bad($"a file in the folder of the index for '{Short(name)}'", $"the path '{Short(file)}'");
            }

            if (!_files.TryAdd(name, file))
            {
                throw _source.Bad("every tensor once in the weight_map", $"'{Short(name)}' again");
            }

            if (_seen.Add(file))
            {
                _parts.Add((name, file));
            }
        }
    }

    // A path that leads down only, on every system.
    private static bool IsBelow(string file) =>
        file.Length > 0 && file.IndexOfAny(['\\', ':', '\0']) < 0 && file.Split('/').All(static step => step is not ("" or "." or ".."));

    private static string Short(string text) => text.Length <= 200 ? text : text[..200] + "…";
}
