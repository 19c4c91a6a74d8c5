using DeepSharp.Optim;

namespace DeepSharp.Tests;

internal static class OptimizerExtensions
{
    /// <summary>The optimizer after something was done to it.</summary>
    internal static TOptimizer With<TOptimizer>(this TOptimizer optimizer, Action<TOptimizer> change)
        where TOptimizer : Optimizer
    {
        change(optimizer);
        return optimizer;
    }
}
