using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>A scan bound to one element type: what the driver runs.</summary>
internal interface ITypedScan<T>
    where T : unmanaged
{
    static abstract int Arity { get; }

    T Start();

    T Step(T last, T a, T b);
}

/// <summary>Binds an <see cref="IScan"/>.</summary>
internal readonly struct RealScan<TOp, T>(TOp op) : ITypedScan<T>
    where TOp : unmanaged, IScan
    where T : unmanaged, IReal<T>
{
    private readonly TOp _op = op;

    public static int Arity
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TOp.Arity;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Start() => _op.Start<T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Step(T last, T a, T b) => _op.Step(last, a, b);
}

/// <summary>Binds an <see cref="INumericScan"/>.</summary>
internal readonly struct NumericScan<TOp, T>(TOp op) : ITypedScan<T>
    where TOp : unmanaged, INumericScan
    where T : unmanaged, INumeric<T>
{
    private readonly TOp _op = op;

    public static int Arity => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Start() => _op.Start<T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Step(T last, T a, T b) => _op.Step(last, a);
}
