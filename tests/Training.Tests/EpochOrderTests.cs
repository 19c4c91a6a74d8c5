using DeepSharp.Data;
using DeepSharp.Layers;
using DeepSharp.Optim;
using DeepSharp.Training;

namespace DeepSharp.Tests;

/// <summary>In which orders <c>Fit</c> sees its samples.</summary>
public class EpochOrderTests
{
    private const int Count = 20;

    [Fact]
    public void A_second_fit_goes_on_where_the_first_stopped()
    {
        Dataset data = Problem.Line(Count);
        Dense model = Problem.LineModel();
        Assert.Equal(Pinned(data, 1, 2), Seen(data, epochs: 2, model: model));
        Assert.Equal(Pinned(data, 3, 3), Seen(data, epochs: 3, model: model));

        // Not what loops do with the same data, and not what was trained before.
        foreach (Batch _ in data.Batches(4, seed: 6))
        {
        }

        Assert.Equal(Pinned(data, 6, 1), Seen(data, epochs: 1, model: model));
        Assert.Equal(Pinned(data, 1, 2), Seen(data, epochs: 2));
    }

    [Fact]
    public void The_first_epoch_can_be_pinned_to_repeat_a_training_or_to_resume_one()
    {
        Dataset data = Problem.Line(Count);
        Dense model = Problem.LineModel();
        double[] both = Seen(data, epochs: 4, model: model);
        Assert.Equal(both, Seen(data, epochs: 4, firstEpoch: 1, model: model));
        Assert.Equal(both[(2 * Count)..], Seen(Problem.Line(Count), epochs: 2, firstEpoch: 3));
        Assert.Equal(Pinned(data, 5, 1), Seen(data, epochs: 1, model: model));
    }

    [Fact]
    public void A_validation_split_is_trained_on_in_new_orders_too()
    {
        // Of a set, and of a part of a split, which is copied for a second split.
        foreach (Dataset data in (Dataset[])[Problem.Line(Count), Problem.Line(2 * Count).Split(0.5).First])
        {
            Dense model = Problem.LineModel();
            double[] first = Seen(data, epochs: 1, validationSplit: 0.25, model: model);
            double[] second = Seen(data, epochs: 1, validationSplit: 0.25, model: model);
            Assert.NotEqual(first, second);
            Assert.Equal(first.Order(), second.Order());
        }
    }

    [Fact]
    public void What_only_looks_at_the_data_counts_no_epoch()
    {
        Dataset data = Problem.Line(Count);
        Dense model = Problem.LineModel();
        LearningRateFinder.Run(model, data, static p => new SGD(p), new MeanSquaredErrorLoss(), steps: 12, batchSize: 4, seed: 6);
        Device.Cpu.Warmup(model, data, new SGD(model.Parameters()), new MeanSquaredErrorLoss(), batchSize: 4);
        Assert.Equal(Pinned(data, 1, 1), Seen(data, epochs: 1, model: model));
    }

    private static double[] Seen(Dataset data, int epochs, int? firstEpoch = null, double validationSplit = 0, Dense? model = null)
    {
        model ??= Problem.LineModel();
        Watch loss = new();
        model.Fit(
            data, new SGD(model.Parameters(), 0.01), loss, epochs, batchSize: 4, seed: 6, firstEpoch: firstEpoch,
            validationSplit: validationSplit);
        return [.. loss.Targets];
    }

    private static double[] Pinned(Dataset data, int first, int epochs) => [.. Enumerable.Range(first, epochs)
        .SelectMany(epoch => data.Batches(4, seed: 6, epoch: epoch).SelectMany(static batch => batch.Y.ToArray<double>()))];

    // A loss that remembers what it was given to train on.
    private sealed class Watch : Loss
    {
        internal List<double> Targets { get; } = [];

        public override Tensor Compute(Tensor prediction, Tensor target)
        {
            if (Grad.IsEnabled)
            {
                Targets.AddRange(target.ToArray<double>());
            }

            return (prediction - target).Square().Mean();
        }
    }
}
