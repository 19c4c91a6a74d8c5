using DeepSharp.Layers;
using DeepSharp.Testing;

namespace DeepSharp.Tests;

/// <summary>Losses against PyTorch, all reductions.</summary>
public class LossGoldens
{
    public static IEnumerable<object[]> Names => Golden.Names(
        "losses", "cross_entropy", "cross_entropy_probabilities", "mse", "l1", "huber", "bce", "bce_with_logits")
        .Where(static row => !((string)row[0]).Contains("probabilities 0 and 1", StringComparison.Ordinal));

    public static IEnumerable<object[]> CertainNames => Golden.Names("losses", "bce")
        .Where(static row => ((string)row[0]).Contains("probabilities 0 and 1", StringComparison.Ordinal));

    [Theory]
    [MemberData(nameof(Names))]
    public void Losses_and_their_gradients_agree_with_PyTorch(string name)
    {
        GoldenCase golden = Golden.Load("losses")[name];
        GoldenTensors.Check(golden, inputs => Make(golden, inputs).Compute(inputs["input"], inputs["target"]));
    }

    /// <summary>
    /// At probabilities of exactly 0 and 1 both limit the logarithm to -100. There the loss is constant, and so its gradient is
    /// zero here; PyTorch's is about 1e12 by a limit of its own.
    /// </summary>
    [Theory]
    [MemberData(nameof(CertainNames))]
    public void Binary_cross_entropy_of_certain_predictions_is_limited_as_in_PyTorch(string name)
    {
        GoldenCase golden = Golden.Load("losses")[name];
        using TensorScope scope = Tensor.Scope();
        Tensor prediction = golden.Inputs["input"].Tensor().RequireGrad();
        Tensor loss = Make(golden, new Dictionary<string, Tensor>()).Compute(prediction, golden.Inputs["target"].Tensor());
        golden.Outputs["output"].Matches(loss);
        loss.Sum().Backward();
        Assert.False(prediction.Gradient!.IsNaN().Any());
    }

    private static Loss Make(GoldenCase golden, IReadOnlyDictionary<string, Tensor> inputs)
    {
        LossReduction reduction = golden.Options.Text("reduction") switch
        {
            "mean" => LossReduction.Mean,
            "sum" => LossReduction.Sum,
            _ => LossReduction.None,
        };
        Tensor? weights = inputs.GetValueOrDefault("weight");
        return golden.Kind switch
        {
            "cross_entropy" => new CrossEntropyLoss(
                golden.Options.Number("label_smoothing"), weights, golden.Options.Integer("ignore_index"), reduction),
            "cross_entropy_probabilities" => new CrossEntropyLoss(golden.Options.Number("label_smoothing"), weights, reduction: reduction),
            "mse" => new MeanSquaredError(reduction),
            "l1" => new MeanAbsoluteError(reduction),
            "huber" => new HuberLoss(golden.Options.Number("delta"), reduction),
            "bce" => new BinaryCrossEntropy(weights, reduction),
            _ => new BinaryCrossEntropyWithLogits(weights, inputs.GetValueOrDefault("pos_weight"), reduction),
        };
    }
}
