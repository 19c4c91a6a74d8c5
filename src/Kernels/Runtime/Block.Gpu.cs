#if ILGPU_PACKAGE
namespace DeepSharp.Kernels;

/// <content>Uploads to GPUs.</content>
public sealed unsafe partial class Block
{
    // Below this a transfer takes microseconds either way.
    private const long StagedFrom = 256 * 1024;

    partial void UploadStaged(byte* source, long bytes, long offset, ref bool done)
    {
        // On OpenCL, ILGPU 1.5.3 copies the whole of the staging memory, whatever part it is asked for.
        if (bytes >= StagedFrom && Device.Kind != DeviceKind.OpenCL)
        {
            Device.Resource(static device => new UploadStaging(device)).Copy(View<byte>(offset, bytes), source);
            done = true;
        }
    }
}
#endif
