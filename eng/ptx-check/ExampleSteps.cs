using DeepSharp.Data;
using DeepSharp.Examples.CustomLayer;
using DeepSharp.Layers;
using DeepSharp.Optim;
using DeepSharp.Training;

namespace DeepSharp.PtxCheck;

/// <summary>Training steps as the examples make them, and what they measure, on networks of their kind that are smaller.</summary>
internal static class ExampleSteps
{
    internal static IReadOnlyList<(string Name, Action Run)> All { get; } =
    [
        ("examples/Mnist, softmax", static () => Fit([new Flatten(), new Dense(36, 10)])),
        ("examples/Mnist, mlp", static () => Fit(Network())),
        ("examples/Mnist, mlp, float16", static () => Fit(Network(), DType.Float16)),
        ("examples/Mnist, mlp, bfloat16", static () => Fit(Network(), DType.BFloat16)),
        ("examples/TrainingLoop", Loop),
        ("examples/CustomLayer", static () => Fit([new Flatten(), new GatedDense(36, 8), new Dense(8, 10)])),
        ("examples/GradientDescent", Line),
        ("examples/OptimizerRace", Valley),
    ];

    private static Sequential Network() => [new Flatten(), new Dense(36, 8), new BatchNorm(8), new ReLU(), new Dense(8, 10)];

    private static Dataset Digits() => new Dataset(Tensor.From(new byte[4 * 36], [4, 6, 6]), Tensor.From(new byte[4], [4])).Scaled(1.0 / 255);

    private static void Fit(Sequential model, DType precision = DType.Float32)
    {
        Dataset data = Digits();
        _ = model.Fit(data, new Adam(model.Parameters()), batchSize: 4, metrics: [new Accuracy()], mixedPrecision: precision);
        _ = model.Evaluate(data, metrics: [new Accuracy()]);
        _ = model.Predict(data).ArgMax(1);
    }

    private static void Loop()
    {
        Sequential model = Network();
        Adam optimizer = new(model.Parameters());
        CrossEntropyLoss loss = new();
        foreach ((Tensor x, Tensor y) in Digits().Batches(4, seed: 1))
        {
            optimizer.ZeroGradients();
            loss.Compute(model.Forward(x), y).Backward();
            optimizer.Step();
            using NoGrad noGrad = new();
            _ = model.Forward(x).ArgMax(1).Equal(y.To(DType.Int64)).Sum();
        }
    }

    private static void Line()
    {
        Dataset data = new(Tensor.Uniform([8, 1]), Tensor.Uniform([8, 1]));
        Dense model = new(1, 1);
        SGD optimizer = new(model.Parameters(), 0.1);
        foreach ((Tensor x, Tensor y) in data.Batches(4, seed: 1))
        {
            optimizer.ZeroGradients();
            new MeanSquaredErrorLoss().Compute(model.Forward(x), y).Backward();
            optimizer.Step();
        }
    }

    // The rules themselves are among the optimizers.
    private static void Valley()
    {
        using TensorScope scope = Tensor.Scope();
        Parameter x = new(Tensor.Ones([1, 1]));
        Parameter y = new(Tensor.Ones([1, 1]));
        new SGD([x, y], 0.01).Step(() =>
        {
            Tensor along = x + (0.3 * y);
            Tensor across = y - (0.15 * x);
            return ((0.5 * along * along) + (20 * across * across)).Sum();
        });
    }
}
