using DeepSharp.Data;
using DeepSharp.Layers;

namespace DeepSharp.Training;

/// <summary>What a training makes small: a function of a batch.</summary>
/// <param name="Evaluate">What it comes to for a batch.</param>
/// <param name="Reduction">What the loss is of the losses of single elements.</param>
internal sealed record Objective(Func<Batch, Evaluation> Evaluate, LossReduction Reduction = LossReduction.Mean)
{
    /// <summary>A loss of what a network puts out.</summary>
    /// <param name="model">The network.</param>
    /// <param name="loss">The loss.</param>
    /// <param name="sampleWeights">Which of a batch's targets are the weights of its samples; null for none. A batch with fewer targets has none.</param>
    internal static Objective Of(Module model, Loss loss, int? sampleWeights = null) => new(
        batch =>
        {
            Tensor prediction = model.Output(batch.X);
            if (sampleWeights < batch.Ys.Count)
            {
                return Weighted(loss, prediction, batch.Y, batch.Ys[sampleWeights.Value]);
            }

            (Tensor value, Tensor? weight) = loss.ComputeWeighted(prediction, batch.Y);
            return new Evaluation(Given.Required(loss.GetType().Name, "the loss", value), prediction, null, weight);
        },
        loss.Reduction);

    /// <summary>A function of the user's.</summary>
    internal static Objective Of(Func<Batch, (Tensor Loss, Tensor? Prediction)> function) => new(batch =>
    {
        (Tensor value, Tensor? prediction) = function(batch);
        return new Evaluation(Given.Required("Fit", "the loss", value), prediction, null, null);
    });

    // What is made small is the sum of weighted losses, divided as without weights; what is reported is the weighted mean.
    private static Evaluation Weighted(Loss loss, Tensor prediction, Tensor target, Tensor weights)
    {
        string name = loss.GetType().Name;
        Tensor losses = Given.Required(name, "the loss", loss.Unreduced().Compute(prediction, target));
        int rows = target.Shape[0];
        if (losses.Rank == 0 || losses.Shape[0] != rows)
        {
            throw new ArgumentException(
                $"{name}: the losses {losses.Shape} of a batch of {rows} cannot be weighted by sample. With LossReduction.None, which is asked for then, Compute "
                + "must give a loss for each sample, on its first axis.");
        }

        weights = weights.Detach().Reshape(rows).To(losses.DType);
        Tensor sum = (losses.Reshape(rows, -1).Sum(1) * weights).Sum();
        if (loss.Reduction != LossReduction.Mean)
        {
            return Of(sum, weights.Sum());
        }

        Tensor? counts = loss.Counts(prediction.Detach(), target)?.Reshape(rows, -1).Sum(1);
        return counts is null
            ? Of(sum / losses.Count, weights.Sum() * ((double)losses.Count / rows))
            : Of(sum / counts.Sum(), (counts * weights).Sum());

        Evaluation Of(Tensor divided, Tensor weight) => new(divided, prediction, sum.Detach() / weight, weight);
    }
}

/// <summary>What an objective comes to for a batch.</summary>
/// <param name="Loss">What is made small.</param>
/// <param name="Prediction">What metrics look at.</param>
/// <param name="Reported">What is reported instead of the loss, if it is another.</param>
/// <param name="Weight">What it counts by in a mean over batches; null for its rows.</param>
internal readonly record struct Evaluation(Tensor Loss, Tensor? Prediction, Tensor? Reported, Tensor? Weight);
