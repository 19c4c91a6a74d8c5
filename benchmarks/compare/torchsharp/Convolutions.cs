using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace DeepSharp.Benchmarks.Measure;

/// <summary>Forward and backward of convolutions, with the gradients of image, weight and bias.</summary>
internal static class Convolutions
{
    internal static void Run()
    {
        foreach (ConvolutionRow row in ConvolutionRow.All)
        {
            Tensor x = randn(row.Batch, row.Inputs, row.Size, row.Size, requires_grad: true);
            Tensor weight = row.Transposed
                ? randn(row.Inputs, row.Outputs, row.Kernel, row.Kernel, requires_grad: true)
                : randn(row.Outputs, row.Inputs / row.Groups, row.Kernel, row.Kernel, requires_grad: true);
            Tensor bias = randn(row.Outputs, requires_grad: true);
            Tensor[] upstream = [randn(row.Batch, row.Outputs, row.Result, row.Result)];
            long[] stride = [row.Stride, row.Stride];
            long[] padding = [row.Padding, row.Padding];
            Timing.Microseconds(row.Name, () =>
            {
                x.grad = weight.grad = bias.grad = null;
                (row.Transposed
                    ? functional.conv_transpose2d(x, weight, bias, stride, padding)
                    : functional.conv2d(x, weight, bias, stride, padding, groups: row.Groups)).backward(upstream);
            });
        }
    }
}
