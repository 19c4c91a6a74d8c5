namespace DeepSharp.Tests;

public class AnomalyTests
{
    [Fact]
    public void The_operator_that_first_makes_a_NaN_is_named()
    {
        using TensorScope scope = Tensor.Scope();
        Tensor x = Tensor.From([4.0, 1, -1, -2], [2, 2], Device.Cpu).RequireGrad();
        Assert.True(double.IsNaN(x.Sqrt().Exp().Sum().Item()));
        using (AnomalyMode mode = new())
        {
            string message = Assert.Throws<ArithmeticException>(() => x.Sqrt().Exp().Sum()).Message;
            Assert.Contains("Sqrt made a result", message, StringComparison.Ordinal);
            Assert.Contains("2 of the 4 elements of [2, 2], the first at place 2", message, StringComparison.Ordinal);

            // Infinity is no error, what it turns into is.
            Tensor large = x * double.PositiveInfinity;
            Assert.Contains(
                "Subtract made", Assert.Throws<ArithmeticException>(() => large - large).Message, StringComparison.Ordinal);
        }

        Assert.True(double.IsNaN(x.Sqrt().Exp().Sum().Item()));
    }

    [Fact]
    public void The_operator_whose_gradient_first_is_NaN_is_named()
    {
        // The value is 0; the slope of the root is infinite there, and 0 times that is NaN.
        using TensorScope scope = Tensor.Scope();
        Tensor x = Tensor.From([0f], Device.Cpu).RequireGrad();
        (x.Square().Sqrt() * 1).Sum().Backward();
        Assert.True(float.IsNaN(x.Gradient!.ToArray<float>()[0]));
        using AnomalyMode mode = new();
        Tensor y = x.Square().Sqrt() * 1;
        string message = Assert.Throws<ArithmeticException>(() => y.Sum().Backward()).Message;
        Assert.Contains("the backward pass of Square", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Gradients_written_straight_into_parameters_are_searched_too()
    {
        using TensorScope scope = Tensor.Scope();
        Parameter weight = new(Tensor.Ones([2, 2], device: Device.Cpu));
        Tensor x = Tensor.From([float.PositiveInfinity, 1, 1, 1], [2, 2], Device.Cpu);
        using AnomalyMode mode = new();
        Tensor y = x.Linear(weight);
        string message = Assert.Throws<ArithmeticException>(() => (y * 0.0).Sum().Backward()).Message;
        Assert.Contains("Affine made", message, StringComparison.Ordinal);
        string backward = Assert.Throws<ArithmeticException>(() => y.Backward(Tensor.Zeros([2, 2], device: Device.Cpu))).Message;
        Assert.Contains("the backward pass of Linear", backward, StringComparison.Ordinal);
    }

    [Fact]
    public void Modes_nest_and_belong_to_their_thread()
    {
        using TensorScope scope = Tensor.Scope();
        Tensor x = Tensor.From([-1.0], Device.Cpu).RequireGrad();
        using (AnomalyMode outer = new())
        {
            AnomalyMode inner = new();
            inner.Dispose();
            inner.Dispose();
            Assert.Throws<ArithmeticException>(() => x.Log());
            Exception? elsewhere = null;
            Thread thread = new(() => elsewhere = Record.Exception(() => x.Log().Dispose()));
            thread.Start();
            thread.Join();
            Assert.Null(elsewhere);
        }

        Assert.True(double.IsNaN(x.Log().Item()));
    }
}
