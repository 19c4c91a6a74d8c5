using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;

namespace DeepSharp.Distributed;

/// <summary>The system's MPI library: found and loaded once, begun when the world is first asked for, and ended with the process.</summary>
internal static unsafe class Mpi
{
    private const int Serialized = 2;
    private const int Multiple = 3;

    private static readonly Lock s_beginning = new();
    private static readonly Lazy<(nint Handle, string Path)?> s_library = new(Find);
    private static MpiFamily? s_family;
    private static bool s_begun;
    private static bool s_ended;

    /// <summary>Only one thread at a time is inside the library, and none stays there: calls begin an exchange or look whether it is done. So a library that
    /// allows one thread at a time is enough.</summary>
    internal static Lock Gate { get; } = new();

    /// <summary>Whether other threads than that which began MPI may call it.</summary>
    internal static bool HasThreads { get; private set; }

    internal static bool IsFound => s_library.Value is not null;

    internal static MpiFamily Family
    {
        get
        {
            if (!s_begun)
            {
                Begin();
            }

            return s_family!;
        }
    }

    internal static bool HasBegun => s_begun && !s_ended;

    /// <summary>Loads the library, and calls its MPI_Init_thread unless somebody has.</summary>
    internal static void Begin()
    {
        lock (s_beginning)
        {
            if (s_begun)
            {
                return;
            }

            (nint handle, string path) = s_library.Value ?? throw new MpiException(
                "Communicator: there is no MPI library on this machine. Install one, such as Debian's openmpi-bin (apt-get install openmpi-bin) or mpich, and "
                + "start the program with its mpirun; or name the library's file in the environment variable DEEPSHARP_MPI.");
            NativeLibrary.SetDllImportResolver(
                typeof(Mpi).Assembly, (string name, Assembly _, DllImportSearchPath? _) => name == MpiFunctions.Library ? handle : 0);
            s_family = MpiFamily.Of(handle);
            Check(MpiFunctions.Initialized(out int before), "MPI_Initialized");
            int level;
            if (before != 0)
            {
                Check(MpiFunctions.QueryThread(out level), "MPI_Query_thread");
            }
            else
            {
                Check(MpiFunctions.InitThread(0, 0, Multiple, out level), $"MPI_Init_thread of {path}");
                AppDomain.CurrentDomain.ProcessExit += static (_, _) => End();
            }

            HasThreads = level >= Serialized;
            Check(MpiFunctions.SetErrorHandler(s_family.World, s_family.ErrorsReturn), "MPI_Comm_set_errhandler");
            AppDomain.CurrentDomain.UnhandledException += static (_, failure) => Abort(failure.ExceptionObject as Exception);
            s_begun = true;
        }
    }

    /// <summary>The library's own name and version.</summary>
    internal static string Version()
    {
        Begin();
        byte* text = stackalloc byte[8192];
        Check(MpiFunctions.GetLibraryVersion(text, out int length), "MPI_Get_library_version");
        return Encoding.UTF8.GetString(text, length).Trim('\0', '\n', ' ');
    }

    /// <summary>Throws if a function has not succeeded.</summary>
    internal static void Check(int code, string function)
    {
        if (code == 0)
        {
            return;
        }

        byte* text = stackalloc byte[8192];
        string said = MpiFunctions.ErrorString(code, text, out int length) == 0 ? Encoding.UTF8.GetString(text, length) : "no text";
        throw new MpiException($"{function} has failed on {Where()}: {said} (error {code}).");
    }

    /// <summary>Ends the job, all ranks of it, with a message that names this one.</summary>
    internal static void Abort(Exception? error)
    {
        if (!HasBegun)
        {
            return;
        }

        Console.Error.WriteLine(
            $"DeepSharp: {Where()} has failed, which ends all ranks: {error?.GetType().Name ?? "an exception"}: {error?.Message}{Environment.NewLine}{error?.StackTrace}");
        Console.Error.Flush();
        EndAll(1);
    }

    /// <summary>This rank and machine, for messages.</summary>
    internal static string Where()
    {
        int rank = 0;
        int size = 0;
        return s_begun && MpiFunctions.Rank(s_family!.World, out rank) == 0 && MpiFunctions.Size(s_family.World, out size) == 0
            ? $"rank {rank} of {size} ({Environment.MachineName}, process {Environment.ProcessId})"
            : $"process {Environment.ProcessId} ({Environment.MachineName})";
    }

    // The last act. A rank that ends by an error while others wait for it ends them, too.
    private static void End()
    {
        lock (s_beginning)
        {
            if (s_ended || MpiFunctions.Finalized(out int ended) != 0 || ended != 0)
            {
                return;
            }

            if (Environment.ExitCode != 0)
            {
                Console.Error.WriteLine($"DeepSharp: {Where()} ends with exit code {Environment.ExitCode}, which ends all ranks.");
                Console.Error.Flush();
                EndAll(Environment.ExitCode);
                return;
            }

            s_ended = true;
            Progress.Stop();
            lock (Gate)
            {
                _ = MpiFunctions.FinalizeMpi();
            }
        }
    }

    private static void EndAll(int code)
    {
        s_ended = true;

        // Without the lock: whoever holds it may wait for ever.
        _ = MpiFunctions.Abort(s_family!.World, code);
    }

    private static (nint Handle, string Path)? Find()
    {
        // .NET turns a fault at address 0 into a NullReferenceException. The handlers that Open MPI sets for it when it begins, and UCX when it is loaded,
        // would end the process instead.
        _ = MpiFunctions.SetEnvironment("OMPI_MCA_opal_signal", "6", 0);
        _ = MpiFunctions.SetEnvironment("UCX_HANDLE_ERRORS", "none", 0);
        foreach (string name in Candidates())
        {
            if (NativeLibrary.TryLoad(name, out nint handle))
            {
                if (NativeLibrary.TryGetExport(handle, "MPI_Iallreduce", out _))
                {
                    return (handle, name);
                }

                NativeLibrary.Free(handle);
            }
        }

        return null;
    }

    // Who started the process says which library it talks to: the launchers leave notes in the environment.
    private static IEnumerable<string> Candidates()
    {
        if (Environment.GetEnvironmentVariable("DEEPSHARP_MPI") is { Length: > 0 } named)
        {
            return [named];
        }

        string[] open = OperatingSystem.IsMacOS() ? ["libmpi.40.dylib"] : ["libmpi.so.40"];
        string[] mpich = OperatingSystem.IsMacOS() ? ["libmpi.12.dylib", "libpmpi.12.dylib"] : ["libmpich.so.12", "libmpi.so.12", "libmpi_cray.so.12"];
        bool byOpen = Has("OMPI_COMM_WORLD_SIZE") || Has("PMIX_RANK");
        bool byMpich = !byOpen && (Has("PMI_RANK") || Has("PMI_SIZE") || Has("PMI_FD"));
        return byMpich ? [.. mpich, .. open] : [.. open, .. mpich];

        static bool Has(string variable) => Environment.GetEnvironmentVariable(variable) is not null;
    }
}
