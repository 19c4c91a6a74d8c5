using System.Globalization;
using System.Text;

namespace DeepSharp;

/// <summary>The values of records as text.</summary>
internal static class RecordText
{
    /// <summary>What the compiler prints of a record's members, with numbers as the invariant culture writes them.</summary>
    /// <param name="print">The record's <c>PrintMembers</c>, which writes in the culture of the moment.</param>
    internal static string Of(Func<StringBuilder, bool> print)
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        try
        {
            StringBuilder text = new();
            print(text);
            return text.ToString();
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }
}
