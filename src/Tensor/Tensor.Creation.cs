using System.Runtime.InteropServices;
using DeepSharp.Kernels;

namespace DeepSharp;

/// <content>Tensors from constants, ranges and arrays.</content>
public partial class Tensor
{
    /// <summary>A tensor of zeros.</summary>
    /// <param name="shape">The axis lengths, such as <c>[2, 3]</c>.</param>
    /// <param name="dtype">The element type.</param>
    /// <param name="device">Where; <see cref="Device.Default"/> if null.</param>
    public static Tensor Zeros(Shape shape, DType dtype = DType.Float32, Device? device = null)
    {
        Tensor made = Uninitialized(shape, dtype, device ?? Device.Default, nameof(Zeros));
        Kernels.Fill.Zero(made.Operand);
        return made;
    }

    /// <summary>A tensor of ones.</summary>
    /// <inheritdoc cref="Zeros"/>
    public static Tensor Ones(Shape shape, DType dtype = DType.Float32, Device? device = null) =>
        Filled(shape, 1, dtype, device, nameof(Ones));

    /// <summary>A tensor filled with one value.</summary>
    /// <param name="shape">The axis lengths, such as <c>[2, 3]</c>.</param>
    /// <param name="value">The value, converted to the element type.</param>
    /// <param name="dtype">The element type.</param>
    /// <param name="device">Where; <see cref="Device.Default"/> if null.</param>
    public static Tensor Full(Shape shape, double value, DType dtype = DType.Float32, Device? device = null) =>
        Filled(shape, value, dtype, device, nameof(Full));

    /// <summary>A scalar: a tensor without axes.</summary>
    /// <inheritdoc cref="Full"/>
    public static Tensor Scalar(double value, DType dtype = DType.Float32, Device? device = null) =>
        Filled(Shape.Scalar, value, dtype, device, nameof(Scalar));

    /// <summary>The numbers start, start + step, … below <paramref name="end"/>, on one axis.</summary>
    /// <exception cref="ArgumentException">The step is zero or leads away from the end, or there are too many.</exception>
    public static Tensor Arange(double start, double end, double step = 1, DType dtype = DType.Float32, Device? device = null)
    {
        if (!(step != 0) || (end - start) / step < 0 || !double.IsFinite((end - start) / step))
        {
            throw new ArgumentException($"Arange: from {start} to {end} there are no steps of {step}.", nameof(step));
        }

        double steps = Math.Ceiling((end - start) / step);
        if (steps > int.MaxValue)
        {
            throw new ArgumentException(
                $"Arange: from {start} to {end} there are {steps:N0} steps of {step}; a tensor holds at most {int.MaxValue:N0} elements.", nameof(end));
        }

        int count = (int)steps;
        double[] values = new double[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = start + (i * step);
        }

        return FromDoubles(values, count, dtype, device, nameof(Arange));
    }

    /// <summary>The numbers 0, 1, … below <paramref name="count"/>, on one axis.</summary>
    public static Tensor Arange(int count, DType dtype = DType.Float32, Device? device = null) => Arange(0, count, 1, dtype, device);

    /// <summary><paramref name="count"/> numbers at equal distances from start to end, both included.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The count is below one.</exception>
    public static Tensor Linspace(double start, double end, int count, DType dtype = DType.Float32, Device? device = null)
    {
        Bounds.AtLeast(1, count, nameof(Linspace));
        double[] values = new double[count];
        double step = (end - start) / (count - 1);
        for (int i = 0; i < count; i++)
        {
            values[i] = i == 0 ? start : i == count - 1 ? end : start + (i * step);
        }

        return FromDoubles(values, count, dtype, device, nameof(Linspace));
    }

    /// <summary>The identity matrix [size, size].</summary>
    public static Tensor Eye(int size, DType dtype = DType.Float32, Device? device = null)
    {
        Bounds.AtLeast(0, size, nameof(Eye));
        double[] values = new double[new Shape(size, size).Size];
        for (int i = 0; i < size; i++)
        {
            values[(i * size) + i] = 1;
        }

        return FromDoubles(values, [size, size], dtype, device, nameof(Eye));
    }

    /// <summary>A copy of values on a device; the element type follows from <typeparamref name="T"/>.</summary>
    /// <param name="values">The elements in row-major order.</param>
    /// <param name="shape">The axis lengths; their product is the number of values.</param>
    /// <param name="device">Where; <see cref="Device.Default"/> if null.</param>
    /// <exception cref="ArgumentException">The number of values does not fit the shape, or no tensor holds such elements.</exception>
    public static Tensor From<T>(ReadOnlySpan<T> values, Shape shape, Device? device = null)
        where T : unmanaged
    {
        if (values.Length != shape.Size)
        {
            throw new ArgumentException(
                $"From: {values.Length} values do not fill the shape {shape}, which has {shape.Size}.", nameof(values));
        }

        Tensor made = Uninitialized(shape, DType.Of<T>(), device ?? Device.Default, nameof(From));
        made.Storage.Block.Upload(values, 0);
        return made;
    }

    /// <inheritdoc cref="From{T}(ReadOnlySpan{T}, Shape, Device?)"/>
    public static Tensor From<T>(T[] values, Shape shape, Device? device = null)
        where T : unmanaged => From((ReadOnlySpan<T>)values, shape, device);

    /// <summary>A copy of an array, on one axis.</summary>
    public static Tensor From<T>(T[] values, Device? device = null)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(values);
        return From((ReadOnlySpan<T>)values, values.Length, device);
    }

    /// <summary>A copy of a matrix, on two axes.</summary>
    public static Tensor From<T>(T[,] values, Device? device = null)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(values);
        ReadOnlySpan<T> span = values.Length == 0 ? [] : MemoryMarshal.CreateReadOnlySpan(ref values[0, 0], values.Length);
        return From(span, [values.GetLength(0), values.GetLength(1)], device);
    }

    /// <summary>Zeros with the shape, element type and device of another tensor.</summary>
    public static Tensor ZerosLike(Tensor other) => Zeros(Checked(other).Shape, other.DType, other.Device);

    /// <summary>Ones with the shape, element type and device of another tensor.</summary>
    public static Tensor OnesLike(Tensor other) => Ones(Checked(other).Shape, other.DType, other.Device);

    private static Tensor Filled(Shape shape, double value, DType dtype, Device? device, string origin)
    {
        Tensor made = Uninitialized(shape, dtype, device ?? Device.Default, origin);
        Kernels.Fill.Value(made.Operand, value);
        return made;
    }

    private static Tensor Checked(Tensor other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return other;
    }

    private static Tensor FromDoubles(double[] values, Shape shape, DType dtype, Device? device, string origin)
    {
        Tensor made = Uninitialized(shape, dtype, device ?? Device.Default, origin);
        switch (dtype)
        {
            case DType.Float32:
                made.Upload(values, static v => (float)v);
                break;
            case DType.Float64:
                made.Upload(values, static v => v);
                break;
            case DType.Float16:
                made.Upload(values, F16.FromDouble);
                break;
            case DType.BFloat16:
                made.Upload(values, BF16.FromDouble);
                break;
            case DType.Int32:
                made.Upload(values, static v => (int)v);
                break;
            case DType.Int64:
                made.Upload(values, static v => (long)v);
                break;
            case DType.UInt8:
                made.Upload(values, static v => (byte)v);
                break;
            default:
                made.Upload(values, static v => v != 0);
                break;
        }

        return made;
    }

    private void Upload<T>(double[] values, Func<double, T> convert)
        where T : unmanaged => Storage.Block.Upload<T>(Array.ConvertAll(values, v => convert(v)), 0);
}
