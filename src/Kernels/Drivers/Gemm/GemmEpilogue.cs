using System.Numerics;
using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>Adds the bias to a finished piece of C and applies the activation, while the piece is in the cache.</summary>
internal static unsafe class GemmEpilogue<T, TAct>
    where T : unmanaged
    where TAct : unmanaged, IUnaryOp
{
    /// <summary>Whether there is anything to do.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool IsNeeded(T* bias) => typeof(TAct) != typeof(IdentityOp) || bias is not null;

    /// <summary>c[i, j] = f(c[i, j] + bias[j]).</summary>
    internal static void Run(TAct activation, T* c, nint rowC, int rows, int columns, T* bias)
    {
        for (int i = 0; i < rows; i++, c += rowC)
        {
            if (typeof(T) == typeof(float))
            {
                Row<float, F32, F32x>(activation, (float*)c, columns, (float*)bias);
            }
            else
            {
                Row<double, F64, F64x>(activation, (double*)c, columns, (double*)bias);
            }
        }
    }

    // The wrappers have the layout of what they wrap.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Row<TElement, TScalar, TVector>(TAct activation, TElement* c, int columns, TElement* bias)
        where TElement : unmanaged
        where TScalar : unmanaged, IReal<TScalar>
        where TVector : unmanaged, IReal<TVector>
    {
        int lanes = Vector<TElement>.Count;
        int j = 0;
        if (bias is null)
        {
            for (; j <= columns - lanes; j += lanes)
            {
                *(TVector*)(c + j) = activation.Forward(*(TVector*)(c + j));
            }

            for (; j < columns; j++)
            {
                *(TScalar*)(c + j) = activation.Forward(*(TScalar*)(c + j));
            }

            return;
        }

        for (; j <= columns - lanes; j += lanes)
        {
            *(TVector*)(c + j) = activation.Forward(*(TVector*)(c + j) + *(TVector*)(bias + j));
        }

        for (; j < columns; j++)
        {
            *(TScalar*)(c + j) = activation.Forward(*(TScalar*)(c + j) + *(TScalar*)(bias + j));
        }
    }
}
