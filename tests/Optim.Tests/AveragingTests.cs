using DeepSharp.Optim;

namespace DeepSharp.Tests;

/// <summary>Averages of numbers and of weights, Lookahead, and gradients added up over several passes.</summary>
public class AveragingTests
{
    [Fact]
    public void Averages_of_a_series_agree_with_a_sum_by_hand()
    {
        double[] series = [4, 8, -2, 6];
        double[] plain = ExponentialMovingAverage.Of(series, 0.9);
        double[] corrected = ExponentialMovingAverage.Of(series, 0.9, biasCorrection: true);
        for (int t = 1; t <= series.Length; t++)
        {
            double sum = Enumerable.Range(1, t).Sum(i => 0.1 * Math.Pow(0.9, t - i) * series[i - 1]);
            double weights = Enumerable.Range(1, t).Sum(i => 0.1 * Math.Pow(0.9, t - i));
            Assert.Equal(sum, plain[t - 1], 12);
            Assert.Equal(sum / weights, corrected[t - 1], 12);
        }

        Assert.Equal(0.4, plain[0], 12);
        Assert.Equal(4, corrected[0], 12);
    }

    [Fact]
    public void An_average_of_ten_forgets_to_a_third_in_ten_steps()
    {
        ExponentialMovingAverage average = new(0.9);
        average.Add(10);
        double first = average.Value;
        for (int i = 0; i < 10; i++)
        {
            average.Add(0);
        }

        Assert.Equal(Math.Pow(0.9, 10), average.Value / first, 12);
        Assert.Equal(1 / Math.E, average.Value / first, 0.02);
        Assert.Equal(11, average.Count);
        Assert.Throws<ArgumentOutOfRangeException>(() => new ExponentialMovingAverage(1));
    }

    [Theory]
    [InlineData(0, 1, 2)]
    [InlineData(0, 2, 1)]
    [InlineData(1, 0, 2)]
    [InlineData(1, 2, 0)]
    [InlineData(2, 0, 1)]
    [InlineData(2, 1, 0)]
    public void Swaps_of_the_same_weights_end_in_any_order_and_give_the_trained_ones_back(int first, int second, int third)
    {
        // The second average has one of the two parameters only.
        Parameter a = Surface.Parameter([1]);
        Parameter b = Surface.Parameter([2]);
        StochasticWeightAverage both = new([a, b]);
        both.Update();
        ExponentialWeightAverage one = new([b], 0);
        b.Fill(20);
        one.Update();
        a.Fill(5);
        b.Fill(6);
        WeightSwap[] swaps = [both.Swap(), one.Swap(), both.Swap()];
        Assert.Equal((1, 2), (a.Item(), b.Item()));
        swaps[first].Dispose();
        swaps[second].Dispose();
        Assert.Equal(third == 1 ? (5, 20) : (1, 2), (a.Item(), b.Item()));
        swaps[third].Dispose();
        Assert.Equal((5, 6), (a.Item(), b.Item()));
        swaps[third].Dispose();
        Assert.Equal((5, 6), (a.Item(), b.Item()));
    }

    [Fact]
    public void Averages_of_an_optimizer_of_its_own_kind_end_in_any_order_too()
    {
        Parameter a = Surface.Parameter([1]);
        ScheduleFreeAdamW optimizer = new([a], 0.1);
        optimizer.Step(() => a.Square().Sum());
        optimizer.Step(() => a.Square().Sum());
        double trained = a.Item();
        WeightSwap outer = optimizer.UseAverage();
        WeightSwap inner = new StochasticWeightAverage([a]).Swap();
        outer.Dispose();
        inner.Dispose();
        Assert.Equal(trained, a.Item());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_exponential_average_of_weights_follows_its_formula(bool warmUp)
    {
        Parameter w = Surface.Parameter([2, -4]);
        ExponentialWeightAverage average = new([w], 0.8, warmUp);
        double expected = 2;
        for (int t = 1; t <= 5; t++)
        {
            w.CopyFrom(Tensor.From([2.0 + (t * t), 1], Device.Cpu));
            average.Update();
            double decay = warmUp ? Math.Min(0.8, (1.0 + t) / (10 + t)) : 0.8;
            expected = (decay * expected) + ((1 - decay) * (2 + (t * t)));
        }

        using (average.Swap())
        {
            Assert.Equal(expected, w.Values()[0], 12);
        }

        Assert.Equal([27.0, 1], w.Values());
        average.CopyToParameters();
        Assert.Equal(expected, w.Values()[0], 12);
    }

    [Fact]
    public void Stochastic_weight_averaging_is_the_mean_and_swaps_in_and_out()
    {
        Parameter a = Surface.Parameter([1, 2, 3], DType.Float32);
        Parameter b = Surface.Parameter([5], DType.Float64);
        StochasticWeightAverage average = new([a, b]);
        double[] values = [0.5, 7, -3];
        foreach (double value in values)
        {
            a.Fill(value);
            b.Fill(10 * value);
            average.Update();
        }

        WeightSwap swap = average.Swap();
        Assert.All(a.Values(), x => Assert.Equal(1.5, x, 1e-6));
        Assert.Equal(15, b.Item(), 12);
        swap.Dispose();
        swap.Dispose();
        Assert.All(a.Values(), static x => Assert.Equal(-3, x));
        StochasticWeightAverage resumed = new([Surface.Parameter([0, 0, 0], DType.Float32), Surface.Parameter([0])]);
        resumed.LoadState(average.State());
        Assert.Equal(3, resumed.Updates);
        Assert.Equal(average.State()["average.1"].Item(), resumed.State()["average.1"].Item());
        Assert.Contains(
            "average.1 is unknown",
            Assert.Throws<ArgumentException>(() => new StochasticWeightAverage([Surface.Parameter([0, 0, 0])]).LoadState(average.State())).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new StochasticWeightAverage([]));
        Assert.Equal("parameters", Assert.Throws<ArgumentNullException>(() => new ExponentialWeightAverage([null!])).ParamName);
        Assert.Throws<ArgumentOutOfRangeException>(() => new ExponentialWeightAverage([a], 1));
    }

    [Fact]
    public void Lookahead_moves_slow_weights_every_k_steps()
    {
        Parameter w = Surface.Parameter([1]);
        Lookahead optimizer = new(new SGD([w], 0.1), steps: 3, alpha: 0.25);
        double fast = 1;
        double slow = 1;
        for (int t = 1; t <= 7; t++)
        {
            w.Gradient!.Fill(t);
            optimizer.Step();
            fast -= 0.1 * t;
            if (t % 3 == 0)
            {
                slow += 0.25 * (fast - slow);
                fast = slow;
            }

            Assert.Equal(fast, w.Item(), 12);
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => new Lookahead(new SGD([w]), steps: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Lookahead(new SGD([w]), alpha: 0));
    }

    [Fact]
    public void Weights_loaded_before_the_first_step_are_those_that_averages_begin_with()
    {
        Parameter w = Surface.Parameter([1]);
        Lookahead lookahead = new(new SGD([w], 0.1), steps: 1, alpha: 0.5);
        w.Fill(10);
        w.Gradient!.Fill(2);
        lookahead.Step();
        Assert.Equal(10 - (0.5 * 0.1 * 2), w.Item(), 12);

        // The first step of z is Adam's, of size 1 times the rate, and the mean x is z itself; then y = (1 - beta1) z + beta1 x.
        Parameter v = Surface.Parameter([1]);
        ScheduleFreeAdamW free = new([v], 0.1, epsilon: 1e-12);
        v.Fill(10);
        using (free.UseAverage())
        {
            // Before the first step the mean is the weights as they are.
            Assert.Equal(10, v.Item());
        }

        v.Gradient!.Fill(2);
        free.Step();
        Assert.Equal(9.9, v.Item(), 9);
    }

    [Fact]
    public void Momentum_returns_when_a_schedule_that_moves_it_is_replaced()
    {
        SGD optimizer = new([Surface.Parameter([1])], 0.1, momentum: 0.9) { Schedule = new OneCycle(1, 100) };
        Assert.NotEqual(0.9, ((ParameterGroup<SGDOptions>)optimizer.Groups[0]).Options.Momentum);
        optimizer.Schedule = new ConstantRate();
        Assert.Equal(0.9, ((ParameterGroup<SGDOptions>)optimizer.Groups[0]).Options.Momentum);
    }

    [Fact]
    public void Lookahead_follows_schedules_and_takes_groups()
    {
        SGD inner = new([Surface.Parameter([1])], 1);
        Lookahead optimizer = new(inner, steps: 2) { Schedule = new StepDecay(1, 0.5), Clipping = GradientClipping.ByValue(1) };
        inner.AddGroup([Surface.Parameter([2])]);
        IReadOnlyDictionary<string, Tensor> before = optimizer.State();
        Assert.Equal([1, 2], [before["slow.0"].Item(), before["slow.1"].Item()]);
        optimizer.Step();
        Assert.Equal(0.5, optimizer.LearningRate);
        Assert.Equal(0.5, inner.LearningRate);
        Assert.Equal(GradientClipping.ByValue(1), inner.Clipping);
        Assert.Equal(2, optimizer.State().Keys.Count(static name => name.StartsWith("slow.", StringComparison.Ordinal)));
    }

    [Fact]
    public void Gradients_of_several_passes_add_up_to_the_step_of_one_large_batch()
    {
        double[] data = [1, -2, 3, 0.5, 2, -1];
        Parameter once = Surface.Parameter([0.3]);
        Parameter parts = Surface.Parameter([0.3]);
        Adam whole = new([once], 0.1);
        Adam split = new([parts], 0.1);
        for (int step = 0; step < 3; step++)
        {
            using TensorScope scope = Tensor.Scope();
            whole.Step(() => (once - Tensor.From(data, Device.Cpu)).Square().Mean());
            split.ZeroGradients();
            for (int part = 0; part < 3; part++)
            {
                ((parts - Tensor.From(data[(2 * part)..((2 * part) + 2)], Device.Cpu)).Square().Mean() / 3).Backward();
            }

            split.Step();
        }

        Assert.Equal(once.Item(), parts.Item(), 12);
    }

    [Fact]
    public void Asgd_s_average_is_the_mean_of_its_iterates()
    {
        Parameter w = Surface.Parameter([1]);
        ASGD optimizer = new([w], 0.1, lambda: 0, averagingStart: 0);
        List<double> points = [];
        for (int t = 1; t <= 6; t++)
        {
            w.Gradient!.Fill(1 + (t * 0.5));
            optimizer.Step();
            points.Add(w.Item());
        }

        using (optimizer.UseAverage())
        {
            // The first two steps set the mean: shares are 1 / max(1, t - 1).
            Assert.Equal(points.Skip(1).Average(), w.Item(), 12);
        }

        Assert.Equal(points[^1], w.Item());
    }
}
