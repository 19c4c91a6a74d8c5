using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>
/// The counter-based generator Philox 4x32-10: four random words from a 64-bit key and a 128-bit counter, whatever thread asks.
/// Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", 2011.
/// </summary>
internal struct Philox
{
    private const uint MultiplierA = 0xD2511F53;
    private const uint MultiplierB = 0xCD9E8D57;
    private const uint WeylA = 0x9E3779B9;
    private const uint WeylB = 0xBB67AE85;
    private const int Rounds = 10;

    internal uint W0;
    internal uint W1;
    internal uint W2;
    internal uint W3;

    /// <summary>The words of a block: the lower half of the counter is the block's number, the upper half zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Philox Block(ulong key, ulong block) =>
        Of((uint)block, (uint)(block >> 32), 0, 0, (uint)key, (uint)(key >> 32));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Philox Of(uint c0, uint c1, uint c2, uint c3, uint k0, uint k1)
    {
        for (int round = 0; round < Rounds; round++)
        {
            ulong a = (ulong)MultiplierA * c0;
            ulong b = (ulong)MultiplierB * c2;
            c0 = (uint)(b >> 32) ^ c1 ^ k0;
            c1 = (uint)b;
            c2 = (uint)(a >> 32) ^ c3 ^ k1;
            c3 = (uint)a;
            k0 += WeylA;
            k1 += WeylB;
        }

        return new Philox { W0 = c0, W1 = c1, W2 = c2, W3 = c3 };
    }
}
