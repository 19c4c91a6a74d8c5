// An ensemble: five networks from different first values and orders of the data, and what their mean probability gets right.
using DeepSharp;
using DeepSharp.Data;
using DeepSharp.Layers;
using DeepSharp.Optim;
using DeepSharp.Training;

int members = args.Length > 0 && int.TryParse(args[0], out int wanted) && wanted > 0 ? wanted : 5;
MnistData digits = MnistData.Load(Path.Combine(AppContext.BaseDirectory, "mnist"));
Sequential[] networks = new Sequential[members];
double sum = 0;
for (uint i = 0; i < members; i++)
{
    Generator random = new(seed: i + 1);
    networks[i] = [new Flatten(), new Dense(784, 64, generator: random), new ReLU(), new Dense(64, 10, generator: random)];
    networks[i].Fit(digits.Train, new Adam(networks[i].Parameters()), epochs: 4, batchSize: 128, seed: i + 1);
    double accuracy = Accuracy(networks[i]);
    sum += accuracy;
    Console.WriteLine($"network {i + 1}: {accuracy:P2}");
}

Console.WriteLine($"on average {sum / members:P2}");
foreach (EnsembleAverage average in Enum.GetValues<EnsembleAverage>())
{
    Console.WriteLine($"together, mean of their {average.ToString().ToLowerInvariant()}: {Accuracy(new Ensemble(networks, average)):P2}");
}

double Accuracy(Module model) => model.Evaluate(digits.Test, metrics: [new Accuracy()])["accuracy"];
