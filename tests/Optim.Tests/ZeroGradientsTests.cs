using DeepSharp.Optim;

namespace DeepSharp.Tests;

/// <summary>Gradients set to zero: no launch of its own, and the next pass overwrites them; who reads before sees zeros.</summary>
public class ZeroGradientsTests
{
    public static TheoryData<string> Devices => ["cpu", "gpu"];

    [Theory]
    [MemberData(nameof(Devices))]
    public void A_pass_after_it_leaves_the_gradient_of_that_pass_alone(string name)
    {
        Device device = Place(name);
        Parameter a = Of([1, 2, 3], device);
        Parameter weight = new(Tensor.From(new double[,] { { 1, 2, 3 }, { 4, 5, 6 } }, device));
        Parameter bias = Of([0.5, -0.5], device);
        SGD optimizer = new([a, weight, bias], 0.1);
        Tensor x = Tensor.From(new double[,] { { 1, 0, 2 }, { 0, 3, 1 } }, device);
        for (int pass = 0; pass < 3; pass++)
        {
            using TensorScope scope = Tensor.Scope();
            optimizer.ZeroGradients();
            ((a.Square() * 2).Sum() + x.Linear(weight, bias).Sum()).Backward();
            Assert.Equal([4, 8, 12], a.Gradient!.Values());
            Assert.Equal([1, 3, 3, 1, 3, 3], weight.Gradient!.Values());
            Assert.Equal([2, 2], bias.Gradient!.Values());
        }

        using TensorScope last = Tensor.Scope();
        x.Linear(weight, bias).Sum().Backward();
        Assert.Equal([4, 8, 12], a.Gradient!.Values());
        Assert.Equal([2, 6, 6, 2, 6, 6], weight.Gradient!.Values());
        Assert.Equal([4, 4], bias.Gradient!.Values());
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void A_parameter_that_the_next_pass_leaves_out_has_the_gradient_zero(string name)
    {
        Device device = Place(name);
        Parameter a = Of([1, 2], device);
        Parameter b = Of([3, 4], device);
        SGD optimizer = new([a, b], 0.5) { Clipping = GradientClipping.ByGlobalNorm(1000) };
        for (int pass = 0; pass < 2; pass++)
        {
            using TensorScope scope = Tensor.Scope();
            optimizer.ZeroGradients();
            Tensor loss = (3 * a).Sum();
            (pass == 0 ? loss + (7 * b).Sum() : loss).Backward();
            optimizer.Step();
        }

        // b is moved by the first pass only, and only a counts in the second norm.
        Assert.Equal([-2, -1], a.Values());
        Assert.Equal([-0.5, 0.5], b.Values());
        Assert.Equal(Math.Sqrt(18), optimizer.GradientNorm, 12);
        Assert.Equal([0, 0], b.Gradient!.Values());
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void It_shows_in_the_gradients_at_once_and_takes_no_launch(string name)
    {
        Device device = Place(name);
        Parameter a = Of([1, 2], device);
        SGD optimizer = new([a], 0.5);
        using TensorScope scope = Tensor.Scope();
        a.Square().Sum().Backward();
        long before = device.Statistics.Launches;
        optimizer.ZeroGradients();
        Assert.Equal(before, device.Statistics.Launches);
        Assert.Equal([0, 0], a.Gradient!.Values());
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void Passes_over_nothing_leave_zeros(string name)
    {
        Device device = Place(name);
        Parameter weight = new(Tensor.Ones([2, 3], DType.Float64, device));
        Parameter bias = Of([1, 2], device);
        Parameter table = new(Tensor.Ones([4, 3], DType.Float64, device));
        Parameter[] all = [weight, bias, table];
        SGD optimizer = new(all, 0.5);
        for (int pass = 0; pass < 2; pass++)
        {
            using TensorScope scope = Tensor.Scope();
            optimizer.ZeroGradients();
            int rows = pass == 0 ? 2 : 0;
            Tensor looked = table.IndexSelect(Tensor.Zeros([rows], DType.Int64, device));
            (Tensor.Ones([rows, 3], DType.Float64, device) + looked).Linear(weight, bias).Sum().Backward();
            Assert.Equal(pass == 0, all.All(static p => p.Gradient!.Values().Any(static g => g != 0)));
        }

        Assert.All(all, static p => Assert.All(p.Gradient!.Values(), static g => Assert.Equal(0, g)));
    }

    private static Device Place(string name) => name == "cpu" ? Device.Cpu : TestDevice.Gpu;

    private static Parameter Of(double[] values, Device device) => new(Tensor.From(values, device));
}
