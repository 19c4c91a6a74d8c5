using DeepSharp.Optim;

namespace DeepSharp.Tests;

/// <summary>A rule with options that PyTorch lacks: how to make it with a learning rate, and a reference for two numbers.</summary>
/// <param name="Make">The optimizer.</param>
/// <param name="Reference">The reference; it has state, so that each run takes a new one.</param>
/// <param name="Form">The shape of the parameter; two numbers in a row if null.</param>
internal sealed record PaperReference(
    Func<Parameter, double, Optimizer> Make, Func<double, PaperReference.Step> Reference, Shape? Form = null)
{
    /// <summary>A step of the reference.</summary>
    /// <param name="w">The two numbers, which it changes.</param>
    /// <param name="gradient">The gradient at a point; asked for once.</param>
    /// <param name="t">The number of the step, from 1.</param>
    internal delegate void Step(double[] w, Func<double[], double[]> gradient, int t);

    /// <summary>The shape of the parameter.</summary>
    internal Shape Shape => Form ?? new Shape(2);

    /// <summary>Every rule in its combinations of options, by name.</summary>
    internal static IReadOnlyDictionary<string, PaperReference> All { get; } = new[] { (0, false), (0.1, false), (0.1, true) }
        .Select(static decay => new PaperDecay(decay.Item1, decay.Item2))
        .SelectMany(static decay => ElementReferences.All(decay).Concat(ParameterReferences.All(decay))
            .Select(pair => (Name: pair.Item1 + decay.Label, pair.Item2)))
        .Concat(ParameterReferences.Wrapped())
        .ToDictionary(static pair => pair.Item1, static pair => pair.Item2);
}
