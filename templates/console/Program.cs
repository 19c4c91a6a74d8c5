#if (empty)
using DeepSharp;

Console.WriteLine($"DeepSharp computes on {Device.Default.Name}.");
#else
using DeepSharp;
using DeepSharp.Data;
using DeepSharp.Layers;
using DeepSharp.Optim;
using DeepSharp.Persistence;
using DeepSharp.Training;

// The same numbers each time; another seed gives others.
Generator.Default = new Generator(seed: 1);
Console.WriteLine($"Training on {Device.Default.Name}.");

#if (classification)
// Points on two spirals: which one is each on?
(Dataset train, Dataset test) = GeneratedData.Spirals(1000, arms: 2, noise: 0.02, seed: 1).Split(0.8, seed: 1);

Sequential model =
[
    new Dense(2, 32), new Tanh(),
    new Dense(32, 32), new Tanh(),
    new Dense(32, 2),
];
Console.WriteLine(model.Summary([2]));

model.Fit(
    train, new Adam(model.Parameters(), learningRate: 0.01), new CrossEntropyLoss(), epochs: 20, metrics: [new Accuracy()],
    validation: test, callbacks: [new ProgressLines(), new EarlyStopping(patience: 5)]);

Tensor points = Tensor.From(new float[,] { { 0.2f, 0.1f }, { -0.2f, -0.1f } });
Console.WriteLine($"Classes of two points: {model.Predict(points).ArgMax()}");
#endif
#if (regression)
// Points about the curve y = sin(3 x), with noise.
Tensor x = Tensor.Uniform([500, 1], -1, 1);
Tensor y = (3 * x).Sin() + (0.05 * Tensor.Normal([500, 1]));
(Dataset train, Dataset test) = new Dataset(x, y).Split(0.8, seed: 1);

Sequential model =
[
    new Dense(1, 32), new Tanh(),
    new Dense(32, 1),
];
Console.WriteLine(model.Summary([1]));

model.Fit(
    train, new Adam(model.Parameters(), learningRate: 0.03), new MeanSquaredErrorLoss(), epochs: 30, metrics: [new MeanAbsoluteError()],
    validation: test, callbacks: [new ProgressLines(), new EarlyStopping(patience: 5)]);

Console.WriteLine($"At 0.5, where the curve is at {Math.Sin(1.5):F2}: {model.Predict(Tensor.Full([1, 1], 0.5)).Item():F2}");
#endif
#if (sequences)
// Waves of twenty steps: what comes next?
(Dataset train, Dataset test) = GeneratedData.SineWaves(1000, steps: 20, noise: 0.01, seed: 1).Split(0.8, seed: 1);

Sequential model =
[
    new GRU(1, 16, batchFirst: true),
    new Lambda(states => states[.., ^1], "the last state"),
    new Dense(16, 1),
];

model.Fit(
    train, new Adam(model.Parameters(), learningRate: 0.01), new MeanSquaredErrorLoss(), epochs: 10, metrics: [new MeanAbsoluteError()],
    validation: test, callbacks: [new ProgressLines(), new EarlyStopping(patience: 3)]);
#endif

SafeTensors.Save("model.safetensors", model.State());
Console.WriteLine("The network is saved in model.safetensors.");
#endif
