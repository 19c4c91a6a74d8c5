namespace DeepSharp;

/// <summary>Compares gradients with finite differences: the test of every differentiable operator.</summary>
public static class GradCheck
{
    /// <summary>
    /// Checks the gradients of a function of Float64 tensors: each element is moved by ±step, and the difference of the outputs
    /// must agree with the gradient within absolute + relative tolerance.
    /// </summary>
    /// <param name="function">The function; outputs of more than one element are weighted by fixed numbers and summed.</param>
    /// <param name="inputs">Float64 tensors on any device; their values are restored.</param>
    /// <param name="step">The distance moved.</param>
    /// <param name="tolerance">The error allowed, both absolute and relative.</param>
    /// <param name="order">Up to which order gradients of gradients are checked as well; 1 for the gradients alone.</param>
    /// <exception cref="GradCheckException">A gradient disagrees; the message names input, element and both values.</exception>
    /// <exception cref="ArgumentException">An input is not Float64.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The order is below 1.</exception>
    public static void Run(
        Func<Tensor[], Tensor> function, Tensor[] inputs, double step = 1e-5, double tolerance = 1e-6, int order = 1)
    {
        ArgumentNullException.ThrowIfNull(function);
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentOutOfRangeException.ThrowIfLessThan(order, 1);
        foreach (Tensor input in inputs)
        {
            ArgumentNullException.ThrowIfNull(input, nameof(inputs));
            if (input.DType != DType.Float64)
            {
                throw new ArgumentException(
                    $"GradCheck: inputs must be Float64, not {input.DType}; the differences need its digits. Convert with To(DType.Float64).",
                    nameof(inputs));
            }
        }

        Func<Tensor[], Tensor> given = function;
        function = xs => Given.Required(nameof(GradCheck), "the function's result", given(xs));
        Check("gradient", xs => Weighted(function(xs), 1), inputs, step, tolerance);
        if (order > 1)
        {
            // A gradient with a graph may be computed otherwise.
            Check("gradient with a graph", xs => Weighted(function(xs), 1), inputs, step, tolerance, createGraph: true);
        }

        for (int n = 2; n <= order; n++)
        {
            int below = n - 1;
            string what = n switch { 2 => "second gradient", 3 => "third gradient", _ => FormattableString.Invariant($"gradient of order {n}") };
            Check(what, xs => WeightedGradients(function, xs, below), inputs, step, tolerance);
        }
    }

    // One number of the gradients of an order, so that its gradients are those of the next one.
    private static Tensor WeightedGradients(Func<Tensor[], Tensor> function, Tensor[] inputs, int order)
    {
        if (order == 0)
        {
            return Weighted(function(inputs), 1);
        }

        Tensor below = WeightedGradients(function, inputs, order - 1);
        Tensor sum = Tensor.Zeros(Shape.Scalar, DType.Float64, below.Device);
        if (!below.RequiresGrad)
        {
            return sum;
        }

        Tensor[] gradients = Grad.Of(below, inputs, createGraph: true);
        for (int i = 0; i < gradients.Length; i++)
        {
            sum += Weighted(gradients[i], i + 2);
        }

        return sum;
    }

    private static void Check(
        string what, Func<Tensor[], Tensor> function, Tensor[] inputs, double step, double tolerance, bool createGraph = false)
    {
        using TensorScope scope = Tensor.Scope();
        Tensor[] leaves = Array.ConvertAll(inputs, static input => input.Detach().Clone().RequireGrad());
        Tensor output = function(leaves);
        double[][] analytic = output.RequiresGrad
            ? Array.ConvertAll(Grad.Of(output, leaves, createGraph), static gradient => gradient.ToArray<double>())
            : Array.ConvertAll(leaves, static leaf => new double[leaf.Count]);
        for (int i = 0; i < leaves.Length; i++)
        {
            double[] values = leaves[i].ToArray<double>();
            for (int j = 0; j < values.Length; j++)
            {
                double numeric = Difference(function, leaves, i, values, j, step);
                double error = Math.Abs(numeric - analytic[i][j]);
                if (!(error <= tolerance * (1 + Math.Abs(numeric))) || !double.IsFinite(numeric))
                {
                    throw new GradCheckException(
                        $"GradCheck: the {what} of element {j} of input {i}, {leaves[i].Shape}, is {analytic[i][j]:G10}, but the "
                        + $"finite difference is {numeric:G10} (value {values[j]:G6}, step {step:G3}, tolerance {tolerance:G3}).");
                }
            }
        }
    }

    private static double Difference(Func<Tensor[], Tensor> function, Tensor[] leaves, int input, double[] values, int element, double step)
    {
        using TensorScope scope = Tensor.Scope();
        double kept = values[element];
        values[element] = kept + step;
        leaves[input].CopyFrom<double>(values);
        double above = function(leaves).Item();
        values[element] = kept - step;
        leaves[input].CopyFrom<double>(values);
        double below = function(leaves).Item();
        values[element] = kept;
        leaves[input].CopyFrom<double>(values);
        return (above - below) / (2 * step);
    }

    // Distinct weights, so that errors of different elements cannot cancel.
    private static Tensor Weighted(Tensor output, int salt)
    {
        double[] weights = new double[output.Count];
        for (int i = 0; i < weights.Length; i++)
        {
            weights[i] = Math.Sin((salt * 0.7) + (i * 1.3)) + 1.5;
        }

        return (output * Tensor.From(weights, output.Shape, output.Device)).Sum();
    }
}
