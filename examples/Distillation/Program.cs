// Knowledge distillation (Hinton, Vinyals, Dean 2015): a small network learns from a large one's probabilities, against the same small
// network that learns from the labels alone. Both see the first 6,000 digits only.
using DeepSharp;
using DeepSharp.Data;
using DeepSharp.Layers;
using DeepSharp.Optim;
using DeepSharp.Training;

const double Temperature = 4;
const double Share = 0.9;
int epochs = args.Length > 0 && int.TryParse(args[0], out int wanted) && wanted > 0 ? wanted : 20;
MnistData digits = MnistData.Load(Path.Combine(AppContext.BaseDirectory, "mnist"));
Dataset train = digits.Train.Take(6000);
CrossEntropyLoss hard = new();

Generator.Default = new Generator(seed: 1);
Sequential teacher =
[
    new Flatten(), new Dense(784, 512), new BatchNorm(512), new ReLU(), new Dropout(0.3),
    new Dense(512, 512), new BatchNorm(512), new ReLU(), new Dropout(0.3), new Dense(512, 10),
];
teacher.Fit(train, new Adam(teacher.Parameters()), epochs: epochs, batchSize: 64, seed: 1);
Console.WriteLine($"teacher, {Count(teacher):N0} parameters: {Accuracy(teacher):P2}");

for (ulong seed = 1; seed <= 3; seed++)
{
    Sequential alone = Student(seed);
    Train(alone, seed, (logits, _, labels) => hard.Compute(logits, labels));
    Sequential taught = Student(seed);

    // The gradients of softened targets are smaller by the temperature's square.
    Train(taught, seed, (logits, x, labels) =>
        (Share * Temperature * Temperature * hard.Compute(logits / Temperature, (teacher.Predict(x) / Temperature).Softmax()))
        + ((1 - Share) * hard.Compute(logits, labels)));
    Console.WriteLine($"student {seed}, {Count(alone):N0} parameters: alone {Accuracy(alone):P2}, taught {Accuracy(taught):P2}");
}

static Sequential Student(ulong seed)
{
    Generator random = new(seed);
    return [new Flatten(), new Dense(784, 24, generator: random), new ReLU(), new Dense(24, 10, generator: random)];
}

void Train(Sequential student, ulong seed, Func<Tensor, Tensor, Tensor, Tensor> loss)
{
    Adam optimizer = new(student.Parameters());
    for (int epoch = 0; epoch < epochs; epoch++)
    {
        foreach ((Tensor x, Tensor y) in train.Batches(64, seed: seed))
        {
            optimizer.ZeroGradients();
            loss(student.Forward(x), x, y).Backward();
            optimizer.Step();
        }
    }
}

double Accuracy(Module model) => model.Evaluate(digits.Test, metrics: [new Accuracy()])["accuracy"];

static int Count(Module model) => model.Parameters().Sum(static parameter => parameter.Count);
