namespace DeepSharp.Kernels.Tests.Devices;

/// <summary>
/// What a device without double precision must get right; on others it holds as well. DEEPSHARP_TEST_DEVICE=opencl-single makes an OpenCL
/// device pass for one.
/// </summary>
public sealed class SinglePrecisionTests
{
    /// <summary>By C's rules: a number stands at a multiple of its size, and so does the end of them all.</summary>
    [Fact]
    public void The_form_of_arguments_is_read_from_the_source()
    {
        const string source =
            "struct type_7;\nstruct type_7_kernel;\nstruct type_7\n{\n\tfloat field_0;\n};\nstruct type_7_kernel\n{\n\tfloat field_0;\n"
            + "\tchar field_1;\n\tshort field_2;\n\tint field_3;\n\tchar __padding1[4];\n\tint field_4;\n\tlong field_5;\n\tchar field_6;\n};\n"
            + "kernel void Kernel_Kernel(\n\tglobal float* view_0,\n\tstruct type_7_kernel var0)\n{\n";
        List<ArgumentField> form = ArgumentForm.Read(source, out int size);
        Assert.Equal([new(0, 4), new(4, 1), new(6, 2), new(8, 4), new(16, 4), new(24, 8), new(32, 1)], form);
        Assert.Equal(40, size);
    }

    [Fact]
    public void Fields_of_every_width_reach_a_kernel()
    {
        Widths operation = new(1.25, -3, 2.5, 7, 1L << 40, 0.5f);
        using Sample x = Sample.Of(TestDevice.Gpu, DType.Float32, [5], static i => i + 1);
        using Sample y = Sample.Filled(TestDevice.Gpu, DType.Float32, [5], 0);
        using Sample z = Sample.Filled(TestDevice.Gpu, DType.Float32, [5], 0);
        MultiMap.Run(operation, [y.Operand, z.Operand], [x.Operand]);
        Assert.Equal([.. Enumerable.Range(1, 5).Select(static i => (i * 1.25) - 3 + 2.5)], y.Read());
        Assert.Equal([.. Enumerable.Range(1, 5).Select(static i => 7 + 40 + (i * 0.5))], z.Read());
    }

    /// <summary>A float has 24 bits of an integer, a double 53.</summary>
    [Theory]
    [InlineData(DType.Int64, DType.Int32)]
    [InlineData(DType.Int32, DType.Int64)]
    [InlineData(DType.Int64, DType.UInt8)]
    [InlineData(DType.Int64, DType.Bool)]
    [InlineData(DType.UInt8, DType.Int32)]
    public void Integers_keep_their_digits(DType from, DType to)
    {
        double[] values = from switch
        {
            DType.UInt8 => [0, 1, 127, 128, 255],
            DType.Int32 => [0, 1, 16777217, -16777219, int.MaxValue, int.MinValue, 255, 256, -1],
            _ => [0, 1, 16777217, -16777219, int.MaxValue, int.MinValue, 255, 256, -1, 3e9, -3e9],
        };
        using Sample input = Sample.Of(TestDevice.Gpu, from, [values.Length], i => values[i]);
        using Sample output = Sample.Filled(TestDevice.Gpu, to, [values.Length], 0);
        Cast.Run(output.Operand, input.Operand);
        double[] expected = [.. values.Select(value => to switch
        {
            DType.Int32 => Math.Clamp(value, int.MinValue, int.MaxValue),
            DType.UInt8 => Math.Clamp(value, 0, 255),
            DType.Bool => value != 0 ? 1 : 0,
            _ => value,
        })];
        Assert.Equal(expected, output.Read());
    }

    /// <summary>Fields as a user's struct may have them.</summary>
    public readonly struct Inner(double a, int b)
    {
        private readonly double _a = a;
        private readonly int _b = b;

        /// <summary>a x + b.</summary>
        public T Of<T>(T x)
            where T : unmanaged, IReal<T> => (x * _a) + _b;
    }

    /// <summary>Two results that show all fields.</summary>
    public readonly struct Widths(double a, int b, double c, short d, long e, float f) : IMultiMap
    {
        private readonly Inner _inner = new(a, b);
        private readonly double _c = c;
        private readonly short _d = d;
        private readonly long _e = e;
        private readonly float _f = f;

        /// <inheritdoc/>
        public static int Inputs => 1;

        /// <inheritdoc/>
        public static int Outputs => 2;

        /// <inheritdoc/>
        public Pack<T> Apply<T>(Pack<T> x)
            where T : unmanaged, IReal<T> => new()
            {
                A = _inner.Of(x.A) + _c,
                B = (x.A * _f) + (_d + (_e == 1L << 40 ? 40 : 0)),
            };
    }
}
