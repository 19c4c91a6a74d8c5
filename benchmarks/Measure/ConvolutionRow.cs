namespace DeepSharp.Benchmarks.Measure;

/// <summary>A convolution of square images: the same rows as compare/pytorch/convolutions.py has.</summary>
internal sealed record ConvolutionRow(
    string Text, int Batch, int Inputs, int Outputs, int Size, int Kernel, int Stride = 1, int Padding = 0, int Groups = 1, bool Transposed = false)
{
    /// <summary>LeNet-like layers on MNIST, and those of ResNet-18 and MobileNet.</summary>
    internal static readonly ConvolutionRow[] All =
    [
        new("3x3", 128, 1, 16, 28, 3, 1, 1),
        new("3x3", 128, 16, 32, 14, 3, 1, 1),
        new("3x3", 16, 64, 64, 56, 3, 1, 1),
        new("3x3", 16, 256, 256, 14, 3, 1, 1),
        new("3x3", 16, 512, 512, 7, 3, 1, 1),
        new("3x3s2", 16, 64, 128, 56, 3, 2, 1),
        new("7x7s2", 8, 3, 64, 112, 7, 2, 3),
        new("5x5", 128, 6, 16, 14, 5, 1, 2),
        new("1x1", 16, 64, 128, 56, 1),
        new("1x1s2", 16, 64, 128, 56, 1, 2),
        new("depthwise3x3", 16, 96, 96, 56, 3, 1, 1, 96),
        new("depthwise3x3s2", 16, 96, 96, 56, 3, 2, 1, 96),
        new("transposed4x4s2", 16, 64, 32, 28, 4, 2, 1, Transposed: true),
    ];

    internal string Name => $"convolution.{Text}.{Batch}x{Inputs}to{Outputs}x{Size}";

    /// <summary>The side of the output.</summary>
    internal int Result => Transposed
        ? ((Size - 1) * Stride) - (2 * Padding) + Kernel
        : ((Size + (2 * Padding) - Kernel) / Stride) + 1;
}
