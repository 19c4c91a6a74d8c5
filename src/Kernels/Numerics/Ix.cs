using System.Numerics;
using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>A SIMD register of signed integers. Arithmetic wraps on overflow; quotients and powers are made lane by lane.</summary>
/// <typeparam name="T">The lanes: int or long.</typeparam>
/// <typeparam name="TScalar">A lane as a number: <see cref="I32"/> or <see cref="I64"/>.</typeparam>
internal readonly unsafe struct Ix<T, TScalar>(Vector<T> value) : INumeric<Ix<T, TScalar>>
    where T : unmanaged
    where TScalar : unmanaged, INumeric<TScalar>
{
    internal readonly Vector<T> Value = value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Ix<T, TScalar> operator +(Ix<T, TScalar> a, Ix<T, TScalar> b) => new(a.Value + b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Ix<T, TScalar> operator -(Ix<T, TScalar> a, Ix<T, TScalar> b) => new(a.Value - b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Ix<T, TScalar> operator *(Ix<T, TScalar> a, Ix<T, TScalar> b) => new(a.Value * b.Value);

    public static Ix<T, TScalar> operator /(Ix<T, TScalar> a, Ix<T, TScalar> b)
    {
        for (int lane = 0; lane < Vector<T>.Count; lane++)
        {
            ((TScalar*)&a)[lane] /= ((TScalar*)&b)[lane];
        }

        return a;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Ix<T, TScalar> operator -(Ix<T, TScalar> a) => new(-a.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static implicit operator Ix<T, TScalar>(double value) => Fill(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static implicit operator Ix<T, TScalar>(float value) => Fill(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static implicit operator Ix<T, TScalar>(int value) => Fill(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Ix<T, TScalar> Max(Ix<T, TScalar> a, Ix<T, TScalar> b) => new(Vector.Max(a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Ix<T, TScalar> Min(Ix<T, TScalar> a, Ix<T, TScalar> b) => new(Vector.Min(a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Ix<T, TScalar> Abs(Ix<T, TScalar> a) => new(Vector.Abs(a.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Ix<T, TScalar> IfGreater(Ix<T, TScalar> a, Ix<T, TScalar> b, Ix<T, TScalar> yes, Ix<T, TScalar> no) =>
        new(Vector.ConditionalSelect(Vector.GreaterThan(a.Value, b.Value), yes.Value, no.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Ix<T, TScalar> IfGreaterOrEqual(Ix<T, TScalar> a, Ix<T, TScalar> b, Ix<T, TScalar> yes, Ix<T, TScalar> no) =>
        new(Vector.ConditionalSelect(Vector.GreaterThanOrEqual(a.Value, b.Value), yes.Value, no.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Ix<T, TScalar> IfEqual(Ix<T, TScalar> a, Ix<T, TScalar> b, Ix<T, TScalar> yes, Ix<T, TScalar> no) =>
        new(Vector.ConditionalSelect(Vector.Equals(a.Value, b.Value), yes.Value, no.Value));

    public static Ix<T, TScalar> Pow(Ix<T, TScalar> a, Ix<T, TScalar> b)
    {
        for (int lane = 0; lane < Vector<T>.Count; lane++)
        {
            ((TScalar*)&a)[lane] = TScalar.Pow(((TScalar*)&a)[lane], ((TScalar*)&b)[lane]);
        }

        return a;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Ix<T, TScalar> Fill(TScalar value) => new(new Vector<T>(Unsafe.BitCast<TScalar, T>(value)));
}
