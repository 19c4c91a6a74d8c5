namespace DeepSharp.Kernels;

/// <summary>An operator's name as messages say it: that of its type, without the suffix Op or the number of type arguments.</summary>
internal static class OperatorName<TOp>
{
    internal static readonly string Text = Of(typeof(TOp).Name.Split('`')[0]);

    private static string Of(string type) => type.Length > 2 && type.EndsWith("Op", StringComparison.Ordinal) ? type[..^2] : type;
}
