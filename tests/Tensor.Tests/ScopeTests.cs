namespace DeepSharp.Tests;

public class ScopeTests
{
    private static long Live => Device.Cpu.Statistics.LiveBytes;

    [Fact]
    public void A_scope_frees_what_was_made_inside()
    {
        using Tensor outside = Make(10);
        long before = Live;
        Tensor inside;
        using (Tensor.Scope())
        {
            inside = Make(1000);
            Assert.True(inside.BelongsToScope);
            Assert.True(Live > before);
        }

        Assert.True(inside.IsDisposed);
        Assert.False(outside.IsDisposed);
        Assert.False(outside.BelongsToScope);
        Assert.Equal(before, Live);
    }

    [Fact]
    public void Use_after_the_scope_names_operator_shape_and_remedy()
    {
        Tensor made;
        Tensor view;
        using (Tensor.Scope())
        {
            made = Tensor.Zeros([2, 3], DType.Float64, Device.Cpu);
            view = made.T;
        }

        Action[] uses =
        [
            () => made.ToArray<double>(), () => made.Clone(), () => _ = made[0], () => made.Reshape(6), () => made.Fill(1),
            () => made.AddInPlace(made), () => made.To(TestDevice.Gpu), () => made.To(DType.Int32), () => made.Keep(),
            () => made.CopyFrom<double>(new double[6]),
        ];
        foreach (Action use in uses)
        {
            string message = Message(use);
            Assert.Contains("Zeros", message, StringComparison.Ordinal);
            Assert.Contains("[2, 3]", message, StringComparison.Ordinal);
            Assert.Contains("Keep()", message, StringComparison.Ordinal);
        }

        string ofView = Message(() => view.ToArray<double>());
        Assert.Contains("Transpose", ofView, StringComparison.Ordinal);
        Assert.Contains("[3, 2]", ofView, StringComparison.Ordinal);

        static string Message(Action use) => Assert.Throws<ObjectDisposedException>(use).Message;
    }

    [Fact]
    public void Keep_moves_a_tensor_one_scope_out()
    {
        Tensor kept;
        using (Tensor.Scope())
        {
            using (Tensor.Scope())
            {
                kept = Make(5).Keep();
                Assert.True(kept.BelongsToScope);
            }

            Assert.Equal([5, 5], kept.ToArray<float>()[..2]);
        }

        Assert.True(kept.IsDisposed);
        using (Tensor.Scope())
        {
            kept = Make(6);
            Assert.Same(kept, kept.Keep());
            Assert.False(kept.BelongsToScope);
            Assert.Same(kept, kept.Keep());
        }

        Assert.Equal(6, kept[0].Item());
        kept.Dispose();
    }

    [Fact]
    public void A_kept_view_keeps_the_memory_and_not_its_source()
    {
        long before = Live;
        Tensor view;
        using (Tensor.Scope())
        {
            Tensor whole = Tensor.Arange(6, DType.Float32, Device.Cpu);
            view = whole[4..].Keep();
        }

        Assert.Equal([4, 5], view.ToArray<float>());
        Assert.True(Live > before);
        view.Dispose();
        Assert.Equal(before, Live);
    }

    [Fact]
    public void Ending_an_outer_scope_ends_the_inner_ones()
    {
        long before = Live;
        TensorScope outer = Tensor.Scope();
        TensorScope inner = Tensor.Scope();
        Tensor made = Make(3);
        outer.Dispose();
        Assert.True(made.IsDisposed);
        inner.Dispose();
        outer.Dispose();
        Tensor free = Make(3);
        Assert.False(free.BelongsToScope);
        free.Dispose();
        Assert.Equal(before, Live);
    }

    [Fact]
    public void Disposing_twice_does_nothing()
    {
        long before = Live;
        using (Tensor.Scope())
        {
            Tensor made = Make(3);
            Tensor view = made[1..];
            made.Dispose();
            made.Dispose();
            using (Tensor first = view[0])
            {
                Assert.Equal(3, first.Item());
            }

            view.Dispose();
            view.Dispose();
            Assert.Equal(before, Live);
            using Tensor next = Make(4);
        }

        Assert.Equal(before, Live);
    }

    [Fact]
    public void An_exception_in_mid_step_frees_the_step()
    {
        long before = Live;
        for (int step = 0; step < 3; step++)
        {
            Assert.Throws<ArgumentException>(() =>
            {
                using TensorScope scope = Tensor.Scope();
                Tensor made = Make(100);
                using TensorScope inner = Tensor.Scope();
                made.Clone().Reshape(7, 7);
            });
            Assert.Equal(before, Live);
        }

        using Tensor free = Make(1);
        Assert.False(free.BelongsToScope);
    }

    [Fact]
    public void A_scope_can_be_stepped_out_of()
    {
        Tensor made;
        using (TensorScope scope = Tensor.Scope())
        {
            using (TensorScope.Suspend())
            {
                made = Make(8);
                using TensorScope other = Tensor.Scope();
                Assert.True(Make(1).BelongsToScope);
            }

            Assert.True(Make(1).BelongsToScope);
        }

        Assert.Equal(8, made[0].Item());
        made.Dispose();
    }

    [Fact]
    public void A_scope_is_not_ended_on_another_thread()
    {
        Tensor tensor;
        using (TensorScope scope = Tensor.Scope())
        {
            tensor = Make(1);
            Exception? error = null;
            Thread other = new(() => error = Record.Exception(scope.Dispose));
            other.Start();
            other.Join();
            Assert.Contains("no await", Assert.IsType<InvalidOperationException>(error).Message, StringComparison.Ordinal);
            Assert.False(tensor.IsDisposed);
        }

        Assert.True(tensor.IsDisposed);
        Assert.Null(TensorScope.Current);
    }

    [Fact]
    public void Scopes_belong_to_their_thread()
    {
        // What earlier tests forgot must not come back in the middle of this one.
        MemoryTests.Collect(Device.Cpu);
        long before = Live;
        using Barrier barrier = new(2);
        Exception?[] errors = new Exception?[2];
        Thread[] threads = [.. Enumerable.Range(0, 2).Select(number => new Thread(() =>
        {
            try
            {
                for (int step = 0; step < 200; step++)
                {
                    Tensor leaked;
                    using (Tensor.Scope())
                    {
                        leaked = Make(number + step);
                        Assert.True(barrier.SignalAndWait(TimeSpan.FromSeconds(60)));
                        Tensor copy = leaked.Clone();
                        Assert.All(copy.ToArray<float>(), v => Assert.Equal(number + step, v));
                    }

                    Assert.True(leaked.IsDisposed);
                }
            }
            catch (Exception error) when (error is not OutOfMemoryException)
            {
                errors[number] = error;
                barrier.RemoveParticipant();
            }
        }))];
        Array.ForEach(threads, static thread => thread.Start());
        Array.ForEach(threads, static thread => thread.Join());
        Assert.Equal([null, null], errors);
        Assert.Equal(before, Live);
    }

    private static Tensor Make(double value) => Tensor.Full([3], value, DType.Float32, Device.Cpu);
}
