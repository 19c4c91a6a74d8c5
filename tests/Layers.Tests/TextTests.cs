using DeepSharp.Layers;

namespace DeepSharp.Tests;

/// <summary>What networks print.</summary>
public class TextTests
{
    [Fact]
    public void A_chain_prints_its_layers_one_a_line()
    {
        Sequential model =
        [
            new Flatten(), new Dense(784, 256, device: Device.Cpu), new BatchNorm(256, device: Device.Cpu), new ReLU(), new Dropout(0.25),
            new Residual([new Dense(256, 256, bias: false, device: Device.Cpu), new Tanh()]),
        ];
        Assert.Equal(
            """
            Sequential
              (0) Flatten
              (1) Dense(784, 256), 200,960 parameters
              (2) BatchNorm(256), 512 parameters
              (3) ReLU
              (4) Dropout(0.25)
              (5) Residual
                (body) Sequential
                  (0) Dense(256, 256, no bias), 65,536 parameters
                  (1) Tanh
            267,008 parameters
            """.ReplaceLineEndings("\n"),
            model.ToString());

        // The table has the same titles, without the lines.
        Assert.Equal(12 + 1, model.Summary().Split('\n').Length);
    }

    [Fact]
    public void An_ensemble_prints_its_members() => Assert.Equal(
        "Ensemble(Outputs)\n  (0) Dense(2, 1), 3 parameters\n  (1) Dense(2, 1), 3 parameters\n6 parameters",
        new Ensemble([new Dense(2, 1, device: Device.Cpu), new Dense(2, 1, device: Device.Cpu)]).ToString());

    [Fact]
    public void Numbers_in_titles_and_messages_are_the_same_everywhere()
    {
        Assert.Equal("Dropout(0.25)", new Dropout(0.25).ToString());
        string message = Assert.Throws<ArgumentOutOfRangeException>(() => new Dropout(-1.5)).Message;
        Assert.Contains("must be in [0, 1), not -1.5.", message, StringComparison.Ordinal);
        Assert.DoesNotContain("1,5", message, StringComparison.Ordinal);
        Assert.Equal("CrossEntropyLoss", new CrossEntropyLoss().ToString());
    }
}
