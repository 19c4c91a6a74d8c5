using DeepSharp.Optim;

namespace DeepSharp.Tests;

/// <summary>Plateaus of values of either sign. PyTorch's relative bar is wrong below 0, so the numbers are worked out by hand.</summary>
public class PlateauTests
{
    [Theory]
    [InlineData(PlateauMode.Min, ThresholdMode.Relative, -2.5)]
    [InlineData(PlateauMode.Max, ThresholdMode.Relative, -2.5)]
    [InlineData(PlateauMode.Min, ThresholdMode.Relative, 0)]
    [InlineData(PlateauMode.Max, ThresholdMode.Relative, 0)]
    [InlineData(PlateauMode.Min, ThresholdMode.Relative, 2.5)]
    [InlineData(PlateauMode.Max, ThresholdMode.Relative, 2.5)]
    [InlineData(PlateauMode.Min, ThresholdMode.Absolute, -2.5)]
    [InlineData(PlateauMode.Max, ThresholdMode.Absolute, -2.5)]
    public void A_value_that_stays_is_a_plateau(PlateauMode mode, ThresholdMode threshold, double value)
    {
        SGD optimizer = new([Surface.Parameter([1])], 1);
        ReduceOnPlateau plateau = new(mode, patience: 10, thresholdMode: threshold);
        for (int i = 0; i < 50; i++)
        {
            plateau.Observe(optimizer, value);
        }

        // Reductions are due after eleven observations without improvement each: 12, 23, 34 and 45.
        Assert.Equal(4, plateau.Reductions);
        Assert.Equal(1e-4, optimizer.LearningRate, 1e-12);
    }

    [Theory]
    [InlineData(PlateauMode.Min, new double[] { -1, -0.95, -0.9, -0.85 }, -1)]
    [InlineData(PlateauMode.Min, new double[] { -1, -1.05, -1.09 }, -1)]
    [InlineData(PlateauMode.Min, new double[] { -1, -1.11 }, -1.11)]
    [InlineData(PlateauMode.Min, new double[] { 1, 0.95 }, 1)]
    [InlineData(PlateauMode.Min, new double[] { 1, 0.89 }, 0.89)]
    [InlineData(PlateauMode.Min, new double[] { 1, 0, -0.001 }, -0.001)]
    [InlineData(PlateauMode.Max, new double[] { -1, -1.05, -0.95 }, -1)]
    [InlineData(PlateauMode.Max, new double[] { -1, -0.89 }, -0.89)]
    [InlineData(PlateauMode.Max, new double[] { 1, 1.05, 0.9 }, 1)]
    [InlineData(PlateauMode.Max, new double[] { 1, 1.11 }, 1.11)]
    [InlineData(PlateauMode.Max, new double[] { -1, 0, 0.001 }, 0.001)]
    public void Better_is_by_a_share_of_the_best_values_magnitude(PlateauMode mode, double[] values, double best)
    {
        SGD optimizer = new([Surface.Parameter([1])], 1);
        ReduceOnPlateau plateau = new(mode, threshold: 0.1);
        Array.ForEach(values, value => plateau.Observe(optimizer, value));
        Assert.Equal(best, plateau.Best);
    }
}
