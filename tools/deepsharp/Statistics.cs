using System.Text.Json.Nodes;

namespace DeepSharp.Tool;

/// <summary>Of a tensor's elements: the least, the largest, the mean, the standard deviation (divided by n) of those that are numbers, and how many
/// are zero, NaN or infinite.</summary>
internal sealed record Statistics(double Min, double Max, double Mean, double Deviation, long Zeros, long NotFinite)
{
    internal static Statistics Of(Tensor tensor)
    {
        using Tensor wide = tensor.To(DType.Float64);
        double[] values = wide.ToArray<double>();
        double[] finite = [.. values.Where(double.IsFinite)];
        if (finite.Length == 0)
        {
            return new Statistics(double.NaN, double.NaN, double.NaN, double.NaN, 0, values.Length);
        }

        double mean = finite.Average();
        return new Statistics(
            finite.Min(), finite.Max(), mean, Math.Sqrt(finite.Sum(value => (value - mean) * (value - mean)) / finite.Length),
            finite.LongCount(static value => value == 0), values.Length - finite.Length);
    }

    internal JsonObject ToJson() => new()
    {
        ["min"] = Output.Number(Min),
        ["max"] = Output.Number(Max),
        ["mean"] = Output.Number(Mean),
        ["std"] = Output.Number(Deviation),
        ["zeros"] = Zeros,
        ["not_finite"] = NotFinite,
    };
}
