namespace DeepSharp.Tests;

/// <summary>Statistics of samples whose seeds are fixed: the tests either always pass or always fail.</summary>
internal static class Statistics
{
    /// <summary>
    /// Pearson's chi-square of counts against probabilities lies within five standard deviations of its mean: the degrees of
    /// freedom f, with variance 2 f. Its distribution lies above that with a probability, the significance of the test, of 4.5e-3 for
    /// f = 1, 8.8e-4 for 5, 1.4e-4 for 19, 3.0e-5 for 55, 4.6e-6 for 255, and 2.9e-7 for many (the regularised upper incomplete gamma
    /// function of f / 2 and x / 2).
    /// </summary>
    internal static void AssertChiSquare(ReadOnlySpan<int> counts, Func<int, double> probability)
    {
        long total = 0;
        foreach (int count in counts)
        {
            total += count;
        }

        double sum = 0;
        for (int i = 0; i < counts.Length; i++)
        {
            double expected = total * probability(i);
            Assert.True(expected >= 5, $"Class {i} expects {expected}; chi-square needs five.");
            sum += (counts[i] - expected) * (counts[i] - expected) / expected;
        }

        int freedom = counts.Length - 1;
        double width = 5 * Math.Sqrt(2.0 * freedom);
        Assert.InRange(sum, Math.Max(0, freedom - width), freedom + width);
    }
}
