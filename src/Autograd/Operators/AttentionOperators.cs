using DeepSharp.Kernels;

namespace DeepSharp;

/// <summary>Attention, with its gradients.</summary>
public static class AttentionOperators
{
    private const string Operation = "ScaledDotProductAttention";

    extension(Tensor)
    {
        /// <summary>
        /// Attention: softmax(scale Q Kᵀ + mask) V over the keys of each query. Vaswani et al. 2017, computed block by block, with a running
        /// maximum and sum, so that memory is linear in the lengths: Dao et al. 2022, "FlashAttention".
        /// </summary>
        /// <remarks>
        /// Operands are read where they stand, whatever their strides. A query that may look at nothing gives zeros, with a gradient of
        /// zero. Gradients of gradients, and the gradient of a mask of numbers, take memory for all pairs of queries and keys. 16-bit floats
        /// are computed in Float32.
        /// </remarks>
        /// <param name="query">Q, […, queries, depth]; axes before the last two are samples and heads, and broadcast.</param>
        /// <param name="key">K, […, keys, depth].</param>
        /// <param name="value">V, […, keys, width].</param>
        /// <param name="mask">What takes part (Bool, true where a query may look at a key) or numbers that are added to the products;
        /// broadcasts to […, queries, keys].</param>
        /// <param name="dropout">The probability with which a probability becomes zero, in [0, 1); the others grow by
        /// 1 / (1 - dropout).</param>
        /// <param name="causal">Whether query i sees the keys 0 to i only.</param>
        /// <param name="scale">The factor of the products; 1 / sqrt(depth) if null.</param>
        /// <param name="generator">The source of random numbers; <see cref="Generator.Default"/> if null.</param>
        /// <returns>[…, queries, width].</returns>
        /// <exception cref="ArgumentException">Shapes, element types or devices do not fit.</exception>
        /// <exception cref="ArgumentOutOfRangeException">The dropout is outside [0, 1).</exception>
        public static Tensor ScaledDotProductAttention(
            Tensor query, Tensor key, Tensor value, Tensor? mask = null, double dropout = 0, bool causal = false, double? scale = null,
            Generator? generator = null) => Run(query, key, value, mask, dropout, causal ? 0 : null, scale, generator);
    }

    /// <summary>The same, where query i sees the keys up to i + diagonal.</summary>
    internal static Tensor Run(
        Tensor query, Tensor key, Tensor value, Tensor? mask, double dropout, int? diagonal, double? scale, Generator? generator)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(value);
        if (!(dropout >= 0 && dropout < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(dropout), $"{Operation}: the dropout must be in [0, 1), not {dropout}.");
        }

        ReductionKernels.RequireReal(Operation, query);
        if (query.DType.IsHalfPrecision || key.DType.IsHalfPrecision || value.DType.IsHalfPrecision)
        {
            return Run(
                query.HalfToSingle(), key.HalfToSingle(), value.HalfToSingle(), mask?.HalfToSingle(), dropout, diagonal, scale, generator)
                .Like(query).MadeBy(Operation);
        }

        AttentionSettings settings = Settings(ref query, ref key, ref value, mask, dropout, diagonal, scale, generator);
        if (query.Count == 0 || key.Count == 0 || value.Count == 0 || mask?.Records() == true)
        {
            using MixedPrecision.Restoration plain = MixedPrecision.Suspend();
            return AttentionNode.Compose(query, key, value, settings).MadeBy(Operation);
        }

        return AttentionNode.Run(query, key, value, settings);
    }

    /// <summary>The same, with what each query takes of each key, […, queries, keys], all of which is in memory.</summary>
    internal static (Tensor Output, Tensor Weights) RunWithWeights(
        Tensor query, Tensor key, Tensor value, Tensor? mask, double dropout, int? diagonal, Generator? generator)
    {
        (query, key, value, mask) = (query.HalfToSingle(), key.HalfToSingle(), value.HalfToSingle(), mask?.HalfToSingle());
        AttentionSettings settings = Settings(ref query, ref key, ref value, mask, dropout, diagonal, null, generator);
        using MixedPrecision.Restoration plain = MixedPrecision.Suspend();
        Tensor weights = AttentionNode.Probabilities(query, key, settings);
        return (weights.MatMul(value).MadeBy(Operation), weights);
    }

    private static AttentionSettings Settings(
        ref Tensor query, ref Tensor key, ref Tensor value, Tensor? mask, double dropout, int? diagonal, double? scale, Generator? generator)
    {
        Binary.Check(Operation, query, key);
        Binary.Check(Operation, query, value);
        if (query.Rank < 2 || key.Rank < 2 || value.Rank < 2 || query.Shape[^1] != key.Shape[^1] || key.Shape[^2] != value.Shape[^2])
        {
            throw new ArgumentException(
                $"{Operation}: queries {query.Shape}, keys {key.Shape} and values {value.Shape} do not fit. They are […, queries, depth], "
                + "[…, keys, depth] and […, keys, width]; transpose or reshape them.");
        }

        Shape lead = Shape.Broadcast(
            Lead(query), Shape.Broadcast(Lead(key), Lead(value), Operation), Operation);
        CheckMask(query, mask, [.. lead, query.Shape[^2], key.Shape[^2]]);
        query = Expanded(query, lead);
        key = Expanded(key, lead);
        value = Expanded(value, lead);
        AttentionDropout drop = default;
        if (dropout > 0)
        {
            long count = (long)lead.Size * query.Shape[^2] * key.Shape[^2];
            if (count > int.MaxValue)
            {
                throw new ArgumentException(
                    $"{Operation}: dropout of {count:N0} probabilities, for queries {query.Shape} and keys {key.Shape}; there is one random number "
                    + $"for each, and at most {int.MaxValue:N0} in a call. Use smaller batches.");
            }

            Generator stream = generator ?? Generator.Default;
            drop = new(dropout, stream.Seed, stream.Take((int)count, query.DType));
        }

        return new(mask, diagonal, scale ?? (1 / Math.Sqrt(Math.Max(1, query.Shape[^1]))), drop);
    }

    private static Shape Lead(Tensor x) => new(x.Shape.AsSpan()[..^2]);

    private static Tensor Expanded(Tensor x, Shape lead)
    {
        Shape wanted = [.. lead, x.Shape[^2], x.Shape[^1]];
        return x.Shape == wanted ? x : x.Expand(wanted);
    }

    // The scores' lengths are no shape, of which a tensor could be made: there may be too many.
    private static void CheckMask(Tensor query, Tensor? mask, int[] scores)
    {
        if (mask is null)
        {
            return;
        }

        Binary.CheckDevice(Operation, query, "the mask", mask);
        bool fits = mask.Rank <= scores.Length;
        for (int i = 1; fits && i <= mask.Rank; i++)
        {
            fits = mask.Shape[^i] == 1 || mask.Shape[^i] == scores[^i];
        }

        if (!fits || (mask.DType != DType.Bool && mask.DType != query.DType))
        {
            throw new ArgumentException(
                $"{Operation}: a mask {mask.Shape} of {mask.DType} does not fit {Shape.Format(scores)}, the queries and keys of each head, of {query.DType}. It is Bool, true "
                + $"where a query may look at a key, or {query.DType}, added to the products, and broadcasts.");
        }
    }
}
