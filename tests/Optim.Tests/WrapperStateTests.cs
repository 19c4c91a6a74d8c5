using DeepSharp.Optim;
using DeepSharp.Persistence;

namespace DeepSharp.Tests;

/// <summary>What is wrapped around rules solves the two problems, is the same on a GPU's kernels, and goes on from a saved state.</summary>
public class WrapperStateTests
{
    public static TheoryData<string> Wrappers => ["by value", "by norm", "by global norm", "skip", "lookahead"];

    public static TheoryData<string> Averages => ["exponential", "exponential, warmed up", "stochastic"];

    [Theory]
    [MemberData(nameof(Wrappers))]
    public void Wrapped_rules_solve_a_parabola_and_Rosenbrock(string wrapper)
    {
        Parameter w = Surface.Parameter([-1, 5]);
        Optimizer parabola = Wrap(wrapper, new SGD([w], 0.05, 0.9));
        for (int step = 0; step < 1000; step++)
        {
            w.Gradient!.CopyFrom<double>([.. w.Values().Select(static x => 2 * (x - 3))]);
            parabola.Step();
        }

        Assert.All(w.Values(), static x => Assert.Equal(3, x, 1e-6));
        Parameter valley = Surface.Parameter(Surface.RosenbrockStart);
        Optimizer rosenbrock = Wrap(wrapper, new SGD([valley], 1e-3, 0.9));
        for (int step = 0; step < 10000; step++)
        {
            valley.Gradient!.CopyFrom<double>(Surface.Gradient("rosenbrock", valley.Values()));
            rosenbrock.Step();
        }

        Assert.All(valley.Values(), static x => Assert.Equal(1, x, 0.02));
    }

    [Theory]
    [MemberData(nameof(Wrappers))]
    public void Wrapped_rules_are_the_same_on_a_GPU_s_kernels(string wrapper)
    {
        (double[] Values, long Skipped)[] ways = [.. new[] { Device.Cpu, TestDevice.Gpu }.Select(device =>
        {
            Parameter w = Surface.Parameter([1, -2, 0.5], DType.Float64, device);
            Optimizer optimizer = Wrap(wrapper, new Adam([w], 0.1));
            Steps(optimizer, w, 0, 8);
            return (w.Values(), optimizer.SkippedSteps);
        })];
        Assert.Equal(ways[0].Skipped, ways[1].Skipped);
        Assert.All(ways[0].Values.Zip(ways[1].Values), static pair => Assert.Equal(pair.First, pair.Second, 1e-12));
    }

    [Theory]
    [MemberData(nameof(Wrappers))]
    public void Wrapped_rules_go_on_from_a_saved_state_bit_for_bit(string wrapper)
    {
        Parameter w = Surface.Parameter([1, -2, 0.5]);
        Optimizer optimizer = Wrap(wrapper, new Adam([w], 0.1));
        Steps(optimizer, w, 0, 7);
        Parameter copy = new(w);
        Optimizer resumed = Wrap(wrapper, new Adam([copy], 123));
        resumed.LoadState(Saved(optimizer.State()));
        Steps(optimizer, w, 7, 7);
        Steps(resumed, copy, 7, 7);
        Assert.Equal(w.Values(), copy.Values());
        Assert.Equal(wrapper == "skip" ? 3 : 0, optimizer.SkippedSteps);
        Assert.Equal(optimizer.SkippedSteps, resumed.SkippedSteps);
    }

    [Theory]
    [MemberData(nameof(Averages))]
    public void Averages_go_on_from_a_saved_state_bit_for_bit_and_are_the_same_on_a_GPU_s_kernels(string kind)
    {
        double[] whole = Averaged(kind, Device.Cpu, interrupted: false);
        Assert.Equal(whole, Averaged(kind, Device.Cpu, interrupted: true));
        double[] there = Averaged(kind, TestDevice.Gpu, interrupted: true);
        Assert.All(whole.Zip(there), static pair => Assert.Equal(pair.First, pair.Second, 1e-12));
    }

    [Fact]
    public void An_impossible_number_of_updates_is_refused_and_changes_nothing()
    {
        StochasticWeightAverage average = new([Surface.Parameter([1, 2])]);
        average.Update();
        foreach (Tensor count in new[] { Tensor.Scalar(-1.0, device: Device.Cpu), Tensor.Scalar(double.NaN, device: Device.Cpu), Tensor.Ones(2, device: Device.Cpu) })
        {
            Dictionary<string, Tensor> state = new(average.State()) { ["updates"] = count, ["average.0"] = Tensor.Zeros(2, device: Device.Cpu) };
            Assert.Contains("updates", Assert.Throws<ArgumentException>(() => average.LoadState(state)).Message, StringComparison.Ordinal);
            Assert.Equal(1, average.Updates);
            Assert.Equal([1.0, 2], average.State()["average.0"].Values());
        }
    }

    private static double[] Averaged(string kind, Device device, bool interrupted)
    {
        Parameter w = Surface.Parameter([1, -2, 0.5], DType.Float64, device);
        WeightAverage average = Average(kind, w);
        for (int step = 0; step < 6; step++)
        {
            if (interrupted && step == 3)
            {
                IReadOnlyDictionary<string, Tensor> state = Saved(average.State());
                w = new Parameter(w);
                average = Average(kind, w);
                average.LoadState(state);
            }

            w.CopyFrom<double>([.. w.Values().Select((x, i) => (0.9 * x) + Math.Sin((3 * step) + i))]);
            average.Update();
        }

        using WeightSwap swap = average.Swap();
        return w.Values();
    }

    private static WeightAverage Average(string kind, Parameter w) => kind switch
    {
        "stochastic" => new StochasticWeightAverage([w]),
        _ => new ExponentialWeightAverage([w], 0.8, warmUp: kind != "exponential"),
    };

    private static Optimizer Wrap(string wrapper, Optimizer optimizer)
    {
        optimizer.SkipsNonFinite = wrapper == "skip";
        optimizer.Clipping = wrapper switch
        {
            "by value" => GradientClipping.ByValue(10),
            "by norm" => GradientClipping.ByNorm(10),
            "by global norm" => GradientClipping.ByGlobalNorm(10),
            _ => null,
        };
        return wrapper == "lookahead" ? new Lookahead(optimizer, steps: 4) : optimizer;
    }

    // Gradients that are clipped now and then, and one in five that is not finite where that is skipped.
    private static void Steps(Optimizer optimizer, Parameter w, int start, int count)
    {
        for (int step = start; step < start + count; step++)
        {
            double[] gradient = [.. w.Values().Select((x, i) => (2 * x) + (30 * Math.Sin((5 * step) + i)))];
            gradient[1] = optimizer.SkipsNonFinite && step % 5 == 3 ? double.NaN : gradient[1];
            w.Gradient!.CopyFrom<double>(gradient);
            optimizer.Step();
        }
    }

    private static Dictionary<string, Tensor> Saved(IReadOnlyDictionary<string, Tensor> state)
    {
        string path = Path.Combine(Path.GetTempPath(), $"deepsharp-wrapper-{Guid.NewGuid():N}.safetensors");
        try
        {
            SafeTensors.Save(path, state);
            return new Dictionary<string, Tensor>(SafeTensors.Load(path, Device.Cpu));
        }
        finally
        {
            File.Delete(path);
        }
    }
}
