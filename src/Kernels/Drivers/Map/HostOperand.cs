using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>Where an operand's elements start in host memory, and how they are brought into a row to compute with.</summary>
internal readonly unsafe struct HostOperand<TStored, TScalar>(byte* start, bool isMask)
    where TStored : unmanaged, IStored<TStored, TScalar>
    where TScalar : unmanaged, INumeric<TScalar>, IScalar<TScalar>
{
    private readonly byte* _start = start;
    private readonly bool _isMask = isMask;

    internal static HostOperand<TStored, TScalar> Of(in Operand operand) =>
        new(operand.Block.Host<byte>((long)operand.Offset * operand.DType.Size), operand.DType == DType.Bool);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal byte* At(int offset) => _start + ((long)offset * (_isMask ? 1 : sizeof(TStored)));

    /// <summary>Whether a row can be computed with in place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool IsDirect(int stride, int length) =>
        StoredRows<TStored, TScalar>.IsPlain && (stride == 1 || length == 1) && !_isMask;

    /// <summary>A part of a row to compute with: in place if it can be, else in the tile.</summary>
    internal TScalar* Stage(int offset, int stride, int done, int count, TScalar* tile)
    {
        if (_isMask)
        {
            for (int i = 0; i < count; i++)
            {
                tile[i] = *At(offset + ((done + i) * stride)) != 0 ? 1 : 0;
            }

            return tile;
        }

        TStored* source = (TStored*)At(offset + (done * stride));
        if (stride == 1)
        {
            if (StoredRows<TStored, TScalar>.IsPlain)
            {
                return (TScalar*)source;
            }

            StoredRows<TStored, TScalar>.Load(source, tile, count);
            return tile;
        }

        if (stride == 0)
        {
            // A repeated element is staged once; later tiles are never longer than the first.
            if (done == 0)
            {
                new Span<TScalar>(tile, count).Fill(TStored.Load(*source));
            }

            return tile;
        }

        for (int i = 0; i < count; i++)
        {
            tile[i] = TStored.Load(source[(long)i * stride]);
        }

        return tile;
    }

    /// <summary>Writes a part of a row from a tile.</summary>
    internal void Unstage(TScalar* tile, int offset, int stride, int count)
    {
        if (_isMask)
        {
            for (int i = 0; i < count; i++)
            {
                *At(offset + (i * stride)) = TScalar.IsNonzero(tile[i]) ? (byte)1 : (byte)0;
            }

            return;
        }

        if (stride == 1)
        {
            StoredRows<TStored, TScalar>.Store(tile, (TStored*)At(offset), count);
            return;
        }

        for (int i = 0; i < count; i++)
        {
            *(TStored*)At(offset + (i * stride)) = TStored.Store(tile[i]);
        }
    }
}
