using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>A SIMD register of 64-bit floating-point numbers, for loops on the host: the functions that all widths share.</summary>
/// <remarks>
/// Every width gives the same bits. A width is a struct of its own over .NET\'s register type, not one struct over an interface of
/// registers: that doubles the calls that the JIT must inline, and longer functions (the power) no longer fit its budget.
/// </remarks>
/// <typeparam name="T">The implementing type.</typeparam>
internal unsafe interface IDoubles<T> : IRealBits<T>
    where T : unmanaged, IDoubles<T>, IReal<T>
{
    /// <summary>Whether a &lt;= b in all lanes.</summary>
    static abstract bool AllAtMost(T a, T b);

    /// <inheritdoc/>
    /// <remarks>The error is below 1.2 units in the last place. Special cases as IEEE 754 has them.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static T INumeric<T>.Pow(T a, T b) => DoublePrecision.Pow(a, b);

    /// <inheritdoc/>
    /// <remarks>The error is below 1.1 units in the last place.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static T IReal<T>.Exp(T a) => DoublePrecision.Exp(a);

    /// <inheritdoc/>
    /// <remarks>The error is below 2 units in the last place.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static T IReal<T>.Expm1(T a) => DoublePrecision.Expm1(a);

    /// <inheritdoc/>
    /// <remarks>The error is below 0.9 units in the last place.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static T IReal<T>.Log(T a) => DoublePrecision.Log(a);

    /// <inheritdoc/>
    /// <remarks>The error is below 1.1 units in the last place.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static T IReal<T>.Log1p(T a) => DoublePrecision.Log1p(a);

    /// <inheritdoc/>
    /// <remarks>The error is below 2.6 units in the last place.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static T IReal<T>.Tanh(T a) => DoublePrecision.Tanh(a);

    /// <inheritdoc/>
    /// <remarks>The error is below 2.5 units in the last place.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static T IReal<T>.Sigmoid(T a) => RealFunctions.Sigmoid(a);

    /// <inheritdoc/>
    /// <remarks>The error is below 2.8 units in the last place.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static T IReal<T>.Erf(T a) => DoublePrecision.Erf(a);

    /// <inheritdoc/>
    /// <remarks>The error is below 4 units in the last place.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static T IReal<T>.NormalTail(T a, out T density) => DoublePrecision.NormalTail(a, out density);

    /// <inheritdoc/>
    /// <remarks>The error is below 1.6 units in the last place. A vector with an angle beyond 10^6 is computed lane by lane.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static T IReal<T>.Sin(T a)
    {
        if (!T.AllAtMost(T.Abs(a), AngleReduction.LimitDouble))
        {
            return SinLanes(a);
        }

        Reduced<T> angle = AngleReduction.FusedDouble(a);
        return T.IfGreater(T.Abs(a), 1e-8, DoublePrecision.SinReduced(angle.Quarters, angle.Rest), a);
    }

    /// <inheritdoc/>
    /// <remarks>The error is below 1.6 units in the last place. A vector with an angle beyond 10^6 is computed lane by lane.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static T IReal<T>.Cos(T a)
    {
        if (!T.AllAtMost(T.Abs(a), AngleReduction.LimitDouble))
        {
            return CosLanes(a);
        }

        Reduced<T> angle = AngleReduction.FusedDouble(a);
        return DoublePrecision.SinReduced(angle.Quarters + 1f, angle.Rest);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static T SinLanes(T a)
    {
        for (int lane = 0; lane < sizeof(T) / sizeof(F64); lane++)
        {
            ((F64*)&a)[lane] = F64.Sin(((F64*)&a)[lane]);
        }

        return a;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static T CosLanes(T a)
    {
        for (int lane = 0; lane < sizeof(T) / sizeof(F64); lane++)
        {
            ((F64*)&a)[lane] = F64.Cos(((F64*)&a)[lane]);
        }

        return a;
    }
}
