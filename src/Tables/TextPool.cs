namespace DeepSharp.Tables;

/// <summary>Different texts by number: equal cells share one string.</summary>
internal sealed class TextPool
{
    private readonly List<string> _texts = [];
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _codes =
        new Dictionary<string, int>(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    internal string[] Texts => [.. _texts];

    /// <summary>The number of a text that has come before.</summary>
    internal bool TryCode(ReadOnlySpan<char> text, out int code) => _codes.TryGetValue(text, out code);

    /// <summary>The text's number, from 0 on.</summary>
    internal int Code(ReadOnlySpan<char> text)
    {
        if (!TryCode(text, out int code))
        {
            code = _texts.Count;
            _codes[text] = code;
            _texts.Add(text.ToString());
        }

        return code;
    }
}
