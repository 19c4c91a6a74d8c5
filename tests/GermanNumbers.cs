using System.Globalization;
using System.Runtime.CompilerServices;

namespace DeepSharp.Tests;

/// <summary>Lets all tests run where people write 1.234,5 and −1, which must show in no message, file or <c>ToString</c>.</summary>
/// <remarks>
/// The numbers are those of de-DE, with the minus sign of sv-SE. The culture is made here, not asked for by its name: the tests are to run
/// on machines without the library (ICU) that knows the cultures of the world.
/// </remarks>
internal static class GermanNumbers
{
    [ModuleInitializer]
    internal static void Use()
    {
        CultureInfo culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        culture.NumberFormat.NumberDecimalSeparator = ",";
        culture.NumberFormat.NumberGroupSeparator = ".";
        culture.NumberFormat.NegativeSign = "\u2212";
        CultureInfo.DefaultThreadCurrentCulture = culture;
        CultureInfo.CurrentCulture = culture;
    }
}
