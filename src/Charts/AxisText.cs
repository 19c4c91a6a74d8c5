using System.Globalization;

namespace DeepSharp.Charts;

/// <summary>Numbers and names as they stand in pictures, the same in every culture.</summary>
internal static class AxisText
{
    /// <summary>A number at an axis: 20,000, 2.5e6, 0.05, 4e-6.</summary>
    internal static string Of(double value)
    {
        double size = Math.Abs(value);
        if (size == 0)
        {
            return "0";
        }

        string brief = value.ToString("0.####e0", CultureInfo.InvariantCulture);
        return size < 1e-4 ? brief
            : size < 1e7 ? value.ToString("#,0.######", CultureInfo.InvariantCulture)
            // 2.5e6; but all digits where fewer would be another number, as between 1,000,000,000 and 1,000,000,001.
            : size > 1e15 || Math.Abs(double.Parse(brief, CultureInfo.InvariantCulture) - value) <= 1e-13 * size ? brief
            : value.ToString("#,0.######", CultureInfo.InvariantCulture);
    }

    /// <summary>A power of ten: 0.01, 100, 10⁻⁷.</summary>
    internal static string PowerOfTen(int exponent) => exponent is >= -3 and <= 4
        ? Of(Math.Pow(10, exponent))
        : "10" + string.Concat(exponent.ToString(CultureInfo.InvariantCulture).Select(static digit => digit == '-' ? '⁻' : "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit - '0']));

    /// <summary>A text that XML can hold: what it cannot is shown as U+FFFD.</summary>
    internal static string Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return string.Concat(text.EnumerateRunes().Select(static rune =>
            rune.Value is '\n' || (!System.Text.Rune.IsControl(rune) && rune.Value is not (0xfffe or 0xffff)) ? rune.ToString() : "\ufffd"));
    }
}
