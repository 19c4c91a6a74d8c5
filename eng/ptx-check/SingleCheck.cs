using System.Reflection;
using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.OpenCL;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.OpenCL;

namespace DeepSharp.PtxCheck;

/// <summary>Compiles the kernels that do not compute in double precision for an OpenCL device that has none.</summary>
internal static class SingleCheck
{
    /// <summary>How many cannot be compiled, or have a double in their code.</summary>
    internal static int Run(List<PtxKernel> kernels)
    {
        using Context context = Context.Create(static builder => builder.CPU().Math(MathMode.Fast32BitOnly).EnableAlgorithms());
        ConstructorInfo capabilities = typeof(CLCapabilityContext).GetConstructors().Single();
        object[] all = [.. capabilities.GetParameters().Select(static can => (object)(can.Name != "float64"))];
        using CLBackend backend = new(context, (CLCapabilityContext)capabilities.Invoke(all), CLDeviceVendor.Intel, CLCVersion.CL20);
        int failures = 0;
        foreach (PtxKernel kernel in kernels.Where(static kernel => !kernel.IsFloat64 && !kernel.Name.Contains("Double", StringComparison.Ordinal)))
        {
            try
            {
                string source = ((CLCompiledKernel)backend.Compile(EntryPointDescription.FromExplicitlyGroupedKernel(kernel.Method), default)).Source;
                if (source.Contains("double", StringComparison.Ordinal))
                {
                    failures++;
                    Console.Error.WriteLine($"{kernel.Name}: its code for a device without double precision has a double");
                }
            }
            catch (Exception error) when (error is InternalCompilerException or NotSupportedException or InvalidOperationException)
            {
                failures++;
                Console.Error.WriteLine($"{kernel.Name}, without double precision: {error.GetBaseException().Message}");
            }
        }

        return failures;
    }
}
