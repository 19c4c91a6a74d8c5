namespace DeepSharp.Kernels;

/// <summary>Copies elements between tensors of one shape and element type, whatever their strides.</summary>
internal static partial class StridedCopy
{
    /// <summary>output = input. Both have one shape, element type and device, and do not overlap.</summary>
    internal static void Run(in Operand output, in Operand input)
    {
        if (output.Count > 0)
        {
            Dispatch.Size(output.DType, new Copying(output, input));
        }
    }

    private readonly ref struct Copying(in Operand output, in Operand input) : ISizeVisitor
    {
        private readonly ref readonly Operand _output = ref output;
        private readonly ref readonly Operand _input = ref input;

        public void Visit<T>()
            where T : unmanaged
        {
            LoopNest nest = LoopNest.Over(_output.Dims, [_output.Strides, _input.Strides]);
            if (_output.Device.StartsOnHost())
            {
                Host<T>.Run(nest, _output, _input);
            }
            else
            {
                CopyKernels.Copy<T>(nest, _output, _input);
            }
        }
    }
}
