namespace DeepSharp.Exchange;

/// <summary>A tuple of a pickle.</summary>
internal sealed record PickleTuple(object?[] Items);

/// <summary>A set of a pickle, of which nothing but its size is told.</summary>
internal sealed record PickleSet(int Count);

/// <summary>A name that a pickle uses and that is on the list: a function, or what is known of a class.</summary>
internal sealed record PickleGlobal(string Name);

/// <summary>Something that a pickle holds and that becomes no tensor.</summary>
internal sealed record PickleText(string Text);

/// <summary>Elements in a file, which tensors are views of.</summary>
/// <param name="Key">The name by which the file finds them.</param>
/// <param name="Type">Their type; null where they are plain bytes, and each tensor says what they are.</param>
/// <param name="Count">How many there are.</param>
/// <param name="Offset">The first of them in those of that name.</param>
/// <param name="IsPart">Whether those of that name are more.</param>
internal sealed record TorchStorage(string Key, TorchType? Type, long Count, long Offset = 0, bool IsPart = false);

/// <summary>A tensor: a view of a storage.</summary>
internal sealed record TorchTensor(TorchStorage Storage, TorchType Type, long Offset, long[] Sizes, long[] Strides);
