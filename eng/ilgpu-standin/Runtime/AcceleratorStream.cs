namespace ILGPU.Runtime;

/// <summary>A queue of work. Here all work is done by the time a call returns.</summary>
public abstract class AcceleratorStream : AcceleratorObject
{
    private protected AcceleratorStream(Accelerator accelerator)
        : base(accelerator)
    {
    }

    public abstract void Synchronize();
}
