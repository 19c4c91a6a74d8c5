using System.Reflection;
using System.Text.RegularExpressions;
using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;

namespace DeepSharp.Kernels.Tests.Numerics;

/// <summary>What ILGPU makes of the scalar types for CUDA and OpenCL; needs no GPU.</summary>
public sealed class GpuCodeTests : IDisposable
{
    private readonly Context _context = Context.Create(builder => builder.CPU(new CPUDevice(2, 2, 1)).EnableAlgorithms());

    /// <summary>Every operator and number type.</summary>
    public static TheoryData<Type, Type> Cases
    {
        get
        {
            TheoryData<Type, Type> cases = [];
            foreach (Type op in typeof(KernelFunctions).GetNestedTypes())
            {
                cases.Add(op, typeof(F32));
                cases.Add(op, typeof(F64));
                if (op.IsAssignableTo(typeof(INumericFunction)))
                {
                    cases.Add(op, typeof(I32));
                    cases.Add(op, typeof(I64));
                }
            }

            return cases;
        }
    }

    public void Dispose() => _context.Dispose();

    [Theory]
    [MemberData(nameof(Cases))]
    public void PTX_is_plain_arithmetic(Type op, Type number)
    {
        using PTXBackend backend = new(_context, CudaArchitecture.SM_80, CudaInstructionSet.ISA_78, null!);
        string code = ((PTXCompiledKernel)backend.Compile(Kernel(op, number), default)).PTXAssembly;
        Assert.Contains("st.", code, StringComparison.Ordinal);

        // No approximation of the hardware, and neither a call nor memory of a thread's own. Only for large angles in double
        // precision do we leave the reduction to ILGPU.
        if (number != typeof(F64) || (op != typeof(KernelFunctions.Sin) && op != typeof(KernelFunctions.Cos)))
        {
            Assert.DoesNotContain("approx", code, StringComparison.Ordinal);
            Assert.DoesNotContain("call", code, StringComparison.Ordinal);
            Assert.DoesNotContain(".local", code, StringComparison.Ordinal);
        }
    }

    /// <summary>
    /// ILGPU swaps the operands of a comparison that has a constant on its left, and then makes it unordered, which is true for
    /// NaN. The number types write it both ways and take the conjunction.
    /// </summary>
    [Theory]
    [InlineData(typeof(F32))]
    [InlineData(typeof(F64))]
    public void PTX_never_decides_by_an_unordered_comparison(Type number)
    {
        using PTXBackend backend = new(_context, CudaArchitecture.SM_80, CudaInstructionSet.ISA_78, null!);
        foreach (Type op in new[] { typeof(KernelFunctions.Comparisons), typeof(KernelFunctions.Rectify) })
        {
            string code = ((PTXCompiledKernel)backend.Compile(Kernel(op, number), default)).PTXAssembly;
            MatchCollection unordered = Regex.Matches(code, @"setp\.(?:lt|le|gt|ge)u\.f\d\d\s+(%p\d+),");
            Assert.NotEmpty(unordered);
            foreach (Match comparison in unordered)
            {
                string predicate = comparison.Groups[1].Value;
                string after = code[(comparison.Index + comparison.Length)..];
                string use = after.Split('\n').First(line => line.Contains(predicate + ",") || line.Contains(predicate + ";"));
                Assert.Contains("and.pred", use, StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void OpenCL_has_code(Type op, Type number)
    {
        Assert.Contains("kernel void", OpenCL.Source(_context, Kernel(op, number)), StringComparison.Ordinal);
    }

    private static EntryPointDescription Kernel(Type op, Type number)
    {
        string name = op.IsAssignableTo(typeof(IRealFunction)) ? "RealKernel" : "NumericKernel";
        MethodInfo kernel = typeof(KernelTests).GetMethod(name, BindingFlags.NonPublic | BindingFlags.Static)!;
        return EntryPointDescription.FromImplicitlyGroupedKernel(kernel.MakeGenericMethod(op, number));
    }
}
