#if ILGPU_PACKAGE
using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

namespace DeepSharp;

/// <content>Finds GPUs; the stand-in for ILGPU has none, so this file is compiled with the package only.</content>
public sealed partial class Device
{
    static partial void AddGpus(List<Device> devices, List<string> refused)
    {
        ResolveLibraries();
        Add<CudaDevice>(DeviceKind.Cuda, builder => builder.Cuda(), static _ => true, devices, refused);
        Add<CLDevice>(
            DeviceKind.OpenCL, builder => builder.OpenCL(), static d => d.DeviceType == CLDeviceType.CL_DEVICE_TYPE_GPU, devices, refused);
    }

    private static void Add<TDevice>(
        DeviceKind kind, Action<Context.Builder> enable, Func<TDevice, bool> wanted, List<Device> devices, List<string> refused)
        where TDevice : ILGPU.Runtime.Device
    {
        try
        {
            Context context = Context.Create(builder =>
            {
                enable(builder);
                builder.EnableAlgorithms();
            });
            int index = 0;
            foreach (TDevice device in context.GetDevices<TDevice>())
            {
                if (wanted(device))
                {
                    devices.Add(new Device(kind, index++, device.CreateAccelerator(context)));
                }
            }

            if (index == 0)
            {
                context.Dispose();
            }
        }
        catch (Exception error) when (error is AcceleratorException or DllNotFoundException or NotSupportedException
            or TypeInitializationException or BadImageFormatException or EntryPointNotFoundException)
        {
            refused.Add($"{kind}: {error.GetBaseException().Message}");
        }
    }

    // A machine without the -dev packages has libcuda.so.1 and libOpenCL.so.1 only, and ILGPU asks for neither.
    private static void ResolveLibraries()
    {
        try
        {
            NativeLibrary.SetDllImportResolver(typeof(Context).Assembly, static (name, assembly, path) =>
                name is "cuda" or "OpenCL" && OperatingSystem.IsLinux() && !NativeLibrary.TryLoad(name, assembly, path, out IntPtr _)
                    && NativeLibrary.TryLoad($"lib{name}.so.1", assembly, path, out IntPtr handle)
                    ? handle
                    : IntPtr.Zero);
        }
        catch (InvalidOperationException)
        {
            // The program has set a resolver of its own; it knows better.
        }
    }
}
#endif
