namespace DeepSharp.Tests;

/// <summary>Operators with several results: each has a gradient of its own, and the operator runs backward once.</summary>
[Collection(Alone.Name)]
public sealed class MultiOutputTests
{
    [Fact]
    public void Gradients_of_both_results_of_one_and_of_none_arrive()
    {
        GradCheck.Run(static x => Both(x[0], static (sin, cos) => sin * cos), [Sample(1)], order: 2);
        GradCheck.Run(static x => Both(x[0], static (sin, _) => sin), [Sample(1)], order: 2);
        GradCheck.Run(static x => Both(x[0], static (_, cos) => cos), [Sample(1)], order: 2);
        GradCheck.Run(static x => Both(x[0], static (sin, cos) => (sin * sin * 2) + (cos / (sin + 3)) + cos), [Sample(1)], order: 2);
        GradCheck.Run(
            static x => Both(Both(x[0], static (sin, cos) => sin + (cos * 2)), static (sin, cos) => sin.Reshape(6) * cos.Reshape(6)), [Sample(1)],
            order: 2);
    }

    [Fact]
    public void The_operator_runs_backward_once_and_a_result_without_influence_has_no_gradient()
    {
        using TensorScope scope = Tensor.Scope();
        foreach ((bool first, bool second) in ((bool, bool)[])[(true, true), (true, false), (false, true)])
        {
            SinCos op = new();
            Tensor x = Sample(1).RequireGrad();
            Tensor[] results = op.Apply(x);
            Tensor sum = ((first ? results[0] + results[0] : x) * (second ? results[1] : x)).Sum();
            sum.Backward();
            Assert.Equal([(first, second)], op.Arrived);
        }

        SinCos unused = new();
        Tensor z = Sample(1).RequireGrad();
        _ = unused.Apply(z);
        (z * z).Sum().Backward();
        Assert.Empty(unused.Arrived);
    }

    [Fact]
    public void A_cell_of_two_states_has_both_derivatives()
    {
        Tensor[] inputs = [Sample(1), Sample(2), Sample(3)];
        GradCheck.Run(
            static x =>
            {
                // Two steps: the states of the first go into the second, and only one state of that is used.
                Tensor[] states = new Cell().Apply(x[0], x[1], x[2]);
                return new Cell().Apply(states[0], states[1], x[2])[0] * states[1];
            },
            inputs, order: 2);
        GradCheck.Run(static x => new Cell().Apply(x[0], x[1], x[1])[1], [Sample(1), Sample(2)], order: 2);
    }

    [Fact]
    public void Places_of_a_maximum_have_no_gradient()
    {
        using TensorScope scope = Tensor.Scope();
        Tensor x = Tensor.From([1.0, 5, 2, 7, 3, 4], [2, 3], Device.Cpu).RequireGrad();
        Tensor[] results = new MaxAndPlace().Apply(x);
        Assert.Equal([5, 7], results[0].ToArray<double>());
        Assert.Equal([1L, 0L], results[1].ToArray<long>());
        Assert.True(results[0].RequiresGrad);
        Assert.False(results[1].RequiresGrad);
        Assert.False(results[2].RequiresGrad);
        (results[0] * results[2]).Sum().Backward();
        Assert.Equal([0, 3, 0, 3, 0, 0], x.Gradient!.ToArray<double>());
    }

    [Fact]
    public void Gradients_of_a_result_are_values_too()
    {
        using TensorScope scope = Tensor.Scope();
        Tensor x = Sample(1).RequireGrad();
        Tensor[] results = new SinCos().Apply(x);
        Tensor[] gradients = Grad.Of((results[0] * results[1] * 2).Sum(), [results[0], results[1], x], retainGraph: true);
        Close(results[1].ToArray<double>().Select(static v => 2 * v), gradients[0]);
        Close(results[0].ToArray<double>().Select(static v => 2 * v), gradients[1]);
        Close(x.ToArray<double>().Select(static v => 2 * Math.Cos(2 * v)), gradients[2]);

        // The pass goes no further than it must, and a gradient is not kept for the next.
        Close(results[1].ToArray<double>(), Grad.Of((results[0] * results[1]).Sum(), results[0], retainGraph: true));
        Close(results[1].ToArray<double>(), Grad.Of(results[0].Sum(), x));
        Assert.Contains("freed", Assert.Throws<InvalidOperationException>(() => results[1].Sum().Backward()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Inside_a_checkpoint_nothing_changes()
    {
        GradCheck.Run(
            static x => Checkpoint.Run(static y => Both(y, static (sin, cos) => sin * sin * cos), x[0] * 2), [Sample(1)], order: 2);

        // A result is an input of the part and is used beside it.
        GradCheck.Run(
            static x =>
            {
                Tensor[] results = new SinCos().Apply(x[0]);
                return Checkpoint.Run(static y => y[0] * y[1].Tanh(), [results[0], results[1]]) * results[1];
            },
            [Sample(1)], order: 2);
    }

    [Fact]
    public void NaN_and_mistakes_are_named()
    {
        using TensorScope scope = Tensor.Scope();
        Tensor x = Tensor.From([double.PositiveInfinity], Device.Cpu).RequireGrad();
        using (AnomalyMode mode = new())
        {
            Assert.Contains("SinCos", Assert.Throws<ArithmeticException>(() => new SinCos().Apply(x)).Message, StringComparison.Ordinal);
        }

        Tensor y = Sample(1).RequireGrad();
        Says(() => new Faulty(static i => [i, i * 2], static g => [g[1]]).Apply(y), "Faulty", "new tensors", "Clone");
        Says(() => new Faulty(static _ => null!, static g => [g[1]]).Apply(y), "Faulty", "Forward", "null");
        Says(() => new Faulty(static i => [i * 2, null!], static g => [g[1]]).Apply(y), "Faulty", "result 1", "null");
        Says(() => new Faulty(static i => [i * 2], static _ => null!).Apply(y)[0].Sum().Backward(), "Faulty", "Backward", "null");
        Says(() => new Faulty(static i => [i * 2], static g => [g[0]!.To(DType.Float32)]).Apply(y)[0].Sum().Backward(), "input 0", "Float32", "Float64");
        Says(() => new Faulty(static i => Twice(i * 2), static g => [g[1]]).Apply(y), "twice");
        Says(() => new Faulty(static i => [i * 2, i * 3], static g => [g[0], g[1]]).Apply(y)[0].Sum().Backward(), "2 gradients for 1 inputs");
        Says(
            () => new Faulty(static i => [i * 2, i * 3], static g =>
            {
                g[1]!.AddInPlace(g[1]!, 2);
                return [g[1]];
            }).Apply(y)[1].Sum().Backward(), "Clone()");
    }

    [Fact]
    public void Steps_leave_nothing_behind()
    {
        Parameter p = new(Sample(1));
        Step(false);
        Step(true);
        DeviceStatistics early = Device.Cpu.Statistics;
        for (int step = 0; step < 20; step++)
        {
            Step(step % 2 == 0);
        }

        DeviceStatistics late = Device.Cpu.Statistics;
        Assert.Equal(early.LiveBytes, late.LiveBytes);
        Assert.Equal(early.Allocations, late.Allocations);
        GC.KeepAlive(p);

        void Step(bool second)
        {
            using TensorScope scope = Tensor.Scope();
            Tensor[] states = new Cell().Apply(p, p * 2, p);
            Tensor[] results = new SinCos().Apply(states[0]);
            Tensor loss = (results[0] * states[1]).Sum();
            if (second)
            {
                Grad.Of(loss, p, createGraph: true).Square().Sum().Backward();
            }
            else
            {
                loss.Backward();
            }

            // A graph that is not used, and one of which a part is.
            _ = new Cell().Apply(p, p, p);
            new SinCos().Apply(p)[1].Sum().Backward();
        }
    }

    private static Tensor Both(Tensor x, Func<Tensor, Tensor, Tensor> function)
    {
        Tensor[] results = new SinCos().Apply(x);
        return function(results[0], results[1]);
    }

    private static Tensor[] Twice(Tensor x) => [x, x];

    private static Tensor Sample(int seed) => OperatorGradients.Sample([2, 3], seed);

    private static void Close(IEnumerable<double> expected, Tensor actual) =>
        Assert.All(expected.Zip(actual.ToArray<double>()), static pair => Assert.Equal(pair.First, pair.Second, 1e-14));

    private static void Says(Action call, params string[] parts)
    {
        string message = Assert.Throws<InvalidOperationException>(call).Message;
        Assert.All(parts, part => Assert.Contains(part, message, StringComparison.Ordinal));
    }

    // Keeps its results.
    private sealed class SinCos : CustomMultiOp
    {
        internal List<(bool, bool)> Arrived { get; } = [];

        protected override IReadOnlyList<Tensor> Forward(CustomContext context, IReadOnlyList<Tensor> inputs)
        {
            Tensor sin = inputs[0].Sin();
            Tensor cos = inputs[0].Cos();
            context.Save(sin, cos);
            return [sin, cos];
        }

        protected override IReadOnlyList<Tensor?> Backward(CustomContext context, IReadOnlyList<Tensor?> gradients)
        {
            Arrived.Add((gradients[0] is not null, gradients[1] is not null));
            Tensor? sum = gradients[0] is { } ofSin ? ofSin * context.Saved(1) : null;
            return [gradients[1] is { } ofCos ? (sum ?? ofCos * 0) - (ofCos * context.Saved(0)) : sum];
        }
    }

    // c' = tanh(c) x, h' = sigmoid(h) c', keeps inputs and the first result.
    private sealed class Cell : CustomMultiOp
    {
        protected override IReadOnlyList<Tensor> Forward(CustomContext context, IReadOnlyList<Tensor> inputs)
        {
            Tensor c = inputs[0].Tanh() * inputs[2];
            context.Save(inputs[0], inputs[1], inputs[2], c);
            return [c, inputs[1].Sigmoid() * c];
        }

        protected override IReadOnlyList<Tensor?> Backward(CustomContext context, IReadOnlyList<Tensor?> gradients)
        {
            Tensor gate = context.Saved(1).Sigmoid();
            Tensor? ofH = gradients[1];
            Tensor ofC = gradients[0] is { } direct ? (ofH is null ? direct : direct + (ofH * gate)) : ofH! * gate;
            Tensor tanh = context.Saved(0).Tanh();
            return [ofC * context.Saved(2) * (1 - tanh.Square()), ofH is null ? null : ofH * context.Saved(3) * gate * (1 - gate), ofC * tanh];
        }
    }

    // The largest of each row, its place, and the constant 3 for each row.
    private sealed class MaxAndPlace : CustomMultiOp
    {
        protected override IReadOnlyList<Tensor> Forward(CustomContext context, IReadOnlyList<Tensor> inputs)
        {
            Tensor place = inputs[0].ArgMax(1);
            Tensor constant = Tensor.Full([2], 3, DType.Float64, Device.Cpu);
            context.Save(inputs[0], place);
            context.HaveNoGradient(constant);
            return [inputs[0].Max(1), place, constant];
        }

        protected override IReadOnlyList<Tensor?> Backward(CustomContext context, IReadOnlyList<Tensor?> gradients)
        {
            Assert.Null(gradients[1]);
            Assert.Null(gradients[2]);
            return [context.Saved(1).OneHot(3, DType.Float64) * gradients[0]!.Unsqueeze(1)];
        }
    }

    private sealed class Faulty(Func<Tensor, IReadOnlyList<Tensor>> forward, Func<IReadOnlyList<Tensor?>, IReadOnlyList<Tensor?>> backward)
        : CustomMultiOp
    {
        protected override IReadOnlyList<Tensor> Forward(CustomContext context, IReadOnlyList<Tensor> inputs) => forward(inputs[0]);

        protected override IReadOnlyList<Tensor?> Backward(CustomContext context, IReadOnlyList<Tensor?> gradients) => backward(gradients);
    }
}
