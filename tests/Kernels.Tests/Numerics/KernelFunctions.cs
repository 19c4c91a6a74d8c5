namespace DeepSharp.Kernels.Tests.Numerics;

// The members of the number types as operators that a kernel takes; public, because ILGPU's CPU accelerator runs a kernel in
// an assembly of its own.

/// <summary>An operator over a real number.</summary>
public interface IRealFunction
{
    T Apply<T>(T x)
        where T : unmanaged, IReal<T>;
}

/// <summary>An operator over two numbers.</summary>
public interface INumericFunction
{
    T Apply<T>(T x, T y)
        where T : unmanaged, INumeric<T>;
}

public static class KernelFunctions
{
    public readonly struct Sqrt : IRealFunction
    {
        public T Apply<T>(T x)
            where T : unmanaged, IReal<T> => T.Sqrt(x);
    }

    public readonly struct Floor : IRealFunction
    {
        public T Apply<T>(T x)
            where T : unmanaged, IReal<T> => T.Floor(x);
    }

    public readonly struct Exp : IRealFunction
    {
        public T Apply<T>(T x)
            where T : unmanaged, IReal<T> => T.Exp(x);
    }

    public readonly struct Expm1 : IRealFunction
    {
        public T Apply<T>(T x)
            where T : unmanaged, IReal<T> => T.Expm1(x);
    }

    public readonly struct Log : IRealFunction
    {
        public T Apply<T>(T x)
            where T : unmanaged, IReal<T> => T.Log(x);
    }

    public readonly struct Log1p : IRealFunction
    {
        public T Apply<T>(T x)
            where T : unmanaged, IReal<T> => T.Log1p(x);
    }

    public readonly struct Tanh : IRealFunction
    {
        public T Apply<T>(T x)
            where T : unmanaged, IReal<T> => T.Tanh(x);
    }

    public readonly struct Sigmoid : IRealFunction
    {
        public T Apply<T>(T x)
            where T : unmanaged, IReal<T> => T.Sigmoid(x);
    }

    public readonly struct Erf : IRealFunction
    {
        public T Apply<T>(T x)
            where T : unmanaged, IReal<T> => T.Erf(x);
    }

    public readonly struct NormalTail : IRealFunction
    {
        public T Apply<T>(T x)
            where T : unmanaged, IReal<T> => T.NormalTail(T.Abs(x), out _);
    }

    public readonly struct Sin : IRealFunction
    {
        public T Apply<T>(T x)
            where T : unmanaged, IReal<T> => T.Sin(x);
    }

    public readonly struct Cos : IRealFunction
    {
        public T Apply<T>(T x)
            where T : unmanaged, IReal<T> => T.Cos(x);
    }

    public readonly struct Square : IRealFunction
    {
        public T Apply<T>(T x)
            where T : unmanaged, IReal<T> => T.MultiplyAdd(x, x, 0.5);
    }

    public readonly struct Arithmetic : INumericFunction
    {
        public T Apply<T>(T x, T y)
            where T : unmanaged, INumeric<T> => (x / y) - (-x * 3) + y;
    }

    public readonly struct Extremes : INumericFunction
    {
        public T Apply<T>(T x, T y)
            where T : unmanaged, INumeric<T> => T.Max(x, y) + (T.Min(x, y) * 2) + T.Abs(x);
    }

    public readonly struct Pow : INumericFunction
    {
        public T Apply<T>(T x, T y)
            where T : unmanaged, INumeric<T> => T.Pow(x, y);
    }

    /// <summary>Every comparison, with variables and with a constant on either side.</summary>
    public readonly struct Comparisons : INumericFunction
    {
        public T Apply<T>(T x, T y)
            where T : unmanaged, INumeric<T> =>
            T.IfGreater(x, y, 1, 0) + T.IfGreaterOrEqual(x, y, 2, 0) + T.IfEqual(x, y, 4, 0)
            + T.IfGreater(0, x, 8, 0) + T.IfGreater(x, 0, 16, 0) + T.IfGreaterOrEqual(0, x, 32, 0) + T.IfGreaterOrEqual(x, 0, 64, 0)
            + T.IfEqual(0, x, 128, 0) + T.IfEqual(x, 0, 256, 0);
    }

    /// <summary>The extremes with a constant on the left, and nothing that could hide a lost NaN.</summary>
    public readonly struct Rectify : INumericFunction
    {
        public T Apply<T>(T x, T y)
            where T : unmanaged, INumeric<T> => T.Max(0, T.Min(6, x));
    }
}
