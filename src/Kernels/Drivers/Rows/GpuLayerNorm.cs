using ILGPU;

namespace DeepSharp.Kernels;

/// <summary>The GPU form of layer norm: a group of threads per row; for the gradients of scale and shift, one per columns.</summary>
internal static class GpuLayerNorm<TScalar>
    where TScalar : unmanaged, IReal<TScalar>, IScalar<TScalar>
{
    // Groups enough to occupy a GPU, and the fewest elements of a thread in a piece.
    private const int ManyGroups = 256;
    private const int ThreadElements = 16;

    internal static void Forward(in LayerNormForward given)
    {
        Device device = given.X.Device;
        Arguments arguments = Arguments.Of(given.X, given.Scale, given.Mean, given.Inverse);
        arguments.Y = given.Y.View<TScalar>();
        arguments.Epsilon = given.Epsilon;
        if (given.Shift is { } shift)
        {
            arguments.Shift = shift.View<TScalar>();
            arguments.HasShift = 1;
        }

        if (given.Residual is not { } residual)
        {
            Forward<InputAlone>(device, arguments);
            return;
        }

        arguments.Residual = residual.Values.View<TScalar>();
        arguments.Sum = (residual.Sum ?? given.Y).View<TScalar>();
        Forward<InputAndResidual>(device, arguments);
    }

    internal static void Backward(in LayerNormBackward given)
    {
        Device device = given.X.Device;
        Arguments arguments = Arguments.Of(given.X, given.Scale, given.Mean, given.Inverse);
        arguments.Dy = given.Dy.View<TScalar>();
        if (given.Gradients.Input is { } dx)
        {
            arguments.Y = dx.View<TScalar>();
            device.Kernel<GradientKey, Action<KernelConfig, Arguments>>(
                static accelerator => accelerator.Launcher<Arguments>(GradientKernel))(
                    new KernelConfig(arguments.Rows, GroupTree.Size(device, arguments.Columns)), arguments);
        }

        if (!given.HasSums)
        {
            return;
        }

        int size = GroupTree.Size(device, GroupTree.LargestGroup);
        arguments.Lanes = Math.Max(1, size / 8);
        arguments.Tiles = (arguments.Columns + arguments.Lanes - 1) / arguments.Lanes;
        int most = Math.Max(1, Math.Min(ManyGroups / arguments.Tiles, arguments.Rows / (size / arguments.Lanes * ThreadElements)));
        arguments.PieceRows = (arguments.Rows + most - 1) / most;
        arguments.Pieces = (arguments.Rows + arguments.PieceRows - 1) / arguments.PieceRows;
        using Scratch partials = Scratch.Rent(device, given.X.DType, [2 * arguments.Pieces * arguments.Columns]);
        arguments.Y = partials.Operand.View<TScalar>();
        device.Kernel<SumsKey, Action<KernelConfig, Arguments>>(
            static accelerator => accelerator.Launcher<Arguments>(SumsKernel))(
                new KernelConfig(arguments.Tiles * arguments.Pieces, size), arguments);
        given.Join(partials.Operand, arguments.Pieces);
    }

    private static void Forward<TSource>(Device device, in Arguments arguments)
        where TSource : unmanaged, INormSource =>
        device.Kernel<ForwardKey<TSource>, Action<KernelConfig, Arguments>>(
            static accelerator => accelerator.Launcher<Arguments>(ForwardKernel<TSource>))(
                new KernelConfig(arguments.Rows, GroupTree.Size(device, arguments.Columns)), arguments);

    private static void ForwardKernel<TSource>(Arguments a)
        where TSource : unmanaged, INormSource
    {
        ArrayView<TScalar> shared = SharedMemory.Allocate<TScalar>(GroupTree.LargestGroup);
        int start = Grid.IdxX * a.Columns;
        TScalar sum = 0;
        for (int c = Group.IdxX; c < a.Columns; c += Group.DimX)
        {
            sum += a.First<TSource>(start + c);
        }

        TScalar mean = GroupTree.Sum(shared, sum) / a.Columns;
        TScalar squares = 0;
        for (int c = Group.IdxX; c < a.Columns; c += Group.DimX)
        {
            TScalar distance = a.Again<TSource>(start + c) - mean;
            squares += distance * distance;
        }

        TScalar inverse = 1 / TScalar.Sqrt((GroupTree.Sum(shared, squares) / a.Columns) + a.Epsilon);
        for (int c = Group.IdxX; c < a.Columns; c += Group.DimX)
        {
            TScalar y = (a.Again<TSource>(start + c) - mean) * inverse * a.ScaleOf(c);
            a.Y[start + c] = a.HasShift != 0 ? y + a.Shift[c] : y;
        }

        if (Group.IdxX == 0)
        {
            a.Mean[Grid.IdxX] = mean;
            a.Inverse[Grid.IdxX] = inverse;
        }
    }

    private static void GradientKernel(Arguments a)
    {
        ArrayView<TScalar> shared = SharedMemory.Allocate<TScalar>(GroupTree.LargestGroup);
        int start = Grid.IdxX * a.Columns;
        TScalar mean = a.Mean[Grid.IdxX];
        TScalar inverse = a.Inverse[Grid.IdxX];
        TScalar sum = 0;
        TScalar dot = 0;
        for (int c = Group.IdxX; c < a.Columns; c += Group.DimX)
        {
            TScalar g = a.Dy[start + c] * a.ScaleOf(c);
            sum += g;
            dot += g * (a.X[start + c] - mean);
        }

        sum = GroupTree.Sum(shared, sum);
        dot = GroupTree.Sum(shared, dot);
        for (int c = Group.IdxX; c < a.Columns; c += Group.DimX)
        {
            TScalar distance = (a.X[start + c] - mean) * inverse * inverse;
            a.Y[start + c] = inverse * ((a.Dy[start + c] * a.ScaleOf(c)) - ((sum + (distance * dot)) / a.Columns));
        }
    }

    private static void SumsKernel(Arguments a)
    {
        ArrayView<TScalar> shared = SharedMemory.Allocate<TScalar>(GroupTree.LargestGroup);
        int piece = Grid.IdxX / a.Tiles;
        int column = ((Grid.IdxX - (piece * a.Tiles)) * a.Lanes) + (Group.IdxX % a.Lanes);
        int end = column < a.Columns ? IntrinsicMath.Min(a.Rows, (piece + 1) * a.PieceRows) : 0;
        TScalar scale = 0;
        TScalar shift = 0;
        for (int row = (piece * a.PieceRows) + (Group.IdxX / a.Lanes); row < end; row += Group.DimX / a.Lanes)
        {
            int place = (row * a.Columns) + column;
            TScalar g = a.Dy[place];
            shift += g;
            scale += g * (a.X[place] - a.Mean[row]) * a.Inverse[row];
        }

        scale = GroupTree.Sum(shared, scale, a.Lanes);
        shift = GroupTree.Sum(shared, shift, a.Lanes);
        if (Group.IdxX < a.Lanes && column < a.Columns)
        {
            a.Y[(piece * a.Columns) + column] = scale;
            a.Y[((a.Pieces + piece) * a.Columns) + column] = shift;
        }
    }

    internal struct Arguments
    {
        internal ArrayView<TScalar> X;
        internal ArrayView<TScalar> Residual;
        internal ArrayView<TScalar> Sum;
        internal ArrayView<TScalar> Y;
        internal ArrayView<TScalar> Dy;
        internal ArrayView<TScalar> Mean;
        internal ArrayView<TScalar> Inverse;
        internal ArrayView<TScalar> Scale;
        internal ArrayView<TScalar> Shift;
        internal TScalar Epsilon;
        internal int HasScale;
        internal int HasShift;
        internal int Rows;
        internal int Columns;
        internal int Lanes;
        internal int Tiles;
        internal int Pieces;
        internal int PieceRows;

        internal static Arguments Of(in Operand x, in Operand? scale, in Operand mean, in Operand inverse) => new()
        {
            X = x.View<TScalar>(),
            Mean = mean.View<TScalar>(),
            Inverse = inverse.View<TScalar>(),
            Scale = scale is { } given ? given.View<TScalar>() : default,
            HasScale = scale is null ? 0 : 1,
            Rows = x.Count / x.Dims[^1],
            Columns = x.Dims[^1],
        };

        /// <summary>An element of what is normalised, for the first time: the sum is kept.</summary>
        internal readonly TScalar First<TSource>(int place)
            where TSource : unmanaged, INormSource
        {
            if (!TSource.Adds)
            {
                return X[place];
            }

            TScalar sum = X[place] + Residual[place];
            Sum[place] = sum;
            return sum;
        }

        /// <summary>An element that the same thread has read for the first time before.</summary>
        internal readonly TScalar Again<TSource>(int place)
            where TSource : unmanaged, INormSource => TSource.Adds ? Sum[place] : X[place];

        internal readonly TScalar ScaleOf(int column) => HasScale != 0 ? Scale[column] : 1;
    }

    private readonly struct ForwardKey<TSource>;

    private readonly struct GradientKey;

    private readonly struct SumsKey;
}
