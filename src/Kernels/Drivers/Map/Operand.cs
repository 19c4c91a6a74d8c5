namespace DeepSharp.Kernels;

/// <summary>What a kernel is given of a tensor: memory, element type, and where its elements stand.</summary>
/// <param name="Block">The memory.</param>
/// <param name="Offset">The first element, counted in elements.</param>
/// <param name="DType">The element type.</param>
/// <param name="Dims">The length of each axis.</param>
/// <param name="Strides">How many elements apart neighbours along each axis are; 0 repeats one element.</param>
// Passed by reference only: the copy on the caller's stack keeps the memory from the collector while host code runs over its address.
internal readonly partial record struct Operand(Block Block, int Offset, DType DType, int[] Dims, int[] Strides)
{
    /// <summary>The device the memory is on.</summary>
    public Device Device => Block.Device;

    /// <summary>The number of elements.</summary>
    public int Count
    {
        get
        {
            int count = 1;
            foreach (int dim in Dims)
            {
                count *= dim;
            }

            return count;
        }
    }

    /// <summary>Whether the elements stand one behind the other in row-major order.</summary>
    public bool IsContiguous
    {
        get
        {
            if (Count == 0)
            {
                return true;
            }

            int expected = 1;
            for (int axis = Dims.Length - 1; axis >= 0; axis--)
            {
                if (Dims[axis] != 1 && Strides[axis] != expected)
                {
                    return false;
                }

                expected *= Dims[axis];
            }

            return true;
        }
    }

    /// <summary>A contiguous operand as [rows, last axis].</summary>
    internal Operand AsRows()
    {
        int columns = Dims[^1];
        return this with { Dims = [columns == 0 ? 0 : Count / columns, columns], Strides = [columns, 1] };
    }

    /// <summary>The address of the first element on <see cref="DeviceKind.Cpu"/>.</summary>
    internal unsafe T* Host<T>()
        where T : unmanaged => Block.Host<T>(Offset);
}
