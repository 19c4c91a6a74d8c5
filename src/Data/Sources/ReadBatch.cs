namespace DeepSharp.Data;

/// <summary>A batch as it was read: tensors on the host, in the types of their source, outside all scopes.</summary>
/// <param name="fields">How many there will be.</param>
internal sealed class ReadBatch(int fields) : IDisposable
{
    /// <summary>Features, then targets.</summary>
    internal List<Tensor> Tensors { get; } = new(fields);

    /// <summary>How long each sequence is, if they are sequences.</summary>
    internal int[]? Lengths { get; init; }

    public void Dispose()
    {
        foreach (Tensor tensor in Tensors)
        {
            tensor.Dispose();
        }
    }
}
