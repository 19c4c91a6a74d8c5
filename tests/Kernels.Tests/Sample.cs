namespace DeepSharp.Kernels.Tests;

/// <summary>A tensor for kernel tests: memory from a device's pool, and its values as doubles in row-major order.</summary>
internal sealed class Sample : IDisposable
{
    private readonly int _length;

    private Sample(Device device, DType dtype, int[] dims, Layout layout)
    {
        int[] strides = new int[dims.Length];
        int next = layout == Layout.Gapped ? 2 : 1;
        for (int i = dims.Length - 1; i >= 0; i--)
        {
            int axis = layout == Layout.Transposed ? dims.Length - 1 - i : i;
            if (layout == Layout.Broadcast && axis == 1)
            {
                continue;
            }

            strides[axis] = next;
            next *= Math.Max(1, dims[axis]);
        }

        int offset = layout == Layout.Gapped ? 3 : 0;
        _length = next + offset;
        Operand = new Operand(device.Pool.Rent((long)_length * dtype.Size), offset, dtype, dims, strides);
    }

    internal Operand Operand { get; }

    internal int Count => Operand.Count;

    /// <summary>Makes a tensor of values rounded to the element type; <paramref name="value"/> takes the row-major index.</summary>
    internal static Sample Of(Device device, DType dtype, int[] dims, Func<int, double> value, Layout layout = Layout.Contiguous)
    {
        Sample sample = new(device, dtype, dims, layout);
        double[] memory = new double[sample._length];
        Array.Fill(memory, dtype.IsFloatingPoint ? double.NaN : 77);
        for (int i = 0; i < sample.Count; i++)
        {
            memory[sample.Place(i)] = value(i);
        }

        sample.Upload(memory);
        return sample;
    }

    /// <summary>A tensor of one value, as an output to overwrite or add to.</summary>
    internal static Sample Filled(Device device, DType dtype, int[] dims, double value, Layout layout = Layout.Contiguous) =>
        Of(device, dtype, dims, _ => value, layout);

    /// <summary>The values in row-major order.</summary>
    internal double[] Read()
    {
        double[] memory = Operand.DType switch
        {
            DType.Float32 => Download<float>(static x => x),
            DType.Float64 => Download<double>(static x => x),
            DType.Float16 => Download<Half>(static x => (double)x),
            DType.BFloat16 => Download<ushort>(Numbers.OfBFloat16),
            DType.Int32 => Download<int>(static x => x),
            DType.Int64 => Download<long>(static x => x),
            _ => Download<byte>(static x => x),
        };
        double[] values = new double[Count];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = memory[Place(i)];
        }

        return values;
    }

    /// <summary>The bits of the memory, to compare runs.</summary>
    internal byte[] Bits()
    {
        byte[] bits = new byte[_length * Operand.DType.Size];
        Operand.Block.Download<byte>(bits, 0);
        return bits;
    }

    public void Dispose() => Operand.Device.Pool.Return(Operand.Block);

    private int Place(int index)
    {
        int place = Operand.Offset;
        for (int axis = Operand.Dims.Length - 1; axis >= 0; axis--)
        {
            place += index % Operand.Dims[axis] * Operand.Strides[axis];
            index /= Operand.Dims[axis];
        }

        return place;
    }

    private void Upload(double[] memory)
    {
        switch (Operand.DType)
        {
            case DType.Float32:
                Operand.Block.Upload<float>(Array.ConvertAll(memory, static x => (float)x), 0);
                break;
            case DType.Float64:
                Operand.Block.Upload<double>(memory, 0);
                break;
            case DType.Float16:
                Operand.Block.Upload<Half>(Array.ConvertAll(memory, static x => (Half)x), 0);
                break;
            case DType.BFloat16:
                Operand.Block.Upload<ushort>(Array.ConvertAll(memory, Numbers.ToBFloat16), 0);
                break;
            case DType.Int32:
                Operand.Block.Upload<int>(Array.ConvertAll(memory, static x => (int)x), 0);
                break;
            case DType.Int64:
                Operand.Block.Upload<long>(Array.ConvertAll(memory, static x => (long)x), 0);
                break;
            default:
                Operand.Block.Upload<byte>(Array.ConvertAll(memory, static x => (byte)x), 0);
                break;
        }
    }

    private double[] Download<T>(Converter<T, double> convert)
        where T : unmanaged
    {
        T[] memory = new T[_length];
        Operand.Block.Download<T>(memory, 0);
        return Array.ConvertAll(memory, convert);
    }
}
