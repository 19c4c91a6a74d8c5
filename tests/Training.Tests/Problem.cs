using DeepSharp.Data;
using DeepSharp.Layers;
using DeepSharp.Optim;

namespace DeepSharp.Tests;

/// <summary>Small problems whose training can be worked out by hand.</summary>
internal static class Problem
{
    /// <summary>Inputs of the line: x_i = sin(i), y_i = 2 x_i - 1 + cos(3 i) / 10.</summary>
    internal static (double X, double Y) Point(int i) => (Math.Sin(i), (2 * Math.Sin(i)) - 1 + (Math.Cos(3 * i) / 10));

    internal static Dataset Line(int count, Device? device = null) => new(
        Tensor.From(Enumerable.Range(0, count).Select(static i => Point(i).X).ToArray(), [count, 1], device ?? Device.Cpu),
        Tensor.From(Enumerable.Range(0, count).Select(static i => Point(i).Y).ToArray(), [count, 1], device ?? Device.Cpu));

    /// <summary>y = w x + b in Float64 from w = 0.5, b = 0.25.</summary>
    internal static Dense LineModel() =>
        new(1, 1, weightInitializer: new Constant(0.5), biasInitializer: new Constant(0.25), dtype: DType.Float64, device: Device.Cpu);

    internal static (double W, double B) LineOf(Dense model) => (model.Weight.Item(), model.Bias!.Item());

    /// <summary>Two rings of points, one inside the other; the label says which.</summary>
    internal static Dataset Rings(int count, Device? device = null)
    {
        float[] x = new float[2 * count];
        int[] labels = new int[count];
        for (int i = 0; i < count; i++)
        {
            labels[i] = i % 2;
            double radius = 1 + labels[i] + (0.2 * Math.Sin(7 * i));
            x[2 * i] = (float)(radius * Math.Cos(2.4 * i));
            x[(2 * i) + 1] = (float)(radius * Math.Sin(2.4 * i));
        }

        return new Dataset(Tensor.From(x, [count, 2], device ?? Device.Cpu), Tensor.From(labels, count, device ?? Device.Cpu));
    }

    internal static Sequential Classifier(ulong seed, Device? device = null)
    {
        Generator random = new(seed);
        Device on = device ?? Device.Cpu;
        return [
            new Dense(2, 16, generator: random, device: on), new BatchNorm(16, device: on), new ReLU(),
            new Dropout(0.1, generator: random), new Dense(16, 2, generator: random, device: on)];
    }

    internal static Optimizer Adam(Module model) => new Adam(model.Parameters(), 0.02);

    internal static Dictionary<string, float[]> Values(Module model) =>
        model.State().ToDictionary(static pair => pair.Key, static pair => pair.Value.To(DType.Float32).ToArray<float>());
}
