using DeepSharp.Kernels;

namespace DeepSharp.Benchmarks.Measure;

/// <summary>Single operators, their result made anew each time, as code normally does.</summary>
internal static class Operators
{
    private const int RowLength = 256;

    private static readonly Then<Then<Then<Then<AffineOp, AbsOp>, LeakyReLUOp>, SquareOp>, ClampOp> s_chain =
        new AffineOp(0.5, 1).Then(default(AbsOp)).Then(new LeakyReLUOp(0.1)).Then(default(SquareOp)).Then(new ClampOp(0.1, 4));

    internal static void Run()
    {
        using NoGrad noGrad = new();
        ElementWise("1K", 1 << 10);
        ElementWise("64K", 1 << 16);
        ElementWise("1M", 1 << 20);
        ElementWise("16M", 1 << 24);
    }

    private static void ElementWise(string label, int size)
    {
        Tensor x = Tensor.Normal([size]);
        Tensor y = Tensor.Normal([size]);
        Tensor rows = x.Reshape(-1, RowLength);
        (string Name, Action Action)[] work =
        [
            ("add", () => _ = x + y),
            ("exp", () => x.Exp()),
            ("tanh", () => x.Tanh()),
            ("sigmoid", () => x.Sigmoid()),
            ("relu", () => x.ReLU()),
            ("gelu", () => x.GELU()),
            ("sum", () => x.Sum()),
            ($"softmax_rows_of_{RowLength}", () => rows.Softmax(1)),
            ($"log_softmax_rows_of_{RowLength}", () => rows.LogSoftmax(1)),
            ("copy", () => x.Clone()),
            ("chain_of_5", () => Fuse.Unary(x, s_chain)),
            ("chain_of_5_one_by_one", () => x.Affine(0.5, 1).Abs().LeakyReLU(0.1).Square().Clamp(0.1, 4)),
        ];
        foreach ((string name, Action action) in work)
        {
            Timing.Microseconds($"{name}.{label}", action);
        }

        x.Dispose();
        y.Dispose();
    }
}
