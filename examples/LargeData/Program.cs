// A set of eight times the memory that the program may take: written in parts, mapped, and read a few batches ahead. Of a file that is mapped,
// the system keeps as much at hand as it has room for; that is not the program's.
using DeepSharp;
using DeepSharp.Data;
using DeepSharp.Layers;
using DeepSharp.Optim;
using DeepSharp.Persistence;
using DeepSharp.Training;

const int Features = 64;
const int PartSize = 8192;
const double MegaByte = 1024 * 1024;
int samples = args.Length > 0 && int.TryParse(args[0], out int wanted) && wanted > 0 ? wanted : 1_000_000;
Device.Default = Device.Cpu;
Device.Cpu.MemoryLimit = 32 * 1024 * 1024;
string path = Path.Combine(Path.GetTempPath(), $"large-data-{Guid.NewGuid():N}.npy");
try
{
    // What a network of random weights says of random points is what the new one is to learn.
    Generator random = new(seed: 1);
    Sequential teacher = [new Dense(Features, 16, generator: random), new Tanh(), new Dense(16, 2, generator: random)];
    int[] labels = new int[samples];
    Npy.Save(path, samples, Parts());

    using RowSource points = RowSource.FromNpy(path);
    Dataset data = new(points, RowSource.FromTensor(Tensor.From(labels)));
    Dataset train = data.Take(samples / 10 * 9);
    Dataset test = data.Slice(train.Count, samples - train.Count);
    Sequential model = [new Dense(Features, 64, generator: random), new ReLU(), new Dense(64, 2, generator: random)];
    model.Fit(train, new Adam(model.Parameters(), learningRate: 2e-3), epochs: 1, batchSize: 256, seed: 1);
    double accuracy = model.Evaluate(test, metrics: [new Accuracy()])["accuracy"];

    Console.WriteLine($"set: {new FileInfo(path).Length / MegaByte:F0} MB in a file");
    Console.WriteLine($"limit: {Device.Cpu.MemoryLimit / MegaByte:F0} MB for tensors, as much for other objects");
    Console.WriteLine($"peak: {Device.Cpu.Statistics.PeakBytes / MegaByte:F1} MB of tensors, {GC.GetGCMemoryInfo().TotalCommittedBytes / MegaByte:F1} MB of other objects");
    Console.WriteLine($"test accuracy: {accuracy:P2}");

    IEnumerable<Tensor> Parts()
    {
        for (int first = 0; first < samples; first += PartSize)
        {
            using TensorScope scope = Tensor.Scope();
            Tensor part = Tensor.Normal([Math.Min(PartSize, samples - first), Features], generator: random).Keep();
            teacher.Predict(part).ArgMax(1).To(DType.Int32).ToArray<int>().CopyTo(labels, first);
            yield return part;
        }
    }
}
finally
{
    File.Delete(path);
}
