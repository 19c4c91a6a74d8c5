using DeepSharp.Kernels;

namespace DeepSharp;

/// <summary>Where the graph begins: a tensor that collects its gradient.</summary>
/// <remarks>
/// Setting a gradient to zero only notes it. The first gradient of the next pass overwrites what is there; whoever reads before that
/// has it filled with zeros.
/// </remarks>
internal sealed class LeafNode(string name, Shape shape, DType dtype, Device device) : Node(name)
{
    private Tensor? _gradient;
    private bool _isStale;

    // The gradient's count of changes when it was last set to zero: with another count it has been written since.
    private int _zeroed;

    /// <summary>The gradient collected so far; null before the first.</summary>
    internal Tensor? Gradient
    {
        get
        {
            Settle();
            return _gradient;
        }
    }

    /// <summary>Whether a gradient has arrived, or somebody has written one, since it was last set to zero.</summary>
    internal bool HasGradient => _gradient is not null && _gradient.Storage.Version != _zeroed;

    /// <summary>Who is told when the gradient is ready.</summary>
    internal GradientHook[] Hooks { get; set; } = [];

    /// <summary>How many uses of the leaf the pass under way has still to come to, if there are hooks.</summary>
    internal int Awaited { get; set; }

    /// <summary>How often the gradient has changed.</summary>
    internal int Changes => _gradient?.Storage.Version ?? 0;

    /// <summary>Whether the gradient has 16 bits, too few to add up in.</summary>
    internal bool IsHalfPrecision => dtype.IsHalfPrecision;

    internal override void Backward(Tensor gradient)
    {
        if (Target >= 0)
        {
            return;
        }

        Operand sum = GradientForUpdate(out bool adds);
        if (adds)
        {
            Elementwise.RunNumeric(default(AddOp), sum, sum, gradient.Operand, sum);
        }
        else
        {
            StridedCopy.Run(sum, gradient.Operand);
        }
    }

    /// <summary>A leaf outlives all passes and scopes.</summary>
    internal override void Release()
    {
    }

    /// <summary>The memory of the gradient, and whether to add to it: else there was none yet, and all of it must be written.</summary>
    internal Operand GradientForUpdate(out bool adds)
    {
        adds = _gradient is not null && !_isStale;
        _isStale = false;
        if (_gradient is null)
        {
            using TensorScope.Suspension suspension = TensorScope.Suspend();
            _gradient = Tensor.Uninitialized(shape, dtype, device, Name);
        }

        _gradient.CountChange();
        return _gradient.Operand;
    }

    /// <summary>Makes the gradient zero.</summary>
    internal void SetToZero()
    {
        if (_gradient is not null)
        {
            _isStale = true;
            _zeroed = _gradient.Storage.Version;
        }
    }

    /// <summary>Fills the gradient with the zeros it is said to be.</summary>
    internal void Settle()
    {
        if (_isStale)
        {
            _gradient!.CountChange();
            Fill.Zero(_gradient.Operand);
            _isStale = false;
            _zeroed = _gradient.Storage.Version;
        }
    }

    /// <summary>Uses a part of an arena, which is zero, as the gradient from now on; it takes over what has been collected.</summary>
    internal void Use(Tensor gradient)
    {
        bool has = HasGradient;
        if (has)
        {
            gradient.CopyFrom(_gradient!);
        }

        _gradient?.Dispose();
        _gradient = gradient;
        _isStale = false;
        _zeroed = has ? -1 : gradient.Storage.Version;
    }
}
