namespace DeepSharp.Training;

/// <summary>Is told how training goes, and may end it. Implement what you need; the rest does nothing.</summary>
/// <remarks>
/// An exception ends the training and comes out of <c>Fit</c>, after all callbacks whose <see cref="OnTrainBegin"/> has returned were
/// told <see cref="OnTrainEnd"/>; of several, the first comes out. A callback may set the network to evaluation mode: the training goes on in
/// training mode, apart from parts that it sets to evaluation mode by themselves.
/// </remarks>
public interface ICallback
{
    /// <summary>Training begins.</summary>
    void OnTrainBegin(TrainingContext context)
    {
    }

    /// <summary>An epoch begins.</summary>
    void OnEpochBegin(TrainingContext context)
    {
    }

    /// <summary>A step has been taken. Reading the running loss here waits for the device; do it now and then only.</summary>
    void OnBatchEnd(TrainingContext context)
    {
    }

    /// <summary>An epoch has ended, validation included.</summary>
    void OnEpochEnd(TrainingContext context, EpochResult result)
    {
    }

    /// <summary>Training has ended, by itself, by a callback or by an exception.</summary>
    void OnTrainEnd(TrainingContext context)
    {
    }
}
