using DeepSharp.Layers;
using DeepSharp.Testing;

namespace DeepSharp.Tests;

/// <summary>Recurrent layers and cells against PyTorch, with its parameters by name, on the CPU and as kernels.</summary>
public class RecurrentGoldens
{
    private static readonly string[] s_layers = ["rnn_tanh", "rnn_relu", "lstm", "gru"];

    private static readonly string[] s_cells = ["rnn_cell_tanh", "rnn_cell_relu", "lstm_cell", "gru_cell"];

    public static IEnumerable<object[]> LayerNames => OnBoth(Golden.Names("recurrent", s_layers));

    public static IEnumerable<object[]> CellNames => OnBoth(Golden.Names("recurrent", s_cells));

    [Theory]
    [MemberData(nameof(LayerNames))]
    public void Layers_agree_with_PyTorch(string name, string on)
    {
        GoldenCase golden = Golden.Load("recurrent")[name];
        GoldenOptions options = golden.Options;
        (Device device, DType dtype) = (Of(on), golden.DType == "float32" ? DType.Float32 : DType.Float64);
        (int inputs, int units, int layers) = (options.Integer("inputs"), options.Integer("units"), options.Integer("num_layers"));
        (bool bias, bool first, bool both) = (options.Flag("bias"), options.Flag("batch_first"), options.Flag("bidirectional"));
        int[]? lengths = options.IsNull("lengths") ? null : options.Integers("lengths");
        using TensorScope scope = Tensor.Scope();
        switch (golden.Kind)
        {
            case "lstm":
                LSTM lstm = new(inputs, units, layers, bias, first, 0, both, options.Integer("proj_size", 0), dtype, device);
                Check(golden, lstm, device, (x, hidden, cell) =>
                {
                    (Tensor output, (Tensor Hidden, Tensor Cell) state) = lstm.Forward(x, hidden is null ? null : (hidden, cell!), lengths);
                    return [("output", output), ("hidden", state.Hidden), ("cell", state.Cell)];
                });
                break;
            case "gru":
                GRU gru = new(inputs, units, layers, bias, first, 0, both, dtype, device);
                Check(golden, gru, device, (x, hidden, _) => Named(gru.Forward(x, hidden, lengths)));
                break;
            default:
                RecurrentNonlinearity kind = golden.Kind == "rnn_relu" ? RecurrentNonlinearity.ReLU : RecurrentNonlinearity.Tanh;
                RNN rnn = new(inputs, units, layers, kind, bias, first, 0, both, dtype, device);
                Check(golden, rnn, device, (x, hidden, _) => Named(rnn.Forward(x, hidden, lengths)));
                break;
        }

        static (string, Tensor)[] Named((Tensor Output, Tensor Hidden) result) => [("output", result.Output), ("hidden", result.Hidden)];
    }

    [Theory]
    [MemberData(nameof(CellNames))]
    public void Cells_agree_with_PyTorch(string name, string on)
    {
        GoldenCase golden = Golden.Load("recurrent")[name];
        (Device device, DType dtype) = (Of(on), golden.DType == "float32" ? DType.Float32 : DType.Float64);
        (int inputs, int units, bool bias) = (golden.Options.Integer("inputs"), golden.Options.Integer("units"), golden.Options.Flag("bias"));
        using TensorScope scope = Tensor.Scope();
        switch (golden.Kind)
        {
            case "lstm_cell":
                LSTMCell lstm = new(inputs, units, bias, dtype, device);
                Check(golden, lstm, device, (x, hidden, cell) =>
                {
                    (Tensor Hidden, Tensor Cell) state = lstm.Forward(x, hidden is null ? null : (hidden, cell!));
                    return [("hidden", state.Hidden), ("cell", state.Cell)];
                });
                break;
            case "gru_cell":
                GRUCell gru = new(inputs, units, bias, dtype, device);
                Check(golden, gru, device, (x, hidden, _) => [("hidden", gru.Forward(x, hidden))]);
                break;
            default:
                RNNCell rnn = new(
                    inputs, units, bias, golden.Kind.EndsWith("relu", StringComparison.Ordinal) ? RecurrentNonlinearity.ReLU : RecurrentNonlinearity.Tanh,
                    dtype, device);
                Check(golden, rnn, device, (x, hidden, _) => [("hidden", rnn.Forward(x, hidden))]);
                break;
        }
    }

    private static void Check(GoldenCase golden, Module module, Device device, Func<Tensor, Tensor?, Tensor?, (string Name, Tensor Value)[]> run)
    {
        Dictionary<string, Tensor> inputs = golden.Inputs.All.ToDictionary(static array => array.Name, array => array.Tensor(device));
        module.LoadState(module.State().Keys.ToDictionary(static key => key, key => inputs[key]));
        Assert.Equal(
            golden.Inputs.All.Select(static array => array.Name).Except(["input", "hidden", "cell"]).Order(StringComparer.Ordinal),
            module.State().Keys.Order(StringComparer.Ordinal));
        Tensor x = inputs["input"].RequireGrad();
        Tensor? hidden = inputs.GetValueOrDefault("hidden")?.RequireGrad();
        Tensor? cell = inputs.GetValueOrDefault("cell")?.RequireGrad();
        Tensor total = Tensor.Scalar(0, x.DType, device);
        foreach ((string name, Tensor value) in run(x, hidden, cell))
        {
            golden.Outputs[name].Matches(value, 3);
            total += (value * golden.OutputGradients[name].Tensor(device)).Sum();
        }

        total.Backward();
        Dictionary<string, Tensor?> found = module.NamedParameters().ToDictionary(static named => named.Name, static named => named.Value.Gradient);
        (found["input"], found["hidden"], found["cell"]) = (x.Gradient, hidden?.Gradient, cell?.Gradient);
        foreach (GoldenArray gradient in golden.Gradients.All)
        {
            gradient.Matches(found[gradient.Name]!, 3);
        }
    }

    private static Device Of(string on) => on == "cpu" ? Device.Cpu : TestDevice.Gpu;

    private static IEnumerable<object[]> OnBoth(IEnumerable<object[]> names) =>
        names.SelectMany(static row => (object[][])[[row[0], "cpu"], [row[0], "gpu"]]);
}
