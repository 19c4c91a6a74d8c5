using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DeepSharp.Kernels;

/// <summary>A batch of products C = f(alpha A B + beta C + bias) on the host.</summary>
internal unsafe struct HostProduct<TStored, T, TA, TB>
    where TStored : unmanaged
    where T : unmanaged
{
    internal TStored* A;
    internal TA FactorA;
    internal TStored* B;
    internal TB FactorB;

    /// <summary>C, [Rows, Columns]; its lines are its rows, and their numbers are neighbours.</summary>
    internal T* C;
    internal MatrixFactor PlaceC;

    /// <summary>One number per column, or null.</summary>
    internal T* Bias;
    internal int Batch;
    internal int Rows;
    internal int Columns;
    internal int Depth;
    internal T Alpha;
    internal T Beta;

    /// <summary>Whether beta is not zero: else C is not read.</summary>
    internal bool Reads;
}

/// <summary>Matrix products on the host: chooses the registers.</summary>
internal static class HostGemm
{
    /// <summary>Runs a batch of products with the widest registers that there are.</summary>
    internal static void Run<TStored, T, TVector, TAct, TA, TB>(TAct activation, in HostProduct<TStored, T, TA, TB> product)
        where TStored : unmanaged, IStored<TStored, T>
        where T : unmanaged, IReal<T>
        where TVector : unmanaged, IReal<TVector>
        where TAct : unmanaged, IUnaryOp
        where TA : unmanaged, IFactor
        where TB : unmanaged, IFactor =>
        GemmRegisters.Visit<T, Visitor<TStored, T, TVector, TAct, TA, TB>>(new(activation, product));

    private readonly ref struct Visitor<TStored, T, TVector, TAct, TA, TB>(TAct activation, in HostProduct<TStored, T, TA, TB> product) : IRegisterVisitor
        where TStored : unmanaged, IStored<TStored, T>
        where T : unmanaged, IReal<T>
        where TVector : unmanaged, IReal<TVector>
        where TAct : unmanaged, IUnaryOp
        where TA : unmanaged, IFactor
        where TB : unmanaged, IFactor
    {
        private readonly TAct _activation = activation;
        private readonly ref readonly HostProduct<TStored, T, TA, TB> _product = ref product;

        public void Visit<TRegister>()
            where TRegister : unmanaged => HostGemm<TStored, T, TVector, TRegister, TAct, TA, TB>.Run(_activation, _product);
    }
}

/// <summary>Matrix products on the host with registers of one type: the split over cores, and the way through memory.</summary>
/// <remarks>
/// Threads share out rectangles of C. Every element is one sum in an order that depends on the shape only, so a result does not depend on
/// the number of threads. A rectangle goes by cache blocks: a slice of B's rows is packed for the nearest caches, blocks of A run over it,
/// tiles of registers inside. After Goto and van de Geijn, "Anatomy of high-performance matrix multiplication" (2008), and BLIS.
/// </remarks>
internal unsafe struct HostGemm<TStored, T, TVector, TRegister, TAct, TA, TB> : IRangeBody
    where TStored : unmanaged, IStored<TStored, T>
    where T : unmanaged, IReal<T>
    where TVector : unmanaged, IReal<TVector>
    where TRegister : unmanaged
    where TAct : unmanaged, IUnaryOp
    where TA : unmanaged, IFactor
    where TB : unmanaged, IFactor
{
    // Below this many multiply-adds waking another core costs more than it brings.
    private const long ParallelFrom = 128 * 1024;

    // Multiply-adds that one task should have at least, where there is enough work to even out the load.
    private const long TaskWork = 4 * 1024 * 1024;

    // Rows of a block of A, for the second cache.
    private const int MaxRows = 96;

    private readonly TAct _activation;

#pragma warning disable IDE0044, IDE0251 // Were it or a method readonly, each call of a factor's method would copy the factor first.
    private HostProduct<TStored, T, TA, TB> _g;
    private readonly bool _dot;
    private readonly int _rowUnit;
    private readonly int _columnUnit;
    private int _rowParts;
    private int _columnParts;

    internal HostGemm(TAct activation, in HostProduct<TStored, T, TA, TB> product)
    {
        _activation = activation;
        _g = product;
        _dot = UsesDot(product);
        _rowUnit = _dot ? GemmSimd<TRegister, T>.DotRows : GemmSimd<TRegister, T>.Rows;
        _columnUnit = _dot ? GemmSimd<TRegister, T>.DotColumns : Panel;
        _rowParts = 1;
        _columnParts = 1;
    }

    // Whether the tile can read a factor where it stands.
    private static bool ReadsA => TA.IsStrided && StoredRows<TStored, T>.IsPlain;

    private static bool ReadsB => TB.IsStrided && StoredRows<TStored, T>.IsPlain;

    // Bytes of k in a slice, so that a tile's rows of A stay in the first cache, and columns of a block for the second one.
    private static int MaxDepth => 1536 / sizeof(T);

    private static int MaxColumns => 2048 / sizeof(T);

    private static int Panel => 2 * GemmSimd<TRegister, T>.Count;

    private static bool IsActive => typeof(TAct) != typeof(IdentityOp);

    /// <summary>Runs a batch of products.</summary>
    internal static void Run(TAct activation, in HostProduct<TStored, T, TA, TB> product)
    {
        if (product.Batch == 0 || product.Rows == 0 || product.Columns == 0)
        {
            return;
        }

        HostGemm<TStored, T, TVector, TRegister, TAct, TA, TB> loop = new(activation, product);
        int grain = 1;
        long each = Math.Max(1, (long)product.Rows * product.Columns * product.Depth);
        if (each * product.Batch <= ParallelFrom)
        {
            grain = product.Batch;
        }
        else if (HostParallel.Threads > 1)
        {
            loop.Split(each * product.Batch);
            grain = (int)Math.Max(1, ParallelFrom / 4 / each);
        }

        HostParallel.For(product.Batch * loop._rowParts * loop._columnParts, grain, loop);
    }

    public void Run(int start, int end)
    {
        for (int task = start; task < end; task++)
        {
            int batch = task / (_rowParts * _columnParts);
            int part = task % (_rowParts * _columnParts);
            (int i0, int i1) = Range(part / _columnParts, _rowParts, _rowUnit, _g.Rows);
            (int j0, int j1) = Range(part % _columnParts, _columnParts, _columnUnit, _g.Columns);
            if (_dot)
            {
                Dots(batch, i0, i1, j0, j1);
            }
            else
            {
                Blocks(batch, i0, i1, j0, j1);
            }
        }
    }

    /// <summary>Rows [i0, i1) and columns [j0, j1) of one product of the batch, by cache blocks.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal void Blocks(int batch, int i0, int i1, int j0, int j1)
    {
        int startA = _g.FactorA.Start(batch);
        int startB = _g.FactorB.Start(batch);
        int rowC = _g.PlaceC.LineStride;
        T* c = _g.C + _g.PlaceC.Place(_g.PlaceC.Start(batch), i0, j0);
        T* bias = _g.Bias is null ? null : _g.Bias + j0;
        T one = 1;
        int rows = i1 - i0;
        int columns = j1 - j0;
        int slices = Math.Max(1, (_g.Depth + MaxDepth - 1) / MaxDepth);
        int maxDepth = (_g.Depth + slices - 1) / slices;

        // Few rows share B, or few columns share A: then packing costs more than it saves.
        bool packB = !ReadsB || _g.FactorB.LineStride != 1 || rows > 3 * GemmSimd<TRegister, T>.Rows;
        bool packA = !ReadsA || columns > 4 * Panel;

        // Lines of A that run along k are packed as such.
        bool linesA = TA.IsStrided && _g.FactorA.DepthStride == 1;
        int blockColumns = Math.Min(MaxColumns, (columns + Panel - 1) / Panel * Panel);
        int blockRows = Math.Min(MaxRows, rows);
        int strideA = ((maxDepth + 15) / 16 * 16) + 16;
        nint sizeTile = GemmSimd<TRegister, T>.Rows * Panel;
        nint sizeB = (nint)maxDepth * (packB ? blockColumns : Panel);
        nint sizeA = packA ? Math.Max((nint)strideA * blockRows, (nint)maxDepth * (blockRows + GemmSimd<TRegister, T>.Rows)) : 0;
        T* rest = GemmScratch.Take<T>(sizeTile + sizeB + sizeA + 64);
        T* packedB = rest + sizeTile;
        T* packedA = packedB + ((sizeB + 15) / 16 * 16);

        for (int slice = 0; slice < slices; slice++)
        {
            int p0 = (int)((long)_g.Depth * slice / slices);
            int depth = (int)((long)_g.Depth * (slice + 1) / slices) - p0;
            bool last = slice == slices - 1;
            Tile<T> tile = new()
            {
                RowC = rowC,
                Depth = depth,
                Alpha = _g.Alpha,
                Beta = slice == 0 ? _g.Beta : one,
                Reads = slice > 0 || _g.Reads,
            };
            for (int j = 0; j < columns; j += blockColumns)
            {
                int width = Math.Min(blockColumns, columns - j);
                int whole = packB ? 0 : width / Panel * Panel;
                for (int q = whole; q < width; q += Panel)
                {
                    _g.FactorB.Pack(
                        _g.B, startB, j0 + j + q, Math.Min(Panel, width - q), p0, depth, Panel, packedB + ((nint)(q - whole) * depth));
                }

                for (int i = 0; i < rows; i += blockRows)
                {
                    int height = Math.Min(blockRows, rows - i);
                    T* blockA = packedA;
                    nint nextA;
                    if (packA)
                    {
                        PackA(startA, i0 + i, height, p0, depth, linesA, packedA, strideA);
                        (tile.RowA, tile.ColumnA) = linesA ? (strideA, 1) : (1, GemmSimd<TRegister, T>.Rows);
                        nextA = (nint)GemmSimd<TRegister, T>.Rows * (linesA ? strideA : depth);
                    }
                    else
                    {
                        blockA = (T*)(_g.A + _g.FactorA.Place(startA, i0 + i, p0));
                        (tile.RowA, tile.ColumnA) = (_g.FactorA.LineStride, _g.FactorA.DepthStride);
                        nextA = GemmSimd<TRegister, T>.Rows * tile.RowA;
                    }

                    for (int q = 0; q < width; q += Panel)
                    {
                        bool packed = q >= whole;
                        tile.A = blockA;
                        tile.B = packed ? packedB + ((nint)(q - whole) * depth) : (T*)(_g.B + _g.FactorB.Place(startB, j0 + j + q, p0));
                        tile.RowB = packed ? Panel : _g.FactorB.DepthStride;
                        tile.C = c + ((nint)i * rowC) + j + q;
                        Column(ref tile, nextA, height, Math.Min(Panel, width - q), last, bias is null ? null : bias + j + q, rest);
                    }
                }
            }
        }
    }

    // Dot products need no packing but have lanes to add up; see GemmDot.
    private static bool UsesDot(in HostProduct<TStored, T, TA, TB> g)
    {
        if (!ReadsA || !ReadsB || g.FactorA.DepthStride != 1 || g.FactorB.DepthStride != 1 || g.Depth < GemmSimd<TRegister, T>.Count)
        {
            return false;
        }

        return 11L * g.Rows < g.Depth || g.Rows <= 4
            || g.Columns * (g.Depth + (5L * GemmSimd<TRegister, T>.Count)) < (long)GemmSimd<TRegister, T>.Count * g.Depth;
    }

    private static (int Start, int End) Range(int part, int parts, int unit, int count)
    {
        int units = (count + unit - 1) / unit;
        int start = (int)((long)units * part / parts) * unit;
        int end = (int)((long)units * (part + 1) / parts) * unit;
        return (start, Math.Min(end, count));
    }

    // A tile with a rest of a panel, from memory of its own to C.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Merge(T* rest, int rows, int width, in Tile<T> tile)
    {
        T* c = tile.C;
        T beta = tile.Beta;
        for (int i = 0; i < rows; i++, rest += Panel, c += tile.RowC)
        {
            if (!tile.Reads)
            {
                Unsafe.CopyBlockUnaligned(c, rest, (uint)(width * sizeof(T)));
                continue;
            }

            for (int j = 0; j < width; j++)
            {
                c[j] = rest[j] + (beta * c[j]);
            }
        }
    }

    // f(c + bias), while the piece is in the cache.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Finish(TAct activation, T* c, int columns, T* bias)
    {
        int lanes = sizeof(TVector) / sizeof(T);
        int j = 0;
        if (bias is null)
        {
            for (; j <= columns - lanes; j += lanes)
            {
                *(TVector*)(c + j) = activation.Forward(*(TVector*)(c + j));
            }

            for (; j < columns; j++)
            {
                c[j] = activation.Forward(c[j]);
            }

            return;
        }

        for (; j <= columns - lanes; j += lanes)
        {
            *(TVector*)(c + j) = activation.Forward(*(TVector*)(c + j) + *(TVector*)(bias + j));
        }

        for (; j < columns; j++)
        {
            c[j] = activation.Forward(c[j] + bias[j]);
        }
    }

    // A rectangle by tiles of dot products.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Dots(int batch, int i0, int i1, int j0, int j1)
    {
        T* a = (T*)_g.A + _g.FactorA.Start(batch);
        T* b = (T*)_g.B + _g.FactorB.Start(batch);
        T* c = _g.C + _g.PlaceC.Start(batch);
        Tile<T> tile = new()
        {
            RowA = _g.FactorA.LineStride,
            ColumnB = _g.FactorB.LineStride,
            RowC = _g.PlaceC.LineStride,
            Depth = _g.Depth,
            Alpha = _g.Alpha,
            Beta = _g.Beta,
            Reads = _g.Reads,
        };

        // Tiles of nearly the same size: 32 columns are six tiles of 5 or 6, not five of 6 and one of 2.
        int rowTiles = (i1 - i0 + GemmSimd<TRegister, T>.DotRows - 1) / GemmSimd<TRegister, T>.DotRows;
        int columnTiles = (j1 - j0 + GemmSimd<TRegister, T>.DotColumns - 1) / GemmSimd<TRegister, T>.DotColumns;
        for (int v = 0, j = j0; v < columnTiles; v++)
        {
            int endJ = j0 + (int)((long)(j1 - j0) * (v + 1) / columnTiles);
            tile.B = b + (j * tile.ColumnB);
            for (int u = 0, i = i0; u < rowTiles; u++)
            {
                int endI = i0 + (int)((long)(i1 - i0) * (u + 1) / rowTiles);
                tile.A = a + (i * tile.RowA);
                tile.C = c + (i * tile.RowC) + j;
                GemmDot<T, TRegister>.Run(endI - i, endJ - j, tile);
                i = endI;
            }

            j = endJ;
        }

        Finish(c + (i0 * tile.RowC) + j0, tile.RowC, i1 - i0, j1 - j0, _g.Bias is null ? null : _g.Bias + j0);
    }

    private void PackA(int start, int row, int height, int p, int depth, bool lines, T* target, int stride)
    {
        if (lines)
        {
            GemmPack<TStored, T>.Lines(_g.A + _g.FactorA.Place(start, row, p), _g.FactorA.LineStride, height, depth, target, stride);
            return;
        }

        for (int i = 0; i < height; i += GemmSimd<TRegister, T>.Rows)
        {
            int rows = Math.Min(GemmSimd<TRegister, T>.Rows, height - i);
            _g.FactorA.Pack(_g.A, start, row + i, rows, p, depth, GemmSimd<TRegister, T>.Rows, target + ((nint)i * depth));
        }
    }

    // One panel of B with the tiles of a block of A.
    private void Column(ref Tile<T> tile, nint nextA, int height, int width, bool last, T* bias, T* rest)
    {
        int registers = width > GemmSimd<TRegister, T>.Count ? 2 : 1;
        bool whole = width == registers * GemmSimd<TRegister, T>.Count;
        for (int i = 0; i < height; i += GemmSimd<TRegister, T>.Rows)
        {
            int rows = Math.Min(GemmSimd<TRegister, T>.Rows, height - i);
            if (whole)
            {
                GemmTile<T, TRegister>.Run(rows, registers, tile);
            }
            else
            {
                T* c = tile.C;
                nint rowC = tile.RowC;
                bool reads = tile.Reads;
                tile.C = rest;
                tile.RowC = Panel;
                tile.Reads = false;
                GemmTile<T, TRegister>.Run(rows, registers, tile);
                tile.C = c;
                tile.RowC = rowC;
                tile.Reads = reads;
                Merge(rest, rows, width, tile);
            }

            if (last)
            {
                Finish(tile.C, tile.RowC, rows, width, bias);
            }

            tile.A += nextA;
            tile.C += GemmSimd<TRegister, T>.Rows * tile.RowC;
        }
    }

    private void Finish(T* c, nint rowC, int rows, int columns, T* bias)
    {
        if (IsActive || bias is not null)
        {
            for (int i = 0; i < rows; i++, c += rowC)
            {
                Finish(_activation, c, columns, bias);
            }
        }
    }

    // Chooses the grid of tasks with the least estimated time: whole tiles, and the packing that each task does for itself.
    private void Split(long work)
    {
        int rowUnits = (_g.Rows + _rowUnit - 1) / _rowUnit;
        int columnUnits = (_g.Columns + _columnUnit - 1) / _columnUnit;
        int threads = HostParallel.Threads;
        long wanted = threads * Math.Clamp(work / (threads * TaskWork), 1, 4);
        double best = double.MaxValue;
        for (int rowParts = 1; rowParts <= Math.Min(rowUnits, wanted); rowParts++)
        {
            int columnParts = (int)Math.Clamp((wanted + ((long)rowParts * _g.Batch) - 1) / ((long)rowParts * _g.Batch), 1, columnUnits);
            int rows = (rowUnits + rowParts - 1) / rowParts * _rowUnit;
            int columns = (columnUnits + columnParts - 1) / columnParts * _columnUnit;
            long rounds = (((long)_g.Batch * rowParts * columnParts) + threads - 1) / threads;
            double time = rounds * (((double)rows * columns / GemmSimd<TRegister, T>.Count) + (0.3 * rows) + (0.5 * columns));
            if (time < best)
            {
                best = time;
                _rowParts = rowParts;
                _columnParts = columnParts;
            }
        }
    }
}

#pragma warning restore IDE0044, IDE0251

/// <summary>Memory for packed factors, one piece per thread, kept for the next product.</summary>
internal sealed unsafe class GemmScratch
{
    private const int Alignment = 64;

    [ThreadStatic]
    private static GemmScratch? t_instance;

    private void* _memory;
    private nuint _bytes;

    ~GemmScratch() => NativeMemory.AlignedFree(_memory);

    /// <summary>This thread's memory, at least so many elements, aligned to a cache line. Its content is arbitrary.</summary>
    internal static T* Take<T>(nint count)
        where T : unmanaged => (T*)(t_instance ??= new()).Take((nuint)count * (nuint)sizeof(T));

    private void* Take(nuint bytes)
    {
        if (bytes > _bytes)
        {
            NativeMemory.AlignedFree(_memory);
            _bytes = 0;
            _memory = NativeMemory.AlignedAlloc(bytes, Alignment);
            _bytes = bytes;
        }

        return _memory;
    }
}
