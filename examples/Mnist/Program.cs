using System.Diagnostics;
using System.Globalization;
using DeepSharp;
using DeepSharp.Data;
using DeepSharp.Examples;
using DeepSharp.Examples.Mnist;
using DeepSharp.Layers;
using DeepSharp.Logging;
using DeepSharp.Optim;
using DeepSharp.Persistence;
using DeepSharp.Training;

return CommandLine.Build(Run).Run(args);

static int Run(Options options)
{
    try
    {
        return Train(options) ? 0 : 130;
    }
    catch (Exception error) when (error is DeviceException or IOException or InvalidDataException or UnauthorizedAccessException
        or ArgumentException)
    {
        Console.Error.WriteLine($"error: {error.Message}");
        return 1;
    }
}

// Whether it came to its end.
static bool Train(Options options)
{
    Device device = options.Device switch
    {
        "cpu" => Device.Cpu,
        "cuda" => Device.Cuda(),
        "opencl" => Device.OpenCL(),
        "emulated" => Device.Emulated,
        _ => Device.Default,
    };
    Device.Default = device;
    MnistData digits = MnistData.Load(options.Data.FullName, device);
    Dataset train = digits.Train.Take(options.Limit ?? int.MaxValue);
    Dataset test = digits.Test.Take(options.Limit ?? int.MaxValue);
    if (options.Augment)
    {
        train = train.Map(new RandomAffine(degrees: (-10, 10), translate: (0.08, 0.08), scale: (0.9, 1.1)));
    }

    Sequential model = Network.Make(options.Model, new Generator(options.Seed));
    Optimizer optimizer = Optimizers.Make(options.Optimizer, model.Parameters(), options.LearningRate);
    bool dropLast = train.Count > options.Batch && train.Count % options.Batch == 1;
    int steps = options.Epochs * train.Batches(options.Batch, dropLast: dropLast).Count;
    optimizer.Schedule = options.Schedule switch
    {
        "cosine" => new CosineAnnealing(steps),
        "one-cycle" => new OneCycle(options.LearningRate, steps, cycleMomentum: false),
        _ => null,
    };

    string course = options.Schedule switch
    {
        "cosine" => " falling along a cosine",
        "one-cycle" => " at the top of one cycle",
        _ => "",
    };
    Console.WriteLine(model.Summary([options.Batch, 28, 28]));
    Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{train.Count:N0} training and {test.Count:N0} test images on {device.Name}; {options.Optimizer}, "
        + $"learning rate {options.LearningRate}{course}{(options.Augment ? ", images turned, shifted and magnified" : "")}"));

    DType precision = options.Precision switch
    {
        "float16" => DType.Float16,
        "bfloat16" => DType.BFloat16,
        _ => DType.Float32,
    };
    if (device.Kind is DeviceKind.Cuda or DeviceKind.OpenCL)
    {
        WarmupReport report = device.Warmup(
            model, train, optimizer, batchSize: options.Batch, metrics: [new Accuracy()], mixedPrecision: precision);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{report.Kernels} kernels compiled in {report.CompileTime.TotalSeconds:0.0} s"));
    }

    Milestone milestone = new(0.99);
    long began = Stopwatch.GetTimestamp();
    string? checkpoint = options.Checkpoint?.FullName;
    using Interruption interruption = new();
    ProgressBar progress = new();
    History history = model.Fit(
        train, optimizer, epochs: options.Epochs, batchSize: options.Batch, metrics: [new Accuracy()], validation: test,
        seed: options.Seed, dropLast: dropLast, callbacks: checkpoint is null ? [progress, milestone] : [progress, milestone, new ModelCheckpoint(checkpoint)],
        mixedPrecision: precision, resumeFrom: options.Resume && checkpoint is not null ? TrainingCheckpoint.Latest(checkpoint) : null,
        cancellationToken: interruption.Token);
    double seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
    if (history.StoppedEarly)
    {
        Console.WriteLine(checkpoint is null ? "stopped" : $"stopped, and saved in {checkpoint}; --resume goes on");
        return false;
    }

    using WeightSwap? average = (optimizer as ScheduleFreeAdamW)?.UseAverage();
    IReadOnlyDictionary<string, double> result = model.Evaluate(test, metrics: [new Accuracy()]);
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"test loss {result["loss"]:F4}, accuracy {result["accuracy"]:P2}"));
    Console.WriteLine(milestone);
    Report.Write(model, test);
    if (options.Out is { } file)
    {
        SafeTensors.Save(file.FullName, model.State());
        Console.WriteLine($"saved {file.FullName}");
    }

    double rate = history.Epochs.Sum(epoch => epoch.SamplesPerSecond) / history.Epochs.Count;
    Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"test_accuracy={result["accuracy"]:F4} seconds={seconds:F2} samples_per_second={rate:F0} device={device}"));
    return true;
}
