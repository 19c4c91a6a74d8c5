using System.Runtime.CompilerServices;
using DeepSharp.Kernels;

namespace DeepSharp.Optim;

/// <summary>The rules of <see cref="Adam"/> and <see cref="AdamW"/>, which differ in weight decay only.</summary>
internal static class AdamRules
{
    internal static IReadOnlyList<string> StateNames(AdamOptions options) => options.AMSGrad ? ["mean", "square", "largest"] : ["mean", "square"];

    internal static void Run(AdamOptions o, long stepCount, UpdateRun run)
    {
        double correction1 = 1 - Math.Pow(o.Beta1, stepCount);
        double correction2 = 1 - Math.Pow(o.Beta2, stepCount);
        AdamStep step = new(
            o.LearningRate / correction1, o.Beta1, o.Beta2, new RootDivisor(1 / correction2, o.Epsilon, o.EpsilonPlacement));
        if (o.AMSGrad)
        {
            run.Apply(new AmsGradRule(step));
        }
        else
        {
            run.Apply(new AdamRule(step));
        }
    }

    internal readonly struct AdamStep(double rate, double beta1, double beta2, RootDivisor root)
    {
        private readonly double _rate = rate;
        private readonly double _beta1 = beta1;
        private readonly double _oneMinusBeta1 = 1 - beta1;
        private readonly double _beta2 = beta2;
        private readonly double _oneMinusBeta2 = 1 - beta2;
        private readonly RootDivisor _root = root;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal void Average<T>(T gradient, ref T mean, ref T square)
            where T : unmanaged, IReal<T>
        {
            mean = (_beta1 * mean) + (_oneMinusBeta1 * gradient);
            square = (_beta2 * square) + (_oneMinusBeta2 * (gradient * gradient));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal T Move<T>(T value, T mean, T square)
            where T : unmanaged, IReal<T> => value - (_rate * mean / _root.Of(square));
    }

    internal readonly struct AdamRule(AdamStep step) : IUpdateRule
    {
        private readonly AdamStep _step = step;

        public static int Slots => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Update<T>(ref T value, T gradient, ref T s0, ref T s1, ref T s2)
            where T : unmanaged, IReal<T>
        {
            _step.Average(gradient, ref s0, ref s1);
            value = _step.Move(value, s0, s1);
        }
    }

    internal readonly struct AmsGradRule(AdamStep step) : IUpdateRule
    {
        private readonly AdamStep _step = step;

        public static int Slots => 3;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Update<T>(ref T value, T gradient, ref T s0, ref T s1, ref T s2)
            where T : unmanaged, IReal<T>
        {
            _step.Average(gradient, ref s0, ref s1);
            s2 = T.Max(s2, s1);
            value = _step.Move(value, s0, s2);
        }
    }
}
