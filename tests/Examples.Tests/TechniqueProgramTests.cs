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

    [Fact]
    public void Digits_that_are_changed_each_epoch_teach_more()
    {
        double[] percents = Percents(ExampleProgram.Run("Augmentation", "100").Output);
        Assert.Equal(2, percents.Length);
        Assert.True(percents[1] > percents[0] + 5, $"{percents[1]} is not well above {percents[0]}");
    }

    [Fact]
    public void A_set_larger_than_the_memory_is_learnt_from_a_file()
    {
        (int code, string output, string errors) = ExampleProgram.Run("LargeData", "300000");
        Assert.True(code == 0, errors);
        double[] sizes = [.. MegaBytes().Matches(output).Select(static match => double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture))];
        Assert.Equal(4, sizes.Length);
        (double set, double limit, double tensors, double objects) = (sizes[0], sizes[1], sizes[2], sizes[3]);
        Assert.True(set > 2 * limit, output);
        Assert.True(tensors < limit / 2 && objects < limit, output);
        Assert.InRange(Assert.Single(Percents(output)), 85, 100);
    }

    private static double[] Percents(string output) =>
        [.. Percent().Matches(output).Select(static match => double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture))];

    [GeneratedRegex(@"(\d+\.\d+)\s?%")]
    private static partial Regex Percent();

    [GeneratedRegex(@"(\d+(?:\.\d+)?) MB")]
    private static partial Regex MegaBytes();

    [GeneratedRegex(@"(?:digit|components) (\d+\.\d+)")]
    private static partial Regex Error();
}
