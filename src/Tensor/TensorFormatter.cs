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
    private readonly string[] _words;
    private readonly bool _isAbridged;

    private TensorFormatter(Shape shape, Func<int[], string[]> format)
    {
        _dims = shape.ToArray();
        _strides = shape.RowMajorStrides();
        _isAbridged = shape.Size > Threshold;
        int[] shown = [.. Enumerable.Range(0, shape.Size).Where(IsShown)];
        string[] words = format(shown);
        _words = new string[shape.Size];
        for (int i = 0; i < shown.Length; i++)
        {
            _words[shown[i]] = words[i];
        }
    }

    internal static string Format(Tensor tensor) => $"{tensor.DType}{tensor.Shape} on {tensor.Device}\n{Values(tensor)}";

    private static string Values(Tensor tensor)
    {
        switch (tensor.DType)
        {
            case DType.Float32:
                float[] singles = tensor.ToArray<float>();
                return tensor.Rank == 0
                    ? NumberFormat.Scalar(singles[0], singles[0].ToString("R", CultureInfo.InvariantCulture))
                    : Nested(tensor.Shape, shown => NumberFormat.Column(Array.ConvertAll(shown, i => (double)singles[i])));
            case DType.Float64:
                double[] doubles = tensor.ToArray<double>();
                return tensor.Rank == 0
                    ? NumberFormat.Scalar(doubles[0], doubles[0].ToString("R", CultureInfo.InvariantCulture))
                    : Nested(tensor.Shape, shown => NumberFormat.Column(Array.ConvertAll(shown, i => doubles[i])));
            case DType.Float16:
                // The shortest decimals that tell the numbers apart, as NumPy has them.
                string[] shortest = Array.ConvertAll(tensor.ToArray<Half>(), static v => v.ToString("R", CultureInfo.InvariantCulture));
                double[] halves = Array.ConvertAll(shortest, static word => double.Parse(word, CultureInfo.InvariantCulture));
                return tensor.Rank == 0
                    ? NumberFormat.Scalar(halves[0], shortest[0])
                    : Nested(tensor.Shape, shown => NumberFormat.Column(Array.ConvertAll(shown, i => halves[i])));
            case DType.BFloat16:
                double[] brief = Array.ConvertAll(tensor.ToArray<BF16>(), BF16.ToDouble);
                return tensor.Rank == 0
                    ? NumberFormat.Scalar(brief[0], ((float)brief[0]).ToString("R", CultureInfo.InvariantCulture))
                    : Nested(tensor.Shape, shown => NumberFormat.Column(Array.ConvertAll(shown, i => brief[i])));
            case DType.Int32:
                return Integers(tensor.Shape, tensor.ToArray<int>());
            case DType.Int64:
                return Integers(tensor.Shape, tensor.ToArray<long>());
            case DType.UInt8:
                return Integers(tensor.Shape, tensor.ToArray<byte>());
            default:
                bool[] truths = tensor.ToArray<bool>();
                return tensor.Rank == 0
                    ? truths[0].ToString()
                    : Nested(tensor.Shape, shown => Array.ConvertAll(shown, i => truths[i] ? " True" : "False"));
        }
    }

    private static string Integers<T>(Shape shape, T[] values)
        where T : IFormattable => Nested(shape, shown =>
    {
        string[] words = Array.ConvertAll(shown, i => values[i].ToString(null, CultureInfo.InvariantCulture));
        int width = words.Max(static word => word.Length);
        return Array.ConvertAll(words, word => word.PadLeft(width));
    });

    private static string Nested(Shape shape, Func<int[], string[]> format) =>
        shape.Size == 0 ? "[]" : new TensorFormatter(shape, format).Part(0, 0, " ", LineWidth);

    private bool IsShown(int index)
    {
        for (int axis = 0; axis < _dims.Length && _isAbridged; axis++)
        {
            int position = index / _strides[axis] % _dims[axis];
            if (position >= EdgeItems && position < _dims[axis] - EdgeItems)
            {
                return false;
            }
        }

        return true;
    }

    // The elements from a start on, along the axes from a given one on, in brackets; without the indent of the first line.
    private string Part(int axis, int start, string indent, int width)
    {
        if (axis == _dims.Length)
        {
            return _words[start];
        }

        List<string> items = [];
        bool cut = _isAbridged && _dims[axis] > 2 * EdgeItems;
        for (int i = 0; i < _dims[axis]; i++)
        {
            if (cut && i == EdgeItems)
            {
                items.Add("...");
                i = _dims[axis] - EdgeItems;
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
