using System.Globalization;
using System.Text.RegularExpressions;

namespace DeepSharp.Tests;

/// <summary>The example of tables learns, and a second run of it goes on with what the first one saved.</summary>
public sealed partial class TabularProgramTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Bookings_are_learnt_and_predicted_by_another_run()
    {
        (int code, string output, string errors) = ExampleProgram.Run("Tabular", "train", _folder["."]);
        Assert.True(code == 0, errors);
        Assert.Equal(["bookings.json", "bookings.safetensors"], _folder.Files);

        // Shares of both classes that are told right: chance has 0.5.
        double[] right = [.. Share().Matches(output).Select(static match => double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture))];
        Assert.Equal(4, right.Length);
        Assert.True(right[0] > 0.6 && right[3] > 0.55, output);

        // The bookings of the table, read as those of any other file, and the first of them by itself.
        Assert.Equal(0, ExampleProgram.Run("Tabular", "generate", _folder["bookings.csv"]).Code);
        string[] rows = Lines(ExampleProgram.Run("Tabular", "predict", _folder["."], _folder["bookings.csv"]).Output);
        string[] trained = [.. Lines(output).Where(static line => line.StartsWith("booking ", StringComparison.Ordinal))];
        Assert.Equal(3, trained.Length);
        Assert.Equal(trained, rows[..3]);
        string[] lines = File.ReadAllLines(_folder["bookings.csv"]);
        string[] words = [.. lines[0].Split(',').Zip(lines[1].Split(','), static (name, value) => $"{name}={value}")];
        Assert.Equal(trained[0], Assert.Single(Lines(ExampleProgram.Run("Tabular", ["predict", _folder["."], .. words]).Output)));

        // What is wrong with a booking is told in a line.
        (int wrong, _, string told) = ExampleProgram.Run(
            "Tabular", ["predict", _folder["."], .. words.Select(static word => word.Replace("deposit=", "deposit=?", StringComparison.Ordinal))]);
        Assert.Equal(1, wrong);
        Assert.Contains("column 'deposit': expected one of [no, yes], and found '?", Assert.Single(Lines(told)), StringComparison.Ordinal);
    }

    private static string[] Lines(string output) => output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    [GeneratedRegex(@"(0\.\d{3})\b")]
    private static partial Regex Share();
}
