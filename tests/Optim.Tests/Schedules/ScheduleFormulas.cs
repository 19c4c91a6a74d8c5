using DeepSharp.Optim;

namespace DeepSharp.Tests;

/// <summary>Schedules against textbook formulas, computed by hand.</summary>
public class ScheduleFormulas
{
    [Theory]
    [InlineData(0, 0.2)]
    [InlineData(1, 0.1)]
    [InlineData(2, 0.0666666666666667)]
    [InlineData(3, 0.05)]
    public void Inverse_time_decay_is_the_course_table_of_rate_1_and_base_0_2(double epoch, double rate) =>
        Assert.Equal(rate, new InverseTimeDecay(1).Rate(0.2, epoch), 12);

    [Fact]
    public void Exponential_decay_has_three_textbook_forms()
    {
        Assert.Equal(0.2 * 0.95 * 0.95 * 0.95, new ExponentialDecay(0.95).Rate(0.2, 3), 14);
        Assert.Equal(0.5 * Math.Exp(-0.3), ExponentialDecay.Natural(0.1).Rate(0.5, 3), 14);
        Assert.Equal(0.001, ExponentialDecay.Tenfold(20).Rate(0.01, 20), 14);
        Assert.Equal(0.01 / Math.Sqrt(10), ExponentialDecay.Tenfold(20).Rate(0.01, 10), 14);
        Assert.Equal(1.0, ExponentialDecay.Natural(0).Rate(1, 100));
    }

    [Fact]
    public void Power_decay_halves_then_thirds()
    {
        PowerDecay schedule = new(s: 10);
        Assert.Equal([1, 1 / 2.0, 1 / 3.0, 1 / 4.0], new double[] { 0, 10, 20, 30 }.Select(t => schedule.Rate(1, t)));
        Assert.Equal(0.25, new PowerDecay(10, c: 2).Rate(1, 10), 14);
    }

    [Fact]
    public void Inverse_square_root_decay_counts_from_one_by_batch_and_by_epoch()
    {
        InverseSquareRootDecay schedule = new(k: 2);
        Assert.Equal(0.2, schedule.Rate(0.1, 0), 14);
        Assert.Equal(0.1, schedule.Rate(0.1, 3), 14);
        LearningRateSchedule byEpoch = schedule.PerEpoch(steps: 100);
        Assert.Equal(0.2, byEpoch.Rate(0.1, 99), 14);
        Assert.Equal(0.1, byEpoch.Rate(0.1, 399), 14);
    }

    [Fact]
    public void Momentum_is_cycled_by_epoch_and_through_products_too()
    {
        // Linear from 0.95 to 0.85 in four steps, as the rate goes from 1 / 25 to 1.
        OneCycle cycle = new(1, 10, riseShare: 0.5, annealing: Annealing.Linear);
        LearningRateSchedule byEpoch = cycle.PerEpoch(steps: 100);
        Assert.True(byEpoch.CyclesMomentum);
        Assert.Equal([0.95, 0.925, 0.9, 0.85], new double[] { 99, 100, 299, 400 }.Select(t => Math.Round(byEpoch.Momentum(0.5, t), 12)));
        Assert.Equal(0.9375, new EpochSchedule(cycle, 100, continuous: true).Momentum(0.5, 50), 12);
        foreach (LearningRateSchedule product in (LearningRateSchedule[])[cycle.Times(new StepDecay(1, 0.5)), new StepDecay(1, 0.5).Times(cycle)])
        {
            Assert.True(product.CyclesMomentum);
            Assert.Equal(0.9, product.Momentum(0.5, 2), 12);
        }

        LearningRateSchedule still = new StepDecay(1, 0.5).Times(new InverseTimeDecay(1)).PerEpoch(steps: 100);
        Assert.False(still.CyclesMomentum);
        Assert.Equal(0.5, still.Momentum(0.5, 299));
    }

    [Fact]
    public void The_transformers_rate_peaks_where_its_warm_up_ends()
    {
        // Vaswani et al. 2017: d = 512, 4000 steps of warm-up; the peak is (512 · 4000)^(-1/2).
        InverseSquareRootDecay schedule = new(k: Math.Pow(512, -0.5), warmup: 4000);
        Assert.Equal(Math.Pow(512 * 4000.0, -0.5), schedule.Rate(1, 3999), 14);
        Assert.Equal(Math.Pow(512, -0.5) * 100 * Math.Pow(4000, -1.5), schedule.Rate(1, 99), 14);
        Assert.Equal(Math.Pow(512 * 16000.0, -0.5), schedule.Rate(1, 15999), 14);
    }

    [Fact]
    public void Piecewise_constant_rates_begin_at_their_boundaries()
    {
        PiecewiseConstant schedule = new([50, 100], [0.1, 0.01, 0.001]);
        Assert.Equal([0.1, 0.1, 0.01, 0.01, 0.001, 0.001], new double[] { 0, 49, 50, 99, 100, 1e9 }.Select(t => schedule.Rate(7, t)));
    }

    [Fact]
    public void Polynomial_and_cosine_stay_at_their_ends()
    {
        Assert.Equal(0.3, new PolynomialDecay(10, power: 2, end: 0.3).Rate(1, 50), 14);
        Assert.Equal((0.7 * 0.25) + 0.3, new PolynomialDecay(10, power: 2, end: 0.3).Rate(1, 5), 14);
        Assert.Equal(0.1, new CosineAnnealing(10, minimum: 0.1).Rate(1, 15), 14);
        Assert.Equal(0.55, new CosineAnnealing(10, minimum: 0.1).Rate(1, 5), 14);
        Assert.Equal(0.55, new CosineAnnealing(10, minimum: 0.1, periodic: true).Rate(1, 15), 14);
    }

    [Theory]
    [InlineData(1, 7)]
    [InlineData(2, 1)]
    [InlineData(3, 10)]
    [InlineData(1.5, 4)]
    public void Restarts_begin_at_the_full_rate_to_the_last_step(double lengthFactor, double firstLength)
    {
        CosineRestarts schedule = new(firstLength, lengthFactor, minimum: 0.01);
        double start = 0;
        double length = firstLength;
        for (int cycle = 0; cycle < 12; cycle++, start += length, length *= lengthFactor)
        {
            Assert.Equal(1, schedule.Rate(1, start), 12);
            Assert.Equal(0.505, schedule.Rate(1, start + (length / 2)), 9);
            Assert.True(schedule.Rate(1, start + (length * 0.999)) < 0.0101);
        }
    }

    [Fact]
    public void Restarts_can_lower_their_peaks()
    {
        CosineRestarts schedule = new(10, peakFactor: 0.5);
        Assert.Equal([1, 0.5, 0.25], new double[] { 0, 10, 20 }.Select(t => schedule.Rate(1, t)));
    }

    [Fact]
    public void Lowered_peaks_end_at_the_minimum()
    {
        CosineRestarts schedule = new(10, minimum: 0.01, peakFactor: 0.5);
        Assert.Equal([0.1, 0.05, 0.025, 0.0125, 0.01, 0.01], new double[] { 0, 10, 20, 30, 40, 45 }.Select(t => schedule.Rate(0.1, t)), Close);

        static bool Close(double a, double b) => Math.Abs(a - b) < 1e-15;
    }

    [Fact]
    public void Cycles_of_a_base_rate_below_the_minimum_rise_to_it_as_in_PyTorch()
    {
        CosineRestarts schedule = new(10, minimum: 0.01, peakFactor: 0.5);
        Assert.Equal([0.002, 0.006, 0.002, 0.006], new double[] { 0, 5, 10, 15 }.Select(t => Math.Round(schedule.Rate(0.002, t), 15)));
    }

    [Fact]
    public void One_cycle_stays_at_its_end()
    {
        OneCycle schedule = new(peakRate: 1, length: 100);
        Assert.Equal(1 / 25.0, schedule.Rate(0.7, 0), 14);
        Assert.Equal(1, schedule.Rate(0.7, 29), 14);
        Assert.Equal(0.85, schedule.Momentum(0.5, 29), 14);
        Assert.Equal(1 / 25.0 / 1e4, schedule.Rate(0.7, 99), 14);
        Assert.Equal(1 / 25.0 / 1e4, schedule.Rate(0.7, 1000), 14);
        Assert.Equal(0.95, schedule.Momentum(0.5, 1000), 14);
    }

    [Fact]
    public void Warm_up_then_cosine()
    {
        LearningRateSchedule schedule = new CosineAnnealing(100).After(new Warmup(10, startFactor: 0.1));
        Assert.Equal(0.02, schedule.Rate(0.2, 0), 14);
        Assert.Equal(0.11, schedule.Rate(0.2, 5), 14);
        Assert.Equal(0.2, schedule.Rate(0.2, 10), 14);
        Assert.Equal(0.1, schedule.Rate(0.2, 60), 14);
        Assert.Equal(0, schedule.Rate(0.2, 110), 14);
        Assert.Equal(0.25, new Warmup(10, power: 2).Rate(1, 5), 14);
    }

    [Fact]
    public void Products_multiply()
    {
        LearningRateSchedule schedule = new StepDecay(10, 0.5).Times(new ExponentialDecay(0.9)).Times(3);
        Assert.Equal(0.1 * 0.25 * Math.Pow(0.9, 20) * 3, schedule.Rate(0.1, 20), 14);
    }

    [Fact]
    public void Any_function_is_a_schedule()
    {
        Assert.Equal(0.25f, new CustomRate(static step => step % 2 == 0 ? 0.5f : 0.25f).Rate(9, 3));
        Assert.Equal(1.5, CustomRate.FromRate(static t => t / 2).Rate(9, 3));
        Assert.Equal(27, CustomRate.FromFactor(static t => t).Rate(9, 3));
    }

    [Fact]
    public void Epochs_are_whole_or_continuous()
    {
        InverseTimeDecay schedule = new(1);
        Assert.Equal([1, 1, 0.5, 0.5], new double[] { 0, 3, 4, 7 }.Select(t => schedule.PerEpoch(4).Rate(1, t)));
        Assert.Equal(1 / 1.75, schedule.PerEpoch(4, continuous: true).Rate(1, 3), 14);
    }

    [Fact]
    public void A_constant_rate_is_the_base_times_a_factor()
    {
        Assert.Equal((1.0, 0.25), (new ConstantRate().Factor, new ConstantRate(0.25).Factor));
        Assert.Equal(0.1, new ConstantRate(0.25).Rate(0.4, 17), 14);
    }

    [Fact]
    public void The_momentum_of_a_sequence_returns_to_its_base()
    {
        LearningRateSchedule schedule = new ConstantRate()
            .Then(new CyclicRate(0.1, 0.5, up: 10, cycleMomentum: true, minimumMomentum: 0.7, maximumMomentum: 0.9), 5)
            .Then(new ConstantRate(), 25);
        Assert.True(schedule.CyclesMomentum);
        Assert.Equal([0.6, 0.9, 0.7, 0.6], new double[] { 0, 5, 15, 25 }.Select(t => Math.Round(schedule.Momentum(0.6, t), 12)));
    }
}
