using DeepSharp.Kernels;

// The counters of a device are shared by all that runs on it: one test at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace DeepSharp.Tests;

/// <summary>Where tensors are tried.</summary>
internal static class Devices
{
    internal static readonly Device[] All = [Device.Cpu, TestDevice.Gpu];

    /// <summary>The values of any tensor as doubles, in row-major order.</summary>
    internal static double[] Values(Tensor tensor) => tensor.DType switch
    {
        DType.Float32 => Array.ConvertAll(tensor.ToArray<float>(), static v => (double)v),
        DType.Float64 => tensor.ToArray<double>(),
        DType.Float16 => Array.ConvertAll(tensor.ToArray<Half>(), static v => (double)v),
        DType.BFloat16 => Array.ConvertAll(tensor.ToArray<BF16>(), static v => (double)v),
        DType.Int32 => Array.ConvertAll(tensor.ToArray<int>(), static v => (double)v),
        DType.Int64 => Array.ConvertAll(tensor.ToArray<long>(), static v => (double)v),
        DType.UInt8 => Array.ConvertAll(tensor.ToArray<byte>(), static v => (double)v),
        _ => Array.ConvertAll(tensor.ToArray<bool>(), static v => v ? 1.0 : 0),
    };
}
