using DeepSharp.Optim;

namespace DeepSharp.Tests;

/// <summary>How weights decay in a reference: not at all, as part of the gradient, or beside the rule.</summary>
internal sealed record PaperDecay(double Strength, bool Decoupled)
{
    internal string Label => Strength == 0 ? "" : Decoupled ? ", decoupled decay" : ", decay";

    /// <summary>What is added to the gradient, in terms of w.</summary>
    internal double Coupled => Decoupled ? 0 : Strength;

    /// <summary>What stays of w before a step.</summary>
    internal double Kept(double rate) => Decoupled ? 1 - (rate * Strength) : 1;

    /// <summary>Options with this decay and a learning rate.</summary>
    internal T Of<T>(T options, double rate)
        where T : OptimizerOptions =>
        (T)(options with { LearningRate = rate, WeightDecay = Strength, DecoupledWeightDecay = Decoupled });

    /// <summary>A rule that treats each number by itself.</summary>
    /// <param name="options">The options but for rate and decay.</param>
    /// <param name="make">The optimizer.</param>
    /// <param name="delta">What is taken off w, from rate, step, gradient and three numbers of state.</param>
    internal PaperReference Elementwise<T>(T options, Func<Parameter, T, Optimizer> make, Func<double, int, double, double[], double> delta)
        where T : OptimizerOptions => new(
            (p, rate) => make(p, Of(options, rate)),
            rate =>
            {
                double[][] state = [new double[3], new double[3]];
                return (w, gradient, t) =>
                {
                    double[] g = gradient(w);
                    for (int i = 0; i < 2; i++)
                    {
                        w[i] = (Kept(rate) * w[i]) - delta(rate, t, g[i] + (Coupled * w[i]), state[i]);
                    }
                };
            });
}
