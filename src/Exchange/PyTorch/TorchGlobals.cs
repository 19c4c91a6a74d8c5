namespace DeepSharp.Exchange;

/// <summary>The names that a pickle of tensors may use, and what becomes of a call to each.</summary>
/// <remarks>Those of PyTorch's own reader for weights (<c>torch.load(…, weights_only=True)</c>) that stand for tensors, containers, numbers and texts.</remarks>
internal static class TorchGlobals
{
    // As many as PyTorch's tensors may have.
    private const int MaxAxes = 64;

    private static readonly HashSet<string> s_functions =
    [
        "collections.OrderedDict", "collections.defaultdict", "collections.Counter",
        "builtins.dict", "builtins.list", "builtins.tuple", "builtins.set", "builtins.frozenset", "builtins.int", "builtins.float", "builtins.bool",
        "builtins.str", "builtins.bytes", "builtins.bytearray", "builtins.complex", "_codecs.encode",
        "torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_tensor_v3", "torch._utils._rebuild_parameter",
        "torch._utils._rebuild_parameter_with_state", "torch.Size", "torch.device", "torch.torch_version.TorchVersion",
        "torch.serialization._get_layout", "torch.storage.UntypedStorage", "torch.UntypedStorage", "torch.storage.TypedStorage",
    ];

    /// <summary>A name that is on the list.</summary>
    internal static object Find(PickleInput input, string module, string name)
    {
        // Protocols up to 2 use the names of Python 2.
        string full = $"{(module == "__builtin__" ? "builtins" : module)}.{name}";
        return s_functions.Contains(full) || TorchType.Of(full) is not null || TorchType.OfStorage(full) is not null
            ? new PickleGlobal(full)
            : throw input.Bad(
                "tensors, containers, numbers and texts",
                $"a use of {Unpickler.Short(module)}.{Unpickler.Short(name)}, which is not run here: save the state dict alone, "
                + "torch.save(model.state_dict(), path)");
    }

    /// <summary>What a call makes.</summary>
    internal static object Call(PickleInput input, object? callee, object? arguments)
    {
        string name = callee is PickleGlobal global ? global.Name : throw input.Bad("a name from the list as what is called", "another value");
        object?[] given = arguments is PickleTuple tuple ? tuple.Items : throw input.Bad($"a tuple of arguments for {name}", "another value");
        return name switch
        {
            "collections.OrderedDict" or "builtins.dict" => Dictionary(input, given.Length > 0 ? given[0] : null),
            "collections.defaultdict" => Dictionary(input, given.Length > 1 ? given[1] : null),
            "collections.Counter" => Dictionary(input, given.Length > 0 ? given[0] : null),
            "builtins.list" => new List<object?>(Items(given)),
            "builtins.tuple" => new PickleTuple([.. Items(given)]),
            "builtins.set" or "builtins.frozenset" => new PickleSet(Items(given).Count),
            "torch.Size" => new PickleTuple([.. Items(given)]),
            "torch._utils._rebuild_tensor" when given.Length == 4 => Tensor(input, given, typed: null),
            "torch._utils._rebuild_tensor_v2" when given.Length is 6 or 7 => Tensor(input, given, typed: null),
            "torch._utils._rebuild_tensor_v3" when given.Length is 7 or 8 => Tensor(input, given, given[6]),
            "torch._utils._rebuild_parameter" or "torch._utils._rebuild_parameter_with_state" when given is [TorchTensor parameter, ..] => parameter,
            "_codecs.encode" => new PickleText("bytes"),
            "builtins.complex" => new PickleText("a complex number"),
            "builtins.bytes" or "builtins.bytearray" => new PickleText("bytes"),
            "builtins.int" or "builtins.float" or "builtins.bool" or "builtins.str" => new PickleText("a number or text"),
            "torch.device" => new PickleText($"the device {(given.Length > 0 ? given[0] as string : null) ?? "?"}"),
            "torch.torch_version.TorchVersion" => new PickleText($"the version {(given.Length > 0 ? given[0] as string : null) ?? "?"}"),
            "torch.serialization._get_layout" => new PickleText("a layout"),
            _ => throw input.Bad($"arguments that fit {name}", $"{given.Length} others"),
        };
    }

    /// <summary>What a persistent id names: elements elsewhere in the file.</summary>
    internal static TorchStorage Storage(PickleInput input, object? id)
    {
        if (id is not PickleTuple { Items: ["storage", PickleGlobal type, var key, string, long count, ..] items } || items.Length is not (5 or 6) || count < 0)
        {
            throw input.Bad("the persistent id of a storage: its type, name, place and length", "another one");
        }

        string name = KeyOf(input, key);
        TorchType? known = TorchType.OfStorage(type.Name);
        if (known is null && type.Name is not ("torch.storage.UntypedStorage" or "torch.UntypedStorage"))
        {
            throw input.Bad("a storage's type", type.Name);
        }

        // A file of before 2017 may have storages that are parts of others.
        return items.Length == 6 && items[5] is PickleTuple view
            ? view.Items is [string root, long offset, long length] && offset >= 0 && length >= 0
                ? new TorchStorage(root, known, length, offset, IsPart: true)
                : throw input.Bad("what a storage is a part of: a name, an offset and a length", "something else")
            : new TorchStorage(name, known, count);
    }

    /// <summary>A key as a text.</summary>
    internal static string KeyOf(PickleInput input, object? key) => key switch
    {
        string text => text,
        long number => $"{number}",
        double real => $"{real}",
        bool truth => truth ? "True" : "False",
        null => "None",
        PickleTuple => "a tuple",
        PickleText text => text.Text,
        PickleGlobal global => global.Name,
        _ => throw input.Bad("texts and numbers as the keys of a dictionary", "another value"),
    };

    private static PickleDictionary Dictionary(PickleInput input, object? start)
    {
        PickleDictionary made = new();
        foreach (object? pair in start switch
        {
            List<object?> list => list,
            PickleDictionary other => other.Entries.Select(static entry => (object?)new PickleTuple([entry.Key, entry.Value])),
            null => [],
            _ => throw input.Bad("pairs to make a dictionary of", "another value"),
        })
        {
            object?[] items = pair switch
            {
                PickleTuple { Items.Length: 2 } tuple => tuple.Items,
                List<object?> { Count: 2 } list => [.. list],
                _ => throw input.Bad("pairs to make a dictionary of", "another value"),
            };
            made.Set(KeyOf(input, items[0]), items[1]);
        }

        return made;
    }

    private static IReadOnlyList<object?> Items(object?[] given) => given is [var only] ? only switch
    {
        List<object?> list => list,
        PickleTuple tuple => tuple.Items,
        _ => [],
    }
    : [];

    private static TorchTensor Tensor(PickleInput input, object?[] given, object? typed)
    {
        if (given is not [TorchStorage storage, long offset, PickleTuple sizes, PickleTuple strides, ..])
        {
            throw input.Bad("a storage, an offset, sizes and strides of a tensor", "other values");
        }

        TorchType type = (typed is PickleGlobal name ? TorchType.Of(name.Name) : storage.Type)
            ?? throw input.Bad("a tensor's element type", "none");
        long[] lengths = Numbers(input, sizes);
        long[] steps = Numbers(input, strides);
        if (offset < 0 || lengths.Length != steps.Length || lengths.Length > MaxAxes)
        {
            throw input.Bad(
                "sizes and strides of as many axes, and an offset of 0 or more", $"{lengths.Length} sizes, {steps.Length} strides and the offset {offset}");
        }

        // In elements of the tensor's own type: a storage of plain bytes counts bytes.
        long held = storage.Type is null ? storage.Count / type.Size : storage.Count;
        bool isEmpty = lengths.Contains(0);
        UInt128 last = (UInt128)offset;
        for (int axis = 0; axis < lengths.Length && !isEmpty && last < (UInt128)held; axis++)
        {
            last += (UInt128)(lengths[axis] - 1) * (UInt128)steps[axis];
        }

        return isEmpty || last < (UInt128)held
            ? new TorchTensor(storage, type, offset, lengths, steps)
            : throw input.Bad($"a tensor inside its storage of {held:N0} elements", $"sizes and strides that reach element {last}");
    }

    private static long[] Numbers(PickleInput input, PickleTuple tuple) => [.. tuple.Items.Select(item =>
        item is long number and >= 0 ? number : throw input.Bad("sizes and strides of 0 and more", "another value"))];
}
