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

    /// <summary>The gradient collected so far; null before the first.</summary>
    internal Tensor? Gradient
    {
        get
        {
            Settle();
            return _gradient;
        }
    }

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
    internal void SetToZero() => _isStale = _gradient is not null;

    /// <summary>Fills the gradient with the zeros it is said to be.</summary>
    internal void Settle()
    {
        if (_isStale)
        {
            _gradient!.CountChange();
            Fill.Zero(_gradient.Operand);
            _isStale = false;
        }
    }

    /// <summary>Uses a part of an arena as the gradient from now on.</summary>
    internal void Use(Tensor gradient)
    {
        _gradient?.Dispose();
        _gradient = gradient;
        _isStale = false;
    }
}
