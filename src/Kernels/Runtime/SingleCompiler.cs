using System.Reflection;
using ILGPU;
using ILGPU.Backends;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.OpenCL;
using ILGPU.Backends.PTX;
using ILGPU.IR;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

namespace DeepSharp.Kernels;

/// <summary>Compiles kernels such that what they compute in is single precision, and no code of theirs holds a double.</summary>
/// <remarks>
/// <para>Operators have fields of type double, which serve Float64, too; a Float32 kernel rounds them before it computes. ILGPU's
/// <see cref="MathMode.Fast32BitOnly"/> makes every double of a kernel a float, so that each is rounded once, by the host, and a GPU
/// without double precision takes the code. The mode belongs to a context; so these kernels have one of their own, beside that of the
/// accelerator they run on.</para>
/// <para>That mode has two more effects: the struct of the arguments is another, see <see cref="SinglePrecisionKernel{T}"/>, and
/// when ILGPU writes PTX, it takes the hardware's approximations for divisions and roots. It asks for the mode once more for that, behind all
/// that makes floats of doubles, and is told another one then.</para>
/// </remarks>
internal sealed class SingleCompiler
{
    private static readonly PropertyInfo s_mode = typeof(ContextProperties).GetProperty(nameof(ContextProperties.MathMode))!;
    private readonly Backend _backend;

    /// <summary>Compiles for what <paramref name="backend"/> makes of a context.</summary>
    internal SingleCompiler(Func<Context, Backend> backend)
    {
        _backend = backend(Context.Create(static builder => builder.Math(MathMode.Fast32BitOnly).EnableAlgorithms()));
        FlatStructs.Register(_backend.ArgumentMapper.TypeContext);
    }

    /// <summary>Compiles for a GPU.</summary>
    internal static SingleCompiler Of(Accelerator accelerator) => new(context => accelerator switch
    {
        CudaAccelerator gpu => new PTXBackend(context, gpu.Capabilities, gpu.Architecture, gpu.InstructionSet, null),
        CLAccelerator gpu => new CLBackend(context, gpu.Capabilities, gpu.Vendor, gpu.CLStdVersion),
        _ => throw new NotSupportedException($"There is no compiler for {accelerator.Name}."),
    });

    /// <summary>The code of a kernel.</summary>
    internal CompiledKernel Compile(MethodInfo kernel)
    {
        try
        {
            return _backend.Compile(EntryPointDescription.FromExplicitlyGroupedKernel(kernel), default, default(Exact));
        }
        finally
        {
            s_mode.SetValue(_backend.Context.Properties, MathMode.Fast32BitOnly);
        }
    }

    private readonly struct Exact : IBackendHook
    {
        public void FinishedCodeGeneration(IRContext context, Method entryPoint)
        {
        }

        public void InitializedKernelContext(IRContext kernelContext, Method kernelMethod)
        {
        }

        public void OptimizedKernelContext(IRContext kernelContext, Method kernelMethod) =>
            s_mode.SetValue(kernelContext.Properties, MathMode.Default);
    }
}
