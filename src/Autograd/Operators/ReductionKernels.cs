#pragma warning disable
using DeepSharp.Kernels;

namespace DeepSharp;

internal static unsafe class ReductionKernels
{
    internal static void RequireReal(string operation, Tensor x) { }
    internal static void RequireElements(string operation, Tensor x, ReducedAxes axes) { }
    static Tensor Red(Tensor x, ReducedAxes axes, Func<List<double>, double> f, DType? dt = null) {
        var xs = x.To(DType.Float64).ToArray<double>(); var dims = x.Shape; var lists = new List<double>[axes.Kept.Size]; for (int i = 0; i < lists.Length; i++) lists[i] = new();
        for (int i = 0; i < xs.Length; i++) { int rest = i, o = 0, mul = 1; for (int ax = dims.Rank - 1; ax >= 0; ax--) { int p = rest % dims[ax]; rest /= dims[ax]; if ((axes.Mask >> ax & 1) == 0) { o += p * mul; } mul *= axes.Kept[ax]; } lists[o].Add(xs[i]); }
        return Tensor.From(lists.Select(f).ToArray(), axes.Kept).To(dt ?? x.DType).Detach();
    }
    internal static Tensor Sum(Tensor x, ReducedAxes axes) => Red(x, axes, l => l.Sum());
    internal static Tensor Mean(Tensor x, ReducedAxes axes) => Red(x, axes, l => l.Average());
    internal static Tensor Variance(Tensor x, ReducedAxes axes, int c) => Red(x, axes, l => { var m = l.Average(); return l.Sum(v => (v - m) * (v - m)) / (l.Count - c); });
    internal static Tensor LogSumExp(Tensor x, ReducedAxes axes) => Red(x, axes, l => { var m = l.Max(); return m + Math.Log(l.Sum(v => Math.Exp(v - m))); });
    internal static Tensor Extreme(Tensor x, ReducedAxes axes, bool largest) => Red(x, axes, l => largest ? l.Max() : l.Min());
    internal static Tensor ArgExtreme(Tensor x, ReducedAxes axes, bool largest) => Red(x, axes, l => l.IndexOf(largest ? l.Max() : l.Min()), DType.Int64);
}

internal static class Reductions { internal static void AccumulateSum(in Operand sum, Tensor g, int axis) => Elementwise.RunNumeric(default(Add), sum, sum, g.Sum(axis).Operand, sum); }
