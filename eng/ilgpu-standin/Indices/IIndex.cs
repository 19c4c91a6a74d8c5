namespace ILGPU;

/// <summary>An index or an extent.</summary>
public interface IIndex
{
    /// <summary>The number of elements of an extent.</summary>
    long Size { get; }
}
