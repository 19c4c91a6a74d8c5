namespace ILGPU;

/// <summary>Strides in one dimension.</summary>
public static class Stride1D
{
    /// <summary>Elements side by side.</summary>
    public readonly struct Dense : IStride1D
    {
        public int XStride => 1;
    }
}
