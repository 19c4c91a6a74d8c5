using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace DeepSharp.Tool;

/// <summary>What commands print: tables for people, JSON for programs.</summary>
internal static class Output
{
    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true };

    /// <summary>The option that asks for JSON.</summary>
    internal static Option<bool> Json() => new("--json") { Description = "Print JSON, for programs to read." };

    /// <summary>Prints a value as JSON.</summary>
    internal static void Write(JsonNode node) => Console.Out.WriteLine(node.ToJsonString(s_indented));

    /// <summary>A number that JSON can hold: it knows neither NaN nor infinity.</summary>
    internal static JsonValue? Number(double value) => double.IsFinite(value) ? JsonValue.Create(value) : null;

    /// <summary>A table; columns whose titles begin with a blank are numbers, which stand to the right.</summary>
    internal static Table Table(params string[] titles)
    {
        Table table = new() { Border = TableBorder.Simple, UseSafeBorder = true };
        foreach (string title in titles)
        {
            TableColumn column = new(Markup.Escape(title.Trim())) { NoWrap = table.Columns.Count > 0 };
            table.AddColumn(title.StartsWith(' ') ? column.RightAligned() : column);
        }

        return table;
    }

    /// <summary>Adds a row of plain text.</summary>
    internal static void Add(this Table table, params string[] cells) => table.AddRow([.. cells.Select(static cell => new Text(Visible(cell)))]);

    /// <summary>Text of a file in a line, with control characters as JSON writes them: they move the cursor, and forge lines.</summary>
    internal static string Visible(string text) => text.Any(char.IsControl)
        ? string.Concat(text.Select(static c => char.IsControl(c) ? Text($"\\u{(int)c:x4}") : c.ToString()))
        : text;

    /// <summary>Prints a table: on a terminal as wide as it is, elsewhere in full. Of long lines the first column is broken.</summary>
    internal static void Write(Table table)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Out) });

        // In fewer columns numbers could not be read: the terminal breaks the lines then.
        console.Profile.Width = Console.IsOutputRedirected ? 1000 : Math.Max(console.Profile.Width, 110);

        console.Write(table);
    }

    /// <summary>Bytes for people.</summary>
    internal static string Bytes(double bytes) => bytes switch
    {
        < 1000 => Text($"{bytes:0} B"),
        < 1e6 => Text($"{bytes / 1e3:0.0} kB"),
        < 1e9 => Text($"{bytes / 1e6:0.0} MB"),
        _ => Text($"{bytes / 1e9:0.00} GB"),
    };

    /// <summary>Text in the culture that files and numbers have here.</summary>
    internal static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
