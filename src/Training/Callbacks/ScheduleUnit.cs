namespace DeepSharp.Training;

/// <summary>What a schedule counts.</summary>
public enum ScheduleUnit
{
    /// <summary>The epochs that have ended.</summary>
    Epoch,

    /// <summary>The steps that have been made, from the first epoch on.</summary>
    Step,
}
