// Knowledge distillation (Hinton, Vinyals, Dean 2015): a small network learns a large one's probabilities, on images that nobody has
// labelled, against the same small network that learns from the labels there are.
using DeepSharp;
using DeepSharp.Data;
using DeepSharp.Layers;
using DeepSharp.Optim;
using DeepSharp.Training;

const double Temperature = 2;
int epochs = args.Length > 0 && int.TryParse(args[0], out int wanted) && wanted > 0 ? wanted : 20;
MnistData digits = MnistData.Load(Path.Combine(AppContext.BaseDirectory, "mnist"));
Dataset labelled = digits.Train.Take(6000);

Generator.Default = new Generator(seed: 1);
Sequential teacher =
[
    new Flatten(), new Dense(784, 512), new BatchNorm(512), new ReLU(), new Dropout(0.3),
    new Dense(512, 512), new BatchNorm(512), new ReLU(), new Dropout(0.3), new Dense(512, 10),
];
teacher.Fit(labelled, new Adam(teacher.Parameters()), epochs: epochs, batchSize: 64, seed: 1);
Console.WriteLine($"teacher, {Count(teacher):N0} parameters, {labelled.Count:N0} labels: {Accuracy(teacher):P2}");

CrossEntropyLoss loss = new();
for (ulong seed = 1; seed <= 3; seed++)
{
    Sequential alone = Student(seed);
    alone.Fit(labelled, new Adam(alone.Parameters()), epochs: epochs, batchSize: 64, seed: seed);
    Sequential taught = Student(seed);
    Teach(taught, seed);
    Console.WriteLine($"student {seed}, {Count(alone):N0} parameters: from labels {Accuracy(alone):P2}, from the teacher {Accuracy(taught):P2}");
}

static Sequential Student(ulong seed)
{
    Generator random = new(seed);
    return [new Flatten(), new Dense(784, 24, generator: random), new ReLU(), new Dense(24, 10, generator: random)];
}

// As many steps as from the labels. A temperature above 1 shows what the teacher takes a digit for besides; its square makes up for the
// smaller gradients.
void Teach(Sequential student, ulong seed)
{
    Adam optimizer = new(student.Parameters());
    BatchSequence batches = digits.Train.Batches(64, seed: seed, dropLast: true);
    int steps = epochs * (labelled.Count / 64);
    while (steps > 0)
    {
        foreach ((Tensor x, _) in batches.Take(steps))
        {
            Tensor target = (teacher.Predict(x) / Temperature).Softmax();
            optimizer.ZeroGradients();
            (loss.Compute(student.Forward(x) / Temperature, target) * (Temperature * Temperature)).Backward();
            optimizer.Step();
            steps--;
        }
    }
}

double Accuracy(Module model) => model.Evaluate(digits.Test, metrics: [new Accuracy()])["accuracy"];

static int Count(Module model) => model.Parameters().Sum(static parameter => parameter.Count);
