namespace ILGPU.Runtime.CPU;

/// <summary>A stream whose work is always done.</summary>
internal sealed class CPUStream(Accelerator accelerator) : AcceleratorStream(accelerator)
{
    public override void Synchronize() => ObjectDisposedException.ThrowIf(Accelerator.IsDisposed, Accelerator);

    private protected override void Dispose(bool disposing)
    {
    }
}
