namespace DeepSharp;

/// <summary>
/// While one is open, products of matrices on this thread take 16-bit factors: <c>using var _ = new MixedPrecision(DType.BFloat16);</c>.
/// Open it around the forward pass and the loss; the backward pass follows the types it finds.
/// </summary>
/// <remarks>
/// <para><c>Linear</c>, and with it dense layers, and <c>MatMul</c> convert Float32 factors and give 16-bit results; their sums are
/// made in Float32. Parameters stay Float32, and their gradients come in Float32. The 16-bit copies of parameters are made when they
/// are first needed, and again when a parameter has been changed, by an optimizer or otherwise: one launch for all that share an arena.
/// </para>
/// <para>What needs the range or the digits is computed in Float32 and stays so: softmax, cross-entropy and the other losses,
/// normalisation, sums and other reductions, exp, log, powers, reciprocals and softplus. Other functions keep the type of their input,
/// and operators of a 16-bit tensor and a Float32 one give Float32.</para>
/// <para>Float16 needs a scaled loss, or small gradients become zero; BFloat16, with the range of Float32, does not. After
/// Micikevicius et al., "Mixed Precision Training" (2018), and PyTorch's autocast.</para>
/// </remarks>
public sealed class MixedPrecision : IDisposable
{
    [ThreadStatic]
    private static MixedPrecision? t_current;

    private readonly MixedPrecision? _outer;
    private readonly Dictionary<object, Copy> _copies = [];
    private readonly OwnThread _thread = new();
    private bool _ended;

    /// <summary>Opens the scope.</summary>
    /// <param name="dtype">Float16 or BFloat16; Float32 switches an enclosing scope off.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is another type.</exception>
    public MixedPrecision(DType dtype)
    {
        if (!dtype.IsHalfPrecision && dtype != DType.Float32)
        {
            throw new ArgumentOutOfRangeException(
                nameof(dtype), $"MixedPrecision: factors can be Float16 or BFloat16, or Float32 for none; not {dtype}.");
        }

        DType = dtype;
        _outer = t_current;
        t_current = this;
    }

    /// <summary>The type of factors.</summary>
    public DType DType { get; }

    /// <summary>The scope that is open on this thread, if it changes anything.</summary>
    internal static MixedPrecision? Current => t_current is { DType: not DType.Float32 } open ? open : null;

    /// <summary>
    /// Goes back to what was before, and frees the copies of parameters; scopes opened inside end with it. Ending twice does nothing.
    /// </summary>
    /// <exception cref="InvalidOperationException">Another thread opened it, where it stays open.</exception>
    public void Dispose()
    {
        if (_ended)
        {
            return;
        }

        _thread.Require(nameof(MixedPrecision));
        for (MixedPrecision? inner = t_current; inner is not null && inner != this; inner = inner._outer)
        {
            inner.End();
        }

        End();

        t_current = _outer;
    }

    private void End()
    {
        _ended = true;
        foreach (Copy copy in _copies.Values)
        {
            copy.Dispose();
        }

        _copies.Clear();
    }

    /// <summary>Closes what is open until the result is disposed.</summary>
    internal static Restoration Suspend()
    {
        Restoration before = new(t_current);
        t_current = null;
        return before;
    }

    /// <summary>A factor in the scope's type. Gradients come back in the factor's own type.</summary>
    internal Tensor Convert(Tensor factor)
    {
        if (factor.DType != DType.Float32)
        {
            return factor;
        }

        if (factor is not Parameter parameter)
        {
            return factor.To(DType);
        }

        Tensor half = Values(parameter);
        if (parameter.Records())
        {
            _ = new CopyNode(parameter).Attach(half);
        }

        return half;
    }

    /// <summary>A parameter's values in the scope's type, outside the graph.</summary>
    internal Tensor Values(Parameter parameter)
    {
        Tensor whole = parameter.Arena?.Values ?? parameter;
        if (!_copies.TryGetValue(whole, out Copy? copy))
        {
            using TensorScope.Suspension suspension = TensorScope.Suspend();
            copy = new Copy(Tensor.Uninitialized(whole.Shape, DType, whole.Device, nameof(MixedPrecision)));
            _copies.Add(whole, copy);
        }

        return copy.Of(parameter, whole);
    }

    internal readonly ref struct Restoration(MixedPrecision? before)
    {
        public void Dispose() => t_current = before;
    }

    // Of a parameter, or of an arena of parameters.
    private sealed class Copy(Tensor values) : IDisposable
    {
        private readonly Dictionary<Parameter, Part> _parts = [];
        private int _version = -1;

        internal Tensor Of(Parameter parameter, Tensor whole)
        {
            if (_version != whole.Storage.Version)
            {
                Kernels.Cast.Run(values.Operand, whole.Operand);
                _version = whole.Storage.Version;
                foreach ((Parameter copied, Part known) in _parts)
                {
                    known.Follow(copied);
                }
            }

            if (!_parts.TryGetValue(parameter, out Part? part))
            {
                using TensorScope.Suspension suspension = TensorScope.Suspend();
                int offset = parameter.Arena is null ? 0 : parameter.ArenaOffset;
                part = new Part(values.Part(parameter.Shape, offset, nameof(MixedPrecision)), offset, parameter.Storage.Version);
                _parts.Add(parameter, part);
            }

            return part.Values.Alias(parameter.Shape, parameter.Shape.RowMajorStrides(), part.Offset, nameof(MixedPrecision));
        }

        public void Dispose()
        {
            foreach (Part part in _parts.Values)
            {
                part.Values.Dispose();
            }

            values.Dispose();
        }
    }

    // What one parameter has of a copy: a graph that saved it may run backward after another parameter has changed.
    private sealed class Part(Tensor values, int offset, int version)
    {
        private int _version = version;

        internal Tensor Values { get; } = values;

        internal int Offset { get; } = offset;

        internal void Follow(Parameter parameter)
        {
            if (_version != parameter.Storage.Version)
            {
                _version = parameter.Storage.Version;
                Values.CountChange();
            }
        }
    }
}
