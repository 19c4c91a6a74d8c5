using System.Runtime.InteropServices;

namespace DeepSharp.Distributed;

/// <summary>A group of processes, the ranks, that exchange tensors: all that one <c>mpirun</c> has started, or a part of them.</summary>
/// <remarks>
/// <para>All ranks make the same calls in the same order, with tensors of the same shapes and types. A call returns when its result is there; its form that
/// begins with <c>Start</c> returns at once, and its result is there when <see cref="Exchange.Wait"/> has returned. Results are equal to the bit on all
/// ranks. Tensors on the CPU are exchanged where they are; those on a GPU by way of the host's memory.</para>
/// <para>The library is Open MPI or MPICH (Intel MPI, MVAPICH and Cray MPI are of its family), whichever started the program; else the first one found. It
/// is begun when <see cref="World"/> is first asked for, and ended with the process. An exception that nobody catches, and an exit code other than
/// 0, end all ranks with a message that names the one. Threads that train networks of their own take communicators of their own (<see cref="Split"/>),
/// since the order of calls must be the same on all ranks.</para>
/// </remarks>
/// <example><code>
/// Communicator world = Communicator.World;
/// Tensor sum = Tensor.From([1f * world.Rank]);
/// world.AllReduce(sum);
/// </code></example>
public sealed unsafe class Communicator : IDisposable
{
    private static readonly Lazy<Communicator> s_world = new(static () => new Communicator(Mpi.Family.World, "World", owned: false));
    private readonly string _name;
    private readonly bool _owned;
    private nint _handle;
    private int? _localRank;

    private Communicator(nint handle, string name, bool owned)
    {
        (_handle, _name, _owned) = (handle, name, owned);
        lock (Mpi.Gate)
        {
            Mpi.Check(MpiFunctions.Rank(handle, out int rank), "MPI_Comm_rank");
            Mpi.Check(MpiFunctions.Size(handle, out int size), "MPI_Comm_size");
            (Rank, Size) = (rank, size);
        }
    }

    /// <summary>All processes of the job. One that was started without <c>mpirun</c> is a job of one.</summary>
    /// <exception cref="MpiException">There is no MPI library, or it cannot begin.</exception>
    public static Communicator World => s_world.Value;

    /// <summary>Whether there is an MPI library on this machine.</summary>
    public static bool IsAvailable => Mpi.IsFound;

    /// <summary>The name and version of the MPI library, as it gives them.</summary>
    public static string Library => Mpi.Version();

    /// <summary>The number of this process, from 0.</summary>
    public int Rank { get; }

    /// <summary>The number of processes.</summary>
    public int Size { get; }

    /// <summary>The number of this process among those of the communicator on its machine, from 0: which GPU it takes, for one.</summary>
    /// <remarks>All ranks ask for it the first time together.</remarks>
    public int LocalRank
    {
        get
        {
            if (_localRank is null)
            {
                nint local = 0;
                lock (Mpi.Gate)
                {
                    Mpi.Check(MpiFunctions.SplitType(Handle, Mpi.Family.SharedMemory, Rank, Mpi.Family.NoInfo, ref local), "MPI_Comm_split_type");
                    Mpi.Check(MpiFunctions.Rank(local, out int rank), "MPI_Comm_rank");
                    _localRank = rank;
                    Mpi.Check(MpiFunctions.Free(ref local), "MPI_Comm_free");
                }
            }

            return _localRank.Value;
        }
    }

    /// <summary>How long a rank waits for the others before it throws; half an hour at first. A rank that has died ends the job at once, by MPI itself: this
    /// is for those that hang, or do something else.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The time is not above zero.</exception>
    public TimeSpan Timeout
    {
        get;
        set => field = value > TimeSpan.Zero
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), $"Communicator: the timeout must be above zero, not {value}.");
    } = TimeSpan.FromMinutes(30);

    private nint Handle
    {
        get
        {
            ObjectDisposedException.ThrowIf(_handle == 0, this);
            return _handle;
        }
    }

    /// <summary>The part of so many things that is a rank's: parts stand one behind the other, and differ by one at most.</summary>
    /// <param name="count">How many things.</param>
    /// <param name="rank">Whose part.</param>
    public (int Start, int Length) PartOf(int count, int rank)
    {
        RequireNotNegative(count, nameof(PartOf), nameof(count));
        int start = (int)((long)count * rank / Size);
        return (start, (int)((long)count * (rank + 1) / Size) - start);
    }

    /// <summary>Groups of ranks: those that give the same number are together from now on.</summary>
    /// <param name="group">The number of this rank's group; not negative.</param>
    /// <param name="order">Ranks of a group are numbered by this, then by their rank here.</param>
    /// <returns>This rank's group.</returns>
    public Communicator Split(int group, int order = 0)
    {
        RequireNotNegative(group, nameof(Split), nameof(group));
        nint part = 0;
        lock (Mpi.Gate)
        {
            Mpi.Check(MpiFunctions.Split(Handle, group, order, ref part), "MPI_Comm_split");
            Mpi.Check(MpiFunctions.SetErrorHandler(part, Mpi.Family.ErrorsReturn), "MPI_Comm_set_errhandler");
        }

        return new Communicator(part, $"{_name}/{group}", owned: true) { Timeout = Timeout };
    }

    /// <summary>Returns when all ranks have come here.</summary>
    public void Barrier() => StartBarrier().Wait();

    /// <inheritdoc cref="Barrier"/>
    public Exchange StartBarrier() => new(this, "Barrier", request => MpiFunctions.Barrier(Handle, request), null);

    /// <summary>Gives all ranks the elements that one has.</summary>
    /// <param name="values">Read on that rank, overwritten on the others.</param>
    /// <param name="root">The rank that has them.</param>
    public void Broadcast(Tensor values, int root = 0) => StartBroadcast(values, root).Wait();

    /// <inheritdoc cref="Broadcast(Tensor, int)"/>
    public Exchange StartBroadcast(Tensor values, int root = 0)
    {
        ArgumentNullException.ThrowIfNull(values);
        RequireRank(root, nameof(Broadcast));
        Staged staged = new(values, nameof(Broadcast), read: Rank == root);
        (int count, nint type) = staged.Units;
        return new Exchange(
            this, "Broadcast", request => MpiFunctions.Broadcast(staged.Pointer, count, type, root, Handle, request), Rank == root ? null : staged.Return, staged);
    }

    /// <summary>Replaces the elements by those of all ranks added up, or by the largest or smallest, place by place.</summary>
    /// <param name="values">Float32, Float64, Int32 or Int64; overwritten by the result.</param>
    /// <param name="reduction">What becomes of them.</param>
    /// <exception cref="ArgumentException">Elements of the type are not reduced.</exception>
    public void AllReduce(Tensor values, Reduction reduction = Reduction.Sum) => StartAllReduce(values, reduction).Wait();

    /// <inheritdoc cref="AllReduce(Tensor, Reduction)"/>
    public Exchange StartAllReduce(Tensor values, Reduction reduction = Reduction.Sum)
    {
        ArgumentNullException.ThrowIfNull(values);
        nint type = Mpi.Family.TypeOf(values.DType, nameof(AllReduce));
        nint operation = Mpi.Family.OperationOf(reduction);
        Staged staged = new(values, nameof(AllReduce), read: true);
        return new Exchange(
            this, "AllReduce",
            request => MpiFunctions.AllReduce((void*)Mpi.Family.InPlace, staged.Pointer, values.Count, type, operation, Handle, request), staged.Return, staged);
    }

    /// <summary>Replaces numbers by those of all ranks added up, or by the largest or smallest.</summary>
    /// <param name="values">Overwritten by the result.</param>
    /// <param name="reduction">What becomes of them.</param>
    public void AllReduce(Span<double> values, Reduction reduction = Reduction.Sum)
    {
        int count = values.Length;
        nint operation = Mpi.Family.OperationOf(reduction);
        fixed (double* first = values)
        {
            nint place = (nint)first;
            new Exchange(
                this, "AllReduce",
                request => MpiFunctions.AllReduce((void*)Mpi.Family.InPlace, (void*)place, count, Mpi.Family.Double, operation, Handle, request), null).Wait();
        }
    }

    /// <summary>Adds up the elements of all ranks, and gives each rank its part of the sums (<see cref="PartOf"/>).</summary>
    /// <param name="values">The elements, Float32, Float64, Int32 or Int64; they stay as they are.</param>
    /// <param name="part">Where this rank's part goes: so many elements.</param>
    /// <exception cref="ArgumentException">The part has another length or type.</exception>
    public void ReduceScatter(Tensor values, Tensor part) => StartReduceScatter(values, part).Wait();

    /// <inheritdoc cref="ReduceScatter(Tensor, Tensor)"/>
    public Exchange StartReduceScatter(Tensor values, Tensor part)
    {
        ArgumentNullException.ThrowIfNull(values);
        return StartReduceScatter(values, part, Parts(values.Count));
    }

    /// <summary>Gives all ranks the parts of all, one behind the other (<see cref="PartOf"/>).</summary>
    /// <param name="part">This rank's part; it stays as it is. It may be the part of <paramref name="values"/> itself.</param>
    /// <param name="values">Where all parts go.</param>
    /// <exception cref="ArgumentException">The part has another length or type.</exception>
    public void AllGather(Tensor part, Tensor values) => StartAllGather(part, values).Wait();

    /// <inheritdoc cref="AllGather(Tensor, Tensor)"/>
    public Exchange StartAllGather(Tensor part, Tensor values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return StartAllGather(part, values, Parts(values.Count));
    }

    /// <summary>Gives all ranks the bytes of each, of any lengths.</summary>
    /// <param name="bytes">This rank's.</param>
    /// <returns>Those of each rank, by its number.</returns>
    public byte[][] AllGather(ReadOnlySpan<byte> bytes)
    {
        double[] lengths = new double[Size];
        lengths[Rank] = bytes.Length;
        AllReduce(lengths);
        int[] counts = Array.ConvertAll(lengths, static length => (int)length);
        int[] places = Places(counts);
        byte[] all = new byte[checked(counts.Sum())];
        fixed (byte* source = bytes)
        fixed (byte* target = all)
        fixed (int* count = counts)
        fixed (int* place = places)
        {
            (nint from, nint to, nint lengthsAt, nint placesAt) = ((nint)source, (nint)target, (nint)count, (nint)place);
            int own = counts[Rank];
            new Exchange(
                this, "AllGather",
                request => MpiFunctions.AllGather(
                    (void*)from, own, Mpi.Family.Byte, (void*)to, (int*)lengthsAt, (int*)placesAt, Mpi.Family.Byte, Handle, request),
                null).Wait();
        }

        return [.. counts.Select((length, rank) => all[places[rank]..(places[rank] + length)])];
    }

    /// <summary>Ends all ranks of the job with a message that names this one. The process does not go on.</summary>
    /// <param name="error">Why.</param>
    public static void Abort(Exception error)
    {
        ArgumentNullException.ThrowIfNull(error);
        Mpi.Abort(error);
    }

    /// <summary>Frees a communicator that <see cref="Split"/> has made; the world stays.</summary>
    public void Dispose()
    {
        if (_owned && _handle != 0 && Mpi.HasBegun)
        {
            lock (Mpi.Gate)
            {
                _ = MpiFunctions.Free(ref _handle);
            }

            _handle = 0;
        }
    }

    /// <summary>The name, this rank and the number of ranks.</summary>
    public override string ToString() => $"Communicator {_name}, rank {Rank} of {Size}";

    internal Exchange StartReduceScatter(Tensor values, Tensor part, int[] counts, byte[]? buffer = null)
    {
        RequirePart(part, values, counts, nameof(ReduceScatter));
        nint type = Mpi.Family.TypeOf(values.DType, nameof(ReduceScatter));
        Staged source = new(values, nameof(ReduceScatter), read: true);
        Staged target = new(part, nameof(ReduceScatter), read: false, buffer);
        int[] pinned = Pinned(counts);
        return new Exchange(
            this, "ReduceScatter",
            request => MpiFunctions.ReduceScatter(source.Pointer, target.Pointer, At(pinned), type, Mpi.Family.Sum, Handle, request),
            target.Return, source, target, pinned);
    }

    internal Exchange StartAllGather(Tensor part, Tensor values, int[] counts)
    {
        RequirePart(part, values, counts, nameof(AllGather));
        nint type = Mpi.Family.TypeOf(values.DType, nameof(AllGather));
        Staged source = new(part, nameof(AllGather), read: true);
        Staged target = new(values, nameof(AllGather), read: false);
        int[] places = Places(counts);
        bool inPlace = target.Pointer + ((long)places[Rank] * values.DType.Size) == source.Pointer;
        (int[] lengths, int[] offsets) = (Pinned(counts), Pinned(places));
        return new Exchange(
            this, "AllGather",
            request => MpiFunctions.AllGather(
                inPlace ? (void*)Mpi.Family.InPlace : source.Pointer, counts[Rank], type, target.Pointer, At(lengths), At(offsets), type, Handle, request),
            target.Return, source, target, lengths, offsets);
    }

    private static int[] Places(int[] counts)
    {
        int[] places = new int[counts.Length];
        for (int i = 1; i < places.Length; i++)
        {
            places[i] = places[i - 1] + counts[i - 1];
        }

        return places;
    }

    private static int[] Pinned(int[] numbers)
    {
        int[] pinned = GC.AllocateUninitializedArray<int>(numbers.Length, pinned: true);
        numbers.CopyTo(pinned, 0);
        return pinned;
    }

    private static int* At(int[] pinned) => (int*)Marshal.UnsafeAddrOfPinnedArrayElement(pinned, 0);

    private int[] Parts(int count) => [.. Enumerable.Range(0, Size).Select(rank => PartOf(count, rank).Length)];

    private static void RequireNotNegative(int value, string operation, string argument)
    {
        if (value < 0)
        {
            throw new ArgumentOutOfRangeException(argument, $"{operation}: {argument} must be at least 0, and is {value}.");
        }
    }

    private void RequireRank(int rank, string operation)
    {
        if ((uint)rank >= (uint)Size)
        {
            throw new ArgumentOutOfRangeException(nameof(rank), $"{operation}: there are ranks 0 to {Size - 1}, and no {rank}.");
        }
    }

    private void RequirePart(Tensor part, Tensor values, int[] counts, string operation)
    {
        ArgumentNullException.ThrowIfNull(part);
        if (part.Count != counts[Rank] || part.DType != values.DType)
        {
            throw new ArgumentException(
                $"{operation}: of {values.Count} elements of {values.DType}, {counts[Rank]} are rank {Rank}'s, and the part given has {part.Count} of {part.DType}. "
                + "PartOf says how many each rank has.", nameof(part));
        }
    }
}
