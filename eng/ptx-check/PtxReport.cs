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

        return text.ToString();
    }

    private static string Each(IEnumerable<Row> rows, Func<Assembler.Usage, int> figure) =>
        string.Join(" / ", rows.Select(row => row.Usage is { } usage ? figure(usage).ToString(CultureInfo.InvariantCulture) : "-"));

    private static string Most(IEnumerable<Row> rows, Func<Assembler.Usage, int> figure) =>
        rows.Max(row => row.Usage is { } usage ? figure(usage) : 0).ToString(CultureInfo.InvariantCulture);

    /// <summary>A kernel on an architecture.</summary>
    internal sealed record Row(PtxKernel Kernel, string Architecture, Assembler.Usage? Usage)
    {
        /// <summary>Whether a float32 kernel uses local memory, which it must not.</summary>
        internal bool HasFault => !Kernel.IsFloat64 && Usage is { } usage && (usage.StackBytes > 0 || usage.SpillBytes > 0);
    }
}
