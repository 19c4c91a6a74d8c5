using DeepSharp.Kernels;

namespace DeepSharp;

/// <summary>Images as columns of patches, channels as pixels, and back, with gradients of any order.</summary>
public static class PatchOperators
{
    extension(Tensor x)
    {
        /// <summary>The patches of an image as columns: [N, C, H, W] gives [N, C · kernel height · kernel width, patches], row by row. A convolution is
        /// a product with them. PyTorch's unfold.</summary>
        /// <remarks>Along an axis of length L there are floor((L + 2 padding - dilation (kernel - 1) - 1) / stride) + 1 patches. [C, H, W] gives a matrix.</remarks>
        /// <param name="kernel">The lengths of a patch.</param>
        /// <param name="dilation">How far apart its elements stand; 1 if null.</param>
        /// <param name="padding">How many zeros stand on both sides of an axis; 0 if null.</param>
        /// <param name="stride">How far it moves; 1 if null.</param>
        /// <exception cref="ArgumentException">The input is no image of floating-point numbers, or the patch is longer than the padded one.</exception>
        /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
        public Tensor Unfold(PerAxis kernel, PerAxis? dilation = null, PerAxis? padding = null, PerAxis? stride = null)
        {
            ArgumentNullException.ThrowIfNull(x);
            ReductionKernels.RequireReal(nameof(Unfold), x);
            if (x.Rank is not (3 or 4))
            {
                throw new ArgumentException($"Unfold: an input {x.Shape}. Use [N, C, H, W] or [C, H, W].");
            }

            Patches patches = new(nameof(Unfold), x.Shape[^2], x.Shape[^1], kernel, dilation, padding, stride);
            int[] outer = [.. x.Shape.AsSpan()[..^2]];
            int image = outer.Length;
            Tensor parts = ResampleNode.Run(nameof(Unfold), x, patches.High.Taps, patches.Wide.Taps)
                .Reshape([.. outer, patches.High.Kernel, patches.High.Count, patches.Wide.Kernel, patches.Wide.Count])
                .Permute([.. Enumerable.Range(0, image), image, image + 2, image + 1, image + 3]);
            return parts.Reshape([.. outer[..^1], outer[^1] * patches.Size, patches.Count]).MadeBy(nameof(Unfold));
        }

        /// <summary>The image whose patches are these columns, where they overlap their sum: [N, C · kernel height · kernel width, patches] gives
        /// [N, C, H, W]. PyTorch's fold, the transpose of <see cref="Unfold"/>.</summary>
        /// <param name="outputSize">The height and width of the image.</param>
        /// <param name="kernel">The lengths of a patch.</param>
        /// <param name="dilation">How far apart its elements stand; 1 if null.</param>
        /// <param name="padding">How many zeros stood on both sides of an axis; 0 if null.</param>
        /// <param name="stride">How far it moves; 1 if null.</param>
        /// <exception cref="ArgumentException">The columns are not those of such an image.</exception>
        /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
        public Tensor Fold(PerAxis outputSize, PerAxis kernel, PerAxis? dilation = null, PerAxis? padding = null, PerAxis? stride = null)
        {
            ArgumentNullException.ThrowIfNull(x);
            ReductionKernels.RequireReal(nameof(Fold), x);
            int[] lengths = outputSize.Of(2, 1, nameof(Fold), nameof(outputSize));
            Patches patches = new(nameof(Fold), lengths[0], lengths[1], kernel, dilation, padding, stride);
            if (x.Rank is not (2 or 3) || x.Shape[^2] % patches.Size != 0 || x.Shape[^1] != patches.Count)
            {
                throw new ArgumentException(
                    $"Fold: an input {x.Shape} for an image of {lengths[0]} by {lengths[1]}. Use [N, C · {patches.Size}, {patches.Count}] or without N: "
                    + $"a patch has {patches.Size} elements, and there are {patches.High.Count} by {patches.Wide.Count}.");
            }

            int[] outer = [.. x.Shape.AsSpan()[..^2], x.Shape[^2] / patches.Size];
            int image = outer.Length;
            return ResampleNode.Run(
                nameof(Fold),
                x.Reshape([.. outer, patches.High.Kernel, patches.Wide.Kernel, patches.High.Count, patches.Wide.Count])
                    .Permute([.. Enumerable.Range(0, image), image, image + 2, image + 1, image + 3])
                    .Reshape([.. outer, patches.High.Kernel * patches.High.Count, patches.Wide.Kernel * patches.Wide.Count]),
                patches.High.Taps.Transposed,
                patches.Wide.Taps.Transposed);
        }

        /// <summary>Channels as pixels: […, C r², H, W] gives […, C, H r, W r]. Shi et al. 2016.</summary>
        /// <param name="upscaleFactor">r.</param>
        /// <exception cref="ArgumentException">The input has fewer than three axes, or r² does not divide its channels.</exception>
        /// <exception cref="ArgumentOutOfRangeException">The factor is below 1.</exception>
        public Tensor PixelShuffle(int upscaleFactor)
        {
            ArgumentNullException.ThrowIfNull(x);
            int r = upscaleFactor;
            Bounds.AtLeast(1, r, nameof(PixelShuffle), nameof(upscaleFactor));
            if (x.Rank < 3 || x.Shape[^3] % (r * r) != 0)
            {
                throw new ArgumentException(
                    $"PixelShuffle: an input {x.Shape} and a factor of {r}. Use […, C · {r * r}, H, W].");
            }

            int[] outer = [.. x.Shape.AsSpan()[..^3]];
            (int channels, int height, int width) = (x.Shape[^3] / (r * r), x.Shape[^2], x.Shape[^1]);
            int c = outer.Length;
            return x.Reshape([.. outer, channels, r, r, height, width])
                .Permute([.. Enumerable.Range(0, c), c, c + 3, c + 1, c + 4, c + 2])
                .Reshape([.. outer, channels, height * r, width * r]).MadeBy(nameof(PixelShuffle));
        }

        /// <summary>Pixels as channels: […, C, H r, W r] gives […, C r², H, W]; undoes <see cref="PixelShuffle"/>.</summary>
        /// <param name="downscaleFactor">r.</param>
        /// <exception cref="ArgumentException">The input has fewer than three axes, or r does not divide its height and width.</exception>
        /// <exception cref="ArgumentOutOfRangeException">The factor is below 1.</exception>
        public Tensor PixelUnshuffle(int downscaleFactor)
        {
            ArgumentNullException.ThrowIfNull(x);
            int r = downscaleFactor;
            Bounds.AtLeast(1, r, nameof(PixelUnshuffle), nameof(downscaleFactor));
            if (x.Rank < 3 || x.Shape[^2] % r != 0 || x.Shape[^1] % r != 0)
            {
                throw new ArgumentException(
                    $"PixelUnshuffle: an input {x.Shape} and a factor of {r}. Use […, C, H · {r}, W · {r}].");
            }

            int[] outer = [.. x.Shape.AsSpan()[..^3]];
            (int channels, int height, int width) = (x.Shape[^3], x.Shape[^2] / r, x.Shape[^1] / r);
            int c = outer.Length;
            return x.Reshape([.. outer, channels, height, r, width, r])
                .Permute([.. Enumerable.Range(0, c), c, c + 2, c + 4, c + 1, c + 3])
                .Reshape([.. outer, channels * r * r, height, width]).MadeBy(nameof(PixelUnshuffle));
        }

        /// <summary>Channels of several groups in turn: channel i of group g, of [N, C, …], becomes channel i · groups + g. Zhang et al. 2018.</summary>
        /// <param name="groups">The number of groups.</param>
        /// <exception cref="ArgumentException">The input is not [N, C, …], or the groups do not divide C.</exception>
        /// <exception cref="ArgumentOutOfRangeException">There is no group.</exception>
        public Tensor ChannelShuffle(int groups)
        {
            ArgumentNullException.ThrowIfNull(x);
            Bounds.AtLeast(1, groups, nameof(ChannelShuffle));
            return x.Rank >= 2 && x.Shape[1] % groups == 0
                ? x.Reshape([x.Shape[0], groups, x.Shape[1] / groups, .. x.Shape.AsSpan()[2..]]).Transpose(1, 2).Reshape(x.Shape)
                    .MadeBy(nameof(ChannelShuffle))
                : throw new ArgumentException($"ChannelShuffle: an input {x.Shape} and {groups} groups. Use [N, C, …] with a C that they divide.");
        }
    }

    // The patches along both axes of an image.
    private readonly struct Patches
    {
        internal Patches(string operation, int height, int width, PerAxis kernel, PerAxis? dilation, PerAxis? padding, PerAxis? stride)
        {
            int[] kernels = kernel.Of(2, 1, operation, nameof(kernel));
            int[] dilations = (dilation ?? 1).Of(2, 1, operation, nameof(dilation));
            int[] paddings = (padding ?? 0).Of(2, 0, operation, nameof(padding));
            int[] strides = (stride ?? 1).Of(2, 1, operation, nameof(stride));
            High = Axis(height, 0);
            Wide = Axis(width, 1);

            Along Axis(int length, int axis)
            {
                (int taps, int apart, int zeros, int step) = (kernels[axis], dilations[axis], paddings[axis], strides[axis]);
                long rest = length + (2L * zeros) - ((long)apart * (taps - 1)) - 1;
                if (rest < 0)
                {
                    throw new ArgumentException(
                        $"{operation}: a kernel of {kernel} with a dilation of {dilation ?? 1} is longer than an image of {height} by {width} with a padding of "
                        + $"{padding ?? 0}. Use a smaller kernel, or more padding.", nameof(kernel));
                }

                int count = checked((int)((rest / step) + 1));
                return new(taps, count, AxisTaps.Of(length, checked(taps * count), output =>
                {
                    long place = ((long)(output % count) * step) - zeros + ((long)(output / count) * apart);
                    return place < length ? (int)Math.Max(-1, place) : -1;
                }));
            }
        }

        internal Along High { get; }

        internal Along Wide { get; }

        internal int Size => High.Kernel * Wide.Kernel;

        internal int Count => High.Count * Wide.Count;
    }

    // Along an axis: the elements of a patch, the number of patches, and which elements of the image they are, patch element by patch element.
    private readonly record struct Along(int Kernel, int Count, AxisTaps Taps);
}
