using DeepSharp.Optim;

namespace DeepSharp.Tests;

/// <summary>Rules that PyTorch 2.6 does not have, against scalar references written from their papers.</summary>
public class PaperTests
{
    private static readonly double[] s_gradients = [0.7, -1.3, 0.2, 0.9, 0.4, -0.1, -2, 1.1, 0.3, 0.6, -0.8, 0.05];

    [Fact]
    public void Lion_is_algorithm_2_of_its_paper()
    {
        (double w, double m) = (0.5, 0);
        Follow(p => new Lion([p], 0.01, 0.9, 0.99, 0.1), g =>
        {
            double c = (0.9 * m) + (0.1 * g);
            w -= 0.01 * (Math.Sign(c) + (0.1 * w));
            m = (0.99 * m) + (0.01 * g);
            return w;
        });
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.6)]
    public void Delta_bar_delta_raises_by_addition_and_lowers_by_multiplication(double momentum)
    {
        (double w, double rate, double bar, double step) = (0.5, 0.05, 0, 0);
        Follow(p => new DeltaBarDelta([p], 0.05, raise: 0.02, lower: 0.3, theta: 0.6, momentum: momentum), g =>
        {
            rate = bar * g > 0 ? rate + 0.02 : bar * g < 0 ? rate - (0.3 * rate) : rate;
            bar = (0.4 * g) + (0.6 * bar);
            step = (momentum * step) + (rate * g);
            w -= step;
            return w;
        });
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    public void Schedule_free_AdamW_is_algorithm_1_of_its_paper(int warmup)
    {
        (double x, double z, double v, double sum) = (0.5, 0.5, 0, 0);
        int t = 0;
        Parameter point = Surface.Parameter([0.5]);
        ScheduleFreeAdamW optimizer = new([point], 0.1, 0.9, 0.99, 1e-8, 0.05, warmup);
        foreach (double g in s_gradients)
        {
            t++;
            double y = (0.1 * z) + (0.9 * x);
            Assert.Equal(y, point.Item(), 1e-12);
            v = (0.99 * v) + (0.01 * g * g);
            double rate = 0.1 * Math.Min(1, (double)t / Math.Max(1, warmup));
            z -= rate * ((g / (Math.Sqrt(v / (1 - Math.Pow(0.99, t))) + 1e-8)) + (0.05 * y));
            sum += rate * rate;
            x += rate * rate / sum * (z - x);
            point.Gradient!.Fill(g);
            optimizer.Step();
            double before = point.Item();
            using (optimizer.UseAverage())
            {
                Assert.Equal(x, point.Item(), 1e-12);
            }

            Assert.Equal(before, point.Item());
        }
    }

    [Fact]
    public void Constructors_and_options_have_the_same_defaults()
    {
        Parameter[] p = [Surface.Parameter([1])];
        Assert.Equal(new SGDOptions(), new SGD(p).Options);
        Assert.Equal(new NesterovAcceleratedOptions(), new NesterovAccelerated(p).Options);
        Assert.Equal(new DeltaBarDeltaOptions(), new DeltaBarDelta(p).Options);
        Assert.Equal(new RpropOptions(), new Rprop(p).Options);
        Assert.Equal(new AdagradOptions(), new Adagrad(p).Options);
        Assert.Equal(new RMSPropOptions(), new RMSProp(p).Options);
        Assert.Equal(new AdadeltaOptions(), new Adadelta(p).Options);
        Assert.Equal(new AdamOptions(), new Adam(p).Options);
        Assert.Equal(new AdamWOptions(), new AdamW(p).Options);
        Assert.Equal(new AdamaxOptions(), new Adamax(p).Options);
        Assert.Equal(new NAdamOptions(), new NAdam(p).Options);
        Assert.Equal(new RAdamOptions(), new RAdam(p).Options);
        Assert.Equal(new ASGDOptions(), new ASGD(p).Options);
        Assert.Equal(new LionOptions(), new Lion(p).Options);
        Assert.Equal(new LARSOptions(), new LARS(p).Options);
        Assert.Equal(new LAMBOptions(), new LAMB(p).Options);
        Assert.Equal(new AdafactorOptions(), new Adafactor(p).Options);
        Assert.Equal(new MuonOptions(), new Muon([new Parameter(Tensor.Ones([2, 2], device: Device.Cpu))]).Options);
        Assert.Equal(new LBFGSOptions(), new LBFGS(p).Options);
        Assert.Equal(new NewtonCGOptions(), new NewtonCG(p).Options);
        Assert.Equal(new ScheduleFreeAdamWOptions(), new ScheduleFreeAdamW(p).Options);
    }

    private static void Follow(Func<Parameter, Optimizer> make, Func<double, double> reference)
    {
        Parameter w = Surface.Parameter([0.5]);
        Optimizer optimizer = make(w);
        foreach (double g in s_gradients)
        {
            w.Gradient!.Fill(g);
            optimizer.Step();
            Assert.Equal(reference(g), w.Item(), 1e-12);
        }
    }
}
