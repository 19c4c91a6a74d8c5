using DeepSharp.Optim;

namespace DeepSharp.Benchmarks.Measure;

/// <summary>A step over ten million parameters in fifty tensors, and what a copy of as many bytes would take.</summary>
internal static class Optimizers
{
    private const int Tensors = 50;
    private const int Elements = 200_000;

    internal static void Run()
    {
        // A step reads values, gradients and state, and writes values and state.
        double copy = CopyBandwidth();
        Timing.Row("copy_bandwidth", "GB/s", copy / 1e9);
        Step("sgd_momentum", parameters => new SGD(parameters, learningRate: 1e-4, momentum: 0.9), arrays: 5, copy);
        Step("adam", parameters => new Adam(parameters, learningRate: 1e-4), arrays: 7, copy);
    }

    private static void Step(string name, Func<Parameter[], Optimizer> make, int arrays, double copyBandwidth)
    {
        Parameter[] parameters = [.. Enumerable.Range(0, Tensors).Select(_ => new Parameter(Tensor.Normal([400, 500])))];
        Optimizer optimizer = make(parameters);
        foreach (Parameter parameter in parameters)
        {
            (parameter * Tensor.Normal([400, 500])).Sum().Backward();
        }

        double seconds = Timing.MedianSeconds(optimizer.Step);
        Timing.Row($"optimizer.{name}", "us", seconds * 1e6);
        double moved = (double)arrays * Tensors * Elements * sizeof(float);
        Timing.Row($"optimizer.{name}.of_copy_bandwidth", "percent", 100 * moved / seconds / copyBandwidth);
    }

    private static double CopyBandwidth()
    {
        Tensor from = Tensor.Normal([Tensors * Elements]);
        Tensor to = Tensor.Zeros([Tensors * Elements]);
        double seconds = Timing.MedianSeconds(() => to.CopyFrom(from));
        return 2.0 * Tensors * Elements * sizeof(float) / seconds;
    }
}
