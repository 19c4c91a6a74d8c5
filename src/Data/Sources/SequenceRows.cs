namespace DeepSharp.Data;

/// <summary>Sequences of different lengths, one behind the other in memory.</summary>
internal sealed class SequenceRows : RowSource
{
    private readonly byte[] _elements;
    private readonly long[] _starts;
    private readonly int _stepBytes;
    private readonly byte[] _padding;
    private readonly bool _padLeft;

    internal SequenceRows(IReadOnlyList<Tensor> sequences, double padding, bool padLeft)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        if (sequences.Count == 0 || sequences.Any(static sequence => sequence is null || sequence.Rank == 0))
        {
            throw new ArgumentException(
                "RowSource: there must be at least one sequence, and each must be a tensor [length, …].", nameof(sequences));
        }

        Tensor first = sequences[0];
        Shape step = new(first.Shape.AsSpan()[1..]);
        for (int i = 1; i < sequences.Count; i++)
        {
            if (sequences[i].DType != first.DType || !sequences[i].Shape.AsSpan()[1..].SequenceEqual(step.AsSpan()))
            {
                throw new ArgumentException(
                    $"RowSource: sequence 0 has steps {step} of {first.DType}, and sequence {i} is {sequences[i].Shape} of {sequences[i].DType}.",
                    nameof(sequences));
            }
        }

        Count = sequences.Count;
        DType = first.DType;
        SampleShape = new Shape([sequences.Max(static sequence => sequence.Shape[0]), .. step]);
        _stepBytes = step.Size * DType.Size;
        _padLeft = padLeft;
        using Tensor one = Tensor.Full(1, padding, DType, Device.Cpu);
        _padding = new byte[DType.Size];
        one.Storage.Block.Download<byte>(_padding, 0);
        _starts = new long[Count + 1];
        for (int i = 0; i < Count; i++)
        {
            _starts[i + 1] = _starts[i] + ((long)sequences[i].Shape[0] * _stepBytes);
        }

        _elements = new byte[_starts[^1]];
        for (int i = 0; i < Count; i++)
        {
            long start = _starts[i];
            ElementBytes.Write(sequences[i], (bytes, at) => bytes.CopyTo(_elements.AsSpan((int)(start + at))));
        }
    }

    public override int Count { get; }

    public override Shape SampleShape { get; }

    public override DType DType { get; }

    protected override string Name => "sequences";

    internal override bool IsRagged => true;

    internal override int LengthOf(int sample) => _stepBytes == 0 ? 0 : (int)((_starts[sample + 1] - _starts[sample]) / _stepBytes);

    public override void Read(int sample, Span<byte> row) => Read(sample, row, SampleShape[0]);

    internal override void Read(ReadOnlySpan<int> samples, Span<byte> rows, int steps, CancellationToken stop)
    {
        for (int i = 0; i < samples.Length; i++)
        {
            Read(samples[i], rows[(i * steps * _stepBytes)..], steps);
        }
    }

    private void Read(int sample, Span<byte> row, int steps)
    {
        ReadOnlySpan<byte> elements = _elements.AsSpan((int)_starts[sample], (int)(_starts[sample + 1] - _starts[sample]));
        Span<byte> padded = row[..(steps * _stepBytes)];
        int start = _padLeft ? padded.Length - elements.Length : 0;
        elements.CopyTo(padded[start..]);
        Span<byte> rest = _padLeft ? padded[..start] : padded[elements.Length..];
        for (int at = 0; at < rest.Length; at += _padding.Length)
        {
            _padding.CopyTo(rest[at..]);
        }
    }
}
