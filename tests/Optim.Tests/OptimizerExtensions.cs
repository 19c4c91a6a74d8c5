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

    /// <summary>The optimizer with gradients of one in all its parameters, where what matters is that there are some.</summary>
    internal static TOptimizer WithGradients<TOptimizer>(this TOptimizer optimizer)
        where TOptimizer : Optimizer => optimizer.With(static o =>
        {
            foreach (Parameter parameter in o.Groups.SelectMany(static group => group.Parameters))
            {
                parameter.Gradient!.Fill(1);
            }
        });
}
