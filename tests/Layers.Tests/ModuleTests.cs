using DeepSharp.Layers;
using DeepSharp.Optim;

namespace DeepSharp.Tests;

/// <summary>Names, state, modes and summary of networks.</summary>
public class ModuleTests
{
    [Fact]
    public void Names_are_those_that_PyTorch_gives_the_same_network()
    {
        // list(nn.Sequential(nn.Linear(4, 3), nn.BatchNorm1d(3), nn.ReLU(), nn.Sequential(nn.Linear(3, 2, bias=False))).state_dict())
        Sequential model = Nested();
        Assert.Equal(["0.weight", "0.bias", "1.weight", "1.bias", "3.0.weight"], model.NamedParameters().Select(static p => p.Name));
        Assert.Equal(["1.running_mean", "1.running_var", "1.num_batches_tracked"], model.NamedBuffers().Select(static b => b.Name));
        Assert.Equal(
            ["0.bias", "0.weight", "1.bias", "1.num_batches_tracked", "1.running_mean", "1.running_var", "1.weight", "3.0.weight"], model.State().Keys.Order());
        Assert.Equal([new Shape(3, 4), 3, 3, 3, new Shape(2, 3)], model.Parameters().Select(static p => p.Shape));
    }

    [Fact]
    public void A_collection_expression_makes_a_chain_that_can_be_indexed()
    {
        Sequential model = Nested();
        Assert.Equal(4, model.Count);
        Assert.Same(model.Children[2].Value, model[2]);
        Assert.IsType<ReLU>(model[2]);
        Assert.Equal(model, (IEnumerable<Module>)[model[0], model[1], model[2], model[3]]);
        string message = Assert.Throws<ArgumentOutOfRangeException>(() => model[9]).Message;
        Assert.Contains("no module 9; it has 4, from 0 to 3", message, StringComparison.Ordinal);
        Assert.Contains("it has none", Assert.Throws<ArgumentOutOfRangeException>(static () => new Sequential()[0]).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => model[-1]);
        Assert.Same(model[3], model[^1]);

        Sequential spread = [.. model, new Tanh()];
        Assert.Equal(5, spread.Count);
        using TensorScope scope = Tensor.Scope();
        Tensor x = Tensor.From(new[,] { { 1f, 2, 3, 4 }, { -1, 0, 2, 1 } }, Device.Cpu);
        model.Eval();
        Tensor step = x;
        foreach (Module module in model)
        {
            step = module.Forward(step);
        }

        Assert.Equal(step.ToArray<float>(), model.Forward(x).ToArray<float>());
        Assert.Equal(step.Tanh().ToArray<float>(), spread.Forward(x).ToArray<float>());
        Assert.Same(x, new Sequential().Forward(x));
    }

    [Fact]
    public void Modes_reach_every_module_below()
    {
        Sequential model = Nested();
        Module[] all = [model, .. model, .. (Sequential)model[3]];
        Assert.All(all, static module => Assert.True(module.IsTraining));
        model.Eval();
        Assert.All(all, static module => Assert.False(module.IsTraining));
        model[3].Train();
        Assert.Equal([false, false, false, false, true, true], all.Select(static module => module.IsTraining));
        model.Train();
        Assert.All(all, static module => Assert.True(module.IsTraining));
    }

    [Fact]
    public void EvaluationMode_gives_each_module_its_own_mode_back()
    {
        Sequential model = Nested();
        Module[] all = [model, .. model, .. (Sequential)model[3]];
        model[1].Eval();
        bool[] before = [.. all.Select(static module => module.IsTraining)];
        using (EvaluationMode mode = new(model))
        {
            Assert.All(all, static module => Assert.False(module.IsTraining));
        }

        Assert.Equal(before, all.Select(static module => module.IsTraining));
        _ = model.Summary([2, 4]);
        Assert.Equal(before, all.Select(static module => module.IsTraining));
    }

    [Fact]
    public void State_goes_from_one_network_to_another()
    {
        Sequential from = Nested(1);
        Sequential to = Nested(2);
        using TensorScope scope = Tensor.Scope();
        from.Forward(Tensor.From(new[,] { { 1f, 2, 3, 4 }, { -1, 0, 2, 1 } }, Device.Cpu));
        Dictionary<string, Tensor> saved = from.State().ToDictionary(static p => p.Key, static p => p.Value.Detach().To(DType.Float64));
        Assert.NotEqual(Values(from), Values(to));
        to.LoadState(saved);
        Assert.Equal(Values(from), Values(to));
    }

    [Fact]
    public void State_of_another_model_is_refused_by_name_and_shape_and_changes_nothing()
    {
        Sequential model = Nested();
        Dictionary<string, float[]> before = Values(model);
        Dictionary<string, Tensor> state = model.State().ToDictionary(static p => p.Key, static p => p.Value);
        state["0.weight"] = Tensor.Ones([3, 4], device: Device.Cpu);
        state["0.bias"] = Tensor.Ones(4, device: Device.Cpu);
        state.Remove("1.bias");
        state["1.counter"] = Tensor.Scalar(3, DType.Int64, Device.Cpu);
        string message = Assert.Throws<ArgumentException>(() => model.LoadState(state)).Message;
        Assert.Contains("Missing: 1.bias", message, StringComparison.Ordinal);
        Assert.Contains("Unknown: 1.counter", message, StringComparison.Ordinal);
        Assert.Contains("0.bias is [3] here and [4] there", message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => model.LoadState(state, strict: false));
        Assert.Equal(before, Values(model));

        // What is unknown and what is missing are left aside if asked for.
        state["0.bias"] = Tensor.From([7f, 8, 9], Device.Cpu);
        model.LoadState(state, strict: false);
        Assert.Equal([7f, 8, 9], model.State()["0.bias"].ToArray<float>());
        Assert.Equal(before["1.bias"], model.State()["1.bias"].ToArray<float>());
    }

    [Fact]
    public void A_module_in_two_places_is_trained_once_and_saved_under_both_names()
    {
        Dense shared = new(1, 1, false, new Constant(3), dtype: DType.Float64, device: Device.Cpu);
        Sequential model = [shared, new Tanh(), shared, new BatchNorm(1, dtype: DType.Float64, device: Device.Cpu)];
        Assert.Equal(["0.weight", "3.weight", "3.bias"], model.NamedParameters().Select(static p => p.Name));
        Assert.Equal(["0.weight", "2.weight"], model.State().Keys.Where(static name => !name.StartsWith('3')));
        Assert.Contains("3 parameters", model.Summary(), StringComparison.Ordinal);

        // y = w tanh(w x): both uses add to one gradient, tanh(w x) + w x (1 - tanh^2).
        using TensorScope scope = Tensor.Scope();
        Sequential twice = [shared, new Tanh(), shared];
        SGD optimizer = new(twice.Parameters(), 0.1);
        twice.Forward(Tensor.From(new[,] { { 0.2 } }, Device.Cpu)).Backward();
        double t = Math.Tanh(0.6);
        double gradient = t + (0.6 * (1 - (t * t)));
        Assert.Equal(gradient, shared.Weight.Gradient!.Item(), 1e-15);
        optimizer.Step();
        Assert.Equal(3 - (0.1 * gradient), shared.Weight.Item(), 1e-15);
    }

    [Fact]
    public void A_summary_shows_shapes_and_counts()
    {
        Sequential model = Nested();
        model[0].Parameters().First().IsTrainable = false;
        string expected = """
            Layer                    Output  Parameters
            -------------------------------------------
            Sequential               [8, 2]          27
              (0) Dense(4, 3)        [8, 3]          15
              (1) BatchNorm(3)       [8, 3]           6
              (2) ReLU               [8, 3]           0
              (3) Sequential         [8, 2]           6
                (0) Dense(3, 2, no bias)  [8, 2]           6
            27 parameters, 15 of them trainable
            """;
        Assert.Equal(Words(expected), Words(model.Summary([8, 4])));
        string[] lines = model.Summary([8, 4]).Split('\n');
        Assert.Single(lines[..^1].Select(static line => line.Length).Distinct());
        Assert.Equal(Words(expected.Replace("[8, 2]", "", StringComparison.Ordinal).Replace("[8, 3]", "", StringComparison.Ordinal)
            .Replace("Output", "", StringComparison.Ordinal)), Words(model.Summary()));

        static string[] Words(string text) => [.. text.Split([' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries).Where(static w => w[0] != '-')];
    }

    [Fact]
    public void A_summary_with_a_shape_that_does_not_fit_says_so_and_leaves_the_mode()
    {
        Sequential model = Nested();
        Sequential words = [new Embedding(10, 4, device: Device.Cpu), new Dense(4, 2, device: Device.Cpu)];
        Assert.Contains("[8, 3, 2]", words.Summary([8, 3], DType.Int64), StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => model.Summary([8, 5]));
        Assert.True(model[1].IsTraining);
    }

    [Fact]
    public void Names_that_are_taken_or_have_dots_are_refused()
    {
        Assert.Contains("taken", Assert.Throws<ArgumentException>(static () => new Named("w", "w")).Message, StringComparison.Ordinal);
        Assert.Contains("dot", Assert.Throws<ArgumentException>(static () => new Named("a.b", "w")).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(static () => new Named("w", ""));
        Assert.Equal(["a", "b"], new Named("a", "b").State().Keys);
    }

    [Fact]
    public void A_module_that_would_contain_itself_is_refused_when_it_is_registered()
    {
        Open one = new();
        Assert.Contains("the module itself", Assert.Throws<ArgumentException>(() => one.Put("self", one)).Message, StringComparison.Ordinal);
        Sequential chain = [new ReLU(), one];
        string message = Assert.Throws<ArgumentException>(() => one.Put("up", chain)).Message;
        Assert.Contains("Open: 'up' is a Sequential that contains this module", message, StringComparison.Ordinal);
        Assert.Contains("without registering", message, StringComparison.Ordinal);
        Ensemble all = new([new Residual(chain, new Tanh()), new Residual(new ReLU())]);
        Assert.Throws<ArgumentException>(() => one.Put("up", all));
        Open two = new();
        two.Put("all", all);
        Assert.Throws<ArgumentException>(() => one.Put("up", two));
        Assert.Empty(one.Children);

        // Shared, but in no circle; and the name is free.
        Open below = new();
        one.Put("self", below);
        one.Put("again", below);
        two.Put("below", below);
        two.Train();
        Assert.Empty(all.State());
    }

    [Fact]
    public void Tensors_of_the_model_s_own_state_are_read_before_they_are_overwritten()
    {
        foreach (bool packed in (bool[])[false, true])
        {
            Sequential model = [new Dense(2, 2, device: Device.Cpu), new Dense(2, 2, device: Device.Cpu)];
            Parameter[] weights = [((Dense)model[0]).Weight, ((Dense)model[1]).Weight];
            if (packed)
            {
                _ = new SGD(model.Parameters());
            }

            float[] first = weights[0].ToArray<float>();
            float[] second = weights[1].ToArray<float>();
            model.LoadState(new Dictionary<string, Tensor>(model.State()) { ["0.weight"] = weights[1], ["1.weight"] = weights[0] });
            Assert.Equal(second, weights[0].ToArray<float>());
            Assert.Equal(first, weights[1].ToArray<float>());

            // A view of itself, too.
            model.LoadState(new Dictionary<string, Tensor>(model.State()) { ["0.weight"] = weights[0].T });
            Assert.Equal([second[0], second[2], second[1], second[3]], weights[0].ToArray<float>());
            Assert.True(weights[0].IsTrainable);
        }
    }

    [Fact]
    public void A_state_with_a_value_that_is_null_or_freed_changes_nothing()
    {
        Sequential model = Nested();
        Dictionary<string, float[]> before = Values(model);
        foreach (string name in before.Keys)
        {
            Dictionary<string, Tensor> other = Nested(2).State().ToDictionary(static pair => pair.Key, static pair => pair.Value.Detach() + 1);
            Tensor freed = Tensor.Zeros(other[name].Shape, device: Device.Cpu);
            freed.Dispose();
            foreach ((Tensor? bad, string word) in new (Tensor?, string)[] { (null, "null"), (freed, "freed") })
            {
                string message = Assert.Throws<ArgumentException>(
                    () => model.LoadState(new Dictionary<string, Tensor>(other) { [name] = bad! }, strict: false)).Message;
                Assert.Contains($"{name} ", message, StringComparison.Ordinal);
                Assert.Contains(word, message, StringComparison.Ordinal);
                Assert.Equal(before, Values(model));
            }
        }
    }

    [Fact]
    public void The_mode_of_a_call_is_seen_by_its_tasks_and_by_nobody_else()
    {
        Sequential model = Nested();
        Sequential other = [model[0], new Dropout()];
        using (EvaluationMode mode = new(model))
        {
            Assert.False(model[0].IsTraining);
            Assert.True(other[1].IsTraining);
            Assert.All(new bool[8].AsParallel().Select((_, i) => model[i % 4].IsTraining).ToArray(), Assert.False);
            bool elsewhere = false;
            Thread thread = new(() => elsewhere = model[0].IsTraining);
            thread.UnsafeStart();
            thread.Join();
            Assert.True(elsewhere);

            // Inside, modes are changed until the end.
            model[1].Train();
            Assert.Equal([false, true, false], [model[0].IsTraining, model[1].IsTraining, model[2].IsTraining]);
            using (EvaluationMode inner = new(other))
            {
                Assert.False(other[1].IsTraining);
                other.Train();
                Assert.True(other[1].IsTraining && model[0].IsTraining);
            }

            Assert.False(model[0].IsTraining);
        }

        Assert.All([model, .. model], static module => Assert.True(module.IsTraining));
        model.Eval();
        using (EvaluationMode mode = new(model))
        {
            model.Train();
            Assert.True(model.IsTraining);
        }

        Assert.All([model, .. model], static module => Assert.False(module.IsTraining));
    }

    [Fact]
    public void Buffers_outlive_the_scope_in_which_a_module_is_made()
    {
        BatchNorm layer;
        using (Tensor.Scope())
        {
            using TensorScope inner = Tensor.Scope();
            layer = new BatchNorm(2, device: Device.Cpu);
        }

        Assert.Equal([1f, 1], layer.RunningVariance.ToArray<float>());
    }

    private static Sequential Nested(ulong seed = 1)
    {
        Generator random = new(seed);
        return [
            new Dense(4, 3, device: Device.Cpu, generator: random), new BatchNorm(3, device: Device.Cpu), new ReLU(),
            new Sequential(new Dense(3, 2, bias: false, device: Device.Cpu, generator: random))];
    }

    private static Dictionary<string, float[]> Values(Module model) =>
        model.State().ToDictionary(static pair => pair.Key, static pair => pair.Value.To(DType.Float32).ToArray<float>());

    private sealed class Open : Module
    {
        public void Put(string name, Module module) => Add(name, module);

        public override Tensor Forward(Tensor input) => input;
    }

    private sealed class Named : Module
    {
        public Named(string parameter, string buffer)
        {
            Add(parameter, new Parameter(Tensor.Zeros(2, device: Device.Cpu)));
            AddBuffer(buffer, Tensor.Zeros(2, device: Device.Cpu));
        }

        public override Tensor Forward(Tensor input) => input;
    }
}
