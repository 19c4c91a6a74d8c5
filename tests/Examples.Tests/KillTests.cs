using System.Diagnostics;
using System.Globalization;

namespace DeepSharp.Tests;

/// <summary>Trainings that are ended from outside, at any moment, and started again.</summary>
public class KillTests
{
    private const string Epochs = "100";

    // Enough for each change; DEEPSHARP_TEST_KILLS asks for more.
    private static readonly int s_kills =
        Environment.GetEnvironmentVariable("DEEPSHARP_TEST_KILLS") is { Length: > 0 } set ? int.Parse(set, CultureInfo.InvariantCulture) : 20;

    [Fact]
    public void A_training_killed_at_random_moments_comes_to_the_weights_of_one_that_was_not()
    {
        using TemporaryFolder undisturbed = new();
        string wanted = Weights(ExampleProgram.Run("Resume", undisturbed["."], Epochs));
        Random random = new(1);
        int kills = 0;
        int finished = 0;
        while (kills < s_kills)
        {
            using TemporaryFolder folder = new();
            while (true)
            {
                using Process process = ExampleProgram.Start("Resume", folder["."], Epochs);
                if (Killed(process, folder["resume.safetensors"], random))
                {
                    kills++;
                    continue;
                }

                Assert.Equal(wanted, Weights((process.ExitCode, process.StandardOutput.ReadToEnd(), process.StandardError.ReadToEnd())));
                finished++;
                break;
            }

            // What was left half written goes with the next file, once it cannot be one that is being made.
            Thread.Sleep(TimeSpan.FromSeconds(2.1));
            DeepSharp.Persistence.AtomicFile.WriteText(folder["other"], "");
            string[] files = [.. Directory.EnumerateFiles(folder["."]).Select(static file => Path.GetFileName(file)!).Order(StringComparer.Ordinal)];
            Assert.Equal(["other", "resume.csv", "resume.safetensors"], files);
            Assert.Equal(int.Parse(Epochs, CultureInfo.InvariantCulture) + 1, File.ReadAllLines(folder["resume.csv"]).Length);
        }

        Assert.True(finished > 0);
    }

    // Not Ctrl-C: a program that is started in the background does not hear it.
    [Fact]
    public void A_training_that_is_asked_to_end_saves_where_it_stands()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        using TemporaryFolder folder = new();
        using Process process = ExampleProgram.Start("Resume", folder["."], "100000");
        WaitForSave(process, folder["resume.safetensors"], default);
        using (Process kill = Process.Start("sh", ["-c", $"kill -TERM {process.Id}"]))
        {
            kill.WaitForExit();
        }

        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(130, process.ExitCode);
        Assert.Contains("It was cancelled.", output, StringComparison.Ordinal);
        Assert.Contains("start again to go on", output, StringComparison.Ordinal);
        Assert.Equal(["resume.csv", "resume.safetensors"], folder.Files);
    }

    [Fact]
    public void Mnist_goes_on_from_its_checkpoint_to_the_bit()
    {
        using TemporaryFolder folder = new();
        string[] common = ["--device", "cpu", "--limit", "600", "--schedule", "constant", "--checkpoint", folder["c"]];
        ExampleProgram.RunHere("Mnist", [.. common, "--epochs", "3", "--out", folder["whole"]]);
        ExampleProgram.RunHere("Mnist", [.. common, "--epochs", "1"]);
        (int code, string output, string errors) = ExampleProgram.RunHere("Mnist", [.. common, "--epochs", "3", "--resume", "--out", folder["resumed"]]);
        Assert.True(code == 0, errors);
        Assert.DoesNotContain("epoch 1/", output, StringComparison.Ordinal);
        Assert.Equal(File.ReadAllBytes(folder["whole"]), File.ReadAllBytes(folder["resumed"]));
    }

    private static string Weights((int Code, string Output, string Errors) ran)
    {
        Assert.True(ran.Code == 0, ran.Errors);
        return ran.Output.TrimEnd().Split('\n')[^1];
    }

    // A moment after something has been saved, so that the training goes forward.
    private static bool Killed(Process process, string file, Random random)
    {
        WaitForSave(process, file, File.GetLastWriteTimeUtc(file));
        Thread.Sleep(random.Next(150));
        if (process.HasExited)
        {
            return false;
        }

        process.Kill();
        process.WaitForExit();
        return process.ExitCode != 0;
    }

    private static void WaitForSave(Process process, string file, DateTime before)
    {
        while (!process.HasExited && (!File.Exists(file) || File.GetLastWriteTimeUtc(file) <= before))
        {
            Thread.Sleep(1);
        }
    }
}
