namespace DeepSharp.Tests;

/// <summary>Gradients that are told of as they become ready. Products' derivatives are written out by hand.</summary>
public class GradientHookTests
{
    private static readonly Device s_cpu = Device.Cpu;

    [Fact]
    public void The_last_factor_is_ready_first_and_before_the_first_has_any()
    {
        Parameter a = new(Tensor.From([2.0], s_cpu));
        Parameter b = new(Tensor.From([3.0], s_cpu));
        Parameter c = new(Tensor.From([5.0], s_cpu));
        List<string> told = [];
        using GradientHook hook = new([a, b, c], parameter => told.Add($"{Name(parameter)} {parameter.Gradient!.Item()}, a {a.Gradient?.Item()}"), () => told.Add("end"));

        // x a b c at x = 7: by c 7·2·3, by b 7·2·5, by a 7·3·5.
        (((Tensor.From([7.0], s_cpu) * a) * b) * c).Sum().Backward();
        Assert.Equal(["c 42, a ", "b 70, a ", "a 105, a 105", "end"], told);

        string Name(Parameter parameter) => ReferenceEquals(parameter, a) ? "a" : ReferenceEquals(parameter, b) ? "b" : "c";
    }

    [Fact]
    public void A_parameter_that_is_used_twice_is_told_of_once_with_the_whole_gradient()
    {
        Parameter a = new(Tensor.From([2.0], s_cpu));
        List<double> told = [];
        using GradientHook hook = new([a], parameter => told.Add(parameter.Gradient!.Item()));

        // a³ + 4a: 3a² + 4 = 16, and the next pass adds to it.
        ((a * a * a) + (4 * a)).Sum().Backward();
        ((a * a * a) + (4 * a)).Sum().Backward();
        Assert.Equal([16, 32], told);
    }

    [Fact]
    public void What_a_pass_does_not_reach_is_not_told_of()
    {
        Parameter a = new(Tensor.From([2.0], s_cpu));
        Parameter b = new(Tensor.From([3.0], s_cpu));
        int ready = 0;
        int ended = 0;
        GradientHook hook = new([a, b], _ => ready++, () => ended++);
        a.Sum().Backward();
        Assert.Equal((1, 1), (ready, ended));
        Assert.Null(b.Gradient);

        // Functions that give gradients away change none of a parameter.
        _ = Grad.Of((a * b).Sum(), [a, b]);
        Tensor.From([1.0], s_cpu).RequireGrad().Sum().Backward();
        b.IsTrainable = false;
        (a * b).Sum().Backward();
        Assert.Equal((2, 2), (ready, ended));
        hook.Dispose();
        a.Sum().Backward();
        Assert.Equal((2, 2), (ready, ended));
    }

    [Fact]
    public void Matrix_factors_whose_gradients_are_written_in_place_and_parts_that_are_computed_again_are_told_of()
    {
        Parameter w = new(Tensor.From([1.0, 2, 3, 4], [2, 2], s_cpu));
        Parameter v = new(Tensor.From([1.0, 1], [2, 1], s_cpu));
        List<double[]> told = [];
        using GradientHook hook = new([w, v], parameter => told.Add(parameter.Gradient!.ToArray<double>()));
        Tensor x = Tensor.From([10.0, 20], [1, 2], s_cpu);

        // x W v: by v the row x W = [70, 100], by W the column x times the row vᵀ.
        Checkpoint.Run(input => input.MatMul(w), x.RequireGrad()).MatMul(v).Sum().Backward();
        Assert.Equal([[70, 100], [10, 10, 20, 20]], told);
    }

    [Fact]
    public void An_exception_of_a_hook_comes_out_and_the_next_pass_is_whole()
    {
        Parameter a = new(Tensor.From([2.0], s_cpu));
        bool throws = true;
        int told = 0;
        using GradientHook hook = new([a], _ => told += throws ? throw new InvalidOperationException("no line") : 1);
        Assert.Equal("no line", Assert.Throws<InvalidOperationException>(() => (a * a).Sum().Backward()).Message);
        throws = false;
        (a * a).Sum().Backward();
        Assert.Equal(1, told);
    }
}
