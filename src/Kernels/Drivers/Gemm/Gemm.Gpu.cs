using System.Runtime.CompilerServices;
using ILGPU;

namespace DeepSharp.Kernels;

/// <summary>
/// Matrix products on a GPU: a group of threads computes a square of C, each thread 4 x 4 numbers of it in registers; slices of
/// both factors pass through shared memory.
/// </summary>
/// <typeparam name="T"><see cref="F32"/> or <see cref="F64"/>.</typeparam>
/// <typeparam name="TIn">How the factors are stored; they are converted on their way into shared memory.</typeparam>
/// <typeparam name="TOut">How the result is stored.</typeparam>
/// <typeparam name="TAct">The activation.</typeparam>
/// <typeparam name="TA">Where A's numbers stand.</typeparam>
/// <typeparam name="TB">Where B's do.</typeparam>
internal static class GpuGemm<T, TIn, TOut, TAct, TA, TB>
    where T : unmanaged, IReal<T>
    where TIn : unmanaged, IStored<TIn, T>
    where TOut : unmanaged, IStored<TOut, T>
    where TAct : unmanaged, IUnaryOp
    where TA : unmanaged, IFactor
    where TB : unmanaged, IFactor
{
    // The side of the square of threads at most, and the numbers per thread along a side.
    private const int MaxSide = 16;
    private const int Each = 4;

    // One more than the side of the square of C, so that the threads of a warp write to different banks.
    private const int Shared = MaxSide * ((MaxSide * Each) + 1);

    /// <summary>Runs a batch of products, by the device's library where it has one for it.</summary>
    /// <returns>Whether the sums of A's rows were made, too.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static bool Run(TAct activation, in Product<TA, TB> product, in RowSums rowSums)
    {
        Arguments x = new()
        {
            A = product.A.View<TIn>(),
            FactorA = product.FactorA,
            B = product.B.View<TIn>(),
            FactorB = product.FactorB,
            C = product.C.View<TOut>(),
            PlaceC = product.PlaceC,
            Bias = product.Bias is { } row ? row.View<T>() : product.C.View<TOut>().Cast<T>(),
            PlaceBias = product.PlaceBias ?? new(0, 1, 0, 0, 1),
            RowSums = rowSums.Target is { } sums ? sums.View<T>() : product.C.View<TOut>().Cast<T>(),
            Activation = activation,
            Alpha = product.Alpha,
            Beta = product.Beta,
            ReadsC = product.Beta != 0 ? 1 : 0,
            HasBias = product.Bias is null ? 0 : 1,
            HasRowSums = rowSums.Target is null ? 0 : 1,
            AddsRowSums = rowSums.Adds ? 1 : 0,
            Batch = product.Batch,
            Rows = product.Rows,
            Columns = product.Columns,
            Depth = product.Depth,
        };
        Device device = product.C.Device;
        if (device.Blas is { } blas && GpuBlas.TryRun(device, blas, x))
        {
            return false;
        }

        int side = MaxSide;
        while (side * side > device.MaxGroupSize)
        {
            side /= 2;
        }

        x.Side = side;
        if (side < Each)
        {
            // Too few threads for a row of the square each.
            x.HasRowSums = 0;
        }

        x.RowTiles = (x.Rows + (side * Each) - 1) / (side * Each);
        x.ColumnTiles = (x.Columns + (side * Each) - 1) / (side * Each);
        device.Launch(new(x.Batch * x.RowTiles * x.ColumnTiles, side * side), Kernel, x);
        return x.HasRowSums != 0;
    }

    // The sixteen sums are locals, since ILGPU puts arrays in memory. Rows and columns of one thread are a side apart, so that
    // neighbours in a warp read and write neighbours in memory.
    private static void Kernel(Arguments x)
    {
        ArrayView<T> sharedA = SharedMemory.Allocate<T>(Shared);
        ArrayView<T> sharedB = SharedMemory.Allocate<T>(Shared);
        int side = x.Side;
        int square = side * Each;
        int pitch = square + 1;
        int tile = Grid.IdxX;
        int column0 = tile % x.ColumnTiles * square;
        int row0 = tile / x.ColumnTiles % x.RowTiles * square;
        int batch = tile / x.ColumnTiles / x.RowTiles;
        int startA = x.FactorA.Start(batch);
        int startB = x.FactorB.Start(batch);
        bool alongA = x.FactorA.DepthStride <= x.FactorA.LineStride;
        bool alongB = x.FactorB.DepthStride <= x.FactorB.LineStride;
        int tx = Group.IdxX % side;
        int ty = Group.IdxX / side;
        T c00 = 0, c01 = 0, c02 = 0, c03 = 0;
        T c10 = 0, c11 = 0, c12 = 0, c13 = 0;
        T c20 = 0, c21 = 0, c22 = 0, c23 = 0;
        T c30 = 0, c31 = 0, c32 = 0, c33 = 0;
        T rowSum = 0;

        // One thread for each row, in the groups of the first columns. No group diverges for long: the others wait at the barrier.
        bool sums = (x.HasRowSums != 0) & (column0 == 0) & (Group.IdxX < square) & (row0 + Group.IdxX < x.Rows);
        for (int p0 = 0; p0 < x.Depth; p0 += side)
        {
            for (int e = 0; e < Each; e++)
            {
                // Neighbouring threads take neighbours in memory.
                int item = Group.IdxX + (e * side * side);
                int p = alongA ? item % side : item / square;
                int i = alongA ? item / side : item % square;
                T value = 0;
                if (row0 + i < x.Rows && p0 + p < x.Depth)
                {
                    int place = x.FactorA.Place(startA, row0 + i, p0 + p);
                    if (TA.IsStrided || place >= 0)
                    {
                        value = TIn.Load(x.A[place]);
                    }
                }

                sharedA[(p * pitch) + i] = value;
                p = alongB ? item % side : item / square;
                int j = alongB ? item / side : item % square;
                value = 0;
                if (column0 + j < x.Columns && p0 + p < x.Depth)
                {
                    int place = x.FactorB.Place(startB, column0 + j, p0 + p);
                    if (TB.IsStrided || place >= 0)
                    {
                        value = TIn.Load(x.B[place]);
                    }
                }

                sharedB[(p * pitch) + j] = value;
            }

            Group.Barrier();

            // Past the end stand zeros, but zero times a NaN or an infinity is NaN.
            int depth = x.Depth - p0;
            depth = depth < side ? depth : side;
            if (sums)
            {
                for (int p = 0; p < depth; p++)
                {
                    rowSum += sharedA[(p * pitch) + Group.IdxX];
                }
            }

            for (int p = 0; p < depth; p++)
            {
                int rowA = (p * pitch) + ty;
                int rowB = (p * pitch) + tx;
                T a0 = sharedA[rowA];
                T a1 = sharedA[rowA + side];
                T a2 = sharedA[rowA + (2 * side)];
                T a3 = sharedA[rowA + (3 * side)];
                T b = sharedB[rowB];
                c00 = T.MultiplyAdd(a0, b, c00);
                c10 = T.MultiplyAdd(a1, b, c10);
                c20 = T.MultiplyAdd(a2, b, c20);
                c30 = T.MultiplyAdd(a3, b, c30);
                b = sharedB[rowB + side];
                c01 = T.MultiplyAdd(a0, b, c01);
                c11 = T.MultiplyAdd(a1, b, c11);
                c21 = T.MultiplyAdd(a2, b, c21);
                c31 = T.MultiplyAdd(a3, b, c31);
                b = sharedB[rowB + (2 * side)];
                c02 = T.MultiplyAdd(a0, b, c02);
                c12 = T.MultiplyAdd(a1, b, c12);
                c22 = T.MultiplyAdd(a2, b, c22);
                c32 = T.MultiplyAdd(a3, b, c32);
                b = sharedB[rowB + (3 * side)];
                c03 = T.MultiplyAdd(a0, b, c03);
                c13 = T.MultiplyAdd(a1, b, c13);
                c23 = T.MultiplyAdd(a2, b, c23);
                c33 = T.MultiplyAdd(a3, b, c33);
            }

            Group.Barrier();
        }

        if (sums)
        {
            x.RowSums[row0 + Group.IdxX] = x.AddsRowSums != 0 ? x.RowSums[row0 + Group.IdxX] + rowSum : rowSum;
        }

        int row = row0 + ty;
        int column = column0 + tx;
        Write(x, batch, row, column, c00, c01, c02, c03);
        Write(x, batch, row + side, column, c10, c11, c12, c13);
        Write(x, batch, row + (2 * side), column, c20, c21, c22, c23);
        Write(x, batch, row + (3 * side), column, c30, c31, c32, c33);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Write(Arguments x, int batch, int row, int column, T v0, T v1, T v2, T v3)
    {
        if (row < x.Rows)
        {
            int start = x.PlaceC.Place(x.PlaceC.Start(batch), row, 0);
            int bias = x.PlaceBias.Place(x.PlaceBias.Start(batch), row, 0);
            Write(x, start, bias, column, v0);
            Write(x, start, bias, column + x.Side, v1);
            Write(x, start, bias, column + (2 * x.Side), v2);
            Write(x, start, bias, column + (3 * x.Side), v3);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Write(Arguments x, int start, int bias, int column, T value)
    {
        if (column < x.Columns)
        {
            value *= x.Alpha;
            int at = start + column;
            if (x.ReadsC != 0)
            {
                value = T.MultiplyAdd(x.Beta, TOut.Load(x.C[at]), value);
            }

            if (x.HasBias != 0)
            {
                value += x.Bias[x.PlaceBias.Place(bias, 0, column)];
            }

            x.C[at] = TOut.Store(x.Activation.Forward(value));
        }
    }

    /// <summary>The operands; see <see cref="Product{TA, TB}"/>.</summary>
    internal struct Arguments
    {
        internal ArrayView<TIn> A;
        internal ArrayView<TIn> B;
        internal ArrayView<TOut> C;
        internal ArrayView<T> Bias;
        internal ArrayView<T> RowSums;
        internal TA FactorA;
        internal TB FactorB;
        internal MatrixFactor PlaceC;
        internal MatrixFactor PlaceBias;
        internal TAct Activation;
        internal T Alpha;
        internal T Beta;
        internal int ReadsC;
        internal int HasBias;
        internal int HasRowSums;
        internal int AddsRowSums;
        internal int Batch;
        internal int Rows;
        internal int Columns;
        internal int Depth;
        internal int Side;
        internal int RowTiles;
        internal int ColumnTiles;
    }
}
