namespace DeepSharp.Persistence;

/// <summary>
/// The checksum of ZIP members: the cyclic redundancy check with the reflected polynomial EDB88320. Source: PKWARE's
/// APPNOTE.TXT, section 4.4.7; the table method is Sarwate's (Communications of the ACM 31, 1988).
/// </summary>
internal static class Crc32
{
    internal const uint Start = uint.MaxValue;

    private const uint Polynomial = 0xEDB88320;

    private static readonly uint[] Table = MakeTable();

    internal static uint Add(uint sum, ReadOnlySpan<byte> bytes)
    {
        uint[] table = Table;
        foreach (byte value in bytes)
        {
            sum = table[(byte)(sum ^ value)] ^ (sum >> 8);
        }

        return sum;
    }

    internal static uint Finish(uint sum) => ~sum;

    private static uint[] MakeTable()
    {
        uint[] table = new uint[256];
        for (uint value = 0; value < table.Length; value++)
        {
            uint rest = value;
            for (int bit = 0; bit < 8; bit++)
            {
                rest = (rest & 1) != 0 ? (rest >> 1) ^ Polynomial : rest >> 1;
            }

            table[value] = rest;
        }

        return table;
    }
}
