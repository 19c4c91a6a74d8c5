using DeepSharp.Optim;

namespace DeepSharp.Tests;

/// <summary>Rules that evaluate the loss themselves: what they reach, and what they refuse.</summary>
public class ClosureTests
{
    [Fact]
    public void Newton_s_step_solves_a_quadratic_at_once()
    {
        Parameter x = Surface.Parameter([1.5]);
        Parameter y = Surface.Parameter([-2]);
        NewtonCG optimizer = new([x, y]);
        for (int step = 0; step < 3; step++)
        {
            using TensorScope scope = Tensor.Scope();
            optimizer.Step(() => (25 * x.Square() + (3 * x * y) + (0.5 * y.Square())).Sum());
        }

        // Truncated conjugate gradients, exact in two iterations as the residual bound tightens.
        Assert.Equal(0, x.Item(), 1e-6);
        Assert.Equal(0, y.Item(), 1e-6);
    }

    [Theory]
    [MemberData(nameof(Rule.Names), MemberType = typeof(Rule))]
    public void A_function_that_calls_Backward_itself_is_told_that_the_step_does(string name)
    {
        Parameter w = new(Tensor.From(new double[,] { { 1, 2 }, { 3, 5 } }, Device.Cpu));
        Optimizer optimizer = Rule.All[name].Make([w], 0.01);
        double[] before = w.Values();
        string message = Assert.Throws<InvalidOperationException>(() => optimizer.Step(() =>
        {
            Tensor loss = w.Square().Sum();
            loss.Backward();
            return loss;
        })).Message;
        Assert.Contains(".Step: the function that computes the loss has called Backward() itself", message, StringComparison.Ordinal);
        Assert.Contains("Leave that call out", message, StringComparison.Ordinal);
        Assert.Equal(before, w.Values());
        Assert.Contains("null", Assert.Throws<InvalidOperationException>(() => optimizer.Step(() => null!)).Message, StringComparison.Ordinal);

        // What is computed from a loss that has been used says so as well.
        message = Assert.Throws<InvalidOperationException>(() => optimizer.Step(() =>
        {
            Tensor loss = w.Square().Sum();
            loss.Backward();
            return loss * 2;
        })).Message;
        Assert.Contains(optimizer is NewtonCG ? "earlier backward pass" : "Step(() => loss) calls Backward itself", message, StringComparison.Ordinal);
    }

    /// <summary>With the graph retained the step's own pass would add the same gradients once more.</summary>
    [Theory]
    [MemberData(nameof(Rule.Names), MemberType = typeof(Rule))]
    public void A_function_that_calls_Backward_and_retains_the_graph_is_refused_too(string name)
    {
        Parameter w = new(Tensor.From(new double[,] { { 1, 2 }, { 3, 5 } }, Device.Cpu));
        Optimizer optimizer = Rule.All[name].Make([w], 0.01);
        double[] before = w.Values();
        foreach (Func<Tensor, Tensor> returned in (Func<Tensor, Tensor>[])[static loss => loss, static loss => loss * 2, static loss => 1 + (loss * loss)])
        {
            string message = Assert.Throws<InvalidOperationException>(() => optimizer.Step(() =>
            {
                Tensor loss = w.Square().Sum();
                loss.Backward(retainGraph: true);
                return returned(loss);
            })).Message;
            Assert.Contains("has called Backward(retainGraph: true) itself, so that gradients would count twice", message, StringComparison.Ordinal);
            Assert.Contains("Leave that call out", message, StringComparison.Ordinal);
            Assert.Equal(before, w.Values());
        }
    }

    /// <summary>What adds nothing twice goes on: gradients as values, a and a pass of its own for another part.</summary>
    [Fact]
    public void Functions_may_take_gradients_that_the_step_does_not_take_again()
    {
        Parameter w = Surface.Parameter([3]);
        SGD optimizer = new([w], 0.1);

        // Half of (2 w)² is w's penalty: its slope is 4 w.
        optimizer.Step(() => Grad.Of(w.Square().Sum(), w, createGraph: true).Square().Sum() / 2);
        Assert.Equal(3 - (0.1 * 4 * 3), w.Item(), 1e-12);

        // Two parts of one loss share w * 2, and each counts once: 2 and 8 w.
        double now = w.Item();
        optimizer.Step(() =>
        {
            Tensor shared = w * 2;
            shared.Sum().Backward(retainGraph: true);
            return shared.Square().Sum();
        });
        Assert.Equal(now - (0.1 * (2 + (8 * now))), w.Item(), 1e-12);
    }

    [Fact]
    public void Newton_converges_quadratically_on_Rosenbrock()
    {
        Parameter w = Surface.Parameter(Surface.RosenbrockStart);
        NewtonCG optimizer = new([w]);
        double loss = double.NaN;
        for (int step = 0; step < 40; step++)
        {
            using TensorScope scope = Tensor.Scope();
            double now = optimizer.Step(() => Surface.Rosenbrock(w)).Item();
            Assert.False(now > loss);
            loss = now;
        }

        Assert.True(loss < 1e-20);
    }

    [Fact]
    public void Newton_leaves_a_saddle_along_the_gradient()
    {
        // Concave in x: the curvature along the gradient is negative, so the step is -g.
        Parameter w = Surface.Parameter([0.5]);
        NewtonCG optimizer = new([w]);
        using TensorScope scope = Tensor.Scope();
        optimizer.Step(() => -w.Square().Sum());
        Assert.Equal(0.5 + 1, w.Item(), 12);
    }

    [Fact]
    public void A_linear_loss_has_no_Hessian_and_moves_along_the_gradient()
    {
        Parameter w = Surface.Parameter([3]);
        NewtonCG optimizer = new([w], 0.25);
        using TensorScope scope = Tensor.Scope();
        optimizer.Step(() => (2 * w).Sum());
        Assert.Equal(2.5, w.Item(), 12);
    }

    [Fact]
    public void Lbfgs_solves_a_sum_of_squares_in_many_variables()
    {
        double[] target = [.. Enumerable.Range(0, 30).Select(static i => Math.Cos(i))];
        Parameter a = new(Tensor.Zeros(30, DType.Float64, Device.Cpu));
        Parameter b = Surface.Parameter([5]);
        LBFGS optimizer = new([a, b], iterations: 60, lineSearch: true);
        using TensorScope scope = Tensor.Scope();
        Tensor scale = Tensor.From([.. Enumerable.Range(1, 30).Select(static i => (double)i)], Device.Cpu);
        optimizer.Step(() => (scale * (a - Tensor.From(target, Device.Cpu)).Square()).Sum() + (b - a[0]).Square().Sum());
        double[] found = a.Values();
        Assert.All(target, (x, i) => Assert.Equal(x, found[i], 1e-4));
        Assert.Equal(1, b.Item(), 1e-3);
    }

    [Theory]
    [InlineData("look-ahead", 1)]
    [InlineData("look-ahead", 2)]
    [InlineData("L-BFGS", 2)]
    [InlineData("L-BFGS with a search", 2)]
    [InlineData("Newton", 2)]
    public void A_loss_that_throws_at_a_trial_point_leaves_the_parameters_where_they_were(string rule, int failing)
    {
        Parameter w = Surface.Parameter(Surface.RosenbrockStart);
        Optimizer optimizer = rule switch
        {
            "look-ahead" => new NesterovAccelerated([w], 1e-3, 0.9),
            "Newton" => new NewtonCG([w]),
            _ => new LBFGS([w], iterations: 20, lineSearch: rule != "L-BFGS"),
        };
        using TensorScope scope = Tensor.Scope();
        int evaluations = 0;
        double[] last = w.Values();
        Tensor Loss() => ++evaluations == failing ? throw new TimeoutException() : Surface.Rosenbrock(w);
        Assert.Throws<TimeoutException>(() =>
        {
            optimizer.Step(Loss);
            last = w.Values();
            optimizer.Step(Loss);
        });
        Assert.Equal(last, w.Values());
    }

    [Fact]
    public void Lbfgs_goes_on_from_the_last_point_it_reached_after_any_failure()
    {
        for (int failing = 2; failing < 30; failing++)
        {
            Parameter w = Surface.Parameter(Surface.RosenbrockStart);
            LBFGS optimizer = new([w], iterations: 20, lineSearch: true);
            double before = Surface.Rosenbrock(w).Item();
            using TensorScope scope = Tensor.Scope();
            int evaluations = 0;
            Tensor Loss() => ++evaluations == failing ? throw new TimeoutException() : Surface.Rosenbrock(w);
            while (evaluations < failing)
            {
                try
                {
                    optimizer.Step(Loss);
                }
                catch (TimeoutException)
                {
                    // The points that a search accepts only fall.
                    Assert.True(Surface.Rosenbrock(w).Item() <= before, $"evaluation {failing}");
                }
            }

            for (int step = 0; step < 3; step++)
            {
                optimizer.Step(Loss);
            }

            Assert.Equal([1, 1], w.Values(), static (a, b) => Math.Abs(a - b) < 1e-4);
        }
    }

    [Theory]
    [InlineData("not a number")]
    [InlineData("infinite with a slope")]
    public void Lbfgs_finds_its_way_back_from_where_the_loss_is_no_number(string beyond)
    {
        // w - ln w has its minimum at 1; the first length that is tried leads from 3 to -3.7, and half of it to -0.3.
        Parameter w = Surface.Parameter([3]);
        LBFGS optimizer = new([w], learningRate: 10, lineSearch: true);
        using TensorScope scope = Tensor.Scope();
        Tensor infinity = Tensor.Scalar(double.PositiveInfinity, DType.Float64, Device.Cpu);
        optimizer.Step(() => beyond == "not a number"
            ? (w - w.Log()).Sum()
            : Tensor.Where(w.Detach() > 0, w - w.Clamp(1e-3, double.PositiveInfinity).Log(), w + infinity).Sum());
        Assert.Equal(1, w.Item(), 1e-4);
    }

    [Fact]
    public void Lbfgs_stays_where_it_is_if_the_loss_is_a_number_nowhere_else()
    {
        Parameter w = Surface.Parameter([3]);
        LBFGS optimizer = new([w], lineSearch: true);
        using TensorScope scope = Tensor.Scope();
        int evaluations = 0;
        optimizer.Step(() => (evaluations++ == 0 ? 1 : double.NaN) * w.Sum());
        Assert.Equal(3, w.Item());
    }

    [Theory]
    [InlineData("SGD")]
    [InlineData("L-BFGS")]
    [InlineData("Newton")]
    public void A_step_returns_all_that_its_first_evaluation_gave(string rule)
    {
        Parameter w = Surface.Parameter([3, 4]);
        Optimizer optimizer = rule switch
        {
            "SGD" => new SGD([w], 0.1),
            "L-BFGS" => new LBFGS([w], iterations: 5),
            _ => new NewtonCG([w]),
        };
        using TensorScope scope = Tensor.Scope();
        int evaluations = 0;
        (Tensor loss, int evaluation) = optimizer.Step(() => (w.Square().Sum(), ++evaluations));
        Assert.Equal((25, 1), (loss.Item(), evaluation));
        Assert.Equal(rule == "SGD", evaluations == 1);
        Assert.True(w.Square().Sum().Item() < 25);
    }

    [Fact]
    public void They_need_the_loss_and_refuse_what_they_cannot_do()
    {
        foreach (Optimizer optimizer in new Optimizer[] { new LBFGS([Surface.Parameter([1])]), new NewtonCG([Surface.Parameter([1])]) })
        {
            Assert.True(optimizer.NeedsLoss);
            Assert.Contains("Step(() => loss)", Assert.Throws<InvalidOperationException>(optimizer.Step).Message, StringComparison.Ordinal);
            Assert.Throws<InvalidOperationException>(() => optimizer.Clipping = GradientClipping.ByValue(1));
            Assert.Throws<InvalidOperationException>(() => optimizer.SkipsNonFinite = true);

            // What they are anyway may be set.
            optimizer.Clipping = null;
            optimizer.SkipsNonFinite = false;
            Assert.Contains("weight decay", Assert.Throws<ArgumentException>(() => optimizer.Groups[0].WeightDecay = 0.1).Message, StringComparison.Ordinal);
            Assert.Equal(0, optimizer.Groups[0].WeightDecay);
        }

        Assert.Throws<ArgumentException>(() => new LBFGS([Surface.Parameter([1])]).AddGroup([Surface.Parameter([1])]));
        Assert.Throws<ArgumentException>(() => new LBFGS([Surface.Parameter([1]), Surface.Parameter([1], DType.Float32)]));
        Assert.Throws<ArgumentException>(() => new LBFGS([Surface.Parameter([1])], new LBFGSOptions { WeightDecay = 0.1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new LBFGS([Surface.Parameter([1])], historySize: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new NewtonCG([Surface.Parameter([1])], iterations: 0));
    }
}
