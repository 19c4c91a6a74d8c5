using ILGPU;
using ILGPU.Runtime;

namespace DeepSharp.Kernels;

/// <summary>
/// Page-locked memory on the way to a GPU: it is filled in pieces, while the piece before is on the bus. A driver copies from other
/// memory by itself in the same way, but does not let the two overlap.
/// </summary>
internal sealed unsafe class UploadStaging(Accelerator accelerator)
{
    private const int PieceBytes = 4 * 1024 * 1024;

    private readonly Lock _lock = new();
    private readonly PageLockedArray1D<byte>[] _pieces =
        [accelerator.AllocatePageLocked1D<byte>(PieceBytes), accelerator.AllocatePageLocked1D<byte>(PieceBytes)];

    /// <summary>Copies to a view as many bytes as it has, and waits.</summary>
    internal void Copy(ArrayView<byte> target, byte* source)
    {
        AcceleratorStream stream = accelerator.DefaultStream;
        lock (_lock)
        {
            int next = 0;
            for (long done = 0; done < target.Length; next ^= 1)
            {
                int length = (int)Math.Min(PieceBytes, target.Length - done);
                PageLockedArray1D<byte> piece = _pieces[next];
                new ReadOnlySpan<byte>(source + done, length).CopyTo(piece.Span);

                // The other piece must have arrived before it is filled again; this one has been waited for already.
                stream.Synchronize();
                target.SubView(done, length).CopyFrom(stream, piece.ArrayView.SubView(0, length));
                done += length;
            }

            stream.Synchronize();
        }
    }
}
