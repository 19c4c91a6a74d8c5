using System.Globalization;

namespace DeepSharp.Kernels;

/// <summary>The labels of rows in host memory, of any integer type.</summary>
internal readonly unsafe struct HostRowLabels
{
    /// <summary>The column of a row whose label is ignored.</summary>
    internal const int Ignored = -1;

    private readonly byte* _start;
    private readonly int _size;
    private readonly long _ignored;
    private readonly int* _bad;

    /// <param name="x">The operands.</param>
    /// <param name="bad">Becomes the first row with a label that is no column, where that is smaller.</param>
    internal HostRowLabels(in RowOperands x, int* bad)
    {
        Operand labels = x.Labels!.Value;
        _size = labels.DType.Size;
        _start = labels.Block.Host<byte>((long)labels.Offset * _size);
        _ignored = x.IgnoredLabel ?? long.MinValue;
        _bad = bad;
    }

    private long this[int row] => _size switch
    {
        1 => _start[row],
        4 => ((int*)_start)[row],
        _ => ((long*)_start)[row],
    };

    /// <summary>The column that a row's label points at: negative if it is ignored, or if there is none.</summary>
    internal int Column(int row, int columns)
    {
        long label = this[row];
        if (label == _ignored)
        {
            return Ignored;
        }

        if ((ulong)label < (ulong)columns)
        {
            return (int)label;
        }

        if (_bad != null)
        {
            for (int seen = Volatile.Read(ref *_bad); row < seen; seen = Volatile.Read(ref *_bad))
            {
                Interlocked.CompareExchange(ref *_bad, row, seen);
            }
        }

        return -2;
    }

    internal static void Refuse(in RowOperands x, int row) => throw new ArgumentException(string.Create(
        CultureInfo.InvariantCulture,
        $"SoftmaxCrossEntropy: label {new HostRowLabels(x, null)[row]} of row {row} is outside 0 … {x.Columns - 1}. Correct the labels, or "
        + $"make the last layer wider."));

    /// <summary>Adds up losses, Q of <paramref name="x"/>, and the weights of the labels that are not ignored.</summary>
    internal static void Total<TScalar>(in RowOperands x, in Operand total, in Operand divisor, bool mean)
        where TScalar : unmanaged, IReal<TScalar>, IScalar<TScalar>
    {
        TScalar* losses = x.LastQ!.Value.Host<TScalar>();
        TScalar* weights = x.G is { } given ? given.Host<TScalar>() : null;
        HostRowLabels labels = new(x, null);
        double sum = 0;
        double count = 0;
        for (int row = 0; row < x.Rows; row++)
        {
            sum += TScalar.ToDouble(losses[row]);
            int column = labels.Column(row, x.Columns);
            count += column < 0 ? 0 : weights == null ? 1 : TScalar.ToDouble(weights[column]);
        }

        count = mean ? count : 1;
        *total.Host<TScalar>() = sum / count;
        *divisor.Host<TScalar>() = count;
    }
}
