// A layer and an operator of your own: GatedDense.cs and Swish.cs are all it takes.
using DeepSharp;
using DeepSharp.Data;
using DeepSharp.Examples.CustomLayer;
using DeepSharp.Layers;
using DeepSharp.Optim;
using DeepSharp.Training;

// First the operator's gradients, and theirs, against finite differences in Float64.
GradCheck.Run(xs => xs[0].Apply(new Swish(1.5)), [Tensor.Normal([3, 5], dtype: DType.Float64)], order: 3);
Console.WriteLine("the gradient of Swish agrees with its finite differences up to the third order");

Generator.Default = new Generator(seed: 1);
MnistData digits = MnistData.Load(Path.Combine(AppContext.BaseDirectory, "mnist"));
Sequential model = [new Flatten(), new GatedDense(784, 64), new Dense(64, 10)];
Console.WriteLine(model.Summary([1, 28, 28]));

model.Fit(
    digits.Train.Take(20_000), new Adam(model.Parameters()), epochs: 3, batchSize: 128, metrics: [new Accuracy()],
    validation: digits.Test, callbacks: [new ProgressLines()]);
