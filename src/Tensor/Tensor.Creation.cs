using System.Runtime.InteropServices;

namespace DeepSharp;

/// <content>Tensors from constants, ranges and arrays.</content>
public partial class Tensor
{
    private const int RampPiece = 64 * 1024;

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
    /// <param name="value">The value, which the element type must be able to hold: integers take whole numbers of their range, floats what
    /// does not round to infinity; masks take every number, and are true where it is not 0.</param>
    /// <param name="dtype">The element type.</param>
    /// <param name="device">Where; <see cref="Device.Default"/> if null.</param>
    /// <exception cref="ArgumentException">The element type cannot hold the value.</exception>
    public static Tensor Full(Shape shape, double value, DType dtype = DType.Float32, Device? device = null) =>
        Filled(shape, Constants.Checked(nameof(Full), value, dtype), dtype, device, nameof(Full));

    /// <summary>A scalar: a tensor without axes.</summary>
    /// <inheritdoc cref="Full"/>
    public static Tensor Scalar(double value, DType dtype = DType.Float32, Device? device = null) =>
        Filled(Shape.Scalar, Constants.Checked(nameof(Scalar), value, dtype), dtype, device, nameof(Scalar));

    /// <summary>The numbers start, start + step, … below <paramref name="end"/>, on one axis.</summary>
    /// <exception cref="ArgumentException">The step is zero or leads away from the end, there are more than 2^31 - 1, or the element type cannot
    /// hold them: integers take a whole start and step.</exception>
    public static Tensor Arange(double start, double end, double step = 1, DType dtype = DType.Float32, Device? device = null)
    {
        // Halves, where the difference of the ends would be larger than any number.
        double scale = double.IsInfinity(end - start) ? 0.5 : 1;
        double steps = ((end * scale) - (start * scale)) / (step * scale);
        if (!(step != 0) || steps < 0 || !double.IsFinite(steps))
        {
            throw new ArgumentException($"Arange: from {start} to {end} there are no steps of {step}.", nameof(step));
        }

        steps = Math.Ceiling(steps);
        Line line = new(start * scale, step * scale, scale);
        if (steps > int.MaxValue)
        {
            throw new ArgumentException(
                $"Arange: from {start} to {end} there are {steps:N0} steps of {step}; a tensor holds at most {int.MaxValue:N0} elements.", nameof(end));
        }

        int count = (int)steps;
        if (count > 0)
        {
            _ = Constants.Checked(nameof(Arange), start, dtype, nameof(start));
            Constants.RequireWhole(nameof(Arange), step, dtype, nameof(step));
            _ = Constants.Checked(nameof(Arange), line.At(count - 1), dtype, nameof(end), "the last number");
        }

        return Ramp(line, null, count, dtype, device, nameof(Arange));
    }

    /// <summary>The numbers 0, 1, … below <paramref name="count"/>, on one axis.</summary>
    /// <exception cref="ArgumentException">The count is negative, or the element type cannot hold the numbers.</exception>
    public static Tensor Arange(int count, DType dtype = DType.Float32, Device? device = null) => Arange(0, count, 1, dtype, device);

    /// <summary><paramref name="count"/> numbers at equal distances from start to end, both included.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The count is below one.</exception>
    /// <exception cref="ArgumentException">The element type cannot hold the numbers: integers take a whole start and distance. Or one of two ends is
    /// not finite.</exception>
    public static Tensor Linspace(double start, double end, int count, DType dtype = DType.Float32, Device? device = null)
    {
        Bounds.AtLeast(1, count, nameof(Linspace));
        _ = Constants.Checked(nameof(Linspace), start, dtype, nameof(start));

        // Halves, where the difference of the ends would be larger than any number.
        double scale = double.IsInfinity(end - start) ? 0.5 : 1;
        double step = ((end * scale) - (start * scale)) / (count - 1);
        if (count > 1)
        {
            _ = Constants.Checked(nameof(Linspace), end, dtype, nameof(end));
            if (!double.IsFinite(step))
            {
                throw new ArgumentException($"Linspace: from {start} to {end} there are no equal distances.", double.IsFinite(start) ? nameof(end) : nameof(start));
            }

            Constants.RequireWhole(nameof(Linspace), step / scale, dtype, nameof(count), "the distance");
        }

        return Ramp(new(start * scale, count > 1 ? step : 0, scale), count > 1 ? end : start, count, dtype, device, nameof(Linspace));
    }

    /// <summary>The identity matrix [size, size].</summary>
    /// <exception cref="ArgumentException">The size is negative or above 46340, so that the elements are more than 2^31 - 1.</exception>
    public static Tensor Eye(int size, DType dtype = DType.Float32, Device? device = null)
    {
        Bounds.AtLeast(0, size, nameof(Eye));
        Tensor made = Uninitialized(DeepSharp.Shape.OfResult(nameof(Eye), size, size), dtype, device ?? Device.Default, nameof(Eye));
        Kernels.Fill.Zero(made.Operand);
        using Tensor diagonal = made.Alias(size, [size + 1], 0, nameof(Eye));
        diagonal.Fill(1);
        return made;
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

    /// <summary>A tensor of a constant that is rounded to the element type, as operators round theirs.</summary>
    internal static Tensor Filled(Shape shape, double value, DType dtype, Device? device, string origin)
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

    // A piece at a time, so that the host holds no more than that of a tensor that is as large as one can be.
    private static Tensor Ramp(Line line, double? end, int count, DType dtype, Device? device, string origin)
    {
        Tensor made = Uninitialized(count, dtype, device ?? Device.Default, origin);
        double[] piece = new double[Math.Min(count, RampPiece)];
        byte[] bytes = new byte[piece.Length * dtype.Size];
        for (long first = 0; first < count; first += piece.Length)
        {
            int length = (int)Math.Min(piece.Length, count - first);
            for (int i = 0; i < length; i++)
            {
                piece[i] = line.At((int)first + i);
            }

            if (end is { } last && first + length == count)
            {
                piece[length - 1] = last;
            }

            using Tensor numbers = From<double>(piece.AsSpan(0, length), length, Device.Cpu);
            using Tensor converted = numbers.To(dtype);
            Span<byte> part = bytes.AsSpan(0, length * dtype.Size);
            converted.Storage.Block.Download(part, 0);
            made.Storage.Block.Upload<byte>(part, first * dtype.Size);
        }

        return made;
    }

    // Numbers at equal distances, scaled down where they would leave the range on the way.
    private readonly record struct Line(double Start, double Step, double Scale)
    {
        internal double At(int i)
        {
            double value = Start + (i * Step);
            return Scale == 1 ? value : value / Scale;
        }
    }
}
