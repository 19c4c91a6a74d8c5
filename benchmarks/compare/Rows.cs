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
    private const string Operators = "Single operators";

    private static readonly Row[] s_fixed =
    [
        .. Network("mlp", "784-256-128-10"),
        .. Network("small", "784-32-10"),
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
