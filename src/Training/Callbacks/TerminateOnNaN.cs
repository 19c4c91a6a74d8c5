namespace DeepSharp.Training;

/// <summary>Ends training when the loss has become NaN or infinite, and says in which epoch and step.</summary>
/// <remarks>
/// It looks at the mean loss of the epoch after each batch, for which the host waits for the device. <see cref="History.StopReason"/> says where the
/// training ended; a <see cref="ModelCheckpoint"/> beside it does not save the step. To learn which operator made the first NaN, ask for it: then
/// the step that makes one ends the training by an exception that names epoch, batch, step and operator.
/// </remarks>
/// <param name="findOperator">Whether results and gradients are searched for NaN as they are made (<see cref="AnomalyMode"/>), which is slow.</param>
public sealed class TerminateOnNaN(bool findOperator = false) : ICallback, IDisposable
{
    private AnomalyMode? _mode;

    /// <inheritdoc/>
    public void OnTrainBegin(TrainingContext context)
    {
        if (findOperator)
        {
            _mode = new AnomalyMode();
        }
    }

    /// <inheritdoc/>
    public void OnBatchEnd(TrainingContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (context.Loss is var loss && !double.IsFinite(loss))
        {
            context.Stop($"The loss became {loss} in epoch {context.Epoch}, batch {context.Batch} of {context.Batches}, step {context.Steps}.");
            context.IsBroken = true;
        }
    }

    /// <inheritdoc/>
    public void OnTrainEnd(TrainingContext context) => Dispose();

    /// <summary>Ends the search. Training does so at its end.</summary>
    public void Dispose()
    {
        _mode?.Dispose();
        _mode = null;
    }
}
