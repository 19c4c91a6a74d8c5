using System.Reflection;
using DeepSharp.Optim;

namespace DeepSharp.Tests;

/// <summary>How optimizers follow schedules.</summary>
public class SchedulesOfOptimizers
{
    [Fact]
    public void A_step_moves_by_the_scheduled_rate()
    {
        Parameter w = new(Tensor.Zeros(1, DType.Float64));
        SGD optimizer = new([w], learningRate: 1) { Schedule = new InverseTimeDecay(1) };
        double expected = 0;
        for (int t = 0; t < 5; t++)
        {
            optimizer.ZeroGradients();
            w.Sum().Backward();
            optimizer.Step();
            expected -= 1.0 / (1 + t);
            Assert.Equal(expected, w.ToArray<double>()[0], 14);
        }

        Assert.Equal(1.0 / 6, optimizer.LearningRate, 14);
        Assert.Equal(1, optimizer.BaseLearningRate);
    }

    [Fact]
    public void Setting_the_rate_sets_what_the_schedule_starts_from()
    {
        SGD optimizer = Make(0.1);
        optimizer.Schedule = new StepDecay(1, 0.5);
        optimizer.Step();
        Assert.Equal(0.05, optimizer.LearningRate, 14);
        optimizer.LearningRate = 0.4;
        Assert.Equal(0.4, optimizer.BaseLearningRate);
        Assert.Equal(0.2, optimizer.LearningRate, 14);
        optimizer.Schedule = null;
        Assert.Equal(0.4, optimizer.LearningRate);
    }

    [Fact]
    public void Taking_the_schedule_off_gives_the_momentum_back()
    {
        SGD optimizer = Make(0.1, momentum: 0.5);
        optimizer.Schedule = new OneCycle(1, 20, riseShare: 0.5);
        for (int step = 0; step < 9; step++)
        {
            optimizer.Step();
        }

        Assert.Equal(0.85, optimizer.Options.Momentum, 12);
        Assert.Equal(1, optimizer.LearningRate, 12);
        optimizer.Schedule = null;
        Assert.Equal(0.5, optimizer.Options.Momentum);
        Assert.Equal(0.1, optimizer.LearningRate);
    }

    [Theory]
    [MemberData(nameof(Rule.Names), MemberType = typeof(Rule))]
    public void A_cycle_moves_the_momentum_of_a_rule_that_has_one_and_nothing_else(string name)
    {
        string rule = name.Split(',')[0];
        string? momentum = rule switch
        {
            "Adam" or "AdamW" or "Adamax" or "NAdam" or "RAdam" or "LAMB" or "Lion" or "Lookahead" => "Beta1",
            "NesterovAccelerated" or "LARS" or "Muon" => "Momentum",
            "SGD" => name == "SGD" ? null : "Momentum",
            _ => name.Contains("momentum", StringComparison.Ordinal) ? "Momentum" : null,
        };
        Optimizer optimizer = Rule.All[name].Make([new Parameter(Tensor.Ones([1, 1], device: Device.Cpu))], 0.5);
        OptimizerOptions before = Options(optimizer);
        OneCycle cycle = new(1, 20, minimumMomentum: 0.5, maximumMomentum: 0.6);
        if (momentum is null)
        {
            Assert.Throws<ArgumentException>(() => optimizer.Schedule = cycle);
            return;
        }

        optimizer.Schedule = cycle;
        OptimizerOptions now = Options(optimizer);
        PropertyInfo[] moved = [.. now.GetType().GetProperties().Where(p => !Equals(p.GetValue(before), p.GetValue(now)))];
        Assert.Equal(new HashSet<string> { momentum, "LearningRate", "MomentumCoefficient" }, [.. moved.Select(static p => p.Name)]);
        Assert.Equal(0.6, (double)now.GetType().GetProperty(momentum)!.GetValue(now)!, 12);
        optimizer.Schedule = null;
        Assert.Equal(before, Options(optimizer));

        static OptimizerOptions Options(Optimizer optimizer) =>
            (OptimizerOptions)optimizer.Groups[0].GetType().GetProperty("Options")!.GetValue(optimizer.Groups[0])!;
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_momentum_may_be_cycled_down_to_nothing(bool nesterov)
    {
        Parameter w = Surface.Parameter([1]);
        SGD optimizer = new([w], 0.1, 0.9, nesterov: nesterov)
        {
            Schedule = new CyclicRate(0.1, 0.3, up: 2, cycleMomentum: true, minimumMomentum: 0, maximumMomentum: 0.8),
        };
        double[] rates = [0.1, 0.2, 0.3, 0.2];
        double[] momenta = [0.8, 0.4, 0, 0.4];
        (double expected, double v) = (1, 0);
        for (int t = 0; t < 9; t++)
        {
            v = (momenta[t % 4] * v) + 2;
            expected -= rates[t % 4] * (nesterov ? 2 + (momenta[t % 4] * v) : v);
            w.Gradient!.Fill(2);
            optimizer.Step();
            Assert.Equal(expected, w.Item(), 1e-12);
        }

        optimizer.Schedule = null;
        Assert.Equal(0.9, optimizer.Options.Momentum);
    }

    [Fact]
    public void A_rule_without_momentum_refuses_to_cycle_it_and_keeps_its_rate()
    {
        SGD optimizer = Make(0.1);
        ArgumentException error = Assert.Throws<ArgumentException>(() => optimizer.Schedule = new OneCycle(1, 20));
        Assert.Contains("cycleMomentum: false", error.Message, StringComparison.Ordinal);
        Assert.Null(optimizer.Schedule);
        Assert.Equal(0.1, optimizer.LearningRate);
        optimizer.Schedule = new OneCycle(1, 20, cycleMomentum: false);
        Assert.Equal(0.04, optimizer.LearningRate, 14);
    }

    [Fact]
    public void A_schedule_that_gives_no_rate_is_refused()
    {
        SGD optimizer = Make(0.1);
        InvalidOperationException error = Assert.Throws<InvalidOperationException>(
            () => optimizer.Schedule = CustomRate.FromRate(static _ => double.NaN));
        Assert.Contains("NaN", error.Message, StringComparison.Ordinal);
        Assert.Equal(0.1, optimizer.LearningRate);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Lookahead_and_the_optimizer_inside_have_one_schedule(bool outside)
    {
        SGD inner = Make(0.1, momentum: 0.5);
        Lookahead optimizer = new(inner, steps: 2);
        OneCycle schedule = new(1, 20);
        (outside ? optimizer : (Optimizer)inner).Schedule = schedule;
        Assert.Same(schedule, optimizer.Schedule);
        Assert.Same(schedule, inner.Schedule);
        for (int step = 1; step <= 7; step++)
        {
            optimizer.Step();
            Assert.Equal(schedule.Rate(0.1, step), optimizer.LearningRate);
        }

        // A base rate that is changed from either side is scheduled at once.
        StepDecay decay = new(1, 0.5);
        optimizer.Schedule = decay;
        optimizer.LearningRate = 0.4;
        Assert.Equal(decay.Rate(0.4, 7), optimizer.LearningRate);
        optimizer.Groups[0].LearningRate = 0.8;
        Assert.Equal(decay.Rate(0.8, 7), optimizer.LearningRate);
        ReduceOnPlateau plateau = new(factor: 0.5, patience: 0);
        plateau.Observe(optimizer, 1);
        Assert.True(plateau.Observe(optimizer, 2));
        Assert.Equal(decay.Rate(0.4, 7), optimizer.LearningRate);
        optimizer.Schedule = null;
        Assert.Null(inner.Schedule);
        Assert.Equal(0.4, optimizer.LearningRate);
    }

    [Fact]
    public void Lookahead_goes_on_from_a_saved_state_where_its_schedule_stood()
    {
        SGD first = Make(0.1, momentum: 0.5);
        first.Schedule = new OneCycle(1, 20);
        Lookahead ahead = new(first, steps: 2);
        for (int step = 0; step < 7; step++)
        {
            ahead.Step();
        }

        SGD second = Make(0.1, momentum: 0.5);
        second.Schedule = new OneCycle(1, 20);
        Lookahead resumed = new(second, steps: 2);
        resumed.LoadState(ahead.State());
        Assert.Equal(first.LearningRate, second.LearningRate);
        Assert.Equal(first.Options.Momentum, second.Options.Momentum);
    }

    [Fact]
    public void One_schedule_serves_many_optimizers()
    {
        StepDecay schedule = new(1, 0.5);
        SGD first = Make(0.1);
        SGD second = Make(0.8);
        first.Schedule = second.Schedule = schedule;
        first.Step();
        Assert.Equal(0.05, first.LearningRate, 14);
        Assert.Equal(0.8, second.LearningRate, 14);
    }

    [Fact]
    public void A_plateau_lowers_what_the_schedule_starts_from()
    {
        SGD optimizer = Make(0.1);
        optimizer.Schedule = new StepDecay(1, 0.5);
        optimizer.Step();
        ReduceOnPlateau plateau = new(factor: 0.1, patience: 0);
        Assert.False(plateau.Observe(optimizer, 1));
        Assert.True(plateau.Observe(optimizer, double.NaN));
        Assert.Equal(0.01, optimizer.BaseLearningRate, 14);
        Assert.Equal(0.005, optimizer.LearningRate, 14);
        Assert.Equal(1, plateau.Reductions);
    }

    [Fact]
    public void A_plateau_lowers_each_group_down_to_the_minimum()
    {
        SGD optimizer = Make(0.1);
        ParameterGroup<SGDOptions> second = optimizer.AddGroup(
            [new Parameter(Tensor.Zeros(1))], static options => options with { LearningRate = 0.03 });
        ReduceOnPlateau plateau = new(factor: 0.1, patience: 0, minimum: 0.005);
        plateau.Observe(optimizer, 1);
        plateau.Observe(optimizer, 2);
        Assert.Equal(0.01, optimizer.LearningRate, 14);
        Assert.Equal(0.005, second.LearningRate, 14);
    }

    [Fact]
    public void Training_goes_on_from_a_saved_state_where_the_schedule_stood()
    {
        SGD first = Make(0.1, momentum: 0.5);
        first.Schedule = new OneCycle(1, 20);
        for (int step = 0; step < 7; step++)
        {
            first.Step();
        }

        SGD second = Make(0.3, momentum: 0.5);
        second.Schedule = new OneCycle(1, 20);
        second.LoadState(first.State());
        for (int step = 0; step < 5; step++)
        {
            Assert.Equal(first.LearningRate, second.LearningRate);
            Assert.Equal(first.Options.Momentum, second.Options.Momentum);
            first.Step();
            second.Step();
        }

        Assert.Equal(new OneCycle(1, 20).Rate(0.1, 12), second.LearningRate);
        Assert.Equal(0.1, second.BaseLearningRate);
    }

    [Fact]
    public void A_plateau_goes_on_from_a_saved_state()
    {
        SGD optimizer = Make(0.1);
        ReduceOnPlateau first = new(factor: 0.5, patience: 2, cooldown: 1);
        foreach (double value in new[] { 3.0, 2, 2, 2, 2, 2, 2 })
        {
            first.Observe(optimizer, value);
        }

        ReduceOnPlateau second = new(factor: 0.5, patience: 2, cooldown: 1);
        second.LoadState(first.State());
        Assert.Equal(
            (first.Best, first.BadObservations, first.CooldownLeft, first.Reductions),
            (second.Best, second.BadObservations, second.CooldownLeft, second.Reductions));
        Assert.Equal((2.0, 1, 0, 1), (second.Best, second.BadObservations, second.CooldownLeft, second.Reductions));

        Dictionary<string, Tensor> damaged = new(first.State()) { ["reductions"] = Tensor.Scalar(-1, DType.Int64) };
        Assert.Throws<ArgumentException>(() => second.LoadState(damaged));
        damaged.Remove("best");
        Assert.Contains("best", Assert.Throws<ArgumentException>(() => second.LoadState(damaged)).Message, StringComparison.Ordinal);
        Assert.Equal(2, second.Best);
    }

    private static SGD Make(double rate, double momentum = 0) => new([new Parameter(Tensor.Zeros(1))], rate, momentum);
}
