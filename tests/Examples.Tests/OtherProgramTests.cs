namespace DeepSharp.Tests;

public class OtherProgramTests
{
    [Fact]
    public void TrainingLoop_reaches_its_accuracy()
    {
        (int code, string output, string errors) = ExampleProgram.Run("TrainingLoop", "1");
        Assert.True(code == 0, errors);

        // "epoch 1: test accuracy 96.71 %"
        double accuracy = double.Parse(output.TrimEnd().Split(' ')[^2], System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(accuracy, 95, 100);
    }

    [Fact]
    public void CustomLayer_checks_its_operator_and_trains()
    {
        (int code, string output, string errors) = ExampleProgram.Run("CustomLayer");
        Assert.True(code == 0, errors);
        Assert.Contains("agrees with its finite differences", output, StringComparison.Ordinal);
        Assert.Contains("epoch 3", output, StringComparison.Ordinal);
    }
}
