using DeepSharp.Optim;

namespace DeepSharp.Tests;

/// <summary>Parameters that no gradient has reached since the last zeroing: a step leaves them and their state alone.</summary>
public class WithoutGradientTests
{
    // PyTorch 2.6: five steps of (a² + a).sum(), to which (1.5 b²).sum() is added in the first two; zero_grad() before each. Values of a and b.
    private static readonly Dictionary<string, (Func<Parameter[], Optimizer> Make, double[] Values)> s_torch = new()
    {
        ["SGD"] = (
            static p => new SGD(p, 0.1, 0.9, weightDecay: 0.01), [-1.3719939983925011, 0.3798743771247021, 0.10885049999999996, 0.653103]),
        ["SGD, Nesterov"] = (
            static p => new SGD(p, 0.1, 0.9, weightDecay: 0.01, nesterov: true),
            [-1.1210168269548595, 0.12806339448627085, -0.030270195000000014, -0.1816211700000001]),
        ["Adam"] = (
            static p => new Adam(p, 0.1, weightDecay: 0.01), [0.5043683089096349, -1.5043480747845688, 0.3011874209640877, 2.8001027073021243]),
        ["Adam, AMSGrad"] = (
            static p => new Adam(p, 0.1, amsGrad: true), [0.5043581694516794, -1.5043581694516794, 0.30118742096867557, 2.800102707302868]),
        ["AdamW"] = (static p => new AdamW(p, 0.1), [0.5004183605888268, -1.4954900495824563, 0.3002978385691932, 2.794209293080995]),
        ["RMSProp"] = (
            static p => new RMSProp(p, 0.1, weightDecay: 0.01, momentum: 0.9),
            [-1.3206540073379762, 0.33501483377234115, -0.6911187490004134, 0.5433696840692362]),
        ["Adagrad"] = (
            static p => new Adagrad(p, 0.1, weightDecay: 0.01), [0.6903211314103703, -1.6902734611057633, 0.3375304952538105, 2.8304977903168997]),
        ["Adamax"] = (
            static p => new Adamax(p, 0.1, weightDecay: 0.01), [0.5345374772921536, -1.534422757104946, 0.3104367537315599, 2.8016560422246246]),
        ["NAdam"] = (
            static p => new NAdam(p, 0.1, weightDecay: 0.01), [0.6133544297849322, -1.613288575952517, 0.3246706500600882, 2.8172428594667465]),
        ["RAdam"] = (
            static p => new RAdam(p, 0.1, weightDecay: 0.01), [-0.20011877325290378, -0.7958941211881162, 0.2228423684210526, 1.3370542105263157]),
        ["Rprop"] = (static p => new Rprop(p, 0.1), [0.25584000000000007, -1.2558399999999998, 0.28, 2.78]),
    };

    public static IEnumerable<object[]> Torch => s_torch.Keys.Select(static name => new object[] { name });

    public static IEnumerable<object[]> Names => Rule.Names;

    [Theory]
    [MemberData(nameof(Torch))]
    public void Steps_are_PyTorchs(string name)
    {
        foreach (Device device in (Device[])[Device.Cpu, TestDevice.Gpu])
        {
            Parameter a = Surface.Parameter([1, -2], device: device);
            Parameter b = Surface.Parameter([0.5, 3], device: device);
            Optimizer optimizer = s_torch[name].Make([a, b]);
            for (int step = 0; step < 5; step++)
            {
                using TensorScope scope = Tensor.Scope();
                optimizer.ZeroGradients();
                Tensor loss = (a.Square() + a).Sum();
                (step < 2 ? loss + (1.5 * b.Square()).Sum() : loss).Backward();
                optimizer.Step();
            }

            Assert.Equal(s_torch[name].Values, [.. a.Values(), .. b.Values()], static (x, y) => Math.Abs(x - y) < 1e-7);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Values_and_state_stay_and_the_others_go_on(string name)
    {
        if (Rule.All[name].Make([Matrix(0, Device.Cpu)], 0.01).NeedsLoss && !name.StartsWith("Nesterov", StringComparison.Ordinal))
        {
            // LBFGS and NewtonCG move all parameters together.
            return;
        }

        foreach (Device device in (Device[])[Device.Cpu, TestDevice.Gpu])
        {
            Parameter[] all = [Matrix(0, device), Matrix(1, device), Matrix(2, device)];
            Optimizer optimizer = Rule.All[name].Make(all, 0.01);
            optimizer.Groups[0].WeightDecay = 0.1;
            optimizer.Clipping = GradientClipping.ByNorm(100);
            Step(all, all);
            Step(all, all);
            double[][] before = [.. all.Select(static p => p.Values())];
            double[][] state = State();
            Step([all[0], all[2]], all);
            Assert.NotEqual(before[0], all[0].Values());
            Assert.Equal(before[1], all[1].Values(), static (x, y) => Math.Abs(x - y) < 1e-15);
            Assert.NotEqual(before[2], all[2].Values());
            Assert.Equal(state[1], State()[1]);

            // No gradient at all: nothing to do.
            before = [.. all.Select(static p => p.Values())];
            state = State();
            optimizer.ZeroGradients();
            if (!optimizer.NeedsLoss)
            {
                optimizer.Step();
            }

            Assert.Equal(before, all.Select(static p => p.Values()));
            Assert.Equal(state, State());
            Step(all, all);
            Assert.All(all, (p, i) => Assert.NotEqual(before[i], p.Values()));

            void Step(Parameter[] reached, Parameter[] parameters)
            {
                using TensorScope scope = Tensor.Scope();
                optimizer.Step(() => reached.Select(static p => (p.Square() + p).Sum()).Aggregate(static (x, y) => x + y));
            }

            double[][] State() => [.. Enumerable.Range(0, all.Length).Select(i => (double[])[.. optimizer.State()
                .Where(pair => pair.Key.StartsWith($"state.{i}.", StringComparison.Ordinal)).SelectMany(static pair => pair.Value.Values())])];
        }
    }

    [Fact]
    public void A_step_in_which_all_have_a_gradient_is_one_launch_and_one_without_a_parameter_two()
    {
        Parameter[] all = [Matrix(0, Device.Cpu), Matrix(1, Device.Cpu), Matrix(2, Device.Cpu)];
        AdamW optimizer = new(all, 0.1);
        foreach ((Parameter[] reached, long launches) in new (Parameter[], long)[] { (all, 1), ([all[0], all[2]], 2), (all[..2], 1), (all, 1) })
        {
            using TensorScope scope = Tensor.Scope();
            optimizer.ZeroGradients();
            reached.Select(static p => p.Square().Sum()).Aggregate(static (x, y) => x + y).Backward();
            double[][] before = [.. all.Select(static p => p.Values())];

            // Gradients that are zero by note only are filled when somebody looks, which is no part of the step.
            _ = all.Select(static p => p.Gradient).ToArray();
            Assert.Equal(launches, LaunchCount.Of(optimizer.Step));
            Assert.All(all, (p, i) => Assert.Equal(reached.Contains(p), !before[i].SequenceEqual(p.Values())));
        }
    }

    [Fact]
    public void What_is_written_by_hand_is_a_gradient_and_one_set_to_zero_is_none()
    {
        Parameter a = Surface.Parameter([1]);
        SGD optimizer = new([a], 0.1, 0.9);
        a.Square().Sum().Backward();
        optimizer.Step();
        Assert.Equal(0.8, a.Item(), 1e-12);

        // A zero that somebody writes is a gradient: momentum goes on.
        optimizer.ZeroGradients();
        a.Gradient!.Fill(0);
        optimizer.Step();
        Assert.Equal(0.62, a.Item(), 1e-12);
        a.ZeroGradient();
        optimizer.Step();
        Assert.Equal(0.62, a.Item(), 1e-12);
        a.Gradient!.AddInPlace(Tensor.From([1.0], Device.Cpu));
        optimizer.Step();
        Assert.Equal(0.62 - (0.1 * (1 + (0.9 * 1.8))), a.Item(), 1e-12);

        // Gradients collected before an optimizer is made count.
        Parameter early = Surface.Parameter([1]);
        Parameter late = Surface.Parameter([1]);
        early.Square().Sum().Backward();
        new AdamW([early, late], 0.1).Step();
        Assert.NotEqual(1, early.Item());
        Assert.Equal(1, late.Item());
    }

    [Fact]
    public void A_graph_that_saved_what_a_step_has_not_moved_can_still_be_used()
    {
        Parameter a = Surface.Parameter([1]);
        Parameter b = Surface.Parameter([2]);
        SGD optimizer = new([a, b], 0.1);
        using TensorScope scope = Tensor.Scope();
        Tensor first = a.Square().Sum();
        Tensor second = (a.Detach().Clone() * b.Square()).Sum();
        Tensor third = b.Square().Sum();
        optimizer.ZeroGradients();
        first.Backward();
        optimizer.Step();
        second.Backward();
        optimizer.Step();
        Assert.Equal(2 - (0.1 * 4), b.Item(), 1e-12);
        Assert.Contains("changed in place", Assert.Throws<InvalidOperationException>(() => third.Backward()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_slow_step_of_Lookahead_takes_all_along()
    {
        Parameter a = Surface.Parameter([1]);
        Parameter b = Surface.Parameter([1]);
        Lookahead optimizer = new(new SGD([a, b], 0.1), steps: 2);
        optimizer.Step(() => (a + b).Sum());
        optimizer.Step(() => a.Sum());
        Assert.Equal(0.9, a.Item(), 1e-12);
        Assert.Equal(0.95, b.Item(), 1e-12);
    }

    private static Parameter Matrix(int seed, Device device) =>
        new(Tensor.From([.. Enumerable.Range(0, 6).Select(i => 1.5 + Math.Sin((7 * seed) + i + 1))], new Shape(2, 3), device));
}
