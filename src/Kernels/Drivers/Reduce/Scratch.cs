namespace DeepSharp.Kernels;

/// <summary>A contiguous temporary tensor from the device's pool, given back on disposal.</summary>
internal readonly struct Scratch : IDisposable
{
    private Scratch(in Operand operand) => Operand = operand;

    internal Operand Operand { get; }

    public void Dispose() => Operand.Device.Pool.Return(Operand.Block);

    internal static Scratch Rent(Device device, DType dtype, int[] dims)
    {
        int[] strides = new int[dims.Length];
        int count = 1;
        for (int axis = dims.Length - 1; axis >= 0; axis--)
        {
            strides[axis] = count;
            count *= dims[axis];
        }

        return new Scratch(new Operand(device.Pool.Rent((long)count * dtype.Size), 0, dtype, dims, strides));
    }

    /// <summary>A contiguous copy in another element type, or in the same.</summary>
    internal static Scratch Converted(in Operand input, DType dtype)
    {
        Scratch result = Rent(input.Device, dtype, input.Dims);
        if (input.DType == dtype)
        {
            StridedCopy.Run(result.Operand, input);
        }
        else if (input.IsContiguous)
        {
            Cast.Run(result.Operand, input);
        }
        else
        {
            using Scratch copy = Converted(input, input.DType);
            Cast.Run(result.Operand, copy.Operand);
        }

        return result;
    }
}
