using System.Globalization;
using System.Text;
using DeepSharp.Kernels;

namespace DeepSharp;

/// <summary>
/// Prints tensors the way NumPy does with a precision of four digits: nested brackets, aligned columns, lines of at most 75
/// characters, long axes abridged.
/// </summary>
internal sealed class TensorFormatter
{
    private const int EdgeItems = 3;
    private const int Threshold = 1000;
    private const int LineWidth = 75;

    private readonly int[] _dims;
    private readonly int[] _strides;
    private readonly bool[] _isCut;
    private readonly string[] _words;

    private TensorFormatter(Shape shape, bool[] isCut, string[] words)
    {
        _dims = shape.ToArray();
        _strides = shape.RowMajorStrides();
        _isCut = isCut;
        _words = words;
    }

    internal static string Format(Tensor tensor)
    {
        using TensorScope scope = Tensor.Scope();
        using Tensor values = tensor.Hold();
        bool[] isCut = new bool[tensor.Rank];
        Tensor shown = tensor.Count > Threshold ? Edges(values, isCut) : values;
        string[] words = tensor.Count == 0 ? [] : Words(shown);
        string text = tensor.Rank == 0 ? words[0]
            : tensor.Count == 0 ? "[]"
            : new TensorFormatter(shown.Shape, isCut, words).Part(0, 0, " ", LineWidth);
        return $"{tensor.DType}{tensor.Shape} on {tensor.Device}\n{text}";
    }

    // The first and last elements along each long axis: only what is shown leaves the device.
    private static Tensor Edges(Tensor tensor, bool[] isCut)
    {
        // The longest axis first, so that little is left to copy for the others.
        foreach (int axis in Enumerable.Range(0, tensor.Rank).OrderByDescending(axis => tensor.Shape[axis]).ToArray())
        {
            if (tensor.Shape[axis] <= 2 * EdgeItems)
            {
                break;
            }

            isCut[axis] = true;
            int[] dims = tensor.Shape.ToArray();
            dims[axis] = 2 * EdgeItems;
            Tensor edges = Tensor.Uninitialized(new Shape(dims), tensor.DType, tensor.Device, "ToString");
            edges.Narrow(axis, 0, EdgeItems).CopyFrom(tensor.Narrow(axis, 0, EdgeItems));
            edges.Narrow(axis, EdgeItems, EdgeItems).CopyFrom(tensor.Narrow(axis, tensor.Shape[axis] - EdgeItems, EdgeItems));
            tensor = edges;
        }

        return tensor;
    }

    private static string[] Words(Tensor tensor)
    {
        switch (tensor.DType)
        {
            case DType.Float32:
                float[] singles = tensor.ToArray<float>();
                return tensor.Rank == 0
                    ? [NumberFormat.Scalar(singles[0], singles[0].ToString("R", CultureInfo.InvariantCulture))]
                    : NumberFormat.Column(Array.ConvertAll(singles, static v => (double)v));
            case DType.Float64:
                double[] doubles = tensor.ToArray<double>();
                return tensor.Rank == 0
                    ? [NumberFormat.Scalar(doubles[0], doubles[0].ToString("R", CultureInfo.InvariantCulture))]
                    : NumberFormat.Column(doubles);
            case DType.Float16:
                // The shortest decimals that tell the numbers apart, as NumPy has them.
                string[] shortest = Array.ConvertAll(tensor.ToArray<Half>(), static v => v.ToString("R", CultureInfo.InvariantCulture));
                double[] halves = Array.ConvertAll(shortest, static word => double.Parse(word, CultureInfo.InvariantCulture));
                return tensor.Rank == 0 ? [NumberFormat.Scalar(halves[0], shortest[0])] : NumberFormat.Column(halves);
            case DType.BFloat16:
                double[] brief = Array.ConvertAll(tensor.ToArray<BF16>(), BF16.ToDouble);
                return tensor.Rank == 0
                    ? [NumberFormat.Scalar(brief[0], ((float)brief[0]).ToString("R", CultureInfo.InvariantCulture))]
                    : NumberFormat.Column(brief);
            case DType.Int32:
                return Integers(tensor.ToArray<int>());
            case DType.Int64:
                return Integers(tensor.ToArray<long>());
            case DType.UInt8:
                return Integers(tensor.ToArray<byte>());
            default:
                return tensor.Rank == 0
                    ? [tensor.ToArray<bool>()[0].ToString()]
                    : Array.ConvertAll(tensor.ToArray<bool>(), static truth => truth ? " True" : "False");
        }
    }

    private static string[] Integers<T>(T[] values)
        where T : IFormattable
    {
        string[] words = Array.ConvertAll(values, static value => value.ToString(null, CultureInfo.InvariantCulture));
        int width = words.Max(static word => word.Length);
        return Array.ConvertAll(words, word => word.PadLeft(width));
    }

    // The elements from a start on, along the axes from a given one on, in brackets; without the indent of the first line.
    private string Part(int axis, int start, string indent, int width)
    {
        if (axis == _dims.Length)
        {
            return _words[start];
        }

        List<string> items = [];
        for (int i = 0; i < _dims[axis]; i++)
        {
            if (_isCut[axis] && i == EdgeItems)
            {
                items.Add("...");
            }

            items.Add(Part(axis + 1, start + (i * _strides[axis]), indent + " ", width - 1));
        }

        if (axis < _dims.Length - 1)
        {
            return $"[{string.Join(new string('\n', _dims.Length - axis - 1) + indent, items)}]";
        }

        StringBuilder text = new("[");
        int used = indent.Length;
        for (int i = 0; i < items.Count; i++)
        {
            // The bracket that closes needs a place too.
            if (used + (i == 0 ? 0 : 1) + items[i].Length > width - 1 && used > indent.Length)
            {
                while (text[^1] == ' ')
                {
                    text.Length--;
                }

                text.Append('\n').Append(indent);
                used = indent.Length;
            }
            else if (i > 0)
            {
                text.Append(' ');
                used++;
            }

            text.Append(items[i]);
            used += items[i].Length;
        }

        return text.Append(']').ToString();
    }
}
