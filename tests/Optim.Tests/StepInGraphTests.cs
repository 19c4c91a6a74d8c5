using DeepSharp.Optim;

namespace DeepSharp.Tests;

/// <summary>A graph that saved parameters notices when a step has changed them, as PyTorch's does.</summary>
public class StepInGraphTests
{
    public static IEnumerable<object[]> Names => Rule.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void A_backward_pass_through_values_that_a_step_has_changed_is_an_error(string name)
    {
        Rule rule = Rule.All[name];
        using TensorScope scope = Tensor.Scope();
        Parameter w = new(Tensor.From(rule.Start, new Shape(1, 2), Device.Cpu));
        Optimizer optimizer = rule.Make([w], rule.RosenbrockRate);

        // Plain training is legal, also when two passes add up before a step.
        for (int step = 0; step < 3; step++)
        {
            optimizer.ZeroGradients();
            Loss().Backward();
            Loss().Backward();
            optimizer.Step(Loss);
        }

        Tensor old = Loss();
        optimizer.Step(Loss);
        string message = Assert.Throws<InvalidOperationException>(() => old.Backward()).Message;
        Assert.Contains("changed in place", message, StringComparison.Ordinal);
        Assert.Contains("optimizer's step", message, StringComparison.Ordinal);

        Tensor Loss() => Surface.Rosenbrock(w.Reshape(2));
    }

    [Fact]
    public void Graphs_of_neighbours_in_the_arena_are_not_touched()
    {
        using TensorScope scope = Tensor.Scope();
        Parameter a = Surface.Parameter([1, 2]);
        Parameter b = Surface.Parameter([3]);
        SGD both = new([a, b], 0.1);
        SGD second = new([b], 0.1);
        Tensor loss = a.Square().Sum();
        Tensor other = b.Square().Sum();
        b.Square().Sum().Backward();
        second.Step();
        loss.Backward();
        Assert.Equal([2.0, 4], a.Gradient!.Values());
        Assert.Throws<InvalidOperationException>(() => other.Backward());

        Tensor again = a.Square().Sum();
        b.Fill(2);
        again.Backward();
        Assert.Equal([4.0, 8], a.Gradient!.Values());
        both.Step();
        Assert.Equal(1 - (0.1 * 4), a.Values()[0], 12);
    }

    [Fact]
    public void Swapping_averaged_weights_in_counts_as_a_change_and_a_graph_without_the_values_does_not_mind()
    {
        using TensorScope scope = Tensor.Scope();
        Parameter w = Surface.Parameter([1, 2]);
        StochasticWeightAverage average = new([w]);
        average.Update();
        Tensor square = w.Square().Sum();
        Tensor sum = w.Sum();
        average.Swap().Dispose();
        Assert.Throws<InvalidOperationException>(() => square.Backward());
        sum.Backward();
        Assert.Equal([1.0, 1], w.Gradient!.Values());
        square = w.Square().Sum();
        average.CopyToParameters();
        Assert.Throws<InvalidOperationException>(() => square.Backward());
    }
}
