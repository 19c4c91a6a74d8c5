namespace DeepSharp.Kernels;

/// <summary>What errors print of operands.</summary>
internal static class ReductionChecks
{
    internal static string Text(in Operand operand) => $"[{string.Join(", ", operand.Dims)}]";
}
