using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>Whether a normalisation's input is one tensor or the sum of two: known to the compilers.</summary>
internal interface INormSource
{
    /// <summary>Whether a residual is added.</summary>
    static abstract bool Adds { get; }
}

/// <summary>The input alone.</summary>
internal readonly struct InputAlone : INormSource
{
    public static bool Adds
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => false;
    }
}

/// <summary>The sum of the input and a residual.</summary>
internal readonly struct InputAndResidual : INormSource
{
    public static bool Adds
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => true;
    }
}
