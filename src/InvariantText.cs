using System.ComponentModel;
using System.Globalization;
using System.Text;

namespace System.Runtime.CompilerServices;

/// <summary>What the compiler makes of <c>$"…"</c>: text with numbers as the invariant culture writes them.</summary>
/// <remarks>
/// The compiler takes the type of this name in the assembly that it compiles before the one of .NET, which writes numbers as the machine's
/// user does. So 0.25 is never 0,25 in a message or a <c>ToString</c> of DeepSharp, and nobody has to think of it. Every assembly under
/// <c>src</c> has this file.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
[InterpolatedStringHandler]
internal ref struct DefaultInterpolatedStringHandler
{
    private readonly StringBuilder _text;
    private StringBuilder.AppendInterpolatedStringHandler _inner;

    public DefaultInterpolatedStringHandler(int literalLength, int formattedCount)
    {
        _text = new StringBuilder(literalLength + (8 * formattedCount));
        _inner = new StringBuilder.AppendInterpolatedStringHandler(literalLength, formattedCount, _text, CultureInfo.InvariantCulture);
    }

    public void AppendLiteral(string value) => _inner.AppendLiteral(value);

    public void AppendFormatted<T>(T value, int alignment = 0, string? format = null) => _inner.AppendFormatted(value, alignment, format);

    public void AppendFormatted(scoped ReadOnlySpan<char> value, int alignment = 0, string? format = null) =>
        _inner.AppendFormatted(value, alignment, format);

    public readonly string ToStringAndClear() => _text.ToString();
}
