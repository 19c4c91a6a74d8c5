using DeepSharp.Examples.Mnist;

namespace DeepSharp.Tests;

public class MnistReportTests
{
    // The first test images are 7, 2, 1, 0, 4: what is read as a digit that is not among them has a column of its own.
    [Fact]
    public void A_digit_read_as_one_that_is_not_there_is_no_hit()
    {
        int[][] counts = [.. Report.Confusion([9, 2, 1, 0, 4], [7, 2, 1, 0, 4], 10)
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)[2..]
            .Select(static line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Select(static line => line[1..].Select(static cell => cell == "." ? 0 : int.Parse(cell)).ToArray())];
        Assert.Equal(10, counts.Length);
        Assert.All(counts, static row => Assert.Equal(10, row.Length));
        for (int row = 0; row < 10; row++)
        {
            for (int column = 0; column < 10; column++)
            {
                bool counted = (row, column) is (7, 9) or (2, 2) or (1, 1) or (0, 0) or (4, 4);
                Assert.Equal(counted ? 1 : 0, counts[row][column]);
            }
        }
    }

    [Fact]
    public void A_few_samples_are_reported_too()
    {
        (int code, string output, string errors) = ExampleProgram.Run("Mnist", "--limit", "5", "--epochs", "1", "--device", "cpu", "--seed", "3");
        Assert.True(code == 0, errors);
        string[] lines = output.Split('\n');
        int head = Array.FindIndex(lines, static line => line.StartsWith("confusion matrix", StringComparison.Ordinal));
        Assert.Equal([.. Enumerable.Range(0, 10).Select(static i => i.ToString())], lines[head + 1].Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }
}
