using System.Globalization;

namespace DeepSharp;

/// <summary>Floating-point numbers as NumPy writes them: at most four digits behind the point, no more than needed.</summary>
internal static class NumberFormat
{
    private const int Digits = 4;

    // Digits asked for to tell a tie, which rounds to even, from what lies just beside it.
    private const string ExactDigits = "40";

    /// <summary>Numbers of one width, with their points one below the other.</summary>
    internal static string[] Column(double[] values)
    {
        double[] sizes = [.. values.Where(double.IsFinite).Select(Math.Abs).Where(static size => size > 0)];
        bool scientific = sizes.Length > 0
            && (sizes.Max() >= 1e8 || sizes.Min() < 1e-4 || sizes.Max() / sizes.Min() > 1000);
        (string Front, string Fraction, string Exponent)[] parts = Array.ConvertAll(
            values, value => !double.IsFinite(value) ? (Name(value), string.Empty, string.Empty) : scientific ? Scientific(value) : Plain(value));
        int fraction = parts.Max(static part => part.Fraction.Length);
        int exponent = parts.Max(static part => part.Exponent.Length);
        string[] words = new string[values.Length];
        for (int i = 0; i < words.Length; i++)
        {
            (string front, string digits, string power) = parts[i];
            words[i] = !double.IsFinite(values[i]) ? front
                : scientific ? $"{front}.{digits.PadRight(fraction, '0')}e{power[0]}{power[1..].PadLeft(exponent - 1, '0')}"
                : $"{front}.{digits.PadRight(fraction)}";
        }

        // A name stands at the right end, whatever the column's numbers have there.
        int width = words.Max(static word => word.Length);
        return Array.ConvertAll(words, word => word.PadLeft(width));
    }

    /// <summary>A number by itself, with all the digits that tell it from its neighbours.</summary>
    /// <param name="value">The number.</param>
    /// <param name="shortest">The shortest text that reads back as the number, in .NET's notation.</param>
    internal static string Scalar(double value, string shortest)
    {
        if (!double.IsFinite(value))
        {
            return Name(value);
        }

        double size = Math.Abs(value);
        if (value == 0 || (size >= 1e-4 && size < 1e16))
        {
            string plain = value == 0
                ? shortest
                : decimal.Parse(shortest, NumberStyles.Float, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture);
            return plain.Contains('.', StringComparison.Ordinal) ? plain : plain + ".0";
        }

        // .NET writes 0.00001 or 1E-05, as it likes; NumPy the second.
        string[] parts = shortest.Contains('E', StringComparison.Ordinal)
            ? shortest.Split('E')
            : decimal.Parse(shortest, CultureInfo.InvariantCulture).ToString("0.################E0", CultureInfo.InvariantCulture).Split('E');
        int power = int.Parse(parts[1], CultureInfo.InvariantCulture);
        return $"{parts[0]}e{(power < 0 ? '-' : '+')}{Math.Abs(power):00}";
    }

    private static string Name(double value) => double.IsNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";

    private static (string Front, string Fraction, string Exponent) Plain(double value)
    {
        string[] parts = Rounded(value.ToString("F" + ExactDigits, CultureInfo.InvariantCulture)).Split('.');
        return (parts[0], parts[1].TrimEnd('0'), string.Empty);
    }

    private static (string Front, string Fraction, string Exponent) Scientific(double value)
    {
        string[] parts = value.ToString("E" + ExactDigits, CultureInfo.InvariantCulture).Split('E');
        int power = int.Parse(parts[1], CultureInfo.InvariantCulture);
        string mantissa = Rounded(parts[0]);
        if (mantissa.TrimStart('-').StartsWith("10.", StringComparison.Ordinal))
        {
            mantissa = mantissa.Replace("10.", "1.", StringComparison.Ordinal);
            power++;
        }

        parts = mantissa.Split('.');
        return (parts[0], parts[1].TrimEnd('0'), $"{(power < 0 ? '-' : '+')}{Math.Abs(power):00}");
    }

    // Cuts a decimal text behind its fourth fractional digit; halves go to the even digit.
    private static string Rounded(string exact)
    {
        int end = exact.IndexOf('.', StringComparison.Ordinal) + 1 + Digits;
        string tail = exact[end..];
        bool up = tail[0] > '5' || (tail[0] == '5' && (tail.AsSpan(1).ContainsAnyExcept('0') || (exact[end - 1] - '0') % 2 == 1));
        char[] digits = exact[..end].ToCharArray();
        for (int i = end - 1; i >= 0 && up; i--)
        {
            if (char.IsAsciiDigit(digits[i]))
            {
                up = digits[i] == '9';
                digits[i] = up ? '0' : (char)(digits[i] + 1);
            }
        }

        string text = new(digits);
        return up ? (text[0] == '-' ? "-1" + text[1..] : "1" + text) : text;
    }
}
