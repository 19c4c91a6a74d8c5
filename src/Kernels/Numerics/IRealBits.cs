namespace DeepSharp.Kernels;

/// <summary>The access to the binary representation that the formulas in <see cref="SinglePrecision"/> and
/// <see cref="DoublePrecision"/> are made of.</summary>
/// <typeparam name="T">The implementing type, as in <see cref="IReal{T}"/>.</typeparam>
internal interface IRealBits<T> : IReal<T>
    where T : unmanaged, IRealBits<T>
{
    /// <summary>2^n for an integral n in the range of normal exponents; anything for other n.</summary>
    static abstract T PowerOfTwo(T n);

    /// <summary>a * 2^n, rounded once, for an integral n within twice the range of normal exponents.</summary>
    static abstract T Scale(T a, T n);

    /// <summary>The exponent e of a positive normal a = m * 2^e with m in [sqrt(1/2), sqrt(2)).</summary>
    static abstract T ExponentOf(T a);

    /// <summary>The fraction m of a positive normal a = m * 2^e with m in [sqrt(1/2), sqrt(2)).</summary>
    static abstract T FractionOf(T a);

    /// <summary>The first half of the significand (12 bits of 24, 26 of 53), so that the product of two is exact.</summary>
    static abstract T Leading(T a);

    /// <summary>The magnitude of the one with the sign of the other.</summary>
    static abstract T CopySign(T magnitude, T sign);

    /// <summary>The smaller of a value and a limit; a NaN value stays NaN.</summary>
    static abstract T AtMost(T a, T limit);

    /// <summary>The larger of a value and a limit; a NaN value stays NaN.</summary>
    static abstract T AtLeast(T a, T limit);
}
