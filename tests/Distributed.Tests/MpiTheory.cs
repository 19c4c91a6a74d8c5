namespace DeepSharp.Tests;

/// <summary>A test of several processes, which is skipped where there is no MPI.</summary>
internal sealed class MpiTheory : TheoryAttribute
{
    public MpiTheory() => Skip = MpiJob.Missing;
}
