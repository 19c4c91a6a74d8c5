using System.Diagnostics;
using System.Runtime.Intrinsics;

namespace DeepSharp.Kernels;

/// <summary>
/// A right factor [depth, columns] that is packed once, for many products with few rows each inside a loop of the caller's: the steps of a
/// recurrence, the blocks of an attention. The innermost loop is that of <see cref="Gemm"/>.
/// </summary>
/// <remarks>A product runs on the calling thread. Each element is summed in the order of the depth, whatever the rows are cut into.</remarks>
internal readonly unsafe struct PackedFactor<T>
    where T : unmanaged, IReal<T>
{
    private readonly T* _memory;
    private readonly int _depth;
    private readonly int _columns;

    private PackedFactor(T* memory, int depth, int columns)
    {
        _memory = memory;
        _depth = depth;
        _columns = columns;
    }

    // Two registers.
    private static int Panel => 2 * (CpuKernels.IsWide ? 64 : Vector256.IsHardwareAccelerated ? 32 : 16) / sizeof(T);

    // As in HostGemm: a slice of a tile's rows stays in the first cache.
    private static int MaxDepth => 1536 / sizeof(T);

    /// <summary>The elements of memory that a packed factor takes.</summary>
    internal static int Size(int depth, int columns) => checked(depth * ((columns + Panel - 1) / Panel * Panel));

    /// <summary>Packs a factor.</summary>
    /// <param name="source">Its first element.</param>
    /// <param name="row">How far apart neighbours along the depth stand.</param>
    /// <param name="column">How far apart neighbouring columns stand.</param>
    /// <param name="depth">The products in a sum.</param>
    /// <param name="columns">The columns of the result.</param>
    /// <param name="memory"><see cref="Size"/> elements, which must live as long as the factor.</param>
    internal static PackedFactor<T> Pack<TStored>(TStored* source, nint row, nint column, int depth, int columns, T* memory)
        where TStored : unmanaged, IStored<TStored, T>
    {
        int panel = Panel;
        T* target = memory;
        for (int p = 0; p < depth; p += MaxDepth)
        {
            int slice = Math.Min(MaxDepth, depth - p);
            for (int j = 0; j < columns; j += panel, target += (nint)slice * panel)
            {
                GemmPack<TStored, T>.Panel(source + (p * row) + (j * column), row, column, Math.Min(panel, columns - j), panel, slice, target);
            }
        }

        return new(memory, depth, columns);
    }

    /// <summary>A factor that has been packed into memory before.</summary>
    internal static PackedFactor<T> Packed(T* memory, int depth, int columns) => new(memory, depth, columns);

    /// <summary>C = A B, or C + A B.</summary>
    /// <param name="a">A, [rows, depth].</param>
    /// <param name="rowA">From one row of A to the next.</param>
    /// <param name="columnA">From one column of A to the next.</param>
    /// <param name="rows">The rows of A and C.</param>
    /// <param name="c">C, [rows, columns]; the columns are neighbours.</param>
    /// <param name="rowC">From one row of C to the next.</param>
    /// <param name="adds">Whether to add to what C holds.</param>
    internal void Multiply(T* a, nint rowA, nint columnA, int rows, T* c, nint rowC, bool adds)
    {
        Debug.Assert(_depth > 0, "A product has a depth.");
        GemmRegisters.Visit<T, Product>(new(this, a, rowA, columnA, rows, c, rowC, adds));
    }

    private static void Merge(T* rest, int panel, T* c, nint rowC, int rows, int width, bool reads)
    {
        for (int i = 0; i < rows; i++, rest += panel, c += rowC)
        {
            for (int j = 0; j < width; j++)
            {
                c[j] = reads ? c[j] + rest[j] : rest[j];
            }
        }
    }

    private readonly ref struct Product(PackedFactor<T> factor, T* a, nint rowA, nint columnA, int rows, T* c, nint rowC, bool adds)
        : IRegisterVisitor
    {
        private readonly PackedFactor<T> _factor = factor;
        private readonly T* _a = a;
        private readonly nint _rowA = rowA;
        private readonly nint _columnA = columnA;
        private readonly int _rows = rows;
        private readonly T* _c = c;
        private readonly nint _rowC = rowC;
        private readonly bool _adds = adds;

        // Slices of the depth outside, since all of C's rows use a panel while it is in the first cache.
        public void Visit<TRegister>()
            where TRegister : unmanaged
        {
            int panel = 2 * GemmSimd<TRegister, T>.Count;
            int tiles = (_rows + GemmSimd<TRegister, T>.Rows - 1) / GemmSimd<TRegister, T>.Rows;
            T* rest = stackalloc T[GemmSimd<TRegister, T>.Rows * panel];
            T one = 1;
            Tile<T> tile = new() { RowA = _rowA, ColumnA = _columnA, B = _factor._memory, RowB = panel, Alpha = one, Beta = one };
            for (int p = 0; p < _factor._depth; p += MaxDepth)
            {
                tile.Depth = Math.Min(MaxDepth, _factor._depth - p);
                bool reads = _adds || p > 0;
                for (int j = 0; j < _factor._columns; j += panel, tile.B += tile.Depth * panel)
                {
                    int width = Math.Min(panel, _factor._columns - j);
                    int registers = width > GemmSimd<TRegister, T>.Count ? 2 : 1;
                    bool whole = width == registers * GemmSimd<TRegister, T>.Count;
                    for (int u = 0, i = 0; u < tiles; u++)
                    {
                        int end = (int)((long)_rows * (u + 1) / tiles);
                        T* piece = _c + (i * _rowC) + j;
                        tile.A = _a + (i * _rowA) + (p * _columnA);
                        tile.C = whole ? piece : rest;
                        tile.RowC = whole ? _rowC : panel;
                        tile.Reads = whole && reads;
                        GemmTile<T, TRegister>.Run(end - i, registers, tile);
                        if (!whole)
                        {
                            Merge(rest, panel, piece, _rowC, end - i, width, reads);
                        }

                        i = end;
                    }
                }
            }
        }
    }
}
