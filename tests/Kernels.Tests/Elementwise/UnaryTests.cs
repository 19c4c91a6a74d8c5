namespace DeepSharp.Kernels.Tests.Elementwise;

/// <summary>Unary operators and their derivatives against plain formulas in double precision.</summary>
public class UnaryTests
{
    private static readonly DType[] s_types = [DType.Float32, DType.Float64];
    private static readonly int[] s_lengths = [.. Enumerable.Range(0, 257), 1023, 4099, 100_003];

    public static TheoryData<string> Names => UnaryCase.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_length_agrees_with_the_formula(string name)
    {
        UnaryCase unary = UnaryCase.Named(name);
        foreach (DType dtype in s_types)
        {
            int most = dtype == DType.Float32 ? s_lengths[^1] : s_lengths[^2];
            using Sample x = Sample.Of(Device.Cpu, dtype, [most], unary.Input);
            using Sample saved = unary.Saves == Saved.Output
                ? Sample.Of(Device.Cpu, dtype, [most], i => unary.Value(unary.Input(i)))
                : Sample.Of(Device.Cpu, dtype, [most], unary.Input);
            using Sample gradient = Sample.Of(Device.Cpu, dtype, [most], i => Numbers.Noise(i, 8));
            double[] g = gradient.Read();
            double[] values = Array.ConvertAll(x.Read(), v => unary.Value(v));
            double[] slopes = [.. x.Read().Select((v, i) => g[i] * unary.Slope(v))];
            foreach (int length in s_lengths.TakeWhile(n => n <= most))
            {
                // One element more than is written, to see that it stays.
                using Sample y = Sample.Filled(Device.Cpu, dtype, [length + 1], 99);
                unary.Forward(First(y, length), First(x, length));
                Compare(dtype, [.. values[..length], 99], y.Read(), $"{name} {dtype} length {length}");
                unary.Backward(First(y, length), First(gradient, length), First(saved, length));
                Compare(dtype, [.. slopes[..length], 99], y.Read(), $"{name}' {dtype} length {length}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Strided_transposed_and_broadcast_operands_agree_with_the_formula(string name)
    {
        UnaryCase unary = UnaryCase.Named(name);
        foreach (DType dtype in s_types)
        {
            foreach (Layout input in Enum.GetValues<Layout>())
            {
                foreach (Layout output in (Layout[])[Layout.Contiguous, Layout.Transposed, Layout.Gapped])
                {
                    foreach (int[] dims in (int[][])[[3, 5, 7], [2, 300], [0, 4], [4, 0, 3], [1, 1], [1, 3, 1, 2]])
                    {
                        CheckForward(unary, Device.Cpu, dtype, dims, input, output);
                        CheckBackward(unary, Device.Cpu, dtype, dims, input, output);
                    }
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_GPU_form_agrees_with_the_formula(string name)
    {
        UnaryCase unary = UnaryCase.Named(name);
        foreach (DType dtype in s_types)
        {
            CheckForward(unary, TestDevice.Gpu, dtype, [3, 4, 3], Layout.Transposed, Layout.Contiguous);
            CheckBackward(unary, TestDevice.Gpu, dtype, [37], Layout.Contiguous, Layout.Gapped);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void NaN_infinities_zeros_and_the_ends_of_the_range_follow_the_formula(string name)
    {
        UnaryCase unary = UnaryCase.Named(name);
        foreach (DType dtype in s_types)
        {
            double tiny = dtype == DType.Float32 ? 1e-40 : 1e-310;
            double huge = dtype == DType.Float32 ? float.MaxValue : double.MaxValue;
            double[] values = [0, 1, -1, double.PositiveInfinity, double.NegativeInfinity, double.NaN, tiny, -tiny, huge, -huge];
            if (name is "Sin" or "Cos" or "Tan")
            {
                // Nobody needs the sine or the tangent of the largest number, and the oracle's own is good for little there.
                values = values[..^2];
            }

            // Once among other values in a register, and once as a tail.
            CheckValues(unary, Device.Cpu, dtype, values, 1);
            CheckValues(unary, Device.Cpu, dtype, values, 7);
            CheckValues(unary, TestDevice.Gpu, dtype, values, 1);
        }
    }

    [Fact]
    public void An_element_does_not_depend_on_where_it_stands()
    {
        foreach (UnaryCase unary in UnaryCase.All)
        {
            using Sample all = Sample.Of(Device.Cpu, DType.Float32, [100], unary.Input);
            using Sample expected = Sample.Filled(Device.Cpu, DType.Float32, [100], 0);
            unary.Forward(expected.Operand, all.Operand);
            for (int start = 0; start < 100; start += 9)
            {
                using Sample part = Sample.Of(Device.Cpu, DType.Float32, [100 - start], i => unary.Input(i + start));
                using Sample actual = Sample.Filled(Device.Cpu, DType.Float32, [100 - start], 0);
                unary.Forward(actual.Operand, part.Operand);
                Assert.Equal(expected.Read()[start..], actual.Read());
            }
        }
    }

    [Fact]
    public void An_operator_may_overwrite_its_input()
    {
        foreach (UnaryCase unary in UnaryCase.All)
        {
            using Sample x = Sample.Of(Device.Cpu, DType.Float64, [1000], unary.Input);
            double[] expected = Array.ConvertAll(x.Read(), v => unary.Value(v));
            unary.Forward(x.Operand, x.Operand);
            Numbers.AssertClose(expected, x.Read(), 4e-15, 4e-15, unary.Name);
        }
    }

    [Fact]
    public void Halves_round_to_even_and_zeros_keep_their_sign()
    {
        // Pairs of x and round(x) by IEEE 754's roundToIntegralTiesToEven.
        (double X, double Rounded)[] table =
        [
            (0.5, 0), (1.5, 2), (2.5, 2), (3.5, 4), (-0.5, -0.0), (-1.5, -2), (-2.5, -2), (0.0, 0.0), (-0.0, -0.0), (-0.25, -0.0),
            (0.49999997, 0), (8388607.5, 8388608), (4194302.5, 4194302), (16777215, 16777215), (-3e38, -3e38), (1e-40, 0),
        ];
        foreach (Device device in (Device[])[Device.Cpu, TestDevice.Gpu])
        {
            foreach (DType dtype in s_types)
            {
                using Sample x = Sample.Of(device, dtype, [table.Length], i => table[i].X);
                using Sample y = Sample.Filled(device, dtype, [table.Length], 3);
                double[] expected = [.. table.Select(pair => Rounded(dtype, pair.Rounded))];
                UnaryCase.Named("Round").Forward(y.Operand, x.Operand);
                Assert.Equal(expected.Select(BitConverter.DoubleToInt64Bits), y.Read().Select(BitConverter.DoubleToInt64Bits));
                UnaryCase.Named("Ceil").Forward(y.Operand, x.Operand);
                Assert.Equal(x.Read().Select(static v => BitConverter.DoubleToInt64Bits(Math.Ceiling(v))), y.Read().Select(BitConverter.DoubleToInt64Bits));
            }
        }
    }

    [Fact]
    public void Integers_are_refused_with_a_remedy()
    {
        using Sample x = Sample.Filled(Device.Cpu, DType.Int32, [3], 1);
        ArgumentException error = Assert.Throws<ArgumentException>(() => UnaryCase.Named("Exp").Forward(x.Operand, x.Operand));
        Assert.Contains("Int32", error.Message, StringComparison.Ordinal);
        Assert.Contains("Cast", error.Message, StringComparison.Ordinal);
    }

    private static Operand First(Sample sample, int length) => sample.Operand with { Dims = [length] };

    private static void CheckValues(UnaryCase unary, Device device, DType dtype, double[] values, int repeats)
    {
        using Sample x = Sample.Of(device, dtype, [repeats * values.Length], i => values[i % values.Length]);
        using Sample y = Sample.Filled(device, dtype, x.Operand.Dims, 3);
        unary.Forward(y.Operand, x.Operand);
        double[] expected = Array.ConvertAll(x.Read(), v => Rounded(dtype, unary.Value(v)));

        // Near zero numbers are further apart than any relative tolerance says: two of the smallest.
        Numbers.AssertClose(
            expected, y.Read(), dtype == DType.Float32 ? 1e-6 : 4e-15, dtype == DType.Float32 ? 3e-45 : 1e-323,
            $"{unary.Name} {dtype} {device}");
    }

    private static void CheckForward(UnaryCase unary, Device device, DType dtype, int[] dims, Layout input, Layout output)
    {
        using Sample x = Sample.Of(device, dtype, dims, unary.Input, input);
        using Sample y = Sample.Filled(device, dtype, dims, 99, output);
        unary.Forward(y.Operand, x.Operand);
        double[] expected = Array.ConvertAll(x.Read(), v => unary.Value(v));
        Compare(dtype, expected, y.Read(), $"{unary.Name} {dtype} {device} [{string.Join(", ", dims)}] {input} to {output}");
    }

    private static void CheckBackward(UnaryCase unary, Device device, DType dtype, int[] dims, Layout input, Layout output)
    {
        using Sample x = Sample.Of(device, dtype, dims, unary.Input, input);
        using Sample saved = Sample.Of(
            device, dtype, dims, i => unary.Saves == Saved.Output ? unary.Value(unary.Input(i)) : unary.Input(i), input);
        using Sample gradient = Sample.Of(device, dtype, dims, i => Numbers.Noise(i, 8));
        using Sample result = Sample.Filled(device, dtype, dims, 99, output);
        unary.Backward(result.Operand, gradient.Operand, saved.Operand);
        double[] g = gradient.Read();
        double[] expected = x.Read().Select((v, i) => g[i] * unary.Slope(v)).ToArray();
        Compare(dtype, expected, result.Read(), $"{unary.Name}' {dtype} {device} [{string.Join(", ", dims)}] {input} to {output}");
    }

    private static void Compare(DType dtype, double[] expected, double[] actual, string what) => Numbers.AssertClose(
        expected, actual, dtype == DType.Float32 ? 2e-6 : 4e-15, dtype == DType.Float32 ? 1e-6 : 4e-15, what);

    private static double Rounded(DType dtype, double value) => dtype == DType.Float32 ? (float)value : value;
}
