namespace DeepSharp;

/// <summary>What one call of a <see cref="CustomOp"/> or <see cref="CustomMultiOp"/> keeps for its backward pass.</summary>
public sealed class CustomContext
{
    private Tensor[] _kept = [];
    private Tensor[] _constants = [];
    private Func<int, Tensor>? _saved;

    /// <summary>Keeps tensors: inputs, outputs or temporaries.</summary>
    /// <exception cref="ArgumentNullException">One of them is null.</exception>
    public void Save(params ReadOnlySpan<Tensor> tensors) => _kept = [.. _kept, .. Present(tensors)];

    /// <summary>Notes results that have no gradient, such as a mask of zeros and ones, so that their gradients are not asked for.</summary>
    /// <exception cref="ArgumentNullException">One of them is null.</exception>
    public void HaveNoGradient(params ReadOnlySpan<Tensor> outputs) => _constants = [.. _constants, .. Present(outputs)];

    /// <summary>The tensor that was kept as number <paramref name="index"/>, in the backward pass.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No such tensor was kept.</exception>
    public Tensor Saved(int index)
    {
        if (_saved is null)
        {
            throw new InvalidOperationException("CustomContext: Saved can be used in Backward only.");
        }

        return _saved(index);
    }

    private static ReadOnlySpan<Tensor> Present(ReadOnlySpan<Tensor> tensors)
    {
        foreach (Tensor tensor in tensors)
        {
            ArgumentNullException.ThrowIfNull(tensor, nameof(tensors));
        }

        return tensors;
    }

    internal bool IsConstant(Tensor output) => Array.IndexOf(_constants, output) >= 0;

    internal Tensor[] Take(Func<int, Tensor> saved)
    {
        Tensor[] kept = _kept;
        _kept = [];
        _constants = [];
        _saved = saved;
        return kept;
    }
}
