using DeepSharp.Optim;

namespace DeepSharp.Tests;

/// <summary>Rules that treat each number by itself, from their papers and textbooks; s is the state.</summary>
internal static class ElementReferences
{
    private const double Epsilon = 0.01;
    private static readonly bool[] s_both = [false, true];
    private static readonly EpsilonPlacement[] s_placements = [EpsilonPlacement.OutsideRoot, EpsilonPlacement.InsideRoot];

    internal static IEnumerable<(string, PaperReference)> All(PaperDecay decay) =>
        Momenta(decay).Concat(Rates(decay)).Concat(Adagrads(decay)).Concat(RMSProps(decay)).Concat(Adams(decay));

    private static IEnumerable<(string, PaperReference)> Momenta(PaperDecay decay)
    {
        PaperReference SGD(SGDOptions options, Func<double, int, double, double[], double> delta) =>
            decay.Elementwise(options, static (p, o) => new SGD([p], o), delta);

        yield return ("SGD", SGD(new SGDOptions(), static (rate, _, g, _) => rate * g));
        foreach (double dampening in (double[])[0, 0.5])
        {
            yield return ($"SGD, direction, dampening {dampening}", SGD(
                new SGDOptions { Momentum = 0.9, Dampening = dampening },
                (rate, t, g, s) => rate * (s[0] = t == 1 ? g : (0.9 * s[0]) + ((1 - dampening) * g))));
        }

        yield return ("SGD, Nesterov", SGD(new SGDOptions { Momentum = 0.9, Nesterov = true }, static (rate, _, g, s) =>
        {
            s[0] = (0.9 * s[0]) + g;
            return rate * (g + (0.9 * s[0]));
        }));
        yield return ("SGD, velocity", SGD(
            new SGDOptions { Momentum = 0.9, Form = MomentumForm.Velocity }, static (rate, _, g, s) => -(s[0] = (0.9 * s[0]) - (rate * g))));
        yield return ("SGD, Nesterov, velocity", SGD(
            new SGDOptions { Momentum = 0.9, Nesterov = true, Form = MomentumForm.Velocity },
            static (rate, _, g, s) =>
            {
                double before = s[0];
                s[0] = (0.9 * s[0]) - (rate * g);
                return (0.9 * before) - (1.9 * s[0]);
            }));
        foreach (bool corrected in s_both)
        {
            yield return ($"SGD, average, corrected {corrected}", SGD(
                new SGDOptions { Momentum = 0.9, Form = MomentumForm.Average, BiasCorrection = corrected },
                (rate, t, g, s) => rate * (s[0] = (0.9 * s[0]) + (0.1 * g)) / (corrected ? 1 - Math.Pow(0.9, t) : 1)));
        }
    }

    // Jacobs 1988; Igel, Hüsken 2000; Chen et al. 2023.
    private static IEnumerable<(string, PaperReference)> Rates(PaperDecay decay)
    {
        foreach (double momentum in (double[])[0, 0.6])
        {
            yield return ($"DeltaBarDelta, momentum {momentum}", decay.Elementwise(
                new DeltaBarDeltaOptions { Raise = 1e-4, Lower = 0.3, Theta = 0.6, Momentum = momentum },
                static (p, o) => new DeltaBarDelta([p], o),
                (rate, t, g, s) =>
                {
                    s[1] = t == 1 ? rate : s[0] * g > 0 ? s[1] + 1e-4 : s[0] * g < 0 ? 0.7 * s[1] : s[1];
                    s[0] = (0.6 * s[0]) + (0.4 * g);
                    return s[2] = (momentum * s[2]) + (s[1] * g);
                }));
        }

        yield return ("Rprop", decay.Elementwise(
            new RpropOptions { Lower = 0.4, Raise = 1.3, Smallest = 1e-3, Largest = 0.05 },
            static (p, o) => new Rprop([p], o),
            static (rate, t, g, s) =>
            {
                double turn = g * s[0];
                s[1] = Math.Clamp(t == 1 ? rate : turn > 0 ? 1.3 * s[1] : turn < 0 ? 0.4 * s[1] : s[1], 1e-3, 0.05);
                s[0] = turn < 0 ? 0 : g;
                return s[1] * Math.Sign(s[0]);
            }));
        foreach ((double beta1, double beta2) in new[] { (0.9, 0.99), (0.5, 0.8) })
        {
            yield return ($"Lion, {beta1}, {beta2}", decay.Elementwise(
                new LionOptions { Beta1 = beta1, Beta2 = beta2 },
                static (p, o) => new Lion([p], o),
                (rate, _, g, s) =>
                {
                    double direction = (beta1 * s[0]) + ((1 - beta1) * g);
                    s[0] = (beta2 * s[0]) + ((1 - beta2) * g);
                    return rate * Math.Sign(direction);
                }));
        }
    }

    private static IEnumerable<(string, PaperReference)> Adagrads(PaperDecay decay) =>
        from placement in s_placements
        from momentum in (double[])[0, 0.8]
        from fall in (double[])[0, 0.1]
        from initial in (double[])[0, 0.5]
        select ($"Adagrad, {placement}, momentum {momentum}, rate decay {fall}, initial {initial}", decay.Elementwise(
            new AdagradOptions
            {
                Epsilon = Epsilon,
                EpsilonPlacement = placement,
                Momentum = momentum,
                LearningRateDecay = fall,
                InitialAccumulator = initial,
            },
            static (p, o) => new Adagrad([p], o),
            (rate, t, g, s) =>
            {
                s[0] = (t == 1 ? initial : s[0]) + (g * g);
                s[1] = (momentum * s[1]) + (g / Root(s[0], placement));
                return rate / (1 + ((t - 1) * fall)) * s[1];
            }));

    private static IEnumerable<(string, PaperReference)> RMSProps(PaperDecay decay) =>
        from placement in s_placements
        from momentum in (double[])[0, 0.7]
        from centered in s_both
        select ($"RMSProp, {placement}, momentum {momentum}, centered {centered}", decay.Elementwise(
            new RMSPropOptions { Alpha = 0.9, Epsilon = Epsilon, EpsilonPlacement = placement, Momentum = momentum, Centered = centered },
            static (p, o) => new RMSProp([p], o),
            (rate, _, g, s) =>
            {
                s[0] = (0.9 * s[0]) + (0.1 * g * g);
                s[1] = (0.9 * s[1]) + (0.1 * g);
                s[2] = (momentum * s[2]) + (g / Root(s[0] - (centered ? s[1] * s[1] : 0), placement));
                return rate * s[2];
            }));

    private static IEnumerable<(string, PaperReference)> Adams(PaperDecay decay) =>
        from placement in s_placements
        from largest in s_both
        from betas in new[] { (0.9, 0.999), (0.7, 0.8) }
        select ($"Adam, {placement}, AMSGrad {largest}, {betas}", decay.Elementwise(
            new AdamOptions { Beta1 = betas.Item1, Beta2 = betas.Item2, Epsilon = Epsilon, EpsilonPlacement = placement, AMSGrad = largest },
            static (p, o) => new Adam([p], o),
            (rate, t, g, s) =>
            {
                s[0] = (betas.Item1 * s[0]) + ((1 - betas.Item1) * g);
                s[1] = (betas.Item2 * s[1]) + ((1 - betas.Item2) * g * g);
                s[2] = largest ? Math.Max(s[2], s[1]) : s[1];
                return rate * s[0] / (1 - Math.Pow(betas.Item1, t)) / Root(s[2] / (1 - Math.Pow(betas.Item2, t)), placement);
            }));

    private static double Root(double square, EpsilonPlacement placement) =>
        placement == EpsilonPlacement.InsideRoot ? Math.Sqrt(square + Epsilon) : Math.Sqrt(square) + Epsilon;
}
