using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>The order of the elements along an axis.</summary>
/// <remarks>
/// Sorting is by keys, unsigned integers in the order of the elements: zeros of both signs are equal, and NaN is above all numbers, as in PyTorch.
/// Equal elements stay in their order, ascending or descending.
/// </remarks>
internal static partial class Sorting
{
    /// <summary>For each line along the axis the places of its elements in order.</summary>
    /// <param name="places">The places: Int64, contiguous, shaped as the input.</param>
    /// <param name="input">The elements: Float32, Float64, Int32 or Int64; any strides.</param>
    /// <param name="axis">The axis.</param>
    /// <param name="descending">Whether the largest comes first.</param>
    internal static void ArgSort(in Operand places, in Operand input, int axis, bool descending)
    {
        Debug.Assert(places.DType == DType.Int64 && places.IsContiguous && places.Device == input.Device, "places are Int64 in row-major order");
        if (places.Count > 0)
        {
            Dispatch.Numeric(nameof(ArgSort), input.DType, input.Device, new Visitor(new Lines(places, input, axis, descending)));
        }
    }

    private static void Run<T, TKey>(in Lines lines)
        where T : unmanaged
        where TKey : unmanaged, IKey<T>
    {
        if (lines.Input.Device.StartsOnHost())
        {
            OnHost<T, TKey>(lines);
        }
        else
        {
            OnGpu<T, TKey>(lines);
        }
    }

    /// <summary>The lines along the axis.</summary>
    internal readonly struct Lines
    {
        internal readonly Operand Places;
        internal readonly Operand Input;
        internal readonly LoopNest Nest;
        internal readonly int Length;
        internal readonly int PlaceStep;
        internal readonly int InputStep;
        internal readonly ulong Flip;

        internal Lines(in Operand places, in Operand input, int axis, bool descending)
        {
            Places = places;
            Input = input;
            Length = input.Dims[axis];
            PlaceStep = places.Strides[axis];
            InputStep = input.Strides[axis];
            Flip = descending ? ulong.MaxValue : 0;
            int[] dims = [.. input.Dims];
            dims[axis] = 1;
            Nest = LoopNest.Over(dims, [places.Strides, input.Strides]);
        }

        internal int Count => Places.Count / Length;
    }

    private readonly struct Visitor(Lines lines) : INumericVisitor
    {
        public void Visit<TStored, TScalar, TVector>()
            where TStored : unmanaged, IStored<TStored, TScalar>
            where TScalar : unmanaged, INumeric<TScalar>, IScalar<TScalar>
            where TVector : unmanaged, INumeric<TVector>
        {
            Debug.Assert(StoredRows<TStored, TScalar>.IsPlain, "16-bit floats are sorted as Float32");
            if (typeof(TScalar) == typeof(F32))
            {
                Run<float, KeyOfSingle>(lines);
            }
            else if (typeof(TScalar) == typeof(F64))
            {
                Run<double, KeyOfDouble>(lines);
            }
            else if (typeof(TScalar) == typeof(I32))
            {
                Run<int, KeyOfInt>(lines);
            }
            else
            {
                Run<long, KeyOfLong>(lines);
            }
        }
    }
}

/// <summary>Unsigned integers in the order of the numbers.</summary>
internal interface IKey<T>
    where T : unmanaged
{
    static abstract ulong Of(T value);
}

/// <summary>Of Float32.</summary>
internal readonly struct KeyOfSingle : IKey<float>
{
    // As those of Float64, in the upper half: not by way of it, which not every GPU has.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Of(float value)
    {
        uint bits = value == 0 ? 0 : FloatBits.Of(value);
        uint key = (bits & 0x80000000U) != 0 ? ~bits : bits | 0x80000000U;
        return (ulong)(float.IsNaN(value) ? 0xFFFFFFFEU : key) << 32;
    }
}

/// <summary>Of Float64.</summary>
internal readonly struct KeyOfDouble : IKey<double>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Of(double value)
    {
        // Negative numbers are ordered by their bits backwards, and -0 is 0. (Compilers of GPUs take adding 0 for nothing to do.)
        ulong bits = value == 0 ? 0 : FloatBits.Of(value);
        ulong key = (bits & 0x8000000000000000UL) != 0 ? ~bits : bits | 0x8000000000000000UL;
        return double.IsNaN(value) ? 0xFFFFFFFFFFFFFFFEUL : key;
    }
}

/// <summary>Of Int32.</summary>
internal readonly struct KeyOfInt : IKey<int>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Of(int value) => KeyOfLong.Of(value);
}

/// <summary>Of Int64.</summary>
internal readonly struct KeyOfLong : IKey<long>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Of(long value) => (ulong)value ^ 0x8000000000000000UL;
}
