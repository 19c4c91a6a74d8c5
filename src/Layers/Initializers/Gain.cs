namespace DeepSharp.Layers;

/// <summary>By how much larger initial weights may be before an activation that makes its input smaller: PyTorch's <c>calculate_gain</c>.</summary>
public static class Gain
{
    /// <summary>1: for linear layers, convolutions and the sigmoid.</summary>
    public const double Linear = 1;

    /// <summary>5/3: for the hyperbolic tangent.</summary>
    public const double Tanh = 5.0 / 3;

    /// <summary>sqrt(2): for the rectifier.</summary>
    public const double ReLU = 1.4142135623730951;

    /// <summary>3/4: for the scaled exponential linear unit.</summary>
    public const double SELU = 0.75;

    /// <summary>sqrt(2 / (1 + slope^2)): for the leaky rectifier.</summary>
    /// <param name="slope">The slope below zero.</param>
    public static double LeakyReLU(double slope = 0.01) => Math.Sqrt(2 / (1 + (slope * slope)));
}
