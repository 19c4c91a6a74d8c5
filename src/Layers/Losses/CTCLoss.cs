namespace DeepSharp.Layers;

/// <summary>
/// Connectionist temporal classification: -ln of the probability that a sequence of classes, blanks and repetitions taken out, spells the
/// target, over all its alignments. Graves, Fernandez, Gomez, Schmidhuber 2006.
/// </summary>
/// <remarks>The mean, as in PyTorch, is that of the losses divided by the targets' lengths.</remarks>
/// <param name="blank">The class that stands for nothing.</param>
/// <param name="zeroInfinity">Whether a target that no alignment spells, since it is too long, counts 0 instead of infinity.</param>
/// <param name="reduction">What becomes of the losses of single sequences.</param>
public sealed class CTCLoss(int blank = 0, bool zeroInfinity = false, LossReduction reduction = LossReduction.Mean) : Loss(reduction)
{
    // In the place of -inf, whose differences are not numbers; sums of logarithms do not come near it.
    private const double Never = -1e30;

    /// <inheritdoc/>
    /// <param name="prediction">Logarithms of probabilities, [T, N, C], as <c>LogSoftmax</c> gives; all sequences are T long.</param>
    /// <param name="target">Labels of an integer type, [N, S], all S long.</param>
    /// <exception cref="ArgumentException">Shapes, element types or devices do not fit, or a label is out of range.</exception>
    public override Tensor Compute(Tensor prediction, Tensor target) => Compute(prediction, target, null, null);

    /// <summary>The loss of sequences of different lengths.</summary>
    /// <param name="prediction">Logarithms of probabilities, [T, N, C].</param>
    /// <param name="target">Labels of an integer type, [N, S].</param>
    /// <param name="inputLengths">The length of each sequence, at most T; all T if null.</param>
    /// <param name="targetLengths">The length of each target, at most S; all S if null.</param>
    /// <exception cref="ArgumentException">Shapes, element types or devices do not fit, or a label or length is out of range.</exception>
    public Tensor Compute(Tensor prediction, Tensor target, IReadOnlyList<int>? inputLengths, IReadOnlyList<int>? targetLengths)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        ArgumentNullException.ThrowIfNull(target);
        CheckDevice(prediction, "the labels", target);
        if (prediction.Rank != 3 || target.Rank != 2 || !target.DType.IsInteger || target.Shape[0] != prediction.Shape[1])
        {
            throw new ArgumentException(
                $"CTCLoss: logarithms {prediction.Shape} and labels {target.Shape} of {target.DType} do not fit; use [T, N, C] and integers [N, S].");
        }

        if (blank < 0 || blank >= prediction.Shape[2])
        {
            throw new ArgumentException($"CTCLoss: the blank {blank} is none of {prediction.Shape[2]} classes.", nameof(prediction));
        }

        int batch = prediction.Shape[1];
        prediction = prediction.HalfToSingleIfMixed();
        int[] inputs = Lengths(inputLengths, batch, prediction.Shape[0], nameof(inputLengths));
        int[] targets = Lengths(targetLengths, batch, target.Shape[1], nameof(targetLengths));
        Tensor losses = Losses(prediction, target.To(DType.Int64), inputs, targets);
        if (Reduction != LossReduction.Mean)
        {
            return Reduce(losses);
        }

        double[] shares = Array.ConvertAll(targets, static length => 1.0 / Math.Max(1, length));
        return (losses * Tensor.From(shares, losses.Device).To(losses.DType)).Mean();
    }

    private Tensor Losses(Tensor x, Tensor target, int[] inputs, int[] targets)
    {
        Device device = x.Device;
        int batch = target.Shape[0];
        int states = (2 * target.Shape[1]) + 1;

        // Blanks between, before and behind the labels: state 2 i + 1 is label i. Labels behind a target's end are not reached.
        Tensor used = Mask(batch, target.Shape[1], (n, s) => s < targets[n], device);
        Tensor labels = Tensor.Where(used, target, Tensor.Full(target.Shape, blank, DType.Int64, device));
        Tensor blanks = Tensor.Full(new Shape(batch, target.Shape[1], 1), blank, DType.Int64, device);
        Tensor spelled = Tensor.Concatenate(
            [Tensor.Concatenate([blanks, labels.Unsqueeze(-1)], 2).Reshape(batch, states - 1), Tensor.Full(new Shape(batch, 1), blank, DType.Int64, device)],
            1);

        // From a state to the one after the next: only from a label to another.
        Tensor skips = Tensor.Full(new Shape(batch, states), Never, x.DType, device);
        if (states > 3)
        {
            Tensor other = spelled[.., 2..].NotEqual(spelled[.., ..(states - 2)]);
            Tensor free = Tensor.Where(other, Tensor.Zeros(other.Shape, x.DType, device), Tensor.Full(other.Shape, Never, x.DType, device));
            Tensor even = Mask(batch, states - 2, static (_, s) => s % 2 == 1, device);
            free = Tensor.Where(even, free, Tensor.Full(other.Shape, Never, x.DType, device));
            skips = Tensor.Concatenate([Tensor.Full(new Shape(batch, 2), Never, x.DType, device), free], 1);
        }

        Tensor never1 = Tensor.Full(new Shape(batch, 1), Never, x.DType, device);
        Tensor never2 = Tensor.Full(new Shape(batch, Math.Min(2, states)), Never, x.DType, device);
        Tensor first = Mask(batch, states, (n, s) => s == 0 || (s == 1 && targets[n] > 0), device);
        Tensor never = Tensor.Full(new Shape(batch, states), Never, x.DType, device);
        Tensor alpha = Tensor.Where(first, x[0].Gather(spelled, 1), never);
        for (int t = 1; t < x.Shape[0]; t++)
        {
            int now = t;
            Tensor from1 = states == 1 ? never1 : Tensor.Concatenate([never1, alpha[.., ..(states - 1)]], 1);
            Tensor from2 = states <= 2 ? never2[.., ..states] : Tensor.Concatenate([never2, alpha[.., ..(states - 2)]], 1) + skips;
            Tensor next = Tensor.Stack([alpha, from1, from2], 0).LogSumExp(0) + x[t].Gather(spelled, 1);
            alpha = Array.TrueForAll(inputs, length => now < length)
                ? next
                : Tensor.Where(Mask(batch, states, (n, _) => now < inputs[n], device), next, alpha);
        }

        Tensor last = Mask(batch, states, (n, s) => s == 2 * targets[n] || s == (2 * targets[n]) - 1, device);
        Tensor losses = -Tensor.Where(last, alpha, never).LogSumExp(1);
        Tensor possible = losses < -Never / 2;
        return Tensor.Where(
            possible, losses, Tensor.Full(losses.Shape, zeroInfinity ? 0 : double.PositiveInfinity, losses.DType, device));
    }

    private static Tensor Mask(int rows, int columns, Func<int, int, bool> holds, Device device)
    {
        bool[] mask = new bool[rows * columns];
        for (int i = 0; i < mask.Length; i++)
        {
            mask[i] = holds(i / columns, i % columns);
        }

        return Tensor.From(mask, new Shape(rows, columns), device);
    }

    private static int[] Lengths(IReadOnlyList<int>? lengths, int batch, int most, string argument)
    {
        int[] all = lengths is null ? [.. Enumerable.Repeat(most, batch)] : [.. lengths];
        return all.Length == batch && Array.TrueForAll(all, length => length >= 0 && length <= most)
            ? all
            : throw new ArgumentException(
                $"CTCLoss: {argument} ({string.Join(", ", all.Select(static length => $"{length}"))}) must be {batch} numbers from 0 to {most}.", argument);
    }
}
