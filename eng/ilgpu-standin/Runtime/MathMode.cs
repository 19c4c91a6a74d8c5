namespace ILGPU;

/// <summary>How exactly ILGPU's GPU code computes.</summary>
public enum MathMode
{
    Default,
    Fast,
    Fast32BitOnly,
}
