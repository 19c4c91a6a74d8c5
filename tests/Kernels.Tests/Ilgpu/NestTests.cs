using DeepSharp.Kernels.Tests.Products;

namespace DeepSharp.Kernels.Tests.Ilgpu;

/// <summary>
/// Structs of the same numbers in other nests meet in one context: ILGPU takes them for one type, that of the first. Each test has a device of
/// its own, on which nothing was compiled before.
/// </summary>
public sealed class NestTests
{
    private readonly Device _device = Device.EmulatedWith(new ColumnMajor());

    /// <summary>(x^3)'' = 6x, by duals of duals: two pairs, after kernels with four numbers that are nested as three and one.</summary>
    [Theory]
    [InlineData(DType.Float32)]
    [InlineData(DType.Float64)]
    public void Duals_of_duals_after_other_nests_of_four(DType dtype)
    {
        Assert.Equal([7.5, 8, 8.5], Run(new Singles(new(1, 2, 9), 4), 0, dtype));
        Assert.Equal([7.5, 8, 8.5], Run(new Doubles(new(1, 2, 9), 4), 0, dtype));
        Assert.Equal([3.0, 6, 9], Run(default(Cube), 2, dtype));
        Assert.Equal([6.0, 6, 6], Run(default(Cube), 3, dtype));
    }

    [Theory]
    [InlineData(DType.Float32)]
    [InlineData(DType.Float64)]
    public void Other_nests_of_four_after_duals_of_duals(DType dtype)
    {
        Assert.Equal([3.0, 6, 9], Run(default(Cube), 2, dtype));
        Assert.Equal([6.0, 6, 6], Run(default(Cube), 3, dtype));
        Assert.Equal([7.5, 8, 8.5], Run(new Singles(new(1, 2, 9), 4), 0, dtype));
        Assert.Equal([7.5, 8, 8.5], Run(new Doubles(new(1, 2, 9), 4), 0, dtype));
    }

    /// <summary>Operators without fields are a byte each.</summary>
    [Fact]
    public void Chains_of_three_to_the_left_and_to_the_right()
    {
        double[] expected = [-1.0 / 8, -1, -27.0 / 8];
        Assert.Equal(expected, Run(default(Then<Then<AbsOp, Cube>, NegOp>), 0, DType.Float64));
        Assert.Equal(expected, Run(default(Then<AbsOp, Then<Cube, NegOp>>), 0, DType.Float64));
        Assert.Equal([-3.0, -6, -9], Run(default(Then<AbsOp, Then<Cube, NegOp>>), 2, DType.Float64));
        Assert.Equal([-3.0, -6, -9], Run(default(Then<Then<AbsOp, Cube>, NegOp>), 2, DType.Float64));
    }

    private double[] Run<TOp>(TOp op, int order, DType dtype)
        where TOp : unmanaged, IUnaryOp
    {
        using Sample x = Sample.Of(_device, dtype, [3], static i => (i + 1) * 0.5);
        using Sample y = Sample.Filled(_device, dtype, [3], 0);
        if (order == 0)
        {
            Kernels.Elementwise.Run(new UnaryForward<TOp>(op), y.Operand, x.Operand);
        }
        else
        {
            Slopes.Run(op, order, y.Operand, x.Operand);
        }

        return y.Read();
    }

    /// <summary>x^3, whose derivatives are left to duals.</summary>
    public readonly struct Cube : IUnaryOp
    {
        /// <inheritdoc/>
        public T Forward<T>(T x)
            where T : unmanaged, IReal<T> => x * x * x;
    }

    /// <summary>Three numbers.</summary>
    public readonly record struct Three<TNumber>(TNumber A, TNumber B, TNumber C);

    /// <summary>x + a + b + d, in doubles.</summary>
    public readonly struct Doubles(Three<double> three, double d) : IUnaryOp
    {
        private readonly Three<double> _three = three;
        private readonly double _d = d;

        /// <inheritdoc/>
        public T Forward<T>(T x)
            where T : unmanaged, IReal<T>
        {
            Three<double> three = _three;
            return x + three.A + three.B + _d;
        }
    }

    /// <summary>x + a + b + d, in floats.</summary>
    public readonly struct Singles(Three<float> three, float d) : IUnaryOp
    {
        private readonly Three<float> _three = three;
        private readonly float _d = d;

        /// <inheritdoc/>
        public T Forward<T>(T x)
            where T : unmanaged, IReal<T>
        {
            Three<float> three = _three;
            return x + three.A + three.B + _d;
        }
    }
}
