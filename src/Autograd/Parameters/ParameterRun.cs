using DeepSharp.Kernels;

namespace DeepSharp;

/// <summary>A stretch of an arena.</summary>
/// <param name="Arena">The arena.</param>
/// <param name="Start">The first element.</param>
/// <param name="Length">The number of elements, gaps between parameters included.</param>
/// <param name="Members">The parameters that stand in it, in order.</param>
internal sealed record ParameterRun(ParameterArena Arena, int Start, int Length, IReadOnlyList<Parameter> Members)
{
    /// <summary>The values, flat.</summary>
    internal Operand Values => Flat(Arena.Values);

    /// <summary>The gradients, flat.</summary>
    internal Operand Gradients => Flat(Arena.Gradients);

    private Operand Flat(Tensor tensor) => tensor.Operand with { Offset = Start, Dims = [Length], Strides = [1] };
}
