namespace DeepSharp.Training;

/// <summary>About how wide a text is: enough to keep labels apart, whatever sans-serif font shows them.</summary>
internal static class TextWidth
{
    /// <summary>The width in pixels, rather too large than too small.</summary>
    internal static double Of(string text, double size)
    {
        double width = 0;
        bool raised = false;
        foreach (char c in text)
        {
            if (c == '^')
            {
                raised = true;
                continue;
            }

            width += (raised ? 8.5 : size) * Em(c);
        }

        return width;
    }

    private static double Em(char c) => c switch
    {
        'i' or 'j' or 'l' or 'I' or '.' or ',' or ':' or ';' or '\'' or '|' or '!' or ' ' => 0.32,
        'f' or 't' or 'r' or '(' or ')' or '[' or ']' or '-' or '/' => 0.42,
        'm' or 'w' or 'M' or 'W' or '%' or '@' or '+' or '=' or '<' or '>' => 0.9,
        >= 'A' and <= 'Z' => 0.7,
        >= 'a' and <= 'z' => 0.61,
        _ => 0.64,
    };
}
