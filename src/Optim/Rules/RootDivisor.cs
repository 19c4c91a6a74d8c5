using System.Runtime.CompilerServices;
using DeepSharp.Kernels;

namespace DeepSharp.Optim;

/// <summary>sqrt(scale s) + epsilon, or sqrt(scale s + epsilon): what adaptive rules divide by.</summary>
internal readonly struct RootDivisor
{
    private readonly double _rootScale;
    private readonly double _inside;
    private readonly double _outside;

    // The scale is a bias correction. Taken out of the root it costs no division for each element.
    internal RootDivisor(double scale, double epsilon, EpsilonPlacement placement)
    {
        _rootScale = Math.Sqrt(scale);
        _inside = placement == EpsilonPlacement.InsideRoot ? epsilon / scale : 0;
        _outside = placement == EpsilonPlacement.InsideRoot ? 0 : epsilon;
    }

    internal double Inside => _inside;

    internal double Outside => _outside;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal T Of<T>(T square)
        where T : unmanaged, IReal<T> => (_rootScale * T.Sqrt(square + _inside)) + _outside;
}
