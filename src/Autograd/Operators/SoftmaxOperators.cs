namespace DeepSharp;

/// <summary>Probabilities from scores, and how far they are from labels.</summary>
public static class SoftmaxOperators
{
    extension(Tensor x)
    {
        /// <summary>e^x_i / sum_j e^x_j along an axis, without overflow.</summary>
        /// <param name="axis">The axis that sums to one.</param>
        public Tensor Softmax(int axis = -1) => x.LogSoftmax(axis).Exp();

        /// <summary>x_i - ln sum_j e^x_j along an axis: the logarithm of <see cref="Softmax"/>, with all its digits.</summary>
        /// <param name="axis">The axis whose exponentials sum to one.</param>
        public Tensor LogSoftmax(int axis = -1)
        {
            // Taking the maximum off first keeps the digits of large scores.
            Tensor shifted = x - x.Detach().Max(axis, keepDims: true);
            return shifted - shifted.LogSumExp([axis], keepDims: true);
        }

        /// <summary>
        /// The cross-entropy of softmax(x) and a label in each row: -sum_c q_c ln softmax(x)_c with
        /// q_c = w_c ((1 - labelSmoothing) [c = label] + labelSmoothing / C), and 0 for ignored labels.
        /// </summary>
        /// <param name="labels">The labels [N], of an integer type.</param>
        /// <param name="labelSmoothing">How much of the target is spread over all classes, in [0, 1).</param>
        /// <param name="classWeights">A weight w for each class, [C], or null.</param>
        /// <param name="ignoreIndex">Rows with this label count nothing.</param>
        /// <param name="weights">The weight of each row's label, 0 if ignored: the mean divides by their sum.</param>
        /// <returns>The losses [N].</returns>
        /// <exception cref="ArgumentException">The shapes or element types do not fit.</exception>
        public Tensor SoftmaxCrossEntropy(
            Tensor labels, double labelSmoothing, Tensor? classWeights, int ignoreIndex, out Tensor weights)
        {
            ArgumentNullException.ThrowIfNull(labels);
            ReductionKernels.RequireReal(nameof(SoftmaxCrossEntropy), x);
            if (x.Rank != 2 || labels.Rank != 1 || labels.Shape[0] != x.Shape[0] || !labels.DType.IsInteger
                || (classWeights is not null && (classWeights.Rank != 1 || classWeights.Shape[0] != x.Shape[1])))
            {
                throw new ArgumentException(
                    $"SoftmaxCrossEntropy: scores {x.Shape}, labels {labels.Shape} of {labels.DType} and class weights "
                    + $"{classWeights?.Shape.ToString() ?? "none"} do not fit; use [N, C], integers [N] and [C].");
            }

            Tensor counts = labels.To(DType.Int64).NotEqual(ignoreIndex).To(x.DType);
            Tensor hot = labels.OneHot(x.Shape[1], x.DType) * counts.Unsqueeze(1);
            Tensor target = labelSmoothing == 0 ? hot : ((hot * (1 - labelSmoothing)) + (labelSmoothing / x.Shape[1])) * counts.Unsqueeze(1);
            Tensor weighted = classWeights is null ? target : target * classWeights;
            weights = classWeights is null ? counts : (hot * classWeights).Sum(1);
            return -(weighted * x.LogSoftmax(1)).Sum(1);
        }

        /// <summary>A one where each label points, zeros elsewhere: [N] becomes [N, classes]. Labels outside are all zero.</summary>
        /// <param name="classes">The number of classes.</param>
        /// <param name="dtype">The element type of the result.</param>
        /// <exception cref="ArgumentException">The labels are not integers.</exception>
        public Tensor OneHot(int classes, DType dtype = DType.Float32)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
            if (!x.DType.IsInteger)
            {
                throw new ArgumentException($"OneHot: labels must be integers, not {x.DType}. Convert with To(DType.Int64).");
            }

            Tensor numbers = Tensor.Arange(classes, DType.Int64, x.Device);
            return x.To(DType.Int64).Unsqueeze(-1).Equal(numbers).To(dtype);
        }
    }
}
