using Spectre.Console;
using Spectre.Console.Rendering;

namespace DeepSharp.Logging;

/// <summary>Lines at the end of a terminal that are drawn again and again.</summary>
/// <remarks>The cursor waits on the line below. A terminal that has become narrower has broken lines that were longer, so the way up is counted in
/// the width of now.</remarks>
internal sealed class LiveBlock
{
    private int[] _lengths = [];

    internal void Begin() => _lengths = [];

    /// <summary>Draws lines in the place of those before.</summary>
    internal void Draw(IAnsiConsole console, List<List<Segment>> lines)
    {
        Write(console, lines);
        _lengths = [.. lines.Select(static line => Segment.CellCount(line))];
    }

    /// <summary>Writes lines that stay in the place of those before.</summary>
    internal void Replace(IAnsiConsole console, List<List<Segment>> lines)
    {
        Write(console, lines);
        _lengths = [];
    }

    private void Write(IAnsiConsole console, List<List<Segment>> lines)
    {
        int width = Math.Max(1, console.Profile.Width);
        int up = _lengths.Sum(length => Math.Max(1, (length + width - 1) / width));
        console.Write(new Frame(up, lines));
    }

    // One write for all of it, so that it does not flicker.
    private sealed class Frame(int up, List<List<Segment>> lines) : Renderable
    {
        protected override IEnumerable<Segment> Render(RenderOptions options, int maxWidth)
        {
            if (up > 0)
            {
                yield return Segment.Control($"\u001b[{up}A\r\u001b[J");
            }

            foreach (List<Segment> line in lines)
            {
                foreach (Segment segment in line)
                {
                    yield return segment;
                }

                yield return Segment.LineBreak;
            }
        }
    }
}
