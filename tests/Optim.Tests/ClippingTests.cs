using DeepSharp.Optim;
using DeepSharp.Testing;

namespace DeepSharp.Tests;

/// <summary>Clipping by value, norm and global norm, and steps skipped because gradients are not finite.</summary>
public class ClippingTests
{
    public static IEnumerable<object[]> Names => Golden.Names("optimizers", "clip_grad_norm", "clip_grad_value");

    [Theory]
    [MemberData(nameof(Names))]
    public void Clipped_gradients_agree_with_PyTorch(string name)
    {
        GoldenCase golden = Golden.Load("optimizers")[name];
        DType dtype = golden.DType == "float32" ? DType.Float32 : DType.Float64;
        string[] names = ["a", "b", "c"];
        Parameter[] parameters = [.. names.Select(n => new Parameter(Tensor.Zeros(new Shape([.. golden.Inputs[n].Shape]), dtype, Device.Cpu)))];
        SGD optimizer = new(parameters[..2], 1);
        optimizer.AddGroup([parameters[2]]);
        optimizer.Clipping = golden.Kind == "clip_grad_value"
            ? GradientClipping.ByValue(golden.Options.Number("clip_value"))
            : GradientClipping.ByGlobalNorm(golden.Options.Number("max_norm"), Exponent(golden.Options.Text("norm_type")));
        SetGradients(parameters, names, golden);
        optimizer.Step();
        double tolerance = dtype == DType.Float32 ? 1e-6 : 1e-12;
        for (int i = 0; i < names.Length; i++)
        {
            golden.Outputs[names[i]].AssertClose([.. parameters[i].Values().Select(static x => -x)], tolerance, tolerance);
        }

        if (golden.Kind == "clip_grad_norm")
        {
            Assert.Equal(golden.Outputs["norm"].Scalar, optimizer.GradientNorm, golden.Outputs["norm"].Scalar * tolerance);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(double.PositiveInfinity)]
    public void Clipping_by_norm_treats_each_parameter_by_itself(double norm)
    {
        double[][] gradients = [[3, -4], [0.1, 0.2, -0.2], [.. Enumerable.Range(0, 5000).Select(static i => Math.Sin(i))]];
        foreach (Device device in new[] { Device.Cpu, TestDevice.Gpu })
        {
            Parameter[] parameters = [.. gradients.Select(g => Surface.Parameter(new double[g.Length], DType.Float64, device))];
            SGD optimizer = new(parameters, 1) { Clipping = GradientClipping.ByNorm(1.5, norm) };
            for (int i = 0; i < parameters.Length; i++)
            {
                parameters[i].Gradient!.CopyFrom<double>(gradients[i]);
            }

            optimizer.Step();
            for (int i = 0; i < parameters.Length; i++)
            {
                double length = norm == 1 ? gradients[i].Sum(Math.Abs) : norm == 2
                    ? Math.Sqrt(gradients[i].Sum(static x => x * x)) : gradients[i].Max(Math.Abs);
                double factor = Math.Min(1, 1.5 / (length + 1e-6));
                double[] found = parameters[i].Values();
                Assert.All(found, (x, at) => Assert.Equal(-gradients[i][at] * factor, x, 1e-12));
            }
        }
    }

    [Fact]
    public void Clipping_by_global_norm_is_folded_into_the_update()
    {
        Adam optimizer = new([Surface.Parameter([1, 2]), Surface.Parameter([3])]) { Clipping = GradientClipping.ByGlobalNorm(1) };
        optimizer.WithGradients().Step();
        long before = Device.Cpu.Statistics.Launches;
        optimizer.Step();
        Assert.Equal(3, Device.Cpu.Statistics.Launches - before);
    }

    [Fact]
    public void The_global_norm_spans_element_types_and_devices()
    {
        Parameter single = Surface.Parameter([0], DType.Float32);
        Parameter wide = Surface.Parameter([0], DType.Float64);
        Parameter there = Surface.Parameter([0], DType.Float64, TestDevice.Gpu);
        SGD optimizer = new([single, wide, there], 1) { Clipping = GradientClipping.ByGlobalNorm(1) };
        single.Gradient!.Fill(2);
        wide.Gradient!.Fill(3);
        there.Gradient!.Fill(6);
        optimizer.Step();
        Assert.Equal(-2 / 7.0, single.Item(), 1e-6);
        Assert.Equal(-3 / 7.0, wide.Item(), 1e-6);
        Assert.Equal(-6 / 7.0, there.Item(), 1e-6);
        Assert.Equal(7, optimizer.GradientNorm, 1e-6);
    }

    [Theory]
    [InlineData(double.NaN, true)]
    [InlineData(double.PositiveInfinity, true)]
    [InlineData(double.NaN, false)]
    [InlineData(double.NegativeInfinity, false)]
    public void A_step_with_gradients_that_are_not_finite_changes_nothing_and_is_counted(double bad, bool clips)
    {
        foreach (Device device in new[] { Device.Cpu, TestDevice.Gpu })
        {
            Parameter a = Surface.Parameter([1, 2, 3], DType.Float32, device);
            Parameter b = Surface.Parameter([4], DType.Float32, device);
            Adam optimizer = new([a], 0.1) { SkipsNonFinite = true, Clipping = clips ? GradientClipping.ByGlobalNorm(1) : null };
            optimizer.AddGroup([b]);
            a.Gradient!.Fill(1);
            b.Gradient!.Fill(1);
            optimizer.Step();
            Assert.Equal(0, optimizer.SkippedSteps);
            (double[] values, double[] more) = (a.Values(), b.Values());
            Dictionary<string, double[]> state = optimizer.State().ToDictionary(static p => p.Key, static p => p.Value.Values());
            a.Gradient![1].Fill(bad);
            optimizer.Step();
            Assert.Equal(1, optimizer.SkippedSteps);
            Assert.Equal(values, a.Values());
            Assert.Equal(more, b.Values());
            Assert.All(optimizer.State().Where(static p => p.Key.StartsWith("state.", StringComparison.Ordinal)),
                pair => Assert.Equal(state[pair.Key], pair.Value.Values()));
            a.Gradient!.Fill(1);
            optimizer.Step();
            Assert.Equal(1, optimizer.SkippedSteps);
            Assert.NotEqual(values, a.Values());
        }
    }

    [Fact]
    public void Bad_limits_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => GradientClipping.ByValue(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => GradientClipping.ByValue(double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => GradientClipping.ByNorm(1, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => GradientClipping.ByGlobalNorm(1, 0.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => GradientClipping.ByGlobalNorm(double.PositiveInfinity));
    }

    private static double Exponent(string text) =>
        text == "inf" ? double.PositiveInfinity : double.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

    private static void SetGradients(Parameter[] parameters, string[] names, GoldenCase golden)
    {
        for (int i = 0; i < names.Length; i++)
        {
            double[] values = golden.Inputs[names[i]].ToDoubles();
            parameters[i].Gradient!.CopyFrom(Tensor.From(values, parameters[i].Shape, Device.Cpu).To(parameters[i].DType));
        }
    }
}
