namespace DeepSharp;

/// <summary>Bags of embeddings, and products of two inputs, with gradients of any order.</summary>
public static class BagOperators
{
    extension(Tensor x)
    {
        /// <summary>Rows of a table [V, D], put together bag by bag: [bags, D]. An empty bag is zero.</summary>
        /// <param name="indices">Int32 or Int64: [bags, length], or with offsets [count].</param>
        /// <param name="offsets">Where each bag of a vector of indices begins: the first at 0. Reading them waits for the device.</param>
        /// <param name="mode">What a bag becomes.</param>
        /// <param name="perSampleWeights">What each row is multiplied by in a sum, shaped as the indices; null for 1.</param>
        /// <param name="includeLastOffset">Whether the offsets end with the number of indices.</param>
        /// <param name="paddingIndex">A row that does not count and takes no gradient; null for none.</param>
        /// <exception cref="ArgumentException">Shapes, types or devices do not fit, an index is out of range, offsets do not ascend from 0, or weights
        /// go with another mode than the sum.</exception>
        public Tensor EmbeddingBag(
            Tensor indices, Tensor? offsets = null, BagMode mode = BagMode.Mean, Tensor? perSampleWeights = null, bool includeLastOffset = false,
            int? paddingIndex = null)
        {
            ArgumentNullException.ThrowIfNull(x);
            ArgumentNullException.ThrowIfNull(indices);
            if (indices.Rank != (offsets is null ? 2 : 1) || (perSampleWeights is not null && perSampleWeights.Shape != indices.Shape))
            {
                throw new ArgumentException(
                    $"EmbeddingBag: indices {indices.Shape}, offsets {offsets?.Shape.ToString() ?? "none"} and weights "
                    + $"{perSampleWeights?.Shape.ToString() ?? "none"}. Use indices [bags, length], or [count] with offsets [bags]; and weights of their shape.");
            }

            if (perSampleWeights is not null && mode != BagMode.Sum)
            {
                throw new ArgumentException($"EmbeddingBag: weights go with {BagMode.Sum}, not with {mode}. Leave them out.", nameof(perSampleWeights));
            }

            if (offsets is null && includeLastOffset)
            {
                throw new ArgumentException("EmbeddingBag: a last offset is included, but there are no offsets. Give them.", nameof(includeLastOffset));
            }

            Tensor? counts = null;
            if (offsets is not null)
            {
                // All bags as long as the longest.
                (Tensor places, Tensor inside) = Places(indices, offsets, includeLastOffset);
                counts = inside;
                indices = indices.Count == 0 ? Tensor.Zeros(places.Shape, indices.DType, indices.Device) : indices.IndexSelect(places);
                perSampleWeights = perSampleWeights is null || perSampleWeights.Count == 0 ? null : perSampleWeights.IndexSelect(places);
            }

            if (paddingIndex is { } padding)
            {
                Tensor others = indices.NotEqual(padding);
                counts = counts is null ? others : counts & others;
            }

            return indices.Shape[1] == 0
                ? Tensor.Zeros([indices.Shape[0], x.Shape[^1]], x.DType, x.Device)
                : Bags(x.Embedding(indices, paddingIndex), counts, perSampleWeights, mode).MadeBy(nameof(EmbeddingBag));
        }

        /// <summary>A bilinear form of two inputs: y[k] = x W[k] zᵀ + b[k].</summary>
        /// <param name="second">z: […, second inputs], like x in its other axes.</param>
        /// <param name="weight">W: [outputs, first inputs, second inputs].</param>
        /// <param name="bias">b: [outputs], or null.</param>
        /// <exception cref="ArgumentException">Shapes, element types or devices do not fit.</exception>
        public Tensor Bilinear(Tensor second, Tensor weight, Tensor? bias = null)
        {
            ArgumentNullException.ThrowIfNull(x);
            ArgumentNullException.ThrowIfNull(second);
            ArgumentNullException.ThrowIfNull(weight);
            if (x.Rank == 0 || second.Rank != x.Rank || weight.Rank != 3 || !x.Shape.AsSpan()[..^1].SequenceEqual(second.Shape.AsSpan()[..^1])
                || x.Shape[^1] != weight.Shape[1] || second.Shape[^1] != weight.Shape[2] || (bias is not null && bias.Shape != weight.Shape[0]))
            {
                throw new ArgumentException(
                    $"Bilinear: inputs {x.Shape} and {second.Shape}, a weight {weight.Shape} and a bias {bias?.Shape.ToString() ?? "none"}. Use […, first] and "
                    + "[…, second], alike in their other axes, with [outputs, first, second] and [outputs].");
            }

            int rows = second.Count / Math.Max(1, second.Shape[^1]);
            Tensor y = second.Reshape([rows, second.Shape[^1]]).Linear(weight.Reshape([weight.Shape[0] * weight.Shape[1], weight.Shape[2]]))
                .Reshape([rows, weight.Shape[0], weight.Shape[1]])
                .MatMul(x.Reshape([rows, x.Shape[^1], 1])).Reshape([.. x.Shape.AsSpan()[..^1], weight.Shape[0]]);
            return (bias is null ? y : y + bias).MadeBy(nameof(Bilinear));
        }
    }

    // Of bags with as many rows as the longest: which index each row is, and whether it is one of the bag's own.
    private static (Tensor Places, Tensor Inside) Places(Tensor indices, Tensor offsets, bool includeLastOffset)
    {
        long[] starts = offsets.Rank == 1 && offsets.DType is DType.Int32 or DType.Int64 ? offsets.To(DType.Int64).ToArray<long>() : [];
        bool fits = starts.Length > 0 && starts[0] == 0 && (!includeLastOffset || starts[^1] == indices.Count);
        long[] ends = includeLastOffset ? starts : [.. starts, indices.Count];
        for (int i = 0; i + 1 < ends.Length; i++)
        {
            fits &= ends[i] <= ends[i + 1];
        }

        if (!fits)
        {
            throw new ArgumentException(
                $"EmbeddingBag: offsets {offsets.Shape} of {offsets.DType} for {indices.Count} indices. Use Int32 or Int64 numbers that ascend from 0 to at most "
                + $"{indices.Count}{(includeLastOffset ? ", the last one" : string.Empty)}.", nameof(offsets));
        }

        int bags = ends.Length - 1;
        int longest = 0;
        for (int bag = 0; bag < bags; bag++)
        {
            longest = Math.Max(longest, (int)(ends[bag + 1] - ends[bag]));
        }

        int[] places = new int[bags * longest];
        bool[] inside = new bool[bags * longest];
        for (int bag = 0; bag < bags; bag++)
        {
            for (int i = 0; i < ends[bag + 1] - ends[bag]; i++)
            {
                places[(bag * longest) + i] = (int)ends[bag] + i;
                inside[(bag * longest) + i] = true;
            }
        }

        return (Tensor.From(places, [bags, longest], indices.Device), Tensor.From(inside, [bags, longest], indices.Device));
    }

    private static Tensor Bags(Tensor rows, Tensor? counts, Tensor? weights, BagMode mode)
    {
        if (mode == BagMode.Max)
        {
            if (counts is null)
            {
                return rows.Max(1);
            }

            Tensor none = Tensor.Full(1, double.NegativeInfinity, rows.DType, rows.Device);
            Tensor largest = Tensor.Where(counts.Unsqueeze(-1), rows, none).Max(1);
            Tensor any = counts.To(rows.DType).Sum(1, keepDims: true) > 0;
            return Tensor.Where(any, largest, Tensor.Zeros(1, rows.DType, rows.Device));
        }

        if (counts is null && weights is null)
        {
            return mode == BagMode.Sum ? rows.Sum(1) : rows.Mean(1);
        }

        Tensor? counted = counts?.To(rows.DType);
        Tensor factors = weights is null ? counted! : counted is null ? weights : weights * counted;
        Tensor sum = factors.Unsqueeze(1).MatMul(rows).Squeeze(1);
        return mode == BagMode.Sum ? sum : sum / counted!.Sum(1, keepDims: true).Clamp(1, double.PositiveInfinity);
    }
}
