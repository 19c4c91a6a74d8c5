using DeepSharp.Training;

namespace DeepSharp.Tests;

/// <summary>What a history draws of itself.</summary>
public class HistoryChartTests
{
    [Fact]
    public void Training_and_validation_share_a_panel_and_the_rate_has_one_if_it_moves()
    {
        SvgDocument svg = new(Make(0.1, 0.05).ToChart().ToSvg());
        Assert.Equal(["loss", "accuracy", "learning rate"], svg.Texts("heading"));
        Assert.Equal(["training", "validation", "training", "validation"], svg.Texts("legend"));
        Assert.Equal(5, svg.Of("path", "line").Count());
        Assert.Equal(["loss", "accuracy"], new SvgDocument(Make(0.1, 0.1).ToChart().ToSvg()).Texts("heading"));
    }

    [Fact]
    public void It_is_written_to_a_file()
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".svg");
        try
        {
            Make(0.1, 0.1).SaveChart(path);
            Assert.Equal(2, new SvgDocument(File.ReadAllText(path)).Plots.Length);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void There_must_be_an_epoch() => Assert.Throws<InvalidOperationException>(static () => new History().ToChart());

    private static History Make(params double[] rates)
    {
        History history = new();
        for (int i = 0; i < rates.Length; i++)
        {
            Dictionary<string, double> values = new() { ["loss"] = 1.0 / (i + 1), ["accuracy"] = 0.5, ["val_loss"] = 2, ["val_accuracy"] = 0.4 };
            history.Add(new EpochResult(i + 1, values, rates[i], 1, 100));
        }

        return history;
    }
}
