using System.Reflection;

namespace DeepSharp.PtxCheck;

/// <summary>A kernel with its generic arguments, and who loads it first.</summary>
/// <param name="Method">The method that ILGPU compiles.</param>
/// <param name="Workload">What runs it.</param>
internal sealed record PtxKernel(MethodInfo Method, string Workload)
{
    /// <summary>The method with its generic arguments.</summary>
    internal string Name => Short(Method.DeclaringType!) + "." + Method.Name
        + Arguments(Method.IsGenericMethod ? Method.GetGenericArguments() : []);

    /// <summary>Whether it computes in double precision.</summary>
    internal bool IsFloat64 => Name.Contains("F64", StringComparison.Ordinal) || Name.Contains("Double", StringComparison.Ordinal);

    /// <summary>Why there are doubles in its code; null if there must be none.</summary>
    internal string? ReasonForDoubles =>
        IsFloat64 ? "reads or writes Float64"
        : Name == "GpuRunningSum<F32>.Kernel" ? "adds to sums over an epoch, which are kept in Float64"
        : Name.StartsWith("CopyKernels.ConvertKernel<", StringComparison.Ordinal) && !Name.Contains("F32", StringComparison.Ordinal)
            ? "converts integers, truth values and 16-bit floats, with one rounding"
        : Name.StartsWith("GpuMap<NumericMap<AddScaledOp, I", StringComparison.Ordinal) ? "adds integers times a constant, which is given in Float64"
        : null;

    private static string Short(Type type)
    {
        string name = type.Name.Split('`')[0];
        string owner = type is { IsNested: true, DeclaringType.IsGenericType: false } ? type.DeclaringType.Name + "." : "";
        Type[] arguments = type.IsGenericType ? type.GetGenericArguments() : [];
        return owner + name + Arguments(arguments);
    }

    private static string Arguments(Type[] types) => types.Length == 0 ? "" : $"<{string.Join(", ", types.Select(Short))}>";
}
