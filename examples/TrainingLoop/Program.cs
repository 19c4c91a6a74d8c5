// The network of examples/Mnist, trained by hand: this is all that Fit does to train.
using DeepSharp;
using DeepSharp.Data;
using DeepSharp.Layers;
using DeepSharp.Optim;

int epochs = args.Length > 0 && int.TryParse(args[0], out int wanted) && wanted > 0 ? wanted : 5;
Generator.Default = new Generator(seed: 1);
MnistData digits = MnistData.Load(Path.Combine(AppContext.BaseDirectory, "mnist"));
Sequential model =
[
    new Flatten(),
    new Dense(784, 256), new BatchNorm(256), new ReLU(),
    new Dense(256, 128), new BatchNorm(128), new ReLU(),
    new Dense(128, 10),
];
CrossEntropyLoss loss = new();
Adam optimizer = new(model.Parameters(), learningRate: 1e-3);

for (int epoch = 1; epoch <= epochs; epoch++)
{
    model.Train();
    foreach ((Tensor x, Tensor y) in digits.Train.Batches(128, seed: 1))
    {
        optimizer.ZeroGradients();
        loss.Compute(model.Forward(x), y).Backward();
        optimizer.Step();
    }

    model.Eval();
    double correct = 0;
    using NoGrad noGrad = new();
    foreach ((Tensor x, Tensor y) in digits.Test.Batches(1000, shuffle: false))
    {
        correct += model.Forward(x).ArgMax(1).Equal(y.To(DType.Int64)).Sum().Item();
    }

    Console.WriteLine($"epoch {epoch}: test accuracy {correct / digits.Test.Count:P2}");
}
