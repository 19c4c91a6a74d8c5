using System.Reflection;
using ScottPlot;
using SkiaSharp;

namespace DeepSharp.Charts;

/// <summary>DejaVu Sans, from this assembly.</summary>
/// <remarks>
/// Servers and containers often have no font at all, and pictures would be without a word; elsewhere the first font found would be taken,
/// another one on each machine. With a font of its own a picture is the same everywhere.
/// </remarks>
internal sealed class BundledFont : IFontResolver
{
    internal const string Name = "DejaVu Sans";

    private static readonly Lazy<bool> s_used = new(Register);

    private BundledFont()
    {
    }

    /// <inheritdoc/>
    public SKTypeface? CreateTypeface(string fontName, FontWeight weight, FontSlant slant, FontSpacing spacing)
    {
        if (fontName != Name)
        {
            return null;
        }

        using Stream file = Assembly.GetExecutingAssembly().GetManifestResourceStream("DejaVuSans.ttf")!;
        using SKData data = SKData.Create(file);
        return SKTypeface.FromData(data);
    }

    /// <inheritdoc/>
    public SKTypeface? CreateTypeface(string fontName, bool bold, bool italic) =>
        CreateTypeface(fontName, FontWeight.Normal, FontSlant.Upright, FontSpacing.Normal);

    /// <summary>Makes it the font of what is drawn from now on, unless the program has chosen another one.</summary>
    internal static void Use() => _ = s_used.Value;

    private static bool Register()
    {
        Fonts.FontResolvers.Insert(0, new BundledFont());
        if (Fonts.Default == Fonts.System)
        {
            Fonts.Default = Name;
        }

        return true;
    }
}
