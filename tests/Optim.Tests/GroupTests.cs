using DeepSharp.Optim;

namespace DeepSharp.Tests;

/// <summary>Parameter groups: options of their own, rates in proportion, one launch each, and what is refused.</summary>
public class GroupTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public void A_step_of_a_group_is_one_launch_whatever_the_number_of_tensors(int tensors)
    {
        Parameter[] parameters = [.. Enumerable.Range(0, tensors).Select(i => new Parameter(Tensor.Ones(new Shape(3 + i, 2), device: Device.Cpu)))];
        Optimizer optimizer = new Adam(parameters).WithGradients();
        Assert.Equal(1, LaunchCount.Of(optimizer.Step));
    }

    [Fact]
    public void Each_group_is_one_launch()
    {
        Adam optimizer = new([Point(), Point()]);
        optimizer.AddGroup([Point(), Point(), Point()], o => o with { WeightDecay = 0.1, LearningRate = 1 });
        Assert.Equal(2, LaunchCount.Of(optimizer.WithGradients().Step));
    }

    [Fact]
    public void Rates_of_groups_keep_their_proportion()
    {
        SGD optimizer = new([Point()], 0.1);
        ParameterGroup<SGDOptions> second = optimizer.AddGroup([Point()], o => o with { LearningRate = 0.02 });
        optimizer.LearningRate = 0.5;
        Assert.Equal(0.5, optimizer.Groups[0].LearningRate);
        Assert.Equal(0.1, second.LearningRate, 12);
        optimizer.LearningRate = 0;
        Assert.Equal(0, second.LearningRate);
        optimizer.LearningRate = 0.1;
        Assert.Equal(0.02, second.LearningRate, 12);
        second.LearningRate = 0.3;
        optimizer.LearningRate = 0.2;
        Assert.Equal(0.6, second.LearningRate, 12);
        optimizer.Groups[0].LearningRate = 0.6;
        Assert.Equal(0.6, second.LearningRate, 12);
        optimizer.LearningRate = 0.1;
        Assert.Equal(0.1, second.LearningRate, 12);
    }

    [Fact]
    public void Groups_use_their_own_rate_and_decay()
    {
        Parameter a = Surface.Parameter([2]);
        Parameter b = Surface.Parameter([2]);
        SGD optimizer = new([a], 0.5);
        optimizer.AddGroup([b], o => o with { LearningRate = 0.25, WeightDecay = 0.5 });
        a.Gradient!.Fill(1);
        b.Gradient!.Fill(1);
        optimizer.Step();
        Assert.Equal(1.5, a.Item());
        Assert.Equal(2 - (0.25 * (1 + (0.5 * 2))), b.Item());
    }

    [Fact]
    public void Any_rule_can_decay_weights_beside_itself()
    {
        Parameter w = Surface.Parameter([2]);
        SGD optimizer = new([w], new SGDOptions { LearningRate = 0.1, WeightDecay = 0.5, DecoupledWeightDecay = true, Momentum = 0.9 });
        w.Gradient!.Fill(1);
        optimizer.Step();
        optimizer.Step();

        // 2 → 0.95 · 2 - 0.1 · 1, then 0.95 · 1.8 - 0.1 · 1.9: the momentum has not seen the decay.
        Assert.Equal((0.95 * 1.8) - 0.19, w.Item(), 12);
    }

    [Fact]
    public void A_schedule_moves_all_groups()
    {
        Adam adam = new([Point()], 0.1, beta1: 0.8);
        ParameterGroup<AdamOptions> second = adam.AddGroup([Point()], o => o with { LearningRate = 0.02, Beta1 = 0.7 });
        adam.Schedule = new OneCycle(1, 20);
        Assert.Equal(0.04, adam.LearningRate, 12);
        // Absolute rates are the same for all groups, as PyTorch's.
        Assert.Equal(0.04, second.LearningRate, 12);
        Assert.Equal(0.02, second.BaseLearningRate);
        Assert.Equal(0.95, adam.Options.Beta1, 12);
        Assert.Equal(0.95, second.Options.Beta1, 12);
        adam.Schedule = new StepDecay(1, 0.5);
        second.LearningRate = 0.03;
        adam.Step();
        Assert.Equal(0.05, adam.LearningRate, 12);
        Assert.Equal(0.015, second.LearningRate, 12);
        adam.Schedule = new OneCycle(1, 20);
        adam.Schedule = null;
        Assert.Equal((0.1, 0.03), (adam.LearningRate, second.LearningRate));
    }

    [Fact]
    public void A_parameter_in_two_groups_is_refused_and_changes_nothing()
    {
        Parameter first = Point();
        Parameter second = Point();
        Adam optimizer = new([first]);
        Assert.Contains("group 0", Refusal(() => optimizer.AddGroup([second, first])), StringComparison.Ordinal);
        Assert.Contains("twice", Refusal(() => optimizer.AddGroup([second, second])), StringComparison.Ordinal);
        Assert.Contains("no parameter", Refusal(() => optimizer.AddGroup([])), StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => optimizer.AddGroup([second], o => o with { Beta2 = 1 }));
        Assert.Single(optimizer.Groups);
        Assert.Null(second.Gradient);
        optimizer.AddGroup([second]);
        Assert.Equal(2, optimizer.Groups.Count);
    }

    [Fact]
    public void Options_that_need_other_state_are_refused()
    {
        SGD optimizer = new([Point()]);
        ParameterGroup<SGDOptions> group = (ParameterGroup<SGDOptions>)optimizer.Groups[0];
        Assert.Contains("momentum", Refusal(() => group.Options = group.Options with { Momentum = 0.9 }), StringComparison.Ordinal);
        Assert.Equal(0, group.Options.Momentum);
    }

    [Fact]
    public void Bad_hyper_parameters_are_refused_by_name_value_and_range()
    {
        Refused("SGD: learningRate must be finite and not negative, not -1.", () => new SGD([Point()], -1));
        Refused("Adam: learningRate must be finite and not negative, not NaN.", () => new Adam([Point()], double.NaN));
        Refused("Adam: beta1 must be in [0, 1), not 1.", () => new Adam([Point()], beta1: 1));
        Refused("AdamW: beta2 must be in [0, 1), not -0.1.", () => new AdamW([Point()], beta2: -0.1));
        Refused("AdamW: weightDecay must be finite and not negative, not Infinity.", () => new AdamW([Point()], weightDecay: double.PositiveInfinity));
        Refused("RMSProp: alpha must be in [0, 1), not NaN.", () => new RMSProp([Point()], alpha: double.NaN));
        Refused("Adagrad: epsilon must be finite and not negative, not -1.", () => new Adagrad([Point()], epsilon: -1));
        Refused("LAMB: epsilon must be finite and above 0, not 0.", () => new LAMB([Point()], epsilon: 0));
        Assert.Contains("Nesterov", Refusal(() => new SGD([Point()], nesterov: true)), StringComparison.Ordinal);
        Assert.Contains("Direction", Refusal(() => new SGD([Point()], momentum: 0.9, dampening: 0.1, form: MomentumForm.Velocity)), StringComparison.Ordinal);
        Assert.Contains("Average", Refusal(() => new SGD([Point()], momentum: 0.9, biasCorrection: true)), StringComparison.Ordinal);
        Assert.Contains("no parameter", Refusal(() => new Adam([])), StringComparison.Ordinal);
        Assert.Contains("call Add", Refusal(() => new Adam([])), StringComparison.Ordinal);
        Assert.Contains("no parameter", Refusal(() => new Adam([Frozen()])), StringComparison.Ordinal);
        Parameter once = Point();
        Assert.Contains("twice", Refusal(() => new Adam([once, once])), StringComparison.Ordinal);
        Assert.Null(once.Gradient);
        Adam adam = new([Point()]);
        Assert.Throws<ArgumentOutOfRangeException>(() => adam.LearningRate = -1);
        Assert.Throws<ArgumentOutOfRangeException>(() => adam.Groups[0].LearningRate = double.NaN);
        Assert.Equal(1e-3, adam.LearningRate);
    }

    private static Parameter Point() => new(Tensor.Ones(2, device: Device.Cpu));

    private static Parameter Frozen() => new(Tensor.Ones(2, device: Device.Cpu)) { IsTrainable = false };

    private static string Refusal(Func<object> action) => Assert.Throws<ArgumentException>(action).Message;

    private static void Refused(string message, Func<object> action) =>
        Assert.StartsWith(message, Assert.Throws<ArgumentOutOfRangeException>(action).Message, StringComparison.Ordinal);
}
