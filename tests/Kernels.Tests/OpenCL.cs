using System.Reflection;
using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.OpenCL;
using ILGPU.Runtime.OpenCL;

namespace DeepSharp.Kernels.Tests;

/// <summary>ILGPU's compiler for OpenCL without a device.</summary>
internal static class OpenCL
{
    /// <summary>The source that ILGPU writes for a device that can do everything.</summary>
    internal static string Source(Context context, EntryPointDescription kernel)
    {
        using CLBackend backend = Backend(context, hasDoubles: true);
        return ((CLCompiledKernel)backend.Compile(kernel, default)).Source;
    }

    /// <summary>What compiles for a device that can do everything, or everything but compute in double precision.</summary>
    internal static CLBackend Backend(Context context, bool hasDoubles)
    {
        // The constructor takes one truth value for each capability, and other versions of ILGPU have others.
        ConstructorInfo capabilities = typeof(CLCapabilityContext).GetConstructors().Single();
        object[] all = [.. capabilities.GetParameters().Select(can => (object)(hasDoubles || can.Name != "float64"))];
        return new(context, (CLCapabilityContext)capabilities.Invoke(all), CLDeviceVendor.Nvidia, CLCVersion.CL20);
    }
}
