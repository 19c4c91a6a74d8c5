using System.Globalization;
using System.Text;

namespace DeepSharp.Training;

/// <summary>Writes SVG elements: text escaped, numbers by the invariant culture, always the same bytes.</summary>
internal sealed class SvgWriter
{
    private readonly StringBuilder _text = new();
    private readonly Stack<string> _open = [];

    /// <summary>A coordinate, to a tenth of a pixel.</summary>
    internal static string Number(double value)
    {
        double rounded = Math.Round(value, 1);
        return rounded == 0 ? "0" : rounded.ToString("0.#", CultureInfo.InvariantCulture);
    }

    /// <summary>Opens an element; to be closed by <see cref="Close"/>.</summary>
    internal void Open(string name, params ReadOnlySpan<(string Name, object Value)> attributes)
    {
        Begin(name, attributes);
        _text.Append(">\n");
        _open.Push(name);
    }

    /// <summary>Closes what was opened last.</summary>
    internal void Close()
    {
        string name = _open.Pop();
        _text.Append(' ', _open.Count).Append("</").Append(name).Append(">\n");
    }

    /// <summary>An element without content.</summary>
    internal void Element(string name, params ReadOnlySpan<(string Name, object Value)> attributes)
    {
        Begin(name, attributes);
        _text.Append("/>\n");
    }

    /// <summary>An element whose content is text.</summary>
    internal void Text(string name, string content, params ReadOnlySpan<(string Name, object Value)> attributes)
    {
        Begin(name, attributes);
        _text.Append('>');
        int raised = name == "text" ? content.IndexOf('^', StringComparison.Ordinal) : -1;
        if (raised > 0 && raised < content.Length - 1)
        {
            Escape(content.AsSpan(0, raised));
            _text.Append("<tspan dy=\"-4\" font-size=\"8.5\">");
            Escape(content.AsSpan(raised + 1));
            _text.Append("</tspan>");
        }
        else
        {
            Escape(content);
        }

        _text.Append("</").Append(name).Append(">\n");
    }

    /// <summary>The whole document.</summary>
    public override string ToString() => _text.ToString();

    private void Begin(string name, ReadOnlySpan<(string Name, object Value)> attributes)
    {
        _text.Append(' ', _open.Count).Append('<').Append(name);
        foreach ((string key, object value) in attributes)
        {
            string text = value switch
            {
                double number => Number(number),
                int number => number.ToString(CultureInfo.InvariantCulture),
                _ => (string)value,
            };
            if (text.Length > 0)
            {
                _text.Append(' ').Append(key).Append("=\"");
                Escape(text);
                _text.Append('"');
            }
        }
    }

    private void Escape(ReadOnlySpan<char> content)
    {
        for (int i = 0; i < content.Length; i++)
        {
            char c = content[i];
            bool pair = char.IsHighSurrogate(c) && i + 1 < content.Length && char.IsLowSurrogate(content[i + 1]);
            switch (c)
            {
                case '&':
                    _text.Append("&amp;");
                    break;
                case '<':
                    _text.Append("&lt;");
                    break;
                case '>':
                    _text.Append("&gt;");
                    break;
                case '"':
                    _text.Append("&quot;");
                    break;
                case '\n' or '\t' or '\r':
                    _text.Append(' ');
                    break;
                default:
                    if (pair)
                    {
                        _text.Append(c).Append(content[++i]);
                    }
                    else
                    {
                        // XML has no place for control characters, not even escaped, or for halves of a pair.
                        _text.Append(c < ' ' || char.IsSurrogate(c) || c >= '\ufffe' ? '\ufffd' : c);
                    }

                    break;
            }
        }
    }
}
