// The network of examples/Mnist on several processes:
//   dotnet build -c Release examples/Distributed
//   mpirun -np 2 dotnet examples/Distributed/bin/Release/net10.0/Distributed.dll
// Arguments: the number of epochs; --shard to cut the optimizer's state into one part for each process; --checkpoint FILE to save after each epoch, and to go
// on from there if the file exists, with any number of processes.
using DeepSharp;
using DeepSharp.Data;
using DeepSharp.Distributed;
using DeepSharp.Layers;
using DeepSharp.Optim;
using DeepSharp.Training;

int epochs = args.Length > 0 && int.TryParse(args[0], out int wanted) && wanted > 0 ? wanted : 5;
string? file = Array.IndexOf(args, "--checkpoint") is >= 0 and int at && at + 1 < args.Length ? args[at + 1] : null;
Communicator world = Communicator.World;

// Processes of one machine share its cores.
CpuKernels.Threads = Math.Max(1, Environment.ProcessorCount / world.Size);
Generator.Default = new Generator(seed: 1);
MnistData digits = MnistData.Load(Path.Combine(AppContext.BaseDirectory, "mnist"));
Sequential model =
[
    new Flatten(),
    new Dense(784, 256), new BatchNorm(256), new ReLU(),
    new Dense(256, 128), new BatchNorm(128), new ReLU(),
    new Dense(128, 10),
];
Adam optimizer = new(model.Parameters(), learningRate: 1e-3);
using DataParallel parallel = new(world, model, optimizer, new DataParallelOptions { ShardsState = args.Contains("--shard") });
History history = model.Fit(
    digits.Train, optimizer, epochs: epochs, batchSize: 128, metrics: [new Accuracy()], validation: digits.Test, seed: 1, dropLast: true,
    callbacks: file is null ? [new ProgressLines()] : [new ProgressLines(), new ModelCheckpoint(file)],
    resumeFrom: file is not null && File.Exists(file) ? file : null,
    parallel: parallel);
if (parallel.IsPrimary)
{
    Console.WriteLine($"processes={world.Size}");
    Console.WriteLine($"test_accuracy={history.Epochs[^1]["val_accuracy"]:F4}");
}
