namespace ILGPU;

/// <summary>The distance between the elements of a view in one dimension.</summary>
public interface IStride1D
{
    int XStride { get; }
}
