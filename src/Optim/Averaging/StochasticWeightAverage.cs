using System.Runtime.CompilerServices;
using DeepSharp.Kernels;

namespace DeepSharp.Optim;

/// <summary>Stochastic weight averaging: the plain mean of the weights at each update, m ← m + (w - m) / n.</summary>
/// <remarks>
/// Update it once an epoch, or once a cycle of the learning rate, towards the end of training. Source: Izmailov, Podoprikhin, Garipov,
/// Vetrov, Wilson 2018; torch.optim.swa_utils.AveragedModel.
/// </remarks>
/// <param name="parameters">The parameters.</param>
public sealed class StochasticWeightAverage(IEnumerable<Parameter> parameters) : WeightAverage(parameters)
{
    private protected override void Update(UpdateRun run) => run.Apply(new Rule(1.0 / Updates));

    internal readonly struct Rule(double share) : IUpdateRule
    {
        private readonly double _share = share;

        public static int Slots => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Update<T>(ref T value, T gradient, ref T s0, ref T s1, ref T s2)
            where T : unmanaged, IReal<T> => s0 += _share * (value - s0);
    }
}
