using DeepSharp.Optim;

namespace DeepSharp.Tests;

/// <summary>What the textbooks say about the rules: where forms coincide, how large steps are, where epsilons differ.</summary>
public class IdentityTests
{
    private const double Rate = 0.01;
    private const double Beta = 0.9;

    [Fact]
    public void Three_forms_of_momentum_coincide_when_the_rates_are_matched()
    {
        double[][] direction = Path(p => new SGD([p], Rate, Beta));
        double[][] velocity = Path(p => new SGD([p], Rate, Beta, form: MomentumForm.Velocity));
        double[][] average = Path(p => new SGD([p], Rate / (1 - Beta), Beta, form: MomentumForm.Average));
        Same(direction, velocity);
        Same(direction, average);
    }

    [Fact]
    public void Forms_of_momentum_differ_when_the_rate_changes()
    {
        Parameter a = Surface.Parameter([0]);
        Parameter b = Surface.Parameter([0]);
        SGD direction = new([a], 1, 0.5);
        SGD velocity = new([b], 1, 0.5, form: MomentumForm.Velocity);
        a.Gradient!.Fill(1);
        b.Gradient!.Fill(1);
        direction.Step();
        velocity.Step();
        direction.LearningRate = velocity.LearningRate = 0.1;
        direction.Step();
        velocity.Step();

        // The old step keeps its length, 0.5 · 1, in the one and is scaled by the new rate in the other.
        Assert.Equal(-1 - (0.1 * 1.5), a.Item(), 12);
        Assert.Equal(-1 - (0.5 + 0.1), b.Item(), 12);
    }

    [Fact]
    public void Three_forms_of_Nesterov_s_momentum_coincide_after_the_change_of_variable()
    {
        double[][] rewritten = Path(p => new SGD([p], Rate, Beta, nesterov: true, form: MomentumForm.Velocity));
        double[][] torch = Path(p => new SGD([p], Rate, Beta, nesterov: true));
        Same(rewritten, torch);

        // The look-ahead form at w + momentum v is where the others stand.
        Parameter w = Surface.Parameter(Surface.QuadraticStart);
        NesterovAccelerated optimizer = new([w], Rate, Beta);
        List<double[]> ahead = [];
        for (int step = 0; step < 20; step++)
        {
            using TensorScope scope = Tensor.Scope();
            optimizer.Step(() => Surface.Quadratic(w));
            double[] v = optimizer.State()["state.0.momentum"].Values();
            ahead.Add([w.Values()[0] + (Beta * v[0]), w.Values()[1] + (Beta * v[1])]);
        }

        Same(rewritten, [.. ahead]);
    }

    [Fact]
    public void The_look_ahead_form_takes_the_gradient_ahead()
    {
        // By hand: v ← 0.5 v - 0.1 · 2 (w + 0.5 v), w ← w + v on w².
        Parameter w = Surface.Parameter([1]);
        NesterovAccelerated optimizer = new([w], 0.1, 0.5);
        (double x, double v) = (1, 0);
        for (int step = 0; step < 5; step++)
        {
            using TensorScope scope = Tensor.Scope();
            double loss = optimizer.Step(() => w.Square().Sum()).Item();
            Assert.Equal(Math.Pow(x + (0.5 * v), 2), loss, 12);
            v = (0.5 * v) - (0.1 * 2 * (x + (0.5 * v)));
            x += v;
            Assert.Equal(x, w.Item(), 12);
        }

        Assert.Throws<InvalidOperationException>(optimizer.Step);
        Assert.Throws<DivideByZeroException>(() => optimizer.Step(() => throw new DivideByZeroException()));
        Assert.Equal(x, w.Item(), 12);
    }

    [Fact]
    public void Bias_correction_turns_the_first_averaged_value_into_the_first_value()
    {
        Parameter w = Surface.Parameter([0]);
        SGD optimizer = new([w], 0.1, 0.9, form: MomentumForm.Average, biasCorrection: true);
        w.Gradient!.Fill(7);
        optimizer.Step();
        Assert.Equal(-0.7, w.Item(), 12);
    }

    [Theory]
    [InlineData(1e-3)]
    [InlineData(1)]
    [InlineData(1e4)]
    public void The_first_step_of_Adam_has_the_size_of_the_rate(double gradient)
    {
        foreach (Func<Parameter, Optimizer> make in new Func<Parameter, Optimizer>[]
        {
            static p => new Adam([p], 0.01, epsilon: 1e-12), static p => new Adamax([p], 0.01, epsilon: 1e-12),
            static p => new AdamW([p], 0.01, epsilon: 1e-12), static p => new Lion([p], 0.01),
        })
        {
            Parameter w = Surface.Parameter([0]);
            Optimizer optimizer = make(w);
            w.Gradient!.Fill(gradient);
            optimizer.Step();
            Assert.Equal(-0.01, w.Item(), 1e-8);
        }
    }

    [Fact]
    public void The_rate_of_Adagrad_falls_as_one_over_the_root_of_the_steps()
    {
        Parameter w = Surface.Parameter([0]);
        Adagrad optimizer = new([w], 0.5, epsilon: 0);
        double before = 0;
        for (int t = 1; t <= 20; t++)
        {
            w.Gradient!.Fill(3);
            optimizer.Step();
            Assert.Equal(-0.5 / Math.Sqrt(t), w.Item() - before, 12);
            before = w.Item();
        }
    }

    [Theory]
    [InlineData(EpsilonPlacement.OutsideRoot)]
    [InlineData(EpsilonPlacement.InsideRoot)]
    public void Epsilon_stands_where_it_is_told_to(EpsilonPlacement placement)
    {
        const double g = 0.3;
        const double epsilon = 0.01;
        double Root(double square) => placement == EpsilonPlacement.InsideRoot ? Math.Sqrt(square + epsilon) : Math.Sqrt(square) + epsilon;
        double First(Func<Parameter, Optimizer> make)
        {
            Parameter w = Surface.Parameter([0]);
            Optimizer optimizer = make(w);
            w.Gradient!.Fill(g);
            optimizer.Step();
            return w.Item();
        }

        Assert.Equal(-g / Root(g * g), First(p => new Adagrad([p], 1, epsilon: epsilon, epsilonPlacement: placement)), 12);
        Assert.Equal(-g / Root(0.1 * g * g), First(p => new RMSProp([p], 1, 0.9, epsilon, epsilonPlacement: placement)), 12);
        Assert.Equal(-g / Root(g * g), First(p => new Adam([p], 1, epsilon: epsilon, epsilonPlacement: placement)), 12);
    }

    [Fact]
    public void AMSGrad_never_divides_by_less_than_before()
    {
        Parameter w = Surface.Parameter([0]);
        Adam optimizer = new([w], 0.1, beta1: 0, beta2: 0.5, epsilon: 0, amsGrad: true);
        w.Gradient!.Fill(8);
        optimizer.Step();
        double square = 0.5 * 64;
        double before = w.Item();
        for (int t = 2; t <= 6; t++)
        {
            w.Gradient!.Fill(1);
            optimizer.Step();
            Assert.Equal(-0.1 / Math.Sqrt(square / (1 - Math.Pow(0.5, t))), w.Item() - before, 12);
            before = w.Item();
        }
    }

    private static double[][] Path(Func<Parameter, Optimizer> make)
    {
        Parameter point = Surface.Parameter(Surface.QuadraticStart);
        Optimizer optimizer = make(point);
        List<double[]> path = [];
        for (int step = 0; step < 20; step++)
        {
            point.Gradient!.CopyFrom<double>(Surface.Gradient("quadratic", point.Values()));
            optimizer.Step();
            path.Add(point.Values());
        }

        return [.. path];
    }

    private static void Same(double[][] expected, double[][] found)
    {
        for (int step = 0; step < expected.Length; step++)
        {
            Assert.Equal(expected[step][0], found[step][0], 1e-12);
            Assert.Equal(expected[step][1], found[step][1], 1e-12);
        }
    }
}
