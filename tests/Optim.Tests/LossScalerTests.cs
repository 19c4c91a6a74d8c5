using DeepSharp.Optim;

namespace DeepSharp.Tests;

/// <summary>Scaling of the loss, against PyTorch's rules for its GradScaler.</summary>
public class LossScalerTests
{
    private static readonly Device[] s_devices = [Device.Cpu, TestDevice.Gpu];

    [Fact]
    public void A_step_is_that_of_the_loss_itself()
    {
        foreach (Device device in s_devices)
        {
            foreach (DType dtype in (DType[])[DType.Float32, DType.Float64])
            {
                using TensorScope scope = Tensor.Scope();
                (Parameter weight, SGD optimizer) = Problem(dtype, device);
                optimizer.Clipping = GradientClipping.ByGlobalNorm(1);
                LossScaler scaler = new();
                Tensor scaled = scaler.Scale((weight * Tensor.From([3.0, 4.0], device).To(dtype)).Sum());
                Assert.Equal(11 * 65536, scaled.Item());
                scaled.Backward();
                scaler.Step(optimizer);

                // The gradient (3, 4) has the norm 5 and is clipped to (0.6, 0.8).
                Assert.Equal([3, 4], Values(weight.Gradient!));
                Assert.Equal(5, optimizer.GradientNorm, 1e-6);
                Assert.Equal(1 - (0.5 * 0.6), Values(weight)[0], 1e-5);
                Assert.Equal(2 - (0.5 * 0.8), Values(weight)[1], 1e-5);
                Assert.Equal(65536, scaler.CurrentScale);
            }
        }
    }

    [Theory]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NaN)]
    public void An_overflow_skips_the_step_and_halves_the_scale(double bad)
    {
        foreach (Device device in s_devices)
        {
            (Parameter weight, SGD optimizer) = Problem(DType.Float32, device);
            LossScaler scaler = new(initialScale: 8);
            Step(scaler, optimizer, weight, bad);
            Assert.Equal([1, 2], Values(weight));
            Assert.Equal((4, 1), (scaler.CurrentScale, optimizer.SkippedSteps));
            Step(scaler, optimizer, weight, bad);
            Assert.Equal(2, scaler.CurrentScale);
            Step(scaler, optimizer, weight, 1);
            Assert.Equal([0.5, 1.5], Values(weight));
            Assert.Equal((2, 2), (scaler.CurrentScale, optimizer.SkippedSteps));
        }
    }

    [Fact]
    public void The_scale_grows_after_an_interval_without_overflows()
    {
        foreach (Device device in s_devices)
        {
            (Parameter weight, SGD optimizer) = Problem(DType.Float32, device);
            LossScaler scaler = new(initialScale: 16, growthFactor: 4, backoffFactor: 0.25, growthInterval: 3);
            double[] gradients = [1, 1, double.NaN, 1, 1, 1, 1, 1, 1, 1];
            double[] scales = [16, 16, 4, 4, 4, 16, 16, 16, 64, 64];
            for (int i = 0; i < gradients.Length; i++)
            {
                Step(scaler, optimizer, weight, gradients[i]);
                Assert.Equal(scales[i], scaler.CurrentScale);
            }

            // Nothing is larger than the largest float.
            LossScaler large = new(initialScale: float.MaxValue, growthInterval: 1);
            Step(large, optimizer, weight, 0);
            Assert.Equal(float.MaxValue, large.CurrentScale);
        }
    }

    [Theory]
    [InlineData(65536, null, 1.0 / 65536)]
    [InlineData(8, 2.0, 2)]
    [InlineData(1.0, 4.0, 1)]
    public void The_scale_stays_at_its_least_under_overflows_and_grows_from_there(double initial, double? least, double bottom)
    {
        foreach (Device device in s_devices)
        {
            (Parameter weight, SGD optimizer) = Problem(DType.Float32, device);
            LossScaler scaler = least is { } given ? new(initial, growthInterval: 2, minimumScale: given) : new(initial, growthInterval: 2);
            for (int i = 0; i < (device == Device.Cpu ? 500 : 40); i++)
            {
                Step(scaler, optimizer, weight, double.PositiveInfinity);
            }

            Assert.Equal(bottom, scaler.CurrentScale);
            Step(scaler, optimizer, weight, 1);
            Step(scaler, optimizer, weight, 1);
            Assert.Equal(2 * bottom, scaler.CurrentScale);
            Assert.Equal([0, 1], Values(weight));
        }
    }

    [Fact]
    public void Gradients_too_small_for_Float16_survive()
    {
        (Parameter weight, SGD optimizer) = Problem(DType.Float32, Device.Cpu);
        LossScaler scaler = new();
        foreach (bool scales in (bool[])[false, true])
        {
            optimizer.ZeroGradients();
            Tensor loss;
            using (new MixedPrecision(DType.Float16))
            {
                Tensor y = Tensor.Ones([1, 2], device: Device.Cpu).Linear(weight.Reshape([1, 2]));
                loss = y.To(DType.Float32).Sum() * 1e-9;
            }

            (scales ? scaler.Scale(loss) : loss).Backward();
            Assert.All(Values(weight.Gradient!), v => Assert.Equal(scales ? 65536e-9 : 0, v, 1e-7));
        }

        scaler.Step(optimizer);
        Assert.All(Values(weight.Gradient!), static v => Assert.Equal(1e-9, v, 1e-12));
    }

    [Fact]
    public void A_step_never_waits_for_the_device()
    {
        (Parameter weight, SGD optimizer) = Problem(DType.Float32, TestDevice.Gpu);
        LossScaler scaler = new();
        Step(scaler, optimizer, weight, 1);
        using TensorScope scope = Tensor.Scope();
        Tensor factor = Tensor.Ones([2], device: TestDevice.Gpu);
        long before = TestDevice.Gpu.Statistics.Waits;
        optimizer.ZeroGradients();
        scaler.Scale((weight * factor).Sum()).Backward();
        scaler.Step(optimizer);
        Assert.Equal(before, TestDevice.Gpu.Statistics.Waits);
    }

    [Fact]
    public void A_saved_state_goes_on_where_it_was()
    {
        (Parameter weight, SGD optimizer) = Problem(DType.Float32, Device.Cpu);
        LossScaler scaler = new(initialScale: 4, growthInterval: 3);
        Step(scaler, optimizer, weight, 1);
        Step(scaler, optimizer, weight, 1);
        LossScaler other = new(growthInterval: 3);
        Step(other, optimizer, weight, 1);
        other.LoadState(scaler.State());
        Assert.Equal(4, other.CurrentScale);
        Step(other, optimizer, weight, 1);
        Assert.Equal(8, other.CurrentScale);
        Assert.Equal(0, other.State()["steps_since_change"].Item());
        Assert.Throws<ArgumentException>(() => other.LoadState(new Dictionary<string, Tensor> { ["scale"] = Tensor.Scalar(1) }));
        Assert.Throws<ArgumentException>(() => other.LoadState(new Dictionary<string, Tensor>
        {
            ["scale"] = Tensor.Scalar(0),
            ["steps_since_change"] = Tensor.Scalar(0),
        }));
        Assert.Equal(8, other.CurrentScale);
    }

    [Fact]
    public void Impossible_arguments_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(static () => new LossScaler(0));
        Assert.Throws<ArgumentOutOfRangeException>(static () => new LossScaler(1e39));
        Assert.Throws<ArgumentOutOfRangeException>(static () => new LossScaler(1e-39));
        Assert.Throws<ArgumentOutOfRangeException>(static () => new LossScaler(minimumScale: 0));
        Assert.Throws<ArgumentOutOfRangeException>(static () => new LossScaler(minimumScale: double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(static () => new LossScaler(growthFactor: 1));
        Assert.Throws<ArgumentOutOfRangeException>(static () => new LossScaler(backoffFactor: 1));
        Assert.Throws<ArgumentOutOfRangeException>(static () => new LossScaler(growthInterval: 0));
        Parameter weight = new(Tensor.Ones([2], device: Device.Cpu));
        InvalidOperationException error = Assert.Throws<InvalidOperationException>(() => new LossScaler().Step(new LBFGS([weight])));
        Assert.Contains("BFloat16", error.Message, StringComparison.Ordinal);
    }

    private static (Parameter Weight, SGD Optimizer) Problem(DType dtype, Device device)
    {
        Parameter weight = new(Tensor.From([1.0, 2.0], device).To(dtype));
        return (weight, new SGD([weight], 0.5));
    }

    private static void Step(LossScaler scaler, Optimizer optimizer, Parameter weight, double gradient)
    {
        using TensorScope scope = Tensor.Scope();
        optimizer.ZeroGradients();
        scaler.Scale((weight * Tensor.Full([2], gradient, weight.DType, weight.Device)).Sum()).Backward();
        scaler.Step(optimizer);
    }

    private static double[] Values(Tensor tensor) => tensor.Detach().To(DType.Float64).ToArray<double>();
}
