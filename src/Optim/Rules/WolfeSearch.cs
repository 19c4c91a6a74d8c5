namespace DeepSharp.Optim;

/// <summary>
/// A step length that meets the strong Wolfe conditions, f(t) ≤ f(0) + 1e-4 t f'(0) and |f'(t)| ≤ 0.9 |f'(0)|: brackets one, then narrows
/// the bracket by cubic interpolation.
/// </summary>
/// <remarks>
/// A loss that is no number counts as infinite: the search goes back from there. Source: Nocedal, Wright 2006, algorithms 3.5 and 3.6;
/// bounds and safeguards as in torch.optim.LBFGS.
/// </remarks>
internal sealed class WolfeSearch(Func<double, WolfePoint> evaluate, double largest, double changeTolerance)
{
    private const double Decrease = 1e-4;
    private const double Curvature = 0.9;
    private const int MostEvaluations = 25;

    /// <summary>The evaluations the search took.</summary>
    internal int Evaluations { get; private set; }

    /// <summary>The length found, or the best there was, with its loss and gradient.</summary>
    internal (double Length, double Loss, Tensor Gradient) Find(WolfePoint origin, double length)
    {
        WolfePoint before = origin;
        WolfePoint now = At(length);
        int turns = 0;
        for (; turns < MostEvaluations; turns++)
        {
            if (!Decreases(origin, now) || (turns > 1 && now.Loss >= before.Loss) || (now.Slope >= 0 && !Flat(origin, now)))
            {
                return Result(Narrow(origin, [before, now], turns));
            }

            if (Flat(origin, now))
            {
                return Result(now);
            }

            double next = Cubic(before, now, now.Length + (0.01 * (now.Length - before.Length)), now.Length * 10);
            before = now;
            now = At(next);
        }

        return Result(origin.Loss <= now.Loss ? origin : now);
    }

    private static bool Decreases(WolfePoint origin, WolfePoint point) => point.Loss <= origin.Loss + (Decrease * point.Length * origin.Slope);

    private static bool Flat(WolfePoint origin, WolfePoint point) => Math.Abs(point.Slope) <= -Curvature * origin.Slope;

    private static (double Length, double Loss, Tensor Gradient) Result(WolfePoint point) => (point.Length, point.Loss, point.Gradient);

    // The minimum of the cubic through two values and slopes, within bounds; their middle if there is none.
    private static double Cubic(WolfePoint a, WolfePoint b, double low, double high)
    {
        (WolfePoint left, WolfePoint right) = a.Length <= b.Length ? (a, b) : (b, a);
        double mean = a.Slope + b.Slope - (3 * (a.Loss - b.Loss) / (a.Length - b.Length));
        double square = (mean * mean) - (a.Slope * b.Slope);
        if (!(square >= 0 && double.IsFinite(square)))
        {
            return (low + high) / 2;
        }

        double root = Math.Sqrt(square);
        double at = right.Length
            - ((right.Length - left.Length) * ((right.Slope + root - mean) / (right.Slope - left.Slope + (2 * root))));
        return Math.Min(Math.Max(at, low), high);
    }

    private WolfePoint Narrow(WolfePoint origin, WolfePoint[] bracket, int turns)
    {
        bool stuck = false;
        int best = bracket[0].Loss <= bracket[1].Loss ? 0 : 1;
        for (; turns < MostEvaluations && Math.Abs(bracket[1].Length - bracket[0].Length) * largest >= changeTolerance; turns++)
        {
            double low = Math.Min(bracket[0].Length, bracket[1].Length);
            double high = Math.Max(bracket[0].Length, bracket[1].Length);
            double next = Cubic(bracket[0], bracket[1], low, high);

            // Close to an end twice in a row, or at it: a tenth of the bracket away from it.
            double margin = 0.1 * (high - low);
            bool close = Math.Min(high - next, next - low) < margin;
            if (close && (stuck || next >= high || next <= low))
            {
                next = Math.Abs(next - high) < Math.Abs(next - low) ? high - margin : low + margin;
                close = false;
            }

            stuck = close;
            WolfePoint now = At(next);
            if (!Decreases(origin, now) || now.Loss >= bracket[best].Loss)
            {
                bracket[1 - best] = now;
                best = bracket[0].Loss <= bracket[1].Loss ? 0 : 1;
                continue;
            }

            if (Flat(origin, now))
            {
                return now;
            }

            if (now.Slope * (bracket[1 - best].Length - bracket[best].Length) >= 0)
            {
                bracket[1 - best] = bracket[best];
            }

            bracket[best] = now;
        }

        return bracket[best];
    }

    private WolfePoint At(double length)
    {
        Evaluations++;
        WolfePoint point = evaluate(length);
        return double.IsNaN(point.Loss) ? point with { Loss = double.PositiveInfinity } : point;
    }
}
