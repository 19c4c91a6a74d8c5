using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using D128 = System.Runtime.Intrinsics.Vector128<double>;
using D256 = System.Runtime.Intrinsics.Vector256<double>;
using D512 = System.Runtime.Intrinsics.Vector512<double>;
using S128 = System.Runtime.Intrinsics.Vector128<float>;
using S256 = System.Runtime.Intrinsics.Vector256<float>;
using S512 = System.Runtime.Intrinsics.Vector512<float>;

namespace DeepSharp.Kernels;

/// <summary>A SIMD register as products need it, and the size of its tile.</summary>
/// <remarks>
/// The JIT compiles only the line of the register's own type, and drops the boxes. No helpers stand between, since a tile of 12 rows
/// calls these two hundred times, and beyond some five hundred calls the JIT stops putting them in place.
/// </remarks>
/// <typeparam name="TRegister">A vector of 128, 256 or 512 bits of float or double.</typeparam>
/// <typeparam name="T"><see cref="F32"/> or <see cref="F64"/>.</typeparam>
internal static unsafe class GemmSimd<TRegister, T>
    where TRegister : unmanaged
    where T : unmanaged
{
    /// <summary>The number of lanes.</summary>
    internal static int Count => sizeof(TRegister) / sizeof(T);

    /// <summary>The rows of a full tile: 24 of AVX-512's 32 registers hold one, 12 of 16 elsewhere; the others are for A and B.</summary>
    internal static int Rows => sizeof(TRegister) == 64 ? 12 : 6;

    /// <summary>The rows of a tile of dot products.</summary>
    internal static int DotRows => sizeof(TRegister) == 64 ? 4 : 2;

    /// <summary>The columns of a tile of dot products.</summary>
    internal static int DotColumns => sizeof(TRegister) == 64 ? 6 : 4;

    /// <summary>One number in all lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TRegister Fill(T* source) =>
        typeof(TRegister) == typeof(S512) ? (TRegister)(object)Vector512.Create(*(float*)source)
        : typeof(TRegister) == typeof(S256) ? (TRegister)(object)Vector256.Create(*(float*)source)
        : typeof(TRegister) == typeof(S128) ? (TRegister)(object)Vector128.Create(*(float*)source)
        : typeof(TRegister) == typeof(D512) ? (TRegister)(object)Vector512.Create(*(double*)source)
        : typeof(TRegister) == typeof(D256) ? (TRegister)(object)Vector256.Create(*(double*)source)
        : (TRegister)(object)Vector128.Create(*(double*)source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TRegister Multiply(TRegister a, TRegister b) =>
        typeof(TRegister) == typeof(S512) ? (TRegister)(object)((S512)(object)a * (S512)(object)b)
        : typeof(TRegister) == typeof(S256) ? (TRegister)(object)((S256)(object)a * (S256)(object)b)
        : typeof(TRegister) == typeof(S128) ? (TRegister)(object)((S128)(object)a * (S128)(object)b)
        : typeof(TRegister) == typeof(D512) ? (TRegister)(object)((D512)(object)a * (D512)(object)b)
        : typeof(TRegister) == typeof(D256) ? (TRegister)(object)((D256)(object)a * (D256)(object)b)
        : (TRegister)(object)((D128)(object)a * (D128)(object)b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TRegister Add(TRegister a, TRegister b) =>
        typeof(TRegister) == typeof(S512) ? (TRegister)(object)((S512)(object)a + (S512)(object)b)
        : typeof(TRegister) == typeof(S256) ? (TRegister)(object)((S256)(object)a + (S256)(object)b)
        : typeof(TRegister) == typeof(S128) ? (TRegister)(object)((S128)(object)a + (S128)(object)b)
        : typeof(TRegister) == typeof(D512) ? (TRegister)(object)((D512)(object)a + (D512)(object)b)
        : typeof(TRegister) == typeof(D256) ? (TRegister)(object)((D256)(object)a + (D256)(object)b)
        : (TRegister)(object)((D128)(object)a + (D128)(object)b);

    /// <summary>Adds a * b to a sum, with one rounding where the hardware has it.</summary>
    /// <remarks>In place, since of a result that goes into another variable the JIT makes a multiplication over a factor and a copy: in
    /// the tile of AVX2 that took one instruction in five, more than the processor decodes beside the multiplications.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Accumulate(TRegister a, TRegister b, ref TRegister sum)
    {
        if (typeof(TRegister) == typeof(S512))
        {
            sum = (TRegister)(object)Vector512.MultiplyAddEstimate((S512)(object)a, (S512)(object)b, (S512)(object)sum);
        }
        else if (typeof(TRegister) == typeof(S256))
        {
            sum = (TRegister)(object)Vector256.MultiplyAddEstimate((S256)(object)a, (S256)(object)b, (S256)(object)sum);
        }
        else if (typeof(TRegister) == typeof(S128))
        {
            sum = (TRegister)(object)Vector128.MultiplyAddEstimate((S128)(object)a, (S128)(object)b, (S128)(object)sum);
        }
        else if (typeof(TRegister) == typeof(D512))
        {
            sum = (TRegister)(object)Vector512.MultiplyAddEstimate((D512)(object)a, (D512)(object)b, (D512)(object)sum);
        }
        else if (typeof(TRegister) == typeof(D256))
        {
            sum = (TRegister)(object)Vector256.MultiplyAddEstimate((D256)(object)a, (D256)(object)b, (D256)(object)sum);
        }
        else
        {
            sum = (TRegister)(object)Vector128.MultiplyAddEstimate((D128)(object)a, (D128)(object)b, (D128)(object)sum);
        }
    }

    /// <summary>The sum of the lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static T Sum(TRegister a) =>
        typeof(TRegister) == typeof(S512) ? Unsafe.BitCast<float, T>(Vector512.Sum((S512)(object)a))
        : typeof(TRegister) == typeof(S256) ? Unsafe.BitCast<float, T>(Vector256.Sum((S256)(object)a))
        : typeof(TRegister) == typeof(S128) ? Unsafe.BitCast<float, T>(Vector128.Sum((S128)(object)a))
        : typeof(TRegister) == typeof(D512) ? Unsafe.BitCast<double, T>(Vector512.Sum((D512)(object)a))
        : typeof(TRegister) == typeof(D256) ? Unsafe.BitCast<double, T>(Vector256.Sum((D256)(object)a))
        : Unsafe.BitCast<double, T>(Vector128.Sum((D128)(object)a));
}

/// <summary>Work in registers, compiled for each type of them.</summary>
internal interface IRegisterVisitor
{
    /// <summary>Does it.</summary>
    /// <typeparam name="TRegister">A vector of 128, 256 or 512 bits of float or double.</typeparam>
    void Visit<TRegister>()
        where TRegister : unmanaged;
}

/// <summary>The registers of products on the host.</summary>
internal static class GemmRegisters
{
    /// <summary>Visits the widest registers that there are.</summary>
    /// <typeparam name="T"><see cref="F32"/> or <see cref="F64"/>.</typeparam>
    /// <typeparam name="TVisitor">The type of the work.</typeparam>
    internal static void Visit<T, TVisitor>(TVisitor visitor)
        where TVisitor : struct, IRegisterVisitor, allows ref struct
    {
        bool isSingle = typeof(T) == typeof(F32);
        if (CpuKernels.IsWide && isSingle)
        {
            visitor.Visit<S512>();
        }
        else if (CpuKernels.IsWide)
        {
            visitor.Visit<D512>();
        }
        else if (Vector256.IsHardwareAccelerated && isSingle)
        {
            visitor.Visit<S256>();
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            visitor.Visit<D256>();
        }
        else if (isSingle)
        {
            visitor.Visit<S128>();
        }
        else
        {
            visitor.Visit<D128>();
        }
    }
}
