namespace DeepSharp.Training;

/// <summary>How the values of single classes, or of single labels of several, become one.</summary>
public enum ClassAverage
{
    /// <summary>Their mean: every class counts alike.</summary>
    Macro,

    /// <summary>The value of all classes' decisions together: every decision counts alike.</summary>
    Micro,

    /// <summary>Their mean, weighted by how often each class is the truth.</summary>
    Weighted,
}
