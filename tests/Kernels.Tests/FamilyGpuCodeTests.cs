using System.Reflection;
using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.OpenCL;
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
        typeof(GpuRecurrence<ElmanCell<ReLUOp>, F32>), typeof(GpuRecurrence<LSTMCellMap, F32>), typeof(GpuRecurrence<LSTMCellSlope, F32>),
        typeof(GpuRecurrence<GRUCellMap, F64>), typeof(GpuRecurrence<GRUCellSlope, F32>), typeof(GpuRecurrence<ElmanCellSlope<TanhOp>, F64>),
        typeof(GpuAttention<F32, UniformOf32>), typeof(GpuAttention<F64, UniformOf64>),
        typeof(GpuGemm<F32, F16, F16, ReLUOp, MatrixFactor, MatrixFactor>),
        typeof(GpuGemm<F32, BF16, Plain<F32>, IdentityOp, MatrixFactor, MatrixFactor>),
        typeof(GpuGemm<F32, F32, F32, ReLUOp, MatrixFactor, PatchFactor>), typeof(GpuGemm<F64, F64, F64, IdentityOp, MatrixFactor, PatchFactor>),
        typeof(GpuGemm<F32, F16, F16, IdentityOp, TransposedWeightFactor, TransposedPatchFactor>),
        typeof(GpuGemm<F32, F32, F32, IdentityOp, TransposedWeightFactor, TransposedPatchFactor>),
        typeof(GpuGemm<F32, F32, F32, IdentityOp, ChannelFactor, TapFactor>),
        typeof(GpuPooling<F32>), typeof(GpuPooling<F64>), typeof(GpuResampling<F32>), typeof(GpuResampling<F64>),
    ];

    // Kernels in classes that are not generic, with their own type arguments.
    private static readonly MethodInfo[] s_kernels =
    [
        Of(typeof(CopyKernels), "StoreKernel", typeof(F16), typeof(F32)), Of(typeof(CopyKernels), "LoadKernel", typeof(BF16), typeof(F32)),
        Of(typeof(CopyKernels), "ConvertKernel", typeof(F32), typeof(I64)), Of(typeof(CopyKernels), "CopyKernel", typeof(short)),
        Of(typeof(Indexing), "GatherKernel", typeof(short), typeof(Index64)), Of(typeof(Indexing), "GatherKernel", typeof(byte), typeof(Index32)),
        Of(typeof(Indexing), "GatherKernel", typeof(int), typeof(Index64)), Of(typeof(Indexing), "GatherKernel", typeof(long), typeof(Index32)),
        Of(typeof(Indexing), "ScatterKernel", typeof(float), typeof(AtomicFloat), typeof(Index32)),
        Of(typeof(Indexing), "ScatterKernel", typeof(double), typeof(AtomicDouble), typeof(Index64)),
        Of(typeof(Indexing), "ScatterKernel", typeof(int), typeof(AtomicInt), typeof(Index64)),
        Of(typeof(Indexing), "ScatterKernel", typeof(long), typeof(AtomicLong), typeof(Index32)),
        Of(typeof(RandomFill), "Kernel", typeof(NormalPair), typeof(F32), typeof(UniformOf32)),
        Of(typeof(RandomFill), "Kernel", typeof(DropoutPair), typeof(F64), typeof(UniformOf64)),
        Of(typeof(BatchKernel), "Kernel", typeof(U8), typeof(F32), typeof(BytesToFloat), typeof(long)),
        Of(typeof(ImageKernel), "Kernel", typeof(AffineMap), typeof(F32)), Of(typeof(ImageKernel), "Kernel", typeof(EraseMap), typeof(F64)),
        Of(typeof(ImageKernel), "Kernel", typeof(MixMap), typeof(F64)), Of(typeof(ImageKernel), "Kernel", typeof(MixLabelsMap), typeof(F32)),
        Of(typeof(RandomFill), "Kernel", typeof(NoisePair), typeof(F64), typeof(UniformOf64)),
        Of(typeof(GradientControl), "DecideKernel", typeof(F64)), Of(typeof(GradientControl), "MoveScaleKernel"),
        Of(typeof(Segmented), "ChunkKernel", typeof(SumOfSquares), typeof(F32)),
        Of(typeof(Segmented), "SegmentKernel", typeof(SumOfSquares), typeof(F32)),
    ];

    private static readonly SingleCompiler s_openCL = new(static context => OpenCL.Backend(context, hasDoubles: false));
    private static readonly SingleCompiler s_cuda =
        new(static context => new PTXBackend(context, CudaArchitecture.SM_80, CudaInstructionSet.ISA_78, null!));

    private readonly Context _context = Context.Create(builder => builder.CPU(new CPUDevice(2, 2, 1)).EnableAlgorithms());

    private static readonly Type[] s_singleScalars = [typeof(F32), typeof(F16), typeof(BF16), typeof(I32), typeof(I64), typeof(U8), typeof(TruthValue)];

    // What is compiled for a device without double precision, beside what is above: a map of each kind of argument, and all that had doubles.
    private static readonly MethodInfo[] s_singleKernels =
    [
        Of(typeof(GpuReduce<RealReduction<SumOfPowers, F32, F32x>, F32, F32x>), "ThreadKernel", typeof(WholePass)),
        Of(typeof(GpuMap<RealMap<UnaryForward<ClampOp>, F32, F32x>, F32, F32x, F32>), "Kernel", typeof(F32), typeof(F32)),
        Of(typeof(GpuMap<RealMap<UnaryForward<SinOp>, F32, F32x>, F32, F32x, F16>), "Kernel", typeof(F16), typeof(F16)),
        Of(typeof(GpuMap<RealMap<UnaryBackward<PowerOp>, F32, F32x>, F32, F32x, F32>), "Kernel", typeof(F32), typeof(F32)),
        Of(typeof(GpuMap<RealMap<UnaryForward<Slope<Slope<GELUOp>>>, F32, F32x>, F32, F32x, F32>), "Kernel", typeof(F32), typeof(F32)),
        Of(typeof(GpuMap<NumericMap<EqualOp, F32, F32x>, F32, F32x, F32>), "Kernel", typeof(Mask<F32>), typeof(F32)),
        Of(typeof(RandomFill), "Kernel", typeof(UniformPair), typeof(F32), typeof(UniformOf32)),
        Of(typeof(RandomFill), "Kernel", typeof(DropoutPair), typeof(F32), typeof(UniformOf32)),
        Of(typeof(ImageKernel), "Kernel", typeof(AffineMap), typeof(F32)), Of(typeof(ImageKernel), "Kernel", typeof(EraseMap), typeof(F32)),
        Of(typeof(ImageKernel), "Kernel", typeof(NormalizeMap), typeof(F32)), Of(typeof(ImageKernel), "Kernel", typeof(MixMap), typeof(F32)),
        Of(typeof(RandomFill), "Kernel", typeof(NoisePair), typeof(F32), typeof(UniformOf32)),
        Of(typeof(GradientControl), "DecideKernel", typeof(F32)), Of(typeof(GpuRunningPairs), "Kernel"),
        Of(typeof(CorrectPredictions), "Kernel", typeof(F32)), Of(typeof(CopyKernels), "FillKernel", typeof(F32)),
        .. Conversions,
    ];

    public static TheoryData<string> SingleKernels => [.. AllSingle.Select(Name)];

    private static IEnumerable<MethodInfo> AllSingle =>
        All.Concat(s_singleKernels).Where(static kernel => !Name(kernel).Contains("F64") && !Name(kernel).Contains("Double")).DistinctBy(Name);

    private static IEnumerable<MethodInfo> Conversions =>
        from source in s_singleScalars from target in s_singleScalars select Of(typeof(CopyKernels), "ConvertKernel", source, target);

    public static TheoryData<string> Kernels => [.. All.Select(Name)];

    private static IEnumerable<MethodInfo> All => s_families.SelectMany(Methods).Concat(s_kernels);

    public void Dispose() => _context.Dispose();

    [Theory]
    [MemberData(nameof(Kernels))]
    public void CUDA_has_code(string name)
    {
        using PTXBackend backend = new(_context, CudaArchitecture.SM_80, CudaInstructionSet.ISA_78, null!);
        string code = ((PTXCompiledKernel)backend.Compile(Kernel(name), default)).PTXAssembly;
        Assert.Contains(name.Contains("Scatter", StringComparison.Ordinal) ? "red.add" : "st.", code, StringComparison.Ordinal);
        Assert.DoesNotContain("approx", code, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void OpenCL_has_code(string name)
    {
        Assert.Contains("kernel void", OpenCL.Source(_context, Kernel(name)), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(SingleKernels))]
    public void A_kernel_for_a_device_without_double_precision_has_no_double(string name)
    {
        string source = ((CLCompiledKernel)s_openCL.Compile(Single(name))).Source;
        Assert.Contains("kernel void", source, StringComparison.Ordinal);
        Assert.DoesNotContain("double", source, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(SingleKernels))]
    public void A_Float32_kernel_has_no_double_in_its_code_for_CUDA(string name)
    {
        string code = ((PTXCompiledKernel)s_cuda.Compile(Single(name))).PTXAssembly;
        Assert.DoesNotContain(".f64", code, StringComparison.Ordinal);
        Assert.DoesNotContain("approx", code, StringComparison.Ordinal);
    }

    // What is generic itself is so in where a normalisation's input comes from.
    private static IEnumerable<MethodInfo> Methods(Type family) =>
        family.GetMethods(BindingFlags.NonPublic | BindingFlags.Static).Where(static m => m.Name.EndsWith("Kernel", StringComparison.Ordinal))
            .SelectMany(static m => m.IsGenericMethodDefinition
                ? m.Name == "ColumnsKernel"
                    ? [m.MakeGenericMethod(typeof(LayerNormGradientOp))]
                    : [m.MakeGenericMethod(typeof(InputAlone)), m.MakeGenericMethod(typeof(InputAndResidual))]
                : (MethodInfo[])[m]);

    private static MethodInfo Single(string name) => AllSingle.Single(method => Name(method) == name);

    private static MethodInfo Of(Type family, string kernel, params Type[] arguments)
    {
        MethodInfo method = family.GetMethod(kernel, BindingFlags.NonPublic | BindingFlags.Static)!;
        return arguments.Length == 0 ? method : method.MakeGenericMethod(arguments);
    }

    private static string Name(MethodInfo method) =>
        $"{method.DeclaringType!.Name.Split('`')[0]}{Arguments(method.DeclaringType.GenericTypeArguments)}.{method.Name}"
        + Arguments(method.GetGenericArguments());

    private static string Arguments(Type[] types) =>
        types.Length == 0 ? string.Empty : $"<{string.Join(", ", types.Select(static t => t.Name))}>";

    private static EntryPointDescription Kernel(string name) =>
        EntryPointDescription.FromExplicitlyGroupedKernel(All.Single(method => Name(method) == name));
}
