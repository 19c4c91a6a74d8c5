using System.Reflection;
using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;

namespace DeepSharp.Kernels.Tests;

/// <summary>That ILGPU makes code for CUDA and OpenCL of kernels that are written by hand; needs no GPU.</summary>
public sealed class FamilyGpuCodeTests : IDisposable
{
    private static readonly Type[] s_families =
    [
        typeof(GpuRows<SoftmaxOp, F32>), typeof(GpuRows<MaskedSoftmaxOp, F32>), typeof(GpuRows<LogSoftmaxOp, F64>),
        typeof(GpuRows<CrossEntropyOp<LabelTarget>, F32>), typeof(GpuRows<CrossEntropyOp<SmoothLabelTarget>, F64>),
        typeof(GpuRows<CrossEntropyGradientOp<DistributionTarget>, F32>), typeof(GpuRows<OfSum<LayerNormOp>, F32>),
        typeof(GpuRows<LayerNormGradientOp, F32>), typeof(GpuRows<LayerNormGradientOp, F64>), typeof(GpuRows<RMSNormGradientOp, F32>),
        typeof(GpuBatchNorm<F32, ReLUOp>), typeof(GpuBatchNorm<F64, IdentityOp>),
        typeof(GpuGemm<F32, F16, F16, ReLUOp>), typeof(GpuGemm<F32, BF16, F32, IdentityOp>), typeof(HalfCast<F16>), typeof(HalfCast<BF16>),
        typeof(Gather<short, Index64>), typeof(Gather<byte, Index32>), typeof(Gather<int, Index64>), typeof(Gather<long, Index32>),
        typeof(ScatterAdd<F32, F32x, float, AtomicFloat, Index32>), typeof(ScatterAdd<F64, F64x, double, AtomicDouble, Index64>),
        typeof(ScatterAdd<I32, I32x, int, AtomicInt, Index64>), typeof(ScatterAdd<I64, I64x, long, AtomicLong, Index32>),
    ];

    private readonly Context _context = Context.Create(builder => builder.CPU(new CPUDevice(2, 2, 1)).EnableAlgorithms());

    public static TheoryData<string> Kernels => [.. s_families.SelectMany(Methods).Select(Name)];

    public void Dispose() => _context.Dispose();

    [Theory]
    [MemberData(nameof(Kernels))]
    public void CUDA_has_code(string name)
    {
        using PTXBackend backend = new(_context, CudaArchitecture.SM_80, CudaInstructionSet.ISA_78, null!);
        string code = ((PTXCompiledKernel)backend.Compile(Kernel(name), default)).PTXAssembly;
        Assert.Contains(name.StartsWith("ScatterAdd", StringComparison.Ordinal) ? "red.add" : "st.", code, StringComparison.Ordinal);
        Assert.DoesNotContain("approx", code, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void OpenCL_has_code(string name)
    {
        Assert.Contains("kernel void", OpenCL.Source(_context, Kernel(name)), StringComparison.Ordinal);
    }

    // What is generic itself is so in where a normalisation's input comes from.
    private static IEnumerable<MethodInfo> Methods(Type family) =>
        family.GetMethods(BindingFlags.NonPublic | BindingFlags.Static).Where(static m => m.Name.EndsWith("Kernel", StringComparison.Ordinal))
            .SelectMany(static m => m.IsGenericMethodDefinition
                ? m.Name == "ColumnsKernel"
                    ? [m.MakeGenericMethod(typeof(LayerNormGradientOp))]
                    : [m.MakeGenericMethod(typeof(InputAlone)), m.MakeGenericMethod(typeof(InputAndResidual))]
                : (MethodInfo[])[m]);

    private static string Name(MethodInfo method) =>
        $"{method.DeclaringType!.Name.Split('`')[0]}{Arguments(method.DeclaringType.GenericTypeArguments)}.{method.Name}"
        + Arguments(method.GetGenericArguments());

    private static string Arguments(Type[] types) =>
        types.Length == 0 ? string.Empty : $"<{string.Join(", ", types.Select(static t => t.Name))}>";

    private static EntryPointDescription Kernel(string name) =>
        EntryPointDescription.FromExplicitlyGroupedKernel(s_families.SelectMany(Methods).Single(method => Name(method) == name));
}
