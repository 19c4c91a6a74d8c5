using System.Diagnostics;
using DeepSharp.Distributed;

namespace DeepSharp.Tests;

/// <summary>One rank fails while the others wait for it.</summary>
internal static class FaultCases
{
    internal static void Throw(string[] args) => Fail(static () => throw new InvalidOperationException("no more data"));

    internal static void Exit(string[] args) => Fail(static () => Environment.Exit(3));

    internal static void Die(string[] args) => Fail(static () => Process.GetCurrentProcess().Kill());

    // The others say after a while that they wait.
    internal static void Hang(string[] args)
    {
        Communicator world = Communicator.World;
        world.Timeout = TimeSpan.FromSeconds(1);
        Fail(static () => Thread.Sleep(Timeout.Infinite));
    }

    private static void Fail(Action how)
    {
        Communicator world = Communicator.World;
        world.Barrier();
        if (world.Rank == 1)
        {
            how();
        }

        world.Barrier();
    }
}
