using System.Globalization;

namespace DeepSharp.Examples.Tabular;

/// <summary>The bookings of a hotel that is none: where <c>bookings.csv</c> comes from.</summary>
/// <remarks>
/// A booking is cancelled with probability σ(z), with z = −4.1 + 0.018 · days between booking and arrival + what its channel adds (agency 1, web 0.4,
/// phone −0.5, desk −2) + 0.9 if no price is known + 0.6 without a deposit + 0.5 for guests from "NO". About one of eight is. One price in twelve and one
/// country in twenty are missing.
/// </remarks>
internal static class Bookings
{
    private static readonly (string Name, double Effect)[] s_channels = [("agency", 1), ("web", 0.4), ("phone", -0.5), ("desk", -2)];

    // Few guests come from the last ones.
    private static readonly string[] s_countries = ["CH", "DE", "FR", "IT", "AT", "NO", "PT", "IS", "MT"];

    internal static IEnumerable<string> Lines(int count, int seed)
    {
        Random random = new(seed);
        yield return "booked,lead_days,nights,adults,price,channel,country,deposit,cancelled";
        for (int i = 0; i < count; i++)
        {
            DateTime booked = new DateTime(2025, 1, 1).AddDays(random.Next(365));
            int lead = (int)(-60 * Math.Log(1 - random.NextDouble()));
            int nights = 1 + random.Next(7);
            int adults = 1 + random.Next(3);
            bool noPrice = random.Next(12) == 0;
            double price = 60 + (40 * adults) + (50 * random.NextDouble());
            (string channel, double effect) = s_channels[(int)(4 * Math.Pow(random.NextDouble(), 1.5))];
            string country = s_countries[(int)(9 * Math.Pow(random.NextDouble(), 2.5))];
            bool deposit = random.Next(3) == 0;
            double z = -4.1 + (0.018 * lead) + effect + (noPrice ? 0.9 : 0) + (deposit ? 0 : 0.6) + (country == "NO" ? 0.5 : 0);
            bool cancelled = random.NextDouble() < 1 / (1 + Math.Exp(-z));
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"{booked:yyyy-MM-dd},{lead},{nights},{adults},{(noPrice ? "" : price.ToString("F2", CultureInfo.InvariantCulture))},{channel},"
                + $"{(random.Next(20) == 0 ? "" : country)},{(deposit ? "yes" : "no")},{(cancelled ? "yes" : "no")}");
        }
    }
}
