using System.Globalization;
using System.Text;

namespace DeepSharp.Layers;

/// <summary>Prints a network as a table.</summary>
internal static class ModuleSummary
{
    // Whether texts are asked for their titles alone.
    [ThreadStatic]
    private static bool t_titles;

    internal static string Of(Module module, Shape? input, DType? dtype)
    {
        List<string[]> rows = [];
        using EvaluationMode mode = new(module);
        using NoGrad noGrad = new();
        using TensorScope scope = Tensor.Scope();
        Parameter? first = module.Parameters().FirstOrDefault();
        Tensor? x = input is { } shape ? Tensor.Zeros(shape, dtype ?? first?.DType ?? DType.Float32, first?.Device) : null;
        Walk(rows, string.Empty, string.Empty, module, x);
        return Table(rows, module, input is not null);
    }

    /// <summary>A module's title and, if it owns others, a line for each of them and one for the sum of their parameters.</summary>
    internal static string Lines(Module module, string title)
    {
        if (t_titles || module.Children.Count == 0)
        {
            return title;
        }

        StringBuilder text = new(title);
        Below(module, "  ");
        text.Append('\n').Append(Counted(module));
        return text.ToString();

        void Below(Module parent, string indent)
        {
            parent.RequireStack();
            foreach ((string name, Module child) in parent.Children)
            {
                string parameters = child.Children.Count == 0 && child.Parameters().Any() ? $", {Counted(child)}" : string.Empty;
                text.Append('\n').Append(indent).Append($"({name}) {Title(child)}{parameters}");
                Below(child, indent + "  ");
            }
        }
    }

    // The first line of a module's text. Its other lines are not made, since each of them would ask for a text in turn: twice as many for each
    // level.
    private static string Title(Module module)
    {
        bool outer = t_titles;
        t_titles = true;
        try
        {
            return module.ToString().Split('\n')[0];
        }
        finally
        {
            t_titles = outer;
        }
    }

    private static string Counted(Module module) => $"{module.Parameters().Sum(static p => p.Count):N0} parameters";

    // A chain and a residual show what goes into each of their modules; others show their output as a whole.
    private static Tensor? Walk(List<string[]> rows, string indent, string name, Module module, Tensor? x)
    {
        module.RequireStack();
        string title = name.Length == 0 ? Title(module) : $"{indent}({name}) {Title(module)}";
        int own = module.Parameters().Sum(static p => p.Count);
        int row = rows.Count;
        rows.Add([title, string.Empty, own.ToString("N0", CultureInfo.InvariantCulture)]);
        Residual? residual = module as Residual;
        Tensor? output = module is Sequential ? x : x is null || residual is not null ? null : module.Forward(x);
        Tensor? shortcut = x;
        foreach ((string childName, Module child) in module.Children)
        {
            Tensor? below = Walk(rows, indent + "  ", childName, child, module is Sequential ? output : residual is not null ? x : null);
            output = module is Sequential || ReferenceEquals(child, residual?.Body) ? below : output;
            shortcut = ReferenceEquals(child, residual?.Shortcut) ? below : shortcut;
        }

        if (output is not null && shortcut is not null)
        {
            residual?.Check(output, shortcut);
        }

        rows[row][1] = output?.Shape.ToString() ?? string.Empty;
        return output;
    }

    private static string Table(List<string[]> rows, Module module, bool shapes)
    {
        string[] head = ["Layer", "Output", "Parameters"];
        int[] widths = [.. Enumerable.Range(0, 3).Select(column => Math.Max(head[column].Length, rows.Max(row => row[column].Length)))];
        StringBuilder text = new();
        Line(head);
        text.Append('-', widths[0] + widths[2] + 2 + (shapes ? widths[1] + 2 : 0)).Append('\n');
        rows.ForEach(Line);
        int all = module.Parameters().Sum(static p => p.Count);
        int trainable = module.Parameters().Where(static p => p.IsTrainable).Sum(static p => p.Count);
        text.Append(CultureInfo.InvariantCulture, $"{all:N0} parameters, {trainable:N0} of them trainable");
        return text.ToString();

        void Line(string[] cells)
        {
            text.Append(cells[0].PadRight(widths[0])).Append("  ");
            if (shapes)
            {
                text.Append(cells[1].PadRight(widths[1])).Append("  ");
            }

            text.Append(cells[2].PadLeft(widths[2])).Append('\n');
        }
    }
}
