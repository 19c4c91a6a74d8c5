using DeepSharp.Optim;

namespace DeepSharp.Training;

/// <summary>What a <see cref="LearningRateFinder"/> found.</summary>
public sealed class LearningRateRange
{
    internal LearningRateRange(double[] rates, double[] losses, double smoothing)
    {
        Rates = rates;
        Losses = losses;
        // The mean lags behind the losses. The mean of the rates' logarithms lags as much, and so belongs to it.
        double[] smoothed = Average(losses, smoothing);
        Smoothed = smoothed;
        SmoothedRates = [.. Average([.. rates.Select(static rate => Math.Log(rate))], smoothing).Select(static log => Math.Exp(log))];
        int least = Array.IndexOf(smoothed, smoothed.Min());
        Valley = SmoothedRates[least];
        Suggested = SmoothedRates[Steepest(SmoothedRates, smoothed, least, smoothing)];
    }

    /// <summary>The learning rate of each step.</summary>
    public IReadOnlyList<double> Rates { get; }

    /// <summary>The loss of each step, before the step was made.</summary>
    public IReadOnlyList<double> Losses { get; }

    /// <summary>The exponential moving average of the losses, bias corrected.</summary>
    public IReadOnlyList<double> Smoothed { get; }

    /// <summary>The geometric mean of the rates, with the same weights as <see cref="Smoothed"/>: the rates those losses belong to.</summary>
    public IReadOnlyList<double> SmoothedRates { get; }

    /// <summary>
    /// A rate to use: where the smoothed loss falls fastest over the logarithm of the rate, before its least value and once the mean has
    /// enough losses not to follow the noise of each. The highest rate that still trains is about <see cref="Valley"/>; use a tenth of it, or
    /// this.
    /// </summary>
    public double Suggested { get; }

    /// <summary>The rate at which the smoothed loss was least; training diverges not far above it.</summary>
    public double Valley { get; }

    /// <summary>The rate to use, and the highest.</summary>
    public override string ToString() => $"suggested {Suggested:G3}, least loss at {Valley:G3}, of {Rates.Count} rates from {Rates[0]:G3} to {Rates[^1]:G3}";

    private static double[] Average(double[] values, double smoothing) =>
        ExponentialMovingAverage.Of(values, smoothing, biasCorrection: true);

    // The slope over a window of a few steps, so that noise does not decide; nor does it before the mean is of as many losses as it
    // will be, 1 / (1 - smoothing): it still moves by much of each loss then.
    private static int Steepest(IReadOnlyList<double> rates, double[] smoothed, int least, double smoothing)
    {
        int window = Math.Max(1, rates.Count / 30);
        int settled = Math.Min((int)Math.Ceiling(1 / (1 - smoothing)), rates.Count / 5);
        int steepest = least;
        double slope = 0;
        for (int i = window + settled; i + window < rates.Count && i <= least; i++)
        {
            double here = (smoothed[i + window] - smoothed[i - window]) / Math.Log(rates[i + window] / rates[i - window]);
            if (here < slope)
            {
                (steepest, slope) = (i, here);
            }
        }

        return steepest;
    }
}
