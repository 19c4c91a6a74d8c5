// A training that can be ended at any moment, by Ctrl-C, kill -9 or a power cut. Started again, it goes on where it was last saved, and
// comes to the same bits as if nothing had happened.
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using DeepSharp;
using DeepSharp.Data;
using DeepSharp.Examples;
using DeepSharp.Layers;
using DeepSharp.Optim;
using DeepSharp.Training;

string folder = args.Length > 0 ? args[0] : ".";
int epochs = args.Length > 1 && int.TryParse(args[1], NumberStyles.None, CultureInfo.InvariantCulture, out int wanted) && wanted > 0 ? wanted : 20;
Device.Default = Device.Cpu;
Generator.Default = new Generator(seed: 1);

// Points in a plane, and whether they lie in a ring.
Tensor points = Tensor.Normal([1000, 2], generator: new Generator(seed: 2));
Tensor isNear = points.Square().Sum(1) < 1.5;
Dataset data = new(points, isNear.To(DType.Int64));

Sequential model = [new Dense(2, 32), new BatchNorm(32), new ReLU(), new Dropout(0.1), new Dense(32, 2)];
Adam optimizer = new(model.Parameters(), learningRate: 0.01);
string checkpoint = Path.Combine(folder, "resume.safetensors");
using Interruption interruption = new();
try
{
    History history = model.Fit(
        data, optimizer, epochs: epochs, batchSize: 20, seed: 1, metrics: [new Accuracy()], validationSplit: 0.1, cancellationToken: interruption.Token,
        callbacks: [new ModelCheckpoint(checkpoint, everySteps: 5), new CsvLogger(Path.Combine(folder, "resume.csv")), new EarlyStopping(patience: 1000)],
        resumeFrom: TrainingCheckpoint.Latest(checkpoint));
    Console.WriteLine(history);
    if (history.StoppedEarly)
    {
        Console.WriteLine($"stopped, and saved in {checkpoint}; start again to go on");
        return 130;
    }
}
catch (Exception error) when (error is IOException or InvalidDataException or UnauthorizedAccessException)
{
    Console.Error.WriteLine($"error: {error.Message}");
    return 1;
}

using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
foreach (Tensor value in model.State().Values)
{
    hash.AppendData(MemoryMarshal.AsBytes<float>(value.To(DType.Float32).ToArray<float>()));
}

Console.WriteLine($"weights {Convert.ToHexStringLower(hash.GetHashAndReset())}");
return 0;
