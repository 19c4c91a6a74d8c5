using DeepSharp.Optim;

namespace DeepSharp.Tests;

/// <summary>Rules that look at whole parameters, against references written from their papers: LARS, LAMB, Adafactor, Muon.</summary>
public class LayerwiseTests
{
    private static readonly int[][] s_shapes = [[3, 4], [5], [4, 2]];

    [Fact]
    public void Lars_scales_each_parameter_by_its_trust_ratio()
    {
        double[][] v = Zeros();
        Compare(p => new LARS(p, 0.1, 0.9, 0.02, 1e-8, 0.05), (w, g, i, _) =>
        {
            double trust = 0.02 * Norm(w) / (Norm(g) + (0.05 * Norm(w)) + 1e-8);
            for (int k = 0; k < w.Length; k++)
            {
                v[i][k] = (0.9 * v[i][k]) + (0.1 * trust * (g[k] + (0.05 * w[k])));
                w[k] -= v[i][k];
            }
        });
    }

    [Fact]
    public void Lamb_is_algorithm_2_of_its_paper()
    {
        double[][] m = Zeros();
        double[][] v = Zeros();
        Compare(p => new LAMB(p, 0.01, 0.9, 0.99, 1e-6, 0.1), (w, g, i, t) =>
        {
            double[] u = new double[w.Length];
            for (int k = 0; k < w.Length; k++)
            {
                m[i][k] = (0.9 * m[i][k]) + (0.1 * g[k]);
                v[i][k] = (0.99 * v[i][k]) + (0.01 * g[k] * g[k]);
                u[k] = (m[i][k] / (1 - Math.Pow(0.9, t)) / (Math.Sqrt(v[i][k] / (1 - Math.Pow(0.99, t))) + 1e-6)) + (0.1 * w[k]);
            }

            double ratio = Norm(w) / Norm(u);
            for (int k = 0; k < w.Length; k++)
            {
                w[k] -= 0.01 * ratio * u[k];
            }
        });
    }

    [Fact]
    public void A_parameter_of_zeros_has_a_trust_ratio_of_one()
    {
        Parameter w = Surface.Parameter([0, 0]);
        LARS lars = new([w], 0.5, 0, weightDecay: 0.1);
        w.Gradient!.Fill(1);
        lars.Step();
        Assert.All(w.Values(), static x => Assert.Equal(-0.5, x, 12));
    }

    [Fact]
    public void Adafactor_takes_a_small_parameter_for_one_of_a_thousandth()
    {
        // The first step divides the gradient by itself: 1e-5 - 0.05 · 1e-3 · sign(g).
        Parameter w = Surface.Parameter([1e-5, -1e-5]);
        Adafactor adafactor = new([w], 0.05);
        w.Gradient!.CopyFrom<double>([3, -0.2]);
        adafactor.Step();
        Assert.Equal(-4e-5, w.Values()[0], 1e-15);
        Assert.Equal(4e-5, w.Values()[1], 1e-15);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Adafactor_is_algorithms_4_to_6_of_its_paper(bool scales)
    {
        double[][] rows = [new double[3], new double[5], new double[4]];
        double[][] columns = [new double[4], [], new double[2]];
        Compare(p => new Adafactor(p, 0.03, weightDecay: 0.1, scalesByParameter: scales), (w, g, i, t) =>
        {
            double beta = 1 - Math.Pow(t, -0.8);
            int width = s_shapes[i].Length == 2 ? s_shapes[i][1] : 0;
            double[] u = new double[w.Length];
            if (width == 0)
            {
                for (int k = 0; k < w.Length; k++)
                {
                    rows[i][k] = (beta * rows[i][k]) + ((1 - beta) * ((g[k] * g[k]) + 1e-30));
                    u[k] = g[k] / Math.Sqrt(rows[i][k]);
                }
            }
            else
            {
                int height = w.Length / width;
                for (int r = 0; r < height; r++)
                {
                    rows[i][r] = (beta * rows[i][r]) + ((1 - beta) * Enumerable.Range(0, width).Sum(c => Math.Pow(g[(r * width) + c], 2)));
                }

                for (int c = 0; c < width; c++)
                {
                    columns[i][c] = (beta * columns[i][c]) + ((1 - beta) * Enumerable.Range(0, height).Sum(r => Math.Pow(g[(r * width) + c], 2)));
                }

                for (int k = 0; k < w.Length; k++)
                {
                    u[k] = g[k] / Math.Sqrt(rows[i][k / width] * columns[i][k % width] / rows[i].Sum());
                }
            }

            double rate = Math.Min(0.03, 1 / Math.Sqrt(t));
            double step = rate * (scales ? Math.Max(1e-3, Rms(w)) : 1) / Math.Max(1, Rms(u));
            for (int k = 0; k < w.Length; k++)
            {
                w[k] = (w[k] * (1 - (rate * 0.1))) - (step * u[k]);
            }
        });
    }

    [Fact]
    public void Muon_makes_steps_orthogonal()
    {
        foreach (int[] shape in new int[][] { [6, 3], [3, 6], [4, 4] })
        {
            int rows = shape[0];
            int columns = shape[1];
            Parameter w = new(Tensor.Zeros(new Shape(rows, columns), DType.Float64, Device.Cpu));
            Muon optimizer = new([w], 1, momentum: 0.9);
            double[] g = [.. Enumerable.Range(0, rows * columns).Select(k => Math.Sin((3 * k) + 1) + (k % 5 == 0 ? 2 : 0))];
            w.Gradient!.CopyFrom<double>(g);
            optimizer.Step();

            // A step made orthogonal has the same singular vectors, and singular values about one: O Oᵀ has eigenvalues near one.
            double[] o = [.. w.Values().Select(x => -x / Math.Sqrt(Math.Max(1, (double)rows / columns)))];
            int small = Math.Min(rows, columns);
            double trace = o.Sum(static x => x * x);
            Assert.InRange(trace / small, 0.45, 1.5);
            Assert.Equal(Reference(g, rows, columns), o, new Near(1e-9));
        }
    }

    [Fact]
    public void Muon_refuses_what_is_no_matrix()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => new Muon([new Parameter(Tensor.Ones(3, device: Device.Cpu))]));
        Assert.Contains("AdamW", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Launches_do_not_grow_with_the_number_of_parameters()
    {
        foreach ((Func<Parameter[], Optimizer> make, int launches) in new (Func<Parameter[], Optimizer>, int)[]
        {
            (static p => new LARS(p), 4), (static p => new LAMB(p), 5),
        })
        {
            Optimizer optimizer = make([.. Enumerable.Range(2, 9).Select(static i => new Parameter(Tensor.Ones(i, device: Device.Cpu)))]).WithGradients();
            optimizer.Step();
            long before = Device.Cpu.Statistics.Launches;
            optimizer.Step();
            Assert.Equal(launches, Device.Cpu.Statistics.Launches - before);
        }
    }

    // Newton-Schulz by hand, on the wide orientation.
    private static double[] Reference(double[] g, int rows, int columns)
    {
        bool tall = rows > columns;
        (int n, int m) = tall ? (columns, rows) : (rows, columns);
        double[,] x = new double[n, m];
        double norm = Norm(g) + (1e-7 / 1.9);
        for (int k = 0; k < g.Length; k++)
        {
            (int r, int c) = (k / columns, k % columns);
            x[tall ? c : r, tall ? r : c] = g[k] / norm;
        }

        for (int turn = 0; turn < 5; turn++)
        {
            double[,] a = Multiply(x, Transposed(x));
            double[,] square = Multiply(a, a);
            double[,] b = new double[n, n];
            for (int i = 0; i < n; i++)
            {
                for (int j = 0; j < n; j++)
                {
                    b[i, j] = (-4.775 * a[i, j]) + (2.0315 * square[i, j]);
                }
            }

            double[,] bx = Multiply(b, x);
            for (int i = 0; i < n; i++)
            {
                for (int j = 0; j < m; j++)
                {
                    x[i, j] = (3.4445 * x[i, j]) + bx[i, j];
                }
            }
        }

        return [.. Enumerable.Range(0, g.Length).Select(k => tall ? x[k % columns, k / columns] : x[k / columns, k % columns])];
    }

    private static double[,] Multiply(double[,] a, double[,] b)
    {
        double[,] c = new double[a.GetLength(0), b.GetLength(1)];
        for (int i = 0; i < c.GetLength(0); i++)
        {
            for (int j = 0; j < c.GetLength(1); j++)
            {
                for (int k = 0; k < a.GetLength(1); k++)
                {
                    c[i, j] += a[i, k] * b[k, j];
                }
            }
        }

        return c;
    }

    private static double[,] Transposed(double[,] a)
    {
        double[,] t = new double[a.GetLength(1), a.GetLength(0)];
        for (int i = 0; i < t.GetLength(0); i++)
        {
            for (int j = 0; j < t.GetLength(1); j++)
            {
                t[i, j] = a[j, i];
            }
        }

        return t;
    }

    private static void Compare(Func<Parameter[], Optimizer> make, Action<double[], double[], int, int> step)
    {
        double[][] w = [.. s_shapes.Select(static (shape, i) => Values(shape.Aggregate(static (a, b) => a * b), i + 1))];
        Parameter[] parameters = [.. w.Select(static (values, i) => new Parameter(Tensor.From(values, new Shape(s_shapes[i]), Device.Cpu)))];
        Optimizer optimizer = make(parameters);
        for (int t = 1; t <= 6; t++)
        {
            for (int i = 0; i < w.Length; i++)
            {
                double[] g = Values(w[i].Length, (10 * t) + i);
                parameters[i].Gradient!.CopyFrom<double>(g);
                step(w[i], g, i, t);
            }

            optimizer.Step();
            for (int i = 0; i < w.Length; i++)
            {
                Assert.Equal(w[i], parameters[i].Values(), new Near(1e-11));
            }
        }
    }

    private static double[] Values(int count, int seed) => [.. Enumerable.Range(0, count).Select(k => Math.Sin((7.3 * k) + (1.7 * seed)) * (1 + (k % 3)))];

    private static double[][] Zeros() => [.. s_shapes.Select(static shape => new double[shape.Aggregate(static (a, b) => a * b)])];

    private static double Norm(double[] x) => Math.Sqrt(x.Sum(static v => v * v));

    private static double Rms(double[] x) => Norm(x) / Math.Sqrt(x.Length);

    private sealed class Near(double tolerance) : IEqualityComparer<double>
    {
        public bool Equals(double x, double y) => Math.Abs(x - y) <= tolerance * (1 + Math.Abs(x));

        public int GetHashCode(double obj) => 0;
    }
}
