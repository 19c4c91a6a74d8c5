namespace DeepSharp.Tests;

/// <summary>
/// Arguments of one operator that differ in device, element type or shape: the error names operator, argument, both of what differs,
/// shapes and remedy.
/// </summary>
public class MismatchTests
{
    private static readonly Device s_gpu = TestDevice.Gpu;

    private static readonly Tensor s_two = Make([2, 3], DType.Float32, Device.Cpu);
    private static readonly Tensor s_three = Make([3], DType.Float32, Device.Cpu);
    private static readonly Tensor s_there = Make([2, 3], DType.Float32, s_gpu);
    private static readonly Tensor s_threeThere = Make([3], DType.Float32, s_gpu);
    private static readonly Tensor s_double = Make([2, 3], DType.Float64, Device.Cpu);
    private static readonly Tensor s_threeDouble = Make([3], DType.Float64, Device.Cpu);
    private static readonly Tensor s_four = Make([4], DType.Float32, Device.Cpu);
    private static readonly Tensor s_whole = Make([2, 3], DType.Int32, Device.Cpu);
    private static readonly Tensor s_half = Make([2, 3], DType.Float16, Device.Cpu);
    private static readonly Tensor s_bytes = Make([2, 3], DType.UInt8, Device.Cpu);
    private static readonly Tensor s_labels = Make([2], DType.Int64, Device.Cpu);
    private static readonly Tensor s_labelsThere = Make([2], DType.Int64, s_gpu);
    private static readonly Tensor s_index = Make([2, 3], DType.Int64, Device.Cpu);
    private static readonly Tensor s_indexThere = Make([2, 3], DType.Int64, s_gpu);
    private static readonly Tensor s_longIndex = Make([2, 5], DType.Int64, Device.Cpu);
    private static readonly Tensor s_mask = Make([2, 3], DType.Bool, Device.Cpu);
    private static readonly Tensor s_maskThere = Make([2, 3], DType.Bool, s_gpu);
    private static readonly Tensor s_empty = Make([2, 0], DType.Float32, Device.Cpu);

    // Both devices, and how to bring their tensors together.
    private static readonly string[] s_devices = [Device.Cpu.ToString(), s_gpu.ToString(), "To(Device)", "[2, 3]"];

    private static readonly (Func<Tensor?> Call, string[] Says)[] s_calls =
    [
        (() => s_two.MatMul(s_there.T), ["MatMul", .. s_devices]),
        (() => s_two.MatMul(s_threeDouble), ["MatMul", "[2, 3]", "[3]", "Float32", "Float64", "To(DType)"]),
        (() => s_two.MatMul(s_four), ["MatMul", "[2, 3]", "[4]", "reshape"]),
        (() => s_two.Linear(s_there), ["Linear", .. s_devices]),
        (() => s_two.Linear(s_two, Make([2], DType.Float32, s_gpu)), ["Linear", "[2]", .. s_devices]),
        (() => s_two.Linear(s_double), ["Linear", "[2, 3]", "Float32", "Float64", "To(DType)"]),
        (() => s_two.Linear(s_two, s_three), ["Linear", "[2, 3]", "bias", "[3]", "[outputs]"]),
        (() => Tensor.Where(s_mask, s_two, s_there), ["Where", .. s_devices]),
        (() => Tensor.Where(s_maskThere, s_two, s_two), ["Where", "mask", .. s_devices]),
        (() => Tensor.Where(s_two, s_two, s_two), ["Where", "mask", "[2, 3]", "Float32", "Bool", "Compare"]),
        (() => Tensor.Where(s_mask, s_two, s_double), ["Where", "[2, 3]", "Float32", "Float64", "To(DType)"]),
        (() => Tensor.Where(s_mask, s_four, s_four), ["Where", "[2, 3]", "[4]", "reshape"]),
        (() => Tensor.Concatenate([s_two, s_there]), ["Concatenate", .. s_devices]),
        (() => Tensor.Concatenate([s_two, s_double]), ["Concatenate", "[2, 3]", "Float32", "Float64", "To(DType)"]),
        (() => Tensor.Concatenate([s_two, s_three]), ["Concatenate", "[2, 3]", "[3]", "axis 0", "Reshape"]),
        (() => Tensor.Concatenate([s_two], 2), ["Concatenate", "[2, 3]", "axis 2", "-2 to 1"]),
        (() => Tensor.Stack([s_two, s_there]), ["Stack", .. s_devices]),
        (() => Tensor.Stack([s_two, s_double]), ["Stack", "[2, 3]", "Float32", "Float64", "To(DType)"]),
        (() => Tensor.Stack([s_two, s_three]), ["Stack", "[2, 3]", "[3]", "Reshape"]),
        (() => Tensor.Stack([]), ["Stack", "at least one"]),
        (() => s_two.BatchNorm(s_threeThere, null, null, null, 0.1, 1e-5), ["BatchNorm", "weight", "[3]", .. s_devices]),
        (() => s_two.BatchNorm(null, s_threeThere, null, null, 0.1, 1e-5), ["BatchNorm", "bias", "[3]", .. s_devices]),
        (() => s_two.BatchNorm(null, null, s_threeThere, s_three, 0.1, 1e-5), ["BatchNorm", "running mean", "[3]", .. s_devices]),
        (() => s_two.BatchNorm(null, null, s_three, s_threeThere, 0.1, 1e-5), ["BatchNorm", "running variance", "[3]", .. s_devices]),
        (() => s_two.BatchNorm(s_threeDouble, null, null, null, 0.1, 1e-5), ["BatchNorm", "weight", "[3]", "Float64", "To(DType)"]),
        (() => s_two.BatchNorm(null, null, s_threeDouble, s_three, 0.1, 1e-5), ["BatchNorm", "running mean", "Float64", "To(DType)"]),
        (() => s_two.BatchNorm(s_four, null, null, null, 0.1, 1e-5), ["BatchNorm", "weight", "[2, 3]", "[4]", "[N, C, …]"]),
        (() => s_two.BatchNorm(null, null, s_four, s_three, 0.1, 1e-5), ["BatchNorm", "running mean", "[2, 3]", "[4]", "use [3]"]),
        (() => s_whole.BatchNorm(null, null, null, null, 0.1, 1e-5), ["BatchNorm", "Int32", "[2, 3]", "To(DType.Float32)"]),
        (() => s_two.BatchNormFixed(null, null, s_threeThere, s_three, 1e-5), ["BatchNorm", "mean", "[3]", .. s_devices]),
        (() => s_two.BatchNormFixed(null, null, s_three, s_threeDouble, 1e-5), ["BatchNorm", "variance", "[3]", "Float64", "To(DType)"]),
        (() => s_two.BatchNormFixed(null, null, s_three, s_four, 1e-5), ["BatchNorm", "variance", "[2, 3]", "[4]", "use [3]"]),
        (() => s_two.LayerNorm(s_threeThere), ["LayerNorm", "weight", "[3]", .. s_devices]),
        (() => s_two.LayerNorm(null, s_threeThere), ["LayerNorm", "bias", "[3]", .. s_devices]),
        (() => s_two.LayerNorm(s_threeDouble), ["LayerNorm", "weight", "[3]", "[2, 3]", "Float64", "To(DType)"]),
        (() => s_two.LayerNorm(null, s_four), ["LayerNorm", "bias", "[2, 3]", "[4]", "[…, D]"]),
        (() => s_whole.LayerNorm(), ["LayerNorm", "Int32", "[2, 3]", "To(DType.Float32)"]),
        (() => s_two.SoftmaxCrossEntropy(s_labelsThere), ["SoftmaxCrossEntropy", "labels", "[2]", .. s_devices]),
        (() => s_two.SoftmaxCrossEntropy(s_labels, 0, s_threeThere), ["SoftmaxCrossEntropy", "class weights", "[3]", .. s_devices]),
        (() => s_two.SoftmaxCrossEntropy(s_labels, 0, s_threeDouble), ["SoftmaxCrossEntropy", "[2, 3]", "class weights", "[3]", "of the scores' type"]),
        (() => s_two.SoftmaxCrossEntropy(s_labels, 0, s_four), ["SoftmaxCrossEntropy", "[2, 3]", "class weights", "[4]", "[C]"]),
        (() => s_two.SoftmaxCrossEntropy(s_three), ["SoftmaxCrossEntropy", "[2, 3]", "labels", "[3]", "Float32", "integers [N]"]),
        (() => Counted(s_two, s_labelsThere, s_labels), ["CountCorrect", "labels", "[2]", .. s_devices]),
        (() => Counted(s_two, s_labels, s_labelsThere), ["CountCorrect", "counts", "[2]", .. s_devices]),
        (() => s_whole.SoftmaxCrossEntropy(s_labels), ["SoftmaxCrossEntropy", "Int32", "[2, 3]", "To(DType.Float32)"]),
        (() => s_two.Embedding(s_labelsThere), ["Embedding", "index", "[2]", .. s_devices]),
        (() => s_two.Embedding(s_three), ["Embedding", "[3]", "Float32", "To(DType.Int64)"]),
        (() => s_three.Embedding(s_labels), ["Embedding", "[3]", "[V, D]"]),
        (() => s_two.Gather(s_indexThere, 0), ["Gather", "index", .. s_devices]),
        (() => s_two.Gather(s_two, 0), ["Gather", "[2, 3]", "Float32", "To(DType.Int64)"]),
        (() => s_two.Gather(s_labels, 0), ["Gather", "[2]", "[2, 3]", "axis 0", "as many axes", "reshape"]),
        (() => s_two.Gather(s_longIndex, 0), ["Gather", "[2, 5]", "[2, 3]", "axis 0", "longer", "slice"]),
        (() => s_two.Gather(s_index, 2), ["Gather", "[2, 3]", "axis 2", "-2 to 1"]),
        (() => s_two.IndexSelect(s_labelsThere), ["IndexSelect", "index", "[2]", .. s_devices]),
        (() => s_two.IndexSelect(s_three), ["IndexSelect", "[3]", "Float32", "To(DType.Int64)"]),
        (() => s_two.IndexSelect(s_labels, -3), ["IndexSelect", "[2, 3]", "axis -3", "-2 to 1"]),
        (() => s_two.ScatterAdd(s_indexThere, s_two, 0), ["ScatterAdd", "index", .. s_devices]),
        (() => s_two.ScatterAdd(s_index, s_there, 0), ["ScatterAdd", "source", .. s_devices]),
        (() => s_two.ScatterAdd(s_index, s_double, 0), ["ScatterAdd", "source", "[2, 3]", "Float64", "To(DType)"]),
        (() => s_whole.ScatterAdd(s_index, s_half, 0), ["ScatterAdd", "source", "[2, 3]", "Int32", "Float16", "To(DType)"]),
        (() => s_double.IndexAdd(s_labels, s_half, 0), ["IndexAdd", "source", "[2, 3]", "Float64", "Float16", "To(DType)"]),
        (() => s_two.ScatterAdd(s_two, s_two, 0), ["ScatterAdd", "[2, 3]", "Float32", "To(DType.Int64)"]),
        (() => s_two.ScatterAdd(s_index, s_three, 0), ["ScatterAdd", "source", "[3]", "[2, 3]", "Reshape"]),
        (() => s_two.ScatterAdd(s_longIndex, s_two, 0), ["ScatterAdd", "[2, 5]", "[2, 3]", "axis 0", "longer"]),
        (() => s_two.Scatter(s_indexThere, s_two, 0), ["Scatter", "index", .. s_devices]),
        (() => s_two.Scatter(s_index, s_there, 0), ["Scatter", "source", .. s_devices]),
        (() => s_two.Scatter(s_index, s_double, 0), ["Scatter", "source", "[2, 3]", "Float64", "To(DType)"]),
        (() => s_two.Scatter(s_two, 1, 0), ["Scatter", "[2, 3]", "Float32", "To(DType.Int64)"]),
        (() => s_two.Scatter(s_index, s_three, 0), ["Scatter", "source", "[3]", "[2, 3]", "Reshape"]),
        (() => s_two.Scatter(s_longIndex, 1, 0), ["Scatter", "[2, 5]", "[2, 3]", "axis 0", "longer"]),
        (() => s_bytes.ScatterAdd(s_index, s_bytes, 0), ["ScatterAdd", "UInt8", "Int32"]),
        (() => s_two.IndexAdd(s_labelsThere, s_two), ["IndexAdd", "index", "[2]", .. s_devices]),
        (() => s_two.IndexAdd(s_labels, s_there), ["IndexAdd", "source", .. s_devices]),
        (() => s_two.IndexAdd(s_labels, s_double), ["IndexAdd", "source", "[2, 3]", "Float64", "To(DType)"]),
        (() => s_two.IndexAdd(s_labels, s_three), ["IndexAdd", "source", "[3]", "index [2]", "Reshape it to [2, 3]"]),
        (() => s_two.IndexAdd(s_two, s_two), ["IndexAdd", "[2, 3]", "Float32", "To(DType.Int64)"]),
        (() => Added(s_two, s_there), ["AddInPlace", .. s_devices]),
        (() => Added(s_two, s_double), ["AddInPlace", "[2, 3]", "Float64", "To(DType)"]),
        (() => Added(s_two, s_four), ["AddInPlace", "[2, 3]", "[4]", "reshape"]),
        (() => Added(s_three, s_two), ["AddInPlace", "[2, 3]", "[3]", "slice"]),
        (() => Added(s_bytes, s_bytes), ["AddInPlace", "[2, 3]", "UInt8", "To(DType.Int32)"]),
        (() => s_whole.Variance(), ["Variance", "Int32", "[2, 3]", "To(DType.Float32)"]),
        (() => s_two.Variance([2]), ["Variance", "[2, 3]", "axis 2", "-2 to 1"]),
        (() => s_two.Variance([1, -1]), ["Variance", "[2, 3]", "axis -1", "twice"]),
        (() => s_whole.LogSumExp(), ["LogSumExp", "Int32", "[2, 3]", "To(DType.Float32)"]),
        (() => s_two.LogSumExp([-3]), ["LogSumExp", "[2, 3]", "axis -3", "-2 to 1"]),
        (() => s_two.ArgMax(2), ["ArgMax", "[2, 3]", "axis 2", "-2 to 1"]),
        (() => s_empty.ArgMax(), ["ArgMax", "[2, 0]", "no element", "not empty"]),
        (() => s_empty.Max(1), ["Max", "[2, 0]", "no element", "not empty"]),
        (() => s_whole.Dropout(0.5), ["Dropout", "Int32", "[2, 3]", "To(DType.Float32)"]),
        (() => s_two.Dropout(-0.5), ["Dropout", "[0, 1)"]),
        (() => s_two.Flatten(2), ["Flatten", "[2, 3]", "axis 2", "-2 to 1"]),
    ];

    [Fact]
    public void Arguments_that_do_not_go_together_are_refused_with_a_remedy()
    {
        using TensorScope scope = Tensor.Scope();
        List<string> wrong = [];
        foreach ((Func<Tensor?> call, string[] says) in s_calls)
        {
            Exception? error = Record.Exception(() => call());
            string message = error is ArgumentException or InvalidOperationException ? error.Message : $"({error?.GetType().Name ?? "no error"})";
            if (says.Any(part => !message.Contains(part, StringComparison.Ordinal)))
            {
                wrong.Add($"{string.Join(" … ", says)}\n    {message}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public void What_is_refused_changes_nothing()
    {
        using TensorScope scope = Tensor.Scope();
        Tensor mean = Tensor.Zeros([3], device: Device.Cpu);
        Tensor target = Tensor.Ones([2, 3], device: Device.Cpu);
        Assert.Throws<ArgumentException>(() => s_two.BatchNorm(null, null, mean, s_threeThere, 0.1, 1e-5));
        Assert.Throws<ArgumentException>(() => target.AddInPlace(s_there));
        Assert.Throws<ArgumentException>(() => target.IndexAdd(s_labels, s_there));
        Assert.All(mean.ToArray<float>(), static value => Assert.Equal(0, value));
        Assert.All(target.ToArray<float>(), static value => Assert.Equal(1, value));
    }

    private static Tensor Make(int[] dims, DType dtype, Device device) => Tensor.Ones(dims, dtype, device).Keep();

    private static Tensor? Counted(Tensor scores, Tensor labels, Tensor counts)
    {
        scores.CountCorrect(labels, counts);
        return null;
    }

    private static Tensor? Added(Tensor to, Tensor other)
    {
        to.AddInPlace(other);
        return null;
    }
}
