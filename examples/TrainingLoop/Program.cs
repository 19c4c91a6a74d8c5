// The network of examples/Mnist, trained by hand: this is all that Fit does to train, to end after a step on Ctrl-C or SIGTERM, and to go on.
// Arguments: the number of epochs; --checkpoint FILE to save after each epoch; --resume to go on from there.
using DeepSharp;
using DeepSharp.Data;
using DeepSharp.Examples;
using DeepSharp.Layers;
using DeepSharp.Optim;
using DeepSharp.Training;

int epochs = args.Length > 0 && int.TryParse(args[0], out int wanted) && wanted > 0 ? wanted : 5;
string? file = Array.IndexOf(args, "--checkpoint") is >= 0 and int at && at + 1 < args.Length ? args[at + 1] : null;
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
TrainingCheckpoint training = new(model, optimizer);
if (file is not null && args.Contains("--resume"))
{
    training.Load(file);
}

using Interruption interruption = new();
for (; training.Epoch <= epochs; training.NextEpoch())
{
    model.Train();
    foreach ((Tensor x, Tensor y) in digits.Train.Batches(128, seed: 1, epoch: training.Epoch).Skip(training.Batch))
    {
        optimizer.ZeroGradients();
        loss.Compute(model.Forward(x), y).Backward();
        optimizer.Step();
        training.Batch++;
        if (interruption.Token.IsCancellationRequested)
        {
            break;
        }
    }

    if (file is not null)
    {
        training.Save(file);
    }

    if (interruption.Token.IsCancellationRequested)
    {
        Console.WriteLine($"stopped in epoch {training.Epoch} after batch {training.Batch}");
        return 130;
    }

    model.Eval();
    double correct = 0;
    using NoGrad noGrad = new();
    foreach ((Tensor x, Tensor y) in digits.Test.Batches(1000, shuffle: false))
    {
        correct += model.Forward(x).ArgMax(1).Equal(y.To(DType.Int64)).Sum().Item();
    }

    Console.WriteLine($"epoch {training.Epoch}: test accuracy {correct / digits.Test.Count:P2}");
}

return 0;
