namespace DeepSharp.Training;

/// <summary>What a schedule counts.</summary>
public enum ScheduleUnit
{
    /// <summary>The epochs that have ended.</summary>
    Epoch,

    /// <summary>The batches that have ended, from the first epoch on.</summary>
    Step,
}
