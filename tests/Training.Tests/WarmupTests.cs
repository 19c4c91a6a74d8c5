using DeepSharp.Data;
using DeepSharp.Layers;
using DeepSharp.Optim;
using DeepSharp.Training;

namespace DeepSharp.Tests;

public class WarmupTests
{
    [Fact]
    public void After_a_warm_up_training_compiles_nothing_and_goes_as_without()
    {
        // The warm one goes first; nothing else in these tests needs the kernels of Softplus and NAdam.
        Device device = TestDevice.Gpu;
        Generator before = Generator.Default;
        float[][] results = new float[2][];
        try
        {
            for (int warm = 1; warm >= 0; warm--)
            {
                Generator.Default = new Generator(3);
                Sequential model =
                [
                    new Dense(2, 6, device: device), new BatchNorm(6, device: device), new Softplus(), new Dropout(0.2),
                    new Dense(6, 3, device: device),
                ];
                NAdam optimizer = new(model.Parameters());
                Dataset data = Problem.Rings(12, device);
                Accuracy accuracy = new();
                if (warm == 1)
                {
                    WarmupReport report = device.Warmup(model, data, optimizer, batchSize: 6, metrics: [accuracy]);
                    Assert.Equal(0, optimizer.StepCount);
                    Assert.All(model.Parameters(), static p => Assert.All(p.Gradient!.ToArray<float>(), static g => Assert.Equal(0, g)));
                    Assert.True(report.Kernels > 0, $"{report}");
                    Assert.True(report.CompileTime > TimeSpan.Zero, $"{report}");
                }

                int kernels = device.Statistics.Kernels;
                model.Fit(data, optimizer, epochs: 2, batchSize: 6, metrics: [accuracy], validation: data);
                if (warm == 1)
                {
                    Assert.Equal(kernels, device.Statistics.Kernels);
                }

                results[warm] = [.. model.State().Values.SelectMany(static t => t.To(DType.Float32).ToArray<float>())];
            }
        }
        finally
        {
            Generator.Default = before;
        }

        Assert.Equal(results[0], results[1]);
    }

    [Theory]
    [InlineData(DType.Float16)]
    [InlineData(DType.BFloat16)]
    public void A_warm_up_in_mixed_precision_leaves_nothing_to_compile(DType precision)
    {
        Device device = TestDevice.Gpu;
        Sequential model = [new Dense(2, 8, device: device), new BatchNorm(8, device: device), new SiLU(), new Dense(8, 3, device: device)];
        Adam optimizer = new(model.Parameters());
        Dataset data = Problem.Rings(12, device);
        device.Warmup(model, data, optimizer, batchSize: 6, mixedPrecision: precision);
        Assert.Equal(0, optimizer.StepCount);
        Assert.False(optimizer.SkipsNonFinite);
        int kernels = device.Statistics.Kernels;
        model.Fit(data, optimizer, epochs: 2, batchSize: 6, validation: data, mixedPrecision: precision);
        model.Evaluate(data);
        Assert.Equal(kernels, device.Statistics.Kernels);
        string message = Assert.Throws<ArgumentException>(
            () => device.Warmup(model, data, optimizer, mixedPrecision: DType.Int32)).Message;
        Assert.Contains("Warmup", message, StringComparison.Ordinal);
        Assert.Contains("Int32", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_new_operator_shows_in_the_report_and_the_CPU_has_nothing_to_compile()
    {
        foreach (Device device in (Device[])[TestDevice.Gpu, Device.Cpu])
        {
            // Nothing else in these tests computes in double precision.
            Sequential model = [new Dense(2, 4, dtype: DType.Float64, device: device), new ELU(), new Dense(4, 3, dtype: DType.Float64, device: device)];
            model.Eval();
            Dataset rings = Problem.Rings(9, device);
            Dataset data = new(rings.Features.To(DType.Float64), rings.Targets);
            WarmupReport report = device.Warmup(model, data, new Adamax(model.Parameters()), batchSize: 4);
            Assert.False(model.IsTraining);
            if (device == Device.Cpu)
            {
                Assert.Equal(default, report);
            }
            else
            {
                Assert.True(report.Kernels > 5, $"{report}");
                Assert.True(report.CompileTime > TimeSpan.Zero);
            }
        }
    }

    [Fact]
    public void Data_must_be_there_and_on_the_device()
    {
        Sequential model = [new Dense(2, 3)];
        SGD optimizer = new(model.Parameters(), 0.1);
        string message = Assert.Throws<ArgumentException>(
            () => TestDevice.Gpu.Warmup(model, Problem.Rings(6, Device.Cpu), optimizer)).Message;
        Assert.Contains(TestDevice.Gpu.ToString(), message, StringComparison.Ordinal);
        Assert.Contains("cpu", message, StringComparison.Ordinal);
    }
}
