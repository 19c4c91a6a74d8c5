using System.Diagnostics;
using System.Globalization;

namespace DeepSharp.Testing;

/// <summary>
/// Reads thousands of damaged files, from fixed seeds: each must be read or refused with a reason, soon, and with memory in proportion to its size.
/// </summary>
/// <remarks>
/// How many is what a test says, unless the environment variable DEEPSHARP_TEST_MUTATIONS names a number, for a long run:
/// <c>DEEPSHARP_TEST_MUTATIONS=100000 dotnet test -c Release tests/Persistence.Tests --filter Mutated</c>.
/// </remarks>
public sealed class MutatedFiles
{
    private const string Switch = "DEEPSHARP_TEST_MUTATIONS";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly byte[][] _originals;
    private readonly string _name;
    private readonly Mutation _mutation;

    /// <summary>Files to damage.</summary>
    /// <param name="name">What the damaged ones are called; readers may go by the ending.</param>
    /// <param name="originals">Good files of the format: small, and of every kind.</param>
    /// <param name="words">Texts that mean something in the format.</param>
    public MutatedFiles(string name, IEnumerable<string> originals, params string[] words)
    {
        _name = name;
        _originals = [.. originals.Select(File.ReadAllBytes)];
        _mutation = new Mutation(_originals, words);
    }

    /// <summary>The managed memory that a reader may take for a file, whatever its size: buffers, messages, tables of parsers.</summary>
    public long Allowance { get; init; } = 4_000_000;

    /// <summary>How many times its size it may take besides.</summary>
    public int Multiple { get; init; } = 64;

    /// <summary>The least share that must be refused: were it hardly any, the damage would not reach the rules.</summary>
    public double LeastRefused { get; init; } = 0.2;

    /// <summary>What else than <see cref="InvalidDataException"/> may refuse a file.</summary>
    public IReadOnlyCollection<Type> Refusals { get; init; } = [];

    /// <summary>Memory that must be as it was after each file, such as that of a device.</summary>
    public Func<long>? Live { get; init; }

    /// <summary>Damages and reads.</summary>
    /// <param name="count">How many files, unless the environment variable says.</param>
    /// <param name="read">Reads a file, and frees what it has read.</param>
    /// <exception cref="MutationException">A file made the reader fail, hang or take too much; the message says which, and has its bytes.</exception>
    public void Read(int count, Action<string> read)
    {
        if (Environment.GetEnvironmentVariable(Switch) is { Length: > 0 } set)
        {
            count = int.Parse(set, CultureInfo.InvariantCulture);
        }

        string folder = Directory.CreateTempSubdirectory("deepsharp-mutated-").FullName;
        try
        {
            Run run = new(this, Path.Combine(folder, _name), read, count);
            Thread thread = new(run.Go) { IsBackground = true };
            thread.Start();
            while (!thread.Join(1000))
            {
                if (run.Elapsed > s_patience)
                {
                    throw new MutationException($"File {run.Number} of {_name} has been read for {s_patience.TotalSeconds} seconds.", run.Bytes, null);
                }
            }

            if (run.Failure is { } failure)
            {
                throw failure;
            }

            if (run.Refused < LeastRefused * count)
            {
                throw new MutationException($"Only {run.Refused} of {count} damaged files {_name} were refused.", [], null);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private sealed class Run(MutatedFiles files, string path, Action<string> read, int count)
    {
        private long _started = Stopwatch.GetTimestamp();

        internal int Number { get; private set; }

        internal int Refused { get; private set; }

        internal byte[] Bytes { get; private set; } = [];

        internal MutationException? Failure { get; private set; }

        internal TimeSpan Elapsed => Stopwatch.GetElapsedTime(Volatile.Read(ref _started));

        internal void Go()
        {
            // The first reading and the first error of a process load what they are made with.
            for (int i = 0; i < Math.Min(20, count); i++)
            {
                Bytes = files._mutation.Of(new Random(i), files._originals[i % files._originals.Length]);
                _ = Try(measured: false);
            }

            Refused = 0;
            for (Number = 0; Number < count && Failure is null; Number++)
            {
                Volatile.Write(ref _started, Stopwatch.GetTimestamp());
                Random random = new(Number);
                Bytes = files._mutation.Of(random, files._originals[random.Next(files._originals.Length)]);
                Failure = Try(measured: true);
            }
        }

        private MutationException? Try(bool measured)
        {
            File.WriteAllBytes(path, Bytes);
            long live = files.Live?.Invoke() ?? 0;
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                read(path);
            }
            catch (Exception error)
            {
                if (error is not InvalidDataException && !files.Refusals.Contains(error.GetType()))
                {
                    return new MutationException($"File {Number} is not refused but fails: {error}", Bytes, error);
                }

                Refused++;
                if (!error.Message.Contains(Path.GetDirectoryName(path)!, StringComparison.Ordinal) || error.Message.Length > 5000)
                {
                    return new MutationException($"File {Number} is refused without its name, or at length: {error.Message}", Bytes, error);
                }
            }

            long taken = GC.GetAllocatedBytesForCurrentThread() - before;
            long allowed = files.Allowance + ((long)files.Multiple * Bytes.Length);
            return measured && taken > allowed
                ? new MutationException($"File {Number}, of {Bytes.Length} bytes, takes {taken} bytes of memory; {allowed} are allowed.", Bytes, null)
                : measured && files.Live?.Invoke() > live
                ? new MutationException($"File {Number} leaves memory behind.", Bytes, null)
                : null;
        }
    }
}
