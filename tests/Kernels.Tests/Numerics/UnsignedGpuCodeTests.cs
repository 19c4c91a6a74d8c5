using System.Reflection;
using System.Text.RegularExpressions;
using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;

namespace DeepSharp.Kernels.Tests.Numerics;

/// <summary>
/// That bytes are unsigned in the code for GPUs. ILGPU extends the field of a structure on the stack by its sign, so that 200
/// becomes -56, unless the code masks it; the CPU accelerator runs IL and shows nothing of it. Needs no GPU.
/// </summary>
public sealed partial class UnsignedGpuCodeTests
{
    [Theory]
    [InlineData(nameof(ToDouble))]
    [InlineData(nameof(ToPixel))]
    public void Bytes_above_127_stay_what_they_are(string kernel)
    {
        using Context context = Context.Create(builder => builder.CPU(new CPUDevice(2, 2, 1)).EnableAlgorithms());
        MethodInfo method = typeof(UnsignedGpuCodeTests).GetMethod(kernel, BindingFlags.NonPublic | BindingFlags.Static)!;
        EntryPointDescription entry = EntryPointDescription.FromExplicitlyGroupedKernel(method);
        using PTXBackend cuda = new(context, CudaArchitecture.SM_80, CudaInstructionSet.ISA_78, null!);
        string code = ((PTXCompiledKernel)cuda.Compile(entry, default)).PTXAssembly;
        AssertMasked(code, SignedInPtx(), "and.b32", "255");
        AssertMasked(OpenCL.Source(context, entry), SignedInOpenCL(), " & ", "255");
    }

    // A register with an extended sign may only be read by the instruction that masks it.
    private static void AssertMasked(string code, Regex signed, string mask, string bits)
    {
        string[] lines = code.Split('\n');
        Assert.Contains(lines, line => line.Contains("Kernel_", StringComparison.Ordinal));

        // However ILGPU writes the extension: without a mask it would be seen as little as no extension.
        Assert.Contains(lines, Masks);
        foreach (Match match in signed.Matches(code))
        {
            Regex uses = new(Regex.Escape(match.Groups[1].Value) + @"(?!\d)");
            string[] readers = [.. lines.Where(line => uses.IsMatch(line) && !line.Contains(match.Value, StringComparison.Ordinal)
                && !line.TrimStart().StartsWith("int ", StringComparison.Ordinal))];
            Assert.NotEmpty(readers);
            Assert.All(readers, line => Assert.True(Masks(line), line));
        }

        bool Masks(string line) => line.Contains(mask, StringComparison.Ordinal) && line.Contains(bits, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"cvt\.\w\d\d\.s8\s+(%\w+),")]
    private static partial Regex SignedInPtx();

    [GeneratedRegex(@"(var\d+) = \(int\)\(char\)")]
    private static partial Regex SignedInOpenCL();

    private static void ToDouble(ArrayView<U8> input, ArrayView<double> output) =>
        output[Grid.GlobalIndex.X] = U8.ToDouble(input[Grid.GlobalIndex.X]);

    private static void ToPixel(ArrayView<U8> input, ArrayView<F32> output, BytesToFloat conversion) =>
        output[Grid.GlobalIndex.X] = conversion.Convert(input[Grid.GlobalIndex.X]);
}
