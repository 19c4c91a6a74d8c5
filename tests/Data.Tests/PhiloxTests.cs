using System.Numerics;
using DeepSharp.Kernels;

namespace DeepSharp.Tests;

public class PhiloxTests
{
    // The vectors of philox4x32 with 10 rounds in kat_vectors of Random123 (Salmon et al.), which are public.
    [Theory]
    [InlineData(
        new[] { 0x00000000u, 0x00000000u, 0x00000000u, 0x00000000u }, new[] { 0x00000000u, 0x00000000u },
        new[] { 0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u })]
    [InlineData(
        new[] { 0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu }, new[] { 0xffffffffu, 0xffffffffu },
        new[] { 0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu })]
    [InlineData(
        new[] { 0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u }, new[] { 0xa4093822u, 0x299f31d0u },
        new[] { 0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u })]
    public void Known_answers(uint[] counter, uint[] key, uint[] expected)
    {
        Philox words = Philox.Of(counter[0], counter[1], counter[2], counter[3], key[0], key[1]);
        Assert.Equal(expected, Values(words));
        Assert.Equal(expected, Words(counter, key));
    }

    [Fact]
    public void A_block_is_the_counter_whose_lower_half_is_its_number()
    {
        Philox block = Philox.Block(0x0123456789ABCDEF, 0xFEDCBA9876543210);
        Assert.Equal(
            Words([0x76543210, 0xFEDCBA98, 0, 0], [0x89ABCDEF, 0x01234567]), Values(block));
    }

    /// <summary>The words of a block, worked out a second time with integers of any size.</summary>
    internal static uint[] Block(ulong seed, ulong number) =>
        Words([(uint)number, (uint)(number >> 32), 0, 0], [(uint)seed, (uint)(seed >> 32)]);

    private static uint[] Values(Philox words) => [words.W0, words.W1, words.W2, words.W3];

    private static uint[] Words(uint[] counter, uint[] key)
    {
        BigInteger word = BigInteger.Pow(2, 32);
        (uint c0, uint c1, uint c2, uint c3) = (counter[0], counter[1], counter[2], counter[3]);
        for (int round = 0; round < 10; round++)
        {
            BigInteger a = new BigInteger(0xD2511F53) * c0;
            BigInteger b = new BigInteger(0xCD9E8D57) * c2;
            uint k0 = (uint)((key[0] + (round * new BigInteger(0x9E3779B9))) % word);
            uint k1 = (uint)((key[1] + (round * new BigInteger(0xBB67AE85))) % word);
            (c0, c1, c2, c3) = ((uint)(b / word) ^ c1 ^ k0, (uint)(b % word), (uint)(a / word) ^ c3 ^ k1, (uint)(a % word));
        }

        return [c0, c1, c2, c3];
    }
}
