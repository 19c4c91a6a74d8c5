using DeepSharp.Layers;

namespace DeepSharp.Tests;

/// <summary>What transformers do beyond PyTorch's values: caches, positions, dropout, errors.</summary>
public class TransformerTests
{
    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void A_cache_gives_token_by_token_what_the_whole_sequence_gives(bool batchFirst, bool rotary)
    {
        using TensorScope scope = Tensor.Scope();
        using NoGrad off = new();
        Generator generator = new(1);
        TransformerEncoder model = new(
            [.. Enumerable.Range(0, 2).Select(_ => new TransformerEncoderLayer(
                8, 2, 16, 0.1, new GELU(), batchFirst: batchFirst, normFirst: true, rotary: rotary ? new RotaryEmbedding(4) : null, device: Device.Cpu,
                generator: generator))]);
        model.Eval();
        int axis = batchFirst ? 1 : 0;
        Tensor x = Tensor.Normal(batchFirst ? [3, 40, 8] : [40, 3, 8], 0, 1, device: Device.Cpu, generator: generator);
        Tensor whole = model.Forward(x, null, causal: true);
        using KeyValueCache cache = new();
        List<Tensor> pieces = [];
        int start = 0;
        foreach (int length in (int[])[5, 1, 1, 20, 1, 12])
        {
            Assert.Equal(start, cache.Length);
            pieces.Add(model.Forward(x.Narrow(axis, start, length), null, cache: cache));
            start += length;
        }

        float[] expected = whole.Contiguous().ToArray<float>();
        float[] found = Tensor.Concatenate(pieces, axis).ToArray<float>();
        Assert.All(expected.Zip(found), static pair => Assert.Equal(pair.First, pair.Second, 2e-5));
    }

    [Fact]
    public void Added_keys_are_seen_by_every_token_of_a_cache()
    {
        using TensorScope scope = Tensor.Scope();
        using NoGrad off = new();
        MultiHeadAttention layer = new(4, 2, addBiasKV: true, addZeroAttention: true, batchFirst: true, device: Device.Cpu, generator: new Generator(2));
        Tensor x = Tensor.Normal([2, 7, 4], 0, 1, device: Device.Cpu, generator: new Generator(1));
        using KeyValueCache cache = new();
        Tensor[] pieces = [.. ((int[])[0, 3, 4]).Zip((int[])[3, 1, 3], (start, length) =>
        {
            Tensor piece = x.Narrow(1, start, length);
            return layer.Forward(piece, piece, piece, cache: cache);
        })];
        float[] expected = layer.Forward(x, x, x, causal: true).ToArray<float>();
        Assert.All(expected.Zip(Tensor.Concatenate(pieces, 1).ToArray<float>()), static pair => Assert.Equal(pair.First, pair.Second, 1e-5));

        // What a query takes of all keys, added ones too, is all there is.
        Tensor weights = layer.ForwardWithWeights(x, x, x).Weights;
        Assert.Equal([2, 7, 9], weights.Shape);
        Assert.All(weights.Sum(-1).ToArray<float>(), static sum => Assert.Equal(1, sum, 1e-5));
    }

    [Fact]
    public void Rotary_products_depend_on_distances_only()
    {
        using TensorScope scope = Tensor.Scope();
        RotaryEmbedding rotary = new(6);
        Tensor q = Tensor.Normal([1, 6], 0, 1, DType.Float64, Device.Cpu, new Generator(1));
        Tensor k = Tensor.Normal([1, 6], 0, 1, DType.Float64, Device.Cpu, new Generator(2));
        double near = (rotary.Forward(q, 3) * rotary.Forward(k, 1)).Sum().Item();
        double far = (rotary.Forward(q, 503) * rotary.Forward(k, 501)).Sum().Item();
        Assert.Equal(near, far, 1e-10);
    }

    [Fact]
    public void Learned_encodings_add_their_rows_and_learn_them()
    {
        using TensorScope scope = Tensor.Scope();
        LearnedEncoding layer = new(3, 5, batchFirst: true, device: Device.Cpu);
        Tensor x = Tensor.Zeros([2, 4, 3], device: Device.Cpu);
        Tensor y = layer.Forward(x, 1);
        Assert.Equal(layer.Weight[1..].ToArray<float>(), y[1].Contiguous().ToArray<float>());
        y.Sum().Backward();
        Assert.Equal([0f, 0, 0, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2], layer.Weight.Gradient!.ToArray<float>());
    }

    [Fact]
    public void Dropout_is_for_training()
    {
        using TensorScope scope = Tensor.Scope();
        TransformerEncoderLayer layer = new(4, 2, 8, 0.5, device: Device.Cpu, generator: new Generator(3));
        Tensor x = Tensor.Normal([5, 2, 4], 0, 1, device: Device.Cpu, generator: new Generator(1));
        Assert.NotEqual(layer.Forward(x).ToArray<float>(), layer.Forward(x).ToArray<float>());
        layer.Eval();
        Assert.Equal(layer.Forward(x).ToArray<float>(), layer.Forward(x).ToArray<float>());
    }

    [Fact]
    public void A_sequence_without_a_batch_gives_what_a_batch_of_one_gives()
    {
        using TensorScope scope = Tensor.Scope();
        MultiHeadAttention layer = new(4, 2, batchFirst: true, device: Device.Cpu);
        Tensor x = Tensor.Normal([1, 5, 4], 0, 1, device: Device.Cpu, generator: new Generator(1));
        Assert.Equal(layer.Forward(x).ToArray<float>(), layer.Forward(x[0]).ToArray<float>());
    }

    [Fact]
    public void Names_and_texts_are_PyTorchs_and_plain()
    {
        TransformerDecoderLayer layer = new(4, 2, 6, batchFirst: true, normFirst: true, device: Device.Cpu);
        Assert.Equal("TransformerDecoderLayer(4, 2 heads, 6 hidden, dropout 0.1, batch first, norm first)", layer.ToString()!.Split('\n')[0].Trim());
        Assert.Equal(
            [
                "self_attn.in_proj_weight", "self_attn.in_proj_bias", "self_attn.out_proj.weight", "self_attn.out_proj.bias",
                "multihead_attn.in_proj_weight", "multihead_attn.in_proj_bias", "multihead_attn.out_proj.weight", "multihead_attn.out_proj.bias",
                "linear1.weight", "linear1.bias", "linear2.weight", "linear2.bias", "norm1.weight", "norm1.bias", "norm2.weight", "norm2.bias",
                "norm3.weight", "norm3.bias",
            ],
            layer.NamedParameters().Select(static named => named.Name));
        Assert.All(layer.SelfAttention.NamedParameters().Where(static named => named.Name.EndsWith("bias", StringComparison.Ordinal)),
            static named => Assert.All(named.Value.ToArray<float>(), static value => Assert.Equal(0f, value)));
    }

    [Fact]
    public void Errors_name_the_shapes_and_the_remedy()
    {
        using TensorScope scope = Tensor.Scope();
        MultiHeadAttention layer = new(4, 2, keyFeatures: 3, device: Device.Cpu);
        Tensor q = Tensor.Zeros([5, 2, 4], device: Device.Cpu);
        Tensor k = Tensor.Zeros([6, 2, 3], device: Device.Cpu);
        Tensor v = Tensor.Zeros([6, 2, 4], device: Device.Cpu);
        Fails(() => layer.Forward(q), "MultiHeadAttention(4, 2 heads)", "[5, 2, 4]", "[positions, batch, 3]");
        Fails(() => layer.Forward(q, k, v[..5]), "[6, 2, 3]", "[5, 2, 4]", "as many keys as values");
        Fails(() => layer.Forward(q[.., ..1], k, v), "[5, 1, 4]", "one batch");
        Fails(() => layer.Forward(q, k, v, Tensor.Zeros([2, 5], device: Device.Cpu) > 0), "[2, 5]", "Bool [2, 6]", "[batch, keys]");
        Fails(() => layer.Forward(q, k, v, null, Tensor.Zeros([6, 5], device: Device.Cpu) > 0), "mask", "[6, 5]", "[2, 2, 5, 6]");
        MultiHeadAttention more = new(4, 2, addBiasKV: true, keyFeatures: 3, device: Device.Cpu);
        Fails(() => more.Forward(q, k, v, null, Tensor.Zeros([6, 5], device: Device.Cpu) > 0), "mask", "[6, 5]");
        Fails(() => new MultiHeadAttention(4, 3), "3 heads", "4 features");
        Fails(() => new MultiHeadAttention(4, 2, rotary: new RotaryEmbedding(4)), "RotaryEmbedding of 4", "heads of 2");
        Fails(() => new RotaryEmbedding(3), "even", "3");
        Fails(() => new RotaryEmbedding(4).Forward(q[.., .., ..2]), "RotaryEmbedding(4)", "[5, 2, 2]");
        Fails(() => new SinusoidalEncoding(4, 3, device: Device.Cpu).Forward(q), "SinusoidalEncoding", "[5, 2, 4]", "[3, 4]");
        Fails(() => new TransformerEncoder([]), "at least one");
        using KeyValueCache cache = new();
        MultiHeadAttention self = new(4, 2, device: Device.Cpu);
        Assert.Contains("NoGrad", Assert.Throws<InvalidOperationException>(() => self.Forward(q, q, q, cache: cache)).Message, StringComparison.Ordinal);
        using NoGrad off = new();
        self.Forward(q, q, q, cache: cache);
        Fails(() => self.Forward(q[.., ..1], q[.., ..1], q[.., ..1], cache: cache), "2 sequences", "1 of", "cache for each generation");
    }

    private static void Fails(Func<object?> action, params string[] words)
    {
        ArgumentException error = Assert.ThrowsAny<ArgumentException>(action);
        Assert.All(words, word => Assert.Contains(word, error.Message, StringComparison.Ordinal));
    }
}
