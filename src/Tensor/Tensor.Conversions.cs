using System.Runtime.InteropServices;

namespace DeepSharp;

/// <content>Single numbers, and arrays of arrays.</content>
public partial class Tensor
{
    /// <summary>The one element of a tensor, as <see cref="Item"/>. Waits for the device.</summary>
    /// <exception cref="InvalidOperationException">The tensor has not exactly one element.</exception>
    public static explicit operator double(Tensor tensor) => Checked(tensor).Item();

    /// <summary>The one element of a tensor, rounded to single precision. Waits for the device.</summary>
    /// <exception cref="InvalidOperationException">The tensor has not exactly one element.</exception>
    public static explicit operator float(Tensor tensor) => (float)Checked(tensor).Item();

    /// <summary>The one element of a tensor, without its fraction. Waits for the device.</summary>
    /// <exception cref="InvalidOperationException">The tensor has not exactly one element.</exception>
    /// <exception cref="OverflowException">The element is no 32-bit integer.</exception>
    public static explicit operator int(Tensor tensor) => checked((int)(long)tensor);

    /// <summary>The one element of a tensor, without its fraction. Waits for the device.</summary>
    /// <exception cref="InvalidOperationException">The tensor has not exactly one element.</exception>
    /// <exception cref="OverflowException">The element is no 64-bit integer.</exception>
    public static explicit operator long(Tensor tensor) => Checked(tensor) is { DType: DType.Int64, Count: 1 }
        ? tensor.ToArray<long>()[0]
        : checked((long)tensor.Item());

    /// <summary>Whether the one element of a tensor is not zero. Waits for the device.</summary>
    /// <exception cref="InvalidOperationException">The tensor has not exactly one element.</exception>
    public static explicit operator bool(Tensor tensor) => Checked(tensor).Item() != 0;

    /// <summary>A copy of an array of rows, on two axes.</summary>
    /// <exception cref="ArgumentException">The rows differ in length.</exception>
    public static Tensor From<T>(T[][] values, Device? device = null)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(values);
        int columns = values.Length == 0 ? 0 : values[0].Length;
        T[] flat = new T[values.Length * columns];
        for (int row = 0; row < values.Length; row++)
        {
            if (values[row].Length != columns)
            {
                throw new ArgumentException($"From: row {row} has {values[row].Length} elements, and the first one {columns}. Give all rows one length.", nameof(values));
            }

            values[row].CopyTo(flat, row * columns);
        }

        return From(flat, [values.Length, columns], device);
    }

    /// <summary>A copy of an array of matrices, on three axes.</summary>
    /// <exception cref="ArgumentException">The matrices differ in shape.</exception>
    public static Tensor From<T>(T[][][] values, Device? device = null)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(values);
        int rows = values.Length == 0 ? 0 : values[0].Length;
        int columns = rows == 0 ? 0 : values[0][0].Length;
        for (int i = 0; i < values.Length; i++)
        {
            if (values[i].Length != rows)
            {
                throw new ArgumentException($"From: matrix {i} has {values[i].Length} rows, and the first one {rows}. Give all matrices one shape.", nameof(values));
            }
        }

        using Tensor flat = From([.. values.SelectMany(static matrix => matrix)], device);
        return flat.Reshape(values.Length, rows, columns).MadeBy(nameof(From));
    }

    /// <summary>A copy of an array of three axes.</summary>
    public static Tensor From<T>(T[,,] values, Device? device = null)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(values);
        ReadOnlySpan<T> span = values.Length == 0 ? [] : MemoryMarshal.CreateReadOnlySpan(ref values[0, 0, 0], values.Length);
        return From(span, [values.GetLength(0), values.GetLength(1), values.GetLength(2)], device);
    }

    /// <summary>A copy of an array of four axes.</summary>
    public static Tensor From<T>(T[,,,] values, Device? device = null)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(values);
        ReadOnlySpan<T> span = values.Length == 0 ? [] : MemoryMarshal.CreateReadOnlySpan(ref values[0, 0, 0, 0], values.Length);
        return From(span, [values.GetLength(0), values.GetLength(1), values.GetLength(2), values.GetLength(3)], device);
    }
}
