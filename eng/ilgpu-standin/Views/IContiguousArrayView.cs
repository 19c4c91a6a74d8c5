namespace ILGPU;

/// <summary>A view of elements that lie side by side.</summary>
public interface IContiguousArrayView : IArrayView
{
    long Index { get; }

    long IndexInBytes { get; }

    ArrayView<byte> AsRawArrayView();
}
