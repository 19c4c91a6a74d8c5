using DeepSharp.Data;
using DeepSharp.Layers;

namespace DeepSharp.Training;

/// <summary>What a training makes small: a function of a batch.</summary>
/// <param name="Evaluate">Gives the loss, what it counts by in a mean over batches (null for its rows), and the prediction that metrics look at.</param>
/// <param name="Reduction">What the loss is of the losses of single elements.</param>
internal sealed record Objective(Func<Batch, (Tensor Loss, Tensor? Weight, Tensor? Prediction)> Evaluate, LossReduction Reduction = LossReduction.Mean)
{
    /// <summary>A loss of what a network puts out.</summary>
    internal static Objective Of(Module model, Loss loss) => new(
        batch =>
        {
            Tensor prediction = model.Output(batch.X);
            (Tensor value, Tensor? weight) = loss.ComputeWeighted(prediction, batch.Y);
            return (Given.Required(loss.GetType().Name, "the loss", value), weight, prediction);
        },
        loss.Reduction);

    /// <summary>A function of the user's.</summary>
    internal static Objective Of(Func<Batch, (Tensor Loss, Tensor? Prediction)> function) => new(batch =>
    {
        (Tensor value, Tensor? prediction) = function(batch);
        return (Given.Required("Fit", "the loss", value), null, prediction);
    });
}
