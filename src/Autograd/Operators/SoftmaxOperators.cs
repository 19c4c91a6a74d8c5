namespace DeepSharp;

/// <summary>Probabilities from scores, and how far they are from labels.</summary>
public static class SoftmaxOperators
{
    extension(Tensor x)
    {
        /// <summary>e^x_i / sum_j e^x_j along an axis, without overflow.</summary>
        /// <param name="axis">The axis that sums to one.</param>
        public Tensor Softmax(int axis = -1) => AlongRows(x, axis, nameof(Softmax), log: false);

        /// <summary>The softmax along an axis over the elements that a mask allows; the others get 0.</summary>
        /// <remarks>
        /// What the mask leaves out counts as -inf, so it takes no gradient, and NaN in it does no harm. A row of which nothing is
        /// allowed is all 0, with a gradient of 0; <c>masked_fill</c> and <c>softmax</c> of PyTorch would make it NaN, which
        /// spreads through the batch from a sample that is padding alone.
        /// </remarks>
        /// <param name="mask">Truth values that broadcast to the input: true where an element takes part. A causal mask of queries and
        /// keys is [T, T], one of padding [N, 1, 1, T]; neither is copied for each head.</param>
        /// <param name="axis">The axis that sums to one.</param>
        /// <exception cref="ArgumentException">The mask is not Bool, does not broadcast to the input's shape, or is on another
        /// device.</exception>
        public Tensor MaskedSoftmax(Tensor mask, int axis = -1)
        {
            ArgumentNullException.ThrowIfNull(mask);
            ReductionKernels.RequireReal(nameof(MaskedSoftmax), x);
            Binary.CheckDevice(nameof(MaskedSoftmax), x, "the mask", mask);
            bool fits = mask.Rank <= x.Rank;
            for (int i = 1; fits && i <= mask.Rank; i++)
            {
                fits = mask.Shape[^i] == 1 || mask.Shape[^i] == x.Shape[^i];
            }

            if (mask.DType != DType.Bool || !fits)
            {
                throw new ArgumentException(
                    $"MaskedSoftmax: a mask {mask.Shape} of {mask.DType} does not fit an input {x.Shape}. It is Bool, true where an element "
                    + "takes part, and broadcasts to the input; make it by a comparison, such as (x > 0).");
            }

            return AlongRows(x, axis, nameof(MaskedSoftmax), log: false, mask.Reshape([.. Enumerable.Repeat(1, x.Rank - mask.Rank), .. mask.Shape.AsSpan()]));
        }

        /// <summary>x_i - ln sum_j e^x_j along an axis: the logarithm of <see cref="Softmax"/>, with all its digits.</summary>
        /// <param name="axis">The axis whose exponentials sum to one.</param>
        public Tensor LogSoftmax(int axis = -1) => AlongRows(x, axis, nameof(LogSoftmax), log: true);

        /// <summary>
        /// The cross-entropy of softmax(x) and a label in each row: -sum_c q_c ln softmax(x)_c with
        /// q_c = w_c ((1 - labelSmoothing) [c = label] + labelSmoothing / C), and 0 for ignored labels.
        /// </summary>
        /// <param name="labels">The labels [N], of an integer type.</param>
        /// <param name="labelSmoothing">How much of the target is spread over all classes, in [0, 1].</param>
        /// <param name="classWeights">A weight w for each class, [C], or null.</param>
        /// <param name="ignoreIndex">Rows with this label count nothing.</param>
        /// <param name="reduction">What becomes of the rows' losses; the mean divides by the weights of their labels.</param>
        /// <returns>A scalar, or the losses [N].</returns>
        /// <exception cref="ArgumentException">Shapes, element types or devices do not fit, or, on the CPU, a label is no class. Elsewhere,
        /// where looking would mean waiting, the loss and the gradient of its row are NaN.</exception>
        /// <exception cref="ArgumentOutOfRangeException">The smoothing is out of range.</exception>
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
                return x.HalfToSingle().SoftmaxCrossEntropy(labels, labelSmoothing, classWeights?.HalfToSingle(), ignoreIndex, reduction, out denominator).Like(x);
            }

            if (x.Rank != 2 || labels.Rank != 1 || labels.Shape[0] != x.Shape[0] || !labels.DType.IsInteger
                || (classWeights is not null && (classWeights.Shape != x.Shape[1] || classWeights.DType != x.DType)))
            {
                throw new ArgumentException(
                    $"SoftmaxCrossEntropy: scores {x.Shape}, labels {labels.Shape} of {labels.DType} and class weights "
                    + $"{classWeights?.Shape.ToString() ?? "none"} do not fit; use [N, C], integers [N], and [C] of the scores' type.");
            }

            if (!(labelSmoothing >= 0 && labelSmoothing <= 1))
            {
                throw new ArgumentOutOfRangeException(
                    nameof(labelSmoothing), $"SoftmaxCrossEntropy: label smoothing is at least 0 and at most 1, not {labelSmoothing}.");
            }

            Binary.CheckDevice(nameof(SoftmaxCrossEntropy), x, "the labels", labels);
            Binary.CheckDevice(nameof(SoftmaxCrossEntropy), x, "the class weights", classWeights);
            return CrossEntropyNode.Run(
                x, new CrossEntropyLabels(labels.Contiguous(), labelSmoothing, classWeights?.Contiguous(), ignoreIndex), reduction, out denominator);
        }

        /// <summary>The cross-entropy of softmax(x), [N, C], and a distribution in each row, [N, C]; the rows' losses [N]. What fits is
        /// the caller's business.</summary>
        internal Tensor SoftmaxCrossEntropyOfRows(Tensor distributions, double labelSmoothing, Tensor? classWeights) =>
            x.DType.IsHalfPrecision
                ? x.HalfToSingle().SoftmaxCrossEntropyOfRows(distributions.HalfToSingle(), labelSmoothing, classWeights?.HalfToSingle()).Like(x)
                : DistributionCrossEntropyNode.Run(x, distributions, classWeights?.Contiguous(), labelSmoothing);

        /// <summary>Counts the rows whose largest score stands at their label, on the device and without waiting for it.</summary>
        /// <param name="labels">The labels [N], of an integer type.</param>
        /// <param name="counts">Two Int64: the right rows are added to the first, all rows to the second.</param>
        /// <param name="ignoreIndex">Rows with this label count nothing; null for none.</param>
        /// <exception cref="ArgumentException">Shapes, element types or devices do not fit.</exception>
        public void CountCorrect(Tensor labels, Tensor counts, int? ignoreIndex = null)
        {
            ArgumentNullException.ThrowIfNull(labels);
            ArgumentNullException.ThrowIfNull(counts);
            ReductionKernels.RequireReal(nameof(CountCorrect), x);
            if (x.Rank != 2 || labels.Rank != 1 || labels.Shape[0] != x.Shape[0] || !labels.DType.IsInteger || counts.Count != 2
                || counts.DType != DType.Int64)
            {
                throw new ArgumentException(
                    $"CountCorrect: scores {x.Shape}, labels {labels.Shape} of {labels.DType} and counts {counts.Shape} of {counts.DType} do not "
                    + "fit; use [N, C], integers [N], and two Int64.");
            }

            Binary.CheckDevice(nameof(CountCorrect), x, "the labels", labels);
            Binary.CheckDevice(nameof(CountCorrect), x, "the counts", counts);
            Kernels.CorrectPredictions.Add(
                counts.Operand, x.Detach().HalfToSingle().Contiguous().Operand, labels.Contiguous().Operand, ignoreIndex);
        }

        /// <summary>A one where each label points, zeros elsewhere: [N] becomes [N, classes]. Labels outside are all zero.</summary>
        /// <param name="classes">The number of classes.</param>
        /// <param name="dtype">The element type of the result.</param>
        /// <exception cref="ArgumentException">The labels are not integers.</exception>
        public Tensor OneHot(int classes, DType dtype = DType.Float32)
        {
            ArgumentNullException.ThrowIfNull(x);
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
    private static Tensor AlongRows(Tensor x, int axis, string operation, bool log, Tensor? mask = null)
    {
        ReductionKernels.RequireReal(operation, x);
        if (x.DType.IsHalfPrecision)
        {
            return AlongRows(x.HalfToSingle(), axis, operation, log, mask).Like(x).MadeBy(operation);
        }

        int at = x.Shape.Axis(axis, operation);
        if (at != x.Rank - 1)
        {
            return AlongRows(x.Transpose(at, -1), -1, operation, log, mask?.Transpose(at, -1)).Transpose(at, -1).MadeBy(operation);
        }

        (Tensor? rows, int repeat) = mask is null ? (null, 1) : MaskRows(mask, x.Shape);
        Tensor y = SoftmaxNode.Run(x.AsRows(), log, rows, repeat);
        return (x.Rank == 2 ? y : y.Reshape(x.Shape)).MadeBy(operation);
    }

    // A mask of x's rank as rows, and how many rows of x in turn share one; behind the last row of the mask comes the first again. That
    // covers masks that broadcast along outer or inner axes; others are written out.
    private static (Tensor Rows, int Repeat) MaskRows(Tensor mask, Shape shape)
    {
        int axis = shape.Rank - 2;
        int repeat = 1;
        for (; axis >= 0 && mask.Shape[axis] == 1; axis--)
        {
            repeat *= shape[axis];
        }

        for (; axis >= 0 && mask.Shape[axis] == shape[axis]; axis--)
        {
        }

        for (; axis >= 0 && mask.Shape[axis] == 1; axis--)
        {
        }

        return axis >= 0 || mask.Shape[^1] != shape[^1]
            ? (mask.Expand(shape).Contiguous().AsRows(), 1)
            : (mask.Contiguous().AsRows(), Math.Max(1, repeat));
    }
}
