namespace DeepSharp.Kernels.Tests.Numerics;

/// <summary>
/// The 16-bit floats: Float16 against .NET's own <see cref="Half"/>, BFloat16 against its definition, in scalars, registers and
/// kernels.
/// </summary>
public class HalfTests
{
    private static readonly ushort[] s_all = [.. Enumerable.Range(0, 65536).Select(static i => (ushort)i)];

    public static TheoryData<DType> Types => [DType.Float16, DType.BFloat16];

    [Theory]
    [MemberData(nameof(Types))]
    public void Every_number_is_widened_exactly(DType dtype)
    {
        uint[] expected = Array.ConvertAll(s_all, bits => Widened(dtype, bits));
        Assert.Equal(expected, Array.ConvertAll(s_all, bits => dtype == DType.Float16
            ? BitConverter.SingleToUInt32Bits(F16.Load(new F16(bits)).Value)
            : BitConverter.SingleToUInt32Bits(BF16.Load(new BF16(bits)).Value)));
        foreach (Device device in (Device[])[Device.Cpu, TestDevice.Gpu])
        {
            using Sample half = Sample.Filled(device, dtype, [s_all.Length], 0);
            using Sample single = Sample.Filled(device, DType.Float32, [s_all.Length], 0);
            half.Operand.Block.Upload<ushort>(s_all, 0);
            Cast.Run(single.Operand, half.Operand);
            uint[] widened = new uint[s_all.Length];
            single.Operand.Block.Download<uint>(widened, 0);
            Assert.Equal(expected, widened);
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Every_number_ties_to_even_and_what_lies_beside_them_are_rounded_to_the_nearest(DType dtype)
    {
        List<float> values = [];
        foreach (ushort bits in s_all)
        {
            float value = BitConverter.UInt32BitsToSingle(Widened(dtype, bits));
            values.Add(value);
            if (float.IsFinite(value))
            {
                // Half way to the next number away from zero; the floats beside that and beside the number itself.
                float tie = Tie(dtype, bits);
                values.AddRange([tie, MathF.BitIncrement(tie), MathF.BitDecrement(tie), MathF.BitIncrement(value), MathF.BitDecrement(value)]);
            }
        }

        for (uint bits = 0; bits < 0xFFFF_0000; bits += 40_961)
        {
            values.Add(BitConverter.UInt32BitsToSingle(bits));
        }

        float[] all = [.. values];
        ushort[] expected = Array.ConvertAll(all, value => Narrowed(dtype, value));
        Assert.Equal(expected, Array.ConvertAll(all, value => dtype == DType.Float16 ? F16.Store(value).Bits : BF16.Store(value).Bits));
        foreach (Device device in (Device[])[Device.Cpu, TestDevice.Gpu])
        {
            using Sample single = Sample.Filled(device, DType.Float32, [all.Length], 0);
            using Sample half = Sample.Filled(device, dtype, [all.Length], 0);
            single.Operand.Block.Upload<float>(all, 0);
            Cast.Run(half.Operand, single.Operand);
            ushort[] narrowed = new ushort[all.Length];
            half.Operand.Block.Download<ushort>(narrowed, 0);
            Assert.Equal(expected, narrowed);
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void A_double_is_rounded_once(DType dtype)
    {
        // A hair beside a tie, a float is the tie itself, and its rounding to even would be wrong half of the time.
        double[] values = [.. s_all
            .Where(bits => float.IsFinite(BitConverter.UInt32BitsToSingle(Widened(dtype, bits))))
            .Select(bits => (double)Tie(dtype, bits))
            .SelectMany(static tie => (double[])[tie, Math.BitIncrement(tie), Math.BitDecrement(tie)])];
        values = [.. values, double.NaN, double.MaxValue, double.MinValue, double.Epsilon, double.NegativeInfinity, -0.0];
        double[] expected = Array.ConvertAll(
            values, value => dtype == DType.Float16 ? (double)(Half)value : Tests.Numbers.OfBFloat16(Tests.Numbers.ToBFloat16(value)));
        Assert.Equal(expected, Array.ConvertAll(
            values, value => dtype == DType.Float16 ? F16.ToDouble(F16.FromDouble(value)) : BF16.ToDouble(BF16.FromDouble(value))));
        using Sample wide = Sample.Of(TestDevice.Gpu, DType.Float64, [300], i => values[i * 17]);
        using Sample half = Sample.Filled(TestDevice.Gpu, dtype, [300], 0);
        Cast.Run(half.Operand, wide.Operand);
        Assert.Equal([.. Enumerable.Range(0, 300).Select(i => expected[i * 17])], half.Read());
    }

    [Fact]
    public void Known_numbers_have_their_known_representations()
    {
        // IEEE 754-2019, table 3.5: the largest, the smallest normal and the smallest subnormal binary16.
        Assert.Equal([0x7BFF, 0x0400, 0x0001, 0xC000, 0x3555], ((double[])[65504, 6.103515625e-05, 5.9604644775390625e-08, -2, 1 / 3.0])
            .Select(static v => (int)F16.FromDouble(v).Bits));
        Assert.Equal([0x7C00, 0x7BFF, 0xFC00, 0x0000, 0x8000], ((double[])[65520, 65519.99, -1e9, 2.98e-8, -0.0])
            .Select(static v => (int)F16.FromDouble(v).Bits));
        Assert.Equal([0x3F80, 0x4049, 0x7F80, 0xFF7F], ((double[])[1, Math.PI, 3.4e38, -3.39e38]).Select(static v => (int)BF16.FromDouble(v).Bits));
        Assert.Equal(3.140625f, (float)(BF16)3.1415927f);
    }

    private static float Tie(DType dtype, ushort bits)
    {
        uint next = Widened(dtype, (ushort)(bits + 1));
        double high = (next & 0x7FFF_FFFF) == 0x7F80_0000
            ? Math.CopySign(dtype == DType.Float16 ? 65536 : Math.Pow(2, 128), BitConverter.UInt32BitsToSingle(next))
            : BitConverter.UInt32BitsToSingle(next);
        return (float)((BitConverter.UInt32BitsToSingle(Widened(dtype, bits)) + high) / 2);
    }

    private static uint Widened(DType dtype, ushort bits) => dtype == DType.BFloat16
        ? (uint)bits << 16
        : Quiet(BitConverter.SingleToUInt32Bits((float)BitConverter.UInt16BitsToHalf(bits)), 0x7F80_0000, 0x0040_0000);

    private static ushort Narrowed(DType dtype, float value)
    {
        if (dtype == DType.Float16)
        {
            return (ushort)Quiet(BitConverter.HalfToUInt16Bits((Half)value), 0x7C00, 0x0200);
        }

        uint bits = BitConverter.SingleToUInt32Bits(value);
        return float.IsNaN(value) ? (ushort)((bits >> 16) | 0x40) : Tests.Numbers.ToBFloat16(value);
    }

    // NaN as processors convert it: with the quiet bit set.
    private static uint Quiet(uint bits, uint infinity, uint quiet)
    {
        uint magnitude = infinity | ((infinity & (0 - infinity)) - 1);
        return (bits & magnitude) > infinity ? bits | quiet : bits;
    }
}
