using DeepSharp.Layers;
using DeepSharp.Persistence;

namespace DeepSharp.Tests;

/// <summary>The state of networks in files.</summary>
public class StateTests
{
    private static Sequential Model(int inputs = 3) =>
        [new Dense(inputs, 2, generator: new Generator(1), device: Device.Cpu), new BatchNorm(2, device: Device.Cpu)];

    [Fact]
    public void A_file_with_PyTorchs_names_is_loaded()
    {
        Sequential model = Model();
        model.LoadState(SafeTensors.Load(Example.File("pytorch.safetensors"), Device.Cpu), strict: false);
        IReadOnlyDictionary<string, Tensor> state = model.State();
        Assert.Equal([-1.5f, -1, -0.5f, 0, 0.5f, 1], state["0.weight"].ToArray<float>());
        Assert.Equal([-1.5f, -1], state["0.bias"].ToArray<float>());
        Assert.Equal([1.5f, 2], state["1.weight"].ToArray<float>());
        Assert.Equal([2.5f, 3], state["1.bias"].ToArray<float>());
        Assert.Equal([3.5f, 4], state["1.running_mean"].ToArray<float>());
        Assert.Equal([4.5f, 5], state["1.running_var"].ToArray<float>());

        // By hand: z = W x + b, then (z - mean) / sqrt(var + 1e-5) * gamma + beta.
        model.Eval();
        using Tensor output = model.Forward(Tensor.From([1f, 2, 3], [1, 3], Device.Cpu));
        double[] z = [(-1.5 * 1) + (-1 * 2) + (-0.5 * 3) - 1.5, (0 * 1) + (0.5 * 2) + (1 * 3) - 1];
        float[] y = output.ToArray<float>();
        Assert.Equal(((z[0] - 3.5) / Math.Sqrt(4.5 + 1e-5) * 1.5) + 2.5, y[0], 5e-6);
        Assert.Equal(((z[1] - 4) / Math.Sqrt(5 + 1e-5) * 2) + 3, y[1], 5e-6);
    }

    [Fact]
    public void A_saved_network_computes_the_same_bits_when_loaded_into_another()
    {
        using TemporaryFolder folder = new();
        Sequential saved = Model();
        using Tensor batch = Tensor.Normal([16, 3], device: Device.Cpu, generator: new Generator(2));
        saved.Forward(batch).Dispose();
        SafeTensors.Save(folder["model.safetensors"], saved.State());

        Sequential loaded = [new Dense(3, 2, generator: new Generator(9), device: Device.Cpu), new BatchNorm(2, device: Device.Cpu)];
        loaded.LoadState(SafeTensors.Load(folder["model.safetensors"], Device.Cpu));
        saved.Eval();
        loaded.Eval();
        float[] expected = saved.Forward(batch).ToArray<float>();
        Assert.Equal(expected, loaded.Forward(batch).ToArray<float>());
        Assert.Equal(expected.Length, expected.Distinct().Count());
        Assert.NotEqual([0f, 0f], loaded.State()["1.running_mean"].ToArray<float>());
    }

    [Fact]
    public void Values_of_another_type_or_device_are_converted()
    {
        Sequential model = Model();
        Dictionary<string, Tensor> state = model.State().ToDictionary(
            static pair => pair.Key, static pair => Tensor.Full(pair.Value.Shape, 1.25, DType.Float64, TestDevice.Gpu));
        model.LoadState(state);
        Assert.All(model.State(), static pair =>
        {
            // The number of batches is an integer.
            bool isCount = pair.Key.EndsWith("num_batches_tracked", StringComparison.Ordinal);
            Assert.Equal(isCount ? DType.Int64 : DType.Float32, pair.Value.DType);
            Assert.Same(Device.Cpu, pair.Value.Device);
            Assert.All(pair.Value.To(DType.Float32).ToArray<float>(), x => Assert.Equal(isCount ? 1 : 1.25f, x));
        });
    }

    [Fact]
    public void Missing_and_unknown_names_are_listed_and_nothing_changes()
    {
        Sequential model = Model();
        Refuses(model, static state =>
        {
            state["1.gamma"] = state["1.weight"];
            state.Remove("1.weight");
        }, "Missing: 1.weight.", "Unknown: 1.gamma.", "strict: false");
        Refuses(model, static state => state.Remove("1.running_var"), "Missing: 1.running_var.", "Unknown: none.");
        Refuses(model, static state => state["2.weight"] = state["1.weight"], "Missing: none.", "Unknown: 2.weight.");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Other_shapes_are_listed_and_nothing_changes(bool strict)
    {
        Sequential model = Model();
        Dictionary<string, float[]> before = Values(model);
        Dictionary<string, Tensor> state = Other(model);
        state["0.weight"] = Tensor.Zeros([2, 4], device: Device.Cpu);
        state["1.bias"] = Tensor.Zeros([1, 2], device: Device.Cpu);
        ArgumentException error = Assert.Throws<ArgumentException>(() => model.LoadState(state, strict));
        Assert.Contains("0.weight is [2, 3] here and [2, 4] there", error.Message, StringComparison.Ordinal);
        Assert.Contains("1.bias is [2] here and [1, 2] there", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, Values(model));
    }

    [Fact]
    public void Without_strictness_what_is_missing_stays_and_what_is_unknown_is_left_aside()
    {
        Sequential model = Model();
        Dictionary<string, float[]> before = Values(model);
        model.LoadState(new Dictionary<string, Tensor> { ["0.bias"] = Tensor.From([5f, 6], Device.Cpu), ["9.bias"] = Tensor.Zeros(3) }, strict: false);
        before["0.bias"] = [5, 6];
        Assert.Equal(before, Values(model));
    }

    private static void Refuses(Sequential model, Action<Dictionary<string, Tensor>> change, params string[] says)
    {
        Dictionary<string, float[]> before = Values(model);
        Dictionary<string, Tensor> state = Other(model);
        change(state);
        ArgumentException error = Assert.Throws<ArgumentException>(() => model.LoadState(state));
        Assert.All(says, part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
        Assert.Equal(before, Values(model));
    }

    private static Dictionary<string, Tensor> Other(Sequential model) =>
        model.State().ToDictionary(static pair => pair.Key, static pair => Tensor.Full(pair.Value.Shape, 7, device: Device.Cpu));

    private static Dictionary<string, float[]> Values(Sequential model) =>
        model.State().ToDictionary(static pair => pair.Key, static pair => pair.Value.To(DType.Float32).ToArray<float>());
}
