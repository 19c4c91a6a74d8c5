using DeepSharp.Data;

namespace DeepSharp.Images;

/// <summary>Pictures that are decoded when a batch wants them.</summary>
internal sealed class ImageRows(string folder, string[] paths, int channels, (int Height, int Width) size, ImageFit fit) : RowSource
{
    public override int Count => paths.Length;

    public override Shape SampleShape => new(channels, size.Height, size.Width);

    public override DType DType => DType.UInt8;

    protected override string Name => folder;

    public override void Read(int sample, Span<byte> row) => Decoder.Decode(paths[sample], channels, size, fit).Planes.CopyTo(row);
}
