using System.Globalization;
using System.Text;

namespace DeepSharp;

/// <summary>Prints tensors the way NumPy does: nested brackets, aligned columns, long axes abridged.</summary>
internal static class TensorFormatter
{
    private const int EdgeItems = 3;
    private const int Threshold = 1000;
    private const int Digits = 4;

    internal static string Format(Tensor tensor)
    {
        bool abridged = tensor.Count > Threshold;
        double[] values = Values(tensor);
        Func<double, string> print = Printer(tensor.DType, values);
        int width = 0;
        foreach (double value in abridged ? Visible(tensor.Shape, values) : values)
        {
            width = Math.Max(width, print(value).Length);
        }

        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"{tensor.DType}{tensor.Shape} on {tensor.Device}").Append('\n');
        Append(text, tensor.Shape, values, 0, 0, value => print(value).PadLeft(width), abridged, 1);
        return text.ToString();
    }

    private static double[] Values(Tensor tensor)
    {
        switch (tensor.DType)
        {
            case DType.Float32:
                return Array.ConvertAll(tensor.ToArray<float>(), static v => (double)v);
            case DType.Float64:
                return tensor.ToArray<double>();
            case DType.Int32:
                return Array.ConvertAll(tensor.ToArray<int>(), static v => (double)v);
            case DType.Int64:
                return Array.ConvertAll(tensor.ToArray<long>(), static v => (double)v);
            case DType.UInt8:
                return Array.ConvertAll(tensor.ToArray<byte>(), static v => (double)v);
            default:
                return Array.ConvertAll(tensor.ToArray<bool>(), static v => v ? 1.0 : 0.0);
        }
    }

    private static Func<double, string> Printer(DType dtype, double[] values)
    {
        if (dtype == DType.Bool)
        {
            return static value => value != 0 ? "True" : "False";
        }

        if (!dtype.IsFloatingPoint)
        {
            return static value => value.ToString("F0", CultureInfo.InvariantCulture);
        }

        double largest = 0;
        double smallest = double.PositiveInfinity;
        int decimals = 0;
        foreach (double value in values)
        {
            double magnitude = Math.Abs(value);
            if (double.IsFinite(magnitude) && magnitude > 0)
            {
                largest = Math.Max(largest, magnitude);
                smallest = Math.Min(smallest, magnitude);
                while (decimals < Digits && Math.Abs(Math.Round(value, decimals) - value) > 0)
                {
                    decimals++;
                }
            }
        }

        bool scientific = largest >= 1e8 || (largest > 0 && (smallest < 1e-4 || largest / smallest > 1e5));
        string format = scientific ? "0.0000e+00" : "0." + new string('0', decimals);
        return value => double.IsFinite(value)
            ? value.ToString(format, CultureInfo.InvariantCulture)
            : value.ToString(CultureInfo.InvariantCulture) switch
            {
                "Infinity" => "inf",
                "-Infinity" => "-inf",
                _ => "nan",
            };
    }

    private static IEnumerable<double> Visible(Shape shape, double[] values)
    {
        int[] strides = shape.RowMajorStrides();
        for (int i = 0; i < values.Length; i++)
        {
            bool shown = true;
            for (int axis = 0; axis < shape.Rank && shown; axis++)
            {
                int position = i / strides[axis] % shape[axis];
                shown = position < EdgeItems || position >= shape[axis] - EdgeItems;
            }

            if (shown)
            {
                yield return values[i];
            }
        }
    }

    private static void Append(
        StringBuilder text, Shape shape, double[] values, int axis, int start, Func<double, string> print, bool abridged, int indent)
    {
        if (axis == shape.Rank)
        {
            text.Append(print(values[start]));
            return;
        }

        int stride = shape.RowMajorStrides()[axis];
        bool innermost = axis == shape.Rank - 1;
        string separator = innermost ? " " : new string('\n', shape.Rank - axis - 1) + new string(' ', indent);
        text.Append('[');
        for (int i = 0; i < shape[axis]; i++)
        {
            text.Append(i == 0 ? string.Empty : separator);
            if (abridged && i == EdgeItems && shape[axis] > 2 * EdgeItems)
            {
                text.Append("...").Append(separator);
                i = shape[axis] - EdgeItems;
            }

            Append(text, shape, values, axis + 1, start + (i * stride), print, abridged, indent + 1);
        }

        text.Append(']');
    }
}
