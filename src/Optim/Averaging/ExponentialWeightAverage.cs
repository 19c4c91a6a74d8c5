using System.Runtime.CompilerServices;
using DeepSharp.Kernels;

namespace DeepSharp.Optim;

/// <summary>The exponential moving average of the weights: m ← d m + (1 - d) w, from the weights it was made with.</summary>
/// <remarks>Sources: Polyak, Juditsky 1992; Tarvainen, Valpola 2017; the warm-up is TensorFlow's.</remarks>
public sealed class ExponentialWeightAverage : WeightAverage
{
    private readonly bool _warmUp;

    /// <summary>An average of parameters.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="decay">How much of the mean stays, in [0, 1).</param>
    /// <param name="warmUp">Whether d is min(decay, (1 + t) / (10 + t)) at update t, so that the first weights are soon forgotten.</param>
    /// <exception cref="ArgumentException">There is no parameter, or the decay is not in [0, 1).</exception>
    public ExponentialWeightAverage(IEnumerable<Parameter> parameters, double decay = 0.999, bool warmUp = false)
        : base(parameters)
    {
        Decay = decay >= 0 && decay < 1
            ? decay
            : throw new ArgumentOutOfRangeException(nameof(decay), $"ExponentialWeightAverage: decay must be in [0, 1), not {decay}.");
        _warmUp = warmUp;
    }

    /// <summary>How much of the mean stays.</summary>
    public double Decay { get; }

    private protected override void Update(UpdateRun run) =>
        run.Apply(new Rule(_warmUp ? Math.Min(Decay, (1.0 + Updates) / (10 + Updates)) : Decay));

    internal readonly struct Rule(double decay) : IUpdateRule
    {
        private readonly double _decay = decay;
        private readonly double _oneMinusDecay = 1 - decay;

        public static int Slots => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Update<T>(ref T value, T gradient, ref T s0, ref T s1, ref T s2)
            where T : unmanaged, IReal<T> => s0 = (_decay * s0) + (_oneMinusDecay * value);
    }
}
