namespace DeepSharp.Tests;

/// <summary>Processes that exchange numbers, or die. What they assert stands in the program that they run.</summary>
public class CommunicatorTests
{
    public static TheoryData<string, int> Jobs
    {
        get
        {
            TheoryData<string, int> jobs = [];
            foreach (string launcher in MpiJob.Launchers.DefaultIfEmpty("none"))
            {
                foreach (int ranks in launcher == "mpirun.openmpi" ? new[] { 1, 2, 3, 4 } : [3])
                {
                    jobs.Add(launcher, ranks);
                }
            }

            return jobs;
        }
    }

    public static TheoryData<string> Launchers => [.. MpiJob.Launchers.DefaultIfEmpty("none")];

    [MpiTheory]
    [MemberData(nameof(Jobs))]
    public void Exchanges_come_to_the_sums_and_copies_that_they_say(string launcher, int ranks)
    {
        (int code, string text) = MpiJob.Run(launcher, ranks, "exchanges", $"{ranks}");
        Assert.True(code == 0, text);
        string library = launcher == "mpirun.openmpi" ? "Open MPI" : "MPICH";
        for (int rank = 0; rank < ranks; rank++)
        {
            Assert.Contains($"rank {rank} of {ranks}: {library}", text);
        }
    }

    [MpiTheory]
    [MemberData(nameof(Launchers))]
    public void An_exception_on_a_rank_ends_all_and_names_it(string launcher)
    {
        (int code, string text) = MpiJob.Run(launcher, 3, "throw");
        Assert.NotEqual(0, code);
        Assert.NotEqual(-1, code);
        Assert.Contains("rank 1 of 3", text);
        Assert.Contains("no more data", text);
    }

    [MpiTheory]
    [MemberData(nameof(Launchers))]
    public void An_exit_with_an_error_ends_all_and_names_the_rank(string launcher)
    {
        (int code, string text) = MpiJob.Run(launcher, 3, "exit");
        Assert.Equal(3, code);
        Assert.Contains("rank 1 of 3", text);
        Assert.Contains("exit code 3", text);
    }

    // What MPI itself says: Open MPI "process rank 1 … exited on signal 9", MPICH "PID 123 RUNNING AT host … KILLED BY SIGNAL: 9".
    [MpiTheory]
    [MemberData(nameof(Launchers))]
    public void A_killed_rank_ends_all_and_is_named(string launcher)
    {
        (int code, string text) = MpiJob.Run(launcher, 3, "die");
        Assert.NotEqual(0, code);
        Assert.NotEqual(-1, code);
        Assert.Matches(launcher == "mpirun.openmpi" ? "process rank 1 " : @"PID \d+ RUNNING AT", text);
        Assert.Matches("(?i)signal", text);
    }

    [MpiTheory]
    [MemberData(nameof(Launchers))]
    public void A_rank_that_hangs_is_waited_for_no_longer_than_the_timeout(string launcher)
    {
        (int code, string text) = MpiJob.Run(launcher, 2, "hang");
        Assert.NotEqual(0, code);
        Assert.NotEqual(-1, code);
        Assert.Contains("rank 0 of 2", text);
        Assert.Contains("has waited 1 s", text);
    }
}
