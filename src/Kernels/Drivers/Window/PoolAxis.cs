using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>One axis of a pooling: which elements of the source each output is made of.</summary>
/// <param name="Source">The length of the source.</param>
/// <param name="Output">The length of the output.</param>
/// <param name="Kernel">The length of the window; 0 for windows that share the source out evenly (adaptive pooling).</param>
/// <param name="Stride">How far the window moves from an output to the next.</param>
/// <param name="Dilation">How far apart the elements of a window stand.</param>
/// <param name="Padding">How far the first window reaches over the source; nothing stands there.</param>
internal readonly record struct PoolAxis(int Source, int Output, int Kernel, int Stride, int Dilation, int Padding)
{
    /// <summary>An axis that is not there.</summary>
    internal static PoolAxis None => new(1, 1, 1, 1, 1, 0);

    /// <summary>The first element of a window.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal int First(int output)
    {
        if (Kernel == 0)
        {
            return (int)((long)output * Source / Output);
        }

        int start = (output * Stride) - Padding;
        return start >= 0 ? start : start + ((Dilation - 1 - start) / Dilation * Dilation);
    }

    /// <summary>No element of a window or of those behind it stands before; the first of a dilated one may stand behind.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal int Begin(int output) => Kernel == 0 ? First(output) : Math.Max(0, (output * Stride) - Padding);

    /// <summary>Behind the last element of a window.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal int End(int output)
    {
        if (Kernel == 0)
        {
            return (int)((((output + 1L) * Source) + Output - 1) / Output);
        }

        int end = (output * Stride) - Padding + ((Kernel - 1) * Dilation) + 1;
        return end < Source ? end : Source;
    }

    /// <summary>The first output whose window reaches an element.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal int FirstOutput(int source)
    {
        if (Kernel == 0)
        {
            return (int)((long)source * Output / Source);
        }

        int from = source + Padding - ((Kernel - 1) * Dilation);
        return from > 0 ? (from + Stride - 1) / Stride : 0;
    }

    /// <summary>Behind the last output whose window reaches an element.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal int EndOutput(int source)
    {
        if (Kernel == 0)
        {
            return (int)((((source + 1L) * Output) + Source - 1) / Source);
        }

        int end = ((source + Padding) / Stride) + 1;
        return end < Output ? end : Output;
    }

    /// <summary>Whether an element between a window's first and last is one of its own.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool Holds(int output, int source) => Dilation == 1 || (source + Padding - (output * Stride)) % Dilation == 0;

    /// <summary>The elements of a window, with those of the padding, but not what lies behind it, for
    /// <see cref="PoolShape.ElementsAndPadding"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal int Divisor(int output, int dividesBy)
    {
        if (Kernel == 0 || dividesBy == PoolShape.Elements)
        {
            return End(output) - First(output);
        }

        int start = (output * Stride) - Padding;
        int rest = Source + Padding - start;
        return Kernel < rest ? Kernel : rest;
    }
}

/// <summary>A pooling over the last axes of [planes, …]: windows of up to three axes; one of fewer has the last ones.</summary>
/// <param name="First">The first axis.</param>
/// <param name="Second">The second one.</param>
/// <param name="Third">The last one, along which neighbours stand side by side in memory.</param>
/// <param name="DividesBy">What a sum is divided by: a number, <see cref="Elements"/> or <see cref="ElementsAndPadding"/>.</param>
internal readonly record struct PoolShape(PoolAxis First, PoolAxis Second, PoolAxis Third, int DividesBy = 0)
{
    /// <summary>Sums are divided by the number of their elements.</summary>
    internal const int Elements = 0;

    /// <summary>Sums are divided by the number of their elements, those of the padding among them.</summary>
    internal const int ElementsAndPadding = -1;

    /// <summary>The elements of a plane of the source.</summary>
    internal int SourceSize => First.Source * Second.Source * Third.Source;

    /// <summary>The elements of a plane of the output.</summary>
    internal int OutputSize => First.Output * Second.Output * Third.Output;

    /// <summary>What the sum of a window is divided by.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal int Divisor(int first, int second, int third) => DividesBy > 0
        ? DividesBy
        : First.Divisor(first, DividesBy) * Second.Divisor(second, DividesBy) * Third.Divisor(third, DividesBy);
}
