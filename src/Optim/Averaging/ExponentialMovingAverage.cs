namespace DeepSharp.Optim;

/// <summary>
/// The exponentially weighted average of a series of numbers: v ← beta v + (1 - beta) x, from v = 0. Momentum, RMSProp and Adam keep
/// one for each weight.
/// </summary>
/// <remarks>
/// It averages about the last 1 / (1 - beta) values: what is older has less than a share of 1/e in it. Beginning at zero, the
/// first values come out too small; with bias correction <see cref="Value"/> is v / (1 - beta^t), the weighted mean of the t values so far,
/// and the first one is the first value itself.
/// </remarks>
/// <param name="beta">How much of the average stays, in [0, 1).</param>
/// <param name="biasCorrection">Whether beginning at zero is corrected.</param>
public sealed class ExponentialMovingAverage(double beta, bool biasCorrection = false)
{
    private double _average;
    private double _missing = 1;

    /// <summary>How much of the average stays.</summary>
    public double Beta { get; } = beta >= 0 && beta < 1
        ? beta
        : throw new ArgumentOutOfRangeException(nameof(beta), $"ExponentialMovingAverage: beta must be in [0, 1), not {beta}.");

    /// <summary>Whether beginning at zero is corrected.</summary>
    public bool BiasCorrection { get; } = biasCorrection;

    /// <summary>The number of values so far.</summary>
    public long Count { get; private set; }

    /// <summary>The average; 0 before the first value.</summary>
    public double Value => BiasCorrection && Count > 0 ? _average / (1 - _missing) : _average;

    /// <summary>The averages of a series after each of its values.</summary>
    /// <param name="values">The series.</param>
    /// <param name="beta">How much of the average stays, in [0, 1).</param>
    /// <param name="biasCorrection">Whether beginning at zero is corrected.</param>
    /// <exception cref="ArgumentOutOfRangeException">Beta is not in [0, 1).</exception>
    public static double[] Of(IEnumerable<double> values, double beta, bool biasCorrection = false)
    {
        ArgumentNullException.ThrowIfNull(values);
        ExponentialMovingAverage average = new(beta, biasCorrection);
        return [.. values.Select(average.Add)];
    }

    /// <summary>Takes a value in.</summary>
    /// <returns>The average after it.</returns>
    public double Add(double value)
    {
        Count++;
        _average = (Beta * _average) + ((1 - Beta) * value);
        _missing *= Beta;
        return Value;
    }
}
