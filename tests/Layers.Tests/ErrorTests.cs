using DeepSharp.Layers;

namespace DeepSharp.Tests;

/// <summary>Layers and losses refuse what does not fit, naming themselves, the shapes and the remedy.</summary>
public class ErrorTests
{
    private static readonly Tensor s_two = Tensor.Ones([2, 3], DType.Float32, Device.Cpu).Keep();
    private static readonly Tensor s_double = Tensor.Ones([2, 3], DType.Float64, Device.Cpu).Keep();
    private static readonly Tensor s_vector = Tensor.Ones(2, DType.Float32, Device.Cpu).Keep();
    private static readonly Tensor s_labels = Tensor.From([0, 1], Device.Cpu).Keep();

    private static readonly Device s_gpu = TestDevice.Gpu;
    private static readonly Tensor s_there = Tensor.Ones([2, 3], DType.Float32, s_gpu).Keep();
    private static readonly Tensor s_labelsThere = Tensor.From([0, 1], s_gpu).Keep();
    private static readonly string[] s_devices = [Device.Cpu.ToString(), s_gpu.ToString(), "To(Device)"];

    // The call, and what its message must contain.
    private static readonly (Func<object> Call, string[] Says)[] s_calls =
    [
        (() => new MeanSquaredErrorLoss().Compute(s_two, s_vector), ["MeanSquaredErrorLoss", "[2, 3]", "[2]", "reshape"]),
        (() => new MeanAbsoluteErrorLoss().Compute(s_two, s_double), ["MeanAbsoluteErrorLoss", "Float32", "Float64", "To(DType)"]),
        (() => new MeanSquaredErrorLoss().Compute(s_vector, s_labels), ["MeanSquaredErrorLoss", "Int32", "To(DType)"]),
        (() => new HuberLoss().Compute(s_two, s_vector), ["HuberLoss", "[2, 3]", "[2]"]),
        (() => new HuberLoss(0), ["HuberLoss", "delta", "above zero"]),
        (() => new HuberLoss(double.NaN), ["delta", "NaN"]),
        (() => new BinaryCrossEntropyLoss().Compute(s_two, s_vector), ["BinaryCrossEntropyLoss", "[2, 3]", "[2]"]),
        (() => new BinaryCrossEntropyWithLogitsLoss().Compute(s_two, s_double), ["BinaryCrossEntropyWithLogitsLoss", "Float64"]),
        (() => new CrossEntropyLoss().Compute(s_two, Tensor.From([0, 1, 2], Device.Cpu)), ["CrossEntropy", "[2, 3]", "[3]"]),
        (() => new CrossEntropyLoss().Compute(s_vector, s_labels), ["CrossEntropyLoss", "[2]", "[N, C]"]),
        (() => new CrossEntropyLoss().Compute(s_two, s_vector), ["CrossEntropyLoss", "[2, 3]", "[2]", "Float32", "Labels are integers", "To(DType.Int64)"]),
        (() => new CrossEntropyLoss().Compute(s_two, s_double), ["CrossEntropyLoss", "Float64"]),
        (() => new CrossEntropyLoss(classWeights: s_vector).Compute(s_two, s_labels), ["CrossEntropy", "[2]", "3"]),
        (() => new CrossEntropyLoss(classWeights: s_vector).Compute(s_two, s_two), ["CrossEntropyLoss", "[2]", "[2, 3]", "one weight per class"]),
        (() => new CrossEntropyLoss().Compute(s_vector.Sum(), s_vector.Sum()), ["CrossEntropyLoss", "scalar", "[N, C]"]),
        (() => new CrossEntropyLoss(labelSmoothing: 1), ["labelSmoothing", "[0, 1)"]),
        (() => new CrossEntropyLoss(labelSmoothing: double.NaN), ["labelSmoothing", "NaN"]),
        (() => new MultiLabelMarginLoss().Compute(s_two, s_labels), ["MultiLabelMarginLoss", "[2, 3]", "[2]", "[N, C]"]),
        (() => new MultiLabelMarginLoss().Compute(s_two, s_two), ["MultiLabelMarginLoss", "Float32", "integers"]),
        (() => new MultiLabelMarginLoss().Compute(s_two, s_labelsThere), ["MultiLabelMarginLoss", .. s_devices]),
        (() => new Transformer(4, 2, 0), ["Transformer", "encoderLayers", "0"]),
        (() => new MeanSquaredErrorLoss((LossReduction)9), ["Mean, Sum or None", "9"]),
        (() => new Dense(0, 3), ["inputs", "0"]),
        (() => new Dense(2, 3, dtype: DType.Float16), ["Parameter", "[3, 2]", "Float16", "Float32 or Float64", "MixedPrecision"]),
        (() => new LayerNorm(3, dtype: DType.Int32), ["Parameter", "[3]", "Int32", "Float32 or Float64"]),
        (() => new Embedding(4, 2, device: Device.Cpu).Forward(Tensor.From([1, 4], Device.Cpu)), ["Embedding", "index 4", "[1]", "0 … 3", "Correct"]),
        (() => new Dense(3, -1), ["outputs", "-1"]),
        (() => new Dense(4, 2, device: Device.Cpu).Forward(s_two), ["Linear", "[2, 3]", "[2, 4]"]),
        (() => new Dense(3, 2, device: Device.Cpu).Forward(s_double), ["Linear", "Float32", "Float64"]),
        (() => new BatchNorm(0), ["features", "0"]),
        (() => new BatchNorm(3, momentum: 1.5), ["BatchNorm", "momentum", "[0, 1]", "1.5"]),
        (() => new BatchNorm(3, epsilon: -1), ["BatchNorm", "epsilon", "-1"]),
        (() => new BatchNorm(4, device: Device.Cpu).Forward(s_two), ["BatchNorm", "[2, 3]", "[4]"]),
        (() => new BatchNorm(2, device: Device.Cpu).Forward(s_vector), ["BatchNorm", "[2]"]),
        (() => new BatchNorm(3, device: Device.Cpu).Forward(s_two[..1]), ["BatchNorm", "[1, 3]", "at least two values"]),
        (() => new Embedding(0, 2), ["0"]),
        (() => new Dense(3, 2, device: Device.Cpu).Forward(s_there), ["Linear", "[2, 3]", .. s_devices]),
        (() => new BatchNorm(3, device: Device.Cpu).Forward(s_there), ["BatchNorm", "[2, 3]", "[3]", .. s_devices]),
        (() => Evaluated(new BatchNorm(3, affine: false, device: Device.Cpu)).Forward(s_there), ["BatchNorm", "[2, 3]", "[3]", .. s_devices]),
        (() => new LayerNorm(3, device: Device.Cpu).Forward(s_there), ["LayerNorm", "[2, 3]", "[3]", .. s_devices]),
        (() => new Embedding(4, 3, device: Device.Cpu).Forward(s_labelsThere), ["Embedding", "[4, 3]", "[2]", .. s_devices]),
        (() => new Embedding(4, 3, device: Device.Cpu).Forward(s_two), ["Embedding", "[2, 3]", "Float32", "To(DType.Int64)"]),
        (() => new LayerNorm(4, device: Device.Cpu).Forward(s_two), ["LayerNorm(4)", "[2, 3]", "4"]),
        (() => new LayerNorm(3, device: Device.Cpu).Forward(s_double), ["LayerNorm", "[2, 3]", "Float32", "Float64", "To(DType)"]),
        (() => new BatchNorm(3, device: Device.Cpu).Forward(s_double), ["BatchNorm", "[2, 3]", "Float32", "Float64", "To(DType)"]),
        (() => new CrossEntropyLoss().Compute(s_two, s_labelsThere), ["CrossEntropy", "labels", "[2, 3]", "[2]", .. s_devices]),
        (() => new CrossEntropyLoss().Compute(s_two, s_there), ["CrossEntropyLoss", "[2, 3]", .. s_devices]),
        (() => new MeanSquaredErrorLoss().Compute(s_two, s_there), ["MeanSquaredErrorLoss", "[2, 3]", .. s_devices]),
        (() => new CrossEntropyLoss(classWeights: s_there[0]).Compute(s_two, s_labels), ["CrossEntropyLoss", "class weights", "[2, 3]", "[3]", .. s_devices]),
        (() => new CrossEntropyLoss(classWeights: s_there[0]).Compute(s_two, s_two), ["CrossEntropyLoss", "class weights", "[2, 3]", "[3]", .. s_devices]),
        (() => new BinaryCrossEntropyLoss(s_there).Compute(s_two, s_two), ["BinaryCrossEntropyLoss", "weights", "[2, 3]", .. s_devices]),
        (() => new BinaryCrossEntropyWithLogitsLoss(positiveWeights: s_there[0]).Compute(s_two, s_two), ["BinaryCrossEntropyWithLogitsLoss", "weights", "[3]", .. s_devices]),
        (() => new BinaryCrossEntropyWithLogitsLoss().Compute(s_two, s_there), ["BinaryCrossEntropyWithLogitsLoss", "[2, 3]", .. s_devices]),
        (() => new Dense(0, 2, device: Device.Cpu), ["Dense", "inputs", "at least 1", "is 0"]),
        (() => new Dense(2, -1, device: Device.Cpu), ["Dense", "outputs", "at least 1", "is -1"]),
        (() => new BatchNorm(0, device: Device.Cpu), ["BatchNorm", "features", "at least 1", "is 0"]),
        (() => new RMSNorm(0, device: Device.Cpu), ["RMSNorm", "features", "at least 1", "is 0"]),
        (() => new RMSNorm(3, -1, device: Device.Cpu), ["RMSNorm", "epsilon", "-1"]),
        (() => new RMSNorm(4, device: Device.Cpu).Forward(s_two), ["RMSNorm(4)", "[2, 3]", "4"]),
        (() => s_two.RMSNorm(s_vector), ["RMSNorm", "weight", "[2, 3]", "[2]", "[…, D]"]),
        (() => s_two.RMSNorm(epsilon: double.NaN), ["RMSNorm", "epsilon", "NaN"]),
        (() => s_two.LayerNorm(epsilon: -1), ["LayerNorm", "epsilon", "-1"]),
        (() => s_two.MaskedSoftmax(s_two), ["MaskedSoftmax", "[2, 3]", "Float32", "true where an element takes part"]),
        (() => s_two.MaskedSoftmax(s_vector > 0), ["MaskedSoftmax", "[2]", "[2, 3]", "broadcasts"]),
        (() => s_two.SoftmaxCrossEntropy(s_labels, 1.5), ["SoftmaxCrossEntropy", "labelSmoothing", "1.5"]),
        (() => Counted(s_vector), ["CountCorrect", "[2, 3]", "[2]", "Float32", "two Int64"]),
        (() => new Conv2D(3, 4, 3, groups: 2, device: Device.Cpu), ["Conv2D", "2 groups", "3 inputs", "4 outputs", "divides"]),
        (() => new Conv2D(3, 4, (3, 3, 3), device: Device.Cpu), ["Conv2D", "kernel", "(3, 3, 3)", "2 axes"]),
        (() => new Conv1D(3, 4, 0, device: Device.Cpu), ["Conv1D", "kernel", "at least 1", "is 0"]),
        (() => new Conv1D(0, 4, 1, device: Device.Cpu), ["Conv1D", "inputs", "at least 1", "is 0"]),
        (() => new Conv2D(3, 4, 3, 0, device: Device.Cpu), ["Conv2D", "stride", "at least 1", "is 0"]),
        (() => new Conv2D(3, 4, 3, 2, ConvolutionPadding.Same, device: Device.Cpu), ["Conv2D", "same padding", "stride 1", "2"]),
        (() => new Conv2D(3, 4, 3, padding: -1, device: Device.Cpu), ["Conv2D", "padding", "at least 0", "is -1"]),
        (() => new ConvTranspose3D(4, 4, 2, outputPadding: (0, -1, 0), device: Device.Cpu), ["ConvTranspose3D", "outputPadding", "at least 0"]),
        (() => new Conv2D(3, 4, 3, device: Device.Cpu).Forward(s_two), ["Conv2D", "[2, 3]", "[4, 3, 3, 3]", "[N, C, H, W]"]),
        (() => new Conv1D(3, 4, 4, device: Device.Cpu).Forward(Tensor.Ones([1, 3, 3], device: Device.Cpu)), ["Conv1D", "[4, 3, 4]", "[1, 3, 3]", "wider", "padding"]),
        (() => new LayerNorm(0, device: Device.Cpu), ["LayerNorm", "features", "at least 1", "is 0"]),
        (() => new Embedding(0, 2, device: Device.Cpu), ["Embedding", "entries", "at least 1", "is 0"]),
        (() => new Embedding(2, 0, device: Device.Cpu), ["Embedding", "features", "at least 1", "is 0"]),
        (() => new Sequential(new Dense(3, 2, device: Device.Cpu), new Dense(3, 2, device: Device.Cpu)).Forward(s_two), ["[2, 2]", "[2, 3]"]),
    ];

    public static TheoryData<int> Calls => [.. Enumerable.Range(0, s_calls.Length)];

    [Theory]
    [MemberData(nameof(Calls))]
    public void What_does_not_fit_is_refused_with_a_remedy(int call)
    {
        using TensorScope scope = Tensor.Scope();
        (Func<object> action, string[] says) = s_calls[call];
        Exception? error = Record.Exception(() => action());
        Assert.True(error is ArgumentException, $"{says[0]}: threw {error}");
        Assert.All(says, part => Assert.Contains(part, error!.Message, StringComparison.Ordinal));
    }

    private static Tensor Counted(Tensor counts)
    {
        s_two.CountCorrect(s_labels, counts);
        return counts;
    }

    private static BatchNorm Evaluated(BatchNorm layer)
    {
        layer.Eval();
        return layer;
    }

    [Fact]
    public void Losses_of_NaN_are_NaN_and_infinite_logits_are_certain()
    {
        using TensorScope scope = Tensor.Scope();
        Tensor bad = Tensor.From(new[,] { { 1f, float.NaN }, { 0, 1 } }, Device.Cpu);
        Tensor target = Tensor.Zeros([2, 2], device: Device.Cpu);
        foreach (Loss loss in (Loss[])[
            new MeanSquaredErrorLoss(), new MeanAbsoluteErrorLoss(), new HuberLoss(), new BinaryCrossEntropyLoss(), new BinaryCrossEntropyWithLogitsLoss()])
        {
            Assert.True(double.IsNaN(loss.Compute(bad, target).Item()), loss.GetType().Name);
        }

        Assert.True(double.IsNaN(new CrossEntropyLoss().Compute(bad, s_labels).Item()));
        Tensor certain = Tensor.From(new[,] { { 0f, float.NegativeInfinity }, { float.NegativeInfinity, 3 } }, Device.Cpu);
        Assert.Equal(0, new CrossEntropyLoss().Compute(certain, s_labels).Item());
    }
}
