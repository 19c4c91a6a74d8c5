using DeepSharp.Persistence;

namespace DeepSharp.Data;

/// <summary>Samples that are read when a batch wants them, by their number: what does not fit in memory.</summary>
/// <remarks>
/// <see cref="FromNpy"/>, <see cref="FromSafeTensors"/> and <see cref="FromIdx"/> map a file into memory, of which the system holds as much
/// as it has room for; <see cref="FromTensor"/> goes with them, for labels that are in memory; <see cref="FromSequences"/> pads. For
/// anything else, override this class: <see cref="Read(int, Span{byte})"/> is called by one thread of each walk over batches.
/// </remarks>
public abstract class RowSource : IDisposable
{
    /// <summary>The number of samples.</summary>
    public abstract int Count { get; }

    /// <summary>The shape of a sample; of sequences, that of the longest.</summary>
    public abstract Shape SampleShape { get; }

    /// <summary>The element type.</summary>
    public abstract DType DType { get; }

    /// <summary>Reads a sample.</summary>
    /// <param name="sample">Its number.</param>
    /// <param name="row">Where its elements go, in row-major order, each in the machine's order of bytes.</param>
    public abstract void Read(int sample, Span<byte> row);

    /// <summary>Closes what is open.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>The first axis of a tensor in an .npy file, which is mapped into memory.</summary>
    /// <param name="path">The file; as <c>numpy.save</c> writes it, in row-major order.</param>
    /// <exception cref="FileNotFoundException">There is no such file, or it is a folder.</exception>
    /// <exception cref="InvalidDataException">It is not a whole .npy file, its elements are none that a tensor can have, or they stand in
    /// Fortran's order.</exception>
    public static RowSource FromNpy(string path)
    {
        using FileStream file = InputFile.Open(path, "an npy file", seeks: true);
        ByteSource source = new(file, path);
        NpyHeader header = NpyHeader.Read(source);
        if (header.Lengths is not { } lengths)
        {
            throw source.Bad(header.Misfit!);
        }

        return header.IsFortranOrder && lengths.Count > 1
            ? throw source.Bad("samples one behind the other", "Fortran's order, in which they are scattered; save numpy.ascontiguousarray(…)")
            : MappedRows.Of(source, path, source.Count, lengths, header.Format);
    }

    /// <summary>The first axis of a tensor in a safetensors file, which is mapped into memory.</summary>
    /// <param name="path">The file.</param>
    /// <param name="name">The tensor's name.</param>
    /// <exception cref="FileNotFoundException">There is no such file, or it is a folder.</exception>
    /// <exception cref="KeyNotFoundException">The file has no such tensor.</exception>
    /// <exception cref="InvalidDataException">It is not a whole safetensors file, or the elements are none that a tensor can have.</exception>
    public static RowSource FromSafeTensors(string path, string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        using SafeTensorsFile file = SafeTensors.Open(path);
        return file.Locate(name, (source, place, start, lengths, format) => MappedRows.Of(source, place, start, lengths, format, alone: false));
    }

    /// <summary>The first axis of an IDX file of unsigned bytes, which is mapped into memory.</summary>
    /// <param name="path">The file, which must not be compressed.</param>
    /// <exception cref="FileNotFoundException">There is no such file, or it is a folder.</exception>
    /// <exception cref="InvalidDataException">It is not a whole IDX file of unsigned bytes, or is compressed.</exception>
    public static RowSource FromIdx(string path)
    {
        using FileStream file = InputFile.Open(path, "an IDX file", seeks: true);
        ByteSource source = new(file, path);
        long[] lengths = IdxFile.Lengths(file, path);
        return MappedRows.Of(source, path, file.Position, lengths, new ElementFormat(DType.UInt8));
    }

    /// <summary>A tensor's first axis, in memory: labels beside features that are read from a file.</summary>
    /// <param name="tensor">The samples [n, …].</param>
    /// <exception cref="ArgumentException">The tensor is a scalar.</exception>
    public static RowSource FromTensor(Tensor tensor) => new TensorRows(tensor);

    /// <summary>Sequences of different lengths, in memory, which each batch pads to the longest of its own.</summary>
    /// <remarks>The batch says how long each is (<see cref="Batch.Lengths"/>), if they are features. Targets may be sequences too: a label
    /// for each step.</remarks>
    /// <param name="sequences">The sequences [length, …]: of one element type, and alike in all axes but the first.</param>
    /// <param name="padding">The number that fills up; for labels, that of the steps that a loss ignores, such as -100.</param>
    /// <param name="padLeft">Whether it stands before a sequence or, as recurrent layers with lengths want it, behind.</param>
    /// <exception cref="ArgumentException">There is no sequence, or they do not go together.</exception>
    public static RowSource FromSequences(IReadOnlyList<Tensor> sequences, double padding = 0, bool padLeft = false) =>
        new SequenceRows(sequences, padding, padLeft);

    /// <summary>What is read, the number of samples and their shape and type.</summary>
    public override string ToString() => $"{Name}: {Count} samples {SampleShape} of {DType}";

    /// <summary>What is read: a file's path, if it is one.</summary>
    protected virtual string Name => GetType().Name;

    /// <summary>Closes what is open.</summary>
    /// <param name="disposing">Whether a caller asked for it.</param>
    protected virtual void Dispose(bool disposing)
    {
    }

    internal Field Field => new(SampleShape, DType);

    /// <summary>Whether samples differ in the length of their first axis.</summary>
    internal virtual bool IsRagged => false;

    /// <summary>How long a sample is, where samples differ.</summary>
    internal virtual int LengthOf(int sample) => 0;

    /// <summary>Reads samples one behind the other; of sequences, with so many steps each.</summary>
    internal virtual void Read(ReadOnlySpan<int> samples, Span<byte> rows, int steps, CancellationToken stop)
    {
        int bytes = Field.Bytes;
        for (int i = 0; i < samples.Length; i++)
        {
            stop.ThrowIfCancellationRequested();
            Try(samples[i], rows.Slice(i * bytes, bytes));
        }
    }

    private void Try(int sample, Span<byte> row)
    {
        try
        {
            Read(sample, row);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            throw new IOException($"{Name}: sample {sample} cannot be read: {error.Message}", error);
        }
    }
}
