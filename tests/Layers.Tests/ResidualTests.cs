using DeepSharp.Kernels;
using DeepSharp.Layers;
using DeepSharp.Testing;

namespace DeepSharp.Tests;

/// <summary>Residual connections, and normalisations that add in their own kernels, against PyTorch.</summary>
public class ResidualTests
{
    public static IEnumerable<object[]> LayerNormNames => Golden.Names("residual", "add_layer_norm");

    public static IEnumerable<object[]> BatchNormNames => Golden.Names("residual", "add_batch_norm");

    public static TheoryData<string, string> Networks
    {
        get
        {
            TheoryData<string, string> data = [];
            foreach (object[] row in Golden.Names("residual", "network"))
            {
                data.Add((string)row[0], "cpu");
                data.Add((string)row[0], "emulated");
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(LayerNormNames))]
    public void LayerNorm_of_a_sum_and_the_sum_agree_with_PyTorch(string name)
    {
        GoldenCase golden = Golden.Load("residual")[name];
        foreach (Device device in (Device[])[Device.Cpu, TestDevice.Gpu])
        {
            using TensorScope scope = Tensor.Scope();
            Tensor input = golden.Inputs["input"].Tensor(device).RequireGrad();
            Tensor residual = golden.Inputs["residual"].Tensor(device).RequireGrad();
            bool affine = golden.Inputs.Contains("weight");
            LayerNorm layer = new(input.Shape[^1], golden.Options.Number("eps"), affine, input.DType, device);
            layer.Weight?.CopyFrom(golden.Inputs["weight"].Tensor());
            layer.Bias?.CopyFrom(golden.Inputs["bias"].Tensor());
            Tensor output = layer.Forward(input, residual, out Tensor sum);
            golden.Outputs["output"].Matches(output);
            golden.Outputs["sum"].Matches(sum);
            Tensor weights = golden.OutputGradients["output"].Tensor(device);
            Tensor sumWeights = golden.OutputGradients["sum"].Tensor(device);
            ((output * weights).Sum() + (sum * sumWeights).Sum()).Backward();
            golden.Gradients["input"].Matches(input.Gradient!);
            golden.Gradients["residual"].Matches(residual.Gradient!);
            if (affine)
            {
                golden.Gradients["weight"].Matches(layer.Weight!.Gradient!);
                golden.Gradients["bias"].Matches(layer.Bias!.Gradient!);
            }

            // No sum wanted, and nothing recorded.
            golden.Outputs["output"].Matches(layer.Forward(input.Detach(), residual.Detach()));
            using NoGrad noGrad = new();
            golden.Outputs["output"].Matches(layer.Forward(input, residual));
        }
    }

    [Theory]
    [MemberData(nameof(BatchNormNames))]
    public void BatchNorm_of_a_sum_with_an_activation_agrees_with_PyTorch(string name)
    {
        GoldenCase golden = Golden.Load("residual")[name];
        double momentum = golden.Options.Number("momentum");
        double epsilon = golden.Options.Number("eps");
        bool training = golden.Options.Flag("training");
        foreach (Device device in (Device[])[Device.Cpu, TestDevice.Gpu])
        {
            foreach (bool turned in (bool[])[false, true])
            {
                using TensorScope scope = Tensor.Scope();
                Dictionary<string, Tensor> given = golden.Inputs.All.ToDictionary(static a => a.Name, a => a.Tensor(device));
                foreach (GoldenArray gradient in golden.Gradients.All)
                {
                    given[gradient.Name].RequireGrad();
                }

                // A residual, or an input, that is not contiguous.
                Tensor residual = turned ? Turned(given["residual"]) : given["residual"];
                Tensor input = turned ? Turned(given["input"]) : given["input"];
                Tensor output = golden.Options.Text("activation") switch
                {
                    "relu" => Run(default(ReLUOp)),
                    "gelu" => Run(default(GELUOp)),
                    _ => Run(default(IdentityOp)),
                };
                golden.Outputs["output"].Matches(output);
                output.Backward(golden.OutputGradients["output"].Tensor(device));
                foreach (GoldenArray gradient in golden.Gradients.All)
                {
                    gradient.Matches(given[gradient.Name].Gradient!);
                }

                Tensor Run<TAct>(TAct activation)
                    where TAct : unmanaged, IUnaryOp => training
                        ? input.AddBatchNorm(
                            residual, given["weight"], given["bias"], given["running_mean"], given["running_var"], momentum, epsilon,
                            activation)
                        : input.AddBatchNormFixed(
                            residual, given["weight"], given["bias"], given["running_mean"], given["running_var"], epsilon, activation);
            }
        }

        static Tensor Turned(Tensor x) => x.Transpose(0, 1).Contiguous().Transpose(0, 1);
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Networks_with_residual_connections_agree_with_PyTorch(string name, string on)
    {
        GoldenCase golden = Golden.Load("residual")[name];
        Device device = on == "cpu" ? Device.Cpu : TestDevice.Gpu;
        using TensorScope scope = Tensor.Scope();
        Tensor input = golden.Inputs["input"].Tensor(device).RequireGrad();
        bool batches = golden.Options.Text("norm") == "batch";
        Sequential model = Network(batches, input.DType, device);
        model.LoadState(
            golden.Inputs.All.Where(static a => a.Name != "input").ToDictionary(static a => a.Name, static a => a.Tensor()), strict: !batches);
        foreach (string phase in (string[])["train", "eval"])
        {
            if (phase == "eval")
            {
                model.Eval();
            }

            Tensor output = model.Forward(input);
            golden.Outputs[phase].Matches(output);
            input.ZeroGradient();
            foreach (Parameter parameter in model.Parameters())
            {
                parameter.ZeroGradient();
            }

            output.Backward(golden.OutputGradients[phase].Tensor(device));
            golden.Gradients[$"{phase}.input"].Matches(input.Gradient!, 10);
            foreach ((string parameter, Parameter value) in model.NamedParameters())
            {
                golden.Gradients[$"{phase}.{parameter}"].Matches(value.Gradient!, 10);
            }
        }

        foreach ((string buffer, Tensor value) in model.NamedBuffers())
        {
            golden.State[buffer].Matches(value);
        }

        using NoGrad noGrad = new();
        golden.Outputs["eval"].Matches(model.Forward(input));
    }

    [Fact]
    public void In_a_chain_the_values_are_to_the_last_bit_those_of_the_modules_one_by_one()
    {
        foreach (Device device in (Device[])[Device.Cpu, TestDevice.Gpu])
        {
            foreach (bool batches in (bool[])[false, true])
            {
                using TensorScope scope = Tensor.Scope();
                Sequential model = Network(batches, DType.Float32, device, new ReLU());
                Sequential copy = Network(batches, DType.Float32, device, new ReLU());
                copy.LoadState(model.State());
                Tensor input = Tensor.Normal([9, 5], device: device, generator: new Generator(3));
                for (int mode = 0; mode < 2; mode++)
                {
                    Tensor expected = copy.Aggregate(input, static (x, module) => module.Forward(x));
                    Assert.Equal(expected.ToArray<float>(), model.Forward(input).ToArray<float>());
                    model.Eval();
                    copy.Eval();
                }
            }
        }
    }

    [Fact]
    public void Residuals_that_broadcast_or_have_another_type_are_added_all_the_same()
    {
        using TensorScope scope = Tensor.Scope();
        LayerNorm layer = new(3, epsilon: 0, device: Device.Cpu);
        BatchNorm features = new(3, epsilon: 1e-12, device: Device.Cpu);
        Tensor x = Tensor.From(new[,] { { 1f, 2, 6 }, { 0, 2, 4 } }, Device.Cpu).RequireGrad();
        Tensor row = Tensor.From([1f, 2, 0], Device.Cpu).RequireGrad();

        // 2, 4, 6 and 1, 4, 4: rows with the variances 8 / 3 and 2.
        double a = 2 / Math.Sqrt(8.0 / 3);
        double b = 1 / Math.Sqrt(2);
        Tensor y = layer.Forward(x, row, out Tensor sum);
        Assert.Equal([2, 4, 6, 1, 4, 4], sum.ToArray<float>());
        Close([-a, 0, a, -2 * b, b, b], y);
        sum.Sum().Backward();
        Assert.Equal([2, 2, 2], row.Gradient!.ToArray<float>());

        // Both ways round, and in 16 bits, which hold these numbers exactly.
        Close([-a, 0, a, -2 * b, b, b], x.Detach().To(DType.Float16).AddLayerNorm(row.Detach().To(DType.Float16).Expand([2, 3]), epsilon: 0), 1e-3);
        using (new MixedPrecision(DType.BFloat16))
        {
            Close([-a, 0, a, -2 * b, b, b], x.Detach().To(DType.BFloat16).AddLayerNorm(row.Detach().Expand([2, 3]), epsilon: 0));
        }

        // Columns of two values are one apart from their mean, or equal.
        Close([1, 0, 1, -1, 0, -1], features.Forward(x, row, out sum));
        Assert.Equal([2, 4, 6, 1, 4, 4], sum.ToArray<float>());
        features.Eval();
        Close([1, 3, 5, 0, 3, 3], (features.Forward(x, row, out _) * (features.RunningVariance).Sqrt()) + features.RunningMean - 1);

        static void Close(double[] expected, Tensor actual, double tolerance = 1e-5)
        {
            double[] values = actual.To(DType.Float64).ToArray<double>();
            Assert.All(expected.Index(), pair => Assert.Equal(pair.Item, values[pair.Index], tolerance));
        }
    }

    [Fact]
    public void An_empty_batch_goes_through()
    {
        foreach (Device device in (Device[])[Device.Cpu, TestDevice.Gpu])
        {
            using TensorScope scope = Tensor.Scope();
            Tensor none = Tensor.Zeros([0, 5], device: device).RequireGrad();
            Sequential model = Network(false, DType.Float32, device);
            Tensor y = model.Forward(none);
            Assert.Equal([0, 6], y.Shape);
            y.Sum().Backward();
            Assert.All(model.Parameters(), static p => Assert.Equal(0, p.Gradient!.Abs().Sum().Item()));
            Sequential batches = Network(true, DType.Float32, device);
            batches.Eval();
            Assert.Equal([0, 6], batches.Forward(none).Shape);
        }
    }

    [Fact]
    public void Names_are_those_of_the_branches_and_a_state_goes_from_one_network_to_another()
    {
        Sequential model = Network(true, DType.Float32, Device.Cpu);
        Assert.Equal(
            [
                "0.body.0.weight", "0.body.0.bias", "0.body.2.weight", "0.body.2.bias", "0.shortcut.weight", "0.shortcut.bias", "1.weight",
                "1.bias", "3.body.weight", "3.body.bias", "4.weight", "4.bias", "1.running_mean", "1.running_var", "1.num_batches_tracked",
                "4.running_mean", "4.running_var", "4.num_batches_tracked",
            ],
            model.State().Keys);
        Sequential other = Network(true, DType.Float32, Device.Cpu);
        other.LoadState(model.State());
        using TensorScope scope = Tensor.Scope();
        Tensor input = Tensor.Normal([4, 5], device: Device.Cpu);
        Assert.Equal(model.Forward(input).ToArray<float>(), other.Forward(input).ToArray<float>());
        Assert.Equal(2, new Residual([new Dense(3, 3), new Layers.Tanh()]).Body.Children.Count);
        Assert.Null(new Residual(new Dense(3, 3)).Shortcut);
        Dense shortcut = new(3, 3);
        Assert.Same(shortcut, new Residual(new Dense(3, 3), shortcut).Shortcut);
    }

    [Fact]
    public void A_summary_shows_the_branches()
    {
        string summary = Network(false, DType.Float32, Device.Cpu).Summary([7, 5]);
        string[][] rows = [.. summary.Split('\n').Skip(2).Select(static line => line.Split([' '], StringSplitOptions.RemoveEmptyEntries))];
        Assert.Equal(
            [
                "Sequential [7, 6] 204", "(0) Residual [7, 6] 138", "(body) Sequential [7, 6] 102", "(0) Dense(5, 8) [7, 8] 48",
                "(1) Tanh [7, 8] 0", "(2) Dense(8, 6) [7, 6] 54", "(shortcut) Dense(5, 6) [7, 6] 36", "(1) LayerNorm(6) [7, 6] 12",
                "(2) Sigmoid [7, 6] 0", "(3) Residual [7, 6] 42", "(body) Dense(6, 6) [7, 6] 42", "(4) LayerNorm(6) [7, 6] 12",
            ],
            rows[..^1].Select(static words => string.Join(' ', words)));
        Assert.Throws<ArgumentException>(static () => new Sequential(new Residual(new Dense(5, 4))).Summary([2, 5]));
    }

    [Fact]
    public void What_does_not_fit_is_named_with_both_shapes_and_the_remedy()
    {
        using TensorScope scope = Tensor.Scope();
        Tensor input = Tensor.Ones([2, 5], device: Device.Cpu);
        Residual residual = new([new Dense(5, 4, device: Device.Cpu)]);
        foreach (Module module in (Module[])[residual, new Sequential(residual, new LayerNorm(4, device: Device.Cpu))])
        {
            string message = Assert.Throws<ArgumentException>(() => module.Forward(input)).Message;
            Assert.All((string[])["Residual", "[2, 4]", "[2, 5]", "shortcut"], part => Assert.Contains(part, message, StringComparison.Ordinal));
        }

        LayerNorm norm = new(5, device: Device.Cpu);
        Assert.Contains("[3]", Assert.Throws<ArgumentException>(() => norm.Forward(input, Tensor.Ones(3, device: Device.Cpu))).Message, StringComparison.Ordinal);
        Assert.Contains("LayerNorm(5)", Assert.Throws<ArgumentException>(() => norm.Forward(input[.., ..4], input)).Message, StringComparison.Ordinal);
        Assert.Contains("Float64", Assert.Throws<ArgumentException>(() => norm.Forward(input, input.To(DType.Float64))).Message, StringComparison.Ordinal);
        Assert.Contains("at least two", Assert.Throws<ArgumentException>(
            () => new BatchNorm(5, device: Device.Cpu).Forward(input[..1], input[..1])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentNullException>(() => norm.Forward(input, null!));
        Assert.Throws<ArgumentNullException>(() => new Residual((Module)null!));
    }

    private static Sequential Network(bool batches, DType dtype, Device device, Module? activation = null) =>
    [
        new Residual(
            [new Dense(5, 8, dtype: dtype, device: device), new Layers.Tanh(), new Dense(8, 6, dtype: dtype, device: device)],
            new Dense(5, 6, dtype: dtype, device: device)),
        Norm(batches, dtype, device), activation ?? new Layers.Sigmoid(),
        new Residual(new Dense(6, 6, dtype: dtype, device: device)), Norm(batches, dtype, device),
    ];

    private static Module Norm(bool batches, DType dtype, Device device) =>
        batches ? new BatchNorm(6, dtype: dtype, device: device) : new LayerNorm(6, dtype: dtype, device: device);
}
