namespace DeepSharp.Training;

/// <summary>Is told how training goes, and may end it. Implement what you need; the rest does nothing.</summary>
/// <remarks>
/// <para>The order is: <see cref="OnTrainBegin"/>; for each epoch <see cref="OnEpochBegin"/>, for each of its batches <see cref="OnBatchBegin"/> and
/// <see cref="OnBatchEnd"/>, with validation data <see cref="OnValidationBegin"/> and <see cref="OnValidationEnd"/>, and <see cref="OnEpochEnd"/>;
/// <see cref="OnTrainEnd"/>. Of several callbacks each is told before the next event comes, in the order in which they are given.</para>
/// <para>A training that is stopped in the middle of an epoch goes on to <see cref="OnTrainEnd"/>: the epoch has no end. One that is resumed
/// there begins it again, with <see cref="TrainingContext.Batch"/> as it was.</para>
/// <para>An exception ends the training and comes out of <c>Fit</c>, after all callbacks whose <see cref="OnTrainBegin"/> has returned were
/// told <see cref="OnTrainEnd"/> (with <see cref="TrainingContext.Error"/>); of several, the first comes out. Nothing else is told, neither the end of
/// what had begun, and no checkpoint is saved. A callback may set the network to evaluation mode: the training goes on in training mode, apart
/// from parts that it sets to evaluation mode by themselves.</para>
/// <para>What a callback remembers is saved with the training if it gives it as <see cref="State"/>. When a training is resumed,
/// <see cref="OnTrainBegin"/> comes first, and <see cref="LoadState"/> then. Callbacks are told apart by their types, and several of a type by
/// their order.</para>
/// </remarks>
public interface ICallback
{
    /// <summary>Training begins. <see cref="TrainingContext.History"/> holds the epochs before, if it is resumed.</summary>
    void OnTrainBegin(TrainingContext context)
    {
    }

    /// <summary>An epoch begins.</summary>
    void OnEpochBegin(TrainingContext context)
    {
    }

    /// <summary>A batch is about to be trained on.</summary>
    void OnBatchBegin(TrainingContext context)
    {
    }

    /// <summary>A batch has been trained on. Reading the running loss here waits for the device; do it now and then only.</summary>
    void OnBatchEnd(TrainingContext context)
    {
    }

    /// <summary>The evaluation on validation data begins.</summary>
    void OnValidationBegin(TrainingContext context)
    {
    }

    /// <summary>The evaluation on validation data has ended.</summary>
    /// <param name="context">Where training stands.</param>
    /// <param name="values">Loss and metrics by name, without <c>val_</c>.</param>
    void OnValidationEnd(TrainingContext context, IReadOnlyDictionary<string, double> values)
    {
    }

    /// <summary>An epoch has ended, validation included.</summary>
    void OnEpochEnd(TrainingContext context, EpochResult result)
    {
    }

    /// <summary>Training has ended, by itself, by a callback, by whoever cancelled it, or by an exception.</summary>
    void OnTrainEnd(TrainingContext context)
    {
    }

    /// <summary>What has to be saved to go on later, by name; nothing by default.</summary>
    IReadOnlyDictionary<string, Tensor> State() => new Dictionary<string, Tensor>();

    /// <summary>Goes back to what <see cref="State"/> gave.</summary>
    /// <param name="state">Values by name; they belong to the caller, who frees them.</param>
    void LoadState(IReadOnlyDictionary<string, Tensor> state)
    {
    }
}
