using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels.Tests.Optim;

/// <summary>The loop of optimizer steps, against the same steps taken one element at a time in double precision.</summary>
public class UpdateKernelTests
{
    private static readonly DType[] s_types = [DType.Float32, DType.Float64];

    public static TheoryData<DType, int> Lengths => Cases([.. Enumerable.Range(0, 257), 1023, 4099, 70_001]);

    // Segments are multiples of 16 elements long.
    public static TheoryData<DType, int> SegmentLengths => Cases([.. Enumerable.Range(0, 17).Select(static i => 16 * i)]);

    [Theory]
    [MemberData(nameof(Lengths))]
    public void All_of_a_length_is_updated_and_not_one_element_more(DType dtype, int length)
    {
        Device[] devices = length is 0 or 1 or 37 ? [Device.Cpu, TestDevice.Gpu] : [Device.Cpu];
        foreach (Device device in devices)
        {
            Check(device, dtype, length, default(NoState));
            Check(device, dtype, length, default(OneState));
            Check(device, dtype, length, default(ThreeStates));
        }
    }

    [Theory]
    [MemberData(nameof(SegmentLengths))]
    public void Segments_are_updated_with_the_number_of_their_segment(DType dtype, int length)
    {
        foreach (Device device in DevicesOf(length))
        {
            int all = 16 + length + 4112;
            SegmentTable table = new([(0, 16), (16, length), (16 + length, 4112)]);
            using Sample values = Values(device, dtype, all, 0);
            using Sample gradients = Values(device, dtype, all, 1);
            using Sample state = Values(device, dtype, all, 2);
            using Sample factors = Sample.Of(device, dtype, [3], i => i + 2);
            using Sample numbers = Sample.Of(device, DType.Int32, [table.Numbers.Length], i => table.Numbers[i]);
            Segmented.Update(
                default(FactorOfSegment), First(values, all), First(gradients, all), First(state, all), factors.Operand, table,
                numbers.Operand, null);
            double[] expected = [.. Enumerable.Range(0, all + 1).Select(i => Value(dtype, i, 0))];
            for (int i = 0; i < all; i++)
            {
                double factor = i < 16 ? 2 : i < 16 + length ? 3 : 4;
                expected[i] += (factor * Value(dtype, i, 1)) + Value(dtype, i, 2);
            }

            Compare(dtype, expected, values.Read(), $"{device} {length}");
        }
    }

    [Theory]
    [MemberData(nameof(SegmentLengths))]
    public void Segments_are_reduced(DType dtype, int length)
    {
        foreach (Device device in DevicesOf(length))
        {
            int all = 16 + length + 4112;
            SegmentTable table = new([(0, 16), (16, length), (16 + length, 4112)]);
            using Sample input = Values(device, dtype, all, 3);
            using Sample sums = Sample.Filled(device, dtype, [3], 9);
            using Sample numbers = Sample.Of(device, DType.Int32, [table.Numbers.Length], i => table.Numbers[i]);
            Segmented.Reduce(default(SumOfSquares), sums.Operand, First(input, all), table, numbers.Operand);
            double[] squares = [.. Enumerable.Range(0, all).Select(i => Value(dtype, i, 3) * Value(dtype, i, 3))];
            double[] expected =
                [Numbers.Sum(squares[..16]), Numbers.Sum(squares[16..(16 + length)]), Numbers.Sum(squares[(16 + length)..])];
            Numbers.AssertClose(expected, sums.Read(), dtype == DType.Float32 ? 2e-6 : 1e-14, 0, $"{device} {length}");
        }
    }

    private static TheoryData<DType, int> Cases(int[] lengths)
    {
        TheoryData<DType, int> cases = [];
        foreach (DType dtype in s_types)
        {
            foreach (int length in lengths)
            {
                cases.Add(dtype, length);
            }
        }

        return cases;
    }

    private static Device[] DevicesOf(int length) => length is 0 or 48 ? [Device.Cpu, TestDevice.Gpu] : [Device.Cpu];

    private static void Check<TRule>(Device device, DType dtype, int length, TRule rule)
        where TRule : unmanaged, IUpdateRule
    {
        using Sample values = Values(device, dtype, length, 0);
        using Sample gradients = Values(device, dtype, length, 1);
        Sample[] state = [.. Enumerable.Range(2, TRule.Slots).Select(i => Values(device, dtype, length, i))];
        UpdateKernel.Run(rule, First(values, length), First(gradients, length), [.. state.Select(s => First(s, length))]);

        // w becomes w - g/4 + 2 a + 3 b + 5 c, and the state a becomes a + g, b half of itself and c its negative.
        double[] w = [.. Enumerable.Range(0, length + 1).Select(i => Value(dtype, i, 0))];
        double[][] s = [.. state.Select((_, slot) => Enumerable.Range(0, length + 1).Select(i => Value(dtype, i, slot + 2)).ToArray())];
        for (int i = 0; i < length; i++)
        {
            double g = Value(dtype, i, 1);
            w[i] -= 0.25 * g;
            for (int slot = 0; slot < s.Length; slot++)
            {
                double old = s[slot][i];
                w[i] += old * (slot == 0 ? 2 : slot == 1 ? 3 : 5);
                s[slot][i] = slot == 0 ? old + g : slot == 1 ? 0.5 * old : -old;
            }
        }

        string what = $"{typeof(TRule).Name} {device} {dtype} length {length}";
        Compare(dtype, w, values.Read(), what);
        for (int slot = 0; slot < s.Length; slot++)
        {
            Compare(dtype, s[slot], state[slot].Read(), what + $" slot {slot}");
            state[slot].Dispose();
        }
    }

    // One element more than is updated, to see that it stays.
    private static Sample Values(Device device, DType dtype, int length, int seed) =>
        Sample.Of(device, dtype, [length + 1], i => Value(dtype, i, seed));

    private static double Value(DType dtype, int index, int seed) =>
        dtype == DType.Float32 ? (float)Numbers.Noise(index, seed) : Numbers.Noise(index, seed);

    private static Operand First(Sample sample, int length) => sample.Operand with { Dims = [length] };

    private static void Compare(DType dtype, double[] expected, double[] actual, string what) =>
        Numbers.AssertClose(expected, actual, 0, dtype == DType.Float32 ? 2e-6 : 4e-15, what);

    public readonly struct NoState : IUpdateRule
    {
        public static int Slots => 0;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Update<T>(ref T value, T gradient, ref T s0, ref T s1, ref T s2)
            where T : unmanaged, IReal<T> => value -= 0.25 * gradient;
    }

    public readonly struct OneState : IUpdateRule
    {
        public static int Slots => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Update<T>(ref T value, T gradient, ref T s0, ref T s1, ref T s2)
            where T : unmanaged, IReal<T>
        {
            value = value - (0.25 * gradient) + (2 * s0);
            s0 += gradient;
        }
    }

    public readonly struct ThreeStates : IUpdateRule
    {
        public static int Slots => 3;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Update<T>(ref T value, T gradient, ref T s0, ref T s1, ref T s2)
            where T : unmanaged, IReal<T>
        {
            value = value - (0.25 * gradient) + (2 * s0) + (3 * s1) + (5 * s2);
            s0 += gradient;
            s1 *= 0.5;
            s2 = -s2;
        }
    }

    public readonly struct FactorOfSegment : ISegmentRule
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Update<T>(ref T value, T gradient, T factor, ref T state)
            where T : unmanaged, IReal<T> => value += (factor * gradient) + state;
    }
}
