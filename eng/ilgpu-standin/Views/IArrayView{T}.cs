namespace ILGPU;

/// <summary>A view of a buffer's elements of one type.</summary>
public interface IArrayView<T> : IArrayView
    where T : unmanaged
{
}
