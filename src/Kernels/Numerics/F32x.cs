using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace DeepSharp.Kernels;

/// <summary>A SIMD register of 32-bit floating-point numbers, for loops on the host.</summary>
public readonly struct F32x : IRealBits<F32x>
{
#pragma warning disable CA1051 // A kernel's element is this one field and nothing else.
    /// <summary>The wrapped value.</summary>
    public readonly Vector<float> Value;
#pragma warning restore CA1051

    /// <summary>Wraps a value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public F32x(Vector<float> value) => Value = value;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x operator +(F32x a, F32x b) => new(a.Value + b.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x operator -(F32x a, F32x b) => new(a.Value - b.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x operator *(F32x a, F32x b) => new(a.Value * b.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x operator /(F32x a, F32x b) => new(a.Value / b.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x operator -(F32x a) => new(-a.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static implicit operator F32x(double value) => new(new Vector<float>(Broadcast.Rounded(value)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static implicit operator F32x(float value) => new(new Vector<float>(value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static implicit operator F32x(int value) => new(new Vector<float>(value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x Max(F32x a, F32x b) => new(Vector.Max(a.Value, b.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x Min(F32x a, F32x b) => new(Vector.Min(a.Value, b.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x Abs(F32x a) => new(Vector.Abs(a.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x IfGreater(F32x a, F32x b, F32x yes, F32x no) =>
        new(Vector.ConditionalSelect(Vector.GreaterThan(a.Value, b.Value), yes.Value, no.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x IfGreaterOrEqual(F32x a, F32x b, F32x yes, F32x no) =>
        new(Vector.ConditionalSelect(Vector.GreaterThanOrEqual(a.Value, b.Value), yes.Value, no.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x IfEqual(F32x a, F32x b, F32x yes, F32x no) =>
        new(Vector.ConditionalSelect(Vector.Equals(a.Value, b.Value), yes.Value, no.Value));

    /// <inheritdoc/>
    /// <remarks>The error is below 2.5 units in the last place. Special cases as IEEE 754 has them.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x Pow(F32x a, F32x b) => SinglePrecision.Pow(a, b);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x MultiplyAdd(F32x a, F32x b, F32x c) => new(Vector.FusedMultiplyAdd(a.Value, b.Value, c.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x Sqrt(F32x a) => new(Vector.SquareRoot(a.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x Floor(F32x a) => new(Vector.Floor(a.Value));

    /// <inheritdoc/>
    /// <remarks>The error is below 1.1 units in the last place.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x Exp(F32x a) => SinglePrecision.Exp(a);

    /// <inheritdoc/>
    /// <remarks>The error is below 1.8 units in the last place.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x Expm1(F32x a) => SinglePrecision.Expm1(a);

    /// <inheritdoc/>
    /// <remarks>The error is below 0.9 units in the last place.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x Log(F32x a) => SinglePrecision.Log(a);

    /// <inheritdoc/>
    /// <remarks>The error is below 1.5 units in the last place.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x Log1p(F32x a) => SinglePrecision.Log1p(a);

    /// <inheritdoc/>
    /// <remarks>The error is below 1.4 units in the last place.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x Tanh(F32x a) => SinglePrecision.Tanh(a);

    /// <inheritdoc/>
    /// <remarks>The error is below 1.9 units in the last place.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x Sigmoid(F32x a) => RealFunctions.Sigmoid(a);

    /// <inheritdoc/>
    /// <remarks>The error is below 1.5 units in the last place.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x Erf(F32x a) => SinglePrecision.Erf(a);

    /// <inheritdoc/>
    /// <remarks>The absolute error is below 1e-7, the relative one below 2e-6 up to 3, 1e-4 up to 5; zero from 10.81 on.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x NormalTail(F32x a) => SinglePrecision.NormalTail(a);

    /// <inheritdoc/>
    /// <remarks>The error is below 1.6 units in the last place. A vector with an angle beyond 10,000 is computed lane by lane.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x Sin(F32x a)
    {
        if (!Vector.LessThanOrEqualAll(Vector.Abs(a.Value), new Vector<float>(AngleReduction.LimitSingle)))
        {
            return SinLanes(a);
        }

        Reduced<F32x> angle = AngleReduction.FusedSingle(a);
        return IfGreater(Abs(a), 1e-4f, SinglePrecision.SinReduced(angle.Quarters, angle.Rest), a);
    }

    /// <inheritdoc/>
    /// <remarks>The error is below 1.6 units in the last place. A vector with an angle beyond 10,000 is computed lane by lane.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x Cos(F32x a)
    {
        if (!Vector.LessThanOrEqualAll(Vector.Abs(a.Value), new Vector<float>(AngleReduction.LimitSingle)))
        {
            return CosLanes(a);
        }

        Reduced<F32x> angle = AngleReduction.FusedSingle(a);
        return SinglePrecision.SinReduced(angle.Quarters + 1f, angle.Rest);
    }

    // At once, since the JIT inlines so many calls and no more.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F32x IReal<F32x>.Scaled(F32x slope, F32x value) =>
        new(Vector.ConditionalSelect(Vector.Equals(slope.Value, Vector<float>.Zero), Vector<float>.Zero, slope.Value * value.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F32x IRealBits<F32x>.PowerOfTwo(F32x n) => PowerOfTwo(n);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F32x IRealBits<F32x>.Scale(F32x a, F32x n)
    {
        if (Avx512F.VL.IsSupported && Vector<float>.Count == Vector256<float>.Count)
        {
            return new(Avx512F.VL.Scale(a.Value.AsVector256(), n.Value.AsVector256()).AsVector());
        }

        // In two steps, the first exact, so that the range of exponents suffices and a denormal is rounded once.
        F32x half = (n * 0.5f) + 12582912f - 12582912f;
        return a * PowerOfTwo(half) * PowerOfTwo(n - half);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F32x IRealBits<F32x>.ExponentOf(F32x a)
    {
        Vector<int> fromRoot = Vector.AsVectorInt32(a.Value) - new Vector<int>(0x3F3504F3);
        return new(Vector.ConvertToSingle(fromRoot >> 23));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F32x IRealBits<F32x>.FractionOf(F32x a)
    {
        Vector<int> bits = Vector.AsVectorInt32(a.Value);
        Vector<int> exponent = (bits - new Vector<int>(0x3F3504F3)) & new Vector<int>(unchecked((int)0xFF800000));
        return new(Vector.AsVectorSingle(bits - exponent));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F32x IRealBits<F32x>.Leading(F32x a) =>
        new(Vector.AsVectorSingle(Vector.AsVectorInt32(a.Value) & new Vector<int>(unchecked((int)0xFFFFF000))));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F32x IRealBits<F32x>.CopySign(F32x magnitude, F32x sign) => new(Vector.CopySign(magnitude.Value, sign.Value));

    // The native minimum and maximum give their second operand when one is NaN.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F32x IRealBits<F32x>.AtMost(F32x a, F32x limit) => new(Vector.MinNative(limit.Value, a.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F32x IRealBits<F32x>.AtLeast(F32x a, F32x limit) => new(Vector.MaxNative(limit.Value, a.Value));

    // Adding 1.5 * 2^23 and the exponent's bias leaves the biased exponent in the lowest bits.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static F32x PowerOfTwo(F32x n) =>
        new(Vector.AsVectorSingle(Vector.AsVectorInt32(n.Value + new Vector<float>(12583039f)) << 23));

    /// <summary>Lane by lane, for angles that the fast reduction does not reach.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static F32x SinLanes(F32x a)
    {
        Vector<float> result = default;
        for (int lane = 0; lane < Vector<float>.Count; lane++)
        {
            result = result.WithElement(lane, F32.Sin(new F32(a.Value[lane])).Value);
        }

        return new(result);
    }

    /// <summary>Lane by lane, for angles that the fast reduction does not reach.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static F32x CosLanes(F32x a)
    {
        Vector<float> result = default;
        for (int lane = 0; lane < Vector<float>.Count; lane++)
        {
            result = result.WithElement(lane, F32.Cos(new F32(a.Value[lane])).Value);
        }

        return new(result);
    }
}
