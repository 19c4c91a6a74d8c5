using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>Random numbers for the images of a batch: functions of the seed, the epoch, the position of the image in the epoch and what they are for.</summary>
/// <param name="seed">The seed.</param>
/// <param name="epoch">The number of the epoch.</param>
/// <param name="first">The position of the batch's first image.</param>
/// <param name="use">What the numbers are for, so that two of the same image differ.</param>
internal readonly struct ImageDraws(ulong seed, int epoch, int first, uint use)
{
    private const uint Kind = 0x494D4147;

    private readonly uint _seedLow = (uint)seed;
    private readonly uint _seedHigh = (uint)(seed >> 32);
    private readonly uint _epoch = (uint)epoch;
    private readonly uint _first = (uint)first;
    private readonly uint _use = use << 8;

    /// <summary>Four words; a number below 256 tells those of an image apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal Philox Words(int image, uint number) =>
        Philox.Of(_first + (uint)image, _epoch, _use | number, Kind, _seedLow, _seedHigh);

    /// <summary>A number in [0, 1), of 24 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static F32 Uniform(uint word) => new((int)(word >> 8) * (1f / (1 << 24)));

    /// <summary>A whole number in [0, count).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int Below(uint word, int count) => (int)(((ulong)word * (uint)count) >> 32);
}
