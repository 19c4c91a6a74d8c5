namespace DeepSharp.Tests;

/// <summary>Tests that count what a device holds: no other runs beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public static class Alone
{
    internal const string Name = "Alone";
}

/// <summary>What steps of training leave behind: nothing.</summary>
[Collection(Alone.Name)]
public class MemoryTests
{
    // Managed bytes of a step of the network below, some twenty operators forward and back with their handles and nodes. Measured
    // were 8.8 KB; the bound leaves a half more.
    private const long BytesPerStep = 13 * 1024;

    [Fact]
    public void Live_bytes_after_step_200_are_those_after_step_2_and_the_pool_has_no_misses()
    {
        Network network = new(1);
        network.Step(0);
        network.Step(1);
        DeviceStatistics early = Device.Cpu.Statistics;
        for (int step = 2; step < 200; step++)
        {
            network.Step(step);
        }

        DeviceStatistics late = Device.Cpu.Statistics;
        Assert.Equal(early.LiveBytes, late.LiveBytes);
        Assert.Equal(early.Allocations, late.Allocations);
        Assert.Equal(early.CachedBytes, late.CachedBytes);
        GC.KeepAlive(network);
    }

    [Fact]
    public void A_step_allocates_little_managed_memory()
    {
        Network network = new(1);
        for (int step = 0; step < 10; step++)
        {
            network.Step(step);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int step = 0; step < 100; step++)
        {
            network.Step(step);
        }

        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / 100, 1, BytesPerStep);
    }

    [Fact]
    public void Errors_in_mid_step_leave_nothing_behind()
    {
        Network network = new(1);
        network.Step(0);
        network.Fail();
        DeviceStatistics early = Device.Cpu.Statistics;
        for (int step = 0; step < 20; step++)
        {
            network.Fail();
        }

        DeviceStatistics late = Device.Cpu.Statistics;
        Assert.Equal(early.LiveBytes, late.LiveBytes);
        Assert.Equal(early.Allocations, late.Allocations);
        network.Step(1);
        GC.KeepAlive(network);
    }

    [Fact]
    public void Second_order_steps_and_checkpoints_leave_nothing_behind()
    {
        Parameter p = new(OperatorGradients.Sample([4, 4], 1));
        Step();
        Step();
        DeviceStatistics early = Device.Cpu.Statistics;
        for (int i = 0; i < 50; i++)
        {
            Step();
        }

        DeviceStatistics late = Device.Cpu.Statistics;
        Assert.Equal(early.LiveBytes, late.LiveBytes);
        Assert.Equal(early.Allocations, late.Allocations);

        void Step()
        {
            using TensorScope scope = Tensor.Scope();
            Tensor y = Checkpoint.Run(static x => x.MatMul(x.T).Tanh(), p * 2);
            Tensor gradient = Grad.Of(y.Square().Sum(), p, createGraph: true);
            gradient.Square().Sum().Backward();
            p.ZeroGradient();
        }
    }

    [Fact]
    public void Graphs_outside_scopes_go_back_through_the_collector()
    {
        Collect();
        long before = Device.Cpu.Statistics.LiveBytes;
        Forget();
        Collect();
        Assert.Equal(before, Device.Cpu.Statistics.LiveBytes);

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        static void Forget()
        {
            Tensor x = Tensor.Ones([1000], device: Device.Cpu).RequireGrad();
            Tensor used = x.Exp().Square().Sum();
            used.Backward();
            Tensor unused = (x.Tanh() * x).Mean();
            Assert.True(unused.RequiresGrad && x.Gradient is not null);
        }

        static void Collect()
        {
            for (int round = 0; round < 3; round++)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
        }
    }

    [Fact]
    public void Two_threads_with_a_model_each_get_the_bits_they_get_alone()
    {
        float[][] alone = [Train(1), Train(2)];
        float[][] together = new float[2][];
        using Barrier start = new(2);
        Thread[] threads = [.. Enumerable.Range(0, 2).Select(i => new Thread(() =>
        {
            start.SignalAndWait();
            together[i] = Train(i + 1);
        }))];
        Array.ForEach(threads, static thread => thread.Start());
        Array.ForEach(threads, static thread => thread.Join());
        Assert.Equal(alone[0], together[0]);
        Assert.Equal(alone[1], together[1]);
        Assert.NotEqual(alone[0], alone[1]);

        static float[] Train(int seed)
        {
            Network network = new(seed);
            for (int step = 0; step < 60; step++)
            {
                network.Step(step);
            }

            return network.Weights();
        }
    }

    /// <summary>Two dense layers with batch norm between them, trained by plain gradient descent.</summary>
    private sealed class Network
    {
        private readonly Parameter[] _parameters;
        private readonly Tensor _mean;
        private readonly Tensor _variance;
        private readonly Generator _generator;

        internal Network(int seed)
        {
            _generator = new Generator((ulong)seed);
            _parameters =
            [
                Normal([32, 20], 0.2), Normal([32], 0), Normal([32], 0.1), Normal([32], 0.1), Normal([5, 32], 0.2), Normal([5], 0),
            ];
            _mean = Tensor.Zeros([32], device: Device.Cpu);
            _variance = Tensor.Ones([32], device: Device.Cpu);
        }

        internal void Step(int step)
        {
            using TensorScope scope = Tensor.Scope();
            Tensor x = Tensor.Normal([64, 20], device: Device.Cpu, generator: _generator);
            Tensor labels = (x[.., 0] > 0).To(DType.Int32);
            Loss(x, labels).Backward();
            using NoGrad noGrad = new();
            foreach (Parameter parameter in _parameters)
            {
                parameter.AddInPlace(parameter.Gradient!, -0.1 / (1 + step));
                parameter.ZeroGradient();
            }
        }

        internal void Fail()
        {
            Assert.Throws<ArgumentException>(() =>
            {
                using TensorScope scope = Tensor.Scope();
                Tensor x = Tensor.Normal([64, 20], device: Device.Cpu, generator: _generator);
                Tensor hidden = Hidden(x);
                hidden.MatMul(x).Sum().Backward();
            });
            Assert.Throws<InvalidOperationException>(() =>
            {
                // The backward pass fails half-way, with gradients under way.
                using TensorScope scope = Tensor.Scope();
                Tensor x = Tensor.Normal([64, 20], device: Device.Cpu, generator: _generator);
                Tensor scores = Hidden(x);
                Tensor y = scores.Exp();
                Tensor z = (scores.Tanh() * y).Sum();
                y.Detach().Fill(0);
                z.Backward();
            });
        }

        internal float[] Weights() => [.. _parameters.SelectMany(static p => p.ToArray<float>())];

        private Tensor Hidden(Tensor x) =>
            x.Linear(_parameters[0], _parameters[1]).BatchNorm(_parameters[2], _parameters[3], _mean, _variance, 0.1, 1e-5).ReLU();

        private Tensor Loss(Tensor x, Tensor labels) => Hidden(x).Dropout(0.1, _generator).Linear(_parameters[4], _parameters[5])
            .SoftmaxCrossEntropy(labels);

        private Parameter Normal(Shape shape, double deviation)
        {
            using TensorScope scope = Tensor.Scope();
            return new Parameter(Tensor.Normal(shape, 0, deviation, device: Device.Cpu, generator: _generator));
        }
    }
}
