using DeepSharp.Optim;

namespace DeepSharp.Tests;

/// <summary>Bad arguments are named with their value and what is allowed.</summary>
public class ScheduleErrors
{
    public static TheoryData<string, string, Action> Bad => new()
    {
        { "every", "-3", static () => _ = new StepDecay(-3) },
        { "factor", "0", static () => _ = new StepDecay(3, 0) },
        { "factor", "-1", static () => _ = new ConstantRate(-1) },
        { "milestones", "5 follows 10", static () => _ = new MultiStepDecay([10, 5]) },
        { "milestones", "-1", static () => _ = new MultiStepDecay([-1, 5]) },
        { "boundaries", "5 follows 10", static () => _ = new PiecewiseConstant([10, 5], [1, 2, 3]) },
        { "rates", "2 boundaries need 3 rates, not 2", static () => _ = new PiecewiseConstant([5, 10], [1, 2]) },
        { "rates", "NaN", static () => _ = new PiecewiseConstant([5], [1, double.NaN]) },
        { "factor", "NaN", static () => _ = new ExponentialDecay(double.NaN) },
        { "k", "-1", static () => _ = ExponentialDecay.Natural(-1) },
        { "s", "0", static () => _ = ExponentialDecay.Tenfold(0) },
        { "k", "-1", static () => _ = new InverseTimeDecay(-1) },
        { "s", "-1", static () => _ = new PowerDecay(-1) },
        { "warmup", "-1", static () => _ = new InverseSquareRootDecay(1, -1) },
        { "length", "-1", static () => _ = new PolynomialDecay(-1) },
        { "power", "0", static () => _ = new PolynomialDecay(1, 0) },
        { "length", "-1", static () => _ = new LinearRate(-1) },
        { "length", "-1", static () => _ = new Warmup(-1) },
        { "startFactor", "1", static () => _ = new Warmup(5, 1) },
        { "length", "-1", static () => _ = new CosineAnnealing(-1) },
        { "firstLength", "0", static () => _ = new CosineRestarts(0) },
        { "lengthFactor", "0.5", static () => _ = new CosineRestarts(5, 0.5) },
        { "peakFactor", "2", static () => _ = new CosineRestarts(5, peakFactor: 2) },
        { "length", "-1", static () => _ = new OneCycle(1, -1) },
        { "length", "3", static () => _ = new OneCycle(1, 3) },
        { "riseShare", "0.6", static () => _ = new OneCycle(1, 100, riseShare: 0.6, threePhases: true) },
        { "minimumMomentum", "1", static () => _ = new OneCycle(1, 100, minimumMomentum: 1) },
        { "highest", "0.1", static () => _ = new CyclicRate(0.2, 0.1) },
        { "up", "0", static () => _ = new CyclicRate(0.1, 0.2, 0) },
        { "down", "-1", static () => _ = new CyclicRate(0.1, 0.2, 5, -1) },
        { "decay", "1.5", static () => _ = new CyclicRate(0.1, 0.2, decay: 1.5) },
        { "steps", "0", static () => _ = new ConstantRate().PerEpoch(0) },
        { "starts", "-1", static () => _ = new ConstantRate().Then(new ConstantRate(), -1) },
        { "starts", "2 schedules need 1 starts, not 0", static () => _ = new ScheduleSequence([new ConstantRate(), new ConstantRate()], []) },
        { "baseRate", "-1", static () => _ = new ConstantRate().Rate(-1, 0) },
        { "t", "-1", static () => _ = new ConstantRate().Rate(1, -1) },
        { "factor", "1", static () => _ = new ReduceOnPlateau(factor: 1) },
        { "patience", "-1", static () => _ = new ReduceOnPlateau(patience: -1) },
        { "cooldown", "-1", static () => _ = new ReduceOnPlateau(cooldown: -1) },
        { "threshold", "NaN", static () => _ = new ReduceOnPlateau(threshold: double.NaN) },
        { "mode", "7", static () => _ = new ReduceOnPlateau((PlateauMode)7) },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public void A_bad_argument_is_named_with_its_value(string argument, string value, Action make)
    {
        ArgumentException error = Assert.ThrowsAny<ArgumentException>(make);
        Assert.Equal(argument, error.ParamName);
        Assert.Contains(value, error.Message, StringComparison.Ordinal);
    }
}
