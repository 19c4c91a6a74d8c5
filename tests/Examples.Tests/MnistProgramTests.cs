using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using DeepSharp.Data;
using DeepSharp.Examples.Mnist;
using DeepSharp.Layers;
using DeepSharp.Optim;
using DeepSharp.Training;

namespace DeepSharp.Tests;

public partial class MnistProgramTests
{
    [Fact]
    public void Trains_reports_and_saves_the_same_bits_for_the_same_seed()
    {
        string folder = Directory.CreateTempSubdirectory("deepsharp").FullName;
        try
        {
            byte[] first = Train("1", Path.Combine(folder, "first.safetensors"));
            byte[] again = Train("1", Path.Combine(folder, "again.safetensors"));
            byte[] other = Train("2", Path.Combine(folder, "other.safetensors"));
            Assert.Equal(first, again);
            Assert.NotEqual(first, other);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Softmax_regression_runs_on_the_kernels_of_GPUs()
    {
        (int code, string output, _) = ExampleProgram.Run(
            "Mnist", "--model", "softmax", "--device", "emulated", "--limit", "8", "--batch", "4", "--epochs", "1");
        Assert.Equal(0, code);
        Assert.EndsWith("device=emulated", output.TrimEnd(), StringComparison.Ordinal);
    }

    // The line above the confusion matrix: whether, when, and how long after the program's start 99 % were read.
    [Theory]
    [InlineData("cnn", 6000, "2", 0.9)]
    [InlineData("resnet", 3000, "2", 0.6)]
    public void Convolutions_read_digits(string model, int limit, string epochs, double least)
    {
        (int code, string output, string errors) = ExampleProgram.Run(
            "Mnist", "--model", model, "--device", "cpu", "--epochs", epochs, "--limit", $"{limit}", "--batch", "32");
        Assert.True(code == 0, errors);
        Assert.Matches(LastLine(), output.TrimEnd());
        Match accuracy = Regex.Match(output, @"test_accuracy=(\d\.\d{4})");
        Assert.True(double.Parse(accuracy.Groups[1].Value, CultureInfo.InvariantCulture) > least, output);
        Assert.Matches("\nfewer than 99 % of the test images were read after each epoch\r?\n", output);
    }

    [Fact]
    public void The_time_until_an_accuracy_is_reached_is_told()
    {
        // A number and whether it is above zero: soon known without a mistake.
        Dataset data = new(Tensor.Arange(-32, 32).Reshape(64, 1) / 32.0 + 0.01, (Tensor.Arange(-32, 32) >= 0).To(DType.Int64));
        Sequential model = [new Dense(1, 2, generator: new Generator(1))];
        (Milestone reached, Milestone not) = (new(0.9), new(1.1));
        History history = model.Fit(
            data, new Adam(model.Parameters(), 0.1), epochs: 20, metrics: [new Accuracy()], validation: data, callbacks: [reached, not]);
        int first = history.Epochs.First(static epoch => epoch["val_accuracy"] >= 0.9).Epoch;
        Assert.Matches($@"^90 % of the test images were first read after epoch {first}, \d+\.\d s from the start of the program$", reached.ToString());
        Assert.Equal("fewer than 110 % of the test images were read after each epoch", not.ToString());
    }

    [Theory]
    [InlineData("float16")]
    [InlineData("bfloat16")]
    public void Half_precision_reads_digits(string precision)
    {
        (int code, string output, string errors) = ExampleProgram.Run(
            "Mnist", "--device", "cpu", "--epochs", "2", "--limit", "3000", "--precision", precision);
        Assert.True(code == 0, errors);
        Match accuracy = Regex.Match(output, @"test_accuracy=(\d\.\d{4})");
        Assert.True(double.Parse(accuracy.Groups[1].Value, CultureInfo.InvariantCulture) > 0.85, output);
    }

    [Fact]
    public void A_program_that_fails_says_so_on_its_error_stream_and_in_its_exit_code()
    {
        (int code, string output, string errors) = ExampleProgram.Run("Mnist", "--data", "no-such-folder");
        Assert.NotEqual(0, code);
        Assert.Contains("found no folder", errors, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("   at ", errors + output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("found no folder", "--data", "no-such-folder")]
    [InlineData("train-images-idx3-ubyte", "--data", ".")]
    [InlineData("--lr must be a number", "--lr", "fast")]
    [InlineData("--epochs must be a number", "--epochs", "0")]
    [InlineData("--limit must be a number", "--limit", "-3")]
    [InlineData("--seed must be a number", "--seed", "-1")]
    [InlineData("no-such-rule", "--optimizer", "no-such-rule")]
    [InlineData("evaluates the loss itself", "--optimizer", "l-bfgs", "--precision", "float16", "--limit", "100")]
    [InlineData("--out: there is no folder", "--out", "no-such-folder/model.safetensors")]
    [InlineData("--out: the name of the file is empty", "--out", "")]
    [InlineData("is a folder, not a file", "--out", ".")]
    [InlineData("--data: the name of the folder is empty", "--data", "")]
    [InlineData("at least two values", "--batch", "1", "--limit", "4")]
    [InlineData("--no-such-option", "--no-such-option")]
    public void What_goes_wrong_is_told_in_a_line(string said, params string[] arguments)
    {
        (int code, string output, string errors) = ExampleProgram.RunHere("Mnist", arguments);
        Assert.NotEqual(0, code);
        Assert.Contains(said, errors, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("   at ", errors + output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\u0003", "interrupted")]
    [InlineData(null, "ended")]
    public void A_terminal_has_its_cursor_back_when_the_program_is(string? key, string how)
    {
        // script(1) gives a program a terminal.
        if (!File.Exists("/usr/bin/script"))
        {
            return;
        }

        using Process process = ExampleProgram.StartOnTerminal("Mnist", "--device cpu --epochs 10000 --limit 6000");
        StringBuilder text = new();
        Wait("\u001b[?25l");
        Wait("loss");
        if (key is null)
        {
            // What script runs is its only child.
            using Process kill = Process.Start("sh", ["-c", $"kill -TERM $(cat /proc/{process.Id}/task/{process.Id}/children)"]);
        }
        else
        {
            process.StandardInput.Write(key);
            process.StandardInput.Flush();
        }

        text.Append(process.StandardOutput.ReadToEnd());
        process.WaitForExit();
        string all = text.ToString();
        Assert.True(all.LastIndexOf("\u001b[?25h", StringComparison.Ordinal) > all.LastIndexOf("\u001b[?25l", StringComparison.Ordinal), how);

        void Wait(string shown)
        {
            char[] some = new char[4096];
            while (!text.ToString().Contains(shown, StringComparison.Ordinal))
            {
                int read = process.StandardOutput.Read(some);
                Assert.True(read > 0, text.ToString());
                text.Append(some, 0, read);
            }
        }
    }

    [GeneratedRegex(@"test_accuracy=0\.\d{4} seconds=\d+\.\d\d samples_per_second=\d+ device=cpu$")]
    private static partial Regex LastLine();

    private static byte[] Train(string seed, string file)
    {
        (int code, string output, string errors) = ExampleProgram.Run(
            "Mnist", "--device", "cpu", "--epochs", "1", "--limit", "3000", "--seed", seed, "--out", file);
        Assert.True(code == 0, errors);
        Assert.Matches(LastLine(), output.TrimEnd());
        return File.ReadAllBytes(file);
    }
}
