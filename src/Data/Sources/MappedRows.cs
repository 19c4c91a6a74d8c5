using System.IO.MemoryMappedFiles;
using DeepSharp.Persistence;
using Microsoft.Win32.SafeHandles;

namespace DeepSharp.Data;

/// <summary>Samples in a file that is mapped into memory.</summary>
internal sealed class MappedRows : RowSource
{
    private readonly string _path;
    private readonly SafeFileHandle _handle;
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly long _start;
    private readonly long _end;
    private readonly ElementFormat _format;
    private readonly int _rowBytes;

    private MappedRows(string path, SafeFileHandle file, long start, int count, Shape shape, ElementFormat format)
    {
        _path = path;
        _handle = file;
        _start = start;
        _format = format;
        Count = count;
        SampleShape = shape;
        _rowBytes = Field.Bytes;
        _end = start + ((long)count * _rowBytes);
        _file = MemoryMappedFile.CreateFromFile(file, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        _view = _file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
    }

    public override int Count { get; }

    public override Shape SampleShape { get; }

    public override DType DType => _format.DType;

    protected override string Name => _path;

    public override void Read(int sample, Span<byte> row)
    {
        RequireSample(sample);
        _view.SafeMemoryMappedViewHandle.ReadSpan((ulong)(_start + ((long)sample * _rowBytes)), row[.._rowBytes]);
        TensorBytes.FromFile(row[.._rowBytes], _format);
    }

    internal override unsafe void Read(ReadOnlySpan<int> samples, Span<byte> rows, int steps, CancellationToken stop)
    {
        // A page behind the end of a file that has been cut off is a fault that ends the process.
        long length = RandomAccess.GetLength(_handle);
        if (length < _end)
        {
            throw new IOException(
                $"{_path}: sample {samples[0]} cannot be read: expected {_end} bytes, and found that the file has been cut to {length}.");
        }

        // One pointer for all of them: to take it for each would be a fence between two samples, and a random sample of a large file is a miss of caches
        // and page tables that the processor can wait for several at a time.
        SafeMemoryMappedViewHandle view = _view.SafeMemoryMappedViewHandle;
        byte* start = null;
        try
        {
            view.AcquirePointer(ref start);
            start += _view.PointerOffset + _start;
            for (int i = 0; i < samples.Length; i++)
            {
                stop.ThrowIfCancellationRequested();
                RequireSample(samples[i]);
                new ReadOnlySpan<byte>(start + ((long)samples[i] * _rowBytes), _rowBytes).CopyTo(rows.Slice(i * _rowBytes, _rowBytes));
            }
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            throw new IOException($"{_path}: sample {samples[0]} cannot be read: {error.Message}", error);
        }
        finally
        {
            if (start is not null)
            {
                view.ReleasePointer();
            }
        }

        TensorBytes.FromFile(rows[..(samples.Length * _rowBytes)], _format);
    }

    private void RequireSample(int sample)
    {
        if ((uint)sample >= (uint)Count)
        {
            throw new ArgumentOutOfRangeException(nameof(sample), $"there are samples 0 to {Count - 1}.");
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _view.Dispose();
            _file.Dispose();
            _handle.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>Maps a file whose header has been read.</summary>
    /// <param name="source">The file as it is open.</param>
    /// <param name="path">Its path.</param>
    /// <param name="start">Where the samples begin.</param>
    /// <param name="lengths">The lengths of the axes.</param>
    /// <param name="format">The elements.</param>
    /// <param name="alone">Whether the file ends with the samples.</param>
    internal static RowSource Of(
        ByteSource source, string path, long start, IReadOnlyList<long> lengths, ElementFormat format, bool alone = true)
    {
        if (lengths.Count == 0 || lengths[0] > int.MaxValue || ElementBytes.ShapeOf([.. lengths.Skip(1)]) is not { } shape
            || (long)shape.Size * format.Size > Array.MaxLength)
        {
            throw source.Bad(
                $"samples on the first axis, at most {int.MaxValue}, of less than 2 GB each", $"the shape ({string.Join(", ", lengths)})");
        }

        SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, FileOptions.RandomAccess);
        try
        {
            long bytes = lengths[0] * shape.Size * format.Size;
            long found = RandomAccess.GetLength(file) - start;
            return found < bytes || (alone && found > bytes)
                ? throw source.Bad($"{bytes} bytes of samples from byte {start} on", $"{found}")
                : new MappedRows(path, file, start, (int)lengths[0], shape, format);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }
}
