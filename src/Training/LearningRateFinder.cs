using DeepSharp.Data;
using DeepSharp.Layers;
using DeepSharp.Optim;

namespace DeepSharp.Training;

/// <summary>The learning-rate range test: trains for a short while with a rate that grows step by step, and watches the loss.</summary>
/// <remarks>
/// The rate of step i of n is lowest (highest / lowest)^(i / (n - 1)). The loss is smoothed by an exponential moving average with bias
/// correction. The test ends early when the smoothed loss has grown to a multiple of its least value, or is no number; where the least value
/// is not above 0, of which a multiple says nothing, when it has risen by as many times the least magnitude, or the fall since the first step
/// if that is larger. The network has
/// its parameters and buffers back afterwards, its gradients are zero; the optimizer of the test is one of its own, so that yours stays as it is.
/// Sources: Smith 2017, "Cyclical learning rates", section 3.3; Gugger 2018, "How do you find a good learning rate" (growth and smoothing).
/// </remarks>
public static class LearningRateFinder
{
    /// <summary>Runs the test.</summary>
    /// <param name="model">The network.</param>
    /// <param name="data">The training set; it is passed over as often as it takes.</param>
    /// <param name="optimizer">Makes an optimizer of parameters; its own learning rate is not used.</param>
    /// <param name="loss">The loss; <see cref="CrossEntropyLoss"/> if null.</param>
    /// <param name="lowest">The first rate.</param>
    /// <param name="highest">The last rate.</param>
    /// <param name="steps">How many steps it takes.</param>
    /// <param name="batchSize">The samples of a step.</param>
    /// <param name="smoothing">How much of the mean loss stays from step to step, in [0, 1).</param>
    /// <param name="divergence">At what multiple of the least smoothed loss the test ends; above 1. A loss that is not above 0 may rise by
    /// divergence - 1 times its magnitude.</param>
    /// <param name="seed">The seed of the shuffling.</param>
    /// <returns>Rates and losses of the steps, and a rate to use.</returns>
    /// <exception cref="ArgumentException">An argument is out of range.</exception>
    /// <exception cref="InvalidOperationException">The very first loss is no number.</exception>
    public static LearningRateRange Run(
        Module model,
        Dataset data,
        Func<IEnumerable<Parameter>, Optimizer> optimizer,
        Loss? loss = null,
        double lowest = 1e-6,
        double highest = 10,
        int steps = 100,
        int batchSize = 32,
        double smoothing = 0.9,
        double divergence = 4,
        ulong seed = 0)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(optimizer);
        Require(lowest > 0 && double.IsFinite(lowest), nameof(lowest), lowest, "finite and above 0");
        Require(highest > lowest && double.IsFinite(highest), nameof(highest), highest, $"finite and above the lowest rate, {lowest}");
        Require(steps >= 10, nameof(steps), steps, "at least 10");
        Require(batchSize >= 1, nameof(batchSize), batchSize, "at least 1");
        Require(smoothing is >= 0 and < 1, nameof(smoothing), smoothing, "in [0, 1)");
        Require(divergence > 1, nameof(divergence), divergence, "above 1");
        Require(data.Count > 0, nameof(data), $"a set of {data.Count} samples", "a set with samples");

        FitChecks.RequireClasses(nameof(LearningRateFinder), data, loss);

        using ModuleSnapshot before = new();
        before.Take(model);
        using ModuleModes? mode = model.IsTraining ? null : ModuleModes.Begin(model, training: true);
        try
        {
            Optimizer tried = Given.Required(nameof(LearningRateFinder), "the optimizer", optimizer(model.Parameters()));
            List<(double Rate, double Loss)> found = Try(
                model, data, tried, loss ?? new CrossEntropyLoss(), step => lowest * Math.Pow(highest / lowest, step / (steps - 1.0)), steps,
                batchSize, smoothing, divergence, seed);
            tried.ZeroGradients();
            return new LearningRateRange([.. found.Select(static point => point.Rate)], [.. found.Select(static point => point.Loss)], smoothing);
        }
        finally
        {
            before.Restore(model);
        }
    }

    private static List<(double Rate, double Loss)> Try(
        Module model, Dataset data, Optimizer optimizer, Loss loss, Func<int, double> rate, int steps, int batchSize, double smoothing,
        double divergence, ulong seed)
    {
        List<(double Rate, double Loss)> found = [];
        double mean = 0;
        double least = double.PositiveInfinity;
        double first = double.NaN;
        for (int epoch = 1; ; epoch++)
        {
            foreach ((Tensor x, Tensor y) in data.Batches(batchSize, seed: seed, epoch: epoch))
            {
                optimizer.LearningRate = rate(found.Count);
                optimizer.ZeroGradients();
                Tensor value = Given.Required(loss.GetType().Name, "the loss", loss.Compute(model.Output(x), y));
                double number = value.Item();
                if (!double.IsFinite(number))
                {
                    return found.Count > 0
                        ? found
                        : throw new InvalidOperationException(
                            $"LearningRateFinder: the loss is {number} before the first step; look at the data and the initial values.");
                }

                found.Add((optimizer.LearningRate, number));
                mean = (smoothing * mean) + ((1 - smoothing) * number);
                double smoothed = mean / (1 - Math.Pow(smoothing, found.Count));
                least = Math.Min(least, smoothed);
                first = found.Count == 1 ? smoothed : first;
                double most = least > 0 ? divergence * least : least + ((divergence - 1) * Math.Max(-least, first - least));
                if (found.Count == steps || (found.Count >= 10 && smoothed > most))
                {
                    return found;
                }

                value.Backward();
                optimizer.Step();
            }
        }
    }

    private static void Require(bool holds, string name, object value, string allowed)
    {
        if (!holds)
        {
            throw new ArgumentOutOfRangeException(name, $"LearningRateFinder: {name} is {value}; it must be {allowed}.");
        }
    }
}
