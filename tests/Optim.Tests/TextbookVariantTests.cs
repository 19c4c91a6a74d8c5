using DeepSharp.Optim;

namespace DeepSharp.Tests;

/// <summary>Thirty steps of the variants that PyTorch lacks, against the textbooks' formulas written out for scalars.</summary>
public class TextbookVariantTests
{
    private const double Epsilon = 0.01;

    public static IEnumerable<object[]> Cases =>
        from name in (string[])["Adagrad", "RMSProp", "RMSProp, centered", "Adam", "AMSGrad", "Sgd, average"]
        from surface in (string[])["quadratic", "rosenbrock"]
        select new object[] { name, surface };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Thirty_steps_follow_the_formula(string name, string surface)
    {
        double rate = surface == "quadratic" ? 0.02 : 0.002;
        Parameter point = Surface.Parameter(Surface.Start(surface));
        Optimizer optimizer = name switch
        {
            "Adagrad" => new Adagrad([point], rate, epsilon: Epsilon, epsilonPlacement: EpsilonPlacement.InsideRoot, momentum: 0.8),
            "RMSProp" => new RMSProp([point], rate, 0.9, Epsilon, momentum: 0.7, epsilonPlacement: EpsilonPlacement.InsideRoot),
            "RMSProp, centered" => new RMSProp([point], rate, 0.9, Epsilon, centered: true, epsilonPlacement: EpsilonPlacement.InsideRoot),
            "Adam" => new Adam([point], rate, epsilon: Epsilon, epsilonPlacement: EpsilonPlacement.InsideRoot),
            "AMSGrad" => new Adam([point], rate, beta2: 0.9, epsilon: Epsilon, amsGrad: true, epsilonPlacement: EpsilonPlacement.InsideRoot),
            _ => new Sgd([point], rate, 0.9, form: MomentumForm.Average, biasCorrection: true),
        };
        double[] w = Surface.Start(surface).ToArray();
        double[,] state = new double[2, 3];
        for (int t = 1; t <= 30; t++)
        {
            double[] g = Surface.Gradient(surface, w);
            point.Gradient!.CopyFrom<double>(g);
            optimizer.Step();
            for (int i = 0; i < 2; i++)
            {
                (double a, double b, double c) = (state[i, 0], state[i, 1], state[i, 2]);
                w[i] -= rate * Direction(name, t, g[i], ref a, ref b, ref c);
                (state[i, 0], state[i, 1], state[i, 2]) = (a, b, c);
            }

            double[] found = point.Values();
            Assert.Equal(w[0], found[0], 1e-11);
            Assert.Equal(w[1], found[1], 1e-11);
        }

        // Not a path that stands still.
        Assert.True(Math.Abs(w[0] - Surface.Start(surface)[0]) > 1e-3);
    }

    private static double Direction(string name, int t, double g, ref double a, ref double b, ref double c)
    {
        switch (name)
        {
            case "Adagrad":
                a += g * g;
                b = (0.8 * b) + (g / Math.Sqrt(a + Epsilon));
                return b;
            case "RMSProp":
                a = (0.9 * a) + (0.1 * g * g);
                b = (0.7 * b) + (g / Math.Sqrt(a + Epsilon));
                return b;
            case "RMSProp, centered":
                a = (0.9 * a) + (0.1 * g * g);
                b = (0.9 * b) + (0.1 * g);
                return g / Math.Sqrt(a - (b * b) + Epsilon);
            case "Adam":
                a = (0.9 * a) + (0.1 * g);
                b = (0.999 * b) + (0.001 * g * g);
                return a / (1 - Math.Pow(0.9, t)) / Math.Sqrt((b / (1 - Math.Pow(0.999, t))) + Epsilon);
            case "AMSGrad":
                a = (0.9 * a) + (0.1 * g);
                b = (0.9 * b) + (0.1 * g * g);
                c = Math.Max(c, b);
                return a / (1 - Math.Pow(0.9, t)) / Math.Sqrt((c / (1 - Math.Pow(0.9, t))) + Epsilon);
            default:
                a = (0.9 * a) + (0.1 * g);
                return a / (1 - Math.Pow(0.9, t));
        }
    }
}
