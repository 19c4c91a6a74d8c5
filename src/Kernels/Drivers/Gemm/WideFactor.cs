namespace DeepSharp.Kernels;

/// <summary>A factor of 16-bit floats as Float32, for the host's products, which have no 16-bit form.</summary>
/// <remarks>A matrix that fills its memory, transposed or not, is converted in place of its elements and keeps its strides.</remarks>
internal readonly struct WideFactor : IDisposable
{
    private readonly Scratch _scratch;

    private WideFactor(Scratch scratch, in Operand operand)
    {
        _scratch = scratch;
        Operand = operand;
    }

    internal Operand Operand { get; }

    public void Dispose() => _scratch.Dispose();

    internal static WideFactor Of(in Operand factor)
    {
        int last = 0;
        for (int axis = 0; axis < factor.Dims.Length; axis++)
        {
            last += (factor.Dims[axis] - 1) * factor.Strides[axis];
        }

        int count = factor.Count;
        if (last != count - 1)
        {
            Scratch copy = Scratch.Converted(factor, DType.Float32);
            return new WideFactor(copy, copy.Operand);
        }

        Scratch scratch = Scratch.Rent(factor.Device, DType.Float32, [count]);
        Cast.Run(scratch.Operand, factor with { Dims = [count], Strides = [1] });
        return new WideFactor(scratch, scratch.Operand with { Dims = factor.Dims, Strides = factor.Strides });
    }
}
