using System.Diagnostics;
using System.Runtime.CompilerServices;
using DeepSharp.Kernels;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;

namespace DeepSharp;

/// <summary>
/// Where tensors live and kernels run: the host processor, a GPU, or the GPU kernels emulated on the host.
/// </summary>
/// <remarks>
/// A device owns its ILGPU accelerator, a pool of memory blocks and the kernels it has compiled. Work on a device runs in the
/// order it was issued; reading a tensor's values waits for it.
/// </remarks>
public sealed partial class Device
{
    // Enough blocks for a grid-stride loop to hide memory latency on a large GPU.
    private const int GroupsPerMultiprocessor = 32;
    private const int PreferredGroupSize = 256;

    private static readonly Lazy<Device> HostDevice = new(() => new Device(DeviceKind.Cpu, 0, HostContext(new CPUDevice(2, 1, 1))));
    private static readonly Lazy<Device> EmulatedDevice =
        new(() => new Device(DeviceKind.Emulated, 0, HostContext(new CPUDevice(4, 4, 1))));

    private static readonly Lazy<DeviceSearch> Found = new(GpuSearch.Run);

    private static Device? s_default;

    private readonly Lock _lock = new();
    private readonly Dictionary<Type, Delegate> _kernels = [];
    private readonly Dictionary<Type, object> _resources = [];
    private long _launches;
    private long _waits;
    private TimeSpan _compileTime;

    internal Device(DeviceKind kind, int index, Accelerator accelerator)
    {
        Kind = kind;
        Index = index;
        Accelerator = accelerator;
        Pool = new BlockPool(this);
        MaxGroupSize = accelerator.MaxNumThreadsPerGroup;
        Blas = CuBlasProducts.TryCreate(accelerator);
    }

    /// <summary>The host processor: SIMD kernels on all cores.</summary>
    public static Device Cpu => HostDevice.Value;

    /// <summary>The GPU kernels on ILGPU's CPU accelerator. Thousands of times slower than <see cref="Cpu"/>; for tests.</summary>
    public static Device Emulated => EmulatedDevice.Value;

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
    /// behind it are not touched until they are asked for.
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
    public string Name => Kind == DeviceKind.Cpu ? $"CPU ({HostParallel.Threads} threads)" : Accelerator.Name;

    /// <summary>What the device holds and has done.</summary>
    public DeviceStatistics Statistics
    {
        get
        {
            DeviceStatistics memory = Pool.Statistics(Volatile.Read(ref _launches));
            lock (_lock)
            {
                return memory with { Kernels = _kernels.Count + _launchers.Count, CompileTime = _compileTime, Waits = Volatile.Read(ref _waits) };
            }
        }
    }

    /// <summary>
    /// What computes matrix products, as text: our own kernels, or cuBLAS with its version for products that are large enough, if
    /// its library was there when the device was made.
    /// </summary>
    public string MatrixProducts => Blas?.Name ?? (IsHost ? "DeepSharp SIMD" : "DeepSharp kernel");

    /// <summary>A library for matrix products, or null.</summary>
    internal IBlas? Blas { get; private init; }

    /// <summary>Whether kernels run as host code over the memory in place.</summary>
    internal bool IsHost => Kind == DeviceKind.Cpu;

    internal Accelerator Accelerator { get; }

    internal BlockPool Pool { get; }

    internal int MaxGroupSize { get; }

    /// <summary>The kernels loaded so far.</summary>
    internal IReadOnlyList<Delegate> LoadedKernels
    {
        get
        {
            lock (_lock)
            {
                return [.. _kernels.Values, .. _launchers.Values];
            }
        }
    }

    /// <summary>The NVIDIA GPU with this number.</summary>
    /// <exception cref="DeviceException">There is none; the message says what was found.</exception>
    public static Device Cuda(int index = 0) => Gpu(DeviceKind.Cuda, index);

    /// <summary>The OpenCL device with this number: GPUs first, then, if they are allowed, processors.</summary>
    /// <param name="index">The number.</param>
    /// <param name="allowCpu">
    /// Whether the device may be the host processor behind an OpenCL driver, such as PoCL. It runs the GPU kernels and is much
    /// slower than <see cref="Cpu"/>, so it is never chosen by itself.
    /// </param>
    /// <exception cref="DeviceException">There is none; the message says what was found and why it was not taken.</exception>
    public static Device OpenCL(int index = 0, bool allowCpu = false) => Gpu(DeviceKind.OpenCL, index, allowCpu);

    /// <summary>Waits until the device has done all that it was given.</summary>
    public void Synchronize()
    {
        CountWait();
        Accelerator.Synchronize();
    }

    /// <summary>Gives the memory that no tensor uses back to the system.</summary>
    /// <returns>The bytes freed.</returns>
    public long TrimMemory()
    {
        Accelerator.Synchronize();
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

    /// <summary>
    /// The compiled kernel for a key type, loaded at first use. The delegates are kept: ILGPU's own cache holds them weakly,
    /// and even a cached load costs milliseconds. Asking for a kernel counts as a launch.
    /// </summary>
    internal TDelegate Kernel<TKey, TDelegate>(Func<Accelerator, TDelegate> load)
        where TDelegate : Delegate
    {
        Interlocked.Increment(ref _launches);
        lock (_lock)
        {
            if (!_kernels.TryGetValue(typeof(TKey), out Delegate? kernel))
            {
                KernelTypes.RequireVisible(typeof(TKey));
                long start = Stopwatch.GetTimestamp();
                kernel = load(Accelerator);
                _compileTime += Stopwatch.GetElapsedTime(start);
                _kernels.Add(typeof(TKey), kernel);
            }

            return Unsafe.As<TDelegate>(kernel);
        }
    }

    /// <summary>Something made once per device and kept with it: a library handle, a constant table.</summary>
    internal T Resource<T>(Func<Device, T> make)
        where T : class
    {
        lock (_lock)
        {
            if (!_resources.TryGetValue(typeof(T), out object? value))
            {
                value = make(this);
                _resources.Add(typeof(T), value);
            }

            return Unsafe.As<T>(value);
        }
    }

    /// <summary>Counts a kernel that host code ran.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void CountLaunch() => Interlocked.Increment(ref _launches);

    /// <summary>Counts that the host waits for the device.</summary>
    internal void CountWait() => Interlocked.Increment(ref _waits);

    /// <summary>The launch shape of a grid-stride loop over <paramref name="count"/> items, at least one.</summary>
    /// <remarks>Such loops compare their index as <c>uint</c>: close to the largest count, the index behind the last item wraps.</remarks>
    internal KernelConfig Grid(int count)
    {
        int group = Math.Min(PreferredGroupSize, MaxGroupSize);
        int most = Accelerator.NumMultiprocessors * GroupsPerMultiprocessor;
        return new KernelConfig(Math.Clamp(((count - 1) / group) + 1, 1, most), group);
    }

    /// <summary>An emulated device of its own that has a library for matrix products: for tests.</summary>
    internal static Device EmulatedWith(IBlas blas) =>
        new(DeviceKind.Emulated, 1, HostContext(new CPUDevice(4, 4, 1))) { Blas = blas };

    private static Device Gpu(DeviceKind kind, int index, bool allowCpu = false)
    {
        if (Found.Value.Find(kind, index, allowCpu) is { } device)
        {
            return device;
        }

        throw new DeviceException(
            Found.Value.NotFound(kind, index, All.Select(static d => $"{d} ({d.Name})"), GpuSearch.MissingLibrary(kind)));
    }

    private static CPUAccelerator HostContext(CPUDevice device)
    {
        Context context = Context.Create(builder => builder.CPU(device).EnableAlgorithms());
        return context.CreateCPUAccelerator(0);
    }
}
