namespace DeepSharp.Kernels.Tests.Products;

/// <summary>That a product reads its factors through any loader: a convolution without a matrix of columns, against a direct loop.</summary>
public sealed class PatchTests
{
    [Theory]
    [InlineData("cpu", DType.Float32, 1, 1)]
    [InlineData("cpu", DType.Float64, 2, 0)]
    [InlineData("cpu", DType.Float16, 1, 2)]
    [InlineData("emulated", DType.Float32, 1, 1)]
    [InlineData("emulated", DType.Float64, 2, 0)]
    [InlineData("emulated", DType.BFloat16, 2, 1)]
    public void Patches_of_images_are_a_factor(string on, DType dtype, int stride, int padding)
    {
        const int Images = 2, Channels = 3, Height = 9, Width = 7, Side = 3, Outputs = 5;
        Device device = on == "cpu" ? Device.Cpu : TestDevice.Gpu;
        int outHeight = ((Height + (2 * padding) - Side) / stride) + 1;
        int outWidth = ((Width + (2 * padding) - Side) / stride) + 1;
        int depth = Channels * Side * Side;
        using Sample images = Sample.Of(device, dtype, [Images, Channels, Height, Width], i => Numbers.Noise(i, 1));
        using Sample weights = Sample.Of(device, dtype, [Outputs, depth], i => Numbers.Noise(i, 2));
        using Sample c = Sample.Filled(
            device, dtype.IsHalfPrecision ? DType.Float32 : dtype, [Images, Outputs, outHeight * outWidth], double.NaN);
        Patches patches = new(Channels, Height, Width, Side, stride, padding, outWidth);
        Gemm.Run(
            default(ReLUOp), new Product<MatrixFactor, Patches>(
                c.Operand, new(outHeight * outWidth, 1, 0, Outputs * outHeight * outWidth, Images),
                weights.Operand, new(depth, 1, 0, 0, 1), images.Operand, patches, depth, Images), default);

        double[] x = images.Read();
        double[] w = weights.Read();
        double[] expected = new double[c.Count];
        for (int at = 0; at < expected.Length; at++)
        {
            (int n, int o) = (at / (outHeight * outWidth) / Outputs, at / (outHeight * outWidth) % Outputs);
            (int y, int z) = (at / outWidth % outHeight * stride, at % outWidth * stride);
            double sum = 0;
            for (int p = 0; p < depth; p++)
            {
                (int row, int column) = (y + (p / Side % Side) - padding, z + (p % Side) - padding);
                if (row is >= 0 and < Height && column is >= 0 and < Width)
                {
                    sum += w[(o * depth) + p] * x[(((((n * Channels) + (p / Side / Side)) * Height) + row) * Width) + column];
                }
            }

            expected[at] = Math.Max(0, sum);
        }

        Numbers.AssertClose(expected, c.Read(), 0, dtype == DType.Float64 ? 1e-14 : 5e-6, $"{on} {dtype}");
    }

    /// <summary>Lines are pixels of the output, depths channel, row and column within a patch; around the image stand zeros.</summary>
    internal readonly record struct Patches(int Channels, int Height, int Width, int Side, int Stride, int Padding, int OutWidth) : IFactor
    {
        public static bool IsStrided => false;

        public int LineStride => Stride;

        public int DepthStride => Width;

        public int Start(int batch) => batch * Channels * Height * Width;

        public int Place(int start, int line, int depth)
        {
            int row = (line / OutWidth * Stride) + (depth / Side % Side) - Padding;
            int column = (line % OutWidth * Stride) + (depth % Side) - Padding;
            return row < 0 || row >= Height || column < 0 || column >= Width
                ? -1
                : start + (((depth / Side / Side * Height) + row) * Width) + column;
        }

        public unsafe void Pack<TStored, T>(TStored* memory, int start, int line, int lines, int depth, int depths, int panel, T* target)
            where TStored : unmanaged, IStored<TStored, T>
            where T : unmanaged =>
            GemmPack<TStored, T>.Places(this, memory, start, line, lines, depth, depths, panel, target);
    }
}
