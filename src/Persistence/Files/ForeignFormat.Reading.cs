namespace DeepSharp.Persistence;

/// <content>Reading tensors.</content>
internal sealed partial record ForeignFormat
{
    private const string UnfitKey = "unfit";

    /// <summary>The value that does not fit, if that is what an error says.</summary>
    internal static string? Unfit(InvalidDataException error) => error.Data[UnfitKey] as string;

    /// <summary>Reads a tensor of another element type, in which every value must be what it was.</summary>
    /// <exception cref="InvalidDataException">A value does not fit (then <see cref="Unfit"/> says which), or there are fewer of them.</exception>
    internal Tensor Read(ByteSource source, Shape shape, DType dtype, Device? device, string what)
    {
        long total = (long)shape.Size * Size;
        source.Require(total, what);
        byte[] raw = new byte[Math.Min(total, ElementBytes.PieceSize / dtype.Size * Size)];
        return ElementBytes.Read(shape, dtype, device ?? Device.Default, "Load", isThere: source.Remaining is not null, (bytes, done) =>
        {
            long first = done / dtype.Size;
            Span<byte> piece = raw.AsSpan(0, bytes.Length / dtype.Size * Size);
            source.Fill(piece, what, first * Size, total);
            int misfit = Convert(piece, bytes, dtype);
            if (misfit >= 0)
            {
                Misfit unfit = new(
                    $"values that {dtype} has exactly", $"{Name} with {Text(piece[(misfit * Size)..])} as element {first + misfit:N0}");
                InvalidDataException error = source.Bad($"{unfit.Expected} in {what}", $"{unfit.Found}: ask for a wider type");
                error.Data[UnfitKey] = unfit.ToString();
                throw error;
            }
        });
    }
}
