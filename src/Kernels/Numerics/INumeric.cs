namespace DeepSharp.Kernels;

/// <summary>
/// A number, or a whole SIMD register of numbers, that arithmetic can be written for once.
/// </summary>
/// <remarks>
/// An operator is written against this interface and compiled three times: for a scalar (the GPU kernel and the tails of
/// CPU loops), and for a vector (the CPU loop). Comparisons select lane by lane, so an operator has no branches.
/// </remarks>
/// <typeparam name="T">The implementing type: <see cref="F32"/>, <see cref="F64"/>, <see cref="I32"/>, <see cref="I64"/> or
/// a register of them.</typeparam>
public interface INumeric<T>
    where T : unmanaged, INumeric<T>
{
    /// <summary>Adds.</summary>
    static abstract T operator +(T a, T b);

    /// <summary>Subtracts.</summary>
    static abstract T operator -(T a, T b);

    /// <summary>Multiplies.</summary>
    static abstract T operator *(T a, T b);

    /// <summary>Divides. Integers truncate towards zero; an integer divided by zero is zero.</summary>
    static abstract T operator /(T a, T b);

    /// <summary>Negates.</summary>
    static abstract T operator -(T a);

    /// <summary>Converts a constant; a vector is filled with it.</summary>
    static abstract implicit operator T(double value);

    /// <summary>Converts a constant; a vector is filled with it.</summary>
    static abstract implicit operator T(float value);

    /// <summary>Converts a constant; a vector is filled with it.</summary>
    static abstract implicit operator T(int value);

    /// <summary>The larger of two; NaN if either is NaN. Of zeros of different sign it may be either.</summary>
    static abstract T Max(T a, T b);

    /// <summary>The smaller of two; NaN if either is NaN. Of zeros of different sign it may be either.</summary>
    static abstract T Min(T a, T b);

    /// <summary>The absolute value.</summary>
    static abstract T Abs(T a);

    /// <summary><paramref name="yes"/> where a &gt; b, else <paramref name="no"/>. False when either is NaN.</summary>
    static abstract T IfGreater(T a, T b, T yes, T no);

    /// <summary><paramref name="yes"/> where a &gt;= b, else <paramref name="no"/>. False when either is NaN.</summary>
    static abstract T IfGreaterOrEqual(T a, T b, T yes, T no);

    /// <summary><paramref name="yes"/> where a == b, else <paramref name="no"/>. False when either is NaN.</summary>
    static abstract T IfEqual(T a, T b, T yes, T no);

    /// <summary>a raised to the power b. Integers multiply; a negative integer exponent gives the truncated quotient.</summary>
    static abstract T Pow(T a, T b);
}
