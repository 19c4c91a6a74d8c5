using DeepSharp.Optim;
using DeepSharp.Persistence;

namespace DeepSharp.Tests;

/// <summary>What every rule must do: solve two problems, give the same on a GPU's kernels, go on from saved state bit for bit.</summary>
public class EveryRuleTests
{
    public static IEnumerable<object[]> Names => Rule.Names;

    [Fact]
    public void Every_rule_is_here()
    {
        IEnumerable<string> rules = typeof(Optimizer).Assembly.GetExportedTypes()
            .Where(static type => type.IsSubclassOf(typeof(Optimizer)) && !type.IsAbstract).Select(static type => type.Name);
        Assert.Equal(rules.Order(StringComparer.Ordinal), Rule.All.Keys.Select(static name => name.Split(',')[0]).Distinct().Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Solves_a_parabola(string name)
    {
        Rule rule = Rule.All[name];
        Parameter w = new(Tensor.From([-1.0, 5], new Shape(1, 2), Device.Cpu));
        Optimizer optimizer = rule.Make([w], rule.ParabolaRate);
        Steps(optimizer, rule, w, rule.ParabolaSteps, () => (w - 3).Square().Sum(), static p => [2 * (p[0] - 3), 2 * (p[1] - 3)]);
        Assert.All(Final(optimizer, w), static x => Assert.Equal(3, x, 0.02));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Solves_Rosenbrock(string name)
    {
        Rule rule = Rule.All[name];
        Parameter w = new(Tensor.From(rule.Start, new Shape(1, 2), Device.Cpu));
        Optimizer optimizer = rule.Make([w], rule.RosenbrockRate);
        Steps(optimizer, rule, w, rule.RosenbrockSteps, () => Surface.Rosenbrock(w.Reshape(2)), static p => Surface.Gradient("rosenbrock", p));
        double[] end = Final(optimizer, w);
        Assert.Equal(1, end[0], 0.15);
        Assert.Equal(1, end[1], 0.3);
        Assert.True(Math.Pow(1 - end[0], 2) + (100 * Math.Pow(end[1] - (end[0] * end[0]), 2)) < 0.02);
    }

    // Eight steps: RAdam divides from the sixth on, ASGD averages from the sixth on here, Lookahead steps back after five.
    [Theory]
    [MemberData(nameof(Names))]
    public void Is_the_same_on_a_GPU_s_kernels(string name)
    {
        foreach (DType dtype in new[] { DType.Float32, DType.Float64 })
        {
            double[][] expected = Train(Rule.All[name], dtype, Device.Cpu);
            double[][] found = Train(Rule.All[name], dtype, TestDevice.Gpu);
            double tolerance = dtype == DType.Float32 ? 2e-5 : 1e-12;
            for (int i = 0; i < expected.Length; i++)
            {
                Assert.All(expected[i], (x, at) => Assert.Equal(x, found[i][at], tolerance * (1 + Math.Abs(x))));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Goes_on_from_saved_state_bit_for_bit(string name)
    {
        Rule rule = Rule.All[name];
        foreach ((DType dtype, Device device, int before, int after) in new[]
        {
            (DType.Float32, Device.Cpu, 7, 7), (DType.Float64, Device.Cpu, 7, 7), (DType.Float32, TestDevice.Gpu, 3, 2),
        })
        {
            Parameter[] parameters = Parameters(rule, dtype, device);
            Optimizer optimizer = rule.Make(parameters, rule.RosenbrockRate);
            Train(optimizer, parameters, before);
            string path = Path.Combine(Path.GetTempPath(), $"deepsharp-optimizer-{Guid.NewGuid():N}.safetensors");
            try
            {
                SafeTensors.Save(path, optimizer.State());
                Parameter[] copies = [.. parameters.Select(static p => new Parameter(p))];
                Optimizer resumed = rule.Make(copies, 123);
                resumed.LoadState(SafeTensors.Load(path, Device.Cpu));
                Train(optimizer, parameters, after);
                Train(resumed, copies, after);
                for (int i = 0; i < parameters.Length; i++)
                {
                    Assert.Equal(parameters[i].Values(), copies[i].Values());
                }

                AssertSame(optimizer.State(), resumed.State());
            }
            finally
            {
                File.Delete(path);
            }
        }
    }

    /// <summary>Squares and norms of a gradient of 1e30 are infinite in Float32; no parameter, whether it was 0 or not, becomes NaN by it.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Survives_a_gradient_of_1e30(string name)
    {
        Rule rule = Rule.All[name];
        foreach (Device device in (Device[])[Device.Cpu, TestDevice.Gpu])
        {
            foreach ((double start, double[] scales) in ((double, double[])[])[
                (0, [1e30, 1e30, 1, 1]), (0, [1, 1e30, -1e30, 1, 1, 1]), (0.5, [1, 1e30, -1e30, 1, 1, 1]), (-1e25, [1, 1e30])])
            {
                Parameter[] parameters = [new(Tensor.Full([3, 2], start, device: device)), new(Tensor.Full([2, 1], start, device: device))];
                Parameter[] all = rule.TakesVectors ? [.. parameters, new(Tensor.Full([5], start, device: device))] : parameters;
                Optimizer optimizer = rule.Make(all, rule.RosenbrockRate);
                foreach (double scale in scales)
                {
                    using TensorScope scope = Tensor.Scope();
                    if (optimizer.NeedsLoss)
                    {
                        optimizer.Step(() => all.Select(p => (p.Square() * 0.5 + (p * scale)).Sum()).Aggregate(static (a, b) => a + b));
                        continue;
                    }

                    foreach (Parameter parameter in all)
                    {
                        parameter.Gradient!.Fill(scale);
                        parameter.Gradient!.Reshape(-1)[0].Fill(-0.5);
                    }

                    optimizer.Step();
                }

                Assert.All(all, parameter => Assert.All(parameter.Values(), value => Assert.True(double.IsFinite(value), $"{device} {start}: {parameter}")));
            }
        }
    }

    /// <summary>The mean square less the square of the mean is 0 for a gradient that stays the same, and may be rounded to less.</summary>
    [Fact]
    public void A_constant_gradient_is_no_NaN_to_a_centered_rule()
    {
        foreach (EpsilonPlacement placement in Enum.GetValues<EpsilonPlacement>())
        {
            Parameter[] parameters = [new(Tensor.Zeros([97], device: Device.Cpu))];
            RMSProp optimizer = new(parameters, 1e-4, centered: true, epsilon: 1e-30, epsilonPlacement: placement);
            parameters[0].Gradient!.CopyFrom<float>([.. Enumerable.Range(1, 97).Select(static i => 0.37f * i)]);
            for (int step = 0; step < 4000; step++)
            {
                optimizer.Step();
            }

            Assert.All(parameters[0].Values(), static value => Assert.False(double.IsNaN(value)));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Holds_no_more_memory_step_by_step(string name)
    {
        Parameter[] parameters = Parameters(Rule.All[name], DType.Float32, Device.Cpu);
        Optimizer optimizer = Rule.All[name].Make(parameters, 1e-4);

        // By then the history of L-BFGS is full. What other tests left behind is not to go in the middle.
        Train(optimizer, parameters, 60);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        DeviceStatistics early = Device.Cpu.Statistics;
        Train(optimizer, parameters, 60);
        DeviceStatistics late = Device.Cpu.Statistics;
        Assert.Equal(early.LiveBytes, late.LiveBytes);
        Assert.Equal(early.Allocations, late.Allocations);
    }

    private static void AssertSame(IReadOnlyDictionary<string, Tensor> expected, IReadOnlyDictionary<string, Tensor> found)
    {
        Assert.Equal(expected.Keys.Order(), found.Keys.Order());
        Assert.All(expected, pair => Assert.Equal(pair.Value.Values(), found[pair.Key].Values()));
    }

    private static double[][] Train(Rule rule, DType dtype, Device device)
    {
        Parameter[] parameters = Parameters(rule, dtype, device);
        Train(rule.Make(parameters, rule.RosenbrockRate), parameters, 8);
        return [.. parameters.Select(static p => p.Values())];
    }

    // Shapes that need padding; a vector, too, where the rule takes one.
    private static Parameter[] Parameters(Rule rule, DType dtype, Device device)
    {
        Parameter[] matrices =
        [
            new(Tensor.From([1.0, -2, 0.5, 3, -1, 2], new Shape(2, 3), device).To(dtype)),
            new(Tensor.From([.. Enumerable.Range(0, 20).Select(static i => 2 * Math.Sin(i + 1))], new Shape(5, 4), device).To(dtype)),
        ];
        return rule.TakesVectors ? [.. matrices, new(Tensor.From([0.5, -1.5, 1, 2, -0.25], device).To(dtype))] : matrices;
    }

    private static void Train(Optimizer optimizer, Parameter[] parameters, int count)
    {
        for (int step = 0; step < count; step++)
        {
            using TensorScope scope = Tensor.Scope();
            if (!optimizer.NeedsLoss)
            {
                // The gradients of the loss by hand: the graph is not what is tested.
                parameters[0].SetGradient(static x => (3 * x * x) + (4 * x * x * x) + (4 * x));
                parameters[1].SetGradient(static x => 6 * x);
                if (parameters.Length > 2)
                {
                    parameters[2].SetGradient(static x => 4 * (x - 1));
                }

                optimizer.Step();
                continue;
            }

            optimizer.Step(() =>
            {
                Tensor first = parameters[0].Square();
                Tensor loss = (first * parameters[0]).Sum() + first.Square().Sum() + (2 * first).Sum() + (3 * parameters[1].Square()).Sum();
                return parameters.Length < 3 ? loss : loss + (2 * (parameters[2] - 1).Square()).Sum();
            });
        }
    }

    // Gradients by hand, where the rule does not evaluate the loss: the graph is not what is tested.
    private static void Steps(Optimizer optimizer, Rule rule, Parameter w, int count, Func<Tensor> loss, Func<double[], double[]> gradient)
    {
        double rate = optimizer.LearningRate;
        for (int step = 0; step < count; step++)
        {
            using TensorScope scope = Tensor.Scope();
            optimizer.LearningRate = rule.Decays ? rate * (count - step) / count : rate;
            if (optimizer.NeedsLoss)
            {
                optimizer.Step(loss);
                continue;
            }

            w.Gradient!.CopyFrom<double>(gradient(w.ToArray<double>()));
            optimizer.Step();
        }
    }

    private static double[] Final(Optimizer optimizer, Parameter w)
    {
        using WeightSwap? swap = (optimizer as ScheduleFreeAdamW)?.UseAverage();
        return w.Values();
    }
}
