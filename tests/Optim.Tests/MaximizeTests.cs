using DeepSharp.Optim;

namespace DeepSharp.Tests;

/// <summary>Maximising f is minimising -f to the last bit, whatever else happens to the gradients.</summary>
public class MaximizeTests
{
    public static IEnumerable<object[]> Names => Rule.Names;

    public static TheoryData<string, string> Treatments
    {
        get
        {
            TheoryData<string, string> rows = [];
            foreach (string name in Rule.All.Keys.Where(static name => !name.StartsWith("LBFGS", StringComparison.Ordinal) && name != "NewtonCG"))
            {
                foreach (string treatment in (string[])["by value", "by norm", "by global norm", "decay", "skip"])
                {
                    rows.Add(name, treatment);
                }
            }

            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Maximising_takes_the_way_of_minimising_the_negative(string name)
    {
        foreach ((DType dtype, Device device) in new[]
        {
            (DType.Float32, Device.Cpu), (DType.Float64, Device.Cpu), (DType.Float32, TestDevice.Gpu),
        })
        {
            Assert.Equal(Way(name, dtype, device, maximize: false), Way(name, dtype, device, maximize: true));
        }
    }

    [Theory]
    [MemberData(nameof(Treatments))]
    public void The_sign_turns_before_weight_decay_and_does_not_disturb_clipping(string name, string treatment)
    {
        Action<Optimizer> treat = optimizer =>
        {
            optimizer.SkipsNonFinite = treatment == "skip";
            optimizer.Groups[0].WeightDecay = treatment == "decay" ? 0.3 : optimizer.Groups[0].WeightDecay;
            optimizer.Clipping = treatment switch
            {
                "by value" => GradientClipping.ByValue(0.5),
                "by norm" => GradientClipping.ByNorm(0.8),
                "by global norm" => GradientClipping.ByGlobalNorm(0.8),
                _ => null,
            };
        };
        foreach (Device device in name == "Adam" ? [Device.Cpu, TestDevice.Gpu] : new[] { Device.Cpu })
        {
            Assert.Equal(Way(name, DType.Float32, device, maximize: false, treat), Way(name, DType.Float32, device, maximize: true, treat));
        }
    }

    [Fact]
    public void It_climbs_and_decays_as_written()
    {
        Parameter w = Surface.Parameter([2]);
        SGD optimizer = new([w], new SGDOptions { LearningRate = 0.25, WeightDecay = 0.5, Maximize = true });
        w.Gradient!.Fill(3);
        optimizer.Step();
        Assert.Equal(2 - (0.25 * (-3 + (0.5 * 2))), w.Item());
        Assert.Equal(3, w.Gradient!.Item());
    }

    [Fact]
    public void Each_group_has_a_direction_of_its_own()
    {
        Parameter a = Surface.Parameter([1]);
        Parameter b = Surface.Parameter([1]);
        SGD optimizer = new([a], 0.5);
        ParameterGroup<SGDOptions> second = optimizer.AddGroup([b], o => o with { Maximize = true });
        a.Gradient!.Fill(1);
        b.Gradient!.Fill(1);
        optimizer.Step();
        Assert.Equal((0.5, 1.5), (a.Item(), b.Item()));
        Assert.True(second.Maximize);
        second.Maximize = false;
        optimizer.Groups[0].Maximize = true;
        optimizer.Step();
        Assert.Equal((1, 1), (a.Item(), b.Item()));
        Assert.DoesNotContain(optimizer.State().Keys, static key => key.Contains("maximize", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void A_scaled_loss_is_climbed_as_well()
    {
        Parameter w = Surface.Parameter([1, 2], DType.Float32);
        SGD optimizer = new([w], new SGDOptions { LearningRate = 0.5, Maximize = true });
        LossScaler scaler = new(1024);
        using TensorScope scope = Tensor.Scope();
        scaler.Scale(w.Sum()).Backward();
        scaler.Step(optimizer);
        Assert.Equal([1.5, 2.5], w.Values());
        optimizer.ZeroGradients();
        scaler.Scale((w * double.PositiveInfinity).Sum()).Backward();
        scaler.Step(optimizer);
        Assert.Equal([1.5, 2.5], w.Values());
        Assert.Equal(1, optimizer.SkippedSteps);
    }

    [Fact]
    public void The_loss_that_a_closure_taking_rule_returns_keeps_its_sign()
    {
        foreach (Func<Parameter[], Optimizer> make in new Func<Parameter[], Optimizer>[]
        {
            static p => new LBFGS(p, new LBFGSOptions { Maximize = true, LineSearch = true }),
            static p => new NewtonCG(p, new NewtonCGOptions { Maximize = true }),
        })
        {
            Parameter w = Surface.Parameter([3, -1]);
            Optimizer optimizer = make([w]);
            using TensorScope scope = Tensor.Scope();
            Assert.Equal(-13, optimizer.Step(() => -(w - 1).Square().Sum() - 5).Item());
            optimizer.Step(() => -(w - 1).Square().Sum() - 5);
            Assert.All(w.Values(), static x => Assert.Equal(1, x, 1e-6));
        }
    }

    private static double[] Way(string name, DType dtype, Device device, bool maximize, Action<Optimizer>? treat = null)
    {
        Parameter a = new(Tensor.From([1.0, -2, 0.5, 3, -1, 2], new Shape(2, 3), device).To(dtype));
        Parameter b = new(Tensor.From([.. Enumerable.Range(0, 20).Select(static i => 2 * Math.Sin(i + 1))], new Shape(5, 4), device).To(dtype));
        Optimizer optimizer = Rule.All[name].Make([a, b], Rule.All[name].RosenbrockRate);
        optimizer.Groups[0].Maximize = maximize;
        treat?.Invoke(optimizer);
        for (int step = 0; step < 4; step++)
        {
            using TensorScope scope = Tensor.Scope();
            if (!optimizer.NeedsLoss)
            {
                // The gradients of the loss by hand: the graph is not what is tested.
                int sign = maximize ? -1 : 1;
                a.SetGradient(x => sign * ((3 * x * x) + (4 * x * x * x)));
                b.SetGradient(x => sign * 6 * x);
                optimizer.Step();
                continue;
            }

            optimizer.Step(() =>
            {
                Tensor loss = (a.Square() * a).Sum() + (3 * b.Square()).Sum() + a.Square().Square().Sum();
                return maximize ? -loss : loss;
            });
        }

        return [.. a.Values(), .. b.Values()];
    }
}
