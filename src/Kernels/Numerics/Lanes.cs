using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace DeepSharp.Kernels;

/// <summary>The lanes of a register, for loops over rows whose length is no multiple of it.</summary>
/// <remarks>
/// A row of n elements is n / <see cref="Width"/> registers and, if there is a rest, a tail: the register that ends with the
/// row's last element. The tail's first <see cref="Dead"/> lanes have been seen already, or stand before a short row.
/// </remarks>
internal static unsafe class Lanes<TScalar, TVector>
    where TScalar : unmanaged, INumeric<TScalar>
    where TVector : unmanaged, INumeric<TVector>
{
    /// <summary>Elements in a register.</summary>
    internal static int Width
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => sizeof(TVector) / sizeof(TScalar);
    }

    /// <summary>0, 1, 2, …</summary>
    internal static TVector Index
    {
        get
        {
            TVector index = default;
            for (int lane = 0; lane < Width; lane++)
            {
                ((TScalar*)&index)[lane] = lane;
            }

            return index;
        }
    }

    /// <summary>A register of one value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TVector Fill(TScalar value)
    {
        if (typeof(TVector) == typeof(F32x))
        {
            return Unsafe.BitCast<F32x, TVector>(new F32x(new Vector<float>(Unsafe.BitCast<TScalar, float>(value))));
        }

        if (typeof(TVector) == typeof(F64x))
        {
            return Unsafe.BitCast<F64x, TVector>(new F64x(new Vector<double>(Unsafe.BitCast<TScalar, double>(value))));
        }

        if (typeof(TVector) == typeof(F32x16))
        {
            return Unsafe.BitCast<F32x16, TVector>(new F32x16(Vector512.Create(Unsafe.BitCast<TScalar, float>(value))));
        }

        if (typeof(TVector) == typeof(F64x8))
        {
            return Unsafe.BitCast<F64x8, TVector>(new F64x8(Vector512.Create(Unsafe.BitCast<TScalar, double>(value))));
        }

        TVector vector = default;
        for (int lane = 0; lane < Width; lane++)
        {
            ((TScalar*)&vector)[lane] = value;
        }

        return vector;
    }

    /// <summary>The sum of the lanes, in pairs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TScalar Sum(TVector vector)
    {
        if (typeof(TVector) == typeof(F32x))
        {
            return Unsafe.BitCast<float, TScalar>(Vector.Sum(Unsafe.BitCast<TVector, F32x>(vector).Value));
        }

        if (typeof(TVector) == typeof(F32x16))
        {
            Vector512<float> all = Unsafe.BitCast<TVector, F32x16>(vector).Value;
            return Unsafe.BitCast<float, TScalar>(Vector256.Sum(all.GetLower() + all.GetUpper()));
        }

        TScalar* lanes = (TScalar*)&vector;
        for (int half = Width / 2; half > 0; half /= 2)
        {
            for (int lane = 0; lane < half; lane++)
            {
                lanes[lane] += lanes[lane + half];
            }
        }

        return lanes[0];
    }

    /// <summary>The largest of the lanes; NaN if one is NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TScalar Max(TVector vector)
    {
        if (typeof(TVector) == typeof(F32x16) || (typeof(TVector) == typeof(F32x) && Width == Vector256<float>.Count))
        {
            Vector256<float> all = typeof(TVector) == typeof(F32x)
                ? Unsafe.BitCast<TVector, F32x>(vector).Value.AsVector256()
                : Vector256.Max(
                    Unsafe.BitCast<TVector, F32x16>(vector).Value.GetLower(), Unsafe.BitCast<TVector, F32x16>(vector).Value.GetUpper());
            Vector128<float> four = Vector128.Max(all.GetLower(), all.GetUpper());
            Vector128<float> two = Vector128.Max(four, Vector128.Shuffle(four, Vector128.Create(2, 3, 0, 1)));
            return Unsafe.BitCast<float, TScalar>(Vector128.Max(two, Vector128.Shuffle(two, Vector128.Create(1, 0, 3, 2))).ToScalar());
        }

        TScalar* lanes = (TScalar*)&vector;
        TScalar max = lanes[0];
        for (int lane = 1; lane < Width; lane++)
        {
            max = TScalar.Max(max, lanes[lane]);
        }

        return max;
    }

    /// <summary>The register with neighbouring stretches of so many bytes exchanged: 4, 8, 16 or 32.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TVector Swapped(TVector vector, int bytes)
    {
        if (sizeof(TVector) == 64)
        {
            Vector512<long> all = Unsafe.BitCast<TVector, Vector512<long>>(vector);
            all = bytes switch
            {
                4 => Vector512.Shuffle(all.AsInt32(), Vector512.Create(1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14)).AsInt64(),
                8 => Vector512.Shuffle(all, Vector512.Create(1L, 0, 3, 2, 5, 4, 7, 6)),
                16 => Vector512.Shuffle(all, Vector512.Create(2L, 3, 0, 1, 6, 7, 4, 5)),
                _ => Vector512.Shuffle(all, Vector512.Create(4L, 5, 6, 7, 0, 1, 2, 3)),
            };
            return Unsafe.BitCast<Vector512<long>, TVector>(all);
        }

        if (sizeof(TVector) == 32)
        {
            Vector256<long> all = Unsafe.BitCast<TVector, Vector256<long>>(vector);
            all = bytes switch
            {
                4 => Vector256.Shuffle(all.AsInt32(), Vector256.Create(1, 0, 3, 2, 5, 4, 7, 6)).AsInt64(),
                8 => Vector256.Shuffle(all, Vector256.Create(1L, 0, 3, 2)),
                _ => Vector256.Shuffle(all, Vector256.Create(2L, 3, 0, 1)),
            };
            return Unsafe.BitCast<Vector256<long>, TVector>(all);
        }

        Vector128<long> half = Unsafe.BitCast<TVector, Vector128<long>>(vector);
        half = bytes == 4
            ? Vector128.Shuffle(half.AsInt32(), Vector128.Create(1, 0, 3, 2)).AsInt64()
            : Vector128.Shuffle(half, Vector128.Create(1L, 0));
        return Unsafe.BitCast<Vector128<long>, TVector>(half);
    }

    /// <summary>The lanes of a tail that are not its own.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int Dead(int length) => Width - (length % Width);

    /// <summary>The tail of a row; lanes before a short row are 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TVector LoadTail(TScalar* row, int length)
    {
        if (length >= Width)
        {
            return *(TVector*)(row + length - Width);
        }

        if (sizeof(TScalar) == 4 && sizeof(TVector) == 64 && Avx512F.IsSupported)
        {
            return Unsafe.BitCast<Vector512<float>, TVector>(
                Avx512F.MaskLoad((float*)row + length - Width, Own(length), Vector512<float>.Zero));
        }

        TVector tail = default;
        for (int i = 0; i < length; i++)
        {
            ((TScalar*)&tail)[Width - length + i] = row[i];
        }

        return tail;
    }

    /// <summary>Writes a tail; its dead lanes must hold what the row has there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void StoreTail(TScalar* row, int length, TVector tail)
    {
        if (length >= Width)
        {
            *(TVector*)(row + length - Width) = tail;
            return;
        }

        if (sizeof(TScalar) == 4 && sizeof(TVector) == 64 && Avx512F.IsSupported)
        {
            Avx512F.MaskStore((float*)row + length - Width, Own(length), Unsafe.BitCast<TVector, Vector512<float>>(tail));
            return;
        }

        for (int i = 0; i < length; i++)
        {
            row[i] = ((TScalar*)&tail)[Width - length + i];
        }
    }

    // Which of sixteen lanes are a short row's own; the others are not touched in memory.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Own(int length) =>
        Vector512.GreaterThanOrEqual(Vector512<int>.Indices, Vector512.Create(Vector512<int>.Count - length)).AsSingle();

    /// <summary>Truth values as ones and zeros.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TVector LoadMask(byte* mask)
    {
        if (sizeof(TScalar) == 4 && sizeof(TVector) == 64 && Avx512F.IsSupported)
        {
            return Unsafe.BitCast<Vector512<float>, TVector>(
                Vector512.ConvertToSingle(Avx512F.ConvertToVector512Int32(Vector128.Load(mask))));
        }

        if (sizeof(TScalar) == 4 && sizeof(TVector) == 32 && Avx2.IsSupported)
        {
            return Unsafe.BitCast<Vector256<float>, TVector>(Vector256.ConvertToSingle(Avx2.ConvertToVector256Int32(mask)));
        }

        return LoadMaskTail(mask, Width);
    }

    /// <summary>The tail of a row of truth values.</summary>
    internal static TVector LoadMaskTail(byte* row, int length)
    {
        TVector tail = default;
        for (int i = Math.Max(0, length - Width); i < length; i++)
        {
            ((TScalar*)&tail)[Width - length + i] = row[i] != 0 ? 1 : 0;
        }

        return tail;
    }
}
