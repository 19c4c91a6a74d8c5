using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>The comparison a == b: 1 where it holds, else 0.</summary>
public readonly struct EqualOp : INumericMap
{
    /// <inheritdoc/>
    public static int Arity => 2;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T a, T b, T c)
        where T : unmanaged, INumeric<T> => T.IfEqual(a, b, 1, 0);
}

/// <summary>The comparison a != b: 1 where it holds, else 0.</summary>
public readonly struct NotEqualOp : INumericMap
{
    /// <inheritdoc/>
    public static int Arity => 2;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T a, T b, T c)
        where T : unmanaged, INumeric<T> => T.IfEqual(a, b, 0, 1);
}

/// <summary>The comparison a &gt; b: 1 where it holds, else 0.</summary>
public readonly struct GreaterOp : INumericMap
{
    /// <inheritdoc/>
    public static int Arity => 2;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T a, T b, T c)
        where T : unmanaged, INumeric<T> => T.IfGreater(a, b, 1, 0);
}

/// <summary>The comparison a &gt;= b: 1 where it holds, else 0.</summary>
public readonly struct GreaterOrEqualOp : INumericMap
{
    /// <inheritdoc/>
    public static int Arity => 2;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T a, T b, T c)
        where T : unmanaged, INumeric<T> => T.IfGreaterOrEqual(a, b, 1, 0);
}

/// <summary>The comparison a &lt; b: 1 where it holds, else 0.</summary>
public readonly struct LessOp : INumericMap
{
    /// <inheritdoc/>
    public static int Arity => 2;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T a, T b, T c)
        where T : unmanaged, INumeric<T> => T.IfGreater(b, a, 1, 0);
}

/// <summary>The comparison a &lt;= b: 1 where it holds, else 0.</summary>
public readonly struct LessOrEqualOp : INumericMap
{
    /// <inheritdoc/>
    public static int Arity => 2;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T a, T b, T c)
        where T : unmanaged, INumeric<T> => T.IfGreaterOrEqual(b, a, 1, 0);
}

/// <summary>The choice: b where a is not zero, else c.</summary>
public readonly struct WhereOp : INumericMap
{
    /// <inheritdoc/>
    public static int Arity => 3;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T a, T b, T c)
        where T : unmanaged, INumeric<T> => T.IfEqual(a, 0, c, b);
}

/// <summary>An index that counts from the end where it is negative: a + length there, else a.</summary>
/// <param name="length">The length of the axis.</param>
internal readonly struct WrapOp(int length) : INumericMap
{
    private readonly int _length = length;

    /// <inheritdoc/>
    public static int Arity => 1;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T a, T b, T c)
        where T : unmanaged, INumeric<T> => T.IfGreater(0, a, a + _length, a);
}
