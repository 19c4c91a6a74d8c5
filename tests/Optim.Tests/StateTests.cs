using DeepSharp.Optim;

namespace DeepSharp.Tests;

/// <summary>Saving and restoring: bit for bit, whatever the packing, and refused for another rule or model.</summary>
public class StateTests
{
    [Fact]
    public void State_is_named_by_parameter_and_group()
    {
        Adam optimizer = new([new Parameter(Tensor.Ones(new Shape(2, 3), device: Device.Cpu))], amsGrad: true);
        optimizer.AddGroup([new Parameter(Tensor.Ones(4, device: Device.Cpu))], o => o with { LearningRate = 0.5, AMSGrad = false });
        optimizer.Step();
        IReadOnlyDictionary<string, Tensor> state = optimizer.State();
        Assert.Equal(
            ["group.0.base_learning_rate", "group.0.learning_rate", "group.0.step", "group.1.base_learning_rate", "group.1.learning_rate",
                "group.1.rate_ratio", "group.1.step", "skipped_steps", "state.0.largest", "state.0.mean", "state.0.square", "state.1.mean", "state.1.square"],
            state.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(new Shape(2, 3), state["state.0.square"].Shape);
        Assert.Equal(DType.Int64, state["group.1.step"].DType);
        Assert.Equal(1, state["group.1.step"].Item());
        Assert.Equal(0.5, state["group.1.learning_rate"].Item());
    }

    [Fact]
    public void State_does_not_depend_on_packing()
    {
        double[] a = [1, -2, 3];
        double[] b = [0.5, 4];
        Adam together = new([Surface.Parameter(a), Surface.Parameter(b)], 0.1);
        Steps(together, 3);
        Parameter first = Surface.Parameter(together.Groups[0].Parameters[0].Values());
        Parameter second = Surface.Parameter(together.Groups[0].Parameters[1].Values());
        _ = new SGD([second, first]);
        Adam apart = new([first, second], 0.1);
        apart.LoadState(Saved(together));
        Steps(together, 3);
        Steps(apart, 3);
        Assert.Equal(together.Groups[0].Parameters[0].Values(), first.Values());
        Assert.Equal(together.Groups[0].Parameters[1].Values(), second.Values());
    }

    [Theory]
    [InlineData(0.1, 0.01)]
    [InlineData(0.1, 0.0)]
    [InlineData(0.0, 0.3)]
    public void The_proportion_of_rates_is_restored(double rate, double second)
    {
        SGD optimizer = Two(rate, second);
        SGD resumed = Two(1, 1);
        resumed.LoadState(Saved(optimizer));
        optimizer.LearningRate = resumed.LearningRate = 0.05;
        Assert.Equal(rate > 0 ? 0.05 * (second / rate) : second, resumed.Groups[1].LearningRate, 1e-15);
        Assert.Equal(optimizer.Groups[1].LearningRate, resumed.Groups[1].LearningRate);

        // Saved while it cannot be seen in the rates.
        optimizer.LearningRate = 0;
        SGD again = Two(1, 1);
        again.LoadState(Saved(optimizer));
        optimizer.LearningRate = again.LearningRate = 0.2;
        Assert.Equal(optimizer.Groups[1].LearningRate, again.Groups[1].LearningRate);
        Dictionary<string, Tensor> impossible = Saved(optimizer);
        impossible["group.1.rate_ratio"] = Tensor.Scalar(-1, DType.Float64, Device.Cpu);
        Assert.Contains("group.1.rate_ratio is -1", Assert.Throws<ArgumentException>(() => again.LoadState(impossible)).Message, StringComparison.Ordinal);

        static SGD Two(double first, double second)
        {
            SGD optimizer = new([Surface.Parameter([1])], first);
            optimizer.AddGroup([Surface.Parameter([1])], o => o with { LearningRate = second });
            return optimizer;
        }
    }

    [Fact]
    public void State_of_another_rule_or_model_is_refused_and_changes_nothing()
    {
        Adam adam = new([Surface.Parameter([1, 2])], 0.1);
        Steps(adam, 2);
        Dictionary<string, Tensor> before = Saved(adam);
        Assert.Contains("state.0.momentum is unknown", Refusal(adam, new SGD([Surface.Parameter([1, 2])], 0.1, 0.9)), StringComparison.Ordinal);
        Assert.Contains("state.0.mean is [2] here and [3] there", Refusal(adam, new Adam([Surface.Parameter([1, 2, 3])])), StringComparison.Ordinal);
        Assert.Contains(
            "state.1.mean is unknown", Refusal(adam, new Adam([Surface.Parameter([1, 2]), Surface.Parameter([1])])), StringComparison.Ordinal);
        Dictionary<string, Tensor> impossible = new(before) { ["group.0.step"] = Tensor.Scalar(-1, DType.Int64, Device.Cpu) };
        Assert.Contains("group.0.step is -1", Assert.Throws<ArgumentException>(() => adam.LoadState(impossible)).Message, StringComparison.Ordinal);
        Assert.All(adam.State(), pair => Assert.Equal(before[pair.Key].Values(), pair.Value.Values()));
    }

    internal static Dictionary<string, Tensor> Saved(Optimizer optimizer) =>
        optimizer.State().ToDictionary(static pair => pair.Key, static pair => pair.Value.Clone());

    private static string Refusal(Optimizer optimizer, Optimizer other) =>
        Assert.Throws<ArgumentException>(() => optimizer.LoadState(other.State())).Message;

    private static void Steps(Optimizer optimizer, int count)
    {
        for (int step = 0; step < count; step++)
        {
            using TensorScope scope = Tensor.Scope();
            optimizer.Step(() => optimizer.Groups.SelectMany(static g => g.Parameters).Select(static p => p.Square().Sum()).Aggregate(static (x, y) => x + y));
        }
    }
}
