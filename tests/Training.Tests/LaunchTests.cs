using DeepSharp.Data;
using DeepSharp.Layers;
using DeepSharp.Optim;
using DeepSharp.Training;

namespace DeepSharp.Tests;

/// <summary>How many kernels a step starts: what a GPU's time per step depends on for small networks.</summary>
public class LaunchTests
{
    // Forward: the batch, three products with bias, two batch norms with their ReLU, the loss: 7. Backward: the loss, two products for
    // inputs and three for weights, which make the sums for biases too, two batch norms with their ReLU: 8. Adam: 1. Gradients that were
    // set to zero are overwritten. On the CPU the sums for biases are passes of their own.
    private const int Mlp = 16;

    // Forward: the batch, two products with bias, one of them with ReLU, the loss: 4. Backward: the loss, ReLU, a product for an input
    // and two for weights: 5. The update: 1.
    private const int Small = 10;

    [Theory]
    [InlineData("cpu")]
    [InlineData("emulated")]
    public void A_step_of_the_MLP_with_batch_norm_takes_a_known_number_of_launches(string name)
    {
        Device device = name == "cpu" ? Device.Cpu : TestDevice.Gpu;
        Sequential model =
        [
            new Dense(2, 8, device: device), new BatchNorm(8, device: device), new ReLU(),
            new Dense(8, 6, device: device), new BatchNorm(6, device: device), new ReLU(),
            new Dense(6, 3, device: device),
        ];
        Assert.Equal(Mlp + (name == "cpu" ? 3 : 0), Launches(model, new Adam(model.Parameters()), device));
    }

    [Theory]
    [InlineData("cpu")]
    [InlineData("emulated")]
    public void A_step_of_a_network_without_batch_norm_takes_fewer(string name)
    {
        Device device = name == "cpu" ? Device.Cpu : TestDevice.Gpu;
        Sequential model = [new Dense(2, 8, device: device), new ReLU(), new Dense(8, 3, device: device)];
        Assert.Equal(
            Small + (name == "cpu" ? 2 : 0), Launches(model, new SGD(model.Parameters(), 0.1, momentum: 0.9), device));
    }

    [Fact]
    public void A_loss_takes_one_launch_and_for_many_rows_or_classes_two_on_a_GPU()
    {
        CrossEntropyLoss loss = new();
        foreach (Device device in (Device[])[Device.Cpu, TestDevice.Gpu])
        {
            foreach ((int rows, int classes) in ((int, int)[])[(3, 2), (1024, 3), (5, 32), (1025, 3), (5, 33)])
            {
                using TensorScope scope = Tensor.Scope();
                Tensor logits = Tensor.Zeros([rows, classes], device: device);
                Tensor labels = Tensor.Zeros(rows, DType.Int32, device);
                Assert.Equal(
                    device == Device.Cpu || (rows <= 1024 && classes <= 32) ? 1 : 2, LaunchCount.Of(() => loss.Compute(logits, labels), device));
            }
        }
    }

    [Fact]
    public void The_running_loss_is_one_launch_a_step()
    {
        using RunningMean mean = new();
        foreach (Device device in (Device[])[Device.Cpu, TestDevice.Gpu])
        {
            using TensorScope scope = Tensor.Scope();
            Tensor value = Tensor.Ones(1, device: device);
            mean.Dispose();
            mean.Add(value, 1);
            Assert.Equal(1, LaunchCount.Of(() => mean.Add(value, 2), device));
            Assert.Equal(1, LaunchCount.Of(() => mean.Add(value, value), device));
        }
    }

    [Theory]
    [InlineData("cpu")]
    [InlineData("emulated")]
    public void A_norm_behind_a_residual_connection_adds_without_a_launch_of_its_own(string name)
    {
        Device device = name == "cpu" ? Device.Cpu : TestDevice.Gpu;
        foreach (bool batches in (bool[])[false, true])
        {
            Module Norm() => batches ? new BatchNorm(6, device: device) : new LayerNorm(6, device: device);
            Sequential fused = [new Residual([new Dense(6, 6, device: device), new Tanh()]), Norm(), new ReLU()];

            // In chains of their own the parts know nothing of each other; the activation stays where it was.
            Sequential separate = [new Sequential(fused[0]), new Sequential(fused[1], fused[2])];
            using TensorScope scope = Tensor.Scope();
            Tensor x = Tensor.Ones([4, 6], device: device).RequireGrad();
            for (int mode = 0; mode < 2; mode++)
            {
                Assert.Equal(Forward(separate) - 1, Forward(fused));
                Assert.Equal(Step(separate) - 1, Step(fused));
                fused.Eval();
            }

            long Forward(Sequential model)
            {
                using NoGrad noGrad = new();
                long before = device.Statistics.Launches;
                model.Forward(x);
                return device.Statistics.Launches - before;
            }

            // The first backward pass makes the gradients that the second one adds to.
            long Step(Sequential model)
            {
                model.Forward(x).Sum().Backward();
                long before = device.Statistics.Launches;
                model.Forward(x).Sum().Backward();
                return device.Statistics.Launches - before;
            }
        }
    }

    // Of the third step: the first ones make what is kept.
    private static long Launches(Sequential model, Optimizer optimizer, Device device)
    {
        Dataset data = Problem.Rings(30, device);
        CrossEntropyLoss loss = new();
        List<long> launches = [];
        List<long> waits = [];
        foreach ((Tensor x, Tensor y) in data.Batches(6))
        {
            optimizer.ZeroGradients();
            loss.Compute(model.Forward(x), y).Backward();
            optimizer.Step();
            launches.Add(device.Statistics.Launches);
            waits.Add(device.Statistics.Waits);
        }

        // From the second step on, the host runs ahead of the device.
        Assert.Equal(waits[1], waits[^1]);
        return launches[3] - launches[2];
    }
}
