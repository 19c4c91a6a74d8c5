namespace DeepSharp.Examples.SequenceClassification;

/// <summary>
/// The temporal order problem: among letters that mean nothing, two places of a sequence hold an X or a Y each, and the class is which of the
/// two came first and which second. Hochreiter, Schmidhuber 1997, experiment 6a; lengths and places differ more here than there.
/// </summary>
/// <param name="longest">The steps of the longest sequence; the shortest has half as many.</param>
/// <param name="seed">The seed of the sequences.</param>
internal sealed class TemporalOrder(int longest, int seed)
{
    /// <summary>The letters a to d, which mean nothing, X and Y, and what stands behind the end of a sequence.</summary>
    internal const int Symbols = 7;

    /// <summary>X X, X Y, Y X and Y Y.</summary>
    internal const int Classes = 4;

    private const int Noise = 4;
    private const int X = 4;
    private const int Padding = 6;
    private readonly Random _random = new(seed);

    /// <summary>New sequences, each class and each pair of places as likely as the next.</summary>
    internal Sample Draw(int count)
    {
        long[,] symbols = new long[count, longest];
        int[] lengths = new int[count];
        int[] lags = new int[count];
        long[] classes = new long[count];
        for (int i = 0; i < count; i++)
        {
            int length = lengths[i] = _random.Next(longest / 2, longest + 1);
            for (int step = 0; step < longest; step++)
            {
                symbols[i, step] = step < length ? _random.Next(Noise) : Padding;
            }

            int one = _random.Next(length);
            int other = (one + _random.Next(1, length)) % length;
            (int first, int second) = (_random.Next(2), _random.Next(2));
            symbols[i, Math.Min(one, other)] = X + first;
            symbols[i, Math.Max(one, other)] = X + second;
            lags[i] = length - Math.Min(one, other);
            classes[i] = (2 * first) + second;
        }

        return new Sample(Tensor.From(symbols), lengths, lags, Tensor.From(classes));
    }

    /// <summary>Sequences and their classes.</summary>
    /// <param name="Symbols">[count, steps], each sequence filled up to the longest.</param>
    /// <param name="Lengths">The steps of each.</param>
    /// <param name="Lags">For how many steps the first of the two has to be remembered.</param>
    /// <param name="Classes">[count].</param>
    internal sealed record Sample(Tensor Symbols, int[] Lengths, int[] Lags, Tensor Classes);
}
