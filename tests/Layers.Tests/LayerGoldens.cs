using DeepSharp.Layers;
using DeepSharp.Optim;
using DeepSharp.Testing;

namespace DeepSharp.Tests;

/// <summary>Layers, and a network in training, against PyTorch.</summary>
public class LayerGoldens
{
    public static IEnumerable<object[]> LinearNames => Golden.Names("layers", "linear");

    public static IEnumerable<object[]> FlattenNames => Golden.Names("layers", "flatten")
        .Where(static row => Golden.Load("layers")[(string)row[0]].Options.Integer("end_dim") == -1);

    public static IEnumerable<object[]> BatchNormNames => Golden.Names("layers", "batch_norm");

    public static IEnumerable<object[]> LayerNormNames => Golden.Names("layers", "layer_norm");

    public static IEnumerable<object[]> RMSNormNames => Golden.Names("rows", "rms_norm");

    public static IEnumerable<object[]> MaskedSoftmaxNames => Golden.Names("rows", "masked_softmax");

    public static IEnumerable<object[]> EmbeddingNames => Golden.Names("layers", "embedding");

    public static IEnumerable<object[]> IndexNames => Golden.Names("operators", "gather", "index_select", "scatter_add");

    public static IEnumerable<object[]> TrainingNames => Golden.Names("training", "mlp");

    [Theory]
    [MemberData(nameof(LinearNames))]
    public void Dense_agrees_with_PyTorch(string name) => GoldenTensors.Check(
        Golden.Load("layers")[name], static inputs => inputs["input"].Linear(inputs["weight"], inputs.GetValueOrDefault("bias")));

    [Theory]
    [MemberData(nameof(FlattenNames))]
    public void Flatten_agrees_with_PyTorch(string name)
    {
        GoldenCase golden = Golden.Load("layers")[name];
        GoldenTensors.Check(golden, inputs => inputs["input"].Flatten(golden.Options.Integer("start_dim")));
    }

    [Theory]
    [MemberData(nameof(BatchNormNames))]
    public void BatchNorm_agrees_with_PyTorch_in_training_and_evaluation(string name)
    {
        GoldenCase golden = Golden.Load("layers")[name];
        using TensorScope scope = Tensor.Scope();
        Tensor input = golden.Inputs["input.1"].Tensor();
        double looser = input.Abs().Max().Item() > 100 ? 100 : 1;
        BatchNorm layer = new(
            input.Shape[1], golden.Options.Number("eps"), golden.Options.IsNull("momentum") ? null : golden.Options.Number("momentum"),
            golden.Options.Flag("affine"), golden.Options.Flag("track_running_stats"), input.DType, Device.Cpu);
        if (golden.Options.Flag("affine"))
        {
            layer.Weight!.CopyFrom(golden.Inputs["weight"].Tensor());
            layer.Bias!.CopyFrom(golden.Inputs["bias"].Tensor());
        }

        input.RequireGrad();
        Tensor output = layer.Forward(input);
        golden.Outputs["train"].Matches(output, looser);
        output.Backward(golden.OutputGradients["train"].Tensor());
        golden.Gradients["train.input"].Matches(input.Gradient!, looser);
        CheckAffine("train");
        CheckState(1);

        layer.Forward(golden.Inputs["input.2"].Tensor());
        golden.Outputs["train.3"].Matches(layer.Forward(golden.Inputs["input.3"].Tensor()), looser);
        CheckState(3);

        layer.Eval();
        input.ZeroGradient();
        layer.Weight?.ZeroGradient();
        layer.Bias?.ZeroGradient();
        output = layer.Forward(input);
        golden.Outputs["eval"].Matches(output, looser);
        output.Backward(golden.OutputGradients["eval"].Tensor());
        golden.Gradients["eval.input"].Matches(input.Gradient!, looser);
        CheckAffine("eval");

        void CheckState(int step)
        {
            Assert.Equal(golden.Options.Flag("track_running_stats"), layer.TracksRunningStatistics);
            if (layer.TracksRunningStatistics)
            {
                golden.State[$"running_mean.{step}"].Matches(layer.RunningMean);
                golden.State[$"running_var.{step}"].Matches(layer.RunningVariance);
                golden.State[$"num_batches_tracked.{step}"].Matches(layer.State()["num_batches_tracked"]);
            }
            else
            {
                Assert.Contains("trackRunningStatistics", Assert.Throws<InvalidOperationException>(() => layer.RunningMean).Message, StringComparison.Ordinal);
                Assert.Empty(layer.NamedBuffers());
            }
        }

        void CheckAffine(string mode)
        {
            if (layer.Weight is not null)
            {
                golden.Gradients[$"{mode}.weight"].Matches(layer.Weight.Gradient!, looser);
                golden.Gradients[$"{mode}.bias"].Matches(layer.Bias!.Gradient!, looser);
            }
        }
    }

    [Theory]
    [MemberData(nameof(LayerNormNames))]
    public void LayerNorm_agrees_with_PyTorch(string name)
    {
        GoldenCase golden = Golden.Load("layers")[name];
        double epsilon = golden.Options.Number("eps");
        GoldenTensors.Check(
            golden, inputs => inputs["input"].LayerNorm(inputs.GetValueOrDefault("weight"), inputs.GetValueOrDefault("bias"), epsilon));
    }

    [Theory]
    [MemberData(nameof(RMSNormNames))]
    public void RMSNorm_agrees_with_PyTorch(string name)
    {
        GoldenCase golden = Golden.Load("rows")[name];
        double? epsilon = golden.Options.IsNull("eps") ? null : golden.Options.Number("eps");
        GoldenTensors.Check(golden, inputs => inputs["input"].RMSNorm(inputs.GetValueOrDefault("weight"), epsilon));
        GoldenTensors.Check(golden, inputs =>
        {
            Tensor input = inputs["input"];
            RMSNorm layer = new(input.Shape[^1], epsilon, affine: false, input.DType, input.Device);
            Tensor normal = layer.Forward(input);
            return inputs.TryGetValue("weight", out Tensor? weight) ? normal * weight : normal;
        });
    }

    // PyTorch's mask says what is left out, ours what takes part.
    [Theory]
    [MemberData(nameof(MaskedSoftmaxNames))]
    public void MaskedSoftmax_agrees_with_PyTorch(string name)
    {
        GoldenCase golden = Golden.Load("rows")[name];
        GoldenTensors.Check(
            golden, inputs => inputs["input"].MaskedSoftmax(inputs["mask"].Equal(0), golden.Options.Integer("dim")));
    }

    [Theory]
    [MemberData(nameof(LayerNormNames))]
    public void The_LayerNorm_layer_agrees_with_PyTorch(string name)
    {
        GoldenCase golden = Golden.Load("layers")[name];
        using TensorScope scope = Tensor.Scope();
        Tensor input = golden.Inputs["input"].Tensor().RequireGrad();
        bool affine = golden.Inputs.Contains("weight");
        LayerNorm layer = new(input.Shape[^1], golden.Options.Number("eps"), affine, input.DType, Device.Cpu);
        if (affine)
        {
            layer.LoadState(new Dictionary<string, Tensor>
            {
                ["weight"] = golden.Inputs["weight"].Tensor(),
                ["bias"] = golden.Inputs["bias"].Tensor(),
            });
        }

        Tensor output = layer.Forward(input);
        golden.Outputs["output"].Matches(output);
        output.Backward(golden.OutputGradients["output"].Tensor());
        golden.Gradients["input"].Matches(input.Gradient!);
        if (affine)
        {
            golden.Gradients["weight"].Matches(layer.Weight!.Gradient!);
            golden.Gradients["bias"].Matches(layer.Bias!.Gradient!);
        }

        Assert.Throws<ArgumentException>(() => layer.Forward(Tensor.Zeros([2, input.Shape[^1] + 1], input.DType, Device.Cpu)));
    }

    [Theory]
    [MemberData(nameof(EmbeddingNames))]
    public void Embedding_agrees_with_PyTorch(string name)
    {
        GoldenCase golden = Golden.Load("layers")[name];
        int? padding = golden.Options.IsNull("padding_idx") ? null : golden.Options.Integer("padding_idx");
        GoldenTensors.Check(golden, inputs => inputs["weight"].Embedding(inputs["input"], padding));

        using TensorScope scope = Tensor.Scope();
        Tensor table = golden.Inputs["weight"].Tensor();
        Embedding layer = new(table.Shape[0], table.Shape[1], padding, dtype: table.DType, device: Device.Cpu);
        Assert.Equal(padding, layer.PaddingIndex);
        if (padding is { } row)
        {
            Assert.Equal(0, layer.Weight.Detach()[row].Abs().Max().Item());
        }

        layer.Weight.CopyFrom(table);
        Tensor input = golden.Inputs["input"].Tensor().To(DType.Int32);
        for (int pass = 0; pass < 2; pass++)
        {
            // The second pass adds to the first one's gradient.
            Tensor output = layer.Forward(input);
            golden.Outputs["output"].Matches(output);
            output.Backward(golden.OutputGradients["output"].Tensor() * 0.5);
        }

        golden.Gradients["weight"].Matches(layer.Weight.Gradient!);
    }

    [Theory]
    [MemberData(nameof(IndexNames))]
    public void Operators_with_indices_agree_with_PyTorch(string name)
    {
        GoldenCase golden = Golden.Load("operators")[name];
        int axis = golden.Options.Integer("dim");
        GoldenTensors.Check(golden, inputs => golden.Kind switch
        {
            "gather" => inputs["input"].Gather(inputs["index"], axis),
            "index_select" => inputs["input"].IndexSelect(inputs["index"], axis),
            _ => inputs["input"].ScatterAdd(inputs["index"], inputs["src"], axis),
        });
    }

    [Fact]
    public void An_Embedding_begins_normally_distributed_and_says_what_it_refuses()
    {
        Embedding layer = new(200, 100, device: Device.Cpu, generator: new Generator(1));
        Assert.Equal(0, layer.Weight.Detach().Mean().Item(), 0.03);
        Assert.Equal(1, layer.Weight.Detach().StandardDeviation().Item(), 0.03);
        Assert.Contains("index 200", Assert.Throws<ArgumentException>(() => layer.Forward(Tensor.From([200], Device.Cpu))).Message, StringComparison.Ordinal);
        Assert.Contains("Float32", Assert.Throws<ArgumentException>(() => layer.Forward(Tensor.From([2f], Device.Cpu))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(static () => new Embedding(3, 2, paddingIndex: 3));
    }

    [Theory]
    [MemberData(nameof(TrainingNames))]
    public void A_network_trains_as_in_PyTorch(string name)
    {
        GoldenCase golden = Golden.Load("training")[name];
        using TensorScope scope = Tensor.Scope();
        Tensor features = golden.Inputs["features"].Tensor();
        Tensor labels = golden.Inputs["labels"].Tensor();
        DType dtype = features.DType;
        Sequential model =
        [
            new Dense(12, 8, bias: false, dtype: dtype, device: Device.Cpu), new BatchNorm(8, dtype: dtype, device: Device.Cpu), new ReLU(),
            new Dense(8, 5, dtype: dtype, device: Device.Cpu),
        ];
        foreach ((string parameter, Parameter value) in model.NamedParameters())
        {
            value.CopyFrom(golden.Inputs[parameter].Tensor());
        }

        double rate = golden.Options.Number("lr");
        Optimizer optimizer = golden.Options.Text("optimizer") == "adam"
            ? new Adam(model.Parameters(), rate)
            : new SGD(model.Parameters(), rate, golden.Options.Number("momentum"));
        CrossEntropyLoss loss = new();
        int batch = golden.Options.Integer("batch");
        int batches = features.Shape[0] / batch;
        double[] losses = new double[golden.Options.Integer("steps")];
        for (int step = 0; step < losses.Length; step++)
        {
            using TensorScope inner = Tensor.Scope();
            int start = step % batches * batch;
            optimizer.ZeroGradients();
            Tensor value = loss.Compute(model.Forward(features.Narrow(0, start, batch)), labels.Narrow(0, start, batch));
            value.Backward();
            optimizer.Step();
            losses[step] = value.Item();
        }

        double tolerance = dtype == DType.Float32 ? 2e-3 : 1e-9;
        golden.Outputs["losses"].AssertClose(losses, tolerance, tolerance);
        foreach ((string entry, Tensor value) in model.State())
        {
            golden.State[entry].AssertClose(value.To(DType.Float64).ToArray<double>(), tolerance, tolerance);
        }

        model.Eval();
        golden.Outputs["logits"].AssertClose(model.Forward(features).To(DType.Float64).ToArray<double>(), 5 * tolerance, 5 * tolerance);
    }
}
