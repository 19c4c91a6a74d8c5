namespace DeepSharp.Tests;

/// <summary>The check of gradients must itself find what is wrong.</summary>
public class GradCheckTests
{
    [Fact]
    public void A_wrong_gradient_is_found_and_named()
    {
        string message = Assert.Throws<GradCheckException>(
            () => GradCheck.Run(xs => new Wrong(2.01).Apply(xs[0], xs[1]), [Sample(1), Sample(2)])).Message;
        Assert.Contains("the gradient of element 0 of input 1", message, StringComparison.Ordinal);
        Assert.Contains("finite difference", message, StringComparison.Ordinal);
        GradCheck.Run(xs => new Wrong(2).Apply(xs[0], xs[1]), [Sample(1), Sample(2)]);
    }

    [Fact]
    public void A_gradient_that_is_another_one_with_a_graph_is_found()
    {
        // With a graph it is v, not 2 v; v has a slope of its own, 1, that nothing is wrong with.
        string message = Assert.Throws<GradCheckException>(
            () => GradCheck.Run(static xs => new Halved().Apply(xs[0]), [Sample(1)], order: 2)).Message;
        Assert.Contains("gradient with a graph", message, StringComparison.Ordinal);
        GradCheck.Run(static xs => new Halved().Apply(xs[0]), [Sample(1)]);
    }

    [Fact]
    public void A_gradient_that_is_missing_is_found() => Assert.Throws<GradCheckException>(
        () => GradCheck.Run(static xs => xs[0].Detach() * 2, [Sample(1)]));

    [Fact]
    public void A_difference_that_is_not_finite_proves_nothing() => Assert.Throws<GradCheckException>(
        () => GradCheck.Run(static xs => xs[0].Log(), [Tensor.From([1e-5], Device.Cpu)], step: 1e-5));

    [Fact]
    public void A_wrong_second_gradient_is_found_when_asked_for()
    {
        static Tensor Function(Tensor[] xs) => new Wrong(2, constant: true).Apply(xs[0], xs[1].Square());
        GradCheck.Run(Function, [Sample(1), Sample(2)]);
        string message = Assert.Throws<GradCheckException>(
            () => GradCheck.Run(Function, [Sample(1), Sample(2)], order: 2)).Message;
        Assert.Contains("second gradient", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Inputs_keep_their_values_and_must_be_double()
    {
        Tensor x = Sample(1);
        double[] before = x.ToArray<double>();
        GradCheck.Run(static xs => xs[0].Sin(), [x]);
        Assert.Equal(before, x.ToArray<double>());
        Assert.Null(x.Gradient);
        ArgumentException error = Assert.Throws<ArgumentException>(
            () => GradCheck.Run(static xs => xs[0], [Tensor.Ones([2], device: Device.Cpu)]));
        Assert.Equal("inputs", error.ParamName);
        Assert.Contains("Float32", error.Message, StringComparison.Ordinal);
        Assert.Contains("To(DType.Float64)", error.Message, StringComparison.Ordinal);
    }

    private static Tensor Sample(int seed) => OperatorGradients.Sample([2, 2], seed);

    // a + 2 b with a gradient for b that may be wrong, or 2 a b whose gradients may be constants.
    private sealed class Wrong(double slope, bool constant = false) : CustomOp
    {
        protected override Tensor Forward(CustomContext context, IReadOnlyList<Tensor> inputs)
        {
            context.Save(inputs[0], inputs[1]);
            return constant ? inputs[0] * inputs[1] * 2 : inputs[0] + (inputs[1] * 2);
        }

        protected override IReadOnlyList<Tensor?> Backward(CustomContext context, Tensor gradient) => constant
            ? [gradient * context.Saved(1).Detach() * slope, gradient * context.Saved(0).Detach() * slope]
            : [gradient, gradient * slope];
    }

    // x^2, whose gradient is halved where it is to have one itself.
    private sealed class Halved : CustomOp
    {
        protected override Tensor Forward(CustomContext context, IReadOnlyList<Tensor> inputs)
        {
            context.Save(inputs[0]);
            return inputs[0].Square();
        }

        protected override IReadOnlyList<Tensor?> Backward(CustomContext context, Tensor gradient) =>
            [gradient * context.Saved(0) * (Grad.IsEnabled ? 1 : 2)];
    }
}
