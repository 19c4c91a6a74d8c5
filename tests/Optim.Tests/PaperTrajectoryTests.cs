using DeepSharp.Optim;

namespace DeepSharp.Tests;

/// <summary>Thirty steps of what PyTorch lacks, in all combinations of options, against references written from the papers.</summary>
public class PaperTrajectoryTests
{
    public static IEnumerable<object[]> Cases =>
        from name in PaperReference.All.Keys
        from surface in (string[])["quadratic", "rosenbrock"]
        select new object[] { name, surface };

    // The gradients are those at the reference's points, so that rounding does not carry over through the surface.
    [Theory]
    [MemberData(nameof(Cases))]
    public void Thirty_steps_follow_the_paper(string name, string surface)
    {
        PaperReference item = PaperReference.All[name];
        double rate = surface == "quadratic" ? 0.02 : 0.0005;
        foreach ((DType dtype, double tolerance) in new[] { (DType.Float32, 1e-5), (DType.Float64, 1e-10) })
        {
            double[] w = [.. Surface.Start(surface).Select(x => Rounded(x, dtype))];
            Parameter point = new(Tensor.From(w, item.Shape, Device.Cpu).To(dtype));
            Optimizer optimizer = item.Make(point, rate);
            PaperReference.Step reference = item.Reference(rate);
            for (int t = 1; t <= 30; t++)
            {
                double[] given = [];
                reference(w, p => given = [.. Surface.Gradient(surface, p).Select(g => Rounded(g, dtype))], t);
                using TensorScope scope = Tensor.Scope();
                Tensor weights = Tensor.From(given, item.Shape, Device.Cpu).To(dtype);
                optimizer.Step(() => (point * weights).Sum());
                double[] found = point.Values();
                Assert.Equal(w[0], found[0], tolerance * (1 + Math.Abs(w[0])));
                Assert.Equal(w[1], found[1], tolerance * (1 + Math.Abs(w[1])));
            }

            // Not a path that stands still, or runs away.
            Assert.InRange(Math.Abs(w[0] - Surface.Start(surface)[0]), 1e-3, 100);
        }
    }

    // In Float64 only: where it has converged, whether the loss falls enough is a matter of rounding.
    [Theory]
    [InlineData("quadratic", false)]
    [InlineData("quadratic", true)]
    [InlineData("rosenbrock", false)]
    [InlineData("rosenbrock", true)]
    public void Thirty_steps_of_Newton_s_method_follow_algorithm_7_1(string surface, bool maximize)
    {
        NewtonCGOptions options = new() { Maximize = maximize };
        Assert.Equal((100, 1e-3, 20), (options.Iterations, options.Tolerance, options.Halvings));
        FollowNewton(surface, options);
    }

    // Each of these goes another way than the defaults do.
    [Theory]
    [InlineData("quadratic", 1, 1e-3, 20)]
    [InlineData("rosenbrock", 1, 1e-3, 20)]
    [InlineData("rosenbrock", 100, 0.5, 20)]
    [InlineData("rosenbrock", 100, 1e-3, 2)]
    public void Newton_s_method_ends_as_early_as_its_options_say(string surface, int iterations, double tolerance, int halvings)
    {
        NewtonCGOptions options = new() { Iterations = iterations, Tolerance = tolerance, Halvings = halvings };
        double[] found = FollowNewton(surface, options, steps: 2);
        double[] defaults = FollowNewton(surface, new NewtonCGOptions(), steps: 2);
        Assert.True(Math.Abs(found[0] - defaults[0]) + Math.Abs(found[1] - defaults[1]) > 1e-3);
    }

    private static double[] FollowNewton(string surface, NewtonCGOptions options, int steps = 30)
    {
        bool maximize = options.Maximize;
        double[] w = Surface.Start(surface).ToArray();
        Parameter point = Surface.Parameter(w);
        NewtonCG optimizer = new([point], options);
        for (int t = 1; t <= steps; t++)
        {
            using TensorScope scope = Tensor.Scope();
            double loss = optimizer.Step(() => maximize ? -Surface.Loss(surface, point) : Surface.Loss(surface, point)).Item();
            Assert.Equal(maximize ? -Loss(surface, w) : Loss(surface, w), loss, 1e-10);
            NewtonStep(surface, w, options);
            Assert.Equal(w[0], point.Values()[0], 1e-10);
            Assert.Equal(w[1], point.Values()[1], 1e-10);
        }

        return w;
    }

    // Nocedal, Wright 2006, algorithm 7.1: conjugate gradients for H p = -g, then the length is halved until the loss falls.
    private static void NewtonStep(string surface, double[] w, NewtonCGOptions options)
    {
        double[] g = Surface.Gradient(surface, w);
        (double a, double b, double c) = Hessian(surface, w);
        double norm = Math.Sqrt(Dot(g, g));
        double enough = Math.Min(options.Tolerance, Math.Sqrt(norm)) * norm;
        double[] z = [0, 0];
        double[] r = [.. g];
        double[] d = [-g[0], -g[1]];
        for (int j = 0; j < options.Iterations && Dot(r, r) > 0; j++)
        {
            double[] h = [(a * d[0]) + (b * d[1]), (b * d[0]) + (c * d[1])];
            double curvature = Dot(d, h);
            if (curvature <= 0)
            {
                z = j == 0 ? d : z;
                break;
            }

            double before = Dot(r, r);
            double along = before / curvature;
            z = [z[0] + (along * d[0]), z[1] + (along * d[1])];
            r = [r[0] + (along * h[0]), r[1] + (along * h[1])];
            if (Math.Sqrt(Dot(r, r)) < enough)
            {
                break;
            }

            double share = Dot(r, r) / before;
            d = [(share * d[0]) - r[0], (share * d[1]) - r[1]];
        }

        for (double length = 1; length >= Math.Pow(2, -options.Halvings); length /= 2)
        {
            double[] next = [w[0] + (length * z[0]), w[1] + (length * z[1])];
            if (Loss(surface, next) <= Loss(surface, w) + (1e-4 * length * Dot(g, z)))
            {
                (w[0], w[1]) = (next[0], next[1]);
                return;
            }
        }
    }

    private static (double XX, double XY, double YY) Hessian(string surface, double[] w) => surface == "quadratic"
        ? (50, 3, 1)
        : (2 - (400 * (w[1] - (3 * w[0] * w[0]))), -400 * w[0], 200);

    private static double Loss(string surface, double[] w) => surface == "quadratic"
        ? (25 * w[0] * w[0]) + (3 * w[0] * w[1]) + (0.5 * w[1] * w[1])
        : Math.Pow(1 - w[0], 2) + (100 * Math.Pow(w[1] - (w[0] * w[0]), 2));

    private static double Dot(double[] a, double[] b) => (a[0] * b[0]) + (a[1] * b[1]);

    private static double Rounded(double x, DType dtype) => dtype == DType.Float32 ? (float)x : x;
}
