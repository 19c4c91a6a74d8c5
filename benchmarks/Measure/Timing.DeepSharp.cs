namespace DeepSharp.Benchmarks.Measure;

internal static partial class Timing
{
    private const string Side = "deepsharp";

    private static partial void Call(Action action)
    {
        using TensorScope scope = Tensor.Scope();
        action();
    }
}
