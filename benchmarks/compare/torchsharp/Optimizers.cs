using TorchSharp.Modules;
using static TorchSharp.torch;

namespace DeepSharp.Benchmarks.Measure;

/// <summary>A step over ten million parameters in fifty tensors.</summary>
internal static class Optimizers
{
    internal static void Run()
    {
        Step("sgd_momentum", static parameters => optim.SGD(parameters, learningRate: 1e-4, momentum: 0.9));
        Step("adam", static parameters => optim.Adam(parameters, lr: 1e-4));
    }

    private static void Step(string name, Func<Parameter[], optim.Optimizer> make)
    {
        Parameter[] parameters = [.. Enumerable.Range(0, 50).Select(static _ => new Parameter(randn(400, 500)))];
        foreach (Parameter parameter in parameters)
        {
            parameter.grad = randn(400, 500);
        }

        optim.Optimizer optimizer = make(parameters);
        Timing.Microseconds($"optimizer.{name}", () => optimizer.step());
    }
}
