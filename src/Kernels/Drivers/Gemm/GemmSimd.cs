using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DeepSharp.Kernels;

/// <summary>A SIMD register as products need it, and the size of its tile.</summary>
/// <typeparam name="TRegister"><see cref="Vector128{T}"/>, <see cref="Vector256{T}"/> or <see cref="Vector512{T}"/> of float or double.</typeparam>
/// <typeparam name="T"><see cref="F32"/> or <see cref="F64"/>.</typeparam>
internal static unsafe class GemmSimd<TRegister, T>
    where TRegister : unmanaged
    where T : unmanaged
{
    /// <summary>The number of lanes.</summary>
    internal static int Count => sizeof(TRegister) / sizeof(T);

    /// <summary>The rows of a full tile: 24 of AVX-512's 32 registers hold one, 12 of 16 elsewhere; the others are for A and B.</summary>
    internal static int Rows => Is512 ? 12 : 6;

    /// <summary>The rows of a tile of dot products.</summary>
    internal static int DotRows => Is512 ? 4 : 2;

    /// <summary>The columns of a tile of dot products.</summary>
    internal static int DotColumns => Is512 ? 6 : 4;

    private static bool Is512 => sizeof(TRegister) == 64;

    private static bool Is256 => sizeof(TRegister) == 32;

    private static bool IsSingle => typeof(T) == typeof(F32);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TRegister Load(T* source) => *(TRegister*)source;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Store(TRegister a, T* target) => *(TRegister*)target = a;

    /// <summary>One number in all lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TRegister Fill(T* source) => IsSingle
        ? Is512 ? To(Vector512.Create(*(float*)source)) : Is256 ? To(Vector256.Create(*(float*)source)) : To(Vector128.Create(*(float*)source))
        : Is512 ? To(Vector512.Create(*(double*)source)) : Is256 ? To(Vector256.Create(*(double*)source)) : To(Vector128.Create(*(double*)source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TRegister Multiply(TRegister a, TRegister b) => IsSingle
        ? Is512 ? To(S512(a) * S512(b)) : Is256 ? To(S256(a) * S256(b)) : To(S128(a) * S128(b))
        : Is512 ? To(D512(a) * D512(b)) : Is256 ? To(D256(a) * D256(b)) : To(D128(a) * D128(b));

    /// <summary>Adds a * b to a sum, with one rounding where the hardware has it.</summary>
    /// <remarks>In place, since of a result that goes into another variable the JIT makes a multiplication over a factor and a copy: in
    /// the tile of AVX2 that took one instruction in five, more than the processor decodes beside the multiplications.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Accumulate(TRegister a, TRegister b, ref TRegister sum) => sum = IsSingle
        ? Is512 ? To(Vector512.MultiplyAddEstimate(S512(a), S512(b), S512(sum)))
            : Is256 ? To(Vector256.MultiplyAddEstimate(S256(a), S256(b), S256(sum)))
            : To(Vector128.MultiplyAddEstimate(S128(a), S128(b), S128(sum)))
        : Is512 ? To(Vector512.MultiplyAddEstimate(D512(a), D512(b), D512(sum)))
            : Is256 ? To(Vector256.MultiplyAddEstimate(D256(a), D256(b), D256(sum)))
            : To(Vector128.MultiplyAddEstimate(D128(a), D128(b), D128(sum)));

    /// <summary>The sum of the lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static T Sum(TRegister a) => IsSingle
        ? Unsafe.BitCast<float, T>(Is512 ? Vector512.Sum(S512(a)) : Is256 ? Vector256.Sum(S256(a)) : Vector128.Sum(S128(a)))
        : Unsafe.BitCast<double, T>(Is512 ? Vector512.Sum(D512(a)) : Is256 ? Vector256.Sum(D256(a)) : Vector128.Sum(D128(a)));

    // The register under the name of its type: only the name of the branch taken is its own, and the JIT drops the others.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TRegister To<TVector>(TVector a)
        where TVector : unmanaged => Unsafe.BitCast<TVector, TRegister>(a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> S512(TRegister a) => Unsafe.BitCast<TRegister, Vector512<float>>(a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> S256(TRegister a) => Unsafe.BitCast<TRegister, Vector256<float>>(a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> S128(TRegister a) => Unsafe.BitCast<TRegister, Vector128<float>>(a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> D512(TRegister a) => Unsafe.BitCast<TRegister, Vector512<double>>(a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> D256(TRegister a) => Unsafe.BitCast<TRegister, Vector256<double>>(a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<double> D128(TRegister a) => Unsafe.BitCast<TRegister, Vector128<double>>(a);
}
