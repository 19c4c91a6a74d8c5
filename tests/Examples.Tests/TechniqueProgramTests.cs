using System.Globalization;
using System.Text.RegularExpressions;

namespace DeepSharp.Tests;

/// <summary>The examples of techniques do what their first lines say.</summary>
public partial class TechniqueProgramTests
{
    [Fact]
    public void Five_networks_together_are_better_than_one()
    {
        double[] percents = Percents(ExampleProgram.Run("Ensemble").Output);
        Assert.Equal(8, percents.Length);
        double average = percents[..5].Average();
        Assert.Equal(average, percents[5], 0.01);
        Assert.True(percents[6] > average, $"{percents[6]} is not above {average}");
        Assert.True(percents[7] > average, $"{percents[7]} is not above {average}");
    }

    [Fact]
    public void An_autoencoder_keeps_more_than_principal_components_do()
    {
        (int code, string output, _) = ExampleProgram.Run("Autoencoder", "3");
        Assert.Equal(0, code);
        double[] errors = [.. Error().Matches(output).Select(static match => double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture))];
        Assert.Equal(5, errors.Length);
        Assert.True(errors[2] < errors[3], $"{errors[2]} is not below {errors[3]}");

        // The variance of MNIST's pixels adds up to 52.7; the first 32 principal components have three quarters of it.
        Assert.InRange(errors[4], 50, 56);
        Assert.InRange(errors[3] / errors[4], 0.2, 0.3);
    }

    [Fact]
    public void A_student_is_taught()
    {
        (int code, string output, _) = ExampleProgram.Run("Distillation", "1");
        Assert.Equal(0, code);
        double[] percents = Percents(output);
        Assert.Equal(7, percents.Length);
        Assert.All(percents, static percent => Assert.InRange(percent, 70, 100));
    }

    private static double[] Percents(string output) =>
        [.. Percent().Matches(output).Select(static match => double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture))];

    [GeneratedRegex(@"(\d+\.\d+)\s?%")]
    private static partial Regex Percent();

    [GeneratedRegex(@"(?:digit|components) (\d+\.\d+)")]
    private static partial Regex Error();
}
