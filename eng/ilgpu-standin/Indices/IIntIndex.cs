namespace ILGPU;

/// <summary>A 32-bit index or extent.</summary>
public interface IIntIndex : IIndex
{
    /// <summary>The number of elements of an extent.</summary>
    new int Size { get; }
}
