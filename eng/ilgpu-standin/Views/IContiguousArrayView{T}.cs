namespace ILGPU;

/// <summary>A view of elements of one type that lie side by side.</summary>
public interface IContiguousArrayView<T> : IArrayView<T>, IContiguousArrayView
    where T : unmanaged
{
}
