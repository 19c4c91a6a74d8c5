namespace DeepSharp.Tests;

/// <summary>Several ranks train as one process with the whole batch does. What they assert stands in the program that they run.</summary>
public class TrainingTests
{
    [MpiTheory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Gradients_are_those_of_the_whole_batch_and_weights_are_equal_on_all_ranks(int ranks) => Passes(ranks, "loop", "sgd");

    [MpiTheory]
    [InlineData(2, "sgd")]
    [InlineData(3, "sgd", "accumulate")]
    [InlineData(2, "lbfgs")]
    [InlineData(3, "adam", "shard")]
    [InlineData(2, "adam", "shard", "clip")]
    public void Fit_comes_to_what_one_process_comes_to(int ranks, params string[] how) => Passes(ranks, ["fit", .. how]);

    [MpiTheory]
    [InlineData(3)]
    public void Ranks_that_meet_seldom_average_or_make_outer_steps(int ranks) => Passes(ranks, "local");

    [MpiTheory]
    [InlineData(1)]
    [InlineData(3)]
    public void Unused_and_frozen_parameters_slow_ranks_and_other_devices_are_right(int ranks) => Passes(ranks, "odd");

    // To the bit with as many ranks, and to rounding with another number.
    [MpiTheory]
    [InlineData("plain")]
    [InlineData("shard")]
    public void A_training_whose_rank_was_killed_goes_on_as_if_it_had_not_been(string how)
    {
        using TemporaryFolder whole = new();
        using TemporaryFolder broken = new();
        string launcher = MpiJob.Launchers.First();
        string[] expected = Results(MpiJob.Run(launcher, 2, "resume", whole[string.Empty], "whole", how));
        (int code, string text) = MpiJob.Run(launcher, 2, "resume", broken[string.Empty], "stop", how);
        Assert.NotEqual(0, code);
        Assert.NotEqual(-1, code);
        Assert.Equal(["training-4.safetensors"], broken.Files);
        using TemporaryFolder copy = new();
        File.Copy(Path.Combine(broken[string.Empty], "training-4.safetensors"), copy["training-4.safetensors"]);
        Assert.Equal(expected, Results(MpiJob.Run(launcher, 2, "resume", broken[string.Empty], "on", how)));

        // Dropout and batch norm see other shares then.
        string[] other = Results(MpiJob.Run(launcher, 3, "resume", copy[string.Empty], "on", how));
        Assert.NotEqual(expected[0], other[0]);
        double[] losses = [.. other[1].Split(' ').Skip(1).Select(static number => double.Parse(number, System.Globalization.CultureInfo.InvariantCulture))];
        Assert.Equal(8, losses.Length);
        Assert.All(losses, static loss => Assert.InRange(loss, 0.05, 1.5));
        Assert.Equal(expected[1].Split(' ')[1], other[1].Split(' ')[1]);
    }

    private static string[] Results((int Code, string Text) job)
    {
        Assert.True(job.Code == 0, job.Text);
        return [.. new[] { "weights ", "losses " }.Select(name => job.Text[job.Text.IndexOf(name, StringComparison.Ordinal)..].Split('\n')[0].TrimEnd())];
    }

    internal static void Passes(int ranks, params string[] arguments)
    {
        (int code, string text) = MpiJob.Run(MpiJob.Launchers.First(), ranks, arguments);
        Assert.True(code == 0, text);
        for (int rank = 0; rank < ranks; rank++)
        {
            Assert.Contains($"rank {rank} done", text);
        }
    }
}
