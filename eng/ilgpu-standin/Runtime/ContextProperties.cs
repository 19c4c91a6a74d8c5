namespace ILGPU;

/// <summary>The settings of a context.</summary>
public class ContextProperties
{
    private protected ContextProperties()
    {
    }

    public OptimizationLevel OptimizationLevel { get; private protected set; } = OptimizationLevel.Release;

    public MathMode MathMode { get; private protected set; }
}
