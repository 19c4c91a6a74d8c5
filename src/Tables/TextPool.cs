namespace DeepSharp.Tables;

/// <summary>Different texts by number: equal cells share one string.</summary>
internal sealed class TextPool
{
    private readonly List<string> _texts = [];
    private readonly int[] _last = new int[64];
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _codes =
        new Dictionary<string, int>(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    internal string[] Texts => [.. _texts];

    /// <summary>The number of a text that has come before.</summary>
    internal bool TryCode(ReadOnlySpan<char> text, out int code)
    {
        // Most columns have few texts, which differ in length or an end: the last one of such a form is looked at before all are.
        int form = text.Length == 0 ? 0 : (text.Length + (text[0] * 7) + (text[^1] * 31)) & (_last.Length - 1);
        code = _last[form];
        if (code < _texts.Count && text.SequenceEqual(_texts[code]))
        {
            return true;
        }

        if (!_codes.TryGetValue(text, out code))
        {
            return false;
        }

        _last[form] = code;
        return true;
    }

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
