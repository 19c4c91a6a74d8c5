using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>The gradient of what went into an activation, where only that of its output y, and y itself, are in memory.</summary>
/// <param name="activation">The activation.</param>
/// <param name="toOutput">How far behind an element's gradient its y stands, in elements; they are laid out alike.</param>
internal readonly unsafe struct OutputGradient<TScalar, TAct>(TAct activation, nint toOutput)
    where TScalar : unmanaged
    where TAct : unmanaged, IUnaryOp
{
    private readonly TAct _activation = activation;

    /// <summary>For the elements whose gradients of y begin at a place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal T At<T>(TScalar* gradient)
        where T : unmanaged, IReal<T>
    {
        if (typeof(TAct) == typeof(IdentityOp))
        {
            return *(T*)gradient;
        }

        return *(T*)gradient * TAct.SlopeOf(_activation, TAct.SavesForSlope == Saved.Output ? *(T*)(gradient + toOutput) : default);
    }
}
