namespace DeepSharp.Kernels;

/// <summary>New images from images, each element by a formula of its place: what augments a batch.</summary>
internal static partial class ImageKernel
{
    /// <summary>
    /// output[image, channel, row, column] = the map's value there. Operands are contiguous, of Float32 or Float64: output and source of one
    /// type, and a table of it, which maps without one do not read.
    /// </summary>
    internal static void Run<TMap>(TMap map, in ImageShape shape, in Operand output, in Operand source, in Operand? table = null)
        where TMap : unmanaged, IImageMap
    {
        if (output.Count > 0)
        {
            Dispatch.Float(nameof(ImageKernel), output.DType, output.Device, new Visitor<TMap>(map, shape, output, source, table ?? source));
        }
    }

    private readonly ref struct Visitor<TMap>(TMap map, in ImageShape shape, in Operand output, in Operand source, in Operand table) : IFloatVisitor
        where TMap : unmanaged, IImageMap
    {
        private readonly ref readonly ImageShape _shape = ref shape;
        private readonly ref readonly Operand _output = ref output;
        private readonly ref readonly Operand _source = ref source;
        private readonly Operand _table = table;

        public void Visit<T, TVector>()
            where T : unmanaged, IReal<T>, IScalar<T>
            where TVector : unmanaged, IReal<TVector>
        {
            if (_output.Device.StartsOnHost())
            {
                OnHost<TMap, T>(map, _shape, _output, _source, _table);
            }
            else
            {
                OnGpu<TMap, T>(map, _shape, _output, _source, _table);
            }
        }
    }
}

/// <summary>The lengths of a map's axes.</summary>
/// <param name="Images">The images of the batch.</param>
/// <param name="Channels">The planes of an image.</param>
/// <param name="Height">The rows of an output.</param>
/// <param name="Width">The columns of an output.</param>
/// <param name="SourceHeight">The rows of a source.</param>
/// <param name="SourceWidth">The columns of a source.</param>
internal readonly record struct ImageShape(int Images, int Channels, int Height, int Width, int SourceHeight, int SourceWidth)
{
    /// <summary>Where a row of a source begins.</summary>
    internal int Row(int image, int channel, int row) => ((((image * Channels) + channel) * SourceHeight) + row) * SourceWidth;
}

/// <summary>Elements, wherever they are.</summary>
internal interface IElements<T>
    where T : unmanaged
{
    T At(int index);
}

/// <summary>A formula for the elements of new images.</summary>
internal interface IImageMap
{
    /// <summary>Takes what is the same for all of an image: what is drawn for it.</summary>
    void Enter(int image, in ImageShape shape);

    /// <summary>The value at a place.</summary>
    T At<T, TElements>(TElements source, TElements table, in ImageShape shape, int image, int channel, int row, int column)
        where T : unmanaged, IReal<T>
        where TElements : struct, IElements<T>;
}
