using System.CommandLine;
using System.Diagnostics;
using System.Text.Json.Nodes;
using DeepSharp.Examples;
using DeepSharp.Layers;
using DeepSharp.Optim;

namespace DeepSharp.Tool;

/// <summary><c>deepsharp bench</c></summary>
internal static class BenchCommand
{
    internal static Command Make()
    {
        Option<string> model = Choice("--model", "The network: 784-256-128-10, a LeNet for 28 x 28, an LSTM over 50 steps, or two transformer layers over 64.", "mlp", "cnn", "lstm", "transformer");
        Option<string> device = Choice("--device", "Where it runs.", "default", "cpu", "cuda", "opencl", "emulated");
        Option<int> batch = NumberOption.Make("--batch", "The samples of a batch.", 128, 1, 1 << 20);
        Option<double> seconds = NumberOption.Make("--seconds", "How long it is measured, after as many steps as it takes to be warm.", 3.0, 0.01, 3600.0);
        Option<bool> json = Output.Json();
        Command command = new("bench", "Train a network on noise with Adam and say how fast.") { model, device, batch, seconds, json };
        command.SetAction(parsed => Run(
            parsed.GetRequiredValue(model), DeviceOf(parsed.GetRequiredValue(device)), parsed.GetValue(batch), parsed.GetValue(seconds), parsed.GetValue(json)));
        return command;
    }

    private static Option<string> Choice(string name, string description, params string[] choices)
    {
        Option<string> option = new(name) { Description = description, DefaultValueFactory = _ => choices[0] };
        option.AcceptOnlyFromAmong(choices);
        return option;
    }

    private static Device DeviceOf(string name) => name switch
    {
        "cpu" => Device.Cpu,
        "cuda" => Device.Cuda(),
        "opencl" => Device.OpenCL(),
        "emulated" => Device.Emulated,
        _ => Device.Default,
    };

    private static void Run(string name, Device device, int batch, double seconds, bool json)
    {
        Device.Default = device;
        (Module model, Tensor x) = Make(name, batch);
        Tensor labels = Tensor.Uniform([batch], 0, 10).To(DType.Int64);
        Adam optimizer = new(model.Parameters());
        CrossEntropyLoss loss = new();
        List<double> times = [];
        Measure(seconds / 4);
        times.Clear();
        Measure(seconds);
        times.Sort();
        double median = times[times.Count / 2];
        long peak = device.Statistics.PeakBytes;
        if (json)
        {
            Output.Write(new JsonObject
            {
                ["model"] = name,
                ["device"] = device.ToString(),
                ["name"] = device.Name,
                ["batch"] = batch,
                ["steps"] = times.Count,
                ["step_milliseconds"] = median * 1e3,
                ["fastest_milliseconds"] = times[0] * 1e3,
                ["samples_per_second"] = batch / median,
                ["peak_bytes"] = peak,
            });
            return;
        }

        Console.WriteLine(Output.Text($"{name} on {device.Name}, batches of {batch}: {model.Parameters().Sum(static one => (long)one.Count):N0} parameters"));
        Console.WriteLine(Output.Text(
            $"{batch / median:N0} samples/s; a step takes {median * 1e3:0.###} ms (median of {times.Count:N0}, fastest {times[0] * 1e3:0.###}); at most {Output.Bytes(peak)} of tensors"));

        void Measure(double length)
        {
            for (Stopwatch all = Stopwatch.StartNew(); times.Count < 3 || all.Elapsed.TotalSeconds < length;)
            {
                long began = Stopwatch.GetTimestamp();
                optimizer.ZeroGradients();
                loss.Compute(model.Forward(x), labels).Backward();
                optimizer.Step();
                device.Synchronize();
                times.Add(Stopwatch.GetElapsedTime(began).TotalSeconds);
            }
        }
    }

    private static (Module Model, Tensor X) Make(string name, int batch) => name switch
    {
        "cnn" => (new Sequential(
            new Conv2D(1, 16, 3, padding: 1), new ReLU(), new MaxPool2D(2), new Conv2D(16, 32, 3, padding: 1), new ReLU(), new MaxPool2D(2), new Flatten(),
            new Dense(1568, 128), new ReLU(), new Dense(128, 10)), Tensor.Normal([batch, 1, 28, 28])),
        "lstm" => (new Sequential(new LSTM(64, 128, batchFirst: true), new Flatten(), new Dense(50 * 128, 10)), Tensor.Normal([batch, 50, 64])),
        "transformer" => (new Sequential(
            new TransformerEncoder([Layer(), Layer()]), new Flatten(), new Dense(64 * 128, 10)), Tensor.Normal([batch, 64, 128])),
        _ => (new Sequential(new Dense(784, 256), new ReLU(), new Dense(256, 128), new ReLU(), new Dense(128, 10)), Tensor.Normal([batch, 784])),
    };

    private static TransformerEncoderLayer Layer() => new(128, 4, 512, batchFirst: true);
}
