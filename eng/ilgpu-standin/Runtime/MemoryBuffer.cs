namespace ILGPU.Runtime;

/// <summary>Memory on an accelerator.</summary>
public abstract class MemoryBuffer : AcceleratorObject
{
    private protected MemoryBuffer(Accelerator accelerator, long length, int elementSize)
        : base(accelerator)
    {
        Length = length;
        ElementSize = elementSize;
    }

    public IntPtr NativePtr { get; private protected set; }

    public long Length { get; }

    public int ElementSize { get; }

    public long LengthInBytes => Length * ElementSize;

    public unsafe void MemSet(AcceleratorStream stream, byte value, long targetOffsetInBytes, long length)
    {
        for (ArrayView<byte> rest = length == 0 ? default : AsRawArrayView(targetOffsetInBytes, length); rest.IsValid;)
        {
            int part = (int)Math.Min(rest.Length, 1 << 30);
            new Span<byte>((void*)rest.Address, part).Fill(value);
            rest = part == rest.Length ? default : rest.SubView(part);
        }
    }

    public void CopyTo(AcceleratorStream stream, long sourceOffsetInBytes, in ArrayView<byte> targetView)
    {
        if (targetView.IsValid)
        {
            Copy(AsRawArrayView(sourceOffsetInBytes, targetView.LengthInBytes), targetView);
        }
    }

    public void CopyFrom(AcceleratorStream stream, in ArrayView<byte> sourceView, long targetOffsetInBytes)
    {
        if (sourceView.IsValid)
        {
            Copy(sourceView, AsRawArrayView(targetOffsetInBytes, sourceView.LengthInBytes));
        }
    }

    public ArrayView<byte> AsRawArrayView() => AsRawArrayView(0, LengthInBytes);

    public ArrayView<byte> AsRawArrayView(long offsetInBytes) => AsRawArrayView(offsetInBytes, LengthInBytes - offsetInBytes);

    public ArrayView<byte> AsRawArrayView(long offsetInBytes, long lengthInBytes)
    {
        CheckRange(offsetInBytes, lengthInBytes, LengthInBytes);
        return new ArrayView<byte>(this, offsetInBytes, lengthInBytes);
    }

    public ArrayView<T> AsArrayView<T>(long offset, long length)
        where T : unmanaged
    {
        if (ArrayView<T>.ElementSize != ElementSize)
        {
            throw new NotSupportedException(
                $"{typeof(T).Name} has {ArrayView<T>.ElementSize} bytes, an element of this buffer {ElementSize}.");
        }

        CheckRange(offset, length, Length);
        return new ArrayView<T>(this, offset, length);
    }

    private static void CheckRange(long offset, long length, long available)
    {
        if (offset < 0 || (available > 0 && offset >= available))
        {
            throw new ArgumentOutOfRangeException(nameof(offset), offset, $"The buffer has {available} elements.");
        }

        if (length < 0 || offset + length > available)
        {
            throw new ArgumentOutOfRangeException(nameof(length), length, $"The buffer has {available} elements, {offset} of them before the view.");
        }
    }

    private static unsafe void Copy(ArrayView<byte> source, ArrayView<byte> target) =>
        System.Buffer.MemoryCopy((void*)source.Address, (void*)target.Address, target.Length, source.Length);
}
