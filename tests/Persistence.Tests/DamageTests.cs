using System.Text;
using DeepSharp.Persistence;

namespace DeepSharp.Tests;

/// <summary>
/// Thousands of damaged files, from fixed seeds: each loads, or is the documented error, and takes memory in proportion to its size.
/// </summary>
public class DamageTests
{
    // A file of a kilobyte or less: buffers, messages and the parser's tables, but nothing that a header merely claims.
    private const long Bound = 4_000_000;

    private static readonly string[] s_words =
    [
        "{", "}", "[", "]", "\"", ":", ",", "(", ")", "'", "0", "-1", "9223372036854775807", "18446744073709551616", "1e99", "null", "true",
        "\"F32\"", "\"data_offsets\"", "\"__metadata__\"", "\\u0000", "\\ud800", "'<f4'", "True", "[0,0]", "(1,)", "99999999", "\0", "é",
    ];

    [Theory]
    [InlineData("canonical.safetensors", 1200)]
    [InlineData("unordered.safetensors", 800)]
    public void Damaged_safetensors_files(string file, int count) =>
        Damage(file, count, static path => SafeTensors.Load(path, Device.Cpu).Values);

    [Theory]
    [InlineData("f4.npy", 600)]
    [InlineData("fortran.npy", 600)]
    [InlineData("version2.npy", 300)]
    public void Damaged_npy_files(string file, int count) => Damage(file, count, static path => [Npy.Load(path, Device.Cpu)]);

    [Theory]
    [InlineData("stored.npz", 1000)]
    [InlineData("compressed.npz", 1000)]
    public void Damaged_npz_files(string file, int count) => Damage(file, count, static path => Npz.Load(path, Device.Cpu).Values);

    private static void Damage(string file, int count, Func<string, IEnumerable<Tensor>> load)
    {
        using TemporaryFolder folder = new();
        string path = folder["damaged"];
        byte[] whole = File.ReadAllBytes(Example.File(file));
        Random random = new(20);
        int refused = 0;
        for (int i = 0; i < count; i++)
        {
            byte[] bytes = Mutate(whole, random);
            File.WriteAllBytes(path, bytes);
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                foreach (Tensor tensor in load(path))
                {
                    tensor.Dispose();
                }
            }
            catch (InvalidDataException error)
            {
                refused++;
                Assert.StartsWith(path, error.Message, StringComparison.Ordinal);
            }
            catch (Exception error)
            {
                Assert.Fail($"Mutation {i}: {error}\n{Convert.ToHexString(bytes)}");
            }

            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, Bound);
        }

        // Were hardly any refused, the damage would not reach the rules.
        Assert.InRange(refused, count / 4, count);
    }

    private static byte[] Mutate(byte[] whole, Random random)
    {
        List<byte> bytes = [.. whole];
        for (int change = random.Next(1, 4); change > 0; change--)
        {
            // Most of the damage goes to the front, where the headers are; archives have theirs at the end.
            int at = random.Next(3) == 0 ? random.Next(bytes.Count) : random.Next(2) == 0 ? random.Next(Math.Min(bytes.Count, 160))
                : bytes.Count - 1 - random.Next(Math.Min(bytes.Count, 240));
            switch (random.Next(7))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 9), bytes.Count - at));
                    break;
                case 3:
                    bytes.InsertRange(at, Encoding.UTF8.GetBytes(s_words[random.Next(s_words.Length)]));
                    break;
                case 4:
                    byte[] word = Encoding.UTF8.GetBytes(s_words[random.Next(s_words.Length)]);
                    for (int i = 0; i < word.Length && at + i < bytes.Count; i++)
                    {
                        bytes[at + i] = word[i];
                    }

                    break;
                case 5:
                    int from = random.Next(bytes.Count);
                    bytes.InsertRange(at, bytes.GetRange(from, Math.Min(random.Next(1, 60), bytes.Count - from)));
                    break;
                default:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
            }

            if (bytes.Count == 0)
            {
                bytes.Add(0);
            }
        }

        return [.. bytes];
    }
}
