using System.Diagnostics;
using System.Globalization;
using DeepSharp;
using DeepSharp.Data;
using DeepSharp.Examples;
using DeepSharp.Examples.Mnist;
using DeepSharp.Layers;
using DeepSharp.Optim;
using DeepSharp.Persistence;
using DeepSharp.Training;

return CommandLine.Build(Run).Run(args);

static int Run(Options options)
{
    try
    {
        Train(options);
        return 0;
    }
    catch (Exception error) when (error is DeviceException or IOException or InvalidDataException or UnauthorizedAccessException
        or ArgumentException)
    {
        Console.Error.WriteLine($"error: {error.Message}");
        return 1;
    }
}

static void Train(Options options)
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

    Sequential model = Network.Make(options.Model, new Generator(options.Seed));
    Optimizer optimizer = Optimizers.Make(options.Optimizer, model.Parameters(), options.LearningRate);
    bool dropLast = train.Count > options.Batch && train.Count % options.Batch == 1;
    if (options.Schedule == "cosine")
    {
        optimizer.Schedule = new CosineAnnealing(options.Epochs * train.Batches(options.Batch, dropLast: dropLast).Count);
    }

    Console.WriteLine(model.Summary([options.Batch, 28, 28]));
    Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{train.Count:N0} training and {test.Count:N0} test images on {device.Name}; {options.Optimizer}, "
        + $"learning rate {options.LearningRate}{(options.Schedule == "cosine" ? " falling along a cosine" : "")}"));

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
    History history = LiveProgress.Show(progress => model.Fit(
        train, optimizer, epochs: options.Epochs, batchSize: options.Batch, metrics: [new Accuracy()], validation: test,
        seed: options.Seed, dropLast: dropLast, callbacks: [progress, milestone], mixedPrecision: precision));
    double seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;

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
}
