namespace DeepSharp.Tests;

/// <summary>Operators that users write themselves.</summary>
public class CustomOpTests
{
    [Fact]
    public void An_operator_that_is_not_public_is_refused_by_GPUs_with_the_remedy()
    {
        Assert.Equal([2f], Tensor.From([1f], Device.Cpu).Apply(default(Hidden)).ToArray<float>());
        string message = Assert.Throws<ArgumentException>(() => Tensor.From([1f], TestDevice.Gpu).Apply(default(Hidden))).Message;
        Assert.All((string[])["Hidden", "CustomOpTests", "not public", "make it"], part => Assert.Contains(part, message, StringComparison.Ordinal));
    }

    [Fact]
    public void An_operator_of_differentiable_operators_has_both_derivatives()
    {
        GradCheck.Run(xs => new ScaledProduct(3).Apply(xs[0], xs[1]), [Sample(1), Sample(2)], order: 2);
        GradCheck.Run(xs => new ScaledProduct(3).Apply(xs[0], xs[0]), [Sample(1)], order: 2);
        GradCheck.Run(xs => new ExpOp().Apply(xs[0]), [Sample(1)], order: 2);
    }

    [Fact]
    public void The_gradient_that_an_operator_is_given_is_not_its_own_to_change()
    {
        using TensorScope scope = Tensor.Scope();
        Faulty faulty = new(
            static (_, inputs) => inputs[0] * 2,
            static (_, gradient) =>
            {
                gradient.AddInPlace(gradient, 2);
                return [gradient];
            });
        Tensor x = Tensor.Scalar(3, DType.Float64, Device.Cpu).RequireGrad();
        string message = Assert.Throws<InvalidOperationException>(() => faulty.Apply(x).Backward()).Message;
        Assert.Contains("Clone()", message, StringComparison.Ordinal);

        // The next pass begins with a one again.
        Tensor y = Tensor.Scalar(3, DType.Float64, Device.Cpu).RequireGrad();
        (y * y).Backward();
        Assert.Equal(6, y.Gradient!.Item());
    }

    [Fact]
    public void Inputs_without_gradient_and_results_without_graph_cost_nothing()
    {
        using TensorScope scope = Tensor.Scope();
        Tensor a = Sample(1).RequireGrad();
        Tensor b = Sample(2);
        Tensor y = new ScaledProduct(2).Apply(a, b);
        y.Sum().Backward();
        Assert.Equal(b.ToArray<double>().Select(static v => 2 * v), a.Gradient!.ToArray<double>());
        Assert.False(new ScaledProduct(2).Apply(b, b).RequiresGrad);
        using NoGrad noGrad = new();
        Assert.False(new ScaledProduct(2).Apply(a, b).RequiresGrad);
    }

    [Fact]
    public void A_kernel_of_ones_own_runs_on_every_device()
    {
        foreach (Device device in (Device[])[Device.Cpu, TestDevice.Gpu])
        {
            using TensorScope scope = Tensor.Scope();
            Tensor x = Tensor.From([-2.0, -0.5, 0, 0.5, 3], device).RequireGrad();
            Tensor y = x.Apply(new Bump(2));
            double[] expected = [.. x.ToArray<double>().Select(static v => 1 / (1 + (2 * v * v)))];
            double[] slopes = [.. x.ToArray<double>().Select(static v => -4 * v / Math.Pow(1 + (2 * v * v), 2))];
            Close(expected, y.ToArray<double>());
            y.Sum().Backward(retainGraph: true);
            Close(slopes, x.Gradient!.ToArray<double>());
        }

        GradCheck.Run(xs => xs[0].Apply(new Bump(2)), [Sample(3)], order: 3);
    }

    [Fact]
    public void Mistakes_are_named()
    {
        using TensorScope scope = Tensor.Scope();
        Tensor x = Sample(1).RequireGrad();
        Says(() => new Faulty(static (_, inputs) => inputs[0], static (_, g) => [g]).Apply(x), "Faulty", "new tensor", "Clone");
        Says(() => new Faulty(static (_, i) => i[0] * 2, static (_, g) => [g, g]).Apply(x).Sum().Backward(), "2 gradients for 1 inputs");
        Says(() => new Faulty(static (_, i) => i[0] * 2, static (_, g) => [g.Sum()]).Apply(x).Sum().Backward(), "input 0", "[2, 3]", "[]");
        Says(() => new Faulty(static (_, i) => i[0] * 2, static (_, g) => [g.To(DType.Float32)]).Apply(x).Sum().Backward(), "Faulty", "input 0", "Float32", "Float64", "To(DType)");
        Says(() => new Faulty(static (_, i) => i[0] * 2, static (_, g) => [g.To(TestDevice.Gpu)]).Apply(x).Sum().Backward(), "Faulty", "input 0", TestDevice.Gpu.ToString(), "cpu", "To(Device)");
        Says(() => new Faulty(static (_, i) => i[0] * 2, static (_, _) => null!).Apply(x).Sum().Backward(), "Faulty", "Backward", "null");
        Says(() => new Faulty(static (_, _) => null!, static (_, g) => [g]).Apply(x), "Faulty", "Forward", "null");
        Says(() => Checkpoint.Run(static _ => null!, x), "Checkpoint", "null");
        using (new NoGrad())
        {
            Says(() => Checkpoint.Run(static _ => null!, x), "Checkpoint", "null");
        }

        Says(() => GradCheck.Run(static _ => null!, [x]), "GradCheck", "null");
        int calls = 0;
        Says(() => Checkpoint.Run(v => calls++ == 0 ? v * 2 : null!, x).Sum().Backward(), "Checkpoint", "second", "null");
        calls = 0;
        Says(() => Checkpoint.Run(v => calls++ == 0 ? v * 2 : (v * 2).To(DType.Float32), x).Sum().Backward(), "Checkpoint", "Float32", "Float64");
        Assert.Throws<ArgumentNullException>(() => new Faulty(static (c, i) => { c.Save(i[0], null!); return i[0] * 2; }, static (_, g) => [g]).Apply(x));
        Says(() => new Faulty(static (c, i) => c.Saved(0), static (_, g) => [g]).Apply(x), "Backward only");
        Assert.Throws<ArgumentOutOfRangeException>(
            () => new Faulty(static (_, i) => i[0] * 2, static (c, _) => [c.Saved(0)]).Apply(x).Sum().Backward());
        Assert.Throws<ArgumentNullException>(() => new ExpOp().Apply(x, null!));

        // Without a gradient for an input, its leaf gets none.
        new Faulty(static (_, i) => i[0] * 2, static (_, _) => [null]).Apply(x).Sum().Backward();
        Assert.Null(x.Gradient);
        Assert.True(Grad.IsEnabled);
    }

    private static void Says(Action call, params string[] parts)
    {
        string message = Assert.Throws<InvalidOperationException>(call).Message;
        Assert.All(parts, part => Assert.Contains(part, message, StringComparison.Ordinal));
    }

    private static Tensor Sample(int seed) => OperatorGradients.Sample([2, 3], seed);

    private static void Close(double[] expected, double[] actual) =>
        Assert.All(expected.Zip(actual), static pair => Assert.Equal(pair.First, pair.Second, 1e-14));

    // scale a b: keeps its inputs.
    private sealed class ScaledProduct(double scale) : CustomOp
    {
        protected override Tensor Forward(CustomContext context, IReadOnlyList<Tensor> inputs)
        {
            context.Save(inputs[0], inputs[1]);
            return inputs[0] * inputs[1] * scale;
        }

        protected override IReadOnlyList<Tensor?> Backward(CustomContext context, Tensor gradient) =>
            [gradient * context.Saved(1) * scale, gradient * context.Saved(0) * scale];
    }

    // e^x: keeps its output.
    private sealed class ExpOp : CustomOp
    {
        protected override Tensor Forward(CustomContext context, IReadOnlyList<Tensor> inputs)
        {
            Tensor y = inputs[0].Exp();
            context.Save(y);
            return y;
        }

        protected override IReadOnlyList<Tensor?> Backward(CustomContext context, Tensor gradient) => [gradient * context.Saved(0)];
    }

    private sealed class Faulty(
        Func<CustomContext, IReadOnlyList<Tensor>, Tensor> forward, Func<CustomContext, Tensor, IReadOnlyList<Tensor?>> backward) : CustomOp
    {
        protected override Tensor Forward(CustomContext context, IReadOnlyList<Tensor> inputs) => forward(context, inputs);

        protected override IReadOnlyList<Tensor?> Backward(CustomContext context, Tensor gradient) => backward(context, gradient);
    }

    private readonly struct Hidden : DeepSharp.Kernels.IUnaryOp
    {
        public T Forward<T>(T x)
            where T : unmanaged, DeepSharp.Kernels.IReal<T> => x + 1;
    }
}
