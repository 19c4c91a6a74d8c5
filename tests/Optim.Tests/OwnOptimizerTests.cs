using System.Runtime.CompilerServices;
using DeepSharp.Kernels;
using DeepSharp.Optim;

namespace DeepSharp.Tests;

/// <summary>An optimizer that is written outside the library, with what is public.</summary>
public class OwnOptimizerTests
{
    [Fact]
    public void A_rule_of_ones_own_moves_parameters_on_every_device()
    {
        foreach (Device device in (Device[])[Device.Cpu, TestDevice.Gpu])
        {
            Parameter weight = new(Tensor.From([1f, -2, 3], device));
            HeavyBall optimizer = new([weight], ["velocity"]);
            for (int step = 0; step < 2; step++)
            {
                optimizer.ZeroGradients();
                (weight * weight).Sum().Backward();
                optimizer.Step();
            }

            // v = 2 w, w' = w - v / 8 = 3 w / 4; then v = w + 3 w / 2 = 5 w / 2, w'' = w (3 / 4 - 5 / 16).
            Assert.Equal([0.4375f, -0.875f, 1.3125f], weight.ToArray<float>());
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void State_that_is_not_the_rules_is_refused(int names)
    {
        Parameter weight = new(Tensor.From([1f, -2, 3], Device.Cpu));
        HeavyBall optimizer = new([weight], [.. Enumerable.Range(0, names).Select(static i => $"state{i}")]);
        optimizer.ZeroGradients();
        weight.Sum().Backward();
        ArgumentException error = Assert.Throws<ArgumentException>(optimizer.Step);
        Assert.Contains($"Rule has 1 slots of state, but StateNames of the optimizer names {names}", error.Message, StringComparison.Ordinal);
    }

    public sealed record HeavyBallOptions : OptimizerOptions;

    public sealed class HeavyBall(IEnumerable<Parameter> parameters, IReadOnlyList<string> names)
        : Optimizer<HeavyBallOptions>(parameters, new HeavyBallOptions { LearningRate = 0.125 })
    {
        protected override IReadOnlyList<string> StateNames(HeavyBallOptions options) => names;

        protected override void Update(ParameterGroup<HeavyBallOptions> group, UpdateRun run) => run.Apply(new Rule(group.Options.LearningRate));

        public readonly struct Rule(double rate) : IUpdateRule
        {
            private readonly double _rate = rate;

            public static int Slots => 1;

            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            public void Update<T>(ref T value, T gradient, ref T s0, ref T s1, ref T s2)
                where T : unmanaged, IReal<T>
            {
                s0 = (0.5 * s0) + gradient;
                value -= _rate * s0;
            }
        }
    }
}
