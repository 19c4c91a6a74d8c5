using DeepSharp.Kernels;

namespace DeepSharp.Tests;

/// <summary>The formulas of tests/golden/files/make_files.py, and the files it made.</summary>
internal static class Example
{
    internal static string File(string name) => Path.Combine(AppContext.BaseDirectory, "files", name);

    internal static Tensor Of(DType dtype, params int[] shape)
    {
        int count = new Shape(shape).Size;
        return dtype switch
        {
            DType.Float32 => Tensor.From(Make(count, static i => (i - 3) / 2f), shape, Device.Cpu),
            DType.Float64 => Tensor.From(Make(count, static i => (i - 3) / 2.0), shape, Device.Cpu),
            DType.Float16 => Tensor.From(Make(count, static i => (Half)((i - 3) / 2f)), shape, Device.Cpu),
            DType.BFloat16 => Tensor.From(Make(count, static i => (BF16)((i - 3) / 2f)), shape, Device.Cpu),
            DType.Int32 => Tensor.From(Make(count, static i => (i * i) - 5), shape, Device.Cpu),
            DType.Int64 => Tensor.From(Make(count, static i => ((long)i * i) - 5), shape, Device.Cpu),
            DType.UInt8 => Tensor.From(Make(count, static i => (byte)(7 * i)), shape, Device.Cpu),
            _ => Tensor.From(Make(count, static i => i % 3 == 0), shape, Device.Cpu),
        };
    }

    /// <summary>Same element type, shape and bits.</summary>
    internal static void Same(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.DType, actual.DType);
        Assert.Equal(expected.Shape, actual.Shape);
        switch (expected.DType)
        {
            case DType.Float32:
                Assert.Equal(
                    Bits<float>(expected, static x => BitConverter.SingleToInt32Bits(x)),
                    Bits<float>(actual, static x => BitConverter.SingleToInt32Bits(x)));
                break;
            case DType.Float64:
                Assert.Equal(Bits<double>(expected, BitConverter.DoubleToInt64Bits), Bits<double>(actual, BitConverter.DoubleToInt64Bits));
                break;
            case DType.Float16:
                Assert.Equal(
                    Bits<Half>(expected, static x => BitConverter.HalfToUInt16Bits(x)),
                    Bits<Half>(actual, static x => BitConverter.HalfToUInt16Bits(x)));
                break;
            case DType.BFloat16:
                Assert.Equal(Bits<BF16>(expected, static x => x.Bits), Bits<BF16>(actual, static x => x.Bits));
                break;
            case DType.Int32:
                Assert.Equal(expected.ToArray<int>(), actual.ToArray<int>());
                break;
            case DType.Int64:
                Assert.Equal(expected.ToArray<long>(), actual.ToArray<long>());
                break;
            case DType.UInt8:
                Assert.Equal(expected.ToArray<byte>(), actual.ToArray<byte>());
                break;
            default:
                Assert.Equal(expected.ToArray<bool>(), actual.ToArray<bool>());
                break;
        }
    }

    private static long[] Bits<T>(Tensor tensor, Func<T, long> bits)
        where T : unmanaged => [.. tensor.ToArray<T>().Select(bits)];

    private static T[] Make<T>(int count, Func<int, T> formula) => [.. Enumerable.Range(0, count).Select(formula)];
}
