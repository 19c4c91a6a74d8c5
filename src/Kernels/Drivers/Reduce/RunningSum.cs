using System.Diagnostics;

namespace DeepSharp.Kernels;

/// <summary>Adds up weighted numbers that are on the device: a mean over many steps in one launch each, without waiting.</summary>
internal static class RunningSum
{
    /// <summary>What sums are kept in on a device: two Float64, or, where there are none, two pairs of Float32, a sum and what it lacks.</summary>
    public static (DType DType, int Count) Form(Device device) => device.HasDoublePrecision ? (DType.Float64, 2) : (DType.Float32, 4);

    /// <summary>The two sums from what is kept of them.</summary>
    public static (double Sum, double Weights) Read(ReadOnlySpan<double> kept) =>
        kept.Length == 2 ? (kept[0], kept[1]) : (kept[0] + kept[1], kept[2] + kept[3]);

    /// <summary>sums[0] += scale · value; sums[1] += weight.</summary>
    /// <param name="sums">Of the device's <see cref="Form"/>, contiguous; set them to zero first.</param>
    /// <param name="value">One element of Float32 or Float64.</param>
    /// <param name="scale">The factor of the value.</param>
    /// <param name="weight">What the value counts.</param>
    public static void Add(in Operand sums, in Operand value, double scale, double weight) =>
        Run(sums, value, value, new RunningTerm(scale, weight, 0));

    /// <summary>sums[0] += weight · value; sums[1] += weight. A weight of 0 adds nothing, whatever the value is.</summary>
    /// <param name="sums">Of the device's <see cref="Form"/>, contiguous; set them to zero first.</param>
    /// <param name="value">One element of Float32 or Float64.</param>
    /// <param name="weight">What the value counts: one element of the same type.</param>
    public static void Add(in Operand sums, in Operand value, in Operand weight) => Run(sums, value, weight, new RunningTerm(0, 0, 1));

    private static void Run(in Operand sums, in Operand value, in Operand weight, RunningTerm term)
    {
        Debug.Assert((sums.DType, sums.Count) == Form(sums.Device));
        Debug.Assert(value.Count == 1 && weight.Count == 1 && weight.DType == value.DType);
        Dispatch.Float("RunningSum", value.DType, sums.Device, new Addition(sums, value, weight, term));
    }

    private readonly ref struct Addition(in Operand sums, in Operand value, in Operand weight, RunningTerm term) : IFloatVisitor
    {
        private readonly ref readonly Operand _sums = ref sums;
        private readonly ref readonly Operand _value = ref value;
        private readonly ref readonly Operand _weight = ref weight;

        public unsafe void Visit<TScalar, TVector>()
            where TScalar : unmanaged, IReal<TScalar>, IScalar<TScalar>
            where TVector : unmanaged, IReal<TVector>
        {
            if (!_sums.Device.StartsOnHost())
            {
                GpuRunningSum<TScalar>.Run(_sums, _value, _weight, term);
                return;
            }

            double* sum = _sums.Host<double>();
            double counts = term.Counts(TScalar.ToDouble(*_weight.Host<TScalar>()));
            sum[0] += term.Of(TScalar.ToDouble(*_value.Host<TScalar>()), counts);
            sum[1] += counts;
        }
    }
}

/// <summary>What is added: with a weight on the device, or with one that is known and a factor.</summary>
internal struct RunningTerm(double scale, double weight, int weighted)
{
    internal double Scale = scale;
    internal double Weight = weight;
    internal int Weighted = weighted;

    internal readonly double Counts(double given) => Weighted != 0 ? given : Weight;

    internal readonly double Of(double value, double counts) => Weighted == 0 ? Scale * value : counts == 0 ? 0 : counts * value;
}
