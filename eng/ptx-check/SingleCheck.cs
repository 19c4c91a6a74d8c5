using System.Reflection;
using DeepSharp.Kernels;
using ILGPU;
using ILGPU.Backends.OpenCL;
using ILGPU.Runtime.OpenCL;

namespace DeepSharp.PtxCheck;

/// <summary>Compiles the kernels that do not compute in double precision for OpenCL, in single precision.</summary>
internal static class SingleCheck
{
    /// <summary>How many cannot be compiled, or have a double in their code.</summary>
    internal static int Run(List<PtxKernel> kernels)
    {
        ConstructorInfo capabilities = typeof(CLCapabilityContext).GetConstructors().Single();
        object[] all = [.. capabilities.GetParameters().Select(static can => (object)(can.Name != "float64"))];
        SingleCompiler compiler = new(
            context => new CLBackend(context, (CLCapabilityContext)capabilities.Invoke(all), CLDeviceVendor.Intel, CLCVersion.CL20));
        int failures = 0;
        foreach (PtxKernel kernel in kernels.Where(static kernel => !kernel.IsFloat64))
        {
            try
            {
                string source = ((CLCompiledKernel)compiler.Compile(kernel.Method)).Source;
                if (source.Contains("double", StringComparison.Ordinal))
                {
                    failures++;
                    Console.Error.WriteLine($"{kernel.Name}: its code for OpenCL has a double");
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
