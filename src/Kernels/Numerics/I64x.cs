using System.Numerics;
using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>A SIMD register of 64-bit signed integers. Arithmetic wraps on overflow.</summary>
public readonly struct I64x : INumeric<I64x>
{
#pragma warning disable CA1051 // A kernel's element is this one field and nothing else.
    /// <summary>The wrapped value.</summary>
    public readonly Vector<long> Value;
#pragma warning restore CA1051

    /// <summary>Wraps a value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public I64x(Vector<long> value) => Value = value;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I64x operator +(I64x a, I64x b) => new(a.Value + b.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I64x operator -(I64x a, I64x b) => new(a.Value - b.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I64x operator *(I64x a, I64x b) => new(a.Value * b.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I64x operator /(I64x a, I64x b)
    {
        Vector<long> result = default;
        for (int lane = 0; lane < Vector<long>.Count; lane++)
        {
            result = result.WithElement(lane, (new I64(a.Value[lane]) / new I64(b.Value[lane])).Value);
        }

        return new(result);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I64x operator -(I64x a) => new(-a.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static implicit operator I64x(double value) => new(new Vector<long>((long)value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static implicit operator I64x(float value) => new(new Vector<long>((long)value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static implicit operator I64x(int value) => new(new Vector<long>(value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I64x Max(I64x a, I64x b) => new(Vector.Max(a.Value, b.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I64x Min(I64x a, I64x b) => new(Vector.Min(a.Value, b.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I64x Abs(I64x a) => new(Vector.Abs(a.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I64x IfGreater(I64x a, I64x b, I64x yes, I64x no) =>
        new(Vector.ConditionalSelect(Vector.GreaterThan(a.Value, b.Value), yes.Value, no.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I64x IfGreaterOrEqual(I64x a, I64x b, I64x yes, I64x no) =>
        new(Vector.ConditionalSelect(Vector.GreaterThanOrEqual(a.Value, b.Value), yes.Value, no.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I64x IfEqual(I64x a, I64x b, I64x yes, I64x no) =>
        new(Vector.ConditionalSelect(Vector.Equals(a.Value, b.Value), yes.Value, no.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I64x Pow(I64x a, I64x b)
    {
        Vector<long> result = default;
        for (int lane = 0; lane < Vector<long>.Count; lane++)
        {
            result = result.WithElement(lane, (I64.Pow(new I64(a.Value[lane]), new I64(b.Value[lane]))).Value);
        }

        return new(result);
    }
}
