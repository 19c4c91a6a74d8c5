namespace ILGPU.Runtime;

/// <summary>Memory on an accelerator with a view over all of it.</summary>
public class MemoryBuffer<TView> : MemoryBuffer, IContiguousArrayView
    where TView : struct, IArrayView
{
    private readonly MemoryBuffer _memory;

    private protected MemoryBuffer(Accelerator accelerator, in TView view)
        : base(accelerator, view.Length, view.ElementSize)
    {
        View = view;
        _memory = view.Buffer;
        NativePtr = _memory.NativePtr;
    }

    public TView View { get; private set; }

    public bool IsValid => !IsDisposed;

    MemoryBuffer IArrayView.Buffer => _memory;

    long IContiguousArrayView.Index => 0;

    long IContiguousArrayView.IndexInBytes => 0;

    public static implicit operator TView(MemoryBuffer<TView> buffer) => buffer.View;

    public TView ToArrayView() => View;

    private protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _memory.Dispose();
            NativePtr = default;
            View = default;
        }
    }
}
