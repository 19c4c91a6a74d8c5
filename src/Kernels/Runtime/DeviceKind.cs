namespace DeepSharp;

/// <summary>The kinds of device.</summary>
public enum DeviceKind : byte
{
    /// <summary>The host processor, through SIMD code on all cores.</summary>
    Cpu,

    /// <summary>An NVIDIA GPU.</summary>
    Cuda,

    /// <summary>A device driven through OpenCL.</summary>
    OpenCL,

    /// <summary>The GPU kernels on ILGPU's CPU accelerator: for tests and for debugging a kernel. Slow.</summary>
    Emulated,
}
