using DeepSharp.Kernels;

namespace DeepSharp;

/// <summary>The activations that are not in <see cref="UnaryOperators"/>: those of <c>torch.nn</c>, with its slopes at corners. NaN passes through.</summary>
public static class ActivationOperators
{
    extension(Tensor x)
    {
        /// <summary>x where x &gt; 0, else weight x, with slopes that are learned. He, Zhang, Ren, Sun 2015.</summary>
        /// <param name="weight">The slopes: one, or [C] for an input [N, C, …].</param>
        /// <exception cref="ArgumentException">The weight is neither one number nor as long as axis 1.</exception>
        public Tensor PReLU(Tensor weight)
        {
            ArgumentNullException.ThrowIfNull(weight);
            ReductionKernels.RequireReal(nameof(PReLU), x);
            if (weight.Count == 1)
            {
                return Fuse.Binary<PReLUOp>(x, weight.Reshape(Shape.Scalar));
            }

            if (weight.Rank != 1 || x.Rank < 2 || x.Shape[1] != weight.Count)
            {
                throw new ArgumentException(
                    $"PReLU: a weight {weight.Shape} does not go with an input {x.Shape}. Use one number, or [C] for an input [N, C, …].", nameof(weight));
            }

            return Fuse.Binary<PReLUOp>(x, weight.Reshape([weight.Count, .. Enumerable.Repeat(1, x.Rank - 2)]));
        }

        /// <summary>The scaled exponential linear unit: s x where x &gt; 0, else s alpha (e^x - 1), s = 1.0507…, alpha = 1.6732….</summary>
        public Tensor SELU() => x.Apply(default(SELUOp));

        /// <summary>x where x &gt; 0, else alpha (e^(x/alpha) - 1).</summary>
        /// <param name="alpha">The value that -y approaches far below zero; not 0.</param>
        /// <exception cref="ArgumentOutOfRangeException">Alpha is 0 or not finite.</exception>
        public Tensor CELU(double alpha = 1) => double.IsFinite(alpha) && alpha != 0
            ? x.Apply(new CELUOp(alpha))
            : throw new ArgumentOutOfRangeException(nameof(alpha), $"CELU: alpha must be finite and not 0, not {alpha}.");

        /// <summary>x tanh(ln(1 + e^x)).</summary>
        public Tensor Mish() => x.Apply(default(MishOp));

        /// <summary>x min(max(x + 3, 0), 6)/6; the slopes at -3 and 3 are -1/2 and 3/2.</summary>
        public Tensor Hardswish() => x.Apply(default(HardswishOp));

        /// <summary>min(max(x + 3, 0), 6)/6; the slopes at -3 and 3 are 0.</summary>
        public Tensor Hardsigmoid() => x.Apply(default(HardsigmoidOp));

        /// <summary>x limited to an interval, with slope 0 at its borders.</summary>
        /// <param name="minimum">The smallest value let through.</param>
        /// <param name="maximum">The largest value let through.</param>
        /// <exception cref="ArgumentOutOfRangeException">The minimum is not below the maximum.</exception>
        public Tensor Hardtanh(double minimum = -1, double maximum = 1)
        {
            ArgumentNullException.ThrowIfNull(x);
            return minimum < maximum
                ? x.Apply(new HardtanhOp(minimum, maximum))
                : throw new ArgumentOutOfRangeException(nameof(maximum), $"Hardtanh: the maximum must be above the minimum {minimum}, not {maximum}.");
        }

        /// <summary>min(max(x, 0), 6); the slopes at 0 and 6 are 0.</summary>
        public Tensor ReLU6() => x.Apply(new HardtanhOp(0, 6)).MadeBy(nameof(ReLU6));

        /// <summary>x where |x| &gt; lambda, else 0.</summary>
        /// <param name="lambda">Half the width of what becomes zero; at least 0.</param>
        /// <exception cref="ArgumentOutOfRangeException">Lambda is negative or NaN.</exception>
        public Tensor Hardshrink(double lambda = 0.5) => x.Apply(new HardshrinkOp(NotNegative(nameof(Hardshrink), lambda)));

        /// <summary>x - lambda where x &gt; lambda, x + lambda where x &lt; -lambda, else 0.</summary>
        /// <param name="lambda">How far values move towards zero; at least 0.</param>
        /// <exception cref="ArgumentOutOfRangeException">Lambda is negative or NaN.</exception>
        public Tensor Softshrink(double lambda = 0.5) => x.Apply(new SoftshrinkOp(NotNegative(nameof(Softshrink), lambda)));

        /// <summary>x - tanh x, with all digits near 0.</summary>
        public Tensor Tanhshrink() => x.Apply(default(TanhshrinkOp));

        /// <summary>x where x &gt; threshold, else a value.</summary>
        /// <param name="threshold">What x must be above.</param>
        /// <param name="value">What stands for x otherwise.</param>
        public Tensor Threshold(double threshold, double value) => x.Apply(new ThresholdOp(threshold, value));

        /// <summary>The logarithm of the logistic function, -ln(1 + e^-x).</summary>
        public Tensor LogSigmoid() => x.HalfToSingleIfMixed().Apply(default(LogSigmoidOp));

        /// <summary>x/(1 + |x|).</summary>
        public Tensor Softsign() => x.Apply(default(SoftsignOp));

        /// <summary>ln(1 + e^(beta x))/beta, and x itself where beta x is above a threshold.</summary>
        /// <param name="beta">The sharpness of the bend; above 0.</param>
        /// <param name="threshold">Where it becomes the identity: 20 in PyTorch, which needs it against overflow; infinite for nowhere.</param>
        /// <exception cref="ArgumentOutOfRangeException">Beta is not above 0, or the threshold NaN.</exception>
        public Tensor Softplus(double beta, double threshold = double.PositiveInfinity)
        {
            if (!(beta > 0 && double.IsFinite(beta)) || double.IsNaN(threshold))
            {
                throw new ArgumentOutOfRangeException(
                    nameof(beta), $"Softplus: beta must be finite and above 0, not {beta}, and the threshold a number, not {threshold}.");
            }

            return beta == 1 && double.IsPositiveInfinity(threshold)
                ? x.Softplus()
                : x.HalfToSingleIfMixed().Apply(new ScaledSoftplusOp(beta, threshold)).MadeBy(nameof(Softplus));
        }

        /// <summary>e^-x_i over the sum of e^-x_j along an axis.</summary>
        /// <param name="axis">The axis that sums to one.</param>
        public Tensor Softmin(int axis = -1) => (-x).Softmax(axis).MadeBy(nameof(Softmin));

        /// <summary>The gated linear unit a s(b) of the two halves a and b of an axis, s the logistic function. Dauphin, Fan, Auli, Grangier 2017.</summary>
        /// <param name="axis">The axis, of even length.</param>
        /// <exception cref="ArgumentException">The axis cannot be halved.</exception>
        public Tensor GLU(int axis = -1) => Gated<Combine<IdentityOp, SigmoidOp, MultiplyOp>>(x, axis, nameof(GLU));

        /// <summary>The gated unit a s(a) b of the two halves a and b of an axis, s the logistic function. Shazeer 2020: GLU Variants Improve
        /// Transformer.</summary>
        /// <param name="axis">The axis, of even length.</param>
        /// <exception cref="ArgumentException">The axis cannot be halved.</exception>
        public Tensor SwiGLU(int axis = -1) => Gated<Combine<SiLUOp, IdentityOp, MultiplyOp>>(x, axis, nameof(SwiGLU));
    }

    private static Tensor Gated<TOp>(Tensor x, int axis, string name)
        where TOp : unmanaged, IBinaryOp
    {
        ReductionKernels.RequireReal(name, x);
        int along = x.Shape.Axis(axis, name);
        int half = x.Shape[along] / 2;
        return x.Shape[along] == 2 * half
            ? Fuse.Binary<TOp>(x.Narrow(along, 0, half), x.Narrow(along, half, half)).MadeBy(name)
            : throw new ArgumentException($"{name}: axis {along} of {x.Shape} has an odd length and no two halves. Choose another axis.", nameof(axis));
    }

    private static double NotNegative(string name, double lambda) => lambda >= 0
        ? lambda
        : throw new ArgumentOutOfRangeException(nameof(lambda), $"{name}: lambda must be at least 0, not {lambda}.");
}
