using System.Runtime.CompilerServices;
using ILGPU.Runtime;

namespace ILGPU;

/// <summary>A view of elements side by side. An index or a sub-view out of its range throws.</summary>
public readonly unsafe struct ArrayView<T> : IContiguousArrayView<T>
    where T : unmanaged
{
    public static readonly int ElementSize = sizeof(T);
    public static readonly ArrayView<T> Empty;

    private readonly T* _first;
    private readonly long _length;

    public ArrayView(MemoryBuffer source, long index, long length)
        : this(source, (T*)source.NativePtr + index, length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
    }

    private ArrayView(MemoryBuffer? buffer, T* first, long length)
    {
        Buffer = buffer;
        _first = first;
        _length = length;
    }

    public bool IsValid => Buffer is not null && _length > 0;

    public long Length => _length;

    public int IntLength => checked((int)_length);

    public long LengthInBytes => _length * sizeof(T);

    public LongIndex1D Extent => new(_length);

    public Index1D IntExtent => new(IntLength);

    public Stride1D.Dense Stride => default;

    /// <summary>The buffer that is viewed; it stays alive as long as its views.</summary>
    internal MemoryBuffer? Buffer { get; }

    int IArrayView.ElementSize => sizeof(T);

    MemoryBuffer IArrayView.Buffer => Buffer!;

    long IContiguousArrayView.Index => OffsetInBytes / sizeof(T);

    long IContiguousArrayView.IndexInBytes => OffsetInBytes;

    internal IntPtr Address => (IntPtr)_first;

    private long OffsetInBytes => (byte*)_first - (byte*)Buffer!.NativePtr;

    public ref T this[Index1D index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref this[(long)index.X];
    }

    public ref T this[LongIndex1D index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref this[index.X];
    }

    public ref T this[int index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref this[(long)index];
    }

    public ref T this[long index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            if ((ulong)index >= (ulong)_length)
            {
                ThrowIndex(index, _length);
            }

            return ref _first[index];
        }
    }

    public static implicit operator ArrayView1D<T, Stride1D.Dense>(ArrayView<T> view) => new(view, view.Extent, default);

    public static implicit operator ArrayView<T>(ArrayView1D<T, Stride1D.Dense> view) => view.BaseView.SubView(0, view.Length);

    public ArrayView<T> SubView(long index) => SubView(index, _length - index);

    public ArrayView<T> SubView(int index, int subViewLength) => SubView((long)index, subViewLength);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ArrayView<T> SubView(long index, long subViewLength)
    {
        if (index < 0 || subViewLength < 0 || index > _length - subViewLength || (index == _length && _length > 0))
        {
            ThrowSubView(index, subViewLength, _length);
        }

        return new ArrayView<T>(Buffer, _first + index, subViewLength);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ArrayView<TOther> Cast<TOther>()
        where TOther : unmanaged =>
        new(Buffer, (TOther*)_first, LengthInBytes / sizeof(TOther));

    ArrayView<byte> IContiguousArrayView.AsRawArrayView() => Cast<byte>();

    public override string ToString() => $"{(Buffer is null ? 0 : OffsetInBytes / sizeof(T))} [{_length}]";

    private static void ThrowIndex(long index, long length) =>
        throw new ArgumentOutOfRangeException(nameof(index), index, $"The view has {length} elements of {typeof(T).Name}.");

    private static void ThrowSubView(long index, long subViewLength, long length) =>
        throw new ArgumentOutOfRangeException(
            nameof(index), $"A sub-view of {subViewLength} elements from {index} is outside a view of {length} elements.");
}
