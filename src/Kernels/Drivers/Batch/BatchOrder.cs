using System.Numerics;
using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>Which samples a batch takes: a stretch of an order, through a split of the data and a list of samples.</summary>
/// <remarks>
/// Position p of an epoch is sample <c>list[from + split(start + epoch(p))]</c>: the epoch's permutation shuffles the data set's own samples,
/// the split's says which samples of the stretch that was split those are, and the list which samples the stretch is made of. Each may
/// be absent. With weights, a draw with replacement stands in the place of the epoch's permutation.
/// </remarks>
internal readonly struct BatchOrder
{
    // Keeps the draws apart from other uses of a seed.
    private const uint Draws = 0x57454947;

    private readonly KeyedPermutation _epoch;
    private readonly KeyedPermutation _split;
    private readonly int _shuffles;
    private readonly int _splits;
    private readonly int _from;
    private readonly int _start;
    private readonly int _listed;
    private readonly uint _drawn;
    private readonly uint _seedLow;
    private readonly uint _seedHigh;
    private readonly uint _epochLow;
    private readonly uint _epochHigh;

    /// <summary>An order over the samples [start, start + count) of the stretch [from, from + whole), or of its permutation.</summary>
    /// <param name="from">Where the stretch begins.</param>
    /// <param name="whole">How long it is.</param>
    /// <param name="start">Where the samples begin in it.</param>
    /// <param name="count">How many they are.</param>
    /// <param name="splitSeed">What permutes the stretch.</param>
    /// <param name="shuffle">What permutes the samples.</param>
    /// <param name="listed">The length of the list with which the tables begin; 0 for none.</param>
    /// <param name="weighted">Whether a table for draws stands behind the list: count thresholds and count aliases.</param>
    internal BatchOrder(
        int from, int whole, int start, int count, ulong? splitSeed, (ulong Seed, ulong Epoch)? shuffle, int listed = 0, bool weighted = false)
    {
        _from = from;
        _start = start;
        _splits = splitSeed is null ? 0 : 1;
        _shuffles = shuffle is null ? 0 : 1;
        _split = new KeyedPermutation(whole, splitSeed ?? 0, ulong.MaxValue);
        _epoch = new KeyedPermutation(count, shuffle?.Seed ?? 0, shuffle?.Epoch ?? 0);
        _listed = listed;
        _drawn = weighted && shuffle is not null ? (uint)count : 0;
        (_seedLow, _seedHigh) = ((uint)(shuffle?.Seed ?? 0), (uint)((shuffle?.Seed ?? 0) >> 32));
        (_epochLow, _epochHigh) = ((uint)(shuffle?.Epoch ?? 0), (uint)((shuffle?.Epoch ?? 0) >> 32));
    }

    /// <summary>The sample at a position of the epoch.</summary>
    internal int Sample<TTables>(int position, TTables tables)
        where TTables : struct, IIntegers
    {
        int own = _drawn != 0 ? Draw(position, tables) : _shuffles != 0 ? _epoch.At(position) : position;
        own += _start;
        own = _from + (_splits != 0 ? _split.At(own) : own);
        return _listed != 0 ? tables.At(own) : own;
    }

    // Walker's alias method (1977): a column, then the one or the other of the two samples that share it.
    private int Draw<TTables>(int position, TTables tables)
        where TTables : struct, IIntegers
    {
        Philox words = Philox.Of((uint)position, _epochLow, Draws, _epochHigh, _seedLow, _seedHigh);
        int column = (int)(((ulong)words.W0 * _drawn) >> 32);
        uint threshold = (uint)tables.At(_listed + column);
        return words.W1 < threshold ? column : tables.At(_listed + (int)_drawn + column);
    }
}

/// <summary>The tables of an order, wherever they are.</summary>
internal interface IIntegers
{
    int At(int index);
}

/// <summary>Tables in an array, for a host that asks for samples itself.</summary>
internal readonly struct ArrayIntegers(int[]? values) : IIntegers
{
    public int At(int index) => values![index];
}

/// <summary>
/// A permutation of [0, count) that is computed, not stored: a Feistel network over the next even power of two, walked along its
/// cycles until it lands inside (Black, Rogaway, "Ciphers with arbitrary finite domains", 2002).
/// </summary>
internal readonly struct KeyedPermutation
{
    private const int Rounds = 8;

    // A network over few bits needs more rounds until all orders are equally likely, and can afford them.
    private const int RoundsOfFew = 24;
    private const int BitsOfFew = 3;
    private readonly uint _count;
    private readonly int _halfBits;
    private readonly int _rounds;
    private readonly uint _mask;
    private readonly uint _key0;
    private readonly uint _key1;
    private readonly uint _key2;
    private readonly uint _key3;
    private readonly uint _swap;

    /// <summary>The permutation of a key; a count of one or less has only one.</summary>
    internal KeyedPermutation(int count, ulong seed, ulong stream)
    {
        Philox keys = Philox.Of((uint)stream, (uint)(stream >> 32), 0x50455244, 0, (uint)seed, (uint)(seed >> 32));
        _count = (uint)Math.Max(1, count);
        int bits = 32 - BitOperations.LeadingZeroCount(_count - 1);
        _halfBits = Math.Max(1, (bits + 1) / 2);
        _rounds = _halfBits <= BitsOfFew ? RoundsOfFew : Rounds;
        _mask = (1u << _halfBits) - 1;
        _key0 = keys.W0;
        _key1 = keys.W1;
        _key2 = keys.W2;
        _key3 = keys.W3;
        _swap = Philox.Of((uint)stream, (uint)(stream >> 32), 0x50455244, 1, (uint)seed, (uint)(seed >> 32)).W0 & 1;
    }

    /// <summary>Where the permutation sends a position.</summary>
    internal int At(int position)
    {
        uint value = (uint)position;
        do
        {
            // Feistel networks of more than two bits are even permutations; a swap for every other key makes half of them odd.
            value ^= value < 2 ? _swap : 0;
            uint left = value >> _halfBits;
            uint right = value & _mask;
            for (int round = 0; round < _rounds; round++)
            {
                uint key = (round & 1) == 0 ? ((round & 2) == 0 ? _key0 : _key1) : ((round & 2) == 0 ? _key2 : _key3);
                uint mixed = Mix(right + key + ((uint)round * 0x9E3779B9)) & _mask;
                uint next = left ^ mixed;
                left = right;
                right = next;
            }

            value = (left << _halfBits) | right;
        }
        while (value >= _count);
        return (int)value;
    }

    // The finalizer of MurmurHash3 (Appleby): every bit of the input reaches every bit of the output.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Mix(uint x)
    {
        x ^= x >> 16;
        x *= 0x85EBCA6B;
        x ^= x >> 13;
        x *= 0xC2B2AE35;
        return x ^ (x >> 16);
    }
}
