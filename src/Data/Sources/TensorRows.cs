namespace DeepSharp.Data;

/// <summary>Samples in memory, as a source.</summary>
internal sealed class TensorRows : RowSource
{
    private readonly Tensor _samples;

    internal TensorRows(Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        if (tensor.Rank == 0)
        {
            throw new ArgumentException("RowSource: the tensor is a scalar; its first axis must be the samples.", nameof(tensor));
        }

        _samples = tensor.To(Device.Cpu).Contiguous().KeepForever();
        SampleShape = new Shape(tensor.Shape.AsSpan()[1..]);
    }

    public override int Count => _samples.Shape[0];

    public override Shape SampleShape { get; }

    public override DType DType => _samples.DType;

    protected override string Name => "a tensor";

    public override void Read(int sample, Span<byte> row) =>
        _samples.Storage.Block.Download(row[..Field.Bytes], ((long)_samples.Operand.Offset * DType.Size) + ((long)sample * Field.Bytes));
}
