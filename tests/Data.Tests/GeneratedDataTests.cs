using DeepSharp.Data;

namespace DeepSharp.Tests;

/// <summary>Generated sets keep to their definitions.</summary>
public class GeneratedDataTests
{
    [Fact]
    public void Blobs_are_normal_clouds()
    {
        Dataset data = GeneratedData.Blobs(3000, 3, 4, 0.5, seed: 1, Device.Cpu);
        float[] x = data.Features.ToArray<float>();
        int[] y = data.Targets.ToArray<int>();
        Assert.Equal(new Shape(3000, 4), data.Features.Shape);
        for (int label = 0; label < 3; label++)
        {
            Assert.Equal(1000, y.Count(l => l == label));
            for (int axis = 0; axis < 4; axis++)
            {
                double[] own = [.. Enumerable.Range(0, 3000).Where(i => y[i] == label).Select(i => (double)x[(4 * i) + axis])];
                double mean = own.Average();
                Assert.InRange(mean, -10.1, 10.1);
                Assert.Equal(0.25, own.Average(v => (v - mean) * (v - mean)), 0.05);
            }
        }

        Assert.InRange(y[..100].Count(static l => l == 0), 15, 55);
        Reproducible(seed => GeneratedData.Blobs(50, seed: seed, device: Device.Cpu));
    }

    [Fact]
    public void Moons_are_half_circles()
    {
        Dataset data = GeneratedData.Moons(101, seed: 2, device: Device.Cpu);
        float[] x = data.Features.ToArray<float>();
        int[] y = data.Targets.ToArray<int>();
        Assert.Equal(51, y.Count(static l => l == 0));
        for (int i = 0; i < 101; i++)
        {
            (double a, double b) = y[i] == 0 ? (x[2 * i], x[(2 * i) + 1]) : (1 - x[2 * i], 0.5 - x[(2 * i) + 1]);
            Assert.Equal(1, (a * a) + (b * b), 1e-5);
            Assert.True(b > -1e-6);
        }

        Near(0.1, GeneratedData.Moons(4000, seed: 2, device: Device.Cpu), GeneratedData.Moons(4000, 0.1, 2, Device.Cpu));
        Reproducible(seed => GeneratedData.Moons(50, 0.1, seed, Device.Cpu));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void Spirals_go_round(int arms)
    {
        Dataset data = GeneratedData.Spirals(300, arms, 0, 0.75, 3, Device.Cpu);
        float[] x = data.Features.ToArray<float>();
        int[] y = data.Targets.ToArray<int>();
        for (int i = 0; i < 300; i++)
        {
            double radius = Math.Sqrt((x[2 * i] * x[2 * i]) + (x[(2 * i) + 1] * x[(2 * i) + 1]));
            double angle = 2 * Math.PI * ((0.75 * radius) + ((double)y[i] / arms));
            Assert.Equal(radius * Math.Cos(angle), x[2 * i], 1e-5);
            Assert.Equal(radius * Math.Sin(angle), x[(2 * i) + 1], 1e-5);
        }

        Assert.Equal(300 / arms, y.Count(l => l == arms - 1));
        Near(0.02, data: GeneratedData.Spirals(3000, arms, 0, seed: 3, device: Device.Cpu), noisy: GeneratedData.Spirals(3000, arms, seed: 3, device: Device.Cpu));
        Reproducible(seed => GeneratedData.Spirals(50, arms, seed: seed, device: Device.Cpu));
    }

    [Fact]
    public void Regression_is_linear()
    {
        (Dataset data, double[] weights) = GeneratedData.Regression(2000, 3, 0, 5, 4, Device.Cpu);
        float[] x = data.Features.ToArray<float>();
        float[] y = data.Targets.ToArray<float>();
        Assert.All(weights, static weight => Assert.InRange(weight, 0, 100));
        for (int i = 0; i < y.Length; i++)
        {
            Assert.Equal(5 + Enumerable.Range(0, 3).Sum(axis => weights[axis] * x[(3 * i) + axis]), y[i], 1e-3);
        }

        Assert.Equal(0, x.Average(), 0.06);
        Assert.Equal(1, x.Average(static v => v * v), 0.08);
        float[] noisy = GeneratedData.Regression(2000, 3, 2, 5, 4, Device.Cpu).Data.Targets.ToArray<float>();
        Assert.Equal(4, y.Zip(noisy).Average(static pair => (pair.First - pair.Second) * (pair.First - pair.Second)), 0.6);
    }

    [Fact]
    public void Sine_waves_go_on()
    {
        Dataset data = GeneratedData.SineWaves(200, 20, seed: 5, device: Device.Cpu);
        float[] x = data.Features.ToArray<float>();
        float[] y = data.Targets.ToArray<float>();
        Assert.Equal((new Shape(200, 20, 1), new Shape(200, 1)), (data.Features.Shape, data.Targets.Shape));
        for (int i = 0; i < 200; i++)
        {
            // sin(a + d) + sin(a - d) = 2 sin(a) cos(d): one number d for the whole wave.
            float[] wave = [.. x[(20 * i)..((20 * i) + 20)], y[i]];
            int largest = Enumerable.Range(1, 19).MaxBy(t => Math.Abs(wave[t]));
            double cosine = (wave[largest - 1] + wave[largest + 1]) / (2 * wave[largest]);
            Assert.InRange(Math.Acos(Math.Clamp(cosine, -1, 1)) / (2 * Math.PI), 0.0199, 0.1001);
            for (int t = 1; t < 20; t++)
            {
                Assert.Equal(2 * wave[t] * cosine, wave[t - 1] + wave[t + 1], 1e-4);
            }
        }

        Reproducible(seed => GeneratedData.SineWaves(50, 8, 0.1, seed, Device.Cpu));
    }

    private static void Near(double noise, Dataset data, Dataset noisy)
    {
        Assert.Equal(data.Targets.ToArray<int>(), noisy.Targets.ToArray<int>());
        Assert.Equal(
            noise * noise, data.Features.ToArray<float>().Zip(noisy.Features.ToArray<float>()).Average(static pair => Math.Pow(pair.First - pair.Second, 2)), 0.1 * noise * noise);
    }

    private static void Reproducible(Func<ulong, Dataset> make)
    {
        Assert.Equal(make(3).Features.ToArray<float>(), make(3).Features.ToArray<float>());
        Assert.NotEqual(make(3).Features.ToArray<float>(), make(4).Features.ToArray<float>());
        Assert.Equal(0, make(3).Take(0).Count);
    }
}
