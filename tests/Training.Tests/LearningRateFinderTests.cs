using DeepSharp.Data;
using DeepSharp.Layers;
using DeepSharp.Optim;
using DeepSharp.Training;

namespace DeepSharp.Tests;

/// <summary>The range test on a regression whose stable rates are known.</summary>
public class LearningRateFinderTests
{
    [Fact]
    public void Rates_grow_geometrically_and_the_first_loss_is_the_networks_own()
    {
        (Sequential model, Dataset data) = Make();
        double before = model.Evaluate(data, new MeanSquaredErrorLoss())["loss"];
        LearningRateRange range = Run(model, data, lowest: 1e-5, highest: 1e-1, steps: 41);
        Assert.Equal(41, range.Rates.Count);
        for (int i = 0; i < 41; i++)
        {
            Assert.Equal(Math.Pow(10, -5 + (i / 10.0)), range.Rates[i], 1e-9);
        }

        Assert.Equal(before, range.Losses[0], 1e-5);
        Assert.Equal(range.Losses[0], range.Smoothed[0], 1e-9);
        Assert.Equal(((0.9 * range.Losses[0]) + range.Losses[1]) / 1.9, range.Smoothed[1], 1e-9);
        Assert.Equal(Math.Pow(10, -5 + (0.1 / 1.9)), range.SmoothedRates[1], 1e-9);
    }

    [Fact]
    public void A_first_loss_that_is_an_outlier_decides_nothing()
    {
        // After an outlier the loss is 1, and falls from 1 to 0.2 over the rates 1e-2 to 1e-1: an honest suggestion is among them.
        (Sequential model, Dataset data) = Make();
        const int Steps = 100;
        LearningRateRange range = LearningRateFinder.Run(
            model, data, static p => new SGD(p, 0.1),
            new Scripted(step => step == 0 ? 3 : 1 - (0.8 * Math.Clamp((step * 6.0 / (Steps - 1)) - 4, 0, 1))), lowest: 1e-6, highest: 1, steps: Steps);
        Assert.InRange(range.Suggested, 1e-2, 1e-1);
    }

    [Theory]
    [InlineData(-1, -3, 100, true)] // From -1 to a least value of -3: more than 9 above it.
    [InlineData(-1, -3, 5, false)]
    [InlineData(-1, -1, 2.5, true)]
    [InlineData(-1, -1, 1.5, false)]
    [InlineData(2, 0, 7, true)] // The least is 0, the fall 2.
    [InlineData(2, 0, 5, false)]
    [InlineData(2, 1, 4.5, true)] // Four times the least, as ever.
    [InlineData(2, 1, 3.5, false)]
    public void A_loss_of_any_sign_ends_the_test_when_it_has_risen_far_enough(double first, double least, double last, bool ends)
    {
        (Sequential model, Dataset data) = Make();
        LearningRateRange range = LearningRateFinder.Run(
            model, data, static p => new SGD(p, 0.1), new Scripted(step => step == 0 ? first : step < 20 ? least : last), lowest: 1e-6, highest: 1,
            steps: 40, smoothing: 0);
        Assert.Equal(ends ? 21 : 40, range.Rates.Count);
    }

    [Fact]
    public void It_ends_where_descent_diverges_and_suggests_a_rate_below()
    {
        // Inputs of ±1: the loss is the mean of (w·x - y)², its curvature 2 in every direction, so that descent diverges above 1.
        (Sequential model, Dataset data) = Make();
        LearningRateRange range = Run(model, data, lowest: 1e-4, highest: 100, steps: 120);
        Assert.InRange(range.Rates.Count, 11, 119);
        Assert.InRange(range.Rates[^1], 1, 10);
        Assert.InRange(range.Valley, 0.05, 2);
        Assert.InRange(range.Suggested, 0.01, 1);
        Assert.True(range.Suggested <= range.Valley);
    }

    [Fact]
    public void The_network_is_as_it_was()
    {
        (Sequential model, Dataset data) = Make();
        model.Eval();
        float[][] before = [.. model.Parameters().Select(static parameter => parameter.ToArray<float>())];
        Run(model, data, 1e-4, 100, 60);
        Assert.Equal(before, model.Parameters().Select(static parameter => parameter.ToArray<float>()));
        Assert.False(model.IsTraining);
        Assert.All(model.Parameters(), static parameter => Assert.All(parameter.Gradient!.ToArray<float>(), static g => Assert.Equal(0, g)));
    }

    [Fact]
    public void Bad_arguments_are_named()
    {
        (Sequential model, Dataset data) = Make();
        Assert.Equal("lowest", Assert.Throws<ArgumentOutOfRangeException>(() => Run(model, data, 0, 1, 20)).ParamName);
        Assert.Equal("highest", Assert.Throws<ArgumentOutOfRangeException>(() => Run(model, data, 1, 0.5, 20)).ParamName);
        Assert.Equal("steps", Assert.Throws<ArgumentOutOfRangeException>(() => Run(model, data, 0.1, 1, 2)).ParamName);
    }

    [Fact]
    public void A_loss_that_is_no_number_is_reported()
    {
        (Sequential model, Dataset _) = Make();
        Dataset broken = new(Tensor.Full([4, 3], double.NaN), Tensor.Zeros([4, 1]));
        Assert.Contains(
            "before the first step", Assert.Throws<InvalidOperationException>(() => Run(model, broken, 0.1, 1, 20)).Message,
            StringComparison.Ordinal);
    }

    private static LearningRateRange Run(Sequential model, Dataset data, double lowest, double highest, int steps) =>
        LearningRateFinder.Run(
            model, data, static parameters => new SGD(parameters, 1), new MeanSquaredErrorLoss(), lowest, highest, steps, batchSize: 8);

    private static (Sequential Model, Dataset Data) Make()
    {
        // All eight corners of a cube: orthogonal columns, so that the Hessian is twice the unit matrix.
        float[] x = [.. Enumerable.Range(0, 24).Select(static i => ((i / 3) >> (i % 3) & 1) == 0 ? -1f : 1f)];
        float[] y = [.. Enumerable.Range(0, 8).Select(i => (2 * x[3 * i]) - x[(3 * i) + 1] + (0.5f * x[(3 * i) + 2]) + 3 + (0.3f * MathF.Sin(i)))];
        return ([new Dense(3, 1, generator: new Generator(1))], new Dataset(Tensor.From(x, [8, 3]), Tensor.From(y, [8, 1])));
    }

    // A loss that is what a function of the step says, whatever the network puts out.
    private sealed class Scripted(Func<int, double> value) : Loss
    {
        private int _step;

        public override Tensor Compute(Tensor prediction, Tensor target) => (prediction.Sum() * 0) + value(_step++);
    }
}
