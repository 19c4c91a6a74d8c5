using System.Numerics;
using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>Which samples a batch takes: a stretch of an order, through a split of the data.</summary>
/// <remarks>
/// Position p of an epoch is sample <c>from + split(start + epoch(p))</c>: the epoch's permutation shuffles the data set's own samples,
/// and the split's says which samples of the stretch that was split those are. Either may be absent.
/// </remarks>
internal readonly struct BatchOrder
{
    private readonly KeyedPermutation _epoch;
    private readonly KeyedPermutation _split;
    private readonly int _shuffles;
    private readonly int _splits;
    private readonly int _from;
    private readonly int _start;

    /// <summary>An order over the samples [start, start + count) of the stretch [from, from + whole), or of its permutation.</summary>
    internal BatchOrder(int from, int whole, int start, int count, ulong? splitSeed, (ulong Seed, ulong Epoch)? shuffle)
    {
        _from = from;
        _start = start;
        _splits = splitSeed is null ? 0 : 1;
        _shuffles = shuffle is null ? 0 : 1;
        _split = new KeyedPermutation(whole, splitSeed ?? 0, ulong.MaxValue);
        _epoch = new KeyedPermutation(count, shuffle?.Seed ?? 0, shuffle?.Epoch ?? 0);
    }

    /// <summary>The sample at a position of the epoch.</summary>
    internal int Sample(int position)
    {
        int own = _start + (_shuffles != 0 ? _epoch.At(position) : position);
        return _from + (_splits != 0 ? _split.At(own) : own);
    }
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
