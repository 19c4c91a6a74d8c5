using System.Globalization;
using System.Text;

namespace DeepSharp.PtxCheck;

/// <summary>The report: what every kernel needs on every architecture.</summary>
internal static class PtxReport
{
    internal static string Write(IReadOnlyList<Row> rows, string? assembler)
    {
        StringBuilder text = new();
        text.AppendLine("# GPU kernels");
        text.AppendLine();
        text.AppendLine("Written by `dotnet run -c Release --project eng/ptx-check -- --report docs/gpu-kernels.md`: every kernel that a training");
        text.AppendLine("step of the examples loads, and the families of kernels, compiled by ILGPU to PTX" + (assembler is null
            ? "." : $" and assembled by ptxas {assembler}."));
        text.AppendLine("Registers are per thread, for sm_70, sm_80 and sm_90; shared memory is per group, static; stack and spills are");
        text.AppendLine("bytes of local memory per thread. A kernel is listed where it is first used.");
        foreach (IGrouping<string, Row> workload in rows.GroupBy(static row => row.Kernel.Workload))
        {
            text.AppendLine();
            text.AppendLine(CultureInfo.InvariantCulture, $"## {workload.Key}");
            text.AppendLine();
            text.AppendLine("| Kernel | Registers | Shared | Stack | Spills |");
            text.AppendLine("|---|---:|---:|---:|---:|");
            foreach (IGrouping<PtxKernel, Row> kernel in workload.GroupBy(static row => row.Kernel))
            {
                text.AppendLine(
                    $"| `{kernel.Key.Name}` | {Each(kernel, static u => u.Registers)} | {Most(kernel, static u => u.SharedBytes)} "
                    + $"| {Most(kernel, static u => u.StackBytes)} | {Most(kernel, static u => u.SpillBytes)} |");
            }
        }

        text.AppendLine();
        text.AppendLine("## Kernels with doubles");
        text.AppendLine();
        text.AppendLine("No other kernel has a double in its code (`.f64`).");
        text.AppendLine();
        text.AppendLine("| Kernel | It |");
        text.AppendLine("|---|---|");
        foreach (PtxKernel kernel in rows.Where(static row => row.HasDoubles).Select(static row => row.Kernel).Distinct())
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"| `{kernel.Name}` | {kernel.ReasonForDoubles ?? "**has no reason**"} |");
        }

        text.Append(Product(rows));
        return text.ToString();
    }

    // What the tiling of the product allows, worked out from the kernel's registers and the tile.
    private static string Product(IReadOnlyList<Row> rows)
    {
        const string Name = "GpuGemm<F32, F32, F32, IdentityOp, MatrixFactor, MatrixFactor>.Kernel";
        Row[] product = [.. rows.Where(static row => row.Kernel.Name == Name)];
        if (product.Length == 0)
        {
            throw new InvalidOperationException($"There is no kernel {Name}, of which the report says what it can reach.");
        }

        if (product.Any(static row => row.Usage is null))
        {
            return string.Empty;
        }

        int registers = product.Max(static row => row.Usage!.Value.Registers);
        int shared = product.Max(static row => row.Usage!.Value.SharedBytes);

        // A multiprocessor of all three architectures has 64 K registers, handed out by eight per thread, and 2,048 threads.
        int groups = Math.Min(2048 / 256, 65_536 / (256 * ((registers + 7) / 8 * 8)));
        return FormattableString.Invariant(
            $"""

             ## What the product can reach

             `GpuGemm` in Float32: a group of 256 threads computes 64 x 64 elements of C, a thread 4 x 4 of them in registers; slices of
             16 rows and columns of the factors pass through shared memory.

             - Registers: 16 sums, 4 + 1 operands and some 20 for addresses and bounds are intended; {registers} are used. Shared memory:
               2 x 16 x 65 x 4 = 8,320 bytes intended, {shared:N0} used. {groups} groups, {groups * 256:N0} of 2,048 threads, fit a multiprocessor.
             - Device memory: a slice is 2 x 64 x 16 x 4 = 8,192 bytes for 2 x 64 x 64 x 16 = 131,072 operations: 16 operations per byte. An
               A100 (19.5 TFLOP/s, 1,555 GB/s) needs 12.5 to be bound by arithmetic, a V100 (15.7 TFLOP/s, 900 GB/s) 17.4, an H100
               (66.9 TFLOP/s, 3,350 GB/s) 20; the cache between, which neighbouring tiles share, makes up for the difference.
             - Shared memory: a step of a thread reads 8 numbers for 16 multiply-adds. A multiprocessor serves one such read of a warp
               in a clock, so 8 clocks a step and warp; its 64 lanes (sm_70, sm_80) need 8 clocks for the multiply-adds, its 128 lanes (sm_90)
               need 4. So at most all of the peak on sm_70 and sm_80 and half of it on sm_90, before waits at the barrier: about 70 % and
               40 % are to be expected. It has not been measured. On CUDA, cuBLAS does the large products where it is installed.

             """);
    }

    private static string Each(IEnumerable<Row> rows, Func<Assembler.Usage, int> figure) =>
        string.Join(" / ", rows.Select(row => row.Usage is { } usage ? figure(usage).ToString(CultureInfo.InvariantCulture) : "-"));

    private static string Most(IEnumerable<Row> rows, Func<Assembler.Usage, int> figure) =>
        rows.Max(row => row.Usage is { } usage ? figure(usage) : 0).ToString(CultureInfo.InvariantCulture);

    /// <summary>A kernel on an architecture.</summary>
    internal sealed record Row(PtxKernel Kernel, string Architecture, Assembler.Usage? Usage, bool HasDoubles)
    {
        /// <summary>Whether its code has a double, and no reason for that is known.</summary>
        internal bool HasUnknownDoubles => HasDoubles && Kernel.ReasonForDoubles is null;

        /// <summary>Whether a float32 kernel uses local memory, which it must not.</summary>
        internal bool HasFault => !Kernel.IsFloat64 && Usage is { } usage && (usage.StackBytes > 0 || usage.SpillBytes > 0);
    }
}
