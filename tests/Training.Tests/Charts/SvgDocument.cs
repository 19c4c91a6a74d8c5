using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace DeepSharp.Tests;

/// <summary>A chart as a browser would see it.</summary>
internal sealed partial class SvgDocument
{
    private static readonly XNamespace s_svg = "http://www.w3.org/2000/svg";

    internal SvgDocument(string text) => Root = XDocument.Parse(text).Root!;

    internal XElement Root { get; }

    /// <summary>The rectangles in which data is drawn, one for each panel.</summary>
    internal (double X, double Y, double Width, double Height)[] Plots => [.. Of("rect", "plot")
        .Select(static rect => (Number(rect, "x"), Number(rect, "y"), Number(rect, "width"), Number(rect, "height")))];

    internal static double Number(XElement element, string name) =>
        double.Parse(element.Attribute(name)?.Value ?? "0", CultureInfo.InvariantCulture);

    internal IEnumerable<XElement> Of(string element, string kind) =>
        Root.Descendants(s_svg + element).Where(found => found.Attribute("class")?.Value == kind);

    internal IEnumerable<XElement> Of(string element) => Root.Descendants(s_svg + element);

    internal string[] Texts(string kind) => [.. Of("text", kind).Select(static text => text.Value)];

    /// <summary>The stretches of a path, as points.</summary>
    internal static List<List<(double X, double Y)>> Stretches(XElement path)
    {
        List<List<(double, double)>> stretches = [];
        foreach (Match match in Coordinates().Matches(path.Attribute("d")!.Value))
        {
            if (match.Groups[1].Value == "M")
            {
                stretches.Add([]);
            }

            stretches[^1].Add((
                double.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture),
                double.Parse(match.Groups[3].Value, CultureInfo.InvariantCulture)));
        }

        return stretches;
    }

    [GeneratedRegex(@"([ML])(-?[\d.]+) (-?[\d.]+)")]
    private static partial Regex Coordinates();
}
