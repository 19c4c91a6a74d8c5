using System.Runtime.CompilerServices;

namespace ILGPU.Runtime;

/// <summary>A view in one dimension with a stride.</summary>
public readonly struct ArrayView1D<T, TStride> : IArrayView<T>
    where T : unmanaged
    where TStride : struct, IStride1D
{
    public ArrayView1D(ArrayView<T> baseView, LongIndex1D extent, TStride stride)
    {
        BaseView = baseView;
        Extent = extent;
        Stride = stride;
    }

    public ArrayView<T> BaseView { get; }

    public LongIndex1D Extent { get; }

    public TStride Stride { get; }

    public Index1D IntExtent => Extent.ToIntIndex();

    public long Length => Extent.Size;

    public int IntLength => checked((int)Length);

    public long LengthInBytes => BaseView.LengthInBytes;

    public bool IsValid => BaseView.IsValid;

    int IArrayView.ElementSize => ArrayView<T>.ElementSize;

    MemoryBuffer IArrayView.Buffer => BaseView.Buffer!;

    public ref T this[Index1D index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref BaseView[(long)index.X * Stride.XStride];
    }

    public ref T this[LongIndex1D index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref BaseView[index.X * Stride.XStride];
    }

    public ArrayView1D<T, TStride> SubView(Index1D index, Index1D extent) => SubView((LongIndex1D)index, extent);

    public ArrayView1D<T, TStride> SubView(LongIndex1D index, LongIndex1D extent) =>
        new(BaseView.SubView(index.X * Stride.XStride, extent.X * Stride.XStride), extent, Stride);

    public ArrayView<T> AsContiguous() => BaseView;
}
