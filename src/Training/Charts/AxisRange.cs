using System.Globalization;

namespace DeepSharp.Training;

/// <summary>A stretch of an axis: where values stand on it, and its ticks.</summary>
internal readonly record struct AxisRange(double Low, double High, AxisScale Scale)
{
    /// <summary>Where a value stands: 0 at the low end, 1 at the high one; NaN if it cannot be drawn.</summary>
    internal double Position(double value) => Scale == AxisScale.Log
        ? (value > 0 ? Math.Log(value / Low) / Math.Log(High / Low) : double.NaN)
        : (value - Low) / (High - Low);

    /// <summary>The value at a position.</summary>
    internal double Value(double position) => Scale == AxisScale.Log
        ? Low * Math.Pow(High / Low, position)
        : Low + ((High - Low) * position);

    /// <summary>Round values within the range, with labels, at most so many.</summary>
    internal IReadOnlyList<AxisTick> Ticks(int most)
    {
        if (Scale == AxisScale.Linear)
        {
            return LinearTicks(most);
        }

        int first = (int)Math.Ceiling(Math.Log10(Low) - 1e-9);
        int last = (int)Math.Floor(Math.Log10(High) + 1e-9);
        int decades = last - first + 1;
        if (decades >= 2)
        {
            int stride = (decades + most - 1) / most;
            List<AxisTick> ticks = [];
            for (int exponent = first; exponent <= last; exponent++)
            {
                if (exponent % stride == 0 || decades <= most)
                {
                    ticks.Add(new AxisTick(Math.Pow(10, exponent), Power(exponent, raised: first < -3 || last > 4)));
                }
            }

            return ticks;
        }

        // Less than two powers of ten: their multiples by 2 and 5, or, in a narrow range, equal steps.
        List<AxisTick> multiples = [];
        for (int exponent = first - 1; exponent <= last + 1; exponent++)
        {
            foreach (int digit in (ReadOnlySpan<int>)[1, 2, 5])
            {
                double value = digit * Math.Pow(10, exponent);
                if (value >= Low * (1 - 1e-9) && value <= High * (1 + 1e-9))
                {
                    multiples.Add(new AxisTick(value, Plain(value)));
                }
            }
        }

        return multiples.Count >= 3 && multiples.Count <= most ? multiples : LinearTicks(most);
    }

    /// <summary>The lines between the ticks of a logarithmic axis: the multiples of powers of ten.</summary>
    internal IReadOnlyList<double> MinorTicks()
    {
        if (Scale == AxisScale.Linear || Math.Log10(High / Low) > 6)
        {
            return [];
        }

        List<double> ticks = [];
        for (int exponent = (int)Math.Floor(Math.Log10(Low)); exponent <= Math.Log10(High); exponent++)
        {
            for (int digit = 2; digit <= 9; digit++)
            {
                double value = digit * Math.Pow(10, exponent);
                if (value > Low && value < High)
                {
                    ticks.Add(value);
                }
            }
        }

        return ticks;
    }

    private List<AxisTick> LinearTicks(int most)
    {
        double step = Round((High - Low) / (most + 1));
        long first;
        long last;
        while (true)
        {
            first = (long)Math.Ceiling((Low / step) - 1e-9);
            last = (long)Math.Floor((High / step) + 1e-9);
            if (last - first < most)
            {
                break;
            }

            step = Round(step * 1.5);
        }

        List<AxisTick> ticks = [];
        for (long i = first; i <= last; i++)
        {
            ticks.Add(new AxisTick(i * step, Label(i * step, step, Math.Max(Math.Abs(Low), Math.Abs(High)))));
        }

        return ticks;
    }

    /// <summary>The least of 1, 2, 5 times a power of ten that is no smaller.</summary>
    private static double Round(double rough)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        double digit = rough / power;
        return power * (digit <= 1 + 1e-9 ? 1 : digit <= 2 + 1e-9 ? 2 : digit <= 5 + 1e-9 ? 5 : 10);
    }

    private static string Label(double value, double step, double largest)
    {
        if (value == 0)
        {
            return "0";
        }

        if (largest >= 1e6 || step < 1e-5)
        {
            int places = (int)Math.Clamp(Math.Floor(Math.Log10(Math.Abs(value)) + 1e-9) - Math.Floor(Math.Log10(step) + 1e-9), 0, 15);
            return value.ToString((places == 0 ? "0" : "0." + new string('0', places)) + "e0", CultureInfo.InvariantCulture);
        }

        int decimals = (int)Math.Max(0, -Math.Floor(Math.Log10(step) + 1e-9));
        return value.ToString((largest >= 1e4 ? "N" : "F") + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
    }

    private static string Plain(double value) =>
        value.ToString(value is >= 1e-4 and < 1e6 ? "0.####" : "0e0", CultureInfo.InvariantCulture);

    // A caret marks what is written raised.
    private static string Power(int exponent, bool raised) => exponent is 0 or 1 || !raised
        ? Math.Pow(10, exponent).ToString("0.###", CultureInfo.InvariantCulture)
        : "10^" + exponent.ToString(CultureInfo.InvariantCulture);
}
