namespace ILGPU;

/// <summary>How much ILGPU's compiler optimises.</summary>
public enum OptimizationLevel
{
    O0 = 0,
    Debug = O0,
    O1 = 1,
    Release = O1,
    O2 = 2,
}
