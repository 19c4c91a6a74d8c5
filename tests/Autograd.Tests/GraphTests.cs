namespace DeepSharp.Tests;

/// <summary>How gradients are asked for, collected and kept off.</summary>
public class GraphTests
{
    [Fact]
    public void Gradients_add_up_over_passes_until_they_are_zeroed()
    {
        using TensorScope scope = Tensor.Scope();
        Tensor x = Leaf([1, 2, 3]);
        Assert.Null(x.Gradient);
        x.Square().Sum().Backward();
        Assert.Equal([2, 4, 6], x.Gradient!.ToArray<double>());
        (x * 10).Sum().Backward();
        Assert.Equal([12, 14, 16], x.Gradient!.ToArray<double>());
        x.ZeroGradient();
        Assert.Equal([0, 0, 0], x.Gradient!.ToArray<double>());
        (x * 2).Sum().Backward();
        Assert.Equal([2, 2, 2], x.Gradient!.ToArray<double>());
    }

    [Fact]
    public void A_tensor_used_in_many_places_gets_the_sum()
    {
        using TensorScope scope = Tensor.Scope();
        Tensor x = Leaf([2, 3]);
        Tensor y = x * x;
        (y + (y * x) + x).Sum().Backward();
        Assert.Equal([1 + 4 + 12, 1 + 6 + 27], x.Gradient!.ToArray<double>());
    }

    [Fact]
    public void An_output_of_many_elements_takes_its_gradient_from_outside()
    {
        using TensorScope scope = Tensor.Scope();
        Tensor x = Leaf([1, 2, 3]);
        Tensor seed = Tensor.From([1.0, 10, 100], Device.Cpu);
        x.Square().Backward(seed);
        Assert.Equal([2, 40, 600], x.Gradient!.ToArray<double>());
        Assert.Equal([1, 10, 100], seed.ToArray<double>());
    }

    /// <summary>Nothing that walks a graph recurses: not the passes, of either order, nor what frees it, by scopes or by the collector.</summary>
    [Fact]
    public void Chains_of_many_operators_need_no_stack()
    {
        const int Length = 200_000;
        using (TensorScope scope = Tensor.Scope())
        {
            Tensor x = Leaf([3]);
            Chain(x, Length).Backward();
            Assert.Equal([1], x.Gradient!.ToArray<double>());
            Assert.Equal(1, Grad.Of(Chain(x, Length), x).Item());
            Tensor slope = Grad.Of(Chain(x, Length) * x, x, createGraph: true);
            Assert.Equal(Length + 6, slope.Item());
            Assert.Equal(2, Grad.Of(slope, x).Item());
        }

        Tensor y = Leaf([3]);
        Forget(y);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Tensor sum = Checkpoint.Run(x => Chain(x, 20_000), y);
        sum.Backward();
        Assert.Equal((20_003, 1), (sum.Item(), y.Gradient!.Item()));

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        static void Forget(Tensor y) => Assert.Equal(Length + 3, Chain(y, Length).Item());

        static Tensor Chain(Tensor x, int length)
        {
            for (int i = 0; i < length; i++)
            {
                x += 1;
            }

            return x;
        }
    }

    [Fact]
    public void A_graph_can_be_kept_for_a_second_pass()
    {
        using TensorScope scope = Tensor.Scope();
        Tensor x = Leaf([1, 2]);
        Tensor y = x.Exp().Sum();
        y.Backward(retainGraph: true);
        y.Backward();
        double[] expected = [2 * Math.E, 2 * Math.Exp(2)];
        Close(expected, x.Gradient!);
        string message = Assert.Throws<InvalidOperationException>(() => y.Backward()).Message;
        Assert.Contains("retainGraph", message, StringComparison.Ordinal);
        Close(expected, x.Gradient!);
    }

    [Fact]
    public void Gradients_can_be_values_that_leave_leaves_alone()
    {
        using TensorScope scope = Tensor.Scope();
        Tensor x = Leaf([1, 2]);
        Tensor z = Leaf([5, 7]);
        Tensor y = x * x * z;
        Tensor[] gradients = Grad.Of(y.Sum(), [x, z, x], retainGraph: true);
        Assert.Equal([10, 28], gradients[0].ToArray<double>());
        Assert.Equal([1, 4], gradients[1].ToArray<double>());
        Assert.Equal([10, 28], gradients[2].ToArray<double>());
        Assert.Null(x.Gradient);
        Assert.False(gradients[0].RequiresGrad);

        // Of a tensor in the middle, and of one that the output does not depend on.
        Tensor w = Leaf([1, 1, 1]);
        Tensor[] middle = Grad.Of(y.Square().Sum(), [y, w]);
        Assert.Equal([10, 56], middle[0].ToArray<double>());
        Assert.Equal([0, 0, 0], middle[1].ToArray<double>());
    }

    [Fact]
    public void Derivatives_of_any_order_can_be_taken()
    {
        using TensorScope scope = Tensor.Scope();
        Tensor x = Leaf([0.7]);
        Tensor y = x.Sin();
        double[] expected = [Math.Cos(0.7), -Math.Sin(0.7), -Math.Cos(0.7), Math.Sin(0.7), Math.Cos(0.7)];
        foreach (double value in expected)
        {
            y = Grad.Of(y.Sum(), x, createGraph: true);
            Assert.Equal(value, y.Item(), 1e-14);
        }
    }

    [Fact]
    public void A_gradient_penalty_reaches_the_leaves()
    {
        // d/dx of |grad of sum x^3|^2 = d/dx of 9 x^4 = 36 x^3.
        using TensorScope scope = Tensor.Scope();
        Tensor x = Leaf([1, -2]);
        Tensor gradient = Grad.Of(x.Pow(3).Sum(), x, createGraph: true);
        gradient.Square().Sum().Backward();
        Close([36, -288], x.Gradient!);
    }

    [Fact]
    public void Views_pass_gradients_to_the_elements_they_show()
    {
        using TensorScope scope = Tensor.Scope();
        Tensor x = Leaf([1, 2, 3, 4, 5, 6]);
        Tensor matrix = x.Reshape(2, 3);
        Tensor y = matrix.T[1..].Sum() + (matrix[1] * 10).Sum() + (matrix[.., ..1].Expand([2, 4]) * 100).Sum();
        y.Backward();
        Assert.Equal([400, 1, 1, 410, 11, 11], x.Gradient!.ToArray<double>());
    }

    [Fact]
    public void Modes_are_not_ended_on_another_thread()
    {
        Parameter w = new(Tensor.From([1.0]));
        NoGrad noGrad = new();
        using AnomalyMode anomaly = new();
        using MixedPrecision mixed = new(DType.BFloat16);
        foreach (IDisposable mode in (IDisposable[])[noGrad, anomaly, mixed])
        {
            Exception? error = null;
            Thread other = new(() => error = Record.Exception(mode.Dispose));
            other.Start();
            other.Join();
            Assert.Contains(mode.GetType().Name, Assert.IsType<InvalidOperationException>(error).Message, StringComparison.Ordinal);
        }

        Assert.False((w * 2).RequiresGrad);
        noGrad.Dispose();
        Assert.True((w * 2).RequiresGrad);
    }

    [Fact]
    public void Nothing_is_recorded_under_NoGrad_or_behind_Detach()
    {
        using TensorScope scope = Tensor.Scope();
        Tensor x = Leaf([1, 2]);
        using (NoGrad outer = new())
        {
            Assert.False(Grad.IsEnabled);
            Assert.False((x * 2).RequiresGrad);
            Assert.False(x.Reshape(2, 1).RequiresGrad);
            using (NoGrad inner = new())
            {
                inner.Dispose();
            }

            Assert.False(Grad.IsEnabled);
        }

        Assert.True(Grad.IsEnabled);
        Tensor y = x * x;
        Assert.True(y.RequiresGrad);
        Assert.False(y.Detach().RequiresGrad);
        (y.Detach() * x).Sum().Backward();
        Assert.Equal([1, 4], x.Gradient!.ToArray<double>());
    }

    [Fact]
    public void Scopes_without_gradients_that_end_out_of_order_end_together()
    {
        using TensorScope scope = Tensor.Scope();
        NoGrad outer = new();
        NoGrad inner = new();
        outer.Dispose();
        Assert.True(Grad.IsEnabled);
        inner.Dispose();
        Assert.True(Grad.IsEnabled);

        MixedPrecision outerMixed = new(DType.Float16);
        MixedPrecision innerMixed = new(DType.BFloat16);
        outerMixed.Dispose();
        innerMixed.Dispose();
        Tensor x = Tensor.Ones([2, 2], device: Device.Cpu);
        Assert.Equal(DType.Float32, x.MatMul(x).DType);
    }

    [Fact]
    public void A_gradient_that_was_used_must_not_have_changed()
    {
        using TensorScope scope = Tensor.Scope();
        Tensor x = Leaf([1, 2]);
        Tensor w = Leaf([3, 4]);
        (w * w).Sum().Backward();
        Tensor first = (w.Gradient! * x).Sum();
        (w * 2).Sum().Backward();
        Assert.Contains("changed in place", Assert.Throws<InvalidOperationException>(() => first.Backward()).Message, StringComparison.Ordinal);
        Tensor second = (w.Gradient! * x).Sum();
        w.ZeroGradient();
        Assert.Contains("changed in place", Assert.Throws<InvalidOperationException>(() => second.Backward()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Running_statistics_that_a_graph_uses_must_not_move()
    {
        using TensorScope scope = Tensor.Scope();
        Tensor mean = Tensor.Zeros([2], DType.Float64, Device.Cpu);
        Tensor variance = Tensor.Ones([2], DType.Float64, Device.Cpu);
        Tensor x = Leaf([1, 2, 3, 5]).Reshape(2, 2);
        Tensor y = (mean * x).Sum();
        _ = x.BatchNorm(null, null, mean, variance, 0.1, 1e-5);
        Assert.Contains("changed in place", Assert.Throws<InvalidOperationException>(() => y.Backward()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_frozen_parameter_takes_no_gradient()
    {
        using TensorScope scope = Tensor.Scope();
        Parameter frozen = new(Tensor.From([2.0], Device.Cpu)) { IsTrainable = false };
        Parameter trained = new(Tensor.From([3.0], Device.Cpu));
        (frozen * trained).Sum().Backward();
        Assert.Null(frozen.Gradient);
        Assert.Equal(2, trained.Gradient!.Item());
        string message = Assert.Throws<InvalidOperationException>(() => frozen.Square().Sum().Backward()).Message;
        Assert.Contains("parameter", message, StringComparison.Ordinal);
        Assert.Contains("RequireGrad", message, StringComparison.Ordinal);
        frozen.IsTrainable = true;
        frozen.Square().Sum().Backward();
        Assert.Equal(4, frozen.Gradient!.Item());
    }

    [Fact]
    public void Parameters_and_their_gradients_outlive_scopes()
    {
        Parameter p;
        using (Tensor.Scope())
        {
            p = new Parameter(Tensor.From([1.0, 2], Device.Cpu));
            p.Square().Sum().Backward();
        }

        Assert.Equal([1, 2], p.ToArray<double>());
        Assert.Equal([2, 4], p.Gradient!.ToArray<double>());
        Assert.False(p.BelongsToScope);
    }

    [Fact]
    public void Long_chains_do_not_exhaust_the_stack()
    {
        using TensorScope scope = Tensor.Scope();
        Tensor x = Leaf([1]);
        Tensor y = x;
        for (int i = 0; i < 20_000; i++)
        {
            y += 1;
        }

        y.Sum().Backward();
        Assert.Equal(1, x.Gradient!.Item());
        Assert.Equal(20_001, y.Item());
    }

    private static Tensor Leaf(double[] values) => Tensor.From(values, Device.Cpu).RequireGrad();

    private static void Close(double[] expected, Tensor actual)
    {
        double[] values = actual.ToArray<double>();
        Assert.Equal(expected.Length, values.Length);
        for (int i = 0; i < values.Length; i++)
        {
            Assert.Equal(expected[i], values[i], 1e-12 * (1 + Math.Abs(expected[i])));
        }
    }
}
