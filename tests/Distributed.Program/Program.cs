using System.Globalization;
using DeepSharp;
using DeepSharp.Tests;

// Started by mpirun from the tests: the name of a case, and what it needs. A case that fails throws, which ends all ranks.
CpuKernels.Threads = 1;
CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
Action<string[]> run = args[0] switch
{
    "exchanges" => ExchangeCases.Run,
    "loop" => TrainingCases.Loop,
    "fit" => TrainingCases.Fit,
    "resume" => MoreCases.Resume,
    "local" => MoreCases.Local,
    "odd" => MoreCases.Odd,
    "throw" => FaultCases.Throw,
    "exit" => FaultCases.Exit,
    "die" => FaultCases.Die,
    "hang" => FaultCases.Hang,
    _ => throw new ArgumentException($"There is no case {args[0]}."),
};
run(args[1..]);
