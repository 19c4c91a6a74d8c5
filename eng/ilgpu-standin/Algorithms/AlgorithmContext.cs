namespace ILGPU;

/// <summary>Makes ILGPU.Algorithms known to a context.</summary>
public static class AlgorithmContext
{
    /// <summary>Kernels may use <see cref="Algorithms.XMath"/>; here they always may.</summary>
    public static Context.Builder EnableAlgorithms(this Context.Builder builder) => builder;
}
