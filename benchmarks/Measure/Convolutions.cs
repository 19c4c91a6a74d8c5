namespace DeepSharp.Benchmarks.Measure;

/// <summary>Forward and backward of convolutions, with the gradients of image, weight and bias.</summary>
internal static class Convolutions
{
    internal static void Run()
    {
        foreach (ConvolutionRow row in ConvolutionRow.All)
        {
            Tensor x = Tensor.Normal([row.Batch, row.Inputs, row.Size, row.Size]);
            Parameter weight = new(Tensor.Normal(
                row.Transposed ? [row.Inputs, row.Outputs, row.Kernel, row.Kernel] : [row.Outputs, row.Inputs / row.Groups, row.Kernel, row.Kernel]));
            Parameter bias = new(Tensor.Normal([row.Outputs]));
            Tensor upstream = Tensor.Normal([row.Batch, row.Outputs, row.Result, row.Result]);
            Timing.Microseconds(row.Name, () => Gradients.Step(
                [x],
                input => row.Transposed
                    ? input[0].ConvTranspose2D(weight, bias, row.Stride, row.Padding)
                    : input[0].Conv2D(weight, bias, row.Stride, row.Padding, groups: row.Groups),
                upstream));
        }
    }
}
