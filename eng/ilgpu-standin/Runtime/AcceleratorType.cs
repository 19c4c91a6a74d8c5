namespace ILGPU.Runtime;

/// <summary>The kinds of accelerators that ILGPU knows; here all are <see cref="CPU"/>.</summary>
public enum AcceleratorType
{
    CPU,
    Cuda,
    OpenCL,
}
