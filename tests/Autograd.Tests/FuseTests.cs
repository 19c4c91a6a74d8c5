using DeepSharp.Kernels;

namespace DeepSharp.Tests;

/// <summary>Operators that run as one kernel.</summary>
[Collection(Alone.Name)]
public class FuseTests
{
    private static readonly Dictionary<string, (Func<Tensor, Tensor, Tensor> Run, Func<double, double, double> Value)> s_binary = new()
    {
        ["Add"] = (static (a, b) => Fuse.Binary<AddOp>(a, b), static (a, b) => a + b),
        ["Subtract"] = (static (a, b) => Fuse.Binary<SubtractOp>(a, b), static (a, b) => a - b),
        ["Multiply"] = (static (a, b) => Fuse.Binary<MultiplyOp>(a, b), static (a, b) => a * b),
        ["Divide"] = (static (a, b) => Fuse.Binary<DivideOp>(a, b), static (a, b) => a / b),
        ["Maximum"] = (static (a, b) => Fuse.Binary<MaximumOp>(a, b), Math.Max),
        ["Minimum"] = (static (a, b) => Fuse.Binary<MinimumOp>(a, b), Math.Min),
        ["After, saving the output"] = (static (a, b) => Fuse.Binary<After<MultiplyOp, SigmoidOp>>(a, b), static (a, b) => 1 / (1 + Math.Exp(-a * b))),
        ["After, saving the input"] = (static (a, b) => Fuse.Binary<After<SubtractOp, SquareOp>>(a, b), static (a, b) => (a - b) * (a - b)),
        ["Combine"] = (
            static (a, b) => Fuse.Binary<Combine<SiLUOp, TanhOp, MultiplyOp>>(a, b),
            static (a, b) => a / (1 + Math.Exp(-a)) * Math.Tanh(b)),
        ["All of it"] = (
            static (a, b) => Fuse.Binary(
                a, b, new After<Combine<AffineOp, IdentityOp, DivideOp>, Then<SquareOp, AffineOp>>(
                    new(new(2, 1), default, default), default(SquareOp).Then(new AffineOp(-1, 3)))),
            static (a, b) => 3 - ((2 * a + 1) / b * ((2 * a + 1) / b))),
    };

    public static TheoryData<string> Names => [.. s_binary.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Fused_binary_operators_have_the_value_of_their_formula_and_its_gradients(string name)
    {
        (Func<Tensor, Tensor, Tensor> run, Func<double, double, double> value) = s_binary[name];
        foreach (Device device in (Device[])[Device.Cpu, TestDevice.Gpu])
        {
            using TensorScope scope = Tensor.Scope();
            Tensor a = Tensor.Arange(24, DType.Float64, Device.Cpu).Sin().Reshape(2, 3, 4).To(device);
            Tensor b = (Tensor.Arange(3, DType.Float64, Device.Cpu).Cos() + 2.5).Reshape(3, 1).To(device);
            double[] x = a.ToArray<double>();
            double[] y = b.ToArray<double>();
            double[] result = run(a, b).ToArray<double>();
            for (int i = 0; i < 24; i++)
            {
                Assert.Equal(value(x[i], y[i / 4 % 3]), result[i], 1e-13);
            }
        }

        using TensorScope check = Tensor.Scope();
        GradCheck.Run(xs => run(xs[0], xs[1]), [Left(), Right()]);
        GradCheck.Run(xs => run(xs[0], xs[1]), [Left(), Right()[0]], order: 3, tolerance: 4e-6);
        GradCheck.Run(xs => run(xs[0], xs[1]), [Left()[0, 0], Right()]);

        // Apart from each other, so that no difference straddles the corner of a maximum.
        static Tensor Left() => (Tensor.Arange(24, DType.Float64, Device.Cpu).Sin() * 2).Reshape(2, 3, 4);

        static Tensor Right() => ((Tensor.Arange(12, DType.Float64, Device.Cpu) * 1.7).Cos() * 0.4 + 1.1).Reshape(3, 4);
    }

    [Fact]
    public void A_chain_is_one_launch_forward_and_one_backward()
    {
        using TensorScope scope = Tensor.Scope();
        Tensor x = (Tensor.Arange(24, DType.Float64, Device.Cpu) * 0.1).RequireGrad();
        Tensor seed = Tensor.Ones(24, DType.Float64, Device.Cpu);
        Tensor y = null!;
        Assert.Equal(1, LaunchCount.Of(() => y = Fuse.Unary<Then<Then<TanhOp, SquareOp>, SinOp>>(x)));
        Assert.Equal(1, LaunchCount.Of(() => Grad.Of(y, x, gradient: seed)));
        Assert.Equal(2, LaunchCount.Of(() => Grad.Of(
            Fuse.Binary<After<MultiplyOp, ReLUOp>>(x, seed), x, gradient: seed)));
        GradCheck.Run(
            static xs => Fuse.Unary(xs[0], new AffineOp(2, 1).Then(default(TanhOp)).Then(default(ExpOp))),
            [Tensor.Arange(7, DType.Float64, Device.Cpu) * 0.3 - 1]);
    }

    [Fact]
    public void Mistakes_are_named()
    {
        using TensorScope scope = Tensor.Scope();
        Tensor x = Tensor.Ones([2, 3], DType.Float64, Device.Cpu).RequireGrad();
        Says<ArgumentException>(() => Fuse.Binary<AddOp>(x, Tensor.Ones([4], DType.Float64, Device.Cpu)), "[2, 3]", "[4]");
        Says<ArgumentException>(() => Fuse.Binary<DivideOp>(Tensor.Arange(3, DType.Int32), Tensor.Arange(3, DType.Int32)), "Int32");
    }

    [Fact]
    public void A_dense_layer_with_its_activation_agrees_with_both_alone()
    {
        foreach (Device device in (Device[])[Device.Cpu, TestDevice.Gpu])
        {
            using TensorScope scope = Tensor.Scope();
            Tensor[] inputs = [.. Inputs().Select(t => t.To(device).RequireGrad())];
            Same(inputs, default(ReLUOp), static z => z.ReLU());
            Same(inputs, default(TanhOp), static z => z.Tanh());
            Same(inputs, default(SigmoidOp), static z => z.Sigmoid());
            Same(inputs, new AffineOp(-2, 1), static z => z.Affine(-2, 1));
            Same(inputs, default(GELUOp), static z => z.GELU());
        }

        using TensorScope check = Tensor.Scope();
        GradCheck.Run(static xs => xs[0].Linear(xs[1], xs[2], default(TanhOp)), Inputs(), order: 2);
        GradCheck.Run(static xs => xs[0].Linear(xs[1], null, default(SigmoidOp)), Inputs()[..2], order: 2);
        GradCheck.Run(static xs => xs[0].Linear(xs[1], xs[2], default(SiLUOp)), Inputs());

        static Tensor[] Inputs() =>
        [
            Tensor.Arange(15, DType.Float64, Device.Cpu).Sin().Reshape(3, 5),
            Tensor.Arange(20, DType.Float64, Device.Cpu).Cos().Reshape(4, 5),
            Tensor.Arange(4, DType.Float64, Device.Cpu) * 0.1,
        ];
    }

    [Fact]
    public void Batch_norm_with_its_activation_agrees_with_both_alone()
    {
        // Few columns, many columns and pieces, long rows; the emulated device gets the small ones.
        foreach ((Shape shape, Device[] devices) in ((Shape, Device[])[])[
            ([6, 5], [Device.Cpu, TestDevice.Gpu]), ([2, 3, 4], [Device.Cpu, TestDevice.Gpu]), ([300, 70], [Device.Cpu]),
            ([9000, 3], [Device.Cpu]), ([3, 2, 2100], [Device.Cpu])])
        {
            foreach (Device device in devices)
            {
                using TensorScope scope = Tensor.Scope();
                Tensor[] inputs = [.. Inputs(shape).Select(t => t.To(device).RequireGrad())];
                SameNorm(inputs, default(ReLUOp), static z => z.ReLU());
                SameNorm(inputs, default(TanhOp), static z => z.Tanh());
                SameNorm(inputs, new AffineOp(-2, 1), static z => z.Affine(-2, 1));
                SameNorm(inputs, default(SiLUOp), static z => z.SiLU());
            }
        }

        using TensorScope check = Tensor.Scope();
        GradCheck.Run(
            static xs => xs[0].BatchNorm(xs[1], xs[2], null, null, 0.1, 1e-3, default(TanhOp)),
            Inputs([6, 4]), order: 2);
        GradCheck.Run(
            static xs => xs[0].BatchNormFixed(xs[1], xs[2], xs[2], xs[1].Square() + 1, 1e-3, default(SigmoidOp)),
            Inputs([6, 4]), order: 2);
        GradCheck.Run(static xs => xs[0].BatchNorm(null, null, null, null, 0.1, 1e-3, default(SigmoidOp)), Inputs([3, 2, 3])[..1]);

        static Tensor[] Inputs(Shape shape) =>
        [
            (Tensor.Arange(shape.Size, DType.Float64, Device.Cpu) * 1.3).Sin().Reshape(shape),
            Tensor.Arange(shape[1], DType.Float64, Device.Cpu).Cos() + 1.5,
            Tensor.Arange(shape[1], DType.Float64, Device.Cpu).Sin() * 0.3,
        ];
    }

    private static void SameNorm<TAct>(Tensor[] inputs, TAct activation, Func<Tensor, Tensor> alone)
        where TAct : unmanaged, IUnaryOp
    {
        (Tensor x, Tensor gamma, Tensor beta) = (inputs[0], inputs[1], inputs[2]);
        Tensor[] running = [.. Enumerable.Range(0, 4).Select(i => Tensor.Full(x.Shape[1], 0.5 + (i % 2), DType.Float64, x.Device))];
        Tensor expected = alone(x.BatchNorm(gamma, beta, running[0], running[1], 0.1, 1e-3));
        Tensor fused = x.BatchNorm(gamma, beta, running[2], running[3], 0.1, 1e-3, activation);
        Close(expected, fused);
        Close(running[0], running[2]);
        Close(running[1], running[3]);
        Tensor evaluated = x.BatchNormFixed(gamma, beta, running[0], running[1], 1e-3, activation);
        Close(alone(x.BatchNormFixed(gamma, beta, running[0], running[1], 1e-3)), evaluated);
        using (new NoGrad())
        {
            Close(expected, x.BatchNorm(gamma, beta, null, null, 0.1, 1e-3, activation));
            Tensor once = null!;
            Assert.Equal(1, LaunchCount.Of(
                () => once = x.BatchNormFixed(gamma, beta, running[0], running[1], 1e-3, activation), x.Device));
            Close(evaluated, once);
        }

        Tensor weights = Tensor.Arange(x.Count, DType.Float64, x.Device).Cos().Reshape(x.Shape);
        Tensor[] slopes = Grad.Of((expected * weights).Sum(), inputs);
        Tensor[] same = Grad.Of((fused * weights).Sum(), inputs);
        for (int i = 0; i < slopes.Length; i++)
        {
            Close(slopes[i], same[i], 1e-10);
        }
    }

    private static void Same<TAct>(Tensor[] inputs, TAct activation, Func<Tensor, Tensor> alone)
        where TAct : unmanaged, IUnaryOp
    {
        Tensor expected = alone(inputs[0].Linear(inputs[1], inputs[2]));
        Tensor fused = inputs[0].Linear(inputs[1], inputs[2], activation);
        using (new NoGrad())
        {
            Tensor evaluated = null!;
            Assert.Equal(1, LaunchCount.Of(() => evaluated = inputs[0].Linear(inputs[1], inputs[2], activation), inputs[0].Device));
            Close(expected, evaluated);
        }

        Close(expected, fused);
        Tensor[] slopes = Grad.Of(expected.Square().Sum(), inputs);
        Tensor[] same = Grad.Of(fused.Square().Sum(), inputs);
        for (int i = 0; i < slopes.Length; i++)
        {
            Close(slopes[i], same[i]);
        }
    }

    private static void Close(Tensor expected, Tensor actual, double tolerance = 1e-12)
    {
        double[] a = expected.ToArray<double>();
        double[] b = actual.ToArray<double>();
        Assert.Equal(a.Length, b.Length);
        for (int i = 0; i < a.Length; i++)
        {
            Assert.Equal(a[i], b[i], tolerance);
        }
    }

    private static void Says<TException>(Action action, params string[] words)
        where TException : Exception
    {
        string message = Assert.ThrowsAny<TException>(action).Message;
        foreach (string word in words)
        {
            Assert.Contains(word, message, StringComparison.Ordinal);
        }
    }
}
