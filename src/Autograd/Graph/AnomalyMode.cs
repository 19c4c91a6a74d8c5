namespace DeepSharp;

/// <summary>
/// While one is open, results and gradients on this thread are searched for NaN, and the first that has one is an error that names
/// its operator: <c>using AnomalyMode mode = new();</c>. Slow, for finding out where a NaN comes from.
/// </summary>
/// <remarks>
/// Searched are the results of operators that record a graph, as they are made, and all gradients of a backward pass. Infinities
/// are no error: they are legitimate in masks, and an operator that turns one into NaN is named.
/// </remarks>
public sealed class AnomalyMode : IDisposable
{
    [ThreadStatic]
    private static int t_open;

    private readonly OwnThread _thread = new();
    private bool _ended;

    /// <summary>Starts searching.</summary>
    public AnomalyMode() => t_open++;

    internal static bool IsOpen => t_open > 0;

    /// <summary>Goes back to what was before. Ending twice does nothing.</summary>
    /// <exception cref="InvalidOperationException">Another thread opened it, and still searches.</exception>
    public void Dispose()
    {
        if (!_ended)
        {
            _thread.Require(nameof(AnomalyMode));
            _ended = true;
            t_open--;
        }
    }

    internal static void CheckOutput(string name, Tensor output)
    {
        if (t_open > 0)
        {
            Check(output, $"{name} made a result");
        }
    }

    internal static void CheckGradient(string? name, Tensor gradient)
    {
        if (t_open > 0)
        {
            Check(gradient, $"the backward pass of {name} made a gradient");
        }
    }

    private static void Check(Tensor tensor, string what)
    {
        using TensorScope scope = Tensor.Scope();
        double[] values = tensor.Detach().To(Device.Cpu).To(DType.Float64).ToArray<double>();
        int first = Array.FindIndex(values, double.IsNaN);
        if (first >= 0)
        {
            throw new ArithmeticException(
                $"AnomalyMode: {what} with NaN: {values.Count(double.IsNaN)} of the {values.Length} elements of {tensor.Shape}, the first at "
                + $"place {first} in row-major order. Results made before it had none; look at what goes into this operator.");
        }
    }
}
