using DeepSharp.Layers;
using DeepSharp.Optim;
using DeepSharp.Training;

namespace DeepSharp.Tests;

/// <summary>Training on a device without double precision.</summary>
public class SinglePrecisionTests
{
    private static readonly Device s_single = TestDevice.Gpu.HasDoublePrecision ? Device.EmulatedWithoutDoubles() : TestDevice.Gpu;

    [Fact]
    public void A_network_learns_what_it_learns_on_the_CPU()
    {
        (double[] expected, Dictionary<string, float[]> onCpu) = Train(Device.Cpu, DType.Float32);
        (double[] losses, Dictionary<string, float[]> values) = Train(s_single, DType.Float32);
        Assert.Equal(expected, losses, (a, b) => Math.Abs(a - b) < 1e-4);
        foreach ((string name, float[] of) in onCpu)
        {
            Assert.Equal(of, values[name], (a, b) => Math.Abs(a - b) < 1e-3f);
        }
    }

    [Fact]
    public void A_network_learns_with_products_of_16_bits()
    {
        (double[] expected, _) = Train(Device.Cpu, DType.Float16);
        (double[] losses, _) = Train(s_single, DType.Float16);
        Assert.Equal(expected, losses, (a, b) => Math.Abs(a - b) < 1e-2);
    }

    [Fact]
    public void Float64_is_refused_by_name()
    {
        Assert.False(s_single.HasDoublePrecision);
        Assert.True(Device.Cpu.HasDoublePrecision);
        using TensorScope scope = Tensor.Scope();
        Tensor single = Tensor.Ones(3, device: s_single);
        Tensor wide = Tensor.Ones(3, DType.Float64, Device.Cpu);
        Says("Zeros", () => Tensor.Zeros([2, 3], DType.Float64, s_single));
        Says("From", () => Tensor.From([1.0, 2.0], 2, s_single));
        Says("Normal", () => Tensor.Normal(3, dtype: DType.Float64, device: s_single));
        Says("Cast", () => single.To(DType.Float64));
        Says("To", () => wide.To(s_single));
        Says("Uniform", () => _ = new Dense(2, 2, dtype: DType.Float64, device: s_single));
        Assert.Equal([1, 1, 1], single.To(Device.Cpu).To(DType.Float64).ToArray<double>());
        Assert.Equal([1, 1, 1], wide.To(DType.Float32).To(s_single).ToArray<float>());
    }

    [Fact]
    public void A_mean_takes_numbers_of_any_type_and_device()
    {
        using RunningMean mean = new();
        using TensorScope scope = Tensor.Scope();
        mean.Add(Tensor.Scalar(2, device: s_single), 1);
        mean.Add(Tensor.Scalar(5, DType.Float64, Device.Cpu), weight: 2, scale: 2);
        mean.Add(Tensor.Scalar(4, DType.Int32, s_single), 1);
        mean.Add(Tensor.Scalar(0.5, DType.Float16, s_single), Tensor.Scalar(4, DType.Int64, Device.Cpu));
        Assert.Equal((2 + 10 + 4 + 2) / 8.0, mean.Result());
        mean.Reset();
        Assert.Equal(double.NaN, mean.Result());
    }

    [Fact]
    public void NaN_is_found()
    {
        using AnomalyMode mode = new();
        using TensorScope scope = Tensor.Scope();
        Assert.Throws<ArithmeticException>(() => Tensor.Full(3, -1, device: s_single).RequireGrad().Log());
    }

    private static void Says(string origin, Action call)
    {
        string message = Assert.Throws<DeviceException>(call).Message;
        Assert.StartsWith(origin + ": a Float64 tensor [", message, StringComparison.Ordinal);
        Assert.Contains(s_single.ToString(), message, StringComparison.Ordinal);
        Assert.Contains("Device.Cpu", message, StringComparison.Ordinal);
    }

    private static (double[] Losses, Dictionary<string, float[]> Values) Train(Device device, DType mixed)
    {
        Sequential model = Problem.Classifier(1, device);
        History history = model.Fit(
            Problem.Rings(64, device), new SGD(model.Parameters(), 0.1, momentum: 0.9), new CrossEntropyLoss(), epochs: 3, batchSize: 16, seed: 1, mixedPrecision: mixed);
        return ([.. history["loss"]], Problem.Values(model));
    }
}
