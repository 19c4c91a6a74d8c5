using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using ILGPU;
using ILGPU.Backends.OpenCL;
using ILGPU.Backends.PTX;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

namespace DeepSharp.Kernels;

/// <summary>Finds the GPUs that ILGPU can use.</summary>
internal static class GpuSearch
{
    // For tests: devices pass for such that have no double precision.
    private const string HideDoubles = "DeepSharp.HideDoublePrecision";

    /// <summary>Looks for them, and does not so much as load ILGPU on a machine without a driver.</summary>
    internal static DeviceSearch Run()
    {
        DeviceSearch search = new();
        if (GpuSupport.IsSupported)
        {
            DeviceKind[] drivers = [.. new[] { DeviceKind.Cuda, DeviceKind.OpenCL }.Where(static kind => MissingLibrary(kind) is null && HasPlatform(kind))];
            if (drivers.Length > 0)
            {
                AskIlgpu(search, drivers);
            }
        }

        return search;
    }

    /// <summary>The file of the driver's library if it cannot be loaded, or null.</summary>
    internal static string? MissingLibrary(DeviceKind kind)
    {
        string[] files = (kind, OperatingSystem.IsWindows(), OperatingSystem.IsLinux()) switch
        {
            (DeviceKind.Cuda, true, _) => ["nvcuda.dll"],
            (DeviceKind.Cuda, _, true) => ["libcuda.so.1", "libcuda.so", "/usr/lib/wsl/lib/libcuda.so.1"],
            (_, true, _) => ["OpenCL.dll"],
            (_, _, true) => ["libOpenCL.so.1", "libOpenCL.so"],
            _ => [],
        };
        return files.Length > 0 && !files.Any(static file => NativeLibrary.TryLoad(file, out IntPtr _)) ? files[0] : null;
    }

    // OpenCL's library is but a loader of drivers, which other packages bring along (hwloc, and by it MPI): without a driver there is nothing to ask.
    private static unsafe bool HasPlatform(DeviceKind kind)
    {
        if (kind != DeviceKind.OpenCL || !OperatingSystem.IsLinux()
            || !(NativeLibrary.TryLoad("libOpenCL.so.1", out IntPtr library) || NativeLibrary.TryLoad("libOpenCL.so", out library))
            || !NativeLibrary.TryGetExport(library, "clGetPlatformIDs", out IntPtr function))
        {
            return true;
        }

        uint platforms = 0;
        return ((delegate* unmanaged<uint, void*, uint*, int>)function)(0, null, &platforms) == 0 && platforms > 0;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void AskIlgpu(DeviceSearch search, DeviceKind[] drivers)
    {
        // Raised after all else has failed, so that it disturbs neither ILGPU's own resolver (on WSL) nor the program's.
        AssemblyLoadContext.GetLoadContext(typeof(Context).Assembly)!.ResolvingUnmanagedDll += static (_, name) =>
            DeviceSearch.Stand(name, OperatingSystem.IsLinux()) is { } file && NativeLibrary.TryLoad(file, out IntPtr handle)
                ? handle
                : IntPtr.Zero;
        foreach (DeviceKind kind in drivers)
        {
            SearchKind(search, kind, kind == DeviceKind.Cuda ? SearchCuda : SearchOpenCL);
        }
    }

    private static void SearchKind(DeviceSearch search, DeviceKind kind, Action<DeviceSearch> run)
    {
        try
        {
            run(search);
        }
        catch (Exception error) when (IsDriverFault(error))
        {
            search.Refused.Add(new RefusedDevice(kind, "driver", error.GetBaseException().Message.TrimEnd('.')));
        }
    }

    // The predicates see every device, ILGPU's own conditions included; ILGPU swallows what they throw.
    private static void SearchCuda(DeviceSearch search)
    {
        int seen = 0;
        Context context = Create(builder => builder.Cuda((CudaDevice device) =>
        {
            seen++;
            bool hasInstructions = device.InstructionSet is { } set && PTXCodeGenerator.SupportedInstructionSets.Contains(set);
            string? reason = DeviceSearch.CudaRefusal(device.Architecture?.ToString(), device.DriverVersion.ToString(), hasInstructions);
            return Accept(search, DeviceKind.Cuda, device.Name, reason);
        }));
        CudaError error = CudaAPI.CurrentAPI.GetDeviceCount(out int count);
        if (error is not (CudaError.CUDA_SUCCESS or CudaError.CUDA_ERROR_NO_DEVICE))
        {
            search.Refused.Add(new RefusedDevice(DeviceKind.Cuda, "driver", $"it answers {error} when it is asked for devices"));
        }

        // ILGPU stops at a device whose properties it cannot read.
        for (; seen < count; seen++)
        {
            string name = CudaAPI.CurrentAPI.GetDeviceName(out string? known, seen) == CudaError.CUDA_SUCCESS ? known! : $"number {seen}";
            search.Refused.Add(new RefusedDevice(DeviceKind.Cuda, name, "ILGPU cannot read its properties, or those of one before it"));
        }

        foreach (CudaDevice device in context.GetDevices<CudaDevice>())
        {
            OfferGpu(search, DeviceKind.Cuda, device, context, hasDoubles: true);
        }
    }

    private static void SearchOpenCL(DeviceSearch search)
    {
        bool hides = AppContext.TryGetSwitch(HideDoubles, out bool isSet) && isSet;
        Context context = Create(builder => builder.OpenCL(device => Accept(search, DeviceKind.OpenCL, device.Name, Refusal(device))));
        List<CLDevice> processors = [];
        int index = 0;
        foreach (CLDevice device in context.GetDevices<CLDevice>())
        {
            if (IsGpu(device))
            {
                OfferGpu(search, DeviceKind.OpenCL, device, context, HasDoubles(device));
                index++;
            }
            else
            {
                processors.Add(device);
            }
        }

        foreach (CLDevice device in processors)
        {
            int number = index++;
            search.Processors.Add((device.Name, new Lazy<Device>(
                () => new Device(DeviceKind.OpenCL, number, IlgpuBackend.Of(device.CreateAccelerator(context), HasDoubles(device))))));
        }

        bool HasDoubles(CLDevice device) => device.Capabilities.Float64 && !hides;
    }

    private static string? Refusal(CLDevice device) => DeviceSearch.OpenClRefusal(
        device.CLStdVersion.ToString(), device.CLStdVersion >= CLBackend.MinimumVersion, device.Capabilities.GenericAddressSpace,
        device.DeviceType.ToString(), IsGpu(device) || IsProcessor(device));

    private static Context Create(Action<Context.Builder> enable) => Context.Create(builder =>
    {
        enable(builder);
        builder.EnableAlgorithms();
    });

    private static bool Accept(DeviceSearch search, DeviceKind kind, string name, string? reason)
    {
        if (reason is not null)
        {
            search.Refused.Add(new RefusedDevice(kind, name, reason));
        }

        return reason is null;
    }

    private static void OfferGpu(DeviceSearch search, DeviceKind kind, ILGPU.Runtime.Device device, Context context, bool hasDoubles) =>
        search.Offer(kind, device.Name, index => new Device(kind, index, IlgpuBackend.Of(device.CreateAccelerator(context), hasDoubles)), IsDriverFault);

    private static bool IsGpu(CLDevice device) => (device.DeviceType & CLDeviceType.CL_DEVICE_TYPE_GPU) != 0;

    private static bool IsProcessor(CLDevice device) => (device.DeviceType & CLDeviceType.CL_DEVICE_TYPE_CPU) != 0;

    private static bool IsDriverFault(Exception error) => error is AcceleratorException or DllNotFoundException or NotSupportedException
        or TypeInitializationException or BadImageFormatException or EntryPointNotFoundException;
}
