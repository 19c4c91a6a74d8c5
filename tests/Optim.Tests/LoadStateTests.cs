using DeepSharp.Optim;

namespace DeepSharp.Tests;

/// <summary>States that cannot be loaded change nothing, and states made of what is overwritten are read first.</summary>
public class LoadStateTests
{
    // Everything with a state that this project has, after a step.
    private static readonly Dictionary<string, Func<(Func<IReadOnlyDictionary<string, Tensor>> State, Action<IReadOnlyDictionary<string, Tensor>> Load)>> s_all = new()
    {
        ["Adam"] = static () => Of(static p => new Adam(p)),
        ["LBFGS"] = static () => Of(static p => new LBFGS(p, iterations: 2)),
        ["Lookahead"] = static () => Of(static p => new Lookahead(new SGD(p, 0.1, 0.9))),
        ["Adafactor"] = static () => Of(static p => new Adafactor(p)),
        ["Average"] = static () =>
        {
            StochasticWeightAverage average = new([Surface.Parameter([1, 2]), Surface.Parameter([3])]);
            average.Update();
            return (average.State, average.LoadState);
        },
        ["LossScaler"] = static () =>
        {
            LossScaler scaler = new();
            return (scaler.State, scaler.LoadState);
        },
        ["ReduceOnPlateau"] = static () =>
        {
            ReduceOnPlateau plateau = new();
            plateau.Observe(new SGD([Surface.Parameter([1])]), 0.5);
            return (plateau.State, plateau.LoadState);
        },
    };

    public static TheoryData<string> Names => [.. s_all.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_value_that_is_null_freed_or_wrong_is_named_and_changes_nothing(string kind)
    {
        (Func<IReadOnlyDictionary<string, Tensor>> state, Action<IReadOnlyDictionary<string, Tensor>> load) = s_all[kind]();
        Dictionary<string, double[]> before = Numbers(state());
        foreach (string name in before.Keys)
        {
            Dictionary<string, Tensor> other = state().ToDictionary(static pair => pair.Key, static pair => pair.Value + 1);
            Tensor freed = Tensor.Zeros(other[name].Shape, device: Device.Cpu);
            freed.Dispose();
            foreach ((Tensor? bad, string word) in new (Tensor?, string)[] { (null, "null"), (freed, "freed"), (Tensor.Zeros([7, 7], device: Device.Cpu), "7") })
            {
                string message = Assert.Throws<ArgumentException>(() => load(new Dictionary<string, Tensor>(other) { [name] = bad! })).Message;
                Assert.Contains(name, message, StringComparison.Ordinal);
                Assert.Contains(word, message, StringComparison.Ordinal);
                Assert.Equal(before, Numbers(state()));
            }
        }
    }

    [Theory]
    [InlineData("Adam", "group.0.step")]
    [InlineData("Adam", "skipped_steps")]
    [InlineData("LBFGS", "group.0.step")]
    [InlineData("LBFGS", "group.0.pairs")]
    [InlineData("LBFGS", "group.0.oldest")]
    [InlineData("LBFGS", "group.0.iterations")]
    [InlineData("Lookahead", "group.0.step")]
    [InlineData("Average", "updates")]
    [InlineData("LossScaler", "steps_since_change")]
    [InlineData("ReduceOnPlateau", "bad_observations")]
    [InlineData("ReduceOnPlateau", "cooldown_left")]
    [InlineData("ReduceOnPlateau", "reductions")]
    public void A_count_that_is_no_count_is_refused(string kind, string name)
    {
        (Func<IReadOnlyDictionary<string, Tensor>> state, Action<IReadOnlyDictionary<string, Tensor>> load) = s_all[kind]();
        Dictionary<string, double[]> before = Numbers(state());
        foreach (double value in (double[])[1e300, 1.5, double.NaN, double.PositiveInfinity, -1])
        {
            Dictionary<string, Tensor> other = new(state()) { [name] = Tensor.Scalar(value, DType.Float64, Device.Cpu) };
            Assert.Throws<ArgumentException>(() => load(other));
            Assert.Equal(before, Numbers(state()));
        }
    }

    [Fact]
    public void State_that_two_parameters_exchange_is_read_before_it_is_overwritten()
    {
        Parameter a = Surface.Parameter([1, 2]);
        Parameter b = Surface.Parameter([3, 4]);
        Adam optimizer = new([a, b]);
        optimizer.Step(() => (a.Square() + (2 * b)).Sum());
        Dictionary<string, double[]> before = Numbers(optimizer.State());
        Dictionary<string, Tensor> exchanged = new(optimizer.State());
        foreach (string name in (string[])["mean", "square"])
        {
            (exchanged[$"state.0.{name}"], exchanged[$"state.1.{name}"]) = (exchanged[$"state.1.{name}"], exchanged[$"state.0.{name}"]);
        }

        optimizer.LoadState(exchanged);
        foreach (string name in (string[])["mean", "square"])
        {
            Assert.Equal(before[$"state.0.{name}"], optimizer.State()[$"state.1.{name}"].Values());
            Assert.Equal(before[$"state.1.{name}"], optimizer.State()[$"state.0.{name}"].Values());
        }

        StochasticWeightAverage average = new([a, b]);
        average.LoadState(new Dictionary<string, Tensor>(average.State())
        {
            ["average.0"] = average.State()["average.1"],
            ["average.1"] = average.State()["average.0"],
        });
        double[] first = a.Values();
        double[] second = b.Values();
        average.CopyToParameters();
        Assert.Equal(second, a.Values());
        Assert.Equal(first, b.Values());
    }

    private static (Func<IReadOnlyDictionary<string, Tensor>>, Action<IReadOnlyDictionary<string, Tensor>>) Of(Func<Parameter[], Optimizer> make)
    {
        Parameter[] parameters = [Surface.Parameter([1, 2]), Surface.Parameter([3])];
        Optimizer optimizer = make(parameters);
        optimizer.Step(() => (parameters[0] * parameters[1]).Square().Sum());
        return (optimizer.State, optimizer.LoadState);
    }

    private static Dictionary<string, double[]> Numbers(IReadOnlyDictionary<string, Tensor> state) =>
        state.ToDictionary(static pair => pair.Key, static pair => pair.Value.Values());
}
