namespace DeepSharp.Layers;

/// <summary>What the layers that add to images have in common.</summary>
/// <remarks>Images are [N, C, …] or [C, …]. Paddings are one number for all sides, or two for each axis, the last one first: left, right, top, bottom,
/// front, back. A negative number takes elements away.</remarks>
public abstract class PaddingLayer : Module
{
    private readonly int[] _padding;
    private readonly PaddingMode _mode;
    private readonly double _value;

    private protected PaddingLayer(int axes, ReadOnlySpan<int> padding, PaddingMode mode, double value = 0)
    {
        _padding = padding.Length == 1 ? [.. Enumerable.Repeat(padding[0], 2 * axes)] : padding.ToArray();
        if (_padding.Length != 2 * axes)
        {
            throw new ArgumentException(
                $"{GetType().Name}: {padding.Length} numbers {Shape.Format(padding)}. Use one for all sides, or {2 * axes}: two for each axis, the last one first.",
                nameof(padding));
        }

        (_mode, _value) = (mode, value);
    }

    /// <summary>What is added: two numbers for each axis, before and behind it, the last axis first.</summary>
    public IReadOnlyList<int> Padding => _padding;

    /// <summary>What is added.</summary>
    public PaddingMode Mode => _mode;

    /// <summary>The number that is added, where the mode is <see cref="PaddingMode.Zeros"/>.</summary>
    public double Value => _value;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The input has another rank, or fewer elements than are repeated or taken away.</exception>
    public sealed override Tensor Forward(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        int axes = _padding.Length / 2;
        return input.Rank == axes + 1 || input.Rank == axes + 2
            ? input.Pad(_padding, _mode, _value)
            : throw new ArgumentException(
                $"{this}: an input {input.Shape}. Use an image of {axes} {(axes == 1 ? "axis" : "axes")} behind the channels, with or without a batch.",
                nameof(input));
    }

    /// <inheritdoc/>
    public sealed override string ToString() =>
        $"{GetType().Name}({(_padding.Distinct().Count() == 1 ? $"{_padding[0]}" : Shape.Format(_padding))}{(_value == 0 ? string.Empty : $", value {_value}")})";
}
