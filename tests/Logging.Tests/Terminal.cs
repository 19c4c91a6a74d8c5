using System.Globalization;
using System.Text;
using Spectre.Console;

namespace DeepSharp.Tests;

/// <summary>A terminal as wide as it is told, which knows what a progress bar sends: lines, colours, the way up, the end of the screen and the cursor.</summary>
internal sealed class Terminal : StringWriter
{
    private readonly List<StringBuilder> _lines = [new()];
    private int _row;
    private int _column;

    internal Terminal(int width, ColorSystemSupport colours = ColorSystemSupport.Standard)
        : base(CultureInfo.InvariantCulture)
    {
        Console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.Yes,
            ColorSystem = colours,
            Interactive = InteractionSupport.Yes,
            Out = new AnsiConsoleOutput(this),
        });
        Console.Profile.Width = width;
        Console.Profile.Height = 24;
        Console.Profile.Capabilities.Unicode = true;
    }

    internal IAnsiConsole Console { get; }

    /// <summary>All that was sent.</summary>
    internal string Sent => ToString();

    /// <summary>What stands on it, without empty lines at its end.</summary>
    internal string[] Screen
    {
        get
        {
            (_row, _column) = (0, 0);
            _lines.Clear();
            _lines.Add(new StringBuilder());
            string text = Sent;
            for (int i = 0; i < text.Length; i++)
            {
                i = text[i] == '\u001b' ? Sequence(text, i) : Character(text[i], i);
            }

            string[] lines = [.. _lines.Select(static line => line.ToString().TrimEnd())];
            return lines[..(Array.FindLastIndex(lines, static line => line.Length > 0) + 1)];
        }
    }

    internal bool IsCursorShown => Sent.LastIndexOf("\u001b[?25h", StringComparison.Ordinal) > Sent.LastIndexOf("\u001b[?25l", StringComparison.Ordinal);

    private int Character(char sent, int i)
    {
        switch (sent)
        {
            case '\r':
                _column = 0;
                break;
            case '\n':
                (_row, _column) = (_row + 1, 0);
                break;
            default:
                if (_column == Console.Profile.Width)
                {
                    (_row, _column) = (_row + 1, 0);
                }

                Grow();
                _lines[_row].Length = Math.Max(_lines[_row].Length, _column + 1);
                _lines[_row][_column++] = sent;
                break;
        }

        Grow();
        return i;
    }

    private int Sequence(string text, int i)
    {
        int end = i + 2;
        while (!char.IsAsciiLetter(text[end]))
        {
            end++;
        }

        string arguments = text[(i + 2)..end];
        switch (text[end])
        {
            case 'A':
                _row = Math.Max(0, _row - int.Parse(arguments, CultureInfo.InvariantCulture));
                break;
            case 'J':
                Assert.Empty(arguments);
                _lines[_row].Length = Math.Min(_lines[_row].Length, _column);
                _lines.RemoveRange(_row + 1, _lines.Count - _row - 1);
                break;
            case 'm' or 'h' or 'l':
                break;
            default:
                Assert.Fail($"A sequence that no progress bar needs: ESC{text[(i + 1)..(end + 1)]}");
                break;
        }

        return end;
    }

    private void Grow()
    {
        while (_lines.Count <= _row)
        {
            _lines.Add(new StringBuilder());
        }
    }
}
