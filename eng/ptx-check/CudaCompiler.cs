using System.Reflection;
using DeepSharp.Kernels;
using ILGPU;
using ILGPU.Backends;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime.Cuda;

namespace DeepSharp.PtxCheck;

/// <summary>Compiles kernels as a CUDA device has it done: those of Float32 in single precision.</summary>
internal sealed class CudaCompiler
{
    private readonly PTXBackend _backend;
    private readonly SingleCompiler _single;

    internal CudaCompiler(CudaArchitecture target)
    {
        _backend = Backend(Context.Create(static builder => builder.EnableAlgorithms()));
        FlatStructs.Register(_backend.ArgumentMapper.TypeContext);
        _single = new SingleCompiler(Backend);

        PTXBackend Backend(Context context) => new(context, target, CudaInstructionSet.ISA_78, null!);
    }

    /// <summary>The PTX of a kernel; of one in single precision, its arguments can be written.</summary>
    internal string Compile(MethodInfo kernel)
    {
        CompiledKernel compiled = KernelTypes.IsSingle(kernel)
            ? _single.Compile(kernel)
            : _backend.Compile(EntryPointDescription.FromExplicitlyGroupedKernel(kernel), default);
        if (KernelTypes.IsSingle(kernel))
        {
            typeof(SinglePrecisionKernel<>).MakeGenericType(kernel.GetParameters()[0].ParameterType)
                .GetMethod("MakeWriter", BindingFlags.Static | BindingFlags.NonPublic)!
                .Invoke(null, BindingFlags.DoNotWrapExceptions, null, [_backend.ArgumentMapper.TypeContext, compiled, 0, 0], null);
        }

        return ((PTXCompiledKernel)compiled).PTXAssembly;
    }
}
