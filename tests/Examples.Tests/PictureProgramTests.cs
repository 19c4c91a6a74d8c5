namespace DeepSharp.Tests;

/// <summary>The programs that draw pictures.</summary>
public class PictureProgramTests
{
    [Theory]
    [InlineData("Schedules")]
    [InlineData("GradientDescent")]
    [InlineData("OptimizerRace")]
    public void A_file_that_cannot_be_written_is_told_in_a_line(string example)
    {
        foreach ((string file, string said) in ((string, string)[])
            [("", "--out: the name of the file is empty"), (".", "is a folder, not a file"), ("none/a.svg", "--out: there is no folder")])
        {
            (int code, string output, string errors) = ExampleProgram.Run(example, "--out", file);
            Assert.NotEqual(0, code);
            Assert.StartsWith(said is "is a folder, not a file" ? "--out: " : said, errors, StringComparison.Ordinal);
            Assert.Contains(said, errors, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", errors + output, StringComparison.Ordinal);
        }
    }
}
