using System.Numerics;
using System.Runtime.Intrinsics;
using DeepSharp.Kernels;

namespace DeepSharp;

/// <summary>How kernels run on <see cref="Device.Cpu"/>: on how many threads, and in how wide registers.</summary>
/// <remarks>
/// <para>Set both before the first computation. They hold for the whole program; what is under way on other threads meanwhile may still run as it
/// was before.</para>
/// <para>Results do not depend on the number of threads. On the width of registers their last bits do, since sums are made in as many parts as
/// a register has lanes: a machine with AVX-512 and one with AVX2 agree to about six digits in Float32. To have the same bits on both, set
/// <see cref="VectorBits"/> to what all of them have. The JIT's own switches, such as DOTNET_EnableAVX2, and processors of other makes
/// (ARM's have 128 bits, and products without fused multiplication and addition round twice) are beyond that.</para>
/// </remarks>
/// <example><code>
/// CpuKernels.Threads = 4;
/// CpuKernels.VectorBits = 256;
/// </code></example>
public static class CpuKernels
{
    // No initial value: dispatch reads it, and a class with initial values looks each time whether they have been set.
    private static bool s_isNarrowed;

    /// <summary>The threads that share a kernel's work, the calling one included; at first as many as .NET counts processors.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not from 1 to 64.</exception>
    public static int Threads
    {
        get => HostParallel.Threads;
        set => HostParallel.Threads = value is >= 1 and <= WorkerPool.MaxThreads
            ? value
            : throw new ArgumentOutOfRangeException(
                nameof(value), $"CpuKernels.Threads: the number of threads must be from 1 to {WorkerPool.MaxThreads}, not {value}.");
    }

    /// <summary>The bits of the registers that kernels compute in; at first the widest of <see cref="SupportedVectorBits"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The processor has no kernels of this width.</exception>
    public static int VectorBits
    {
        get => IsWide ? 512 : Vector<byte>.Count * 8;
        set
        {
            if (!SupportedVectorBits.Contains(value))
            {
                throw new ArgumentOutOfRangeException(
                    nameof(value),
                    $"CpuKernels.VectorBits: kernels run in registers of {string.Join(" or ", SupportedVectorBits)} bits on this processor, not of {value}.");
            }

            s_isNarrowed = value < 512;
        }
    }

    /// <summary>
    /// The widths that kernels can run in on this processor: that of .NET's Vector, 256 bits with AVX2 and else 128, and 512 with AVX-512.
    /// </summary>
    public static IReadOnlyList<int> SupportedVectorBits =>
        Vector512.IsHardwareAccelerated ? [Vector<byte>.Count * 8, 512] : [Vector<byte>.Count * 8];

    /// <summary>Whether kernels run in registers of 512 bits.</summary>
    internal static bool IsWide => Vector512.IsHardwareAccelerated && !s_isNarrowed;
}
