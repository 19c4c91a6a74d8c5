using System.Runtime.InteropServices;

namespace DeepSharp.Distributed;

/// <summary>The functions of MPI that are needed, for every library.</summary>
/// <remarks>Handles are pointers in Open MPI and 32-bit numbers in MPICH. Both travel in a register, or a slot of eight bytes of the stack, so that one
/// declaration serves: MPICH looks at the lower half, and writes the lower half of what is zero before (little-endian machines).</remarks>
internal static unsafe partial class MpiFunctions
{
    internal const string Library = "mpi";

    [LibraryImport(Library, EntryPoint = "MPI_Init_thread")]
    internal static partial int InitThread(nint argc, nint argv, int required, out int provided);

    [LibraryImport(Library, EntryPoint = "MPI_Initialized")]
    internal static partial int Initialized(out int flag);

    [LibraryImport(Library, EntryPoint = "MPI_Finalized")]
    internal static partial int Finalized(out int flag);

    [LibraryImport(Library, EntryPoint = "MPI_Query_thread")]
    internal static partial int QueryThread(out int provided);

    [LibraryImport(Library, EntryPoint = "MPI_Finalize")]
    internal static partial int FinalizeMpi();

    [LibraryImport(Library, EntryPoint = "MPI_Abort")]
    internal static partial int Abort(nint communicator, int code);

    [LibraryImport(Library, EntryPoint = "MPI_Get_library_version")]
    internal static partial int GetLibraryVersion(byte* text, out int length);

    [LibraryImport(Library, EntryPoint = "MPI_Error_string")]
    internal static partial int ErrorString(int code, byte* text, out int length);

    [LibraryImport(Library, EntryPoint = "MPI_Comm_set_errhandler")]
    internal static partial int SetErrorHandler(nint communicator, nint handler);

    [LibraryImport(Library, EntryPoint = "MPI_Comm_rank")]
    internal static partial int Rank(nint communicator, out int rank);

    [LibraryImport(Library, EntryPoint = "MPI_Comm_size")]
    internal static partial int Size(nint communicator, out int size);

    [LibraryImport(Library, EntryPoint = "MPI_Comm_split")]
    internal static partial int Split(nint communicator, int color, int key, ref nint result);

    [LibraryImport(Library, EntryPoint = "MPI_Comm_split_type")]
    internal static partial int SplitType(nint communicator, int type, int key, nint info, ref nint result);

    [LibraryImport(Library, EntryPoint = "MPI_Comm_free")]
    internal static partial int Free(ref nint communicator);

    [LibraryImport(Library, EntryPoint = "MPI_Ibcast")]
    internal static partial int Broadcast(void* values, int count, nint type, int root, nint communicator, nint* request);

    [LibraryImport(Library, EntryPoint = "MPI_Iallreduce")]
    internal static partial int AllReduce(void* source, void* target, int count, nint type, nint operation, nint communicator, nint* request);

    [LibraryImport(Library, EntryPoint = "MPI_Ireduce_scatter")]
    internal static partial int ReduceScatter(void* source, void* target, int* counts, nint type, nint operation, nint communicator, nint* request);

    [LibraryImport(Library, EntryPoint = "MPI_Iallgatherv")]
    internal static partial int AllGather(
        void* source, int count, nint sourceType, void* target, int* counts, int* places, nint type, nint communicator, nint* request);

    [LibraryImport(Library, EntryPoint = "MPI_Ibarrier")]
    internal static partial int Barrier(nint communicator, nint* request);

    [LibraryImport(Library, EntryPoint = "MPI_Test")]
    internal static partial int Test(nint* request, out int flag, nint status);

    // What the library reads from its environment: .NET's own copy is not seen by native code.
    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int SetEnvironment(string name, string value, int overwrite);

    [LibraryImport("libc", EntryPoint = "usleep")]
    internal static partial int Sleep(uint microseconds);
}
