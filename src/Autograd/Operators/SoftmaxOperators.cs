namespace DeepSharp;

/// <summary>Probabilities from scores, and how far they are from labels.</summary>
public static class SoftmaxOperators
{
    extension(Tensor x)
    {
        /// <summary>e^x_i / sum_j e^x_j along an axis, without overflow.</summary>
        /// <param name="axis">The axis that sums to one.</param>
        public Tensor Softmax(int axis = -1) => AlongRows(x, axis, nameof(Softmax), log: false);

        /// <summary>x_i - ln sum_j e^x_j along an axis: the logarithm of <see cref="Softmax"/>, with all its digits.</summary>
        /// <param name="axis">The axis whose exponentials sum to one.</param>
        public Tensor LogSoftmax(int axis = -1) => AlongRows(x, axis, nameof(LogSoftmax), log: true);

        /// <summary>
        /// The cross-entropy of softmax(x) and a label in each row: -sum_c q_c ln softmax(x)_c with
        /// q_c = w_c ((1 - labelSmoothing) [c = label] + labelSmoothing / C), and 0 for ignored labels.
        /// </summary>
        /// <param name="labels">The labels [N], of an integer type.</param>
        /// <param name="labelSmoothing">How much of the target is spread over all classes, in [0, 1).</param>
        /// <param name="classWeights">A weight w for each class, [C], or null.</param>
        /// <param name="ignoreIndex">Rows with this label count nothing.</param>
        /// <param name="reduction">What becomes of the rows' losses; the mean divides by the weights of their labels.</param>
        /// <returns>A scalar, or the losses [N].</returns>
        /// <exception cref="ArgumentException">Shapes, element types or devices do not fit, or, on the CPU, a label is no class.</exception>
        public Tensor SoftmaxCrossEntropy(
            Tensor labels,
            double labelSmoothing = 0,
            Tensor? classWeights = null,
            int ignoreIndex = -100,
            LossReduction reduction = LossReduction.Mean) =>
            x.SoftmaxCrossEntropy(labels, labelSmoothing, classWeights, ignoreIndex, reduction, out _);

        /// <summary>The cross-entropy, and what its sum was divided by; null if the rows' losses were not reduced.</summary>
        internal Tensor SoftmaxCrossEntropy(
            Tensor labels, double labelSmoothing, Tensor? classWeights, int ignoreIndex, LossReduction reduction, out Tensor? denominator)
        {
            ArgumentNullException.ThrowIfNull(labels);
            ReductionKernels.RequireReal(nameof(SoftmaxCrossEntropy), x);
            if (x.DType.IsHalfPrecision)
            {
                return x.Wide().SoftmaxCrossEntropy(labels, labelSmoothing, classWeights?.Wide(), ignoreIndex, reduction, out denominator).Like(x);
            }

            if (x.Rank != 2 || labels.Rank != 1 || labels.Shape[0] != x.Shape[0] || !labels.DType.IsInteger
                || (classWeights is not null && (classWeights.Shape != x.Shape[1] || classWeights.DType != x.DType)))
            {
                throw new ArgumentException(
                    $"SoftmaxCrossEntropy: scores {x.Shape}, labels {labels.Shape} of {labels.DType} and class weights "
                    + $"{classWeights?.Shape.ToString() ?? "none"} do not fit; use [N, C], integers [N], and [C] of the scores' type.");
            }

            Binary.CheckDevice(nameof(SoftmaxCrossEntropy), x, "the labels", labels);
            Binary.CheckDevice(nameof(SoftmaxCrossEntropy), x, "the class weights", classWeights);
            return CrossEntropyNode.Run(
                x, new CrossEntropyLabels(labels.Contiguous(), labelSmoothing, classWeights?.Contiguous(), ignoreIndex), reduction, out denominator);
        }

        /// <summary>Counts the rows whose largest score stands at their label, on the device and without waiting for it.</summary>
        /// <param name="labels">The labels [N], of an integer type.</param>
        /// <param name="counts">Two Int64: the right rows are added to the first, all rows to the second.</param>
        /// <exception cref="ArgumentException">Shapes, element types or devices do not fit.</exception>
        public void CountCorrect(Tensor labels, Tensor counts)
        {
            ArgumentNullException.ThrowIfNull(labels);
            ArgumentNullException.ThrowIfNull(counts);
            Binary.CheckDevice(nameof(CountCorrect), x, "the labels", labels);
            Binary.CheckDevice(nameof(CountCorrect), x, "the counts", counts);
            Kernels.CorrectPredictions.Add(
                counts.Operand, x.Detach().Wide().Contiguous().Operand, labels.Contiguous().Operand);
        }

        /// <summary>A one where each label points, zeros elsewhere: [N] becomes [N, classes]. Labels outside are all zero.</summary>
        /// <param name="classes">The number of classes.</param>
        /// <param name="dtype">The element type of the result.</param>
        /// <exception cref="ArgumentException">The labels are not integers.</exception>
        public Tensor OneHot(int classes, DType dtype = DType.Float32)
        {
            Bounds.AtLeast(1, classes, nameof(OneHot));
            if (!x.DType.IsInteger)
            {
                throw new ArgumentException($"OneHot: labels must be integers, not {x.DType}. Convert with To(DType.Int64).");
            }

            Tensor numbers = Tensor.Arange(classes, DType.Int64, x.Device);
            return x.To(DType.Int64).Unsqueeze(-1).Equal(numbers).To(dtype);
        }
    }

    // The kernels run along the last axis of a matrix; another axis takes its place and goes back.
    private static Tensor AlongRows(Tensor x, int axis, string operation, bool log)
    {
        ReductionKernels.RequireReal(operation, x);
        if (x.DType.IsHalfPrecision)
        {
            return AlongRows(x.Wide(), axis, operation, log).Like(x);
        }

        int at = x.Shape.Axis(axis, operation);
        if (at != x.Rank - 1)
        {
            return AlongRows(x.Transpose(at, -1), -1, operation, log).Transpose(at, -1);
        }

        Tensor y = SoftmaxNode.Run(x.AsRows(), log);
        return x.Rank == 2 ? y : y.Reshape(x.Shape);
    }
}
