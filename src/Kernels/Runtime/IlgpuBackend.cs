using System.Diagnostics;
using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Backends;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;

namespace DeepSharp.Kernels;

/// <summary>What a device other than the host has of ILGPU: the accelerator, its memory, the kernels compiled for it.</summary>
/// <remarks>
/// All that mentions ILGPU is here and in the GPU forms of the drivers, because a method that does makes the runtime load ILGPU as
/// soon as it is compiled, even if that line never runs. Therefore nothing here may be inlined into code that the host runs, too.
/// </remarks>
internal sealed unsafe class IlgpuBackend
{
    // Enough blocks for a grid-stride loop to hide memory latency on a large GPU.
    private const int GroupsPerMultiprocessor = 32;

    // The emulation runs groups one after the other, and each costs more than hundreds of elements do.
    private const int EmulatedGroups = 4;
    private const int PreferredGroupSize = 256;

    // Below this a transfer takes microseconds whether it is staged or not.
    private const long StagedFrom = 256 * 1024;

    private readonly Lock _lock = new();
    private readonly Dictionary<Delegate, Delegate> _launchers = [];
    private SingleCompiler? _single;
    private UploadStaging? _staging;
    private TimeSpan _compileTime;

    private IlgpuBackend(Accelerator accelerator, IBlas? blas, bool hasDoubles)
    {
        Accelerator = accelerator;
        Blas = blas;
        HasDoubles = hasDoubles;
        FlatStructs.Register(accelerator.GetBackend().ArgumentMapper.TypeContext);
    }

    internal Accelerator Accelerator { get; }

    /// <summary>A library for matrix products, or null.</summary>
    internal IBlas? Blas { get; }

    /// <summary>Whether the accelerator computes in double precision; if not, all its kernels are compiled in single precision.</summary>
    internal bool HasDoubles { get; }

    internal string Name
    {
        [MethodImpl(MethodImplOptions.NoInlining)]
        get => Accelerator.Name;
    }

    /// <summary>What computes matrix products, as text.</summary>
    internal string MatrixProducts
    {
        [MethodImpl(MethodImplOptions.NoInlining)]
        get => Blas?.Name ?? "DeepSharp kernel";
    }

    internal long MemorySize
    {
        [MethodImpl(MethodImplOptions.NoInlining)]
        get => Accelerator.MemorySize;
    }

    internal int MaxGroupSize => Accelerator.MaxNumThreadsPerGroup;

    /// <summary>The kernels compiled so far.</summary>
    internal IReadOnlyList<Delegate> Kernels
    {
        get
        {
            lock (_lock)
            {
                return [.. _launchers.Values];
            }
        }
    }

    /// <summary>A GPU, with cuBLAS if it is there.</summary>
    internal static IlgpuBackend Of(Accelerator accelerator, bool hasDoubles = true) => new(accelerator, CuBlasProducts.TryCreate(accelerator), hasDoubles);

    /// <summary>ILGPU's simulator of a GPU, on the host.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static IlgpuBackend Emulated(IBlas? blas, bool hasDoubles = true)
    {
        Context context = Context.Create(static builder => builder.CPU(new CPUDevice(4, 4, 1)).EnableAlgorithms());
        return new IlgpuBackend(context.CreateCPUAccelerator(0), blas, hasDoubles);
    }

    /// <summary>Whether an error of <see cref="Allocate"/> means that there is no memory left.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static bool IsOutOfMemory(Exception error) => error is AcceleratorException;

    internal static MemoryBuffer BufferOf(Block block) => Unsafe.As<MemoryBuffer>(block.Allocation.Buffer!);

    [MethodImpl(MethodImplOptions.NoInlining)]
    internal object Allocate(long bytes) => Accelerator.Allocate1D<byte>(bytes);

    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static void Free(Block block) => BufferOf(block).Dispose();

    [MethodImpl(MethodImplOptions.NoInlining)]
    internal void Synchronize() => Accelerator.Synchronize();

    [MethodImpl(MethodImplOptions.NoInlining)]
    internal void Upload(byte* source, Block target, long start, long bytes)
    {
        ArrayView<byte> view = target.View<byte>(start, bytes);

        // On OpenCL, ILGPU 1.5.3 copies the whole of the staging memory, whatever part it is asked for.
        if (bytes >= StagedFrom && Accelerator.AcceleratorType != AcceleratorType.OpenCL)
        {
            lock (_lock)
            {
                _staging ??= new UploadStaging(Accelerator);
            }

            _staging.Copy(view, source);
        }
        else
        {
            // ILGPU takes the address without pinning what stands there, and waits for the copy.
            view.CopyFromCPU(ref *source, bytes);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    internal void Download(Block source, long start, byte* target, long bytes) => source.View<byte>(start, bytes).CopyToCPU(ref *target, bytes);

    /// <summary>Adds what it has counted.</summary>
    internal DeviceStatistics AddTo(DeviceStatistics statistics)
    {
        lock (_lock)
        {
            return statistics with { Kernels = _launchers.Count, CompileTime = _compileTime };
        }
    }

    /// <summary>The compiled form of a kernel. It is kept: ILGPU's own cache holds it weakly, and even a cached load costs milliseconds.</summary>
    internal Action<KernelConfig, T> Launcher<T>(Action<T> kernel)
        where T : struct
    {
        lock (_lock)
        {
            if (!_launchers.TryGetValue(kernel, out Delegate? launcher))
            {
                KernelTypes.RequireVisible(kernel.Method);
                long start = Stopwatch.GetTimestamp();
                launcher = Load(kernel);
                _compileTime += Stopwatch.GetElapsedTime(start);
                _launchers.Add(kernel, launcher);
            }

            return Unsafe.As<Action<KernelConfig, T>>(launcher);
        }
    }

    /// <summary>The launch shape of a grid-stride loop over <paramref name="count"/> items, at least one.</summary>
    internal KernelConfig Grid(int count)
    {
        int group = Math.Min(PreferredGroupSize, MaxGroupSize);
        int most = Accelerator.NumMultiprocessors * (Accelerator.AcceleratorType == AcceleratorType.CPU ? EmulatedGroups : GroupsPerMultiprocessor);
        return new KernelConfig(Math.Clamp(((count - 1) / group) + 1, 1, most), group);
    }

    // OpenCL takes the arguments of a kernel one by one before the launch, and two threads that do so with one kernel mix theirs
    // (clSetKernelArg is not safe then); ILGPU does not lock. CUDA and the emulation take launch and arguments at once.
    private Action<KernelConfig, T> Load<T>(Action<T> kernel)
        where T : struct
    {
        if (RuntimeFeature.IsDynamicCodeSupported && Accelerator is not CPUAccelerator && (!HasDoubles || KernelTypes.IsSingle(kernel.Method)))
        {
            _single ??= SingleCompiler.Of(Accelerator);
            return new SinglePrecisionKernel<T>(Accelerator, _single.Compile(kernel.Method)).Launch;
        }

        Action<KernelConfig, T> launch = Accelerator.LoadStreamKernel(kernel);
        if (Accelerator.AcceleratorType != AcceleratorType.OpenCL)
        {
            return launch;
        }

        Lock gate = new();
        return (grid, arguments) =>
        {
            lock (gate)
            {
                launch(grid, arguments);
            }
        };
    }
}
