namespace DeepSharp.Benchmarks.Compare;

/// <summary>A row of the table: what it is called where it is measured, and what a reader should know it as.</summary>
/// <param name="Group">The heading that it stands under.</param>
/// <param name="Name">Its name in DeepSharp's lines.</param>
/// <param name="Text">What was measured.</param>
/// <param name="Peer">Its name in the lines of the peers.</param>
internal sealed record Row(string Group, string Name, string Text, string Peer);

/// <summary>The rows in the order of the table.</summary>
internal static class Rows
{
    private const string Training = "Training on MNIST";
    private const string Products = "Products";
    private const string Optimizers = "Optimizers";
    private const string Gradients = "Forward and backward";
    private const string Convolutions = "Convolutions, forward and backward";
    private const string Layers = "Other layers, forward and backward";
    private const string Operators = "Single operators";

    private static readonly Row[] s_fixed =
    [
        .. Network("mlp", "784-256-128-10"),
        .. Network("small", "784-32-10"),
        .. Network("lenet", "two convolutions, poolings, 1568-128-10"),
        Make(Products, "gemm.256", "256 × 256 × 256"),
        Make(Products, "gemm.512", "512 × 512 × 512"),
        Make(Products, "gemm.1024", "1024 × 1024 × 1024"),
        Make(Products, "gemm.attention_scores", "queries by keys, 64 of [128, 64], permuted"),
        Make(Optimizers, "optimizer.sgd_momentum", "SGD with momentum, 10 million parameters"),
        Make(Optimizers, "optimizer.sgd_momentum.of_copy_bandwidth", "its rate, of that of a copy"),
        Make(Optimizers, "optimizer.adam", "Adam, 10 million parameters"),
        Make(Optimizers, "optimizer.adam.of_copy_bandwidth", "its rate, of that of a copy"),
        Make(Optimizers, "copy_bandwidth", "a copy"),
        Make(Gradients, "gradient.cross_entropy.128x10", "softmax-cross-entropy, [128, 10]"),
        Make(Gradients, "gradient.cross_entropy.4096x1000", "softmax-cross-entropy, [4096, 1000]"),
        Make(Gradients, "gradient.batch_norm.128x256", "batch norm, [128, 256]"),
        Make(Gradients, "gradient.layer_norm.128x256", "layer norm, [128, 256]"),
        Make(Gradients, "gradient.layer_norm.4096x512", "layer norm, [4096, 512]"),
        Make(Gradients, "gradient.gelu.1M", "GELU of 1M"),
        new(Gradients, "gradient.gelu_own_derivative.1M", "an operator of one's own, with derivative", "gradient.gelu.1M"),
        new(Gradients, "gradient.gelu_own_formula.1M", "an operator of one's own, formula alone", "gradient.gelu.1M"),
        Make(Convolutions, "convolution.3x3.128x1to16x28", "3 × 3, 128 images, 1 to 16 channels, 28 × 28"),
        Make(Convolutions, "convolution.3x3.128x16to32x14", "3 × 3, 128 images, 16 to 32 channels, 14 × 14"),
        Make(Convolutions, "convolution.3x3.16x64to64x56", "3 × 3, 16 images, 64 to 64 channels, 56 × 56"),
        Make(Convolutions, "convolution.3x3.16x256to256x14", "3 × 3, 16 images, 256 to 256 channels, 14 × 14"),
        Make(Convolutions, "convolution.3x3.16x512to512x7", "3 × 3, 16 images, 512 to 512 channels, 7 × 7"),
        Make(Convolutions, "convolution.3x3s2.16x64to128x56", "3 × 3, stride 2, 16 images, 64 to 128 channels, 56 × 56"),
        Make(Convolutions, "convolution.7x7s2.8x3to64x112", "7 × 7, stride 2, 8 images, 3 to 64 channels, 112 × 112"),
        Make(Convolutions, "convolution.5x5.128x6to16x14", "5 × 5, 128 images, 6 to 16 channels, 14 × 14"),
        Make(Convolutions, "convolution.1x1.16x64to128x56", "1 × 1, 16 images, 64 to 128 channels, 56 × 56"),
        Make(Convolutions, "convolution.1x1s2.16x64to128x56", "1 × 1, stride 2, 16 images, 64 to 128 channels, 56 × 56"),
        Make(Convolutions, "convolution.depthwise3x3.16x96to96x56", "depthwise 3 × 3, 16 images, 96 channels, 56 × 56"),
        Make(Convolutions, "convolution.depthwise3x3s2.16x96to96x56", "depthwise 3 × 3, stride 2, 16 images, 96 channels, 56 × 56"),
        Make(Convolutions, "convolution.transposed4x4s2.16x64to32x28", "transposed 4 × 4, stride 2, 16 images, 64 to 32 channels, 28 × 28"),
        Make(Layers, "layer.max_pool.128x16x28", "max pooling 2 × 2, 128 images, 16 channels, 28 × 28"),
        Make(Layers, "layer.lstm.32x50x64to128", "LSTM, 32 sequences of 50, 64 to 128 units"),
        Make(Layers, "layer.causal_attention.8x4x256x32", "causal attention, 8 sequences of 256, 4 heads of 32"),
    ];

    private static readonly (string Name, string Text)[] s_operators =
    [
        ("add", "add"), ("exp", "exp"), ("tanh", "tanh"), ("sigmoid", "sigmoid"), ("relu", "ReLU"), ("gelu", "GELU"), ("sum", "sum"),
        ("softmax_rows_of_256", "softmax, rows of 256"), ("log_softmax_rows_of_256", "log-softmax, rows of 256"), ("copy", "copy"),
        ("chain_of_5", "chain of five, fused"), ("chain_of_5_one_by_one", "chain of five, one by one"),
    ];

    /// <summary>The rows that were measured; those that nobody described here stand at the end under their own names.</summary>
    internal static IEnumerable<Row> Of(IEnumerable<string> names)
    {
        HashSet<string> measured = [.. names];
        IEnumerable<Row> operators =
            from item in s_operators
            from size in (string[])["1K", "64K", "1M", "16M"]
            select new Row(Operators, $"{item.Name}.{size}", $"{item.Text}, {size}", item.Name == "chain_of_5_one_by_one" ? $"chain_of_5.{size}" : $"{item.Name}.{size}");
        Row[] known = [.. s_fixed.Concat(operators).Where(row => measured.Remove(row.Name))];
        return known.Concat(measured.Order().Select(static name => Make("Others", name, name)));
    }

    private static Row Make(string group, string name, string text) => new(group, name, text, name);

    private static Row[] Network(string name, string text) =>
    [
        Make(Training, $"{name}.step", $"{text}: a step"),
        Make(Training, $"{name}.epoch", "its epoch of 60,000 images"),
        Make(Training, $"{name}.peak_memory", "its peak memory"),
        Make(Training, $"{name}.accuracy_after_3", "its test accuracy after three epochs"),
    ];
}
