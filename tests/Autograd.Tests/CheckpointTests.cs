namespace DeepSharp.Tests;

[Collection(Alone.Name)]
public class CheckpointTests
{
    [Fact]
    public void Gradients_are_those_of_the_function_itself()
    {
        using TensorScope scope = Tensor.Scope();
        double[][] results = new double[2][];
        foreach (int way in (int[])[0, 1])
        {
            Parameter a = new(OperatorGradients.Sample([4, 3], 1));
            Parameter b = new(OperatorGradients.Sample([4], 2));
            Tensor x = OperatorGradients.Sample([5, 3], 3).RequireGrad();
            Tensor Part(Tensor v) => v.Linear(a, b).Tanh() * a.Sum();
            Tensor y = way == 0 ? Part(x * 2) : Checkpoint.Run(Part, x * 2);
            ((y * y).Sum() + a.Sum() + y.Mean()).Backward();
            results[way] = [.. y.ToArray<double>(), .. x.Gradient!.ToArray<double>(), .. a.Gradient!.ToArray<double>(), .. b.Gradient!.ToArray<double>()];
        }

        Assert.Equal(results[0].Length, results[1].Length);
        Assert.All(results[0].Zip(results[1]), static pair => Assert.Equal(pair.First, pair.Second, 1e-12 * (1 + Math.Abs(pair.First))));
    }

    [Fact]
    public void First_and_second_gradients_agree_with_finite_differences() => GradCheck.Run(
        xs =>
        {
            Tensor inner = xs[0] * xs[1];
            Tensor once = Checkpoint.Run(list => (list[0] * xs[1]).Tanh() + list[1].Square(), [inner, xs[0]]);
            return Checkpoint.Run(v => Checkpoint.Run(w => w.Sin() * xs[0], v * xs[1]) + inner, once);
        },
        [OperatorGradients.Sample([2, 3], 5), OperatorGradients.Sample([2, 3], 6)],
        order: 2);

    [Fact]
    public void Parts_that_share_an_argument_with_what_is_around_count_it_once()
    {
        // The part uses y and x, and y is made of x: the derivative along each way must be taken once.
        using TensorScope scope = Tensor.Scope();
        Tensor x = Tensor.From([3.0], Device.Cpu).RequireGrad();
        Tensor y = x * x;
        Tensor z = Checkpoint.Run(v => v * x, y) + y;
        Assert.Equal((3 * 9) + 6, Grad.Of(z.Sum(), x, retainGraph: true).Item());
        Assert.Equal(3 + 1, Grad.Of(z.Sum(), y, retainGraph: true).Item());
        z.Sum().Backward();
        Assert.Equal(33, x.Gradient!.Item());
    }

    [Fact]
    public void Dropout_is_the_same_when_it_is_drawn_again()
    {
        using TensorScope scope = Tensor.Scope();
        Generator generator = new(3);
        Tensor x = Tensor.Ones([1000], DType.Float64, Device.Cpu).RequireGrad();
        Tensor y = Checkpoint.Run(
            v => Checkpoint.Run(w => w.Dropout(0.5, generator), v) + v.Dropout(0.25, generator) + v.Dropout(0.25), x);
        ulong position = generator.Position;
        float[] between = Tensor.Uniform([3], device: Device.Cpu, generator: generator).ToArray<float>();
        y.Sum().Backward();

        // For ones, what a sum of dropouts passes on is what it passed.
        Assert.Equal(y.ToArray<double>(), x.Gradient!.ToArray<double>());
        Assert.Contains(x.Gradient!.ToArray<double>(), static v => v == 0 || v > 3);
        generator.Position = position;
        Assert.Equal(between, Tensor.Uniform([3], device: Device.Cpu, generator: generator).ToArray<float>());
    }

    [Fact]
    public void What_is_computed_again_is_not_kept()
    {
        using TensorScope scope = Tensor.Scope();
        Tensor x = Tensor.Ones([1000], DType.Float64, Device.Cpu).RequireGrad();
        Tensor.Ones([1000], DType.Float64, Device.Cpu).Dispose();
        long plain = Growth(() => Chain(x));
        long again = Growth(() => Checkpoint.Run(Chain, x));
        Assert.True(plain >= 20 * 8000, $"{plain} bytes");
        Assert.True(again <= 2 * 10240, $"{again} bytes");

        static Tensor Chain(Tensor v)
        {
            for (int i = 0; i < 20; i++)
            {
                v = v.Tanh();
            }

            return v;
        }

        static long Growth(Func<Tensor> make)
        {
            using TensorScope inner = Tensor.Scope();
            long before = Device.Cpu.Statistics.LiveBytes;
            Tensor made = make();
            long after = Device.Cpu.Statistics.LiveBytes;
            made.Sum().Backward();
            return after - before;
        }
    }

    [Fact]
    public void Without_gradients_the_function_runs_once()
    {
        using TensorScope scope = Tensor.Scope();
        int calls = 0;
        Tensor Part(Tensor v)
        {
            calls++;
            return v * 2;
        }

        Tensor constant = Checkpoint.Run(Part, Tensor.Ones([2], device: Device.Cpu));
        Assert.False(constant.RequiresGrad);
        using (new NoGrad())
        {
            Assert.False(Checkpoint.Run(Part, Tensor.Ones([2], device: Device.Cpu).RequireGrad()).RequiresGrad);
        }

        Assert.Equal(2, calls);
        Assert.Equal([2, 2], constant.ToArray<float>());
    }

    [Fact]
    public void Checkpoints_inside_one_another_work_until_the_stack_ends_and_then_are_an_error()
    {
        // On a thread whose stack is known: too many for it are refused, forward or backward, and the thread goes on.
        Exception? error = null;
        double gradient = 0;
        Thread thread = new(
            () =>
            {
                using TensorScope scope = Tensor.Scope();
                Tensor x = Tensor.Ones([2], device: Device.Cpu).RequireGrad();
                error = Record.Exception(() => Nest(x, 20_000).Sum().Backward());
                x.ZeroGradient();
                Nest(x, 100).Sum().Backward();
                gradient = x.Gradient!.Sum().Item();
            },
            maxStackSize: 1 << 20);
        thread.Start();
        thread.Join();
        string message = Assert.IsType<InvalidOperationException>(error).Message;
        Assert.Contains("Checkpoint: there are too many checkpoints inside one another", message, StringComparison.Ordinal);
        Assert.Contains("larger stack", message, StringComparison.Ordinal);
        Assert.Equal(2, gradient);

        static Tensor Nest(Tensor x, int depth) => Checkpoint.Run(v => depth == 1 ? v * 1 : Nest(v, depth - 1), x);
    }

    [Fact]
    public void A_function_that_changes_its_mind_is_an_error()
    {
        using TensorScope scope = Tensor.Scope();
        int calls = 0;
        Tensor x = Tensor.Ones([4], device: Device.Cpu).RequireGrad();
        Tensor y = Checkpoint.Run(v => calls++ == 0 ? v * 2 : v[..2], x);
        string message = Assert.Throws<InvalidOperationException>(() => y.Sum().Backward()).Message;
        Assert.Contains("[4]", message, StringComparison.Ordinal);
        Assert.Contains("[2]", message, StringComparison.Ordinal);
        Assert.True(Grad.IsEnabled);
    }
}
