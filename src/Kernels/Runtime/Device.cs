using System.Diagnostics.CodeAnalysis;
using DeepSharp.Kernels;

namespace DeepSharp;

/// <summary>
/// Where tensors live and kernels run: the host processor, a GPU, or the GPU kernels emulated on the host.
/// </summary>
/// <remarks>
/// A device owns a pool of memory blocks and, other than the host, an ILGPU accelerator and the kernels compiled for it. Work on a device
/// runs in the order it was issued; reading a tensor's values waits for it. Programs that are compiled ahead of time or trimmed have
/// <see cref="Cpu"/> only.
/// </remarks>
public sealed partial class Device
{
    private const string CompilesKernels = "Kernels of GPUs are compiled while the program runs. Ahead of time there is Device.Cpu only.";

    private static readonly Lazy<Device> HostDevice = new(static () => new Device(DeviceKind.Cpu, 0, null));
    private static readonly Lazy<Device> EmulatedDevice = new(static () => new Device(DeviceKind.Emulated, 0, GpuSupport.IsSupported
        ? IlgpuBackend.Emulated(null)
        : throw new DeviceException($"There is no emulated device. {GpuSupport.Missing}")));

    private static readonly Lazy<DeviceSearch> Found = new(GpuSearch.Run);

    private static Device? s_default;

    private long _launches;
    private long _waits;

    internal Device(DeviceKind kind, int index, IlgpuBackend? backend)
    {
        Kind = kind;
        Index = index;
        Backend = backend;
        Pool = new BlockPool(this);
        if (kind is DeviceKind.Cpu or DeviceKind.Emulated)
        {
            Pool.Limit = HostMemory.Available;
        }
    }

    /// <summary>The host processor: SIMD kernels on all cores.</summary>
    public static Device Cpu => HostDevice.Value;

    /// <summary>The GPU kernels on ILGPU's CPU accelerator. Thousands of times slower than <see cref="Cpu"/>; for tests.</summary>
    /// <exception cref="DeviceException">The program was compiled ahead of time or trimmed.</exception>
    public static Device Emulated
    {
        [RequiresDynamicCode(CompilesKernels)]
        get => EmulatedDevice.Value;
    }

    /// <summary>
    /// The GPUs that were found, then <see cref="Cpu"/>. <see cref="Refused"/> has what was found and cannot be used.
    /// </summary>
    public static IReadOnlyList<Device> All => [.. Found.Value.Gpus, Cpu];

    /// <summary>The devices that the machine has and kernels cannot run on, each with what it lacks.</summary>
    public static IReadOnlyList<RefusedDevice> Refused
    {
        get
        {
            // Some show what they lack only when they are made.
            _ = All;
            return Found.Value.Refused;
        }
    }

    /// <summary>
    /// The device on which tensors are made when none is named. At first the best one: CUDA, then an OpenCL GPU, then the CPU. GPUs
    /// behind it are not touched until they are asked for, and without a GPU's driver nothing is loaded that only GPUs need.
    /// </summary>
    public static Device Default
    {
        get => s_default ??= Found.Value.Gpus.FirstOrDefault() ?? Cpu;
        set => s_default = value ?? throw new ArgumentNullException(nameof(value));
    }

    /// <summary>What kind of device this is.</summary>
    public DeviceKind Kind { get; }

    /// <summary>The number of the device among those of its kind.</summary>
    public int Index { get; }

    /// <summary>The name the driver gives the device.</summary>
    public string Name => Backend?.Name ?? $"CPU ({HostParallel.Threads} threads)";

    /// <summary>What the device holds and has done.</summary>
    public DeviceStatistics Statistics
    {
        get
        {
            DeviceStatistics counted = Pool.Statistics(Volatile.Read(ref _launches)) with { Waits = Volatile.Read(ref _waits) };
            return Backend?.AddTo(counted) ?? counted;
        }
    }

    /// <summary>
    /// The most bytes that tensors may take on the device, in use or waiting in its pool for the next one. What goes beyond is a
    /// <see cref="DeviceException"/> that names the largest tensors, and the program can go on.
    /// </summary>
    /// <value>
    /// At first, on <see cref="Cpu"/> and <see cref="Emulated"/>, nine tenths of the memory that the machine has, or the container that
    /// the program runs in: the runtime's threshold for a high load (<c>GCHighMemPercent</c>). GPUs have no limit but their driver's.
    /// A limit below what is in use now holds for what is asked for next. A quarter of it is the most that waits when a new block of
    /// memory has to be made.
    /// </value>
    /// <exception cref="ArgumentOutOfRangeException">The limit is not above 0.</exception>
    public long MemoryLimit
    {
        get => Pool.Limit;
        set
        {
            if (value <= 0)
            {
                throw new ArgumentOutOfRangeException(nameof(value), $"MemoryLimit: a limit must be above 0 bytes, not {value}.");
            }

            Pool.Limit = value;
        }
    }

    /// <summary>The bytes of memory that the device has; for <see cref="Cpu"/> and <see cref="Emulated"/> those of the machine, or of the container that the
    /// program runs in.</summary>
    public long MemorySize => Kind is DeviceKind.Cuda or DeviceKind.OpenCL ? Backend!.MemorySize : GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    /// <summary>
    /// What computes matrix products, as text: our own kernels, or cuBLAS with its version for products that are large enough, if
    /// its library was there when the device was made.
    /// </summary>
    public string MatrixProducts => Backend?.MatrixProducts ?? "DeepSharp SIMD";

    /// <summary>
    /// Whether the device computes in double precision. A GPU that does not, as in many laptops, has tensors of every type but
    /// <see cref="DType.Float64"/>, and takes the constants of operators and of optimizers in single precision.
    /// </summary>
    public bool HasDoublePrecision => Backend?.HasDoubles ?? true;

    /// <summary>Whether kernels run as host code over the memory in place: always, as far as compilers that work ahead of time see.</summary>
    internal bool IsHost => !GpuSupport.IsSupported || Kind == DeviceKind.Cpu;

    /// <summary>What runs kernels; null on the host.</summary>
    internal IlgpuBackend? Backend { get; }

    internal BlockPool Pool { get; }

    /// <summary>The NVIDIA GPU with this number.</summary>
    /// <exception cref="DeviceException">There is none, or the program was compiled ahead of time or trimmed; the message says so, or what was found.</exception>
    [RequiresDynamicCode(CompilesKernels)]
    public static Device Cuda(int index = 0) => Gpu(DeviceKind.Cuda, index);

    /// <summary>The OpenCL device with this number: GPUs first, then, if they are allowed, processors.</summary>
    /// <param name="index">The number.</param>
    /// <param name="allowCpu">
    /// Whether the device may be the host processor behind an OpenCL driver, such as PoCL. It runs the GPU kernels and is much
    /// slower than <see cref="Cpu"/>, so it is never chosen by itself.
    /// </param>
    /// <exception cref="DeviceException">There is none, or the program was compiled ahead of time or trimmed; the message says so, or what was found and why it was
    /// not taken.</exception>
    [RequiresDynamicCode(CompilesKernels)]
    public static Device OpenCL(int index = 0, bool allowCpu = false) => Gpu(DeviceKind.OpenCL, index, allowCpu);

    /// <summary>Waits until the device has done all that it was given.</summary>
    public void Synchronize()
    {
        CountWait();
        Backend?.Synchronize();
    }

    /// <summary>Gives the memory that no tensor uses back to the system.</summary>
    /// <returns>The bytes freed.</returns>
    public long TrimMemory()
    {
        Backend?.Synchronize();
        return Pool.Trim();
    }

    /// <inheritdoc/>
    public override string ToString() => Kind switch
    {
        DeviceKind.Cpu => "cpu",
        DeviceKind.Emulated => "emulated",
        DeviceKind.Cuda => $"cuda:{Index}",
        _ => $"opencl:{Index}",
    };

    /// <summary>Counts that the host waits for the device.</summary>
    internal void CountWait() => Interlocked.Increment(ref _waits);

    private static Device Gpu(DeviceKind kind, int index, bool allowCpu = false)
    {
        if (!GpuSupport.IsSupported)
        {
            throw new DeviceException($"There is no {kind} device {index}. {GpuSupport.Missing}");
        }

        if (Found.Value.Find(kind, index, allowCpu) is { } device)
        {
            return device;
        }

        throw new DeviceException(
            Found.Value.NotFound(kind, index, All.Select(static d => $"{d} ({d.Name})"), GpuSearch.MissingLibrary(kind)));
    }
}
