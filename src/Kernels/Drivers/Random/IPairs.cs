using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>Pairs of numbers uniform in [0, 1), by their number.</summary>
internal interface IPairs<T>
    where T : unmanaged
{
    void Draw(ulong seed, ulong position, int pair, out T u, out T v);
}

/// <summary>Two pairs of 24 bits from each block.</summary>
internal readonly struct PairsOf32 : IPairs<F32>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Draw(ulong seed, ulong position, int pair, out F32 u, out F32 v)
    {
        Philox words = Philox.Block(seed, position + ((ulong)pair >> 1));
        bool second = (pair & 1) != 0;
        u = new F32(((second ? words.W2 : words.W0) >> 8) * (1f / (1 << 24)));
        v = new F32(((second ? words.W3 : words.W1) >> 8) * (1f / (1 << 24)));
    }
}

/// <summary>A pair of 53 bits from each block.</summary>
internal readonly struct PairsOf64 : IPairs<F64>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Draw(ulong seed, ulong position, int pair, out F64 u, out F64 v)
    {
        Philox words = Philox.Block(seed, position + (ulong)pair);
        u = new F64(((((ulong)words.W0 << 32) | words.W1) >> 11) * (1.0 / (1UL << 53)));
        v = new F64(((((ulong)words.W2 << 32) | words.W3) >> 11) * (1.0 / (1UL << 53)));
    }
}
