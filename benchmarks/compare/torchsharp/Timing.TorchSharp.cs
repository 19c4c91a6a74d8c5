using TorchSharp;

namespace DeepSharp.Benchmarks.Measure;

internal static partial class Timing
{
    private const string Side = "torchsharp";

    private static partial void Call(Action action)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        action();
    }
}
