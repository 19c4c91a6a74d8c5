using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>What a row becomes once its maximum and the sum of its exponentials are known, and the gradient.</summary>
internal interface ISoftmaxForm
{
    /// <summary>What all elements of a row have in common, from the sum of the shifted exponentials.</summary>
    static abstract T Normalizer<T>(T sum)
        where T : unmanaged, IReal<T>;

    /// <summary>What is kept of an element until the normalizer is known.</summary>
    static abstract T Keep<T>(T shifted, T exponential)
        where T : unmanaged, IReal<T>;

    /// <summary>The result from what was kept, and the normalizer.</summary>
    static abstract T Result<T>(T kept, T normalizer)
        where T : unmanaged, IReal<T>;

    /// <summary>What an element adds to the sum that the gradient of its row needs.</summary>
    static abstract T Term<T>(T y, T dy)
        where T : unmanaged, IReal<T>;

    /// <summary>The gradient from the sum of the terms.</summary>
    static abstract T Gradient<T>(T y, T dy, T sum)
        where T : unmanaged, IReal<T>;
}

/// <summary>The softmax.</summary>
internal readonly struct PlainSoftmax : ISoftmaxForm
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Normalizer<T>(T sum)
        where T : unmanaged, IReal<T> => 1 / sum;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Keep<T>(T shifted, T exponential)
        where T : unmanaged, IReal<T> => exponential;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Result<T>(T kept, T normalizer)
        where T : unmanaged, IReal<T> => kept * normalizer;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Term<T>(T y, T dy)
        where T : unmanaged, IReal<T> => y * dy;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Gradient<T>(T y, T dy, T sum)
        where T : unmanaged, IReal<T> => y * (dy - sum);
}

/// <summary>The logarithm of the softmax.</summary>
internal readonly struct LogSoftmax : ISoftmaxForm
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Normalizer<T>(T sum)
        where T : unmanaged, IReal<T> => T.Log(sum);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Keep<T>(T shifted, T exponential)
        where T : unmanaged, IReal<T> => shifted;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Result<T>(T kept, T normalizer)
        where T : unmanaged, IReal<T> => kept - normalizer;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Term<T>(T y, T dy)
        where T : unmanaged, IReal<T> => dy;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Gradient<T>(T y, T dy, T sum)
        where T : unmanaged, IReal<T> => dy - (T.Exp(y) * sum);
}
