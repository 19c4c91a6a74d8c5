using DeepSharp.Optim;

namespace DeepSharp.Tests;

/// <summary>Rules that look at a whole parameter, at other points than w, or at other rules, from their papers.</summary>
internal static class ParameterReferences
{
    private const double Epsilon = 0.01;
    private static readonly bool[] s_both = [false, true];

    internal static IEnumerable<(string, PaperReference)> All(PaperDecay decay)
    {
        foreach (double momentum in (double[])[0, 0.9])
        {
            yield return ($"NesterovAccelerated, {momentum}", new PaperReference(
                (p, rate) => new NesterovAccelerated([p], decay.Of(new NesterovAcceleratedOptions { Momentum = momentum }, rate)),
                rate => NesterovAccelerated(decay, rate, momentum)));
            yield return ($"LARS, {momentum}", new PaperReference(
                (p, rate) => new LARS([p], decay.Of(new LARSOptions { Momentum = momentum, Trust = 0.5, Epsilon = Epsilon }, rate)),
                rate => LARS(decay, rate, momentum)));
        }

        yield return ("LAMB", new PaperReference(
            (p, rate) => new LAMB([p], decay.Of(new LAMBOptions { Beta2 = 0.99, Epsilon = Epsilon }, rate)), rate => LAMB(decay, rate)));
        foreach (bool scales in s_both)
        {
            foreach (Shape shape in (Shape[])[new Shape(2), new Shape(1, 2), new Shape(2, 1)])
            {
                yield return ($"Adafactor, {shape}, scales {scales}", new PaperReference(
                    (p, rate) => new Adafactor([p], decay.Of(new AdafactorOptions { ScalesByParameter = scales, ClipThreshold = 0.8 }, rate)),
                    rate => Adafactor(decay, rate, scales),
                    shape));
            }
        }

        // The weights are of size one: below the smallest scale at first, and above it later where they grow.
        yield return ("Adafactor, power 0.5, scale 1.5", new PaperReference(
            (p, rate) => new Adafactor(
                [p], decay.Of(new AdafactorOptions { DecayPower = 0.5, SmallestScale = 1.5, ClipThreshold = 0.8 }, rate)),
            rate => Adafactor(decay, rate, scales: true, power: 0.5, smallest: 1.5)));

        foreach (bool nesterov in s_both)
        {
            yield return ($"Muon, Nesterov {nesterov}", new PaperReference(
                (p, rate) => new Muon([p], decay.Of(new MuonOptions { Momentum = 0.9, Nesterov = nesterov }, rate)),
                rate => Muon(decay, rate, nesterov),
                new Shape(1, 2)));
        }

        foreach (int warmup in decay.Decoupled ? [] : (int[])[0, 8])
        {
            yield return ($"ScheduleFreeAdamW, warm-up {warmup}", new PaperReference(
                (p, rate) => new ScheduleFreeAdamW(
                    [p], decay.Of(new ScheduleFreeAdamWOptions { Beta2 = 0.99, Epsilon = Epsilon, WarmupSteps = warmup }, rate)),
                rate => ScheduleFree(decay.Strength, rate, warmup)));
        }
    }

    internal static IEnumerable<(string, PaperReference)> Wrapped() =>
        from steps in (int[])[1, 3, 5]
        from alpha in (double[])[0.3, 0.5, 1]
        select ($"Lookahead, {steps}, {alpha}", new PaperReference(
            (p, rate) => new Lookahead(new SGD([p], rate, 0.9), steps, alpha), rate => Lookahead(rate, steps, alpha)));

    // Sutskever, Martens, Dahl, Hinton 2013, equations 3 and 4.
    private static PaperReference.Step NesterovAccelerated(PaperDecay decay, double rate, double momentum)
    {
        double[] v = [0, 0];
        return (w, gradient, _) =>
        {
            double[] ahead = [w[0] + (momentum * v[0]), w[1] + (momentum * v[1])];
            double[] g = gradient(ahead);
            for (int i = 0; i < 2; i++)
            {
                v[i] = (momentum * v[i]) - (rate * (g[i] + (decay.Coupled * ahead[i])));
                w[i] = (decay.Kept(rate) * w[i]) + v[i];
            }
        };
    }

    // You, Gitman, Ginsburg 2017.
    private static PaperReference.Step LARS(PaperDecay decay, double rate, double momentum)
    {
        double[] v = [0, 0];
        return (w, gradient, _) =>
        {
            double[] g = gradient(w);
            Scale(w, decay.Kept(rate));
            double trust = 0.5 * Norm(w) / (Norm(g) + (decay.Coupled * Norm(w)) + Epsilon);
            for (int i = 0; i < 2; i++)
            {
                v[i] = (momentum * v[i]) + (rate * trust * (g[i] + (decay.Coupled * w[i])));
                w[i] -= v[i];
            }
        };
    }

    // You et al. 2020, algorithm 2.
    private static PaperReference.Step LAMB(PaperDecay decay, double rate)
    {
        double[] m = [0, 0];
        double[] v = [0, 0];
        return (w, gradient, t) =>
        {
            double[] g = gradient(w);
            double[] u = [0, 0];
            Scale(w, decay.Kept(rate));
            for (int i = 0; i < 2; i++)
            {
                m[i] = (0.9 * m[i]) + (0.1 * g[i]);
                v[i] = (0.99 * v[i]) + (0.01 * g[i] * g[i]);
                double mean = m[i] / (1 - Math.Pow(0.9, t));
                u[i] = (mean / (Math.Sqrt(v[i] / (1 - Math.Pow(0.99, t))) + Epsilon)) + (decay.Coupled * w[i]);
            }

            double ratio = Norm(w) / Norm(u);
            w[0] -= rate * ratio * u[0];
            w[1] -= rate * ratio * u[1];
        };
    }

    // Shazeer, Stern 2018, algorithms 4 to 6. The factors of a row or a column alone are the squares themselves.
    private static PaperReference.Step Adafactor(
        PaperDecay decay, double rate, bool scales, double power = 0.8, double smallest = 1e-3)
    {
        double[] v = [0, 0];
        return (w, gradient, t) =>
        {
            double[] g = gradient(w);
            double[] u = [0, 0];
            double kept = 1 - Math.Pow(t, -power);
            for (int i = 0; i < 2; i++)
            {
                double decayed = g[i] + (decay.Coupled * w[i]);
                v[i] = (kept * v[i]) + ((1 - kept) * ((decayed * decayed) + 1e-30));
                u[i] = decayed / Math.Sqrt(v[i]);
            }

            double relative = Math.Min(rate, 1 / Math.Sqrt(t));
            double step = relative * (scales ? Math.Max(smallest, Norm(w) / Math.Sqrt(2)) : 1) / Math.Max(1, Norm(u) / Math.Sqrt(2) / 0.8);
            Scale(w, decay.Kept(relative));
            w[0] -= step * u[0];
            w[1] -= step * u[1];
        };
    }

    // Jordan et al. 2024; of one row, X Xᵀ is a number.
    private static PaperReference.Step Muon(PaperDecay decay, double rate, bool nesterov)
    {
        double[] m = [0, 0];
        return (w, gradient, _) =>
        {
            double[] g = gradient(w);
            double[] x = [0, 0];
            for (int i = 0; i < 2; i++)
            {
                double decayed = g[i] + (decay.Coupled * w[i]);
                m[i] = (0.9 * m[i]) + decayed;
                x[i] = nesterov ? decayed + (0.9 * m[i]) : m[i];
            }

            Scale(x, 1 / (Norm(x) + 1e-7));
            for (int turn = 0; turn < 5; turn++)
            {
                double square = (x[0] * x[0]) + (x[1] * x[1]);
                Scale(x, 3.4445 - (4.775 * square) + (2.0315 * square * square));
            }

            Scale(w, decay.Kept(rate));
            w[0] -= rate * x[0];
            w[1] -= rate * x[1];
        };
    }

    // Defazio et al. 2024, algorithm 1: w is y.
    private static PaperReference.Step ScheduleFree(double decay, double rate, int warmup)
    {
        double[] x = [0, 0];
        double[] z = [0, 0];
        double[] v = [0, 0];
        double sum = 0;
        return (w, gradient, t) =>
        {
            double[] g = gradient(w);
            double now = rate * Math.Min(1, (double)t / Math.Max(1, warmup));
            sum += now * now;
            for (int i = 0; i < 2; i++)
            {
                (x[i], z[i]) = t == 1 ? (w[i], w[i]) : (x[i], z[i]);
                v[i] = (0.99 * v[i]) + (0.01 * g[i] * g[i]);
                z[i] -= now * ((g[i] / (Math.Sqrt(v[i] / (1 - Math.Pow(0.99, t))) + Epsilon)) + (decay * w[i]));
                x[i] += now * now / sum * (z[i] - x[i]);
                w[i] = (0.1 * z[i]) + (0.9 * x[i]);
            }
        };
    }

    // Zhang, Lucas, Hinton, Ba 2019, algorithm 1, around momentum.
    private static PaperReference.Step Lookahead(double rate, int steps, double alpha)
    {
        double[] v = [0, 0];
        double[] slow = [double.NaN, double.NaN];
        return (w, gradient, t) =>
        {
            double[] g = gradient(w);
            for (int i = 0; i < 2; i++)
            {
                slow[i] = t == 1 ? w[i] : slow[i];
                v[i] = (0.9 * v[i]) + g[i];
                w[i] -= rate * v[i];
                if (t % steps == 0)
                {
                    slow[i] += alpha * (w[i] - slow[i]);
                    w[i] = slow[i];
                }
            }
        };
    }

    private static double Norm(double[] x) => Math.Sqrt((x[0] * x[0]) + (x[1] * x[1]));

    private static void Scale(double[] x, double factor)
    {
        x[0] *= factor;
        x[1] *= factor;
    }
}
