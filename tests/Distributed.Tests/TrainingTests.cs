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
