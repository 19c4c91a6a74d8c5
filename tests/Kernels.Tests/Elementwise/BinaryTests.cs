namespace DeepSharp.Kernels.Tests.Elementwise;

/// <summary>Operators of two and three inputs, comparisons among them, against plain formulas in double precision.</summary>
public class BinaryTests
{
    private static readonly int[] s_lengths = [.. Enumerable.Range(0, 257), 1023, 4099, 100_003];

    public static TheoryData<string> Names => BinaryCase.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_length_agrees_with_the_formula(string name)
    {
        BinaryCase binary = BinaryCase.Named(name);
        foreach (DType dtype in binary.Types)
        {
            int most = dtype is DType.Float32 or DType.Int64 ? s_lengths[^1] : s_lengths[^2];
            using Sample a = Sample.Of(Device.Cpu, dtype, [most], i => binary.Input(dtype, 0, i));
            using Sample b = Sample.Of(Device.Cpu, dtype, [most], i => binary.Input(dtype, 1, i));
            using Sample c = Sample.Of(Device.Cpu, dtype, [most], i => binary.Input(dtype, 2, i));
            double[] expected = Expected(binary, dtype, a.Read(), b.Read(), c.Read());
            foreach (int length in s_lengths.TakeWhile(n => n <= most))
            {
                // One element more than is written, to see that it stays.
                using Sample o = Sample.Filled(Device.Cpu, binary.ResultType(dtype), [length + 1], 99);
                binary.Run(First(o, length), First(a, length), First(b, length), First(c, length));
                Compare(binary, dtype, [.. expected[..length], 99], o.Read(), $"{name} {dtype} length {length}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void All_patterns_of_broadcasting_agree_with_the_formula(string name)
    {
        BinaryCase binary = BinaryCase.Named(name);
        int[] dims = [3, 4, 21];
        foreach (DType dtype in (DType[])[binary.Types[0], binary.Types[^1]])
        {
            using Sample o = Sample.Filled(Device.Cpu, binary.ResultType(dtype), dims, 99);
            for (int repeatA = 0; repeatA < 8; repeatA++)
            {
                for (int repeatB = 0; repeatB < 8; repeatB++)
                {
                    CheckBroadcast(binary, dtype, o, dims, repeatA, repeatB, repeatA ^ repeatB ^ 7);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Strided_transposed_and_empty_operands_agree_with_the_formula(string name)
    {
        BinaryCase binary = BinaryCase.Named(name);
        Layout[] layouts = Enum.GetValues<Layout>();
        foreach (DType dtype in (DType[])[binary.Types[0], binary.Types[^1]])
        {
            foreach (Layout first in layouts)
            {
                foreach (Layout second in layouts)
                {
                    foreach (int[] dims in (int[][])[[3, 5, 7], [2, 300], [0, 4], [4, 0, 3], [1, 1], [2, 1, 3, 2, 1, 2]])
                    {
                        Layout output = (Layout)(((int)first + (int)second) % 3);
                        Check(binary, Device.Cpu, dtype, dims, first, second, output);
                    }
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_GPU_form_agrees_with_the_formula(string name)
    {
        BinaryCase binary = BinaryCase.Named(name);
        foreach (DType dtype in binary.Types)
        {
            Check(binary, TestDevice.Gpu, dtype, [3, 2, 5], Layout.Transposed, Layout.Broadcast, Layout.Contiguous);
        }

        Check(binary, TestDevice.Gpu, DType.Float32, [37], Layout.Contiguous, Layout.Gapped, Layout.Gapped);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void NaN_infinities_zeros_and_the_ends_of_the_range_follow_the_formula(string name)
    {
        BinaryCase binary = BinaryCase.Named(name);
        foreach (DType dtype in (DType[])[DType.Float32, DType.Float64])
        {
            double tiny = dtype == DType.Float32 ? 1e-40 : 1e-310;
            double huge = dtype == DType.Float32 ? float.MaxValue : double.MaxValue;
            double[] values =
                [0, -0.0, 1, -1, 2.5, 3, double.PositiveInfinity, double.NegativeInfinity, double.NaN, tiny, -tiny, huge, -huge];
            if (name is "Fmod" or "Remainder")
            {
                // Quotients that are beyond the digits of a number.
                values = values[..^4];
            }

            int[] dims = [values.Length, values.Length];
            foreach (Device device in (Device[])[Device.Cpu, TestDevice.Gpu])
            {
                using Sample a = Sample.Of(device, dtype, dims, i => values[i / values.Length]);
                using Sample b = Sample.Of(device, dtype, dims, i => values[i % values.Length]);
                using Sample o = Sample.Filled(device, binary.ResultType(dtype), dims, 99);
                binary.Run(o.Operand, a.Operand, b.Operand, a.Operand);
                double[] expected = Expected(binary, dtype, a.Read(), b.Read(), a.Read());
                Compare(binary, dtype, expected, o.Read(), $"{name} {dtype} {device}", device.IsHost ? 0 : 1);
            }
        }
    }

    [Fact]
    public void The_largest_integers_compare_exactly()
    {
        long[] values = [long.MinValue, long.MinValue + 1, -1, 0, (1L << 53) + 1, 1L << 53, long.MaxValue - 1, long.MaxValue];
        foreach (BinaryCase binary in BinaryCase.All.Where(static c => c.IsComparison))
        {
            using Sample a = Sample.Filled(Device.Cpu, DType.Int64, [8, 8], 0);
            using Sample b = Sample.Filled(Device.Cpu, DType.Int64, [8, 8], 0);
            using Sample o = Sample.Filled(Device.Cpu, DType.Bool, [8, 8], 9);
            a.Operand.Block.Upload<long>([.. Enumerable.Range(0, 64).Select(i => values[i / 8])], 0);
            b.Operand.Block.Upload<long>([.. Enumerable.Range(0, 64).Select(i => values[i % 8])], 0);
            binary.Run(o.Operand, a.Operand, b.Operand, a.Operand);

            // The values stand in ascending order but for the fifth and sixth.
            int[] rank = [0, 1, 2, 3, 5, 4, 6, 7];
            double[] expected = [.. Enumerable.Range(0, 64).Select(i => binary.Expected(DType.Float64, rank[i / 8], rank[i % 8], 0))];
            Assert.Equal(expected, o.Read());
        }
    }

    [Fact]
    public void Masks_choose_compare_and_are_made()
    {
        foreach (Device device in (Device[])[Device.Cpu, TestDevice.Gpu])
        {
            foreach (Layout layout in Enum.GetValues<Layout>())
            {
                int[] dims = [3, 7, 2];
                using Sample mask = Sample.Of(device, DType.Bool, dims, i => Numbers.Noise(i) > 0 ? 1 : 0, layout);
                using Sample yes = Sample.Of(device, DType.Float32, dims, i => i);
                using Sample no = Sample.Of(device, DType.Float32, dims, i => -i - 1);
                using Sample o = Sample.Filled(device, DType.Float32, dims, 99);
                double[] m = mask.Read();
                Kernels.Elementwise.RunNumeric(default(WhereOp), o.Operand, mask.Operand, yes.Operand, no.Operand);
                Assert.Equal(m.Select((v, i) => v != 0 ? (double)i : -i - 1), o.Read());

                // Numbers turned into a mask: everything but zero is true, NaN too.
                using Sample numbers = Sample.Of(device, DType.Float64, dims, i => i % 3 == 0 ? 0 : i % 3 == 1 ? -0.5 : double.NaN, layout);
                using Sample truth = Sample.Filled(device, DType.Bool, dims, 9, layout == Layout.Broadcast ? Layout.Gapped : layout);
                Kernels.Elementwise.Run(new UnaryForward<IdentityOp>(default), truth.Operand, numbers.Operand);
                Assert.Equal(numbers.Read().Select(v => v == 0 ? 0.0 : 1), truth.Read());
            }
        }
    }

    [Fact]
    public void An_operator_may_overwrite_either_input()
    {
        foreach (BinaryCase binary in BinaryCase.All.Where(static c => !c.IsComparison))
        {
            double[] x = [.. Enumerable.Range(0, 1000).Select(i => binary.Input(DType.Float64, 0, i))];
            double[] y = [.. Enumerable.Range(0, 1000).Select(i => binary.Input(DType.Float64, 1, i))];
            using Sample a = Sample.Of(Device.Cpu, DType.Float64, [1000], i => x[i]);
            using Sample b = Sample.Of(Device.Cpu, DType.Float64, [1000], i => y[i]);
            using Sample c = Sample.Of(Device.Cpu, DType.Float64, [1000], i => y[i]);
            binary.Run(a.Operand, a.Operand, b.Operand, b.Operand);
            Compare(binary, DType.Float64, Expected(binary, DType.Float64, x, y, y), a.Read(), binary.Name);
            using Sample again = Sample.Of(Device.Cpu, DType.Float64, [1000], i => x[i]);
            binary.Run(b.Operand, again.Operand, b.Operand, c.Operand);
            Compare(binary, DType.Float64, Expected(binary, DType.Float64, x, y, y), b.Read(), binary.Name);
        }
    }

    [Fact]
    public void Types_without_arithmetic_are_refused_with_a_remedy()
    {
        using Sample bytes = Sample.Filled(Device.Cpu, DType.UInt8, [3], 1);
        using Sample integers = Sample.Filled(Device.Cpu, DType.Int32, [3], 1);
        AssertRefused("Add", DType.UInt8, bytes.Operand);
        AssertRefused("Divide", DType.Int32, integers.Operand);

        static void AssertRefused(string name, DType dtype, Operand operand)
        {
            ArgumentException error = Assert.Throws<ArgumentException>(
                () => BinaryCase.Named(name).Run(operand, operand, operand, operand));
            Assert.Contains(name, error.Message, StringComparison.Ordinal);
            Assert.Contains(dtype.ToString(), error.Message, StringComparison.Ordinal);
            Assert.Contains("Cast", error.Message, StringComparison.Ordinal);
        }
    }

    private static Operand First(Sample sample, int length) => sample.Operand with { Dims = [length] };

    private static void CheckBroadcast(BinaryCase binary, DType dtype, Sample o, int[] dims, int repeatA, int repeatB, int repeatC)
    {
        using Sample a = Repeated(binary, dtype, dims, 0, repeatA, out Operand wideA, out double[] x);
        using Sample b = Repeated(binary, dtype, dims, 1, repeatB, out Operand wideB, out double[] y);
        using Sample c = Repeated(binary, dtype, dims, 2, repeatC, out Operand wideC, out double[] z);
        binary.Run(o.Operand, wideA, wideB, wideC);
        Compare(binary, dtype, Expected(binary, dtype, x, y, z), o.Read(), $"{binary.Name} {dtype} repeats {repeatA:b3} {repeatB:b3}");
    }

    // A tensor with length 1 along the axes whose bits are set, seen with the full lengths, and its values repeated by hand.
    private static Sample Repeated(BinaryCase binary, DType dtype, int[] dims, int input, int repeat, out Operand wide, out double[] values)
    {
        int[] own = [.. dims.Select((d, axis) => (repeat >> axis & 1) != 0 ? 1 : d)];
        Sample sample = Sample.Of(Device.Cpu, dtype, own, i => binary.Input(dtype, input, i));
        wide = sample.Operand with { Dims = dims, Strides = [.. sample.Operand.Strides.Select((s, axis) => own[axis] == 1 ? 0 : s)] };
        double[] few = sample.Read();
        values = new double[dims[0] * dims[1] * dims[2]];
        for (int i = 0; i < values.Length; i++)
        {
            int outer = i / (dims[1] * dims[2]) % own[0];
            int middle = i / dims[2] % dims[1] % own[1];
            values[i] = few[(((outer * own[1]) + middle) * own[2]) + (i % dims[2] % own[2])];
        }

        return sample;
    }

    private static void Check(
        BinaryCase binary, Device device, DType dtype, int[] dims, Layout first, Layout second, Layout output)
    {
        using Sample a = Sample.Of(device, dtype, dims, i => binary.Input(dtype, 0, i), first);
        using Sample b = Sample.Of(device, dtype, dims, i => binary.Input(dtype, 1, i), second);
        using Sample c = Sample.Of(device, dtype, dims, i => binary.Input(dtype, 2, i), first);
        using Sample o = Sample.Filled(device, binary.ResultType(dtype), dims, 99, output);
        binary.Run(o.Operand, a.Operand, b.Operand, c.Operand);
        string what = $"{binary.Name} {dtype} {device} [{string.Join(", ", dims)}] {first}, {second} to {output}";
        Compare(binary, dtype, Expected(binary, dtype, a.Read(), b.Read(), c.Read()), o.Read(), what, device.IsHost ? 0 : 1);
    }

    private static double[] Expected(BinaryCase binary, DType dtype, double[] a, double[] b, double[] c) =>
        [.. a.Select((x, i) => binary.Expected(dtype, x, b[i], c[i]))];

    // A GPU may contract a product and a sum into one rounding.
    private static void Compare(BinaryCase binary, DType dtype, double[] expected, double[] actual, string what, double more = 0)
    {
        double ulp = dtype == DType.Float32 ? Math.Pow(2, -23) : dtype == DType.Float64 ? Math.Pow(2, -52) : 0;
        Numbers.AssertClose(expected, actual, (binary.Ulps + more) * ulp, more * 64 * ulp, what);
    }
}
