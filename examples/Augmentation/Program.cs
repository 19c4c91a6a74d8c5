// Few digits, and what it helps to turn, shift and magnify them anew each epoch: a small set looks like a large one.
using DeepSharp;
using DeepSharp.Data;
using DeepSharp.Layers;
using DeepSharp.Optim;
using DeepSharp.Training;

int samples = args.Length > 0 && int.TryParse(args[0], out int wanted) && wanted > 0 ? wanted : 300;
MnistData digits = MnistData.Load(Path.Combine(AppContext.BaseDirectory, "mnist"));
Dataset few = digits.Train.Take(samples);

Console.WriteLine($"{few.Count} digits as they are: {Accuracy(few):P2} of the test's are read right");
Console.WriteLine($"turned, shifted and magnified: {Accuracy(few.Map(new RandomAffine((-15, 15), (0.1, 0.1), (0.85, 1.15)))):P2}");

double Accuracy(Dataset train)
{
    Generator random = new(seed: 1);
    Sequential model =
    [
        new Reshape(1, 28, 28),
        new Conv2D(1, 16, 3, padding: 1, generator: random), new ReLU(), new MaxPool2D(2),
        new Conv2D(16, 32, 3, padding: 1, generator: random), new ReLU(), new MaxPool2D(2),
        new Flatten(), new Dense(1568, 10, generator: random),
    ];
    model.Fit(train, new Adam(model.Parameters(), learningRate: 2e-3), epochs: 60, batchSize: 32, seed: 1);
    return model.Evaluate(digits.Test, metrics: [new Accuracy()])["accuracy"];
}
