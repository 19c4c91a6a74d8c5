namespace DeepSharp.Layers;

/// <summary>
/// Attention with several heads: queries, keys and values are projected, each head attends with its share of the features, and the heads'
/// results, side by side, are projected again. Vaswani et al. 2017.
/// </summary>
/// <remarks>
/// Inputs [positions, batch, features], [batch, positions, features] with batchFirst, or [positions, features]. Parameters have PyTorch's
/// names, shapes and first values: <c>in_proj_weight</c> [3 features, features], or <c>q_proj_weight</c>, <c>k_proj_weight</c> and
/// <c>v_proj_weight</c> where keys or values have another width; <c>in_proj_bias</c>; <c>bias_k</c> and <c>bias_v</c>; <c>out_proj.weight</c>
/// and <c>out_proj.bias</c>. Masks of truth values say what takes part, everywhere in this library; PyTorch's layer takes their opposite.
/// </remarks>
public sealed class MultiHeadAttention : Module
{
    private readonly Parameter[] _weights;
    private readonly Parameter? _bias;
    private readonly Parameter? _keyBias;
    private readonly Parameter? _valueBias;
    private readonly Dense _output;
    private readonly RotaryEmbedding? _rotary;
    private readonly Generator? _generator;

    /// <summary>A layer with weights drawn at random.</summary>
    /// <param name="features">The features of queries and of the output.</param>
    /// <param name="heads">The number of heads, which divides the features.</param>
    /// <param name="dropout">The probability with which a head's probability is dropped in training, in [0, 1).</param>
    /// <param name="bias">Whether the projections add biases.</param>
    /// <param name="addBiasKV">Whether one more key and value, which are learned, stand beside those of the input, for all to look at.</param>
    /// <param name="addZeroAttention">Whether one more key and value of zeros does, so that a query may look at nothing.</param>
    /// <param name="keyFeatures">The features of keys; those of queries if null.</param>
    /// <param name="valueFeatures">The features of values; those of queries if null.</param>
    /// <param name="batchFirst">Whether the first axis of inputs and output is the batch.</param>
    /// <param name="rotary">Turns queries and keys by their positions; null for none.</param>
    /// <param name="dtype">The element type.</param>
    /// <param name="device">Where; <see cref="Device.Default"/> if null.</param>
    /// <param name="generator">The source of random numbers; <see cref="Generator.Default"/> if null.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below one, the heads do not divide the features, or the dropout is out of
    /// range.</exception>
    public MultiHeadAttention(
        int features, int heads, double dropout = 0, bool bias = true, bool addBiasKV = false, bool addZeroAttention = false, int? keyFeatures = null,
        int? valueFeatures = null, bool batchFirst = false, RotaryEmbedding? rotary = null, DType dtype = DType.Float32, Device? device = null,
        Generator? generator = null)
    {
        Bounds.AtLeast(1, features, nameof(MultiHeadAttention));
        Bounds.AtLeast(1, heads, nameof(MultiHeadAttention));
        (KeyFeatures, ValueFeatures) = (keyFeatures ?? features, valueFeatures ?? features);
        Bounds.AtLeast(1, KeyFeatures, nameof(MultiHeadAttention), nameof(keyFeatures));
        Bounds.AtLeast(1, ValueFeatures, nameof(MultiHeadAttention), nameof(valueFeatures));
        if (features % heads != 0)
        {
            throw new ArgumentOutOfRangeException(
                nameof(heads), $"MultiHeadAttention: {heads} heads do not divide {features} features. Each head takes features / heads of them.");
        }

        if (!(dropout >= 0 && dropout < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(dropout), $"MultiHeadAttention: the dropout must be in [0, 1), not {dropout}.");
        }

        if (rotary is not null && rotary.Features != features / heads)
        {
            throw new ArgumentException(
                $"MultiHeadAttention: a RotaryEmbedding of {rotary.Features} features for heads of {features / heads}. Make it with features / heads.",
                nameof(rotary));
        }

        (Features, Heads, Dropout, BatchFirst, _rotary, _generator) = (features, heads, dropout, batchFirst, rotary, generator);
        GlorotUniform glorot = new();
        _weights = KeyFeatures == features && ValueFeatures == features
            ? [Add("in_proj_weight", glorot.CreateParameter([3 * features, features], dtype, device, generator))]
            :
            [
                Add("q_proj_weight", glorot.CreateParameter([features, features], dtype, device, generator)),
                Add("k_proj_weight", glorot.CreateParameter([features, KeyFeatures], dtype, device, generator)),
                Add("v_proj_weight", glorot.CreateParameter([features, ValueFeatures], dtype, device, generator)),
            ];
        AddsZeroAttention = addZeroAttention;
        _bias = bias ? Add("in_proj_bias", Constant.Zeros.CreateParameter(3 * features, dtype, device, generator)) : null;
        if (addBiasKV)
        {
            GlorotNormal normal = new();
            _keyBias = Add("bias_k", normal.CreateParameter([1, 1, features], dtype, device, generator));
            _valueBias = Add("bias_v", normal.CreateParameter([1, 1, features], dtype, device, generator));
        }

        _output = Add("out_proj", new Dense(features, features, bias, null, Constant.Zeros, dtype, device, generator));
    }

    /// <summary>The features of queries and of the output.</summary>
    public int Features { get; }

    /// <summary>The number of heads.</summary>
    public int Heads { get; }

    /// <summary>The features of keys.</summary>
    public int KeyFeatures { get; }

    /// <summary>The features of values.</summary>
    public int ValueFeatures { get; }

    /// <summary>The probability with which a head's probability is dropped in training.</summary>
    public double Dropout { get; }

    /// <summary>Whether there are one more key and value, which are learned.</summary>
    public bool AddsBiasKV => _keyBias is not null;

    /// <summary>Whether there are one more key and value of zeros.</summary>
    public bool AddsZeroAttention { get; }

    /// <summary>Whether the first axis of inputs and output is the batch.</summary>
    public bool BatchFirst { get; }

    /// <summary>What turns queries and keys by their positions, or null.</summary>
    public RotaryEmbedding? Rotary => _rotary;

    /// <summary>Attention of a sequence to itself.</summary>
    /// <param name="input">Queries, keys and values; see the class.</param>
    /// <exception cref="ArgumentException">Shape, element type or device do not fit.</exception>
    public override Tensor Forward(Tensor input) => Forward(input, input, input);

    /// <summary>Attention.</summary>
    /// <param name="query">[queries, batch, features], or as the class says.</param>
    /// <param name="key">[keys, batch, key features].</param>
    /// <param name="value">[keys, batch, value features].</param>
    /// <param name="keyPaddingMask">Bool, [batch, keys], or [keys] without a batch: false for keys that stand for nothing.</param>
    /// <param name="mask">Bool (true where a query may look at a key) or numbers that are added; broadcasts to
    /// [batch, heads, queries, keys].</param>
    /// <param name="causal">Whether a query sees the keys up to its own position only; with a cache it always does.</param>
    /// <param name="cache">What has been seen before: keys and values are added to it, and all of them looked at.</param>
    /// <returns>[queries, batch, features], as the query.</returns>
    /// <exception cref="ArgumentException">Shapes, element types or devices do not fit.</exception>
    /// <exception cref="InvalidOperationException">There is a cache, and gradients are recorded.</exception>
    public Tensor Forward(
        Tensor query, Tensor key, Tensor value, Tensor? keyPaddingMask = null, Tensor? mask = null, bool causal = false, KeyValueCache? cache = null) =>
        Run(query, key, value, keyPaddingMask, mask, causal, cache, withWeights: false).Output;

    /// <summary>Attention, and what each query took of each key.</summary>
    /// <remarks>The weights of all pairs are in memory, forward and backward, which <see cref="Forward(Tensor, Tensor, Tensor, Tensor?, Tensor?, bool, KeyValueCache?)"/>
    /// avoids.</remarks>
    /// <param name="query">[queries, batch, features], or as the class says.</param>
    /// <param name="key">[keys, batch, key features].</param>
    /// <param name="value">[keys, batch, value features].</param>
    /// <param name="keyPaddingMask">Bool, [batch, keys], or [keys] without a batch: false for keys that stand for nothing.</param>
    /// <param name="mask">Bool (true where a query may look at a key) or numbers that are added.</param>
    /// <param name="causal">Whether a query sees the keys up to its own position only.</param>
    /// <param name="averageWeights">Whether the weights are averaged over the heads.</param>
    /// <returns>The output, and the weights, behind the dropout, [batch, queries, keys], or [batch, heads, queries, keys] of each head; without a
    /// batch, without its axis. A key that the layer adds comes behind those of the input, the learned one before that of zeros.</returns>
    /// <exception cref="ArgumentException">Shapes, element types or devices do not fit.</exception>
    public (Tensor Output, Tensor Weights) ForwardWithWeights(
        Tensor query, Tensor key, Tensor value, Tensor? keyPaddingMask = null, Tensor? mask = null, bool causal = false, bool averageWeights = true)
    {
        (Tensor output, Tensor? weights) = Run(query, key, value, keyPaddingMask, mask, causal, null, withWeights: true);
        weights = averageWeights ? weights!.Mean(1) : weights!;
        return (output, query.Rank == 2 ? weights.Squeeze(0) : weights);
    }

    /// <inheritdoc/>
    protected internal override Generator? RandomSource => _generator;

    /// <inheritdoc/>
    public override string ToString() =>
        $"MultiHeadAttention({Features}, {Heads} heads{(_bias is null ? ", no bias" : string.Empty)}{(Dropout > 0 ? $", dropout {Dropout}" : string.Empty)}"
        + $"{(AddsBiasKV ? ", learned key and value" : string.Empty)}{(AddsZeroAttention ? ", zero key and value" : string.Empty)}"
        + $"{(KeyFeatures == Features ? string.Empty : $", keys of {KeyFeatures}")}{(ValueFeatures == Features ? string.Empty : $", values of {ValueFeatures}")}"
        + $"{(BatchFirst ? ", batch first" : string.Empty)})";

    // The weights are of all heads, with the axis of the batch.
    private (Tensor Output, Tensor? Weights) Run(
        Tensor query, Tensor key, Tensor value, Tensor? keyPaddingMask, Tensor? mask, bool causal, KeyValueCache? cache, bool withWeights)
    {
        Check(query, key, value);
        if (query.Rank == 2)
        {
            (Tensor single, Tensor? own) = Run(
                One(query), One(key), One(value), keyPaddingMask is { Rank: 1 } ? keyPaddingMask.Unsqueeze(0) : keyPaddingMask, mask, causal, cache, withWeights);
            return (single.Squeeze(BatchFirst ? 0 : 1), own);
        }

        int start = cache?.LengthOf(this) ?? 0;
        Tensor q = Split(query, 0, start);
        Tensor k = Split(key, 1, start);
        Tensor v = Split(value, 2, start);
        if (cache is not null)
        {
            (k, v) = cache.Append(this, k, v);
        }

        mask = WithPadding(mask, keyPaddingMask, k, key);

        // In front, where a query sees them whatever its position is.
        int added = (AddsBiasKV ? 1 : 0) + (AddsZeroAttention ? 1 : 0);
        if (added > 0)
        {
            mask = mask is null ? null : WithAdded(mask, added, k.Shape[2]);
            (k, v) = (WithAdded(k, _keyBias), WithAdded(v, _valueBias));
        }

        double dropout = IsTraining ? Dropout : 0;
        int? diagonal = cache is not null ? start + added : causal ? added : null;
        (Tensor heads, Tensor? weights) = withWeights
            ? AttentionOperators.RunWithWeights(q, k, v, mask, dropout, diagonal, _generator)
            : (AttentionOperators.Run(q, k, v, mask, dropout, diagonal, null, _generator), (Tensor?)null);
        int[] order = BatchFirst ? [0, 2, 1, 3] : [2, 0, 1, 3];
        Tensor output = _output.Forward(heads.Permute(order).Reshape([.. query.Shape.AsSpan()[..2], Features]));
        return (output, added == 0 ? weights : weights?.Roll(-added, 3));
    }

    private static Tensor? WithPadding(Tensor? mask, Tensor? keyPaddingMask, Tensor k, Tensor key)
    {
        if (keyPaddingMask is null)
        {
            return mask;
        }

        Shape wanted = [k.Shape[0], k.Shape[2]];
        if (keyPaddingMask.DType != DType.Bool || keyPaddingMask.Shape != wanted)
        {
            throw new ArgumentException(
                $"MultiHeadAttention: a key padding mask {keyPaddingMask.Shape} of {keyPaddingMask.DType} for keys {key.Shape}. It is Bool {wanted}, "
                + "[batch, keys], false for keys that stand for nothing.",
                nameof(keyPaddingMask));
        }

        Tensor padding = keyPaddingMask.Reshape(wanted[0], 1, 1, wanted[1]);
        return mask is null ? padding
            : mask.DType == DType.Bool ? mask & padding
            : Tensor.Where(padding, mask, Tensor.Full(Shape.Scalar, double.NegativeInfinity, mask.DType, mask.Device));
    }

    // A mask that lets everybody look at the keys in front, too.
    private static Tensor WithAdded(Tensor mask, int added, int keys)
    {
        // The operator says what is wrong with one that does not fit.
        if (mask.Rank == 0 || (mask.Shape[^1] != 1 && mask.Shape[^1] != keys))
        {
            return mask;
        }

        Shape front = [.. mask.Shape.AsSpan()[..^1], added];
        Tensor open = mask.DType == DType.Bool ? Tensor.Ones(front, DType.Bool, mask.Device) : Tensor.Zeros(front, mask.DType, mask.Device);
        return Tensor.Concatenate([open, mask.Expand([.. mask.Shape.AsSpan()[..^1], keys])], -1);
    }

    // Keys or values, [batch, heads, positions, features], behind those that the layer adds.
    private Tensor WithAdded(Tensor x, Parameter? bias)
    {
        Shape one = [x.Shape[0], Heads, 1, Features / Heads];
        List<Tensor> parts = [x];
        if (AddsZeroAttention)
        {
            parts.Insert(0, Tensor.Zeros(one, x.DType, x.Device));
        }

        if (bias is not null)
        {
            parts.Insert(0, bias.Reshape(1, Heads, 1, Features / Heads).Expand(one).To(x.DType));
        }

        return Tensor.Concatenate(parts, 2);
    }

    private Tensor One(Tensor x) => x.Unsqueeze(BatchFirst ? 0 : 1);

    // A projection as [batch, heads, positions, features of a head], of which nothing is copied.
    private Tensor Split(Tensor x, int part, int start)
    {
        Tensor weight = _weights.Length == 1 ? _weights[0].Narrow(0, part * Features, Features) : _weights[part];
        Tensor projected = x.Linear(weight, _bias?.Narrow(0, part * Features, Features));
        int[] order = BatchFirst ? [0, 2, 1, 3] : [1, 2, 0, 3];
        Tensor heads = projected.Reshape(x.Shape[0], x.Shape[1], Heads, Features / Heads).Permute(order);
        return part < 2 && _rotary is not null ? _rotary.Forward(heads, start) : heads;
    }

    private void Check(Tensor query, Tensor key, Tensor value)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(value);
        int batch = BatchFirst ? 0 : 1;
        bool fits = query.Rank is 2 or 3 && key.Rank == query.Rank && value.Rank == query.Rank && query.Shape[^1] == Features
            && key.Shape[^1] == KeyFeatures && value.Shape[^1] == ValueFeatures
            && key.Shape[key.Rank == 3 ? 1 - batch : 0] == value.Shape[value.Rank == 3 ? 1 - batch : 0]
            && (query.Rank == 2 || (key.Shape[batch] == query.Shape[batch] && value.Shape[batch] == query.Shape[batch]));
        if (!fits)
        {
            string head = BatchFirst ? "[batch, positions" : "[positions, batch";
            throw new ArgumentException(
                $"MultiHeadAttention({Features}, {Heads} heads): queries {query.Shape}, keys {key.Shape} and values {value.Shape} do not fit. They are "
                + $"{head}, {Features}], {head}, {KeyFeatures}] and {head}, {ValueFeatures}], of one batch, with as many keys as values; without a batch its axis is "
                + "left out.");
        }
    }
}
