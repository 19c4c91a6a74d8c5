namespace ILGPU.Runtime;

/// <summary>What a driver reports. The CPU has no driver and never throws it.</summary>
public abstract class AcceleratorException : Exception
{
    private protected AcceleratorException()
    {
    }

    public abstract AcceleratorType AcceleratorType { get; }
}
