namespace DeepSharp;

/// <summary>An equation of <see cref="ContractionOperators"/>, read: every axis of a factor and of the result is a letter, those of an ellipsis
/// too, which get letters of their own.</summary>
internal sealed class EinsteinSum
{
    private readonly string _equation;
    private readonly string[] _factors;
    private readonly string _result;

    internal EinsteinSum(string equation, ReadOnlySpan<Tensor> factors)
    {
        _equation = equation;
        string text = equation.Replace(" ", "", StringComparison.Ordinal).Replace("...", "…", StringComparison.Ordinal);
        string[] sides = text.Split("->");
        _factors = sides[0].Split(',');
        if (sides.Length > 2 || _factors.Length != factors.Length)
        {
            throw Wrong($"names {_factors.Length} factors, and there are {factors.Length}. Write one group of letters for each, and one arrow at most");
        }

        int broad = 0;
        for (int i = 0; i < _factors.Length; i++)
        {
            ArgumentNullException.ThrowIfNull(factors[i]);
            Binary.Check("Einsum", factors[0], factors[i]);
            ReductionKernels.RequireReal("Einsum", factors[i]);
            int named = _factors[i].Replace("…", "", StringComparison.Ordinal).Length;
            bool open = named != _factors[i].Length;
            int hidden = factors[i].Rank - named;
            if (hidden < 0 || (hidden > 0 && !open) || _factors[i].Length - named > 1)
            {
                throw Wrong($"has \"{_factors[i]}\" for a factor {factors[i].Shape}. Write a letter for each axis, or one ellipsis for those that broadcast");
            }

            // The hidden axes count from the right, as broadcasting does; digits are no letters of an equation.
            _factors[i] = _factors[i].Replace("…", Hidden(hidden), StringComparison.Ordinal);
            broad = Math.Max(broad, hidden);
        }

        string all = string.Concat(_factors);
        if (sides.Length == 2)
        {
            _result = sides[1].Replace("…", Hidden(broad), StringComparison.Ordinal);
        }
        else
        {
            _result = Hidden(broad) + string.Concat(all.Where(char.IsLetter).GroupBy(static letter => letter)
                .Where(static same => same.Count() == 1).Select(static same => same.Key).Order());
        }

        foreach (char letter in all.Concat(_result).Where(static letter => !char.IsAsciiLetterOrDigit(letter)))
        {
            throw Wrong($"has a '{letter}', which is no letter. Use a to z and A to Z");
        }

        if (_result.Distinct().Count() != _result.Length || _result.Except(all).Any())
        {
            throw Wrong($"has a result \"{_result}\" with a letter twice, or with one that no factor has");
        }
    }

    internal Tensor Run(ReadOnlySpan<Tensor> factors)
    {
        (Tensor value, string letters) = Single(factors[0], _factors[0]);
        for (int i = 1; i < factors.Length; i++)
        {
            (Tensor next, string own) = Single(factors[i], _factors[i]);
            string later = _result + string.Concat(_factors[(i + 1)..]);
            (value, letters) = Product(value, letters, next, own, later);
        }

        value = Summed(value, ref letters, _result);
        return value.Permute([.. _result.Select(letter => letters.IndexOf(letter, StringComparison.Ordinal))]);
    }

    // A factor without repeated letters: a pair is its diagonal.
    private (Tensor Value, string Letters) Single(Tensor value, string letters)
    {
        for (int i = 0; i < letters.Length; i++)
        {
            int twin = letters.IndexOf(letters[i], i + 1);
            if (twin < 0)
            {
                continue;
            }

            if (value.Shape[i] != value.Shape[twin])
            {
                throw Wrong($"has '{letters[i]}' for two axes of {value.Shape} that differ in length");
            }

            char letter = letters[i];
            value = value.Diagonal(0, i, twin);
            letters = letters.Remove(twin, 1).Remove(i, 1) + letter;
            i = -1;
        }

        return (value, letters);
    }

    // Letters of both that stay are a batch; those that do not are the inner axis of a matrix product.
    private (Tensor Value, string Letters) Product(Tensor a, string left, Tensor b, string right, string later)
    {
        string both = string.Concat(left.Intersect(right));
        a = Summed(a, ref left, later + both);
        b = Summed(b, ref right, later + both);
        foreach (char letter in both)
        {
            int m = a.Shape[left.IndexOf(letter, StringComparison.Ordinal)];
            int n = b.Shape[right.IndexOf(letter, StringComparison.Ordinal)];
            if (m != n && (!char.IsDigit(letter) || (m != 1 && n != 1)))
            {
                throw Wrong($"has '{letter}' for axes of the lengths {m} and {n}, of {a.Shape} and {b.Shape}");
            }
        }

        string batch = string.Concat(both.Where(later.Contains));
        string inner = string.Concat(both.Except(batch));
        string rows = string.Concat(left.Except(both));
        string columns = string.Concat(right.Except(both));
        int[] lengths = [.. batch.Select(letter => Math.Max(Length(a, left, letter), Length(b, right, letter)))];
        int[] sums = [.. inner.Select(letter => Math.Max(Length(a, left, letter), Length(b, right, letter)))];
        Tensor first = Arranged(a, left, [(batch, lengths), (rows, Lengths(a, left, rows)), (inner, sums)]);
        Tensor second = Arranged(b, right, [(batch, lengths), (inner, sums), (columns, Lengths(b, right, columns))]);
        Shape shape = new([.. lengths, .. Lengths(a, left, rows), .. Lengths(b, right, columns)]);
        return (first.MatMul(second).Reshape(shape), batch + rows + columns);
    }

    // Three axes, each of them the letters of a group one behind the other.
    private static Tensor Arranged(Tensor value, string letters, (string Letters, int[] Lengths)[] groups)
    {
        Tensor ordered = value.Permute([.. groups.SelectMany(static group => group.Letters).Select(letter => letters.IndexOf(letter, StringComparison.Ordinal))]);
        ordered = ordered.Expand(new Shape([.. groups.SelectMany(static group => group.Lengths)]));
        return ordered.Reshape(new Shape([.. groups.Select(static group => group.Lengths.Aggregate(1, static (product, length) => product * length))]));
    }

    private static Tensor Summed(Tensor value, ref string letters, string kept)
    {
        string all = letters;
        int[] axes = [.. Enumerable.Range(0, all.Length).Where(axis => !kept.Contains(all[axis], StringComparison.Ordinal))];
        letters = string.Concat(all.Where(kept.Contains));
        return axes.Length == 0 ? value : value.Sum(axes);
    }

    private static int Length(Tensor value, string letters, char letter) => value.Shape[letters.IndexOf(letter, StringComparison.Ordinal)];

    private static int[] Lengths(Tensor value, string letters, string wanted) => [.. wanted.Select(letter => Length(value, letters, letter))];

    private static string Hidden(int count) => string.Concat(Enumerable.Range(0, count).Select(i => (char)('0' + count - 1 - i)));

    private ArgumentException Wrong(string what) => new($"Einsum: the equation \"{_equation}\" {what}.");
}
