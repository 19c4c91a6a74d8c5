using DeepSharp.Optim;

namespace DeepSharp.Tests;

/// <summary>What combines with every rule: skipped steps, clipping, Lookahead, schedules.</summary>
public class WrapperTests
{
    private static readonly double[][] s_gradients = [[3, -1, 0.5, 2, -4, 1], [-0.2, 0.1, 0.7, -0.3, 0.4, 0.6], [1, 1, -2, 0.1, 3, -0.5]];

    // A rule that evaluates the loss itself takes no gradients by hand.
    public static IEnumerable<object[]> Names =>
        Rule.All.Keys.Where(static name => !Make(name).Optimizer.NeedsLoss).Select(static name => new object[] { name });

    // Their rates are state that the learning rate only begins.
    public static IEnumerable<object[]> ScheduledNames => Names.Where(static row => (string)row[0] is not ("Rprop" or "DeltaBarDelta" or "DeltaBarDelta, momentum"));

    [Theory]
    [MemberData(nameof(Names))]
    public void A_step_with_a_gradient_that_is_not_finite_changes_nothing(string name)
    {
        (Optimizer optimizer, Parameter w) = Make(name);
        (Optimizer plain, Parameter expected) = Make(name);
        optimizer.SkipsNonFinite = true;
        Step(optimizer, w, s_gradients[0]);
        Step(plain, expected, s_gradients[0]);
        Close(expected, w);
        double[] before = w.Values();
        Dictionary<string, double[]> state = State(optimizer);
        Step(optimizer, w, [1, double.NaN, 0, 0, 0, 0]);
        Assert.Equal(before, w.Values());
        Assert.Equal(state, State(optimizer));
        Assert.Equal(1, optimizer.SkippedSteps);
        Assert.Equal(1, optimizer.StepCount - optimizer.SkippedSteps);
        Step(optimizer, w, s_gradients[1]);
        Assert.NotEqual(before, w.Values());
        Assert.All(w.Values(), static v => Assert.True(double.IsFinite(v)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Clipping_is_the_same_as_clipping_the_gradients_by_hand(string name)
    {
        Func<double[], double[]> byValue = static g => [.. g.Select(static x => Math.Clamp(x, -0.5, 0.5))];
        Func<double[], double[]> byNorm = static g =>
        {
            double norm = Math.Sqrt(g.Sum(static x => x * x));
            return [.. g.Select(x => x * Math.Min(1, 0.8 / (norm + 1e-6)))];
        };
        foreach ((GradientClipping clipping, Func<double[], double[]> byHand) in new[]
        {
            (GradientClipping.ByValue(0.5), byValue), (GradientClipping.ByNorm(0.8), byNorm), (GradientClipping.ByGlobalNorm(0.8), byNorm),
        })
        {
            (Optimizer optimizer, Parameter w) = Make(name);
            (Optimizer plain, Parameter expected) = Make(name);
            optimizer.Clipping = clipping;
            foreach (double[] gradient in s_gradients)
            {
                Step(optimizer, w, gradient);
                Step(plain, expected, byHand(gradient));
            }

            Close(expected, w);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Lookahead_that_goes_all_the_way_at_each_step_is_the_rule_itself(string name)
    {
        (Optimizer inner, Parameter w) = Make(name);
        Lookahead lookahead = new(inner, steps: 1, alpha: 1);
        (Optimizer plain, Parameter expected) = Make(name);
        foreach (double[] gradient in s_gradients)
        {
            Step(lookahead, w, gradient);
            Step(plain, expected, gradient);
        }

        Close(expected, w);
    }

    [Theory]
    [MemberData(nameof(ScheduledNames))]
    public void A_schedule_is_the_same_as_setting_the_rate_before_each_step(string name)
    {
        (Optimizer optimizer, Parameter w) = Make(name);
        (Optimizer plain, Parameter expected) = Make(name);
        double rate = plain.LearningRate;
        optimizer.Schedule = CustomRate.FromFactor(static t => 1 / (1 + t));
        for (int t = 0; t < s_gradients.Length; t++)
        {
            Assert.Equal(rate / (1 + t), optimizer.LearningRate, 1e-15);
            Step(optimizer, w, s_gradients[t]);
            plain.LearningRate = rate / (1 + t);
            Step(plain, expected, s_gradients[t]);
        }

        Close(expected, w);
    }

    [Theory]
    [InlineData("LBFGS")]
    [InlineData("NewtonCG")]
    public void Rules_that_need_their_gradients_as_they_are_say_so(string name)
    {
        Optimizer optimizer = Make(name).Optimizer;
        Assert.Contains("not clipped", Assert.Throws<InvalidOperationException>(() => optimizer.Clipping = GradientClipping.ByValue(1)).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => optimizer.SkipsNonFinite = true);
    }

    private static (Optimizer Optimizer, Parameter Parameter) Make(string name)
    {
        Rule rule = Rule.All[name];
        Parameter w = new(Tensor.From([0.5, 1, -2, 1.5, 3, -0.25], new Shape(2, 3), Device.Cpu));
        return (rule.Make([w], rule.ParabolaRate), w);
    }

    private static void Step(Optimizer optimizer, Parameter w, double[] gradient)
    {
        w.Gradient!.CopyFrom<double>(gradient);
        optimizer.Step();
    }

    private static void Close(Parameter expected, Parameter actual) =>
        Assert.All(expected.Values().Zip(actual.Values()), static pair => Assert.Equal(pair.First, pair.Second, 1e-9));

    private static Dictionary<string, double[]> State(Optimizer optimizer) => optimizer.State()
        .Where(static pair => pair.Key.StartsWith("state.", StringComparison.Ordinal))
        .ToDictionary(static pair => pair.Key, static pair => pair.Value.Values());
}
